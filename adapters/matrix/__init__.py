"""Matrix: rooms, private and public, encrypted if the operator wants it."""
