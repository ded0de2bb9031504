"""How far totals can be trusted: alpha and its interval, standard error, Kelley's true score.

Alpha says how well the items agree with each other, not what they measure: alpha is not validity.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
from scipy import special

from careerpath.cohort.frames import wrapped
from careerpath.core.errors import CareerpathError

if TYPE_CHECKING:
    import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Reliability:
    """Cronbach's alpha of some items, and what else follows from it.

    Attributes
    ----------
    alpha : float
    low, high : float
        Feldt's interval.
    level : float
        The chance, 0 to 1, that such an interval holds the alpha of the population.
    n : int
        How many people it is computed from: those who answered every item.
    left_out : int
        How many people have a gap or no valid total.
    mean, sd : float
        Mean and standard deviation of the totals.
    standard_error : float
        Standard error of measurement, ``sd * sqrt(1 - alpha)``.
    """

    alpha: float
    low: float
    high: float
    level: float
    n: int
    left_out: int
    mean: float
    sd: float
    standard_error: float


@dataclass(frozen=True, slots=True)
class TrueScore:
    """The normal distribution of the true scores behind a total; see `true_score`.

    Attributes
    ----------
    mean, sd : float
        In points.
    """

    mean: float
    sd: float


def cronbach_alpha(frame: Any, *, level: float = 0.95) -> Reliability:
    """Compute Cronbach's alpha of a frame's columns, each an item keyed in one direction.

    Parameters
    ----------
    frame : pandas, Polars, PyArrow or DuckDB frame
        One column per item, one row per person; keyed answers, not answers as they were shown.
    level : float
        The level of the interval, above 0 and below 1.

    Returns
    -------
    Reliability
        Of the rows without a gap (a null or NaN); ``left_out`` counts the others.

    Raises
    ------
    CareerpathError
        If a column does not hold numbers, there are fewer than two items or complete rows, or all
        totals are equal.

    References
    ----------
    Cronbach, L. J. (1951). Coefficient alpha and the internal structure of tests.
    Psychometrika, 16, 297-334.

    Examples
    --------
    >>> import pandas
    >>> frame = pandas.DataFrame({"a": [1, 2, 3, 4], "b": [2, 1, 4, 3], "c": [1, 2, 4, None]})
    >>> found = cronbach_alpha(frame)
    >>> round(found.alpha, 3), found.n, found.left_out
    (0.907, 3, 1)
    """
    answers = _matrix(frame)
    whole = np.isfinite(answers).all(axis=1)
    complete = answers[whole]
    n, items = complete.shape
    # Centred first, so that squares of large numbers lose no digits.
    centred = complete - complete.mean(axis=0) if n else complete
    totals = centred.sum(axis=1)
    parts = [float(part) for part in (centred**2).sum(axis=0)]
    alpha = float(
        alpha_of(parts, float((totals**2).sum() - totals.sum() ** 2 / max(n, 1)), people=n)
    )
    low, high = feldt_interval(alpha, people=n, items=items, level=level)
    sd = float(totals.std(ddof=1))
    return Reliability(
        alpha=alpha,
        low=low,
        high=high,
        level=level,
        n=n,
        left_out=len(answers) - n,
        mean=float(complete.sum(axis=1).mean()),
        sd=sd,
        standard_error=standard_error(sd, alpha),
    )


def alpha_of(
    parts: list[float] | list[Fraction], whole: float | Fraction, *, people: int
) -> float | Fraction:
    """Compute Cronbach's alpha from the variances of the items and of the total.

    Parameters
    ----------
    parts : list of float or Fraction
        The variance of each item, or any same multiple of it.
    whole : float or Fraction
        The same for the total.
    people : int
        How many people they are computed from.

    Raises
    ------
    CareerpathError
        If there are fewer than two items or people, or all totals are equal.
    """
    items = len(parts)
    if items < 2:
        raise CareerpathError(
            f"Alpha compares items with each other, but there are {items}. Give at least two."
        )
    if people < 2 or not whole > 0:
        raise CareerpathError(
            f"Alpha needs at least two people with different totals; {people} complete rows have "
            "none. Add people."
        )
    return Fraction(items, items - 1) * (1 - sum(parts, start=Fraction(0)) / whole)


def feldt_interval(
    alpha: float, *, people: int, items: int, level: float = 0.95
) -> tuple[float, float]:
    """Return Feldt's interval for Cronbach's alpha.

    Parameters
    ----------
    alpha : float
    people, items : int
        How many of them alpha was computed from; at least two.
    level : float
        Above 0 and below 1.

    Returns
    -------
    low, high : float

    References
    ----------
    Feldt, L. S. (1965). The approximate sampling distribution of Kuder-Richardson reliability
    coefficient twenty. Psychometrika, 30, 357-370.

    Examples
    --------
    >>> [round(end, 4) for end in feldt_interval(0.8431427696, people=30, items=7)]
    [0.7394, 0.9158]
    """
    check_level(level)
    tail = (1 - level) / 2
    within, between = people - 1, (people - 1) * (items - 1)
    high, low = (
        1 - (1 - alpha) * float(special.fdtri(within, between, chance))
        for chance in (tail, 1 - tail)
    )
    return low, high


def standard_error(sd: float, reliability: float) -> float:
    """Return the standard error of measurement, ``sd * sqrt(1 - reliability)``."""
    return sd * math.sqrt(max(0.0, 1 - reliability))


def true_score(total: float, *, mean: float, sd: float, reliability: float) -> TrueScore:
    """Estimate the true score behind a total by Kelley's regression toward the mean.

    Parameters
    ----------
    total : float
    mean, sd : float
        Mean and standard deviation of the totals in the population.
    reliability : float
        Above 0 and below 1.

    Returns
    -------
    TrueScore

    Raises
    ------
    CareerpathError
        If the reliability or the standard deviation is out of range.

    References
    ----------
    Kelley, T. L. (1947). Fundamentals of statistics. Harvard University Press.

    Examples
    --------
    >>> true_score(120, mean=100, sd=20, reliability=0.75).mean
    115.0
    """
    check_reliability(reliability)
    if not sd > 0:
        raise CareerpathError(
            f"A true score needs totals that differ, but their sd is {sd}. Add people."
        )
    return TrueScore(
        mean=reliability * total + (1 - reliability) * mean,
        sd=standard_error(sd, reliability) * math.sqrt(reliability),
    )


def check_level(level: float) -> None:
    """Refuse a level that is not above 0 and below 1."""
    if not 0 < level < 1:
        raise CareerpathError(f"level must lie between 0 and 1, like 0.95; got {level}.")


def check_reliability(reliability: float) -> None:
    """Refuse a reliability that is not above 0 and below 1."""
    if not 0 < reliability < 1:
        raise CareerpathError(
            f"The reliability is {reliability:.4g}; the model needs one between 0 and 1. "
            "Check that all items are keyed in one direction, or add people."
        )


def _matrix(frame: Any) -> npt.NDArray[np.float64]:
    table = wrapped(frame)
    eager = table.collect() if isinstance(table, nw.LazyFrame) else table
    for name, kind in eager.schema.items():
        if not kind.is_numeric():
            raise CareerpathError(
                f"Column {name!r} holds {kind}, not numbers. Give the columns of the items only."
            )
    columns = [eager[name].cast(nw.Float64()).to_numpy() for name in eager.columns]
    return np.column_stack(columns) if columns else np.empty((0, 0))
