"""The coach's page of a room."""
