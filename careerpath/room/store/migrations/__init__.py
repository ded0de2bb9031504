"""The history of the tables: Alembic revisions. Never change one that was released."""
