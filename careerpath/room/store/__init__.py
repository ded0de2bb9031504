"""The rooms of a database: SQLAlchemy, on SQLite or PostgreSQL."""
