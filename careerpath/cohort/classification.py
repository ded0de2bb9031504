"""How far bands can be trusted: Livingston and Lewis's accuracy and consistency.

The model assumes that true scores follow a beta distribution, and that the test is like a number
of independent right-or-wrong questions, its effective length.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from careerpath.cohort.reliability import check_reliability
from careerpath.core.errors import CareerpathError

if TYPE_CHECKING:
    import numpy.typing as npt

_LEAST_VARIANCE = 1e-12
"""The least variance of totals as shares of their range: below it they count as equal."""
LONGEST = 1_000_000
"""The largest effective length used: above it, only people on a boundary are uncertain."""
_NOBODY = 1e-15
"""A share of people that is too small to matter, and to compute their true scores."""
_ALL_ALIKE = 1e12
"""If the sum of a beta's parameters is above this, all true scores are equal to six digits, and
SciPy's beta functions lose all precision."""
_ONE_BAND = 1e-12
"""If agreement by chance is this near to 1, everybody is in one band and kappa has no meaning."""


@dataclass(frozen=True, slots=True)
class Classification:
    """Accuracy and consistency of bands, by a model of the true scores.

    Attributes
    ----------
    accuracy : float
        The share of people, 0 to 1, whose band is that of their true score.
    consistency : float
        The share of people, 0 to 1, who would get the same band from a second, equal questionnaire.
    kappa : float or None
        Consistency beyond chance: 0 for chance, 1 for perfect; None if all are in one band.
    effective_length : float
        How many right-or-wrong questions would measure as well; the model rounds it.
    lower, upper, alpha, beta : float
        The beta distribution of true scores, as shares of the range of totals.
    fell_back : bool
        Whether the beta has only two parameters, from 0 to 1, because four did not fit the moments
        or only a mean and a standard deviation were given.
    """

    accuracy: float
    consistency: float
    kappa: float | None
    effective_length: float
    lower: float
    upper: float
    alpha: float
    beta: float
    fell_back: bool


def livingston_lewis(
    mean: float,
    sd: float,
    reliability: float,
    minimum: float,
    maximum: float,
    boundaries: Sequence[float],
    *,
    count: int | None = None,
    skewness: float | None = None,
    kurtosis: float | None = None,
) -> Classification:
    """Estimate accuracy and consistency of bands by the method of Livingston and Lewis.

    A four-parameter beta is fitted to the moments of the true scores. If the moments allow none, or
    skewness and kurtosis are not given, the beta has two parameters. Each boundary is rounded to
    whole points of the effective length.

    Parameters
    ----------
    mean, sd : float
        Mean and standard deviation (with ``n - 1``) of the totals.
    reliability : float
        Above 0 and below 1.
    minimum, maximum : float
        The range of totals.
    boundaries : sequence of float
        The lowest total of each band but the first, from low to high.
    count : int, optional
        How many people the sd is computed from. With it, the beta is fitted to the variance of
        these people, divided by ``n``; without it, to the square of the sd.
    skewness, kurtosis : float, optional
        Third and fourth standardised moments (a normal distribution has 0 and 3).

    Returns
    -------
    Classification

    Raises
    ------
    CareerpathError
        If the numbers cannot be those of totals in this range.

    References
    ----------
    Livingston, S. A., & Lewis, C. (1995). Estimating the consistency and accuracy of
    classifications based on test scores. Journal of Educational Measurement, 32, 179-197.

    Hanson, B. A. (1991). Method of moments estimates for the four-parameter beta compound binomial
    model and the calculation of classification consistency indexes. ACT Research Report 91-5.

    Examples
    --------
    >>> found = livingston_lewis(100.4, 21.8, 0.806, 0, 150, (50, 101))
    >>> round(found.accuracy, 2), round(found.consistency, 2)
    (0.85, 0.79)
    """
    cuts = _shares(boundaries, minimum, maximum)
    check_reliability(reliability)
    if not (math.isfinite(sd) and sd > 0 and minimum < mean < maximum):
        raise CareerpathError(
            f"The bands cannot be modelled with a mean of {mean} and an sd of {sd}: totals must "
            f"differ and lie between {minimum} and {maximum}. Add people."
        )
    if count is not None and count < 2:
        raise CareerpathError(f"An sd needs at least two people; count is {count}. Add people.")
    span = maximum - minimum
    if sd > span:
        raise _too_wide(sd, minimum, maximum)
    centre, variance = (mean - minimum) / span, (sd / span) ** 2
    if variance < _LEAST_VARIANCE:
        raise CareerpathError(
            f"An sd of {sd} is too small to model: all totals are alike. Add people."
        )
    length = (centre * (1 - centre) - reliability * variance) / (variance * (1 - reliability))
    fitted = variance if count is None else variance * (count - 1) / count
    if not length > 0 or not math.isfinite(length):
        raise _too_wide(sd, minimum, maximum)
    four = (
        None
        if skewness is None or kurtosis is None
        else _four_parameters(centre, fitted, skewness, kurtosis, length)
    )
    shape = four or _two_parameters(centre, fitted, length)
    if shape is None:
        raise _too_wide(sd, minimum, maximum)
    whole = max(1, round(length))
    accuracy, consistency, kappa = _agreement(shape, whole, cuts)
    return Classification(accuracy, consistency, kappa, length, *shape, fell_back=four is None)


def beta_classification(
    lower: float,
    upper: float,
    alpha: float,
    beta: float,
    length: int,
    boundaries: Sequence[float],
    minimum: float = 0,
    maximum: float = 1,
) -> Classification:
    """Compute accuracy and consistency of bands for a known beta of the true scores.

    Parameters
    ----------
    lower, upper, alpha, beta : float
        The four-parameter beta distribution of true scores, as shares of the range.
    length : int
        How many right-or-wrong questions the test has.
    boundaries : sequence of float
        The lowest total of each band but the first, from low to high.
    minimum, maximum : float
        The range in which the boundaries are given.

    Returns
    -------
    Classification

    Raises
    ------
    CareerpathError
        If there is no such distribution, or no such test.

    Examples
    --------
    >>> round(beta_classification(0.25, 0.75, 5, 3, 50, [0.5]).accuracy, 4)
    0.837
    """
    if not (0 <= lower < upper <= 1 and 0 < alpha < math.inf and 0 < beta < math.inf):
        raise CareerpathError(
            f"There is no beta distribution from {lower} to {upper} with alpha {alpha} and beta "
            f"{beta}. Give 0 <= lower < upper <= 1, and alpha and beta above 0."
        )
    if not 1 <= length < math.inf or length != int(length):
        raise CareerpathError(f"length must be a whole number of questions; got {length}.")
    cuts = _shares(boundaries, minimum, maximum)
    accuracy, consistency, kappa = _agreement((lower, upper, alpha, beta), int(length), cuts)
    return Classification(
        accuracy, consistency, kappa, length, lower, upper, alpha, beta, fell_back=False
    )


Shape = tuple[float, float, float, float]
"""Lower and upper end, alpha and beta."""


def _shares(boundaries: Sequence[float], minimum: float, maximum: float) -> list[float]:
    if not -math.inf < minimum < maximum < math.inf:
        raise CareerpathError(f"minimum {minimum} must be below maximum {maximum}.")
    if not all(math.isfinite(each) for each in boundaries):
        raise CareerpathError(f"boundaries must be numbers; got {list(boundaries)}.")
    if any(low > high for low, high in pairwise(boundaries)):
        raise CareerpathError(f"boundaries must go from low to high; got {list(boundaries)}.")
    return [(each - minimum) / (maximum - minimum) for each in boundaries]


def _two_parameters(centre: float, variance: float, length: float) -> Shape | None:
    """Fit a beta from 0 to 1 to the mean and the variance of the true scores."""
    if length == 1:
        return None
    # The second factorial moment of a binomial is length * (length - 1) * share ** 2.
    square = ((variance + centre**2) * length - centre) / (length - 1)
    true_variance = square - centre**2
    if not 0 < true_variance < centre * (1 - centre):
        return None
    both = centre * (1 - centre) / true_variance - 1
    return _usable((0.0, 1.0, centre * both, (1 - centre) * both))


def _four_parameters(
    centre: float, variance: float, skewness: float, kurtosis: float, length: float
) -> Shape | None:
    """Fit a beta to four moments of the true scores; return None if none fits within 0 to 1."""
    if length <= 3:
        return None
    sd = math.sqrt(variance)
    about = (variance, skewness * sd**3, kurtosis * variance**2)
    # Moments about zero, in points of the effective length.
    first = centre * length
    second = (about[0] + centre**2) * length**2
    third = (about[1] + 3 * centre * about[0] + centre**3) * length**3
    fourth = (about[2] + 4 * centre * about[1] + 6 * centre**2 * about[0] + centre**4) * length**4
    # Their factorial moments over those of the length are the moments of the true scores.
    true = [
        moment / math.prod(length - less for less in range(order))
        for order, moment in enumerate(
            (
                first,
                second - first,
                third - 3 * second + 2 * first,
                fourth - 6 * third + 11 * second - 6 * first,
            ),
            start=1,
        )
    ]
    return _hanson(*true)


def _hanson(first: float, second: float, third: float, fourth: float) -> Shape | None:
    """Return the beta with four given moments about zero (Hanson, 1991)."""
    variance = second - first**2
    if not variance > 0:
        return None
    try:
        skew = (third - 3 * first * second + 2 * first**3) / variance**1.5
        kurt = (fourth - 4 * first * third + 6 * first**2 * second - 3 * first**4) / variance**2
        size = 6 * (kurt - skew**2 - 1) / (6 + 3 * skew**2 - 2 * kurt)
        apart = math.sqrt(
            1 - 24 * (size + 1) / ((size + 2) * (size + 3) * kurt - 3 * (size - 6) * (size + 1))
        )
        more, less = size / 2 * (1 + apart), size / 2 * (1 - apart)
        alpha, beta = (more, less) if skew < 0 else (less, more)
        reach = math.sqrt(variance * (size + 1) / (alpha * beta))
    except (ValueError, ZeroDivisionError, OverflowError):
        return None
    lower, upper = first - alpha * reach, first + beta * reach
    if not (0 <= lower < first < upper <= 1):
        return None
    return _usable((lower, upper, alpha, beta))


def _usable(shape: Shape) -> Shape | None:
    _, _, alpha, beta = shape
    return shape if 0 < alpha < math.inf and 0 < beta < math.inf else None


def _agreement(shape: Shape, length: int, cuts: list[float]) -> tuple[float, float, float | None]:
    """Integrate over the true scores: accuracy, consistency, kappa."""
    lower, upper, alpha, beta = shape
    length = min(length, LONGEST)
    span = upper - lower
    starts = np.array([min(max(round(cut * length), 0), length + 1) for cut in cuts])
    inside = [min(max((cut - lower) / span, 0.0), 1.0) for cut in cuts]
    ends = [0.0, *(_share_below(alpha, beta, cut) for cut in inside), 1.0]
    steps, weights = _rule()
    right = 0.0
    same = 0.0
    shares = np.zeros(len(cuts) + 1)
    for band, (low, high) in enumerate(pairwise(ends)):
        if high - low < _NOBODY:
            continue
        # Integrated over people, not true scores: then an unbounded density does no harm.
        people = low + (high - low) * steps
        true = lower + span * _quantiles(alpha, beta, people)
        chances = _chances(true, length, starts)
        mass = (high - low) * weights
        right += float(mass @ chances[band])
        same += float((chances**2).sum(axis=0) @ mass)
        shares += chances @ mass
    whole = float(shares.sum())
    by_chance = float((shares**2).sum()) / whole**2
    consistency = min(same / whole, 1.0)
    kappa = (consistency - by_chance) / (1 - by_chance) if 1 - by_chance > _ONE_BAND else None
    return min(right / whole, 1.0), consistency, kappa


def _share_below(alpha: float, beta: float, score: float) -> float:
    """Return the share of people whose true score is below this one."""
    if alpha + beta > _ALL_ALIKE:
        return float(alpha / (alpha + beta) < score)
    return float(special.betainc(alpha, beta, score))


def _quantiles(
    alpha: float, beta: float, people: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return the true scores below which these shares of people are.

    ``people`` and the result are arrays of shape (nodes,).
    """
    if alpha + beta > _ALL_ALIKE:
        return np.full_like(people, alpha / (alpha + beta))
    found: npt.NDArray[np.float64] = special.betaincinv(alpha, beta, people)
    lost = np.isnan(found)
    if lost.any():
        # SciPy finds none at the very ends; there the first term of the series is exact enough.
        size = special.betaln(alpha, beta)
        with np.errstate(divide="ignore", over="ignore"):
            low = np.exp((np.log(people[lost] * alpha) + size) / alpha)
            high = np.exp((np.log((1 - people[lost]) * beta) + size) / beta)
        found[lost] = np.clip(np.where(people[lost] < 0.5, low, 1 - high), 0, 1)
    return found


def _chances(
    true: npt.NDArray[np.float64], length: int, starts: npt.NDArray[np.int64]
) -> npt.NDArray[np.float64]:
    """Return the chance of each band for each true score, an array of shape (bands, nodes).

    ``true`` has the shape (nodes,), ``starts`` the shape (bands - 1,).
    """
    below = np.ones((len(starts) + 2, len(true)))
    below[0] = 0
    for row, start in enumerate(starts, start=1):
        if start <= 0:
            below[row] = 0
        elif start <= length:
            below[row] = special.betaincc(start, length - start + 1, true)
    chances: npt.NDArray[np.float64] = np.diff(below, axis=0)
    return np.maximum(chances, 0)


@cache
def _rule() -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return nodes and weights on 0 to 1, both of shape (nodes,): the tanh-sinh rule.

    References
    ----------
    Takahasi, H., & Mori, M. (1974). Double exponential formulas for numerical integration.
    Publications of the Research Institute for Mathematical Sciences, 9, 721-741.
    """
    spacing = 1 / 32
    at = np.arange(-3.3, 3.3 + spacing / 2, spacing)
    bent = np.pi / 2 * np.sinh(at)
    nodes = 1 / (1 + np.exp(-2 * bent))
    weights = spacing * np.pi / 4 * np.cosh(at) / np.cosh(bent) ** 2
    return nodes, weights / weights.sum()


def _too_wide(sd: float, minimum: float, maximum: float) -> CareerpathError:
    return CareerpathError(
        f"An sd of {sd} is too large for this model with totals from {minimum} to {maximum}. "
        "Check the range, or add people."
    )
