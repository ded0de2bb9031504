"""One look at a room through the store: all that a coach's page shows of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from careerpath.core.instrument import Instrument
from careerpath.room.entities import Counts, HeldBackError, Room, Visibility

if TYPE_CHECKING:
    from careerpath.cohort.tally import Tally
    from careerpath.room.store.store import Store


@dataclass(frozen=True, slots=True)
class RoomLook:
    """A room at one moment.

    Attributes
    ----------
    version : int
        What the room was at, or a little later.
    instrument : Instrument
    room : Room
    counts : Counts
    tally : Tally or None
        Where the picture is shown, and enough have shared.
    held_back : str
        Why there is no tally though the picture is shown.
    """

    version: int
    instrument: Instrument
    room: Room
    counts: Counts
    tally: Tally | None
    held_back: str


def look_at(store: Store, code: str, *, seen: int) -> RoomLook | None:
    """Look at a room, if anything has changed in it since its version was the one that was seen.

    What changes while we look is newer than the version that we tell, and so is met again by the
    next look.
    """
    version = store.version(code)
    if version == seen:
        return None
    room, counts = store.room(code), store.counts(code)
    tally, held_back = None, ""
    if room.picture is not Visibility.HIDDEN:
        try:
            tally = store.tally(code)
        except HeldBackError as error:
            held_back = str(error)
    return RoomLook(version, store.instrument(code), room, counts, tally, held_back)
