"""Looking a database over, without changing it."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from time import time

from sqlalchemy import Connection, func, select

from careerpath.room.store.database import Database, database_url, shown_url
from careerpath.room.store.maintenance import NEWEST, revision_of
from careerpath.room.store.tables import participants, rooms


@dataclass(frozen=True, slots=True)
class DatabaseCheck:
    """What was found.

    Attributes
    ----------
    place : str
        The database's URL, without a password.
    revision : str or None
        Of its tables; None where there are none yet.
    rooms, participants, expired : int
        How many there are; expired rooms are counted in both.
    problems : tuple of str
    """

    place: str
    revision: str | None
    rooms: int = 0
    participants: int = 0
    expired: int = 0
    problems: tuple[str, ...] = ()

    @property
    def summary(self) -> str:
        """What was found, in a sentence."""
        if self.revision is None:
            return "there are no rooms yet."
        return (
            f"revision {self.revision}, rooms: {self.rooms:,} ({self.expired:,} expired), "
            f"participants: {self.participants:,}."
        )


def check_database(url: str | None = None) -> DatabaseCheck:
    """Look a database over.

    Parameters
    ----------
    url : str, optional
        As for `careerpath.room.store.open_store`.

    Raises
    ------
    StoreError
        Where it cannot be read at all.
    """
    found = database_url(url)
    if found.drivername == "sqlite" and found.database and not Path(found.database).exists():
        return DatabaseCheck(place=shown_url(found), revision=None)
    with (
        closing(Database(found, read_only=True)) as database,
        database.reading() as connection,
    ):
        revision = revision_of(connection)
        problems = tuple(_unsound(connection)) if database.is_sqlite else ()
        if revision is None:
            return DatabaseCheck(database.place, None, problems=problems)
        if revision != NEWEST:
            problems += (f"Revision {revision} is not {NEWEST}. Run: careerpath db upgrade.",)
        return DatabaseCheck(
            place=database.place,
            revision=revision,
            rooms=connection.execute(select(func.count()).select_from(rooms)).scalar_one(),
            participants=connection.execute(select(func.count(participants.c.token))).scalar_one(),
            expired=connection.execute(
                select(func.count()).select_from(rooms).where(rooms.c.expires <= int(time()))
            ).scalar_one(),
            problems=problems,
        )


def _unsound(connection: Connection) -> list[str]:
    """Ask SQLite what is wrong with its file."""
    said = connection.exec_driver_sql("PRAGMA integrity_check(10)").scalars().all()
    problems = [f"The file is damaged: {each}. Go back to a backup." for each in said]
    lost = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if lost:
        problems.append(f"{len(lost)} participants belong to no room. Go back to a backup.")
    return [] if list(said) == ["ok"] and not lost else problems
