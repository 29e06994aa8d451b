"""Plants values that exist nowhere else, and searches every byte of what a scan leaves behind."""
