"""What a room is: its state, its counts, and the errors that it raises.

A room is a live session with a code. The store returns these classes and the screens show them;
this module imports neither the store nor a screen.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from careerpath.core.errors import CareerpathError
from careerpath.core.instrument import CutScores
from careerpath.core.wording import counted, plural

MINIMUM_SHOWN = 5
"""A room's answers are shown only after this many people have shared theirs, and the picture moves
on only after this many have shared something new."""
DEFAULT_LIFE = timedelta(days=7)
"""A room is deleted after this time, unless it was created with another."""
UNUSED_LIFE = timedelta(hours=24)
"""A room that was created on a coach's page is deleted after this time if nobody has joined."""
DEFAULT_CAPACITY = 500
"""The largest number of participants, unless the room was created with another."""


class Visibility(StrEnum):
    """What the people in a room see of its picture."""

    HIDDEN = "hidden"
    REVEALED = "revealed"
    FROZEN = "frozen"
    """Shown as it was when it was frozen: newer answers wait until it is revealed or hidden."""


class Progress(StrEnum):
    """How far a participant is with the questionnaire."""

    JOINED = "joined"
    ANSWERING = "answering"
    FINISHED = "finished"


class Outcome(StrEnum):
    """What the store did with a response."""

    ADDED = "added"
    REPLACED = "replaced"
    UNCHANGED = "unchanged"
    """The room had exactly these answers: it was a retry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """The state of a room.

    Attributes
    ----------
    code : str
        Six letters.
    title : str
    instrument_id, instrument_version : str
        The instrument, as it was when the room was created.
    published : CutScores
        The instrument's own cut scores.
    cut_scores : CutScores
        The cut scores that the coach chose; the published ones until then.
    created, expires : datetime
        In UTC. From `expires` on, the room cannot be used. It is deleted at least an hour later.
    expires_if_used : datetime or None
        When the room expires if somebody joins before it expires; None once somebody has, or if
        that makes no difference.
    capacity : int
        The largest number of participants.
    closed : bool
        Whether the room takes no more participants and answers.
    picture : Visibility
        What the people in the room see of its picture.
    version : int
        Grows with every change in the room.
    """

    code: str
    title: str
    instrument_id: str
    instrument_version: str
    published: CutScores
    cut_scores: CutScores
    created: datetime
    expires: datetime
    expires_if_used: datetime | None = None
    capacity: int
    closed: bool
    picture: Visibility
    version: int

    @property
    def revealed(self) -> bool:
        """Whether the people in the room see its picture, live or frozen."""
        return self.picture is not Visibility.HIDDEN

    @property
    def frozen(self) -> bool:
        """Whether the picture is frozen."""
        return self.picture is Visibility.FROZEN


@dataclass(frozen=True, slots=True)
class OpenedRoom:
    """A room that was just created.

    Attributes
    ----------
    code : str
        Participants join with it.
    coach_key : str
        The coach opens the room with it. It is available here only: the store keeps its hash.
    room : Room
    """

    code: str
    coach_key: str
    room: Room

    def __repr__(self) -> str:
        """Leave the key out: other people may read what is printed or logged."""
        return f"OpenedRoom(code={self.code!r}, coach_key=...)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many people are in a room, and how far they are.

    Attributes
    ----------
    joined : int
        All participants.
    answering : int
        Participants who are answering now, for the first time or again.
    shared : int
        Participants who have shared their answers.
    waiting : int
        Participants whose newest answers are not in the picture yet, because it is frozen or
        because too few have shared since it last changed.
    version : int
        The version of the room to which these counts belong.
    """

    joined: int
    answering: int
    shared: int
    waiting: int
    version: int


def left_out(waiting: int, *, of: str, frozen: bool) -> str:
    """Say which answers a file of a room does not contain.

    Parameters
    ----------
    waiting : int
        `Counts.waiting`.
    of : str
        The file, for the sentence.
    frozen : bool
        Whether they wait because the picture is frozen.

    Returns
    -------
    str
        A sentence, or an empty text if no answers wait.

    Examples
    --------
    >>> left_out(1, of="this summary", frozen=True)
    '1 newer answer waits behind the frozen picture and is not in this summary.'
    >>> left_out(3, of="it", frozen=False)
    '3 newer answers wait until there are 5, or until the room is closed, and are not in it.'
    >>> left_out(0, of="this summary", frozen=False)
    ''
    """
    if not waiting:
        return ""
    wait = "waits" if waiting == 1 else "wait"
    until = (
        "behind the frozen picture"
        if frozen
        else f"until there are {MINIMUM_SHOWN}, or until the room is closed,"
    )
    answers = counted(waiting, "newer answer")
    return f"{answers} {wait} {until} and {plural(waiting, 'is')} not in {of}."


class RoomError(CareerpathError):
    """A room refused a request."""


class RoomNotFoundError(RoomError):
    """No room has this code."""


class RoomExpiredError(RoomNotFoundError):
    """The room has expired."""


class RoomClosedError(RoomError):
    """The coach has closed the room."""


class RoomFullError(RoomError):
    """The room has reached its capacity."""


class HeldBackError(RoomError):
    """Too few people have shared their answers, so none are shown.

    Parameters
    ----------
    count : int
        How many people have shared.
    """

    def __init__(self, count: int) -> None:
        super().__init__(
            f"{count} of at least {MINIMUM_SHOWN} people have shared their answers. Nothing is "
            f"shown before that. Wait for {MINIMUM_SHOWN - count} more."
        )
        self.count = count


class StoreError(CareerpathError):
    """The database cannot do what was asked."""


class StoreUnavailableError(StoreError):
    """The database does not answer now; the same request may succeed later."""


def hold_back(count: int) -> None:
    """Raise an error if too few people have shared their answers.

    Parameters
    ----------
    count : int
        How many people have shared.

    Raises
    ------
    HeldBackError
        If `count` is below `MINIMUM_SHOWN`.

    Examples
    --------
    >>> hold_back(5)
    >>> hold_back(4)
    Traceback (most recent call last):
        ...
    careerpath.room.room.HeldBackError: 4 of at least 5 people have shared their answers. \
Nothing is shown before that. Wait for 1 more.
    """
    if count < MINIMUM_SHOWN:
        raise HeldBackError(count)
