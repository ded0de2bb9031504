"""What the screens of a room ask of a store, whatever keeps it.

`careerpath.room.store.Store` does all of it; state and tests know only this.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from careerpath.core.instrument import CutScores, Instrument
from careerpath.room.entities import Counts, OpenedRoom, Outcome, Phase, Room

if TYPE_CHECKING:
    from careerpath.cohort.tally import Tally


class ResponseStore(Protocol):
    """A participant's half."""

    def room(self, code: str) -> Room:
        """Return a room as it stands."""

    def instrument(self, code: str) -> Instrument:
        """Return the instrument of a room."""

    def touch(self, code: str, token: str, *, phase: Phase = ...) -> None:
        """Say that a participant is there, and how far."""

    def add_response(self, code: str, answers: Mapping[str, Any], *, submission_id: str) -> Outcome:
        """Take a participant's answers into the room."""


class RoomStore(Protocol):
    """The coach's half."""

    def create_room(
        self,
        title: str,
        instrument: Instrument | None = None,
        *,
        expires_in: timedelta = ...,
        capacity: int = ...,
    ) -> OpenedRoom:
        """Make a room."""

    def count_attempt(self, code: str) -> int:
        """Count an attempt to open a room; return for how many seconds it should wait."""

    def authenticate(self, code: str, key: str) -> bool:
        """Tell whether this is the coach key of a room."""

    def room(self, code: str) -> Room:
        """Return a room as it stands."""

    def version(self, code: str) -> int:
        """Return a number that grows with everything that changes in a room."""

    def instrument(self, code: str) -> Instrument:
        """Return the instrument of a room."""

    def counts(self, code: str) -> Counts:
        """Count who has come how far."""

    def tally(self, code: str) -> Tally:
        """Reduce the answers in a room's picture to counts."""

    def reveal_room(self, code: str) -> None:
        """Show the room its picture."""

    def hide_room(self, code: str) -> None:
        """Hide the room's picture."""

    def freeze_room(self, code: str) -> None:
        """Show the picture as it is now, standing still."""

    def set_cut_scores(self, code: str, cut_scores: CutScores | None) -> None:
        """Move the cut scores before the room."""

    def close_room(self, code: str) -> None:
        """Let nobody join or share any more."""

    def reset_room(self, code: str) -> None:
        """Remove all responses and participants."""

    def delete_room(self, code: str) -> None:
        """Delete a room with all that is in it."""

    def export_room(self, code: str, path: str | Path) -> Path:
        """Write a room's answers, totals and bands to a file."""

    def export_bytes(self, code: str, kind: str = ...) -> bytes:
        """Return what `export_room` would write."""
