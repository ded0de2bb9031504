"""What a room of phones does in the same moment: join, and share. By the driver, for speed."""

from __future__ import annotations

import hashlib
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, case, func, insert, select, update

from careerpath.core.errors import shown
from careerpath.room.entities import Progress, RoomClosedError, RoomError, RoomFullError, Visibility
from careerpath.room.store.database import Driver
from careerpath.room.store.tables import participants, rooms

LONGEST_TOKEN = 200

_VALUES = {column.name: bindparam(column.name, type_=column.type) for column in participants.c}
_INSIDE = participants.c.room_id == _VALUES["room_id"]
_THIS = and_(_INSIDE, participants.c.token == _VALUES["token"])

PHASE = select(participants.c.phase).where(_THIS)
"""How far a participant is, if there is one."""
COMING = update(rooms).where(rooms.c.code == bindparam("of")).values(version=rooms.c.version + 1)
"""Somebody is there, or further; whoever else comes meanwhile waits."""
SHARING = COMING.values(
    picture_version=rooms.c.picture_version
    + case((rooms.c.picture == Visibility.FROZEN, 0), else_=1)
)
"""The room has another response, which comes into the picture unless that is frozen."""
_MINE = and_(participants.c.room_id == rooms.c.id, participants.c.token == _VALUES["token"])
# Not what the update returns: what others did while it waited for them is not in that.
ENTER = (
    select(
        *(rooms.c.id, rooms.c.code, rooms.c.closed, rooms.c.picture, rooms.c.capacity),
        *(rooms.c.expires, participants.c.phase, participants.c.answers, participants.c.waiting),
    )
    .select_from(rooms.outerjoin(participants, _MINE))
    .where(rooms.c.code == bindparam("of"))
)
"""A room, and a participant in it: an `Entry`."""
_COUNT = select(func.count()).select_from(participants).where(_INSIDE).scalar_subquery()
_ADMIT = insert(participants).from_select(
    list(_VALUES), select(*_VALUES.values()).where(bindparam("capacity") > _COUNT)
)
_GO_ON = update(participants).where(_THIS).values(phase=bindparam("now"))
_PUT = {
    name: _GO_ON.values({name: bindparam("packed")})
    for name in (participants.c.answers.name, participants.c.waiting.name)
}


class Entry(NamedTuple):
    """A room to one who comes in: what `ENTER` selects."""

    id: int
    code: str
    closed: bool
    picture: str
    capacity: int
    expires: int
    phase: str | None
    answers: str | None
    waiting: str | None

    @property
    def newest(self) -> str | None:
        """The newest answers that the room has of them."""
        return self.waiting or self.answers

    def refusal(self) -> RoomClosedError:
        """Say that the room is closed."""
        return RoomClosedError(
            f"Room {self.code} is closed and takes no more answers. Your result is yours all the "
            "same."
        )


def take_down(driver: Driver, entry: Entry, token: str, phase: Progress, packed: str = "") -> None:
    """Take down how far a participant is, and newer answers if there are any.

    Parameters
    ----------
    driver : Driver
    entry : Entry
    token : str
        Its digest.
    phase : Progress
    packed : str
    """
    values: dict[str, Any] = {"room_id": entry.id, "token": token}
    # Into the picture, or behind a frozen one.
    column = "waiting" if entry.picture == Visibility.FROZEN else "answers"
    if entry.phase is None:
        _admit(driver, entry, {**values, "phase": phase.value, column: packed or None})
    elif packed:
        driver.run(_PUT[column], {**values, "now": phase.value, "packed": packed})
    else:
        driver.run(_GO_ON, {**values, "now": phase.value})


def _admit(driver: Driver, entry: Entry, values: dict[str, Any]) -> None:
    """Let somebody new in, if there is room."""
    if entry.closed:
        raise entry.refusal()
    values = {"answers": None, "waiting": None, **values, "capacity": entry.capacity}
    if driver.run(_ADMIT, values).rowcount != 1:
        raise RoomFullError(
            f"Room {entry.code} is full: {entry.capacity:,} people are in it. Your result is yours "
            "all the same."
        )


def digest(code: str, token: object) -> str:
    """Turn a participant's token into what is kept: it opens nothing, and differs in each room."""
    if not isinstance(token, str) or not 0 < len(token) <= LONGEST_TOKEN:
        raise RoomError(
            f"A submission id is a text of 1 to {LONGEST_TOKEN} letters, not {shown(token)}."
        )
    return hashlib.sha256(f"{code} {token}".encode("utf-8", "surrogatepass")).hexdigest()
