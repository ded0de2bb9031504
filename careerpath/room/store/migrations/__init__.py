"""The tables' history: Alembic's revisions, in order. Never change one that was released."""
