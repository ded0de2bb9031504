"""What a room of phones does in the same moment: join, and share. By the driver, for speed."""

from __future__ import annotations

import hashlib
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, case, func, insert, select, update

from careerpath.errors import shown
from careerpath.rooms import Phase, Picture, RoomClosedError, RoomError, RoomFullError
from careerpath.store.database import Driver
from careerpath.store.tables import participants, rooms

LONGEST_TOKEN = 200

_VALUES = {column.name: bindparam(column.name, type_=column.type) for column in participants.c}
_INSIDE = participants.c.room_id == _VALUES["room_id"]
_THIS = and_(_INSIDE, participants.c.token == _VALUES["token"])

LOOK = select(participants.c.phase, participants.c.answers, participants.c.waiting).where(_THIS)
"""A participant."""
COMING = (
    update(rooms)
    .where(rooms.c.code == bindparam("of"))
    .values(version=rooms.c.version + 1)
    .returning(
        rooms.c.id, rooms.c.code, rooms.c.closed, rooms.c.picture, rooms.c.capacity, rooms.c.expires
    )
)
"""Somebody is there, or further; whoever else comes meanwhile waits."""
SHARING = COMING.values(
    picture_version=rooms.c.picture_version + case((rooms.c.picture == Picture.FROZEN, 0), else_=1)
)
"""The room has another response, which comes into the picture unless that is frozen."""
_COUNT = select(func.count()).select_from(participants).where(_INSIDE).scalar_subquery()
_ADMIT = (
    insert(participants)
    .from_select(list(_VALUES), select(*_VALUES.values()).where(bindparam("capacity") > _COUNT))
    .returning(participants.c.room_id)
)
_GO_ON = update(participants).where(_THIS).values(phase=bindparam("now"))
_PUT = {
    name: _GO_ON.values({name: bindparam("packed")})
    for name in (participants.c.answers.name, participants.c.waiting.name)
}


class Entry(NamedTuple):
    """A room, to one who comes in: what `COMING` and `SHARING` return."""

    id: int
    code: str
    closed: bool
    picture: str
    capacity: int
    expires: int

    @property
    def column(self) -> str:
        """Where newer answers go: into the picture, or behind a frozen one."""
        return "waiting" if self.picture == Picture.FROZEN else "answers"

    def refusal(self) -> RoomClosedError:
        """Say that the room is closed."""
        return RoomClosedError(
            f"Room {self.code} is closed and takes no more answers. Your result is yours all the "
            "same."
        )


class Known(NamedTuple):
    """A participant whom the room knows: what `LOOK` returns."""

    phase: str
    answers: str | None
    waiting: str | None


def find(driver: Driver, entry: Entry, token: str) -> Known | None:
    """Look for a participant."""
    row = driver.first(LOOK, key(entry.id, entry.code, token))
    return None if row is None else Known(*row)


def admit(driver: Driver, entry: Entry, token: str, *, phase: Phase, **answers: str) -> None:
    """Let somebody new in, if there is room."""
    if entry.closed:
        raise entry.refusal()
    values: dict[str, Any] = {"phase": phase.value, "answers": None, "waiting": None, **answers}
    values |= {**key(entry.id, entry.code, token), "capacity": entry.capacity}
    if driver.first(_ADMIT, values) is None:
        raise RoomFullError(
            f"Room {entry.code} is full: {entry.capacity:,} people are in it. Your result is yours "
            "all the same."
        )


def go_on(driver: Driver, entry: Entry, token: str, *, phase: Phase, **answers: str) -> None:
    """Take down how far somebody is whom the room knows, and newer answers if there are any."""
    values = {**key(entry.id, entry.code, token), "now": phase.value}
    if not answers:
        driver.run(_GO_ON, values)
    for column, packed in answers.items():
        driver.run(_PUT[column], {**values, "packed": packed})


def key(room_id: int, code: str, token: object) -> dict[str, Any]:
    """Say which participant."""
    return {"room_id": room_id, "token": digest(code, token)}


def digest(code: str, token: object) -> str:
    """Turn a participant's token into what is kept: it opens nothing, and differs in each room."""
    if not isinstance(token, str) or not 0 < len(token) <= LONGEST_TOKEN:
        raise RoomError(
            f"A submission id is a text of 1 to {LONGEST_TOKEN} letters, not {shown(token)}."
        )
    return hashlib.sha256(f"{code} {token}".encode("utf-8", "surrogatepass")).hexdigest()
