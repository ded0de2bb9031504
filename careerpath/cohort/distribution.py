"""How the answers of a cohort spread, and how far its people are apart: from its tally alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from careerpath.cohort.tally import Tally
from careerpath.core.instrument import Band, CutScores, Instrument
from careerpath.core.numbers import exact, plain_number

TOGETHER, APART = 1 / 3, 1 / 2
"""Where two people who are picked at random differ less often than the first, or more often than
the second, words say so. A choice of ours."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How often each value was met.

    Attributes
    ----------
    values : tuple of int or float
        From low to high; answers are keyed toward mastery.
    counts : tuple of int
    """

    values: tuple[int | float, ...]
    counts: tuple[int, ...]

    @property
    def count(self) -> int:
        """How many there are."""
        return sum(self.counts)

    @property
    def bars(self) -> tuple[tuple[int | float, int], ...]:
        """Each value, and how often."""
        return tuple(zip(self.values, self.counts, strict=True))

    @property
    def middle_half(self) -> tuple[int | float, int | float]:
        """The values between which at least half of them lie, a quarter at most on either side.

        Examples
        --------
        >>> Spread((0, 1, 2, 3), (1, 1, 1, 1)).middle_half
        (0, 2)
        >>> Spread((0, 1, 2, 3), (0, 4, 0, 1)).middle_half
        (1, 1)
        """
        sums = list(accumulate(self.counts))
        low, high = (
            next(each for each, n in zip(self.values, sums, strict=True) if 4 * n >= at * sums[-1])
            for at in (1, 3)
        )
        return low, high


@dataclass(frozen=True, slots=True)
class Split:
    """How far people are apart.

    Attributes
    ----------
    count : int
    largest : Band
        The band that most of them are in; the first of those that are equally large.
    in_largest : int
    apart : float
        The chance that two of them, picked at random, are in different bands: one less the sum
        of squared shares (Simpson, "Measurement of diversity", Nature 163, 1949), for two different
        people.
    totals : Spread
    """

    count: int
    largest: Band
    in_largest: int
    apart: float
    totals: Spread

    @property
    def words(self) -> str:
        """How split they are, in a few words."""
        if self.apart < TOGETHER:
            return "Mostly of one mind"
        return "Divided" if self.apart <= APART else "Far apart"


def spread_of_items(tally: Tally, items: Sequence[str]) -> Spread:
    """Count all answers to some items, keyed toward mastery.

    Examples
    --------
    >>> import pandas
    >>> instrument = Instrument.plain(["a", "b"], maximum=2, management_below=1, mastery_above=3)
    >>> tally = Tally.of(pandas.DataFrame({"a": [0, 2, 2], "b": [1, 1, 2]}), instrument)
    >>> spread_of_items(tally, ["a", "b"])
    Spread(values=(0, 1, 2), counts=(1, 2, 3))
    """
    scale = tally.layout.scale
    places = [tally.layout.items.index(each) for each in items]
    found = tally.cells[places].sum(axis=(0, 2))
    values = tuple(
        plain_number(exact(scale.minimum) + exact(scale.step) * step) for step in range(len(found))
    )
    return Spread(values, tuple(map(int, found)))


def spread_of_facet(tally: Tally, instrument: Instrument, facet: str) -> Spread:
    """Count all answers to the items of a facet, keyed toward mastery."""
    return spread_of_items(tally, [item.id for item in instrument.items_of(facet)])


def split_of(tally: Tally, cuts: CutScores) -> Split:
    """Tell how far the people of a tally are apart; it needs two.

    Examples
    --------
    >>> import pandas
    >>> instrument = Instrument.plain(["a"], management_below=4, mastery_above=6)
    >>> tally = Tally.of(pandas.DataFrame({"a": [1, 1, 9, 9]}), instrument)
    >>> split = split_of(tally, instrument.cut_scores)
    >>> round(split.apart, 3), split.words, str(split.largest), split.in_largest
    (0.667, 'Far apart', 'management', 2)
    """
    counts = tally.counts(cuts)
    people = tally.count
    largest = max(counts, key=lambda band: counts[band])
    alike = sum(count * (count - 1) for count in counts.values())
    return Split(
        count=people,
        largest=largest,
        in_largest=counts[largest],
        apart=1 - alike / (people * (people - 1)),
        totals=Spread(tally.layout.totals, tuple(map(int, tally.totals))),
    )


def near_a_line(tally: Tally, cuts: CutScores, *, reach: float) -> int:
    """Count the people whose total lies no further than this from a line between two bands.

    The lines lie half a step outside the totals of the "both" band, as in `interpret`.

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
