"""What ``careerpath db`` does with a database: migrate it, check it, and back it up."""

from __future__ import annotations

import glob
import os
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import time
from typing import Any

from sqlalchemy import Connection, func, inspect, select, text

from careerpath.core.files import cannot_write
from careerpath.room.room import StoreError
from careerpath.room.store.database import Database, database_url, shown_url
from careerpath.room.store.tables import participants, rooms

NEWEST = "0005"
"""The newest revision. It is written here so that an up-to-date database needs no Alembic."""
VERSION_TABLE = "careerpath_revision"
MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = 0x6361_7265_6572
"""The number of the PostgreSQL advisory lock that a migration takes."""


# Migrating


def upgrade(database: Database) -> bool:
    """Migrate a database to the newest revision.

    Processes that do this at the same time take turns: everything happens in one transaction,
    behind one lock.

    Returns
    -------
    bool
        Whether anything had to be changed.

    Raises
    ------
    StoreError
        If a newer careerpath wrote the database.
    """
    with database.reading() as connection:
        if revision_of(connection) == NEWEST:
            return False
    with database.writing() as connection:
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        found = revision_of(connection)
        if found == NEWEST:
            return False
        _migrate(connection, found, place=database.place)
    return True


def revision_of(connection: Connection) -> str | None:
    """Return the revision of a database, or None if it has no tables for rooms yet."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    query = text(f"SELECT version_num FROM {VERSION_TABLE}")  # noqa: S608 - our own name
    found: str | None = connection.execute(query).scalar_one_or_none()
    return found


def _migrate(connection: Connection, found: str | None, *, place: str) -> None:
    from alembic.migration import MigrationContext
    from alembic.operations import Operations
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory(str(MIGRATIONS), version_locations=[str(MIGRATIONS)])
    revisions = list(reversed(list(scripts.walk_revisions())))
    known = [each.revision for each in revisions]
    if found is not None and found not in known:
        raise StoreError(
            f"{place} was written by a newer careerpath (revision {found!r}; this version knows "
            f"revisions up to {NEWEST!r}). Install the newer version, or choose another database."
        )
    context = MigrationContext.configure(
        connection, opts={"version_table": VERSION_TABLE, "transactional_ddl": True}
    )
    with Operations.context(context):
        for revision in revisions[known.index(found) + 1 if found else 0 :]:
            revision.module.upgrade()
            context.stamp(scripts, revision.revision)


# Checking


@dataclass(frozen=True, slots=True)
class DatabaseCheck:
    """The result of a check.

    Attributes
    ----------
    place : str
        The database's URL, without a password.
    revision : str or None
        The revision of its tables; None if there are no tables yet.
    rooms, participants, expired : int
        How many there are. Expired rooms and their participants are counted too.
    problems : tuple of str
        What is wrong, and what to do about it.
    """

    place: str
    revision: str | None
    rooms: int = 0
    participants: int = 0
    expired: int = 0
    problems: tuple[str, ...] = ()

    @property
    def summary(self) -> str:
        """The revision and the numbers in a sentence."""
        if self.revision is None:
            return "there are no rooms yet."
        return (
            f"revision {self.revision}, rooms: {self.rooms:,} ({self.expired:,} expired), "
            f"participants: {self.participants:,}."
        )


def check_database(url: str | None = None) -> DatabaseCheck:
    """Check a database without changing it.

    Parameters
    ----------
    url : str, optional
        As for `careerpath.open_store`.

    Returns
    -------
    DatabaseCheck

    Raises
    ------
    StoreError
        If it cannot be read at all.
    """
    found = database_url(url)
    if found.drivername == "sqlite" and found.database and not Path(found.database).exists():
        return DatabaseCheck(place=shown_url(found), revision=None)
    with (
        closing(Database(found, read_only=True)) as database,
        database.reading() as connection,
    ):
        revision = revision_of(connection)
        problems = tuple(_damage(connection)) if database.is_sqlite else ()
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


def _damage(connection: Connection) -> list[str]:
    """Return what SQLite finds wrong with its file."""
    answer = connection.exec_driver_sql("PRAGMA integrity_check(10)").scalars().all()
    problems = [] if list(answer) == ["ok"] else list(answer)
    problems = [f"The file is damaged: {each}. Restore a backup." for each in problems]
    lost = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if lost:
        problems.append(f"{len(lost)} participants belong to no room. Restore a backup.")
    return problems


# Backing up


def back_up(database: Database, path: Path) -> Path:
    """Copy an SQLite database to a file while others use it.

    Raises
    ------
    StoreError
        If it is PostgreSQL, or if the file is the database itself or cannot be written.
    """
    if not database.is_sqlite:
        # With a hidden password in the URL, pg_dump would neither look it up nor ask for it.
        place = database.place.replace(":***@", "@")
        raise StoreError(
            f"PostgreSQL makes its own backups. Run: pg_dump --format=custom --file={path} "
            f"'{place}'. It asks for the password, or reads it from ~/.pgpass."
        )
    kept = Path(database.engine.url.database or "")
    if kept.is_file() and path.exists() and path.samefile(kept):
        raise StoreError(
            f"{path} is the database itself, so its copy cannot go there. Choose another place."
        )
    with cannot_write(path, raises=StoreError):
        for left in path.parent.glob(f".{glob.escape(path.name)}.*.part"):  # by a killed backup
            shutil.rmtree(left, ignore_errors=True)
        with TemporaryDirectory(prefix=f".{path.name}.", suffix=".part", dir=path.parent) as folder:
            copy = Path(folder, path.name)
            os.close(os.open(copy, os.O_CREAT | os.O_WRONLY, 0o600))
            try:
                with database.alone() as connection, closing(sqlite3.connect(copy)) as target:
                    source: Any = connection.connection.driver_connection
                    source.backup(target)
                    # The copy is a single file, without a log.
                    target.execute("PRAGMA journal_mode = DELETE")
            except sqlite3.Error as error:
                raise OSError(str(error)) from error
            copy.replace(path)
    return path
