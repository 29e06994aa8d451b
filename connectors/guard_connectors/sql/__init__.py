"""Dialects as data: how each database is listed, read and understood."""
