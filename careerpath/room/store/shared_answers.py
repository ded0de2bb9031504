"""Participants and what they share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import ClauseElement, Connection, Row, func, select

from careerpath.room.entities import Counts, Outcome, Progress, hold_back
from careerpath.room.store.codes_and_keys import no_room, plain_code
from careerpath.room.store.database import Driver
from careerpath.room.store.packing import count, pack, unpack
from careerpath.room.store.rooms import TOML, Rooms
from careerpath.room.store.tables import participants
from careerpath.room.store.taking_part import (
    COMING,
    ENTER,
    PHASE,
    SHARING,
    Entry,
    digest,
    take_down,
)

if TYPE_CHECKING:
    import pandas as pd

    from careerpath.cohort.tally import Tally

_REMEMBERED = 8


class Responses(Rooms):
    """What participants share with a room: the participants' half of a `Store`."""

    _tallies: dict[tuple[int, int], Tally]

    def touch(self, code: str, token: str, *, progress: Progress = Progress.JOINED) -> None:
        """Say that a participant is there, and how far.

        Nothing is written where that is known already.

        Parameters
        ----------
        code : str
        token : str
            What the participant's device chose at random for this room.
        progress : Progress

        Raises
        ------
        RoomError
            Where the room is not there, closed, or full for somebody new.
        """
        progress = Progress(progress)
        with self._room(code) as (connection, row):
            this = {"room_id": row.id, "token": digest(row.code, token)}
            if connection.execute(PHASE, this).scalar_one_or_none() == progress:
                return
        with self._coming(code, token, COMING) as (driver, entry, kept):
            take_down(driver, entry, kept, progress)

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
        with self._coming(code, submission_id, SHARING) as (driver, entry, kept):
            instrument = self._remembered(
                entry.id, entry.code, lambda: str(driver.first(TOML, {"room_id": entry.id})[0])
            )
            packed = pack(instrument, answers)
            if entry.newest == packed:
                # Also where the room has been closed since: it is counted.
                driver.connection.rollback()
                return Outcome.UNCHANGED
            if entry.closed:
                raise entry.refusal()
            take_down(driver, entry, kept, Progress.FINISHED, packed)
        return Outcome.REPLACED if entry.newest else Outcome.ADDED

    @contextmanager
    def _coming(
        self, code: str, token: str, change: ClauseElement
    ) -> Iterator[tuple[Driver, Entry, str]]:
        """Come into a room, to change it as one of many; whoever else wants to, waits."""
        plain = plain_code(code)
        kept = digest(plain, token)
        with self._purging(), self.database.quickly() as driver:
            driver.run(change, {"of": plain})
            row = driver.first(ENTER, {"of": plain, "token": kept})
            if row is None:
                raise no_room(plain)
            entry = Entry(*row)
            self._check_time(plain, entry.expires)
            yield driver, entry, kept

    def counts(self, code: str) -> Counts:
        """Count who has come how far; nothing of what they answered."""
        mine = participants.c
        query = select(
            func.count().label("joined"),
            func.count().filter(mine.phase == Progress.ANSWERING).label("answering"),
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
            tally = count(instrument, packed)
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
            packed = self._packed(connection, row, in_order=True)
        frame = unpack(instrument, packed)
        hold_back(len(frame))
        return frame

    def _packed(self, connection: Connection, row: Row[Any], *, in_order: bool = False) -> str:
        """Fetch all answers in the picture as one text."""
        mine = participants.c
        query = select(mine.answers).where(mine.room_id == row.id, mine.answers.is_not(None))
        chosen = (query.order_by(mine.token) if in_order else query).subquery()
        join = func.group_concat if self.database.is_sqlite else func.string_agg
        found: str | None = connection.execute(select(join(chosen.c.answers, ""))).scalar_one()
        return found or ""
