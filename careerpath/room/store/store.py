"""The store: all that a coach and a room's participants do with a database."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from careerpath.room.store.attempts import count_attempt, forget_attempts
from careerpath.room.store.database import Database, database_url
from careerpath.room.store.exporting import back_up, check_format, export_bytes, write_export
from careerpath.room.store.maintenance import upgrade
from careerpath.room.store.shared_answers import Responses


class Store(Responses):
    """Rooms and their responses; made by `careerpath.open_store`.

    It can be used by many threads. All methods raise `StoreUnavailableError` where the database
    does not answer, and `RoomNotFoundError` for a room that is not there, or no more.
    """

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        super().__init__(database, clock=clock)
        self._tallies = {}

    def count_attempt(self, code: str) -> int:
        """Count an attempt to open a room with its key, before it is made.

        Returns
        -------
        int
            For how many seconds it should wait: nothing for the first ones, then longer and longer,
            and never so long that a guesser keeps the coach out. The right key begins anew.
        """
        return count_attempt(self.database, code, now=self._clock())

    def authenticate(self, code: str, key: str) -> bool:
        """Tell whether this is the coach key of a room.

        Wrong codes take as long as wrong keys. Trying a key costs some 50 ms and 16 MB; whoever
        takes keys from strangers asks `count_attempt` first.
        """
        fits = super().authenticate(code, key)
        if fits:
            forget_attempts(self.database, code)
        return fits

    def export_room(self, code: str, path: str | Path) -> Path:
        """Write a room's answers, totals and bands to a file, a row a person; or its tally.

        Parameters
        ----------
        code : str
        path : str or Path
            Ending in .csv, .tsv or .parquet; in .tally for the counts alone.

        Raises
        ------
        HeldBackError
            Where fewer than `MINIMUM_SHOWN` people have shared theirs.
        """
        path = Path(path)
        if path.suffix.lower() == ".tally":
            return self.tally(code).save(path)
        return write_export(self.answers(code), self.instrument(code), path)

    def export_bytes(self, code: str, kind: str = "csv") -> bytes:
        """Return what `export_room` would write, for a download; no file is made of it."""
        check_format(kind)
        if kind == "tally":
            return self.tally(code).to_bytes()
        return export_bytes(self.answers(code), self.instrument(code), kind)

    def backup(self, path: str | Path) -> Path:
        """Copy an SQLite database to a file, while others use it; replaces the file.

        Raises
        ------
        StoreError
            Where the file is the database itself; and where it is PostgreSQL, whose own pg_dump
            does this: the message has the command.
        """
        return back_up(self.database, Path(path))

    def close(self) -> None:
        """Close all connections to the database."""
        self.database.close()


def open_store(
    url: str | None = None,
    *,
    keep_connections: bool = True,
    clock: Callable[[], float] = time.time,
) -> Store:
    """Open the store of rooms: made where there is none, brought up to date, expired rooms deleted.

    Parameters
    ----------
    url : str, optional
        ``sqlite:///rooms.db`` or ``postgresql://user@host/name``. By default what
        ``CAREERPATH_DATABASE_URL`` says, and without that a file in the user's data folder.
    keep_connections : bool
        Whether connections are kept open for the next transaction. Leave it False in a
        participant's process.
    clock : callable
        Gives the time, in seconds since 1970.

    Returns
    -------
    Store

    Raises
    ------
    StoreError
        Where the database cannot be used, or was written by a newer careerpath.

    Examples
    --------
    >>> from careerpath import load_instrument, open_store
    >>> instrument = load_instrument()
    >>> store = open_store("sqlite://")  # in memory
    >>> opened = store.create_room("Lisbon workshop", instrument)
    >>> answers = dict.fromkeys(instrument.item_ids, 5)
    >>> for token in ("ann", "ben", "cleo", "dan", "eve", "eve"):
    ...     outcome = store.add_response(opened.code, answers, submission_id=token)
    >>> str(outcome), store.counts(opened.code).shared, store.tally(opened.code).mean
    ('unchanged', 5, 75.0)
    >>> store.delete_room(opened.code)
    """
    database = Database(database_url(url), keep_connections=keep_connections)
    try:
        upgrade(database)
        store = Store(database, clock=clock)
        store.purge_expired()
    except BaseException:
        database.close()
        raise
    return store
