"""Answers that wait while the picture is frozen."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the column."""
    op.add_column("participants", sa.Column("waiting", sa.Text))
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE participants ALTER COLUMN waiting SET STATISTICS 0")


def downgrade() -> None:
    """Not supported, because waiting answers would be lost: restore a backup."""
    raise NotImplementedError
