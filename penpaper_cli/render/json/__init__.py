"""JSON for other programs, and its schema."""
