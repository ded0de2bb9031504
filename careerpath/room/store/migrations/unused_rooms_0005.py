"""Rooms that nobody has used, a second look at expired rooms, attempts by code, and vacuums."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the columns and tables. Attempts are counted for ten minutes, so none are kept."""
    op.add_column("rooms", sa.Column("expires_if_used", sa.BigInteger))
    op.add_column("rooms", sa.Column("seen_expired", sa.BigInteger))
    op.drop_table("attempts")
    op.create_table(
        "attempts",
        sa.Column("code", sa.String(6), primary_key=True),
        sa.Column("failed", sa.Integer, nullable=False),
        sa.Column("latest", sa.BigInteger, nullable=False),
    )
    if op.get_bind().dialect.name == "postgresql":
        # PostgreSQL's statistics would keep samples of what has been deleted.
        op.execute("ALTER TABLE attempts ALTER COLUMN code SET STATISTICS 0")
    vacuums = op.create_table(
        "vacuums",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("begun", sa.BigInteger, nullable=False),
        sa.Column("finished", sa.BigInteger, nullable=False),
        sa.Column("latest", sa.BigInteger, nullable=False),
    )
    op.bulk_insert(vacuums, [{"id": 1, "begun": 0, "finished": 0, "latest": 0}])


def downgrade() -> None:
    """Not supported: restore a backup."""
    raise NotImplementedError
