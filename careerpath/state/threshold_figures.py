"""What the threshold lab shows: a cohort, and the figures that two cut scores give it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from careerpath.cohort import Cohort, Tally
from careerpath.cohort.simulation import PERSON, SimulatedCohort
from careerpath.errors import CareerpathError
from careerpath.instrument import Band, Instrument

Floats = NDArray[np.float64]
Found = TypeVar("Found")


@dataclass(frozen=True)
class LabCohort:
    """The answers of many people, and where they come from.

    Attributes
    ----------
    name : str
        What the lab calls it.
    tally : Tally
    source : str
        Where the answers come from; it goes into what is saved.
    synthetic : bool
        Whether nobody ever gave these answers. It is said wherever the cohort is shown.
    """

    name: str
    tally: Tally
    source: str = ""
    synthetic: bool = False

    @classmethod
    def of(cls, name: str, given: Any, instrument: Instrument, **facts: Any) -> LabCohort:
        """Make a cohort of whatever holds answers.

        Parameters
        ----------
        name : str
        given : Tally, SimulatedCohort, Cohort or frame
            A simulated cohort says by itself that it is synthetic, and how it was made; so does a
            table of simulated people, whose names begin with "synthetic".
        instrument : Instrument
        **facts : object
            ``source`` and ``synthetic``.
        """
        if isinstance(given, Tally):
            return cls(name, given, **facts)
        if isinstance(given, SimulatedCohort):
            facts = {**facts, "source": facts.get("source") or given.note, "synthetic": True}
        frame = given.frame if isinstance(given, SimulatedCohort | Cohort) else given
        facts["synthetic"] = facts.get("synthetic") or _is_made_up(frame)
        return cls(name, Tally.of(frame, instrument), **facts)

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """How many people have each possible total, from the lowest up."""
        return np.asarray(self.tally.totals, dtype=np.int64)

    @cached_property
    def below(self) -> NDArray[np.int64]:
        """How many people lie below each possible total, and below one more than the highest."""
        return np.concatenate(([0], np.cumsum(self.counts)))

    @cached_property
    def reliability(self) -> Reliability:
        """How far the items hang together in this cohort."""
        low, high = or_none(lambda: self.tally.alpha_interval(level=0.95)) or (None, None)
        return Reliability(
            alpha=finite(or_none(self.tally.alpha)),
            low=finite(low),
            high=finite(high),
            standard_error=finite(or_none(self.tally.standard_error)),
        )


@dataclass(frozen=True, slots=True)
class Reliability:
    """Cronbach's alpha with its 95 % interval, and the SEM; None where they cannot be had."""

    alpha: float | None
    low: float | None
    high: float | None
    standard_error: float | None


@dataclass(frozen=True, slots=True)
class BandShare:
    """One band at the current cut scores.

    Attributes
    ----------
    band : Band
    count : int
    share, low, high : float or None
        Of all people, with the interval that holds for the three bands together; None without
        people.
    change : int
        How many people more than at the published cut scores.
    """

    band: Band
    count: int
    share: float | None
    low: float | None
    high: float | None
    change: int


@dataclass(frozen=True, slots=True)
class Flow:
    """People who change band against the published cut scores."""

    count: int
    origin: Band
    target: Band

    def __str__(self) -> str:
        people = "1 person moves" if self.count == 1 else f"{self.count:,} people move"
        return f"{people} from {self.origin} to {self.target}"


@dataclass(frozen=True, slots=True)
class Classification:
    """How far the bands can be trusted at the current cut scores; None where it is withheld.

    Attributes
    ----------
    accuracy : float or None
        The share of people whose band is the one their true score would give.
    consistency, kappa : float or None
        How often the same people would land in the same band a second time, as it is and beyond
        chance.
    withheld : str
        Why there is nothing; empty where there is something.
    """

    accuracy: float | None = None
    consistency: float | None = None
    kappa: float | None = None
    withheld: str = ""


@dataclass(frozen=True, slots=True)
class Curve:
    """The share of each band over all possible places of each cut score.

    Attributes
    ----------
    totals : array
        The possible totals, where a cut score can lie.
    management, mastery : array
        The share below, and above, each of them. What is left between two is "both".
    """

    totals: Floats
    management: Floats
    mastery: Floats


@dataclass(frozen=True, slots=True)
class Histogram:
    """Bars over the possible totals, each split by band.

    Attributes
    ----------
    middles : array
        Where the bars stand.
    heights : dict of Band to array
        How many people of each band a bar holds.
    others : array or None
        The compared cohort as a smoothed outline, scaled to as many people as the shown one.
    width : int or float
        How many points a bar covers.
    """

    middles: Floats
    heights: Mapping[Band, Floats]
    others: Floats | None
    width: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """One band in both cohorts."""

    band: Band
    shown: BandShare
    other: BandShare

    @property
    def points(self) -> float | None:
        """How many percentage points the other cohort has more."""
        if self.shown.share is None or self.other.share is None:
            return None
        return 100 * (self.other.share - self.shown.share)


@dataclass(frozen=True, slots=True)
class Saved:
    """An instrument that was made from the lab."""

    instrument: Instrument
    name: str
    text: str
    path: Path | None = None


def or_none(compute: Callable[[], Found]) -> Found | None:
    """Compute a statistic; None where these people are too few or too much alike for it."""
    try:
        return compute()
    except CareerpathError:
        return None


def finite(value: float | None) -> float | None:
    """Return a number, and None for what is none."""
    return None if value is None or not math.isfinite(value) else float(value)


def _is_made_up(frame: Any) -> bool:
    """Tell a simulated table, wherever it has been, by the names of its people."""
    if not isinstance(frame, pd.DataFrame) or PERSON not in frame or frame.empty:
        return False
    return bool(frame[PERSON].astype(str).str.startswith("synthetic").any())
