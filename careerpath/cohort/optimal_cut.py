"""The cut score that best separates two known groups of people."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from careerpath.core.errors import CareerpathError, shown


@dataclass(frozen=True, slots=True)
class OptimalCut:
    """The cut that best separates two groups.

    Attributes
    ----------
    cut : int or float
        A score at or above it counts as positive.
    youden : float
        Sensitivity + specificity - 1, the largest of all cuts; of equal ones, the lowest cut.
    auc : float
        The chance, 0 to 1, that a positive person scores above a negative one; ties count half.
    sensitivity, specificity : float
        The share of positive people at or above the cut, and of negative people below it.
    positives, negatives : int
        How many people of each kind it is computed from.
    left_out : int
        How many people have no score or no criterion.
    """

    cut: int | float
    youden: float
    auc: float
    sensitivity: float
    specificity: float
    positives: int
    negatives: int
    left_out: int


def optimal_cut(scores: Iterable[Any], criterion: Iterable[Any]) -> OptimalCut:
    """Find the cut with the largest Youden index against a criterion.

    The cut is fitted to these people; expect it to be worse for others.

    Parameters
    ----------
    scores : iterable of numbers
    criterion : iterable of bool, or 0 and 1
        Whether each person is positive: in a mastery role, for example. As many as scores.

    Returns
    -------
    OptimalCut

    Raises
    ------
    CareerpathError
        If the two differ in length, or there are no positive or no negative people.

    References
    ----------
    Youden, W. J. (1950). Index for rating diagnostic tests. Cancer, 3, 32-35.

    Examples
    --------
    >>> found = optimal_cut([40, 60, 90, 110, 120], [0, 0, 1, 0, 1])
    >>> found.cut, round(found.youden, 3), round(found.auc, 3)
    (90, 0.667, 0.833)
    """
    pairs = list(_pairs(list(scores), list(criterion)))
    whole = [pair for pair in pairs if pair is not None]
    at: dict[float, list[int]] = {}
    for number, positive in whole:
        at.setdefault(number, [0, 0])[positive] += 1
    negatives = sum(counts[0] for counts in at.values())
    positives = len(whole) - negatives
    if not positives or not negatives:
        raise CareerpathError(
            f"There are {positives} positive and {negatives} negative people; a cut needs both "
            "kinds. Check the criterion."
        )
    best: tuple[int, float, int, int] | None = None
    wins = false_alarms = hits = 0  # wins: twice the pairs with the positive one above
    for number in sorted(at, reverse=True):
        here_no, here_yes = at[number]
        wins += here_no * (2 * hits + here_yes)
        false_alarms += here_no
        hits += here_yes
        youden = (
            hits * negatives - false_alarms * positives
        )  # in whole numbers, so that ties are exact
        if best is None or youden >= best[0]:
            best = (youden, number, hits, false_alarms)
    _, cut, hits, false_alarms = best or (0, math.nan, 0, 0)
    sensitivity = Fraction(hits, positives)
    specificity = 1 - Fraction(false_alarms, negatives)
    return OptimalCut(
        cut=cut,
        youden=float(sensitivity + specificity - 1),
        auc=float(Fraction(wins, 2 * positives * negatives)),
        sensitivity=float(sensitivity),
        specificity=float(specificity),
        positives=positives,
        negatives=negatives,
        left_out=len(pairs) - len(whole),
    )


def _pairs(scores: list[Any], criterion: list[Any]) -> Iterable[tuple[int | float, bool] | None]:
    if len(scores) != len(criterion):
        raise CareerpathError(
            f"There are {len(scores)} scores and {len(criterion)} criteria. Give one for each."
        )
    for row, (number, truth) in enumerate(zip(scores, criterion, strict=True), start=1):
        if _missing(number) or _missing(truth):
            yield None
            continue
        try:
            positive = {0: False, 1: True}[truth]
            value = number if isinstance(number, int) else float(number)
        except (KeyError, TypeError, ValueError, OverflowError):
            raise CareerpathError(
                f"Row {row} has the score {shown(number)} and the criterion {shown(truth)}. "
                "Scores must be numbers, and the criterion true or false, or 1 or 0."
            ) from None
        if _missing(value):  # as text: "nan"
            yield None
            continue
        yield (int(value) if value == int(value) else value), positive


def _missing(value: Any) -> bool:
    """Return whether a value is None, NaN, infinite or a gap of pandas."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    try:
        return not math.isfinite(value)
    except (TypeError, ValueError, OverflowError):
        return False
