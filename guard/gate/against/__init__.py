"""What changed since a branch was left."""
