"""The choices after a result. The result's screen lists them before one is opened."""

from __future__ import annotations

from enum import StrEnum

from careerpath.core.instrument import Band


class Choice(StrEnum):
    """A part of "What next" that can be opened."""

    STEPS = "steps"
    NOW = "now"
    FEW = "few"
    FILES = "files"
    DEVICE = "device"
    LINK = "link"


TITLES = {
    Choice.STEPS: "Three next steps",
    Choice.NOW: "Where are you now?",
    Choice.FEW: "How few is a few?",
    Choice.FILES: "Take it with you",
    Choice.DEVICE: "On this device",
    Choice.LINK: "A link for your coach",
}


def choices(band: Band) -> tuple[tuple[Choice, str], ...]:
    """Return the choices with their titles, in the order for a band.

    Examples
    --------
    >>> [str(part) for part, _ in choices(Band.BOTH)][:2]
    ['few', 'steps']
    """
    first = [Choice.FEW] if band is Band.BOTH else []
    order = [*first, *(part for part in Choice if part not in first)]
    return tuple((part, TITLES[part]) for part in order)
