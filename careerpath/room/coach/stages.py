"""How far a coach has come with a room."""

from __future__ import annotations

from enum import StrEnum


class Stage(StrEnum):
    """Where a coach is."""

    DOOR = "door"
    CREATED = "created"
    """The room is new, and its key is shown this once."""
    OPEN = "open"
    GONE = "gone"
    """The room has been deleted, or its time is over."""


class View(StrEnum):
    """What an open room's page shows."""

    CONTROL = "control"
    PRESENTER = "presenter"


class Question(StrEnum):
    """What a coach is asked once more before it is done."""

    NOTHING = "nothing"
    CLOSE = "close"
    RESET = "reset"
    DELETE = "delete"
