"""Totals over time, to scale: the positions of the points in the picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from careerpath.core.instrument import Instrument
from careerpath.core.result_file import KeptResult
from careerpath.core.wording import long_date, show, show_error

EDGE = 0.07
"""The share of the width that stays free at each side, so that no point is cut off."""
MOST_SAID = 6
"""With more points, only the first and the last show their total."""


@dataclass(frozen=True, slots=True)
class Point:
    """A result; positions are shares of the picture, from the left and from the top.

    Attributes
    ----------
    across, down : float
    low, high : float
        One standard error below and above, from the top; at the point itself without norms.
    says : str
        The total, if there is room for it.
    """

    across: float
    down: float
    low: float
    high: float
    says: str


@dataclass(frozen=True, slots=True)
class TimeLine:
    """A picture of results of one instrument and version.

    Attributes
    ----------
    points : tuple of Point
        The oldest first.
    cuts : tuple of (float, str)
        Each cut score: its position from the top, and its number.
    first, last : str
        The days at both ends; the last is empty if there is only one day.
    words : str
        The same in words, for people who cannot see it.
    """

    points: tuple[Point, ...]
    cuts: tuple[tuple[float, str], ...]
    first: str
    last: str
    words: str


def draw_time_line(instrument: Instrument, results: Sequence[KeptResult]) -> TimeLine:
    """Draw results of this instrument, the oldest first.

    Parameters
    ----------
    instrument : Instrument
    results : sequence of KeptResult
        At least one.

    Examples
    --------
    >>> from datetime import date
    >>> from careerpath import load_instrument
    >>> instrument = load_instrument()
    >>> def on(day, total):
    ...     return KeptResult(
    ...         instrument_id=instrument.id,
    ...         instrument_version=instrument.version,
    ...         taken=day,
    ...         answers={},
    ...         total=total,
    ...         band="both",
    ...     )
    >>> line = draw_time_line(instrument, [on(date(2025, 3, 1), 60), on(date(2026, 3, 1), 90)])
    >>> [(round(point.across, 2), round(point.down, 2)) for point in line.points]
    [(0.07, 0.6), (0.93, 0.4)]
    """
    low, high = instrument.minimum_total, instrument.maximum_total
    error = instrument.norms.standard_error if instrument.norms else 0.0
    # Two results of one day are drawn above each other.
    first = min(each.taken for each in results)
    days = (max(each.taken for each in results) - first).days

    def down(total: float) -> float:
        return (high - total) / (high - low)

    def across(result: KeptResult) -> float:
        since = (result.taken - first).days / days if days else 0.5
        return EDGE + (1 - 2 * EDGE) * since

    few = len(results) <= MOST_SAID
    return TimeLine(
        points=tuple(
            Point(
                across=across(each),
                down=down(each.total),
                low=down(max(low, each.total - error)),
                high=down(min(high, each.total + error)),
                says=show(each.total) if few or number in (0, len(results) - 1) else "",
            )
            for number, each in enumerate(results)
        ),
        cuts=tuple(
            (down(cut), show(cut))
            for cut in (
                instrument.cut_scores.mastery_above,
                instrument.cut_scores.management_below,
            )
        ),
        first=long_date(first),
        last=long_date(max(each.taken for each in results)) if days else "",
        words=_words(results, error),
    )


def _words(results: Sequence[KeptResult], error: float) -> str:
    said = "; ".join(
        f"{long_date(each.taken)}: {show(each.total)}, {each.band}" for each in results
    )
    off = f" Each can be off by about {show_error(error)}, up or down." if error else ""
    return f"Totals over time. {said}.{off}"
