"""A participant's access to the store of rooms, with a limit on wrong codes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from careerpath.core.instrument import Instrument
from careerpath.room.room import Progress, Room, RoomClosedError, RoomError, RoomNotFoundError

if TYPE_CHECKING:
    from careerpath.room.store.store import Store

LONGEST_CODE = 100
MOST_WRONG_CODES = 20
"""After so many wrong codes a page must be reloaded, which makes guessing slow."""

_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,64}")


@dataclass(frozen=True, slots=True)
class Ticket:
    """The code of a room, and the random token by which the room knows this device."""

    code: str
    token: str = field(repr=False)


class RoomAccess:
    """What one page may do in rooms. Each call can take as long as the database takes.

    Parameters
    ----------
    open_rooms : callable
        Opens the store; called when the first room is entered.
    """

    def __init__(self, open_rooms: Callable[[], Store]) -> None:
        self._open_rooms = open_rooms
        self._store: Store | None = None
        self._tokens: dict[str, str] = {}
        self._wrong_codes = 0
        self._told: Progress | None = None

    def enter(
        self, ticket: Ticket, *, progress: Progress
    ) -> tuple[Room, Instrument, dict[str, float] | None]:
        """Join a room, or see again what is in it.

        Parameters
        ----------
        ticket : Ticket
        progress : Progress
            How far the participant is.

        Returns
        -------
        tuple of Room, Instrument, and dict or None
            The last is what this participant has shared with the room, as the store has it.

        Raises
        ------
        RoomError, StoreError
            If the room cannot be joined. A closed room lets in those who have shared.
        """
        room = self._room(ticket)
        shared = self._rooms().answers_of(ticket.code, ticket.token)
        if room.closed and shared is None:
            raise RoomClosedError(f"The room “{room.title}” is closed and takes no more answers.")
        self._told = None  # The room may have been reset.
        self.report_progress(ticket, progress)
        # Read again: a room stays for longer once somebody has joined it.
        room = self._rooms().room(ticket.code)
        return room, self._rooms().instrument(ticket.code), shared

    def report_progress(self, ticket: Ticket, progress: Progress) -> None:
        """Tell the room how far a participant is, if that has changed."""
        if progress is not self._told:
            self._rooms().touch(ticket.code, ticket.token, progress=progress)
            self._told = progress

    def share(self, ticket: Ticket, answers: Mapping[str, Any]) -> Room:
        """Add answers to a room. The same answers twice count once."""
        room = self._room(ticket)
        self._rooms().add_response(ticket.code, answers, submission_id=ticket.token)
        return room

    def _rooms(self) -> Store:
        if self._store is None:
            self._store = self._open_rooms()
        return self._store

    def _room(self, ticket: Ticket) -> Room:
        """Return the room; refuse a page that guesses codes or sends a second token."""
        if self._wrong_codes >= MOST_WRONG_CODES:
            raise RoomError("Too many codes were wrong. Reload the page to try another.")
        try:
            room = self._rooms().room(ticket.code)
        except RoomNotFoundError:
            self._wrong_codes += 1
            raise
        if self._tokens.setdefault(room.code, ticket.token) != ticket.token:
            raise RoomError("This page has already joined the room. Reload it to join again.")
        return room


def open_rooms() -> Store:
    """Open the store of rooms. It is imported only here: visitors without a room never load it."""
    from careerpath.room.store.store import open_store

    return open_store(keep_connections=False)


def read_ticket(found: object) -> Ticket | None:
    """Read a ticket that a browser sent, trusting nothing in it; return None if it is not one.

    Examples
    --------
    >>> read_ticket({"code": "bcd-fgh", "token": "0123456789abcdef"})
    Ticket(code='bcd-fgh')
    >>> read_ticket({"code": "BCDFGH", "token": ""}) is None
    True
    """
    if not isinstance(found, dict):
        return None
    code, token = found.get("code"), found.get("token")
    if not isinstance(code, str) or len(code) > LONGEST_CODE:
        return None
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        return None
    return Ticket(code, token)
