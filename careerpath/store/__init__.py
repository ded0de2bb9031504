"""Rooms and their responses, in SQLite or PostgreSQL.

A visitor's process loads it only once somebody joins a room: it brings SQLAlchemy along, and
nothing heavier until a tally or an export is asked for.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from careerpath.store.database import DATABASE_VARIABLE, Database, database_url
from careerpath.store.rooms import DEFAULT_CAPACITY, DEFAULT_LIFE
from careerpath.store.store import Store
from careerpath.store.upgrading import upgrade

__all__ = ["DATABASE_VARIABLE", "DEFAULT_CAPACITY", "DEFAULT_LIFE", "Store", "open_store"]


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
    >>> from careerpath import load_instrument
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
