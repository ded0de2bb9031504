"""How often somebody has tried to open a room: the more often in vain, the longer it takes."""

from __future__ import annotations

from sqlalchemy import delete, insert, select, update

from careerpath.room.store.codes_and_keys import plain_code
from careerpath.room.store.database import Database
from careerpath.room.store.tables import attempts, rooms

FREE_ATTEMPTS = 3
"""So many cost no time: a coach mistypes."""
LONGEST_WAIT = 15
"""Seconds. Whoever guesses keeps the coach from the room for no longer than this."""
FORGOTTEN_AFTER = 600
"""Seconds without an attempt after which they count no more."""


def wait_before(failed: int) -> int:
    """Return how many seconds the next attempt has to wait.

    Examples
    --------
    >>> [wait_before(failed) for failed in range(9)]
    [0, 0, 0, 1, 2, 4, 8, 15, 15]
    """
    if failed < FREE_ATTEMPTS:
        return 0
    return min(1 << min(failed - FREE_ATTEMPTS, 10), LONGEST_WAIT)


def count_attempt(database: Database, code: str, *, now: float) -> int:
    """Count an attempt to open a room, before it is made; return for how many seconds it waits."""
    with database.writing() as connection:
        room = connection.execute(
            select(rooms.c.id).where(rooms.c.code == plain_code(code)).with_for_update()
        ).scalar_one_or_none()
        if room is None:
            return 0
        mine = attempts.c.room_id == room
        row = connection.execute(select(attempts).where(mine)).one_or_none()
        failed = row.failed if row is not None and now - row.latest < FORGOTTEN_AFTER else 0
        values = {"failed": failed + 1, "latest": int(now)}
        connection.execute(
            insert(attempts).values(room_id=room, **values)
            if row is None
            else update(attempts).where(mine).values(**values)
        )
    return wait_before(failed)


def forget_attempts(database: Database, code: str) -> None:
    """Begin anew: the right key was given."""
    room = select(rooms.c.id).where(rooms.c.code == plain_code(code)).scalar_subquery()
    with database.writing() as connection:
        connection.execute(delete(attempts).where(attempts.c.room_id == room))
