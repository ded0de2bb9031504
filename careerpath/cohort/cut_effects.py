"""What follows from two cut scores over a cohort, computed from its tally.

Nothing here looks at a person: a move costs the same for 20 people or a billion.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cached_property, partial

import numpy as np
from scipy.special import ndtr

from careerpath.cohort.cut_figures import (
    BandShare,
    Classification,
    Comparison,
    Curve,
    Floats,
    Flow,
    Histogram,
)
from careerpath.cohort.cut_moves import handles
from careerpath.cohort.named_cohort import NamedCohort, finite, or_none
from careerpath.cohort.tally import ItemStatistics
from careerpath.cohort.tally_layout import TallyLayout
from careerpath.core.errors import CareerpathError
from careerpath.core.instrument import BANDS, Band, CutScores, Instrument
from careerpath.core.wording import counted

FEWEST_PEOPLE = 30
"""Below this many, accuracy and consistency are held back: their model has too little to fit."""

SURE = 0.8
"""A total is unsure where its most likely band is less likely than this."""

MOST_BARS = 160
"""A histogram of more possible totals than this puts neighbours into one bar."""

OUTLINE_BARS = 30
"""The compared cohort is drawn as an outline of so many steps."""


class CutEffects:
    """Every figure of the lab, from what a subclass holds.

    Attributes
    ----------
    instrument : Instrument
        Its cut scores are the published ones.
    cuts : CutScores
        Where the cut scores are now.
    most_bars : int
        A histogram of more possible totals than this puts neighbours into one bar.
    cohort : NamedCohort
        The one that is shown.
    other : NamedCohort or None
        The one that it is compared with.
    """

    instrument: Instrument
    cuts: CutScores
    most_bars = MOST_BARS

    @property
    def cohort(self) -> NamedCohort:
        """The cohort that is shown."""
        raise NotImplementedError

    @property
    def other(self) -> NamedCohort | None:
        """The cohort that the shown one is compared with."""
        raise NotImplementedError

    @property
    def published(self) -> CutScores:
        """The instrument's own cut scores."""
        return self.instrument.cut_scores

    @property
    def moved(self) -> bool:
        """Whether the cut scores are not the published ones."""
        return self.cuts != self.published

    @property
    def few(self) -> bool:
        """Whether there are too few people for the model behind accuracy and consistency."""
        return self.cohort.tally.count < FEWEST_PEOPLE

    @cached_property
    def layout(self) -> TallyLayout:
        """The items and the scale, and with them the possible totals."""
        return TallyLayout.of(self.instrument)

    @cached_property
    def grid(self) -> Floats:
        """The possible totals, from the lowest up."""
        return np.array(self.layout.totals, dtype=float)

    @property
    def whole(self) -> bool:
        """Whether all possible totals are whole numbers."""
        return isinstance(self.step, int) and isinstance(self.instrument.minimum_total, int)

    @property
    def step(self) -> int | float:
        """How far a possible total is from the next."""
        step = self.instrument.scale.step
        return int(step) if step == int(step) else step

    @property
    def handles(self) -> tuple[int | float, int | float]:
        """The possible totals that a slider's two ends stand on."""
        return handles(self.instrument, self.cuts)

    @property
    def lines(self) -> tuple[float, float]:
        """Where the two lines between the bands lie: between two possible totals."""
        lowest = self.instrument.minimum_total
        low, high = ((start - 0.5) * self.step + lowest for start in self.layout.starts(self.cuts))
        return low, high

    @property
    def shares(self) -> tuple[BandShare, ...]:
        """The bands at the current cut scores, from low to high."""
        return self._shares(self.cohort)

    @property
    def comparison(self) -> tuple[Comparison, ...]:
        """The bands of both cohorts; empty without a second one."""
        if self.other is None:
            return ()
        pairs = zip(self.shares, self._shares(self.other), strict=True)
        return tuple(Comparison(one.band, one, other) for one, other in pairs)

    @property
    def matrix(self) -> Mapping[tuple[Band, Band], int]:
        """How many people have one band at the published and another at the current cut scores."""
        flips = self.cohort.tally.flips(self.published, self.cuts)
        return {(old, new): flips.people(old, new) for old in BANDS for new in BANDS}

    @property
    def flows(self) -> tuple[Flow, ...]:
        """Those who change band, the largest number first."""
        flows = [Flow(count, old, new) for (old, new), count in self.matrix.items() if old != new]
        return tuple(sorted((each for each in flows if each.count), key=lambda each: -each.count))

    @property
    def flows_in_words(self) -> str:
        """Who changes band, in a sentence or two."""
        if not self.moved:
            return "These are the published cut scores. Move one to see who changes band."
        if not self.flows:
            return "Nobody changes band against the published cut scores."
        return ". ".join(map(str, self.flows)) + "."

    @property
    def classification(self) -> Classification:
        """How far the bands can be trusted at the current cut scores."""
        count = self.cohort.tally.count
        if self.few:
            return Classification(
                withheld=f"Held back: {counted(count, 'person')}, and the model behind accuracy "
                f"and consistency needs {FEWEST_PEOPLE} at the least."
            )
        alpha = self.cohort.reliability.alpha
        if alpha is None or not 0 < alpha < 1:
            return Classification(
                withheld="Held back: the answers do not hang together (alpha is not between 0 and "
                "1), and without that the model behind accuracy and consistency says nothing."
            )
        try:
            found = self.cohort.tally.classification(self.cuts)
        except CareerpathError as error:
            return Classification(withheld=f"Held back: {error}")
        return Classification(
            accuracy=finite(found.accuracy),
            consistency=finite(found.consistency),
            kappa=finite(found.kappa),
        )

    @property
    def items(self) -> tuple[ItemStatistics, ...]:
        """The statistics of each item, and who changes band without it; none without people."""
        return or_none(partial(self.cohort.tally.items, self.cuts)) or ()

    @property
    def unsure(self) -> tuple[tuple[float, float], ...]:
        """The ranges of totals where the most likely band has less than `SURE`."""
        error = self.cohort.reliability.standard_error
        if not error:
            return ()
        low, high = ((line - self.grid) / error for line in self.lines)
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
        """The share of people whose total lies where no band is sure."""
        count = self.cohort.tally.count
        if not count:
            return None
        return sum(self._between(low, high) for low, high in self.unsure) / count

    @property
    def curve(self) -> Curve:
        """The share of each band over all possible cut scores."""
        cohort = self.cohort
        count = max(1, cohort.tally.count)
        return Curve(
            totals=self.grid,
            management=cohort.below[:-1] / count,
            mastery=(cohort.tally.count - cohort.below[1:]) / count,
        )

    @property
    def histogram(self) -> Histogram:
        """The totals as bars, split by band."""
        size = math.ceil(len(self.grid) / self.most_bars)
        starts = np.arange(0, len(self.grid), size)
        width = size * self.step
        low, high = self.layout.starts(self.cuts)
        counts = self.cohort.counts
        place = np.arange(len(counts))
        parts = (place < low, (place >= low) & (place < high), place >= high)
        heights = {
            band: np.add.reduceat(np.where(part, counts, 0), starts).astype(float)
            for band, part in zip(BANDS, parts, strict=True)
        }
        others = None
        if self.other is not None and self.other.tally.count:
            scaled = self.cohort.tally.count / self.other.tally.count
            others = _outline(np.add.reduceat(self.other.counts, starts) * scaled)
        return Histogram(
            middles=self.grid[starts] + (width - self.step) / 2,
            heights=heights,
            others=others,
            width=width,
        )

    def _between(self, low: float, high: float) -> int:
        start, end = np.searchsorted(self.grid, (low, high), side="left")
        below = self.cohort.below
        return int(below[end + 1] - below[start])

    def _shares(self, cohort: NamedCohort) -> tuple[BandShare, ...]:
        tally = cohort.tally
        counts, before = tally.counts(self.cuts), tally.counts(self.published)
        if not tally.count:
            return tuple(BandShare(band, 0, None, None, None, 0) for band in BANDS)
        shares, intervals = tally.shares(self.cuts), tally.share_intervals(self.cuts)
        return tuple(
            BandShare(
                band=band,
                count=int(counts[band]),
                share=float(shares[band]),
                low=float(intervals[band][0]),
                high=float(intervals[band][1]),
                change=int(counts[band]) - int(before[band]),
            )
            for band in BANDS
        )


def _outline(heights: Floats) -> Floats:
    """Level neighbouring bars, so that an outline of them can be read; their sum stays."""
    size = math.ceil(len(heights) / OUTLINE_BARS)
    starts = np.arange(0, len(heights), size)
    sizes = np.diff(np.append(starts, len(heights)))
    return np.repeat(np.add.reduceat(heights, starts) / sizes, sizes)
