"""What people declare of tables and columns: in notes, in comments and in guard-schema.yaml."""
