"""The store: everything that a coach and a room's participants do with a database."""

from __future__ import annotations

import time
import tomllib
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, and_, bindparam, delete, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from careerpath.core.errors import shown
from careerpath.core.instrument import CutScores, Instrument
from careerpath.core.instrument_file import load_instrument
from careerpath.room.room import (
    DEFAULT_CAPACITY,
    DEFAULT_LIFE,
    Counts,
    OpenedRoom,
    Outcome,
    Progress,
    Room,
    RoomError,
    RoomExpiredError,
    RoomNotFoundError,
    StoreError,
    Visibility,
    hold_back,
)
from careerpath.room.store.codes_and_keys import (
    FORGOTTEN_AFTER,
    key_fits,
    key_hash,
    new_code,
    new_key,
    no_room,
    plain_code,
    wait_before,
)
from careerpath.room.store.database import Database, database_url
from careerpath.room.store.maintenance import back_up, upgrade
from careerpath.room.store.shared_answers import (
    answers_from,
    closed_error,
    count_participants,
    find_participant,
    frame_of,
    moves_on,
    read_steps,
    save_participant,
    show_waiting,
    steps_of,
    tally_of,
    token_digest,
)
from careerpath.room.store.tables import attempts, instruments, participants, rooms

if TYPE_CHECKING:
    import pandas as pd

    from careerpath.cohort.tally import Tally

LONGEST_LIFE = timedelta(days=366)
LARGEST_CAPACITY = 1_000_000
LONGEST_TITLE = 120
MOST_ROOMS = 10_000
"""The number of rooms in one database, so that creating rooms without end fills no disk."""
SECOND_LOOK = 3600
"""Seconds from finding that a room has expired to erasing it: the clock may be wrong."""
EXPORTS = ("csv", "parquet", "tally")
_CODE_TRIES = 20
_CACHED_INSTRUMENTS = 50
_CACHED_TALLIES = 8

# Built once: building a statement takes longer than running it.
_THIS = rooms.c.code == bindparam("this")
_READ = select(rooms).where(_THIS)
_NEXT_VERSION = update(rooms).where(_THIS).values(version=rooms.c.version + 1).returning(*rooms.c)


class Store:
    """The rooms of a database and their responses; returned by `careerpath.open_store`.

    Many threads can use it. Every method raises `StoreUnavailableError` if the database does not
    answer, and `RoomNotFoundError` if the room does not exist or has expired.

    Parameters
    ----------
    database : Database
        Migrated to the newest revision.
    clock : callable
        Returns the time in seconds since 1970.
    """

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        self.database = database
        self._clock = clock
        self._instruments: dict[int, Instrument] = {}
        self._tallies: dict[tuple[int, int], Tally] = {}

    # Creating a room

    def create_room(
        self,
        title: str,
        instrument: Instrument | None = None,
        *,
        expires_in: timedelta = DEFAULT_LIFE,
        unused_for: timedelta | None = None,
        capacity: int = DEFAULT_CAPACITY,
    ) -> OpenedRoom:
        """Create a room.

        Parameters
        ----------
        title : str
            Participants see it before the first question.
        instrument : Instrument, optional
            The room keeps a copy of it; by default the built-in instrument.
        expires_in : timedelta
            The room expires after this time.
        unused_for : timedelta, optional
            The room already expires after this time if nobody has joined it by then.
        capacity : int
            The largest number of participants.

        Returns
        -------
        OpenedRoom
            With the coach key, which is available here only: the store keeps its hash.

        Raises
        ------
        CareerpathError
            If an argument cannot be used, or the database is full of rooms.
        """
        from careerpath.cohort.score_frame import ADDED

        instrument = load_instrument() if instrument is None else instrument
        taken = [name for name in instrument.item_ids if name in ADDED]
        if taken:
            raise RoomError(
                f"The instrument has an item {taken[0]!r}, which is also a column of a room's "
                "export. Give the item another id."
            )
        if not timedelta(0) < expires_in <= LONGEST_LIFE:
            raise RoomError(
                f"A room lasts up to {LONGEST_LIFE.days} days. Choose a time within that."
            )
        if isinstance(capacity, bool) or not 1 <= capacity <= LARGEST_CAPACITY:
            raise RoomError(
                f"A room holds 1 to {LARGEST_CAPACITY:,} people, not {shown(capacity)}."
            )
        self._make_place()
        toml = instrument.to_toml()
        now = int(self._clock())
        expires = now + max(1, int(expires_in.total_seconds()))
        unused = expires if unused_for is None else now + int(unused_for.total_seconds())
        key = new_key()
        values = {
            "title": _plain_title(title),
            "key_hash": key_hash(key),
            "instrument_id": instrument.id,
            "instrument_version": instrument.version,
            "published": instrument.cut_scores.model_dump(),
            "created": now,
            "expires": min(unused, expires),
            "expires_if_used": expires if unused < expires else None,
            "capacity": capacity,
            "closed": False,
            "picture": Visibility.HIDDEN,
            "version": 1,
            "picture_version": 1,
        }
        for _ in range(_CODE_TRIES):
            with suppress(_CodeTakenError):
                code = self._insert(values, toml=toml)
                return OpenedRoom(code, key, self.room(code))
        raise StoreError("No free code was found. Delete rooms that are over.")

    def _make_place(self) -> None:
        """Raise an error if the database has all the rooms that it may have."""
        if self._is_full():
            self.purge_expired()
            if self._is_full():
                raise RoomError(
                    f"There are {MOST_ROOMS:,} rooms already, the most that one database keeps. "
                    "Delete those that nobody has joined: careerpath room delete --unused. Delete "
                    "those that are over: careerpath room list shows them."
                )

    def _is_full(self) -> bool:
        query = select(func.count()).where(rooms.c.expires > self._clock())
        with self.database.reading() as connection:
            return int(connection.execute(query).scalar_one()) >= MOST_ROOMS

    def _insert(self, values: dict[str, Any], *, toml: str) -> str:
        code = new_code()
        with self.database.writing() as connection:
            try:
                adding = insert(rooms).values(code=code, **values).returning(rooms.c.id)
                room_id = connection.execute(adding).scalar_one()
            except IntegrityError as error:
                raise _CodeTakenError from error
            connection.execute(insert(instruments).values(room_id=room_id, toml=toml))
        return code

    # Looking at rooms

    def room(self, code: str) -> Room:
        """Return the state of a room."""
        with self._reading(code) as (_, room):
            return _room_of(room)

    def rooms(self) -> list[Room]:
        """Return all rooms, the newest first."""
        query = select(rooms).order_by(rooms.c.created.desc(), rooms.c.id.desc())
        with self.database.reading() as connection:
            found = connection.execute(query.where(rooms.c.expires > self._clock())).all()
        return [_room_of(row) for row in found]

    def version(self, code: str) -> int:
        """Return a number that grows with every change in a room.

        Asking for it is cheap: a page that shows a room asks for more only when it has grown.
        """
        with self._reading(code) as (_, room):
            found: int = room.version
        return found

    def instrument(self, code: str) -> Instrument:
        """Return the instrument of a room, as it was when the room was created."""
        with self._reading(code) as (connection, room):
            return self._instrument(connection, room)

    # Opening a room with its coach key

    def count_attempt(self, code: str) -> int:
        """Count an attempt to open a room with its key, before the attempt is made.

        Returns
        -------
        int
            How many seconds the attempt should wait: 0 at first, then longer and longer, but never
            so long that an attacker locks out the coach. The right key sets the count to zero. A
            code that no room has waits as long, so that the wait says nothing about rooms.
        """
        code, now = plain_code(code), int(self._clock())
        upsert = (sqlite if self.database.is_sqlite else postgresql).insert(attempts)
        counting = upsert.values(code=code, failed=1, latest=now).on_conflict_do_update(
            index_elements=[attempts.c.code],
            set_={"failed": attempts.c.failed + 1, "latest": now},
        )
        with self.database.writing() as connection:
            connection.execute(delete(attempts).where(attempts.c.latest <= now - FORGOTTEN_AFTER))
            failed = connection.execute(counting.returning(attempts.c.failed)).scalar_one()
        return wait_before(failed - 1)

    def authenticate(self, code: str, key: str) -> bool:
        """Return whether this is the coach key of a room.

        A wrong code takes as long as a wrong key. Each call takes about 50 ms and 16 MB, so call
        `count_attempt` first if strangers can send keys.
        """
        kept = None
        with suppress(RoomNotFoundError), self._reading(code) as (_, room):
            kept = room.key_hash
        if not key_fits(key, kept) or kept is None:
            return False
        with self.database.writing() as connection:
            connection.execute(delete(attempts).where(attempts.c.code == plain_code(code)))
        return True

    # Steering a room

    def reveal_room(self, code: str) -> None:
        """Show the picture to the room; a frozen picture becomes live again."""
        self._show(code, Visibility.REVEALED)

    def hide_room(self, code: str) -> None:
        """Hide the picture from the room."""
        self._show(code, Visibility.HIDDEN)

    def freeze_room(self, code: str) -> None:
        """Show the picture as it is now.

        People can still share. Their answers are kept and counted as waiting until the picture is
        revealed or hidden.
        """
        self._show(code, Visibility.FROZEN)

    def _show(self, code: str, picture: Visibility) -> None:
        with self._changing(code) as (connection, room):
            if picture is Visibility.FROZEN:
                _move_on(connection, room)
            _change(connection, room, picture=picture)

    def set_cut_scores(self, code: str, cut_scores: CutScores | None) -> None:
        """Move the cut scores of a room; None restores the published ones.

        The room keeps its published cut scores.

        Raises
        ------
        InstrumentError
            If they lie outside the range of totals.
        """
        with self._changing(code) as (connection, room):
            moved = None
            if cut_scores is not None:
                moved = cut_scores.model_dump()
                self._instrument(connection, room).with_cut_scores(**moved)
                moved = None if moved == room.published else moved
            _change(connection, room, moved=moved)

    def close_room(self, code: str) -> None:
        """Stop joining and sharing. Everything in the room stays until it is deleted."""
        with self._changing(code) as (connection, room):
            _change(connection, room, closed=True)

    # Removing

    def reset_room(self, code: str) -> None:
        """Remove all participants and their answers, and hide the picture."""
        with self._changing(code) as (connection, room):
            connection.execute(delete(participants).where(participants.c.room_id == room.id))
            changes = {"picture": Visibility.HIDDEN, "picture_version": room.picture_version + 1}
            _change(connection, room, **changes)
        self.database.erase_traces()

    def delete_room(self, code: str) -> None:
        """Delete a room and everything in it, from the database's files too.

        Raises
        ------
        StoreError
            If the rows are deleted but their traces in the files could not be erased yet.
        """
        with self._changing(code) as (connection, room):
            connection.execute(delete(rooms).where(rooms.c.id == room.id))
            connection.execute(delete(attempts).where(attempts.c.code == room.code))
        self.database.erase_traces()

    def delete_unused(self) -> int:
        """Delete all rooms that nobody is in, and return how many there were."""
        used = select(participants.c.room_id).where(participants.c.room_id == rooms.c.id).exists()
        with self.database.writing() as connection:
            deleted = connection.execute(delete(rooms).where(~used)).rowcount
        if deleted:
            self.database.erase_traces()
        return deleted

    def purge_expired(self) -> int:
        """Delete the rooms that had expired an hour ago already, and return how many there were.

        A clock that jumps forward makes rooms expire that have not. So the first call notes when
        a room was found to have expired, and a call an hour later deletes it. If the clock has been
        put right by then, the room is used again as before.
        """
        now, seen = int(self._clock()), rooms.c.seen_expired
        over = rooms.c.expires <= now
        due = and_(over, seen <= now - SECOND_LOOK)
        new = and_(over, or_(seen.is_(None), seen > now))
        wrong = and_(~over, seen.is_not(None))
        with self.database.reading() as connection:
            found = select(rooms.c.id).where(or_(due, new, wrong)).limit(1)
            if connection.execute(found).first() is None:
                return 0
        with self.database.writing() as connection:
            purged = connection.execute(delete(rooms).where(due)).rowcount
            connection.execute(update(rooms).where(new).values(seen_expired=now))
            connection.execute(update(rooms).where(wrong).values(seen_expired=None))
        if purged:
            self.database.erase_traces()
        return purged

    # Participants and their answers

    def touch(self, code: str, token: str, *, progress: Progress = Progress.JOINED) -> None:
        """Save that a participant is in the room, and how far they are.

        Parameters
        ----------
        code : str
        token : str
            A random text that the participant's device chose for this room.
        progress : Progress
            Nothing is written if it has not changed.

        Raises
        ------
        RoomError
            If the participant is new and the room is closed or full, or if the token cannot be
            used.
        """
        progress = Progress(progress)
        # Most calls change nothing, so they read only and wait for nobody who writes.
        with self._reading(code) as (connection, room):
            digest = token_digest(room.code, token)
            found = find_participant(connection, room, digest)
            if found is not None and found.phase == progress:
                return
        with self._changing(code) as (connection, room):
            # Read again: meanwhile they may have joined from another tab, or been removed.
            found = find_participant(connection, room, digest)
            save_participant(connection, room, digest, found=found, progress=progress)

    def add_response(self, code: str, answers: Mapping[str, Any], *, submission_id: str) -> Outcome:
        """Save a participant's answers.

        The same answers count once, so a device that is not sure whether they arrived sends them
        again. Other answers under the same id replace the earlier ones.

        Parameters
        ----------
        code : str
        answers : mapping of str to int or float
            An answer for each item, from left to right as shown.
        submission_id : str
            The token of `touch`. Only its digest is kept.

        Returns
        -------
        Outcome

        Raises
        ------
        AnswerError
            If the answers cannot be scored.
        RoomError
            If the room is closed, or full and the participant is new.
        StoreUnavailableError
            If the database does not answer; the same answers can be sent again.
        """
        with self._changing(code) as (connection, room):
            digest = token_digest(room.code, submission_id)
            steps = steps_of(self._instrument(connection, room), answers)
            found = find_participant(connection, room, digest)
            newest = found and (found.waiting or found.answers)
            if newest == steps:
                # A retry succeeds even if the room has been closed meanwhile.
                connection.rollback()
                return Outcome.UNCHANGED
            if room.closed:
                raise closed_error(room)
            save_participant(
                connection,
                room,
                digest,
                found=found,
                progress=Progress.FINISHED,
                steps=steps,
            )
        return Outcome.REPLACED if newest else Outcome.ADDED

    def answers_of(self, code: str, token: str) -> dict[str, float] | None:
        """Return the newest answers that a participant shared; None if the room has none.

        Parameters
        ----------
        code : str
        token : str
            The token of `touch`, which nobody but the participant's device knows.

        Returns
        -------
        dict of str to int or float, or None
            An answer for each item, from left to right as shown.
        """
        with self._reading(code) as (connection, room):
            found = find_participant(connection, room, token_digest(room.code, token))
            newest = found and (found.waiting or found.answers)
            return newest and answers_from(self._instrument(connection, room), newest)

    def counts(self, code: str) -> Counts:
        """Count the participants by how far they are, whatever they answered."""
        with self._reading(code) as (connection, room):
            return count_participants(connection, room)

    def tally(self, code: str) -> Tally:
        """Return the counts of the answers in a room's picture.

        The picture moves on when five people have shared something new, or when the room is closed.
        Another call costs two small queries as long as the picture has not changed.

        Raises
        ------
        HeldBackError
            If fewer than `MINIMUM_SHOWN` people's answers are in the picture.
        """
        with self._picture(code) as (connection, room):
            key = (room.id, room.picture_version)
            tally = self._tallies.get(key)
            if tally is None:
                instrument = self._instrument(connection, room)
                steps = read_steps(connection, room)
        if tally is None:
            tally = tally_of(instrument, steps)
            if len(self._tallies) >= _CACHED_TALLIES:
                self._tallies.clear()
            self._tallies[key] = tally
        hold_back(tally.count)
        return tally

    def answers(self, code: str) -> pd.DataFrame:
        """Return the answers in a room's picture: one row a person, one column an item.

        The order of the rows does not show who came when.

        Raises
        ------
        HeldBackError
            If fewer than `MINIMUM_SHOWN` people's answers are in the picture.
        """
        with self._picture(code) as (connection, room):
            instrument = self._instrument(connection, room)
            steps = read_steps(connection, room)
        hold_back(len(steps))
        return frame_of(instrument, steps)

    # Files

    def export_room(self, code: str, path: str | Path) -> Path:
        """Write a room's answers, totals and bands to a file, one row a person; or its tally.

        Parameters
        ----------
        code : str
        path : str or Path
            Ends in .csv, .tsv or .parquet, or in .tally for the counts alone.

        Returns
        -------
        Path

        Raises
        ------
        HeldBackError
            If fewer than `MINIMUM_SHOWN` people's answers are in the picture.
        CareerpathError
            If the file cannot be written.
        """
        from careerpath.cohort.writing import write_cohort

        path = Path(path)
        if path.suffix.lower() == ".tally":
            return self.tally(code).save(path)
        return write_cohort(self._scored(code), path)

    def export_bytes(self, code: str, kind: str = "csv") -> bytes:
        """Return the content of the file that `export_room` writes, for a download.

        No file is written: a page's process may be killed at any time and would leave it behind.

        Raises
        ------
        HeldBackError
            If fewer than `MINIMUM_SHOWN` people's answers are in the picture.
        StoreError
            If `kind` is none of csv, parquet and tally.
        """
        if kind not in EXPORTS:
            raise StoreError(f"A room is exported as {', '.join(EXPORTS)}, not as {shown(kind)}.")
        if kind == "tally":
            return self.tally(code).to_bytes()
        from careerpath.cohort.writing import pack_cohort

        return pack_cohort(self._scored(code), f".{kind}")

    def _scored(self, code: str) -> pd.DataFrame:
        from careerpath.cohort.score_frame import score_frame

        scored: pd.DataFrame = score_frame(self.answers(code), self.instrument(code))
        return scored.drop(columns="unscored_reason")

    def backup(self, path: str | Path) -> Path:
        """Copy an SQLite database to a file while others use it; an existing file is replaced.

        Raises
        ------
        StoreError
            If the file is the database itself or cannot be written. Also on PostgreSQL, which has
            pg_dump for this: the message gives the command.
        """
        return back_up(self.database, Path(path))

    def close(self) -> None:
        """Close all connections to the database."""
        self.database.close()

    # Finding a room

    @contextmanager
    def _reading(self, code: str) -> Iterator[tuple[Connection, Row[Any]]]:
        """Open a transaction that reads, with the room's row."""
        code = plain_code(code)
        with self._purging(), self.database.reading() as connection:
            yield connection, self._found(connection, code, _READ)

    @contextmanager
    def _changing(self, code: str) -> Iterator[tuple[Connection, Row[Any]]]:
        """Open a transaction that locks the room and increments its version, with its row."""
        code = plain_code(code)
        with self._purging(), self.database.writing() as connection:
            yield connection, self._found(connection, code, _NEXT_VERSION)

    @contextmanager
    def _picture(self, code: str) -> Iterator[tuple[Connection, Row[Any]]]:
        """Open a transaction that reads the picture, after it has moved on if it may."""
        with self._reading(code) as (connection, room):
            due = moves_on(connection, room)
        if due:
            with self._changing(code) as (connection, room):
                _move_on(connection, room)
        with self._reading(code) as found:
            yield found

    def _found(self, connection: Connection, code: str, query: Any) -> Row[Any]:
        row: Row[Any] | None = connection.execute(query, {"this": code}).one_or_none()
        if row is None:
            raise no_room(code)
        if row.expires <= self._clock():
            raise RoomExpiredError(
                f"The time of room {row.code} is over, and it is deleted soon. Open a new one."
            )
        return row

    @contextmanager
    def _purging(self) -> Iterator[None]:
        """Look for expired rooms when one of them is asked for."""
        try:
            yield
        except RoomExpiredError:
            # If this fails now, the next request for it tries again.
            with suppress(StoreError):
                self.purge_expired()
            raise

    def _instrument(self, connection: Connection, room: Row[Any]) -> Instrument:
        if room.id not in self._instruments:
            query = select(instruments.c.toml).where(instruments.c.room_id == room.id)
            toml: str = connection.execute(query).scalar_one()
            if len(self._instruments) >= _CACHED_INSTRUMENTS:
                self._instruments.clear()
            found = Instrument.validated(tomllib.loads(toml), place=f"room {room.code}")
            self._instruments[room.id] = found
        return self._instruments[room.id]


class _CodeTakenError(Exception):
    """Another room has this code."""


def _change(connection: Connection, room: Row[Any], **values: Any) -> None:
    connection.execute(update(rooms).where(rooms.c.id == room.id).values(**values))


def _move_on(connection: Connection, room: Row[Any]) -> None:
    if moves_on(connection, room):
        show_waiting(connection, room)
        _change(connection, room, picture_version=room.picture_version + 1)


def _room_of(row: Row[Any]) -> Room:
    published = CutScores(**row.published)
    return Room(
        code=row.code,
        title=row.title,
        instrument_id=row.instrument_id,
        instrument_version=row.instrument_version,
        published=published,
        cut_scores=CutScores(**row.moved) if row.moved else published,
        created=datetime.fromtimestamp(row.created, UTC),
        expires=datetime.fromtimestamp(row.expires, UTC),
        expires_if_used=row.expires_if_used and datetime.fromtimestamp(row.expires_if_used, UTC),
        capacity=row.capacity,
        closed=row.closed,
        picture=Visibility(row.picture),
        version=row.version,
    )


def _plain_title(title: object) -> str:
    """Return a title on one line; raise an error if it cannot be shown."""
    plain = " ".join(title.split()) if isinstance(title, str) else ""
    kinds = {unicodedata.category(letter) for letter in plain}
    if not plain or len(plain) > LONGEST_TITLE or kinds & {"Cc", "Cs"}:
        raise RoomError(
            f"A room's title is a line of 1 to {LONGEST_TITLE} letters, not {shown(title)}."
        )
    return plain


def open_store(
    url: str | None = None,
    *,
    keep_connections: bool = True,
    clock: Callable[[], float] = time.time,
) -> Store:
    """Open the store of rooms.

    The database is created or migrated if necessary, and expired rooms are deleted.

    Parameters
    ----------
    url : str, optional
        ``sqlite:///rooms.db`` or ``postgresql://user@host/name``. By default the value of
        ``CAREERPATH_DATABASE_URL``; without it, a file in the user's data folder.
    keep_connections : bool
        Whether connections stay open for the next transaction. Use False in the process of a
        participant.
    clock : callable
        Returns the time in seconds since 1970.

    Returns
    -------
    Store

    Raises
    ------
    StoreError
        If the database cannot be used, or if a newer careerpath wrote it.

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
