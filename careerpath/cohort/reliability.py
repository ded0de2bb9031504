"""How far totals can be trusted: alpha and its interval, SEM, Kelley's true score.

Alpha says how well the items agree with each other. It does not say what they measure:
alpha is not validity.
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
    """Cronbach's alpha of some items, with what it rests on.

    Attributes
    ----------
    alpha : float
    low, high : float
        Feldt's interval.
    level : float
        The chance with which such an interval holds the alpha of the population.
    n : int
        The people it rests on: those who answered every item.
    left_out : int
        The people with a gap.
    mean, sd : float
        Of the totals.
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
    """Where the true score behind a total lies, by Kelley's regression to the mean.

    Attributes
    ----------
    mean, sd : float
        Of the normal distribution of true scores, given the total.
    """

    mean: float
    sd: float

    def share_below(self, line: float) -> float:
        """Return the chance that the true score lies below a line.

        Bands of whole points are cut half a step outside the totals of "both": at 49.5
        and 100.5 for cut scores of 50 and 100.
        """
        return float(special.ndtr((line - self.mean) / self.sd))


def cronbach_alpha(frame: Any, *, level: float = 0.95) -> Reliability:
    """Compute Cronbach's alpha of a frame's columns, each an item keyed in one direction.

    Parameters
    ----------
    frame : pandas, Polars, PyArrow or DuckDB frame
        One column an item, one row a person; answers as they count, not as they were shown.
    level : float
        Of the interval.

    Returns
    -------
    Reliability
        Of the rows without a gap (a null or NaN); the others are counted in ``left_out``.

    Raises
    ------
    CareerpathError
        Where a column does not hold numbers, or too little is left to compare.

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
    # Moved near zero first, so that the squares of large numbers lose no digits.
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
    """Compute alpha from the variances of the items and of the total, on one scale.

    Parameters
    ----------
    parts : list of float or Fraction
        The variance of each item, or any same multiple of it.
    whole : float or Fraction
        The same of the total.
    people : int
        How many they rest on.
    """
    items = len(parts)
    if items < 2:
        raise CareerpathError(
            f"Alpha compares items with each other, and there are {items}. Give at least two."
        )
    if people < 2 or not whole > 0:
        raise CareerpathError(
            f"Alpha needs two people at least whose totals differ; of {people} complete rows "
            "no two do. Add people."
        )
    return Fraction(items, items - 1) * (1 - sum(parts, start=Fraction(0)) / whole)


def feldt_interval(
    alpha: float, *, people: int, items: int, level: float = 0.95
) -> tuple[float, float]:
    """Return Feldt's (1965) interval for Cronbach's alpha.

    Parameters
    ----------
    alpha : float
    people, items : int
        What alpha was computed from.
    level : float
        Between 0 and 1.

    Examples
    --------
    >>> [round(end, 4) for end in feldt_interval(0.8431427696, people=30, items=7)]
    [0.7394, 0.9158]
    """
    check_level(level)
    beside = (1 - level) / 2
    within, between = people - 1, (people - 1) * (items - 1)
    high, low = (
        1 - (1 - alpha) * float(special.fdtri(within, between, chance))
        for chance in (beside, 1 - beside)
    )
    return low, high


def standard_error(sd: float, reliability: float) -> float:
    """Return the standard error of measurement, ``sd * sqrt(1 - reliability)``."""
    return sd * math.sqrt(max(0.0, 1 - reliability))


def true_score(total: float, *, mean: float, sd: float, reliability: float) -> TrueScore:
    """Estimate the true score behind a total: Kelley's regression toward the mean.

    Parameters
    ----------
    total : float
    mean, sd : float
        Of the totals in the population.
    reliability : float
        Above 0 and below 1.

    Examples
    --------
    >>> true_score(120, mean=100, sd=20, reliability=0.75).mean
    115.0
    """
    check_reliability(reliability)
    if not sd > 0:
        raise CareerpathError(f"A true score needs totals that differ; sd is {sd}. Add people.")
    return TrueScore(
        mean=reliability * total + (1 - reliability) * mean,
        sd=standard_error(sd, reliability) * math.sqrt(reliability),
    )


def check_level(level: float) -> None:
    """Refuse a level that no interval can have."""
    if not 0 < level < 1:
        raise CareerpathError(f"level must lie between 0 and 1, like 0.95; got {level}.")


def check_reliability(reliability: float) -> None:
    """Refuse a reliability with which totals say nothing, or everything."""
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
