"""The database of rooms, in SQLite or PostgreSQL."""
