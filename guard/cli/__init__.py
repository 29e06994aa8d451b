"""The command line: one module a command; it parses and prints, ``guard.ops`` does the work."""
