"""The schema as the scripts leave it, change by change."""
