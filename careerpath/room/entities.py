"""The words of a room: what it is, how it stands, and why it may refuse.

A room is a live session with a code. Here is what the store of rooms gives and what the screens
take; this module knows neither of them, and no database.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from careerpath.core.errors import CareerpathError
from careerpath.core.instrument import CutScores
from careerpath.core.wording import counted, plural

MINIMUM_SHOWN = 5
"""A room's answers are shown only after this many people have shared theirs."""
DEFAULT_LIFE = timedelta(days=7)
"""A room is deleted after this time, unless another time was given."""


class Visibility(StrEnum):
    """What the room sees of its answers."""

    HIDDEN = "hidden"
    REVEALED = "revealed"
    FROZEN = "frozen"
    """Shown, and standing still: what is shared meanwhile waits until it moves on."""


class Progress(StrEnum):
    """How far a participant has come."""

    JOINED = "joined"
    ANSWERING = "answering"
    FINISHED = "finished"


class Outcome(StrEnum):
    """What became of a response."""

    ADDED = "added"
    REPLACED = "replaced"
    UNCHANGED = "unchanged"
    """It was there already: a retry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A room as it stands.

    Attributes
    ----------
    code : str
        Six letters.
    title : str
    instrument_id, instrument_version : str
        The instrument, frozen when the room was made.
    published : CutScores
        The instrument's own cut scores.
    cut_scores : CutScores
        Those that the coach has moved them to; the published ones until then.
    created, expires : datetime
        In UTC. From then on the room is refused, and deleted.
    capacity : int
        The most participants.
    closed : bool
        Whether nobody can join or share any more.
    picture : Visibility
        What the room sees.
    version : int
        Grows with everything that changes in the room.
    """

    code: str
    title: str
    instrument_id: str
    instrument_version: str
    published: CutScores
    cut_scores: CutScores
    created: datetime
    expires: datetime
    capacity: int
    closed: bool
    picture: Visibility
    version: int

    @property
    def revealed(self) -> bool:
        """Whether the room sees its picture, moving or not."""
        return self.picture is not Visibility.HIDDEN

    @property
    def frozen(self) -> bool:
        """Whether the picture stands still."""
        return self.picture is Visibility.FROZEN


@dataclass(frozen=True, slots=True)
class OpenedRoom:
    """A room that was just made.

    Attributes
    ----------
    code : str
        What participants join with.
    coach_key : str
        What the coach opens it with. This is the only time that it can be had.
    room : Room
    """

    code: str
    coach_key: str
    room: Room

    def __repr__(self) -> str:
        """Leave the key out: what is printed or logged is read by others."""
        return f"OpenedRoom(code={self.code!r}, coach_key=...)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many people of a room have come how far.

    Attributes
    ----------
    joined : int
        All of them.
    answering : int
        Those who are answering now, for the first time or again.
    shared : int
        Those whose answers the room has.
    waiting : int
        Those of them whose newest answers wait, because the picture is frozen.
    version : int
        The room's version that these counts belong to.
    """

    joined: int
    answering: int
    shared: int
    waiting: int
    version: int


def left_out(waiting: int, *, of: str) -> str:
    """Say what a file of a room lacks while the picture is frozen.

    Parameters
    ----------
    waiting : int
        `Counts.waiting`.
    of : str
        What lacks it.

    Returns
    -------
    str
        Empty where nothing waits.

    Examples
    --------
    >>> left_out(1, of="this summary")
    '1 newer answer waits behind the frozen picture and is not in this summary.'
    >>> left_out(0, of="this summary")
    ''
    """
    if not waiting:
        return ""
    wait = "waits" if waiting == 1 else "wait"
    return (
        f"{counted(waiting, 'newer answer')} {wait} behind the frozen picture and "
        f"{plural(waiting, 'is')} not in {of}."
    )


class RoomError(CareerpathError):
    """A room that does not do what it was asked."""


class RoomNotFoundError(RoomError):
    """No room has this code."""


class RoomExpiredError(RoomNotFoundError):
    """The room's time is over."""


class RoomClosedError(RoomError):
    """The coach has closed the room."""


class RoomFullError(RoomError):
    """The room has as many participants as it can have."""


class HeldBackError(RoomError):
    """Too few people have shared their answers for anything to be shown.

    Parameters
    ----------
    count : int
        How many there are.
    """

    def __init__(self, count: int) -> None:
        super().__init__(
            f"{count} of at least {MINIMUM_SHOWN} people have shared their answers. Nothing is "
            f"shown before that. Wait for {MINIMUM_SHOWN - count} more."
        )
        self.count = count


class StoreError(CareerpathError):
    """A database that does not do what it was asked."""


class StoreUnavailableError(StoreError):
    """A database that does not answer at the moment: the same can be asked again."""


def hold_back(count: int) -> None:
    """Refuse to show the answers of so few.

    Parameters
    ----------
    count : int
        How many people's answers would be shown.

    Raises
    ------
    HeldBackError
        Under `MINIMUM_SHOWN`.

    Examples
    --------
    >>> hold_back(5)
    >>> hold_back(4)
    Traceback (most recent call last):
        ...
    careerpath.room.entities.HeldBackError: 4 of at least 5 people have shared their answers. \
Nothing is shown before that. Wait for 1 more.
    """
    if count < MINIMUM_SHOWN:
        raise HeldBackError(count)
