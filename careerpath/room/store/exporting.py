"""A room's answers as a file, and the whole database as one."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any

from careerpath.core.errors import shown
from careerpath.core.files import written_whole
from careerpath.room.entities import StoreError
from careerpath.room.store.database import Database

if TYPE_CHECKING:
    import pandas as pd

    from careerpath.core.instrument import Instrument

FORMATS = ("csv", "parquet", "tally")


def write_export(answers: pd.DataFrame, instrument: Instrument, path: Path) -> Path:
    """Write answers, totals and bands."""
    from careerpath.cohort.writing import write_cohort

    return write_cohort(_scored(answers, instrument), path)


def check_format(kind: str) -> None:
    """Refuse what is no format of an export."""
    if kind not in FORMATS:
        raise StoreError(f"A room is exported as {', '.join(FORMATS)}, not as {shown(kind)}.")


# A page's process can be killed at any moment, and would leave a file on the disk that nobody
# knows of. So what a page hands out is made in memory.


def export_bytes(answers: pd.DataFrame, instrument: Instrument, kind: str) -> bytes:
    """Return what `write_export` would write to a .csv or a .parquet."""
    from careerpath.cohort.writing import pack_cohort

    return pack_cohort(_scored(answers, instrument), f".{kind}")


def _scored(answers: pd.DataFrame, instrument: Instrument) -> pd.DataFrame:
    from careerpath.cohort.score_frame import score_frame

    scored: pd.DataFrame = score_frame(answers, instrument).drop(columns="unscored_reason")
    return scored


def back_up(database: Database, path: Path) -> Path:
    """Copy an SQLite database to a file, while others use it.

    Raises
    ------
    StoreError
        Where it is PostgreSQL, the file cannot be written, or it is the database itself.
    """
    if not database.is_sqlite:
        # With the stars in it, pg_dump would neither look for the password nor ask for it.
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
    with written_whole(path, raises=StoreError) as beside:
        os.close(os.open(beside, os.O_CREAT | os.O_WRONLY, 0o600))
        try:
            with database.alone() as connection:
                source: Any = connection.connection.driver_connection
                target = sqlite3.connect(beside)
                try:
                    source.backup(target)
                    # A copy is one file, without a log beside it.
                    target.execute("PRAGMA journal_mode = DELETE")
                finally:
                    target.close()
        except sqlite3.Error as error:
            raise OSError(str(error)) from error
    return path
