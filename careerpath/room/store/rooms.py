"""Making, changing and ending rooms."""

from __future__ import annotations

import time
import tomllib
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from careerpath.core.errors import shown
from careerpath.core.instrument import CutScores, Instrument
from careerpath.core.instrument_file import load_instrument
from careerpath.room.entities import (
    DEFAULT_LIFE,
    OpenedRoom,
    Room,
    RoomError,
    RoomExpiredError,
    RoomNotFoundError,
    StoreError,
    Visibility,
)
from careerpath.room.store.codes_and_keys import (
    key_fits,
    key_hash,
    new_code,
    new_key,
    no_room,
    plain_code,
)
from careerpath.room.store.database import Database
from careerpath.room.store.tables import instruments, participants, rooms

LONGEST_LIFE = timedelta(days=366)
DEFAULT_CAPACITY = 500
LARGEST_CAPACITY = 1_000_000
LONGEST_TITLE = 120
MOST_ROOMS = 10_000
"""As many as one database keeps: whoever makes rooms without end does not fill the disk."""
_CODE_TRIES = 20
_REMEMBERED = 50
_ADDED_COLUMNS = ("total", "band", "unscored_reason")
"""What an export has beside the items."""

_THIS = rooms.c.code == bindparam("of")
_LOOK = select(rooms).where(_THIS)
_LOOK_AT_VERSION = select(rooms.c.version, rooms.c.expires).where(_THIS)
_NEXT_VERSION = update(rooms).where(_THIS).values(version=rooms.c.version + 1).returning(*rooms.c)
TOML = select(instruments.c.toml).where(instruments.c.room_id == bindparam("room_id"))
"""The instrument of a room."""


class Rooms:
    """The rooms of a database: the coach's half of a `Store`.

    Parameters
    ----------
    database : Database
        Which is up to date.
    clock : callable
        Gives the time, in seconds since 1970.
    """

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        self.database = database
        self._clock = clock
        self._instruments: dict[int, Instrument] = {}

    def create_room(
        self,
        title: str,
        instrument: Instrument | None = None,
        *,
        expires_in: timedelta = DEFAULT_LIFE,
        capacity: int = DEFAULT_CAPACITY,
    ) -> OpenedRoom:
        """Make a room.

        Parameters
        ----------
        title : str
            What participants see before the first question.
        instrument : Instrument, optional
            Kept in the room as it is now; the default one of `load_instrument` if left out.
        expires_in : timedelta
            The room is deleted after so long.
        capacity : int
            The most participants.

        Returns
        -------
        OpenedRoom
            With the coach key, which cannot be had again: only its hash is kept.

        Raises
        ------
        CareerpathError
            Where one of these will not do.
        """
        instrument = load_instrument() if instrument is None else instrument
        taken = [name for name in instrument.item_ids if name in _ADDED_COLUMNS]
        if taken:
            raise RoomError(
                f"The instrument has an item {taken[0]!r}, which is the name of a column of a "
                "room's export. Give the item another id."
            )
        if not timedelta(0) < expires_in <= LONGEST_LIFE:
            raise RoomError(f"A room lasts up to {LONGEST_LIFE.days} days. Choose a time in that.")
        if isinstance(capacity, bool) or not 1 <= capacity <= LARGEST_CAPACITY:
            raise RoomError(
                f"A room holds 1 to {LARGEST_CAPACITY:,} people, not {shown(capacity)}."
            )
        self._make_place()
        toml = instrument.to_toml()
        now = int(self._clock())
        key = new_key()
        values = {
            "title": _plain_title(title),
            "key_hash": key_hash(key),
            "instrument_id": instrument.id,
            "instrument_version": instrument.version,
            "published": instrument.cut_scores.model_dump(),
            "created": now,
            "expires": now + max(1, int(expires_in.total_seconds())),
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
        """Refuse a room beyond all places, unless some are those of rooms that are over."""
        if self._is_full():
            self.purge_expired()
            if self._is_full():
                raise RoomError(
                    f"There are {MOST_ROOMS:,} rooms already, as many as one database keeps. "
                    "Delete those that are over: careerpath room list shows them."
                )

    def _is_full(self) -> bool:
        query = select(func.count()).select_from(rooms)
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

    # Looking

    def room(self, code: str) -> Room:
        """Return a room as it stands.

        Raises
        ------
        RoomNotFoundError
            Where there is none of that code, or its time is over.
        """
        with self._room(code) as (_, row):
            return _room_of(row)

    def rooms(self) -> list[Room]:
        """Return all rooms, the newest first."""
        query = select(rooms).order_by(rooms.c.created.desc(), rooms.c.id.desc())
        with self.database.reading() as connection:
            found = connection.execute(query.where(rooms.c.expires > self._clock())).all()
        return [_room_of(row) for row in found]

    def version(self, code: str) -> int:
        """Return a number that grows with everything that changes in a room.

        It costs little: whoever shows a room asks for this, and for more only when it has grown.
        """
        with self._room(code, query=_LOOK_AT_VERSION) as (_, row):
            found: int = row.version
        return found

    def instrument(self, code: str) -> Instrument:
        """Return the instrument of a room, as it was when the room was made."""
        with self._room(code) as (connection, row):
            return self._instrument(connection, row)

    def authenticate(self, code: str, key: str) -> bool:
        """Tell whether this is the coach key of a room.

        Wrong codes take as long as wrong keys. Trying a key costs some 50 ms and 16 MB; whoever
        takes keys from strangers has to limit how often.
        """
        kept = None
        with suppress(RoomNotFoundError), self._room(code) as (_, row):
            kept = row.key_hash
        return key_fits(key, kept) and kept is not None

    # Steering

    def reveal_room(self, code: str) -> None:
        """Show the room its picture; a frozen one moves on."""
        self._show(code, Visibility.REVEALED)

    def hide_room(self, code: str) -> None:
        """Hide the room's picture."""
        self._show(code, Visibility.HIDDEN)

    def freeze_room(self, code: str) -> None:
        """Show the picture as it is now, standing still.

        People can go on sharing: what they share is kept, counted as waiting, and comes into the
        picture when it is revealed or hidden again.
        """
        self._show(code, Visibility.FROZEN)

    def _show(self, code: str, picture: Visibility) -> None:
        with self._changing(code) as (connection, row):
            changes: dict[str, Any] = {"picture": picture}
            if picture is not Visibility.FROZEN:
                moved = connection.execute(
                    update(participants)
                    .where(participants.c.room_id == row.id, participants.c.waiting.is_not(None))
                    .values(answers=participants.c.waiting, waiting=None)
                )
                if moved.rowcount:
                    changes["picture_version"] = row.picture_version + 1
            _change(connection, row, **changes)

    def set_cut_scores(self, code: str, cut_scores: CutScores | None) -> None:
        """Move the cut scores before the room; None puts the published ones back.

        The published ones stay beside them.

        Raises
        ------
        InstrumentError
            Where they lie outside the range of totals.
        """
        with self._changing(code) as (connection, row):
            moved = None
            if cut_scores is not None:
                moved = cut_scores.model_dump()
                self._instrument(connection, row).with_cut_scores(**moved)
                moved = None if moved == row.published else moved
            _change(connection, row, moved=moved)

    def close_room(self, code: str) -> None:
        """Let nobody join or share any more. What is there stays until it is deleted."""
        with self._changing(code) as (connection, row):
            _change(connection, row, closed=True)

    # Removing

    def reset_room(self, code: str) -> None:
        """Remove all responses and participants, and hide the picture."""
        with self._changing(code) as (connection, row):
            connection.execute(delete(participants).where(participants.c.room_id == row.id))
            _change(
                connection, row, picture=Visibility.HIDDEN, picture_version=row.picture_version + 1
            )
        self.database.erase_traces()

    def delete_room(self, code: str) -> None:
        """Delete a room with all that is in it, from the database's files too.

        Raises
        ------
        StoreError
            Where the rows are gone, but traces could not be erased yet.
        """
        with self._changing(code) as (connection, row):
            connection.execute(delete(rooms).where(rooms.c.id == row.id))
        self.database.erase_traces()

    def purge_expired(self) -> int:
        """Delete the rooms whose time is over, and return how many they were."""
        over = rooms.c.expires <= self._clock()
        with self.database.reading() as connection:
            if connection.execute(select(rooms.c.id).where(over).limit(1)).first() is None:
                return 0
        with self.database.writing() as connection:
            purged = connection.execute(delete(rooms).where(over)).rowcount
        self.database.erase_traces()
        return purged

    # Finding

    @contextmanager
    def _room(self, code: str, *, query: Any = _LOOK) -> Iterator[tuple[Connection, Row[Any]]]:
        """Find a room, to read."""
        plain = plain_code(code)
        with self._purging(), self.database.reading() as connection:
            yield connection, self._find(connection, plain, query)

    @contextmanager
    def _changing(self, code: str) -> Iterator[tuple[Connection, Row[Any]]]:
        """Find a room, to change; whoever else wants to change it waits.

        Its version has grown already, unless the transaction is rolled back.
        """
        plain = plain_code(code)
        with self._purging(), self.database.writing() as connection:
            yield connection, self._find(connection, plain, _NEXT_VERSION)

    def _find(self, connection: Connection, code: str, query: Any) -> Row[Any]:
        row: Row[Any] | None = connection.execute(query, {"of": code}).one_or_none()
        if row is None:
            raise no_room(code)
        self._check_time(code, row.expires)
        return row

    def _check_time(self, code: str, expires: int) -> None:
        if expires <= self._clock():
            raise RoomExpiredError(
                f"The time of room {code} is over, and it has been deleted. Open a new one."
            )

    @contextmanager
    def _purging(self) -> Iterator[None]:
        """Delete what has expired, where that is met."""
        try:
            yield
        except RoomExpiredError:
            # What cannot be deleted now is refused all the same, and met again.
            with suppress(StoreError):
                self.purge_expired()
            raise

    def _instrument(self, connection: Connection, row: Row[Any]) -> Instrument:
        def read() -> str:
            found: str = connection.execute(TOML, {"room_id": row.id}).scalar_one()
            return found

        return self._remembered(row.id, row.code, read)

    def _remembered(self, room_id: int, code: str, read: Callable[[], str]) -> Instrument:
        if room_id not in self._instruments:
            if len(self._instruments) >= _REMEMBERED:
                self._instruments.clear()
            found = Instrument.validated(tomllib.loads(read()), place=f"room {code}")
            self._instruments[room_id] = found
        return self._instruments[room_id]


class _CodeTakenError(Exception):
    """Another room has this code."""


def _change(connection: Connection, row: Row[Any], **values: Any) -> None:
    changed = update(rooms).where(rooms.c.id == row.id)
    connection.execute(changed.values(**values))


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
        capacity=row.capacity,
        closed=row.closed,
        picture=Visibility(row.picture),
        version=row.version,
    )


def _plain_title(title: object) -> str:
    """Return a title on one line, without what cannot be shown."""
    plain = " ".join(title.split()) if isinstance(title, str) else ""
    kinds = {unicodedata.category(letter) for letter in plain}
    if not plain or len(plain) > LONGEST_TITLE or kinds & {"Cc", "Cs"}:
        raise RoomError(
            f"A room's title is a line of 1 to {LONGEST_TITLE} letters, not {shown(title)}."
        )
    return plain
