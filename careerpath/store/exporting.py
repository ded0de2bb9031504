"""A room's answers as a file, and the whole database as one."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from careerpath.errors import shown
from careerpath.rooms import StoreError
from careerpath.store.database import Database

if TYPE_CHECKING:
    import pandas as pd

    from careerpath.instrument import Instrument

FORMATS = ("csv", "parquet", "tally")


def write_export(answers: pd.DataFrame, instrument: Instrument, path: Path) -> Path:
    """Write answers, totals and bands, with formulas made harmless."""
    from careerpath.cohort import score_frame, write_cohort

    scored = score_frame(answers, instrument).drop(columns="unscored_reason")
    return write_cohort(scored, path)


def export_bytes(write: Callable[[Path], Path], kind: str) -> bytes:
    """Return what would be written to a file of a kind."""
    if kind not in FORMATS:
        raise StoreError(f"A room is exported as {', '.join(FORMATS)}, not as {shown(kind)}.")
    with tempfile.TemporaryDirectory(prefix="careerpath-") as folder:
        return write(Path(folder) / f"room.{kind}").read_bytes()


def back_up(database: Database, path: Path) -> Path:
    """Copy an SQLite database to a file, while others use it.

    Raises
    ------
    StoreError
        Where it is PostgreSQL, or the file cannot be written.
    """
    if not database.is_sqlite:
        raise StoreError(
            "PostgreSQL makes its own backups. Run: pg_dump --format=custom "
            f"--file={path} '{database.place}'"
        )
    beside = path.with_name(f".{path.name}.part")
    try:
        beside.unlink(missing_ok=True)
        os.close(os.open(beside, os.O_CREAT | os.O_WRONLY, 0o600))
        with database.alone() as connection:
            source: Any = connection.connection.driver_connection
            target = sqlite3.connect(beside)
            try:
                source.backup(target)
                # A copy is one file, without a log beside it.
                target.execute("PRAGMA journal_mode = DELETE")
            finally:
                target.close()
        beside.replace(path)
    except (OSError, sqlite3.Error) as error:
        beside.unlink(missing_ok=True)
        told = getattr(error, "strerror", None) or error
        raise StoreError(f"Cannot write {path}: {told}. Choose another place.") from error
    return path
