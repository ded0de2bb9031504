"""How sure a score is: the chance of each band, and the smallest change that flips it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from careerpath.core.instrument import BANDS, Band, Instrument
from careerpath.core.numbers import plain_number
from careerpath.core.scoring import Score

GENTLE_MOVE = 3
"""The largest move of one answer, in steps, that a flip suggests if that is enough."""


@dataclass(frozen=True, slots=True)
class Flip:
    """The smallest change of the answers that moves the total into a neighbouring band.

    Attributes
    ----------
    band : Band
        The band it leads to.
    points : int or float
        By how much the total must change.
    answers, each : int, int or float
        One way to do it: move this number of answers, each by at most this number of points.
    """

    band: Band
    points: int | float
    answers: int
    each: int | float


def band_chances(instrument: Instrument, total: float, standard_error: float) -> dict[Band, float]:
    """Return the chance of each band, for a normal error around the total.

    Parameters
    ----------
    instrument : Instrument
    total : float
    standard_error : float
        Standard error of measurement, in points, above 0.

    Returns
    -------
    dict of Band to float
        From low to high; they add up to 1.

    References
    ----------
    Lord, F. M., & Novick, M. R. (1968). Statistical Theories of Mental Test Scores: the normal
    error model. Addison-Wesley.

    Examples
    --------
    >>> from careerpath import load_instrument
    >>> chances = band_chances(load_instrument(), 93, 9)
    >>> [round(chance, 3) for chance in chances.values()]
    [0.0, 0.798, 0.202]
    """
    highest = len(instrument.items) * instrument.scale.steps

    def below(steps: int) -> float:
        if steps <= 0:
            return 0.0
        if steps > highest:
            return 1.0
        line = instrument.minimum_total + (steps - 0.5) * instrument.scale.step
        return _normal_cdf((line - total) / standard_error)

    management, not_mastery = (below(steps) for steps in _band_starts(instrument))
    return dict(zip(BANDS, (management, not_mastery - management, 1 - not_mastery), strict=True))


def find_flips(instrument: Instrument, result: Score) -> tuple[Flip, ...]:
    """Find the smallest change of the answers that leads into each neighbouring band.

    Returns
    -------
    tuple of Flip
        Nearest first; empty for a prorated score, whose total moves in uneven steps.

    Examples
    --------
    >>> from careerpath import load_instrument, score
    >>> instrument = load_instrument()
    >>> answers = {i.id: 3 if i.mastery_side == "left" else 7 for i in instrument.items}
    >>> result = score(instrument, answers | {"q01": 2})
    >>> result.total, find_flips(instrument, result)[0]
    (100, Flip(band=<Band.MASTERY: 'mastery'>, points=1, answers=1, each=1))
    """
    if result.prorated:
        return ()
    highest = len(instrument.items) * instrument.scale.steps
    here = int(_steps_up(instrument, result.total))
    starts = _band_starts(instrument)
    # The nearest totals of another band, below and above. An empty band has none.
    targets = (
        max((start - 1 for start in starts if start <= here), default=-1),
        min((start for start in starts if start > here), default=highest + 1),
    )
    flips = []
    for target in targets:
        if not 0 <= target <= highest:
            continue
        steps = abs(target - here)
        rising = target > here
        rooms = [_room(instrument, keyed, rising=rising) for keyed in result.keyed.values()]
        answers, each = _gentlest(rooms, steps)
        flips.append(
            Flip(
                band=instrument.cut_scores.band(instrument.total_of(target)),
                points=_points(instrument, steps),
                answers=answers,
                each=_points(instrument, each),
            )
        )
    return tuple(sorted(flips, key=lambda flip: flip.points))


def _band_starts(instrument: Instrument) -> tuple[int, int]:
    """Count the steps from the lowest total to where "both" and mastery start."""
    cuts = instrument.cut_scores
    return (
        math.ceil(_steps_up(instrument, cuts.management_below)),
        math.floor(_steps_up(instrument, cuts.mastery_above)) + 1,
    )


def _steps_up(instrument: Instrument, total: float) -> Fraction:
    return instrument.scale.steps_to(total, items=len(instrument.items))


def _room(instrument: Instrument, keyed: float, *, rising: bool) -> int:
    steps = int(instrument.scale.steps_to(keyed))
    return instrument.scale.steps - steps if rising else steps


def _gentlest(rooms: list[int], steps: int) -> tuple[int, int]:
    """Spread a change over few answers without moving any of them far."""
    rooms = sorted(rooms, reverse=True)

    def answers_needed(each: int) -> int | None:
        covered = 0
        for count, room in enumerate(rooms, start=1):
            covered += min(room, each)
            if covered >= steps:
                return count
        return None

    widest = next(each for each in range(GENTLE_MOVE, steps + GENTLE_MOVE) if answers_needed(each))
    fewest = answers_needed(widest)
    each = next(each for each in range(1, widest + 1) if answers_needed(each) == fewest)
    return fewest or 0, each


def _points(instrument: Instrument, steps: int) -> int | float:
    return plain_number(instrument.scale.exact_step * steps)


def _normal_cdf(z: float) -> float:
    return math.erfc(-z / math.sqrt(2)) / 2
