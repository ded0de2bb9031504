"""The door of a room: what a participant's page asks of the store, and how often it may."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from careerpath.core.instrument import Instrument
from careerpath.room.entities import Progress, Room, RoomClosedError, RoomError, RoomNotFoundError

if TYPE_CHECKING:
    from careerpath.room.store.store import Store

LONGEST_CODE = 100
MOST_MISSES = 20
"""So often a page can name a room that is not there: guessing takes a page for every few codes."""

_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,64}")


@dataclass(frozen=True, slots=True)
class Claim:
    """Who wants into which room: a code, and what the device chose at random for it."""

    code: str
    token: str = field(repr=False)


class Door:
    """One page's way to the rooms. It can take as long as a database does.

    Parameters
    ----------
    open_rooms : callable
        Opens the store; called when a room is asked for, and never before.
    """

    def __init__(self, open_rooms: Callable[[], Store]) -> None:
        self._open_rooms = open_rooms
        self._store: Store | None = None
        self._tokens: dict[str, str] = {}
        self._misses = 0
        self._told: Progress | None = None

    def enter(self, claim: Claim, *, progress: Progress, again: bool) -> tuple[Room, Instrument]:
        """Join a room.

        Parameters
        ----------
        claim : Claim
        progress : Progress
            How far the participant is.
        again : bool
            Whether the room has answers of theirs: then they find in, even if it is closed.

        Raises
        ------
        RoomError, StoreError
            Where they do not.
        """
        room = self._room(claim)
        if not again:
            if room.closed:
                raise RoomClosedError(
                    f"The room “{room.title}” is closed and takes no more answers."
                )
            self.appear(claim, progress=progress)
        return room, self._rooms().instrument(claim.code)

    def appear(self, claim: Claim, *, progress: Progress) -> None:
        """Say how far a participant is, if that has changed."""
        if progress is not self._told:
            self._rooms().touch(claim.code, claim.token, progress=progress)
            self._told = progress

    def share(self, claim: Claim, answers: Mapping[str, Any]) -> Room:
        """Take answers into a room. The same twice counts once."""
        room = self._room(claim)
        self._rooms().add_response(claim.code, answers, submission_id=claim.token)
        return room

    def _rooms(self) -> Store:
        if self._store is None:
            self._store = self._open_rooms()
        return self._store

    def _room(self, claim: Claim) -> Room:
        """Find a room, for one participant a page."""
        if self._misses >= MOST_MISSES:
            raise RoomError("Too many codes were wrong. Reload the page to try another.")
        try:
            room = self._rooms().room(claim.code)
        except RoomNotFoundError:
            self._misses += 1
            raise
        if self._tokens.setdefault(room.code, claim.token) != claim.token:
            raise RoomError("This page has joined the room already. Reload it to join again.")
        return room


def read_claim(found: object) -> Claim | None:
    """Read who wants into which room, trusting nothing in it.

    Examples
    --------
    >>> read_claim({"code": "bcd-fgh", "token": "0123456789abcdef"})
    Claim(code='bcd-fgh')
    >>> read_claim({"code": "BCDFGH", "token": ""}) is None
    True
    """
    if not isinstance(found, dict):
        return None
    code, token = found.get("code"), found.get("token")
    if not isinstance(code, str) or len(code) > LONGEST_CODE:
        return None
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        return None
    return Claim(code, token)
