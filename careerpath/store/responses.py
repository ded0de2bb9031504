"""Participants and what they share."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, and_, bindparam, func, insert, select, update

from careerpath.errors import shown
from careerpath.rooms import (
    Counts,
    Outcome,
    Phase,
    Picture,
    RoomClosedError,
    RoomError,
    RoomFullError,
    hold_back,
)
from careerpath.store.packing import pack, unpack
from careerpath.store.rooms import NEXT_PICTURE, Rooms
from careerpath.store.tables import participants

if TYPE_CHECKING:
    import pandas as pd

    from careerpath.cohort import Tally

LONGEST_TOKEN = 200
_REMEMBERED = 8

_VALUES = {column.name: bindparam(column.name, type_=column.type) for column in participants.c}
_INSIDE = participants.c.room_id == _VALUES["room_id"]
_THIS = and_(_INSIDE, participants.c.token == _VALUES["token"])
_LOOK = select(participants).where(_THIS)
_COUNT = select(func.count()).select_from(participants).where(_INSIDE).scalar_subquery()
_ADMIT = (
    insert(participants)
    .from_select(list(_VALUES), select(*_VALUES.values()).where(bindparam("capacity") > _COUNT))
    .returning(participants.c.room_id)
)


class Responses(Rooms):
    """What participants share with a room: the participants' half of a `Store`."""

    _tallies: dict[tuple[int, int], Tally]

    def touch(self, code: str, token: str, *, phase: Phase = Phase.JOINED) -> None:
        """Say that a participant is there, and how far.

        Nothing is written where that is known already.

        Parameters
        ----------
        code : str
        token : str
            What the participant's device chose at random for this room.
        phase : Phase

        Raises
        ------
        RoomError
            Where the room is not there, closed, or full for somebody new.
        """
        phase = Phase(phase)
        with self._room(code) as (connection, row):
            found = _find(connection, row, token)
            if found is not None and found.phase == phase:
                return
        with self._changing(code) as (connection, row):
            if _find(connection, row, token) is None:
                _admit(connection, row, token, phase=phase)
            else:
                _write(connection, row, token, phase=phase)

    def add_response(self, code: str, answers: Mapping[str, Any], *, submission_id: str) -> Outcome:
        """Take a participant's answers into the room.

        The same twice counts once, so whoever is not sure that it arrived sends it again; other
        answers under the same id replace the older ones.

        Parameters
        ----------
        code : str
        answers : mapping of str to int or float
            An answer for each item, from left to right as shown.
        submission_id : str
            What the participant's device chose at random for this room: the token of `touch`. Only
            its digest is kept.

        Returns
        -------
        Outcome

        Raises
        ------
        AnswerError
            Where the answers cannot be scored.
        RoomError
            Where the room is not there, closed, or full for somebody new.
        StoreUnavailableError
            Where the database does not answer, and the same can be sent again.
        """
        with self._changing(code, change=NEXT_PICTURE) as (connection, row):
            packed = pack(self._instrument(connection, row), answers)
            found = _find(connection, row, submission_id)
            newest = found and (found.waiting or found.answers)
            if newest == packed:
                # Also where the room has been closed since: it is counted.
                connection.rollback()
                return Outcome.UNCHANGED
            if row.closed:
                raise _closed(row)
            values = {"waiting" if row.picture == Picture.FROZEN else "answers": packed}
            put = _admit if found is None else _write
            put(connection, row, submission_id, phase=Phase.FINISHED, **values)
        return Outcome.REPLACED if newest else Outcome.ADDED

    def counts(self, code: str) -> Counts:
        """Count who has come how far; nothing of what they answered."""
        mine = participants.c
        query = select(
            func.count().label("joined"),
            func.count().filter(mine.phase == Phase.ANSWERING).label("answering"),
            func.count(func.coalesce(mine.waiting, mine.answers)).label("shared"),
            func.count(mine.waiting).label("waiting"),
        )
        with self._room(code) as (connection, row):
            found = connection.execute(query.where(mine.room_id == row.id)).mappings().one()
        return Counts(**found, version=row.version)

    def tally(self, code: str) -> Tally:
        """Reduce the answers in a room's picture to counts.

        Asked again while the picture has not changed, it costs one small query.

        Raises
        ------
        HeldBackError
            Where fewer than `MINIMUM_SHOWN` people's answers are in it.
        """
        with self._room(code) as (connection, row):
            key = (row.id, row.picture_version)
            tally = self._tallies.get(key)
            if tally is None:
                instrument = self._instrument(connection, row)
                packed = self._packed(connection, row)
        if tally is None:
            from careerpath.cohort import Tally

            tally = Tally.of(unpack(instrument, packed), instrument)
            if len(self._tallies) >= _REMEMBERED:
                self._tallies.clear()
            self._tallies[key] = tally
        hold_back(tally.count)
        return tally

    def answers(self, code: str) -> pd.DataFrame:
        """Return the answers in a room's picture: a row a person, a column an item.

        The rows stand in the order of the tokens' digests, which says nothing about who came when.

        Raises
        ------
        HeldBackError
            Where there are fewer than `MINIMUM_SHOWN` people.
        """
        with self._room(code) as (connection, row):
            instrument = self._instrument(connection, row)
            packed = self._packed(connection, row)
        frame = unpack(instrument, packed)
        hold_back(len(frame))
        return frame

    def _packed(self, connection: Connection, row: Row[Any]) -> str:
        """Fetch all answers in the picture as one text."""
        mine = participants.c
        chosen = (
            select(mine.answers)
            .where(mine.room_id == row.id, mine.answers.is_not(None))
            .order_by(mine.token)
            .subquery()
        )
        join = func.group_concat if self.database.is_sqlite else func.string_agg
        found: str | None = connection.execute(select(join(chosen.c.answers, ""))).scalar_one()
        return found or ""


def _find(connection: Connection, row: Row[Any], token: str) -> Row[Any] | None:
    return connection.execute(_LOOK, _key(row, token)).one_or_none()


def _admit(
    connection: Connection, row: Row[Any], token: str, *, phase: Phase, **answers: str
) -> None:
    """Let somebody new in, if there is room."""
    if row.closed:
        raise _closed(row)
    values = {**_key(row, token), "phase": phase, "answers": None, "waiting": None, **answers}
    if connection.execute(_ADMIT, {**values, "capacity": row.capacity}).first() is None:
        raise RoomFullError(
            f"Room {row.code} is full: {row.capacity:,} people are in it. Your result is yours all "
            "the same."
        )


def _write(connection: Connection, row: Row[Any], token: str, **values: str) -> None:
    of = participants.c
    this = (of.room_id == row.id) & (of.token == digest(row.code, token))
    connection.execute(update(participants).where(this).values(**values))


def _key(row: Row[Any], token: str) -> dict[str, Any]:
    return {"room_id": row.id, "token": digest(row.code, token)}


def _closed(row: Row[Any]) -> RoomClosedError:
    return RoomClosedError(
        f"Room {row.code} is closed and takes no more answers. Your result is yours all the same."
    )


def digest(code: str, token: object) -> str:
    """Turn a participant's token into what is kept: it opens nothing, and differs in each room."""
    if not isinstance(token, str) or not 0 < len(token) <= LONGEST_TOKEN:
        raise RoomError(
            f"A submission id is a text of 1 to {LONGEST_TOKEN} letters, not {shown(token)}."
        )
    return hashlib.sha256(f"{code} {token}".encode("utf-8", "surrogatepass")).hexdigest()
