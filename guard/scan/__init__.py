"""Scanning: from sources to recorded results. No configuration, no catalogue, no printing."""
