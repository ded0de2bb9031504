"""The distribution of a cohort's answers, and how much its people disagree, from its tally."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from careerpath.cohort.tally import Tally
from careerpath.core.instrument import Band, CutScores, Instrument

TOGETHER, APART = 1 / 3, 1 / 2
"""A cohort is "of one mind" if two people picked at random are in different bands less often than
the first share, and "far apart" if more often than the second. Both are our choice."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """How often each value occurs.

    Attributes
    ----------
    values : tuple of int or float
        From low to high; answers are keyed toward mastery.
    counts : tuple of int
        How often each of them occurs.
    """

    values: tuple[int | float, ...]
    counts: tuple[int, ...]

    @property
    def count(self) -> int:
        """The sum of the counts."""
        return sum(self.counts)

    @property
    def bars(self) -> tuple[tuple[int | float, int], ...]:
        """Each value with its count."""
        return tuple(zip(self.values, self.counts, strict=True))

    @property
    def middle_half(self) -> tuple[int | float, int | float]:
        """The values between which at least half of the counts lie, a quarter at most on each side.

        Examples
        --------
        >>> Distribution((0, 1, 2, 3), (1, 1, 1, 1)).middle_half
        (0, 2)
        >>> Distribution((0, 1, 2, 3), (0, 4, 0, 1)).middle_half
        (1, 1)
        """
        sums = list(accumulate(self.counts))
        low, high = (
            next(each for each, n in zip(self.values, sums, strict=True) if 4 * n >= at * sums[-1])
            for at in (1, 3)
        )
        return low, high


@dataclass(frozen=True, slots=True)
class Disagreement:
    """How much people disagree.

    Attributes
    ----------
    count : int
        How many people there are.
    largest : Band
        The band that most of them are in; of equally large bands, the lowest.
    in_largest : int
        How many people are in that band.
    apart : float
        The chance, 0 to 1, that two different people, picked at random, are in different bands.
    totals : Distribution
        Of their totals.

    References
    ----------
    Simpson, E. H. (1949). Measurement of diversity. Nature, 163, 688. (His index, for drawing
    without replacement.)
    """

    count: int
    largest: Band
    in_largest: int
    apart: float
    totals: Distribution

    @property
    def words(self) -> str:
        """How much they disagree, in a few words."""
        if self.apart < TOGETHER:
            return "Mostly of one mind"
        return "Divided" if self.apart <= APART else "Far apart"


def distribution_of_items(tally: Tally, items: Sequence[str]) -> Distribution:
    """Count all answers to some items, keyed toward mastery.

    Parameters
    ----------
    tally : Tally
    items : sequence of str
        Ids of items.

    Examples
    --------
    >>> import pandas
    >>> instrument = Instrument.plain(["a", "b"], maximum=2, management_below=1, mastery_above=3)
    >>> tally = Tally.of(pandas.DataFrame({"a": [0, 2, 2], "b": [1, 1, 2]}), instrument)
    >>> distribution_of_items(tally, ["a", "b"])
    Distribution(values=(0, 1, 2), counts=(1, 2, 3))
    """
    scale = tally.layout.scale
    places = [tally.layout.items.index(each) for each in items]
    found = tally.cells[places].sum(axis=(0, 2))
    values = tuple(scale.value(step) for step in range(len(found)))
    return Distribution(values, tuple(map(int, found)))


def distribution_of_facet(tally: Tally, instrument: Instrument, facet: str) -> Distribution:
    """Count all answers to the items of a facet, keyed toward mastery."""
    return distribution_of_items(tally, [item.id for item in instrument.items_of(facet)])


def measure_disagreement(tally: Tally, cuts: CutScores) -> Disagreement:
    """Measure how much the people of a tally disagree.

    Parameters
    ----------
    tally : Tally
        Of at least two people with a total.
    cuts : CutScores

    Examples
    --------
    >>> import pandas
    >>> instrument = Instrument.plain(["a"], management_below=4, mastery_above=6)
    >>> tally = Tally.of(pandas.DataFrame({"a": [1, 1, 9, 9]}), instrument)
    >>> found = measure_disagreement(tally, instrument.cut_scores)
    >>> round(found.apart, 3), found.words, str(found.largest), found.in_largest
    (0.667, 'Far apart', 'management', 2)
    """
    counts = tally.counts(cuts)
    people = tally.count
    largest = max(counts, key=lambda band: counts[band])
    alike = sum(count * (count - 1) for count in counts.values())
    return Disagreement(
        count=people,
        largest=largest,
        in_largest=counts[largest],
        apart=1 - alike / (people * (people - 1)),
        totals=Distribution(tally.layout.totals, tuple(map(int, tally.totals))),
    )


def near_a_line(tally: Tally, cuts: CutScores, *, reach: float) -> int:
    """Count the people whose total is close to a line between two bands.

    The lines lie half a step outside the totals of the "both" band, as in `interpret`.

    Parameters
    ----------
    tally : Tally
    cuts : CutScores
    reach : float
        The largest distance from a line, in points.

    Examples
    --------
    >>> import pandas
    >>> instrument = Instrument.plain(["a"], management_below=4, mastery_above=6)
    >>> tally = Tally.of(pandas.DataFrame({"a": [1, 3, 4, 9]}), instrument)
    >>> [near_a_line(tally, instrument.cut_scores, reach=reach) for reach in (0.4, 1, 3)]
    [0, 2, 4]
    """
    lines = [start - 0.5 for start in tally.layout.starts(cuts) if 0 < start < len(tally.totals)]
    steps = reach / tally.layout.scale.step
    return sum(
        int(count)
        for place, count in enumerate(tally.totals)
        if any(abs(place - line) <= steps for line in lines)
    )
