"""A script cut into statements: encodings, dialects, tokens, bodies and comments."""
