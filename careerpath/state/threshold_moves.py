"""What a hand does to two cut scores: two numbers from a browser, put onto possible totals."""

from __future__ import annotations

import math
from enum import StrEnum

import numpy as np

from careerpath.errors import CareerpathError, shown
from careerpath.instrument import CutScores, Instrument

ONE_MOVE_SECONDS = 1.0
"""Moves that follow each other faster than this are one move, to undo at once."""


class Gesture(StrEnum):
    """How the cut scores were moved last."""

    CODE = "code"
    DRAG = "drag"
    SLIDE = "slide"


def two_numbers(found: object) -> tuple[float, float]:
    """Read two finite numbers, whatever a browser has sent.

    Raises
    ------
    CareerpathError
        Where it is anything else.
    """
    try:
        values = np.asarray(found, dtype=float)
    except (TypeError, ValueError, OverflowError):
        values = np.array([math.nan])
    if values.shape != (2,) or not np.isfinite(values).all():
        raise CareerpathError(
            f"Two cut scores are two numbers, not {shown(found)}. Move a handle again."
        )
    return float(values[0]), float(values[1])


def snapped(instrument: Instrument, old: CutScores, low: float, high: float) -> CutScores:
    """Put two cut scores onto possible totals, in order; the one that moved gives way.

    Examples
    --------
    >>> from careerpath import load_instrument
    >>> instrument = load_instrument()
    >>> snapped(instrument, instrument.cut_scores, 130.2, 100)
    CutScores(management_below=100, mastery_above=100)
    """
    first, second = _nearest(instrument, low), _nearest(instrument, high)
    if first > second:
        if second == old.mastery_above:
            first = second
        else:
            second = first
    return CutScores(management_below=first, mastery_above=second)


def _nearest(instrument: Instrument, position: float) -> int | float:
    lowest, highest = instrument.minimum_total, instrument.maximum_total
    inside = min(max(position, lowest), highest)
    return instrument.total_of(round((inside - lowest) / instrument.scale.step))
