"""Answers as lists of numbers; before, they were hexadecimal digits of one width."""

import tomllib
from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

COLUMNS = ("answers", "waiting")


def upgrade() -> None:
    """Rewrite the answers of all participants."""
    connection = op.get_bind()
    items = {
        room: len(tomllib.loads(toml)["items"])
        for room, toml in connection.execute(sa.text("SELECT room_id, toml FROM instruments"))
    }
    # Rows whose room is gone keep no answers: without its instrument nobody can read them.
    rows = connection.execute(
        sa.text(
            "SELECT room_id, token, answers, waiting FROM participants "
            "JOIN instruments USING (room_id)"
        )
    ).all()
    for name in COLUMNS:
        op.drop_column("participants", name)
    for name in COLUMNS:
        op.add_column("participants", sa.Column(name, sa.JSON(none_as_null=True)))
        if connection.dialect.name == "postgresql":
            # PostgreSQL's statistics would keep samples of what has been deleted.
            op.execute(f"ALTER TABLE participants ALTER COLUMN {name} SET STATISTICS 0")
    participants = sa.table(
        "participants",
        sa.column("room_id"),
        sa.column("token"),
        *(sa.column(name, sa.JSON(none_as_null=True)) for name in COLUMNS),
    )
    changed = (
        sa.update(participants)
        .where(participants.c.room_id == sa.bindparam("room"))
        .where(participants.c.token == sa.bindparam("person"))
        .values(answers=sa.bindparam("shown"), waiting=sa.bindparam("newer"))
    )
    values = [
        {
            "room": room,
            "person": token,
            "shown": answers and list(_steps(answers, items[room])),
            "newer": waiting and list(_steps(waiting, items[room])),
        }
        for room, token, answers, waiting in rows
    ]
    if values:
        connection.execute(changed, values)


def _steps(packed: str, items: int) -> Iterator[int]:
    width = len(packed) // items
    return (int(packed[at : at + width], 16) for at in range(0, len(packed), width))


def downgrade() -> None:
    """Not supported: restore a backup."""
    raise NotImplementedError
