"""The figures that the threshold lab shows: what two cut scores make of a cohort."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from careerpath.core.instrument import Band
from careerpath.core.wording import counted

Floats = NDArray[np.float64]


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
        who = f"{counted(self.count, 'person')} {'moves' if self.count == 1 else 'move'}"
        return f"{who} from {self.origin} to {self.target}"


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
