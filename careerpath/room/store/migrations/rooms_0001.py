"""Rooms and their participants."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "rooms",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("code", sa.String(6), nullable=False, unique=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("key_hash", sa.Text, nullable=False),
        sa.Column("instrument_id", sa.Text, nullable=False),
        sa.Column("instrument_version", sa.Text, nullable=False),
        sa.Column("published", sa.JSON, nullable=False),
        sa.Column("moved", sa.JSON),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("expires", sa.BigInteger, nullable=False),
        sa.Column("capacity", sa.Integer, nullable=False),
        sa.Column("closed", sa.Boolean, nullable=False),
        sa.Column("picture", sa.String(10), nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("picture_version", sa.BigInteger, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "instruments",
        sa.Column(
            "room_id", sa.Integer, sa.ForeignKey("rooms.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("toml", sa.Text, nullable=False),
    )
    op.create_table(
        "participants",
        sa.Column(
            "room_id", sa.Integer, sa.ForeignKey("rooms.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("token", sa.String(64), primary_key=True),
        sa.Column("phase", sa.String(10), nullable=False),
        sa.Column("answers", sa.Text),
        sqlite_with_rowid=False,
    )
    if op.get_bind().dialect.name == "postgresql":
        # PostgreSQL's statistics would keep samples of what has been deleted.
        for table, columns in (
            ("rooms", ("code", "title", "key_hash")),
            ("instruments", ("toml",)),
            ("participants", ("token", "answers")),
        ):
            for column in columns:
                op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS 0")


def downgrade() -> None:
    """Not supported: this is the first revision."""
    raise NotImplementedError
