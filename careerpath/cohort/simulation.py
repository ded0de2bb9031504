"""Simulated cohorts with chosen statistics, marked as synthetic."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
from scipy import optimize, special

from careerpath.cohort.frames import Frame, column_of
from careerpath.cohort.reliability import check_reliability
from careerpath.core.errors import CareerpathError, shown
from careerpath.core.instrument import Instrument

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    Floats = npt.NDArray[np.float64]

PERSON = "person"
MADE_UP = "synthetic"
"""The names of simulated people begin with this."""
MOST_PEOPLE = 10_000_000
_NODES = 61
_USUAL_SD = 0.28
"""The usual standard deviation of the answers to an item, as a share of their scale."""


@dataclass(frozen=True, slots=True)
class SimulatedCohort:
    """Synthetic answers, and how they were made.

    Attributes
    ----------
    frame : pandas.DataFrame
        A column "person", with names that begin with "synthetic", and one per item, with answers as
        shown.
    mean, sd, reliability : float
        Those of the simulated population; a sample comes near them.
    seed : int
        The same seed gives the same people.
    note : str
        A sentence that says that they are synthetic, and how they were made.
    """

    frame: pd.DataFrame
    mean: float
    sd: float
    reliability: float
    seed: int
    note: str


def simulate_cohort(
    instrument: Instrument,
    *,
    count: int = 200,
    mean: float | None = None,
    sd: float | None = None,
    reliability: float | None = None,
    seed: int = 0,
) -> SimulatedCohort:
    """Simulate the answers of a cohort by a one-factor model.

    Each answer is the person's position on the factor plus chance, rounded to the scale; all items
    have the same loading. Loading and chance are chosen so that the totals have the mean, the
    standard deviation and the reliability (alpha) that you ask for, after rounding and clipping.

    Parameters
    ----------
    instrument : Instrument
    count : int
        How many people.
    mean, sd, reliability : float, optional
        Of the totals. By default those of the instrument's norms. Without norms: the middle of the
        range, a reliability of 0.8, and the standard deviation that follows if that of an answer
        is about a quarter of its scale.
    seed : int
        0 or more.

    Returns
    -------
    SimulatedCohort

    Raises
    ------
    CareerpathError
        If no answers on this scale can have such statistics.

    Examples
    --------
    >>> from careerpath import load_instrument
    >>> made = simulate_cohort(load_instrument(), count=3, seed=1)
    >>> made.frame.shape, made.note.startswith("Synthetic")
    ((3, 16), True)
    """
    _check_whole("count", count, 1, MOST_PEOPLE)
    _check_whole("seed", seed, 0, 2**63)
    norms = instrument.norms
    low, high = float(instrument.minimum_total), float(instrument.maximum_total)
    if mean is None:
        mean = norms.mean if norms else (low + high) / 2
    if reliability is None:
        reliability = norms.reliability if norms else 0.8
    check_reliability(reliability)
    if sd is None:
        sd = norms.sd if norms else _usual_sd(instrument, mean, reliability)
    if not (low < mean < high and 0 < sd <= (high - low) / 2):
        raise _impossible(mean, sd, reliability, instrument)
    keyed = _draw(instrument, count, mean, sd, reliability, seed)
    return SimulatedCohort(
        frame=_frame(instrument, keyed),
        mean=mean,
        sd=sd,
        reliability=reliability,
        seed=seed,
        note=(
            f"Synthetic: {count:,} made-up people from a one-factor model with mean {mean:g}, "
            f"sd {sd:g} and reliability {reliability:g} (seed {seed}). No real person answered."
        ),
    )


def is_made_up(table: Frame) -> bool:
    """Return whether a table has simulated people in it, by their names."""
    kind = table.collect_schema().get(PERSON)
    if not isinstance(kind, nw.String | nw.Categorical | nw.Enum | nw.Object):
        return False
    name = column_of(table, PERSON).cast(nw.String())
    found = table.lazy().filter(name.str.starts_with(MADE_UP)).select(name.alias(PERSON)).head(1)
    return len(found.collect()) > 0


def _check_whole(name: str, value: object, least: int, most: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise CareerpathError(
            f"{name} must be a whole number from {least} to {most:,}; got {shown(value)}."
        )


def _usual_sd(instrument: Instrument, mean: float, reliability: float) -> float:
    """Return a standard deviation of totals that answers on this scale can have."""
    items, steps = len(instrument.items), instrument.scale.steps
    step = float(instrument.scale.step)
    centre = (mean - float(instrument.minimum_total)) / step / items
    above = special.ndtr((centre - _lines(steps)) / (_USUAL_SD * steps))
    variance = float((above * (2 * np.arange(steps) + 1)).sum() - above.sum() ** 2)
    return step * math.sqrt(items * variance / (1 - reliability * (items - 1) / items))


def _lines(steps: int) -> Floats:
    """Return where an answer is rounded to 1, 2, ... steps; an array of shape (steps,)."""
    return np.arange(steps, dtype=np.float64) + 0.5


def _draw(
    instrument: Instrument, count: int, mean: float, sd: float, reliability: float, seed: int
) -> npt.NDArray[np.int64]:
    """Draw keyed answers, in steps; an array of shape (people, items)."""
    items, steps = len(instrument.items), instrument.scale.steps
    step = float(instrument.scale.step)
    centre = (mean - float(instrument.minimum_total)) / step / items
    shared = reliability * (sd / step / items) ** 2
    variance = (sd / step) ** 2 / items - (items - 1) * shared
    if items == 1:
        variance = (sd / step) ** 2
    middle, loading, chance = _sizes(centre, variance, shared, steps)
    if not math.isfinite(middle):
        raise _impossible(mean, sd, reliability, instrument)
    random = np.random.default_rng(seed)
    factor = random.standard_normal((count, 1))
    noise = random.standard_normal((count, items))
    latent = middle + loading * factor + chance * noise
    return np.clip(np.rint(latent), 0, steps).astype(np.int64)


def _sizes(centre: float, variance: float, shared: float, steps: int) -> tuple[float, float, float]:
    """Find the latent mean, loading and noise whose rounded answers have these moments.

    Parameters
    ----------
    centre, variance : float
        Mean and variance of one answer, in steps.
    shared : float
        The covariance of two answers.
    steps : int
        How many steps the scale has.

    Returns
    -------
    mean, loading, noise : float
        NaN if there are none.
    """
    nodes, weights = np.polynomial.hermite_e.hermegauss(_NODES)
    weights = weights / weights.sum()
    lines = _lines(steps)
    wanted = np.array([centre, math.log(max(variance, 1e-12)), math.log(max(shared, 1e-12))])

    def moments(sizes: Floats) -> Floats:
        middle, loading, chance = sizes[0], math.exp(sizes[1]), math.exp(sizes[2])
        above = special.ndtr((middle + loading * nodes[:, None] - lines) / chance)
        means = above.sum(axis=1)
        squares = (above * (2 * np.arange(steps) + 1)).sum(axis=1)
        mean = float(weights @ means)
        between = float(weights @ (means - mean) ** 2)
        return np.array([mean, float(weights @ squares) - mean**2, between])

    def miss(sizes: Floats) -> Floats:
        # The logarithms are clipped, so that the search does not run away.
        mean, total, between = moments(np.array([sizes[0], *np.clip(sizes[1:], -30, 30)]))
        logs = [math.log(max(total, 1e-300)), math.log(max(between, 1e-300))]
        missed: Floats = np.array([mean, *logs]) - wanted
        return missed

    own = max(variance - shared, 1e-6)
    start = np.array([centre, math.log(max(shared, 1e-12)) / 2, math.log(own) / 2])
    found = optimize.root(miss, start, method="hybr")
    if not np.abs(miss(found.x)).max() < 1e-6:
        return math.nan, math.nan, math.nan
    return float(found.x[0]), math.exp(found.x[1]), math.exp(found.x[2])


def _frame(instrument: Instrument, keyed: npt.NDArray[np.int64]) -> pd.DataFrame:
    import pandas as pd

    scale = instrument.scale
    answers = [instrument.total_of(at, items=1) for at in range(scale.steps + 1)]
    whole = all(isinstance(answer, int) for answer in answers)
    small = whole and answers[0] >= -128 and answers[-1] <= 127
    grid = np.array(answers, dtype="int8" if small else "int64" if whole else "float64")
    digits = len(str(len(keyed)))
    columns: dict[str, Any] = {
        PERSON: [f"{MADE_UP}-{number:0{digits}d}" for number in range(1, len(keyed) + 1)]
    }
    for place, item in enumerate(instrument.items):
        steps = keyed[:, place]
        columns[item.id] = grid[scale.steps - steps if item.mastery_side == "left" else steps]
    return pd.DataFrame(columns)


def _impossible(
    mean: float, sd: float, reliability: float, instrument: Instrument
) -> CareerpathError:
    return CareerpathError(
        f"No answers in steps of {instrument.scale.step} can give totals with a mean of "
        f"{mean:g}, an sd of {sd:g} and a reliability of {reliability:g} between "
        f"{instrument.minimum_total} and {instrument.maximum_total}. Move the mean to the "
        f"middle, or the sd nearer {(instrument.maximum_total - instrument.minimum_total) / 7:.3g}."
    )
