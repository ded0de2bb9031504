"""The slides on which a presenter shows a room."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from careerpath.core.instrument import Instrument, Item

ON_A_SLIDE = 3
"""The most questions on a slide: people in the last row must be able to read them."""


class SlideKind(StrEnum):
    """What a slide shows."""

    ROOM = "room"
    FACETS = "facets"
    QUESTIONS = "questions"


@dataclass(frozen=True, slots=True)
class Slide:
    """One slide.

    Attributes
    ----------
    kind : SlideKind
    title : str
    items : tuple of Item
        The questions on it.
    """

    kind: SlideKind
    title: str
    items: tuple[Item, ...] = ()


def slides_of(instrument: Instrument) -> tuple[Slide, ...]:
    """Return the slides for an instrument: the room, the facets, then the questions by facet.

    Examples
    --------
    >>> from careerpath import load_instrument
    >>> slides = slides_of(load_instrument())
    >>> len(slides), slides[0].title, len(slides[2].items)
    (7, 'How this room leans', 3)
    """
    facets = [(each, instrument.items_of(each.id)) for each in instrument.facets]
    groups = [(each.title, items) for each, items in facets if items]
    alone = tuple(item for item in instrument.items if item.facet is None)
    if alone:
        groups.append(("The questions", alone))
    questions = [
        Slide(SlideKind.QUESTIONS, title, items[start : start + ON_A_SLIDE])
        for title, items in groups
        for start in range(0, len(items), ON_A_SLIDE)
    ]
    themes = [Slide(SlideKind.FACETS, "Theme by theme")] if len(groups) > bool(alone) else []
    return (Slide(SlideKind.ROOM, "How this room leans"), *themes, *questions)
