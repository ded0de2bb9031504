"""Moving two cut scores: two numbers from a browser become possible totals in order."""

from __future__ import annotations

import math

import numpy as np

from careerpath.core.errors import CareerpathError, shown
from careerpath.core.instrument import CutScores, Instrument


def two_numbers(found: object) -> tuple[float, float]:
    """Return two finite numbers from whatever a browser sent.

    Raises
    ------
    CareerpathError
        If it sent anything else.
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


def handles(instrument: Instrument, cuts: CutScores) -> tuple[int | float, int | float]:
    """Return the possible totals for two handles: the lowest of "both", and the highest.

    If no total lies between the cut scores, both handles are at the one below.

    Examples
    --------
    >>> from careerpath import load_instrument
    >>> handles(load_instrument(), CutScores(management_below=49.5, mastery_above=100.5))
    (50, 100)
    """
    scale, items = instrument.scale, len(instrument.items)
    low = math.ceil(scale.steps_to(cuts.management_below, items=items))
    high = math.floor(scale.steps_to(cuts.mastery_above, items=items))
    return instrument.total_of(min(low, high)), instrument.total_of(high)


def snapped(instrument: Instrument, old: CutScores, low: float, high: float) -> CutScores:
    """Return two cut scores at possible totals, in order; the one that moved stops at the other.

    A cut score whose handle did not move stays as it is, even if it is between two totals.

    Examples
    --------
    >>> from careerpath import load_instrument
    >>> instrument = load_instrument()
    >>> snapped(instrument, instrument.cut_scores, 130.2, 100)
    CutScores(management_below=100, mastery_above=100)
    """
    first, second = _nearest(instrument, low), _nearest(instrument, high)
    before = handles(instrument, old)
    first = old.management_below if first == before[0] else first
    second = old.mastery_above if second == before[1] else second
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
