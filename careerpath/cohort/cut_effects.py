"""What two cut scores make of a cohort, computed from its tally.

Nothing here reads single people: a move costs the same for 20 people or a billion.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from careerpath.cohort.classification import Classification
from careerpath.cohort.cut_moves import handles, snapped, two_numbers
from careerpath.cohort.named_cohort import NamedCohort, or_none
from careerpath.cohort.tally import ItemStatistics
from careerpath.core.errors import CareerpathError
from careerpath.core.instrument import BANDS, Band, CutScores, Instrument
from careerpath.core.wording import counted

if TYPE_CHECKING:
    from careerpath.cohort.tally_layout import CountArray, TallyLayout

Floats = NDArray[np.float64]

FEWEST_PEOPLE = 30
"""With fewer people, accuracy and consistency are held back: the model has too little to fit."""

SURE = 0.8
"""A total has no sure band if its most likely band is less likely than this."""

MOST_BARS = 160
"""If there are more possible totals than this, neighbouring totals share a bar of the histogram."""

OUTLINE_BARS = 30
"""The outline of the compared cohort has about this many steps."""


@dataclass(frozen=True, slots=True)
class BandShare:
    """One band at the current cut scores.

    Attributes
    ----------
    band : Band
    count : int
        How many people are in it.
    share, low, high : float or None
        Their share of all people, 0 to 1, and its interval, which holds for the three bands
        together; None without people.
    change : int
        How many more people than at the published cut scores.
    """

    band: Band
    count: int
    share: float | None
    low: float | None
    high: float | None
    change: int


@dataclass(frozen=True, slots=True)
class BandComparison:
    """One band in two cohorts.

    Attributes
    ----------
    band : Band
    shown, other : BandShare
    """

    band: Band
    shown: BandShare
    other: BandShare

    @property
    def points(self) -> float | None:
        """How many percentage points more the other cohort has; None without people."""
        if self.shown.share is None or self.other.share is None:
            return None
        return 100 * (self.other.share - self.shown.share)


@dataclass(frozen=True, slots=True)
class Flow:
    """The people who go from one band to another.

    Attributes
    ----------
    count : int
    origin, target : Band
        Their bands at the published and at the current cut scores.
    """

    count: int
    origin: Band
    target: Band

    def __str__(self) -> str:
        who = f"{counted(self.count, 'person')} {'moves' if self.count == 1 else 'move'}"
        return f"{who} from {self.origin} to {self.target}"


@dataclass(frozen=True, slots=True)
class Curve:
    """The share of management and of mastery at every possible cut score.

    Attributes
    ----------
    totals : array of float, shape (totals,)
        The possible totals, and so the possible cut scores.
    management, mastery : array of float, shape (totals,)
        The share of people below, and above, each of them.
    """

    totals: Floats
    management: Floats
    mastery: Floats


@dataclass(frozen=True, slots=True)
class Histogram:
    """Bars over the possible totals, each split by band.

    Attributes
    ----------
    middles : array of float, shape (bars,)
        The middle of each bar, in points.
    heights : mapping of Band to array of float, shape (bars,)
        How many people of that band are in each bar.
    others : array of float, shape (bars,), or None
        The compared cohort as a smoothed outline, scaled to as many people as the shown one.
    width : int or float
        How many points a bar covers.
    """

    middles: Floats
    heights: Mapping[Band, Floats]
    others: Floats | None
    width: float


@dataclass(frozen=True, eq=False)
class CutEffects:
    """What two cut scores make of a cohort.

    Attributes
    ----------
    instrument : Instrument
        Its cut scores are the published ones.
    cuts : CutScores
        The current cut scores.
    cohort : NamedCohort
        The cohort that is shown, tallied with the instrument.
    other : NamedCohort or None
        The cohort that it is compared with.
    most_bars : int
        The most bars of the histogram.

    Examples
    --------
    >>> import pandas
    >>> instrument = Instrument.plain(["a"], management_below=4, mastery_above=6)
    >>> frame = pandas.DataFrame({"a": [1, 4, 5, 9]})
    >>> cohort = NamedCohort.of("everybody", frame, instrument)
    >>> effects = CutEffects(instrument, CutScores(management_below=5, mastery_above=6), cohort)
    >>> effects.flows_in_words
    '1 person moves from both to management.'
    """

    instrument: Instrument
    cuts: CutScores
    cohort: NamedCohort
    other: NamedCohort | None = None
    most_bars: int = MOST_BARS

    @property
    def published(self) -> CutScores:
        """The instrument's own cut scores."""
        return self.instrument.cut_scores

    @property
    def moved(self) -> bool:
        """Whether the cut scores differ from the published ones."""
        return self.cuts != self.published

    @property
    def few(self) -> bool:
        """Whether there are too few people for the model behind accuracy and consistency."""
        return self.cohort.tally.count < FEWEST_PEOPLE

    @property
    def layout(self) -> TallyLayout:
        """The items, the scale and the possible totals."""
        return self.cohort.tally.layout

    @cached_property
    def grid(self) -> Floats:
        """The possible totals from low to high, an array of shape (totals,)."""
        return np.array(self.layout.totals, dtype=float)

    @property
    def whole(self) -> bool:
        """Whether all possible totals are whole numbers."""
        return isinstance(self.step, int) and isinstance(self.instrument.minimum_total, int)

    @property
    def step(self) -> int | float:
        """The distance between two possible totals, in points."""
        step = self.instrument.scale.step
        return int(step) if step == int(step) else step

    # Moving the cut scores

    @property
    def handles(self) -> tuple[int | float, int | float]:
        """The possible totals at which a slider has its two handles."""
        return handles(self.instrument, self.cuts)

    @property
    def lines(self) -> tuple[float, float]:
        """The two lines between the bands: each is halfway between two possible totals."""
        lowest = self.instrument.minimum_total
        low, high = ((start - 0.5) * self.step + lowest for start in self.layout.starts(self.cuts))
        return low, high

    def dragged(self, positions: object) -> CutScores:
        """Return the cut scores for new positions of the two lines.

        The line that moved goes to the nearest place between two totals, and stops at the other.

        Parameters
        ----------
        positions : object
            Two numbers, in points, as a browser sends them.

        Raises
        ------
        CareerpathError
            If they are anything but two finite numbers.
        """
        low, high = two_numbers(positions)
        half = self.step / 2
        return snapped(self.instrument, self.cuts, low + half, high - half)

    def slid(self, values: object) -> CutScores:
        """Return the cut scores for new values of a slider with two handles.

        Parameters
        ----------
        values : object
            Two numbers, in points, as a browser sends them.

        Raises
        ------
        CareerpathError
            If they are anything but two finite numbers.
        """
        return snapped(self.instrument, self.cuts, *two_numbers(values))

    # Bands

    @cached_property
    def shares(self) -> tuple[BandShare, ...]:
        """The bands at the current cut scores, from low to high."""
        return self._shares(self.cohort)

    @cached_property
    def comparison(self) -> tuple[BandComparison, ...]:
        """The bands of both cohorts; empty without a second one."""
        if self.other is None:
            return ()
        pairs = zip(self.shares, self._shares(self.other), strict=True)
        return tuple(BandComparison(one.band, one, other) for one, other in pairs)

    @cached_property
    def matrix(self) -> Mapping[tuple[Band, Band], int]:
        """How many people are in one band at the published, another at the current cut scores."""
        flips = self.cohort.tally.flips(self.published, self.cuts)
        return {(old, new): flips.people(old, new) for old in BANDS for new in BANDS}

    @cached_property
    def flows(self) -> tuple[Flow, ...]:
        """The people who change band, the largest number first."""
        flows = [Flow(count, old, new) for (old, new), count in self.matrix.items() if old != new]
        return tuple(sorted((each for each in flows if each.count), key=lambda each: -each.count))

    @property
    def flows_in_words(self) -> str:
        """Who changes band, in a sentence or two."""
        if not self.moved:
            return "These are the published cut scores. Move one to see who changes band."
        if not self.flows:
            return "Nobody changes band compared with the published cut scores."
        return ". ".join(map(str, self.flows)) + "."

    # Trust

    @cached_property
    def classification(self) -> Classification | str:
        """Accuracy and consistency of the bands, or the reason why they are held back."""
        count = self.cohort.tally.count
        if self.few:
            return (
                f"Held back: there are {counted(count, 'person')}, and the model behind accuracy "
                f"and consistency needs at least {FEWEST_PEOPLE}."
            )
        reliability = self.cohort.reliability
        if reliability is None or not 0 < reliability.alpha < 1:
            return (
                "Held back: alpha is not between 0 and 1, and the model behind accuracy and "
                "consistency needs items that agree with each other."
            )
        try:
            return self.cohort.tally.classification(self.cuts)
        except CareerpathError as error:
            return f"Held back: {error}"

    @cached_property
    def items(self) -> tuple[ItemStatistics, ...]:
        """The statistics of each item, and who changes band without it; empty without people."""
        return or_none(partial(self.cohort.tally.items, self.cuts)) or ()

    @cached_property
    def unsure(self) -> tuple[tuple[float, float], ...]:
        """The ranges of totals whose most likely band is less likely than `SURE`."""
        reliability = self.cohort.reliability
        if reliability is None or not reliability.standard_error:
            return ()
        low, high = ((line - self.grid) / reliability.standard_error for line in self.lines)
        start, end = self.layout.starts(self.cuts)
        management = ndtr(low) if start > 0 else np.zeros_like(low)
        not_mastery = ndtr(high) if end < len(self.grid) else np.ones_like(high)
        chances = np.stack((management, not_mastery - management, 1 - not_mastery))
        inside = np.concatenate(([False], chances.max(axis=0) < SURE, [False]))
        edges = np.flatnonzero(np.diff(inside.astype(np.int8)))
        return tuple(
            (float(self.grid[start]), float(self.grid[end - 1]))
            for start, end in zip(edges[::2], edges[1::2], strict=True)
        )

    @property
    def unsure_share(self) -> float | None:
        """The share of people with such a total, 0 to 1; None without people."""
        count = self.cohort.tally.count
        if not count:
            return None
        people = 0
        for low, high in self.unsure:
            start, end = np.searchsorted(self.grid, (low, high), side="left")
            people += int(self._below[end + 1] - self._below[start])
        return people / count

    # Pictures

    @cached_property
    def curve(self) -> Curve:
        """The share of management and of mastery at every possible cut score."""
        people = self.cohort.tally.count
        return Curve(
            totals=self.grid,
            management=self._below[:-1] / max(1, people),
            mastery=(people - self._below[1:]) / max(1, people),
        )

    @cached_property
    def histogram(self) -> Histogram:
        """The totals as bars, split by band."""
        size = math.ceil(len(self.grid) / self.most_bars)
        starts = np.arange(0, len(self.grid), size)
        width = size * self.step
        low, high = self.layout.starts(self.cuts)
        counts = self.cohort.tally.totals
        place = np.arange(len(counts))
        parts = (place < low, (place >= low) & (place < high), place >= high)
        heights = {
            band: np.add.reduceat(np.where(part, counts, 0), starts).astype(float)
            for band, part in zip(BANDS, parts, strict=True)
        }
        others = None
        if self.other is not None and self.other.tally.count:
            scaled = self.cohort.tally.count / self.other.tally.count
            others = _outline(np.add.reduceat(self.other.tally.totals, starts) * scaled)
        return Histogram(
            middles=self.grid[starts] + (width - self.step) / 2,
            heights=heights,
            others=others,
            width=width,
        )

    @cached_property
    def _below(self) -> CountArray:
        """How many people are below each possible total, and below one above the highest.

        An array of shape (totals + 1,).
        """
        return np.concatenate(([0], np.cumsum(self.cohort.tally.totals)))

    def _shares(self, cohort: NamedCohort) -> tuple[BandShare, ...]:
        tally = cohort.tally
        counts, before = tally.counts(self.cuts), tally.counts(self.published)
        if not tally.count:
            return tuple(BandShare(band, 0, None, None, None, 0) for band in BANDS)
        shares, intervals = tally.shares(self.cuts), tally.share_intervals(self.cuts)
        return tuple(
            BandShare(
                band, counts[band], shares[band], *intervals[band], counts[band] - before[band]
            )
            for band in BANDS
        )


def _outline(heights: Floats) -> Floats:
    """Average neighbouring bars, so that their outline can be read; their sum stays the same."""
    size = math.ceil(len(heights) / OUTLINE_BARS)
    starts = np.arange(0, len(heights), size)
    sizes = np.diff(np.append(starts, len(heights)))
    return np.repeat(np.add.reduceat(heights, starts) / sizes, sizes)
