"""The choices after a result, as the result's own screen shows them before one is opened."""

from __future__ import annotations

from enum import StrEnum

from careerpath.core.instrument import Band


class Part(StrEnum):
    """What can be opened."""

    STEPS = "steps"
    NOW = "now"
    FEW = "few"
    FILES = "files"
    DEVICE = "device"
    LINK = "link"


TITLES = {
    Part.STEPS: "Three next steps",
    Part.NOW: "Where are you now?",
    Part.FEW: "How few is a few?",
    Part.FILES: "Take it with you",
    Part.DEVICE: "On this device",
    Part.LINK: "A link for your coach",
}


def choices(band: Band) -> tuple[tuple[Part, str], ...]:
    """Return the choices in the order that suits a band.

    Examples
    --------
    >>> [str(part) for part, _ in choices(Band.BOTH)][:2]
    ['few', 'steps']
    """
    first = [Part.FEW] if band is Band.BOTH else []
    order = [*first, *(part for part in Part if part not in first)]
    return tuple((part, TITLES[part]) for part in order)
