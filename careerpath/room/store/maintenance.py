"""Bringing a database up to date: Alembic's migrations, run by whoever comes first."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from careerpath.room.entities import StoreError
from careerpath.room.store.database import Database

NEWEST = "0003"
"""The newest revision. It is written here so that a database that has it costs no Alembic."""
VERSION_TABLE = "careerpath_revision"
MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = 0x6361_7265_6572
"""Of PostgreSQL's advisory locks, the one that upgrades take."""


def revision_of(connection: Connection) -> str | None:
    """Return the revision that a database is at; None where it has no rooms yet."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    query = text(f"SELECT version_num FROM {VERSION_TABLE}")  # noqa: S608 - our own name
    found: str | None = connection.execute(query).scalar_one_or_none()
    return found


def upgrade(database: Database) -> bool:
    """Bring a database up to date.

    Two that do so at once take turns: all happens in one transaction, behind one lock.

    Returns
    -------
    bool
        Whether anything had to be done.

    Raises
    ------
    StoreError
        Where it was written by a newer careerpath.
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


def _migrate(connection: Connection, found: str | None, *, place: str) -> None:
    from alembic.migration import MigrationContext
    from alembic.operations import Operations
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory(str(MIGRATIONS), version_locations=[str(MIGRATIONS)])
    revisions = list(reversed(list(scripts.walk_revisions())))
    known = [each.revision for each in revisions]
    if found is not None and found not in known:
        raise StoreError(
            f"{place} was written by a newer careerpath (revision {found!r}; this one knows up to "
            f"{NEWEST!r}). Install that version, or choose another database."
        )
    context = MigrationContext.configure(
        connection, opts={"version_table": VERSION_TABLE, "transactional_ddl": True}
    )
    with Operations.context(context):
        for revision in revisions[known.index(found) + 1 if found else 0 :]:
            revision.module.upgrade()
            context.stamp(scripts, revision.revision)
