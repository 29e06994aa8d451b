"""What one statement does to the schema, in the DDL of any dialect."""
