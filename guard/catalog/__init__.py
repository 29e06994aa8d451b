"""The catalogue: what was found where, and how much of it was looked at. It holds no value."""
