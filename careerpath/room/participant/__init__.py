"""A participant's part in a room."""
