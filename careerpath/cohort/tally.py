"""The tally: a cohort reduced to counts, from which every statistic is exact.

A tally counts people by item, keyed answer and total. Its size depends on the instrument, not on
the cohort, so moving a cut score costs the same for 20 people or a billion.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from scipy import special

from careerpath.cohort.classification import Classification, livingston_lewis
from careerpath.cohort.reliability import (
    Reliability,
    TrueScore,
    alpha_of,
    check_level,
    feldt_interval,
    standard_error,
    true_score,
)
from careerpath.cohort.tally_file import pack_tally, unpack_tally
from careerpath.cohort.tally_layout import TallyLayout
from careerpath.core.errors import CareerpathError, Reason
from careerpath.core.files import read_bytes, write_bytes
from careerpath.core.instrument import BANDS, Band, CutScores, Instrument
from careerpath.core.wording import shortened

if TYPE_CHECKING:
    from careerpath.cohort.tally_layout import CountArray


@dataclass(frozen=True, slots=True)
class Flips:
    """Who changes band when the cut scores move.

    Attributes
    ----------
    matrix : tuple of tuples of int
        People by old band (rows) and new band (columns), both from management to mastery; 3 by 3.
    """

    matrix: tuple[tuple[int, ...], ...]

    def people(self, old: Band, new: Band) -> int:
        """Return how many people go from one band to another."""
        return self.matrix[BANDS.index(old)][BANDS.index(new)]

    @property
    def changed(self) -> int:
        """How many people change band."""
        return sum(sum(row) for row in self.matrix) - sum(
            row[place] for place, row in enumerate(self.matrix)
        )


@dataclass(frozen=True, slots=True)
class ItemStatistics:
    """The statistics of one item.

    Attributes
    ----------
    item : str
    mean, sd : float
        Of the keyed answers.
    item_rest : float or None
        The correlation of the item with the sum of the others; None if one of them is constant.
    alpha_if_dropped : float or None
        Alpha of the other items; None if they have none.
    changes : int or None
        How many people change band if the item is dropped and the rest is prorated; None without
        cut scores, or without other items.
    """

    item: str
    mean: float
    sd: float
    item_rest: float | None
    alpha_if_dropped: float | None
    changes: int | None


@dataclass(frozen=True, eq=False)
class Tally:
    """People counted by item, keyed answer and total.

    Make one with `Tally.of`, `Tally.load` or `Tally.empty`. Tallies of one instrument can be added.

    Attributes
    ----------
    layout : TallyLayout
        Items, keys and scale.
    cells : array of int, shape (items, answers, totals)
        How many people gave this keyed answer to this item and have this total. Answers and totals
        are counted in steps of the scale, from the lowest.
    unscored : mapping of Reason to int
        People without a total, by reason; no other number counts them.
    synthetic : bool
        Whether simulated people are known to be among them. It does not matter for equality.

    Examples
    --------
    >>> import pandas
    >>> instrument = Instrument.plain(["a", "b"], management_below=7, mastery_above=14)
    >>> frame = pandas.DataFrame({"a": [1, 5, 9, 10], "b": [2, 6, 9, None]})
    >>> tally = Tally.of(frame, instrument)
    >>> tally.count, tally.mean
    (3, 10.666666666666666)
    >>> {str(band): count for band, count in tally.counts(instrument.cut_scores).items()}
    {'management': 1, 'both': 1, 'mastery': 1}
    >>> {str(reason): count for reason, count in tally.unscored.items()}
    {'unanswered': 1}
    """

    layout: TallyLayout
    cells: CountArray
    unscored: Mapping[Reason, int] = field(default_factory=dict)
    synthetic: bool = False

    def __post_init__(self) -> None:
        self.cells.setflags(write=False)

    # Making, adding, saving

    @classmethod
    def empty(cls, instrument: Instrument) -> Self:
        """Return a tally without people."""
        layout = TallyLayout.of(instrument)
        return cls(layout, np.zeros(layout.shape, np.int64))

    @classmethod
    def of(cls, frame: Any, instrument: Instrument) -> Self:
        """Count a cohort.

        Parameters
        ----------
        frame : pandas, Polars, PyArrow, DuckDB or PySpark frame
            One column per item, named by its id, with answers as shown from left to right; one row
            per person.
        instrument : Instrument

        Returns
        -------
        Tally

        Raises
        ------
        CareerpathError
            If the column of an item is missing.
        """
        # Loaded when needed: a room counts without frames.
        from careerpath.cohort.frame_to_tally import count_frame

        return cls(*count_frame(frame, instrument))

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a tally from a file.

        Raises
        ------
        CareerpathError
            If the file cannot be read, or is not a tally.
        """
        return cls.from_bytes(read_bytes(Path(path)), place=str(path))

    @classmethod
    def from_bytes(cls, content: bytes, *, place: str) -> Self:
        """Read a tally from the content of its file.

        Parameters
        ----------
        content : bytes
            What `to_bytes` returns.
        place : str
            The file's name, for the message.

        Raises
        ------
        CareerpathError
            If it is not a tally.
        """
        return cls(*unpack_tally(content, place=place))

    def save(self, path: str | Path) -> Path:
        """Write the tally to a file; its name usually ends in ``.tally``.

        Raises
        ------
        CareerpathError
            If it cannot be written.
        """
        return write_bytes(Path(path), self.to_bytes())

    def to_bytes(self) -> bytes:
        """Return what `save` writes."""
        return pack_tally(self.layout, self.cells, self.unscored, synthetic=self.synthetic)

    def __add__(self, other: Tally) -> Self:
        if not isinstance(other, Tally):
            return NotImplemented
        if self.layout != other.layout:
            raise CareerpathError(
                f"These tallies cannot be added: {_difference(self.layout, other.layout)}. "
                "Tally both with one instrument."
            )
        unscored = {
            reason: self.unscored.get(reason, 0) + other.unscored.get(reason, 0)
            for reason in Reason
            if reason in self.unscored or reason in other.unscored
        }
        return type(self)(
            self.layout, self.cells + other.cells, unscored, self.synthetic or other.synthetic
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Tally):
            return NotImplemented
        return (
            self.layout == other.layout
            and dict(self.unscored) == dict(other.unscored)
            and np.array_equal(self.cells, other.cells)
        )

    __hash__ = None  # type: ignore[assignment]

    # Totals

    @cached_property
    def totals(self) -> CountArray:
        """How many people have each possible total, from low to high.

        An array of shape (totals,); ``layout.totals`` has the totals themselves.
        """
        totals: CountArray = self.cells[0].sum(axis=0)
        totals.setflags(write=False)
        return totals

    @cached_property
    def count(self) -> int:
        """How many people have a total."""
        return int(self.totals.sum())

    @cached_property
    def mean(self) -> float:
        """The mean total."""
        self._needs(1, "A mean")
        steps = Fraction(self._power_sums[1], self.count)
        return float(self.layout.scale.exact_value(steps, items=len(self.layout.items)))

    @cached_property
    def sd(self) -> float:
        """The standard deviation of the totals, with ``n - 1``."""
        self._needs(2, "A standard deviation")
        return math.sqrt(self._variance * self.layout.scale.exact_step**2)

    # Bands

    def counts(self, cuts: CutScores) -> dict[Band, int]:
        """Count the people in each band, from management to mastery."""
        both, mastery = self.layout.starts(cuts)
        parts = (self.totals[:both], self.totals[both:mastery], self.totals[mastery:])
        return {band: int(part.sum()) for band, part in zip(BANDS, parts, strict=True)}

    def shares(self, cuts: CutScores) -> dict[Band, float]:
        """Return the share of people in each band."""
        self._needs(1, "A share")
        return {band: count / self.count for band, count in self.counts(cuts).items()}

    def share_intervals(
        self, cuts: CutScores, *, level: float = 0.95
    ) -> dict[Band, tuple[float, float]]:
        """Return Goodman's intervals for the shares, which hold for all bands at once.

        Parameters
        ----------
        cuts : CutScores
        level : float
            The chance that all intervals hold the shares of the population, above 0 and below 1.

        Returns
        -------
        dict of Band to (float, float)
            The lower and upper end for each band, from management to mastery.

        Raises
        ------
        CareerpathError
            If nobody has a total.

        References
        ----------
        Goodman, L. A. (1965). On simultaneous confidence intervals for multinomial proportions.
        Technometrics, 7, 247-254.
        """
        self._needs(1, "An interval")
        check_level(level)
        chi_square = float(special.chdtri(1, (1 - level) / len(BANDS)))
        intervals = {}
        for band, count in self.counts(cuts).items():
            others = self.count - count
            root = math.sqrt(chi_square * (chi_square + 4 * count * others / self.count))
            twice = 2 * (self.count + chi_square)
            low, high = ((chi_square + 2 * count + side * root) / twice for side in (-1, 1))
            intervals[band] = (max(low, 0.0), min(high, 1.0))
        return intervals

    def flips(self, old: CutScores, new: CutScores) -> Flips:
        """Count the people who go from each band to each when the cut scores move."""
        edges = [(0, *self.layout.starts(cuts), len(self.totals)) for cuts in (old, new)]
        before, after = ([slice(*ends) for ends in pairwise(e)] for e in edges)
        return Flips(
            tuple(
                tuple(
                    int(self.totals[max(o.start, n.start) : min(o.stop, n.stop)].sum())
                    if max(o.start, n.start) < min(o.stop, n.stop)
                    else 0
                    for n in after
                )
                for o in before
            )
        )

    # Trust

    def alpha(self) -> float:
        """Return Cronbach's alpha: how well the items agree, not what they measure.

        Raises
        ------
        CareerpathError
            If there are fewer than two items or people, or all totals are equal.

        References
        ----------
        Cronbach, L. J. (1951). Coefficient alpha and the internal structure of tests.
        Psychometrika, 16, 297-334.
        """
        return float(
            alpha_of(
                [self._deviations(a, squares) for a, squares, _ in self._item_sums],
                self._deviations(*self._power_sums[1:]),
                people=self.count,
            )
        )

    def alpha_interval(self, level: float = 0.95) -> tuple[float, float]:
        """Return Feldt's interval for alpha; see `feldt_interval`."""
        return feldt_interval(
            self.alpha(), people=self.count, items=len(self.layout.items), level=level
        )

    def reliability(self, level: float = 0.95) -> Reliability:
        """Return alpha with its interval, and what else follows from it."""
        low, high = self.alpha_interval(level)
        return Reliability(
            alpha=self.alpha(),
            low=low,
            high=high,
            level=level,
            n=self.count,
            left_out=sum(self.unscored.values()),
            mean=self.mean,
            sd=self.sd,
            standard_error=self.standard_error(),
        )

    def standard_error(self) -> float:
        """Return the standard error of measurement, ``sd * sqrt(1 - alpha)``."""
        return standard_error(self.sd, self.alpha())

    def true_score(self, total: float) -> TrueScore:
        """Estimate the true score behind a total, by Kelley's formula; see `true_score`."""
        return true_score(total, mean=self.mean, sd=self.sd, reliability=self.alpha())

    def items(self, cuts: CutScores | None = None) -> tuple[ItemStatistics, ...]:
        """Describe each item, in the instrument's order.

        Parameters
        ----------
        cuts : CutScores, optional
            Needed to count who changes band if an item is dropped.

        Raises
        ------
        CareerpathError
            If fewer than two people have a total.
        """
        self._needs(2, "A standard deviation")
        if cuts is None or len(self.layout.items) < 2:
            return self._described
        return tuple(
            replace(each, changes=self._changes(place, cuts))
            for place, each in enumerate(self._described)
        )

    def classification(self, cuts: CutScores) -> Classification:
        """Estimate accuracy and consistency of the bands; see `livingston_lewis`."""
        lowest, highest = self.layout.totals[0], self.layout.totals[-1]
        step = self.layout.scale.step
        skewness, kurtosis = self._shape
        return livingston_lewis(
            self.mean,
            self.sd,
            self.alpha(),
            lowest,
            highest,
            [float(lowest + step * start) for start in self.layout.starts(cuts)],
            count=self.count,
            skewness=skewness,
            kurtosis=kurtosis,
        )

    # Sums of whole numbers, exact for a cohort of any size

    @cached_property
    def _power_sums(self) -> tuple[int, int, int]:
        """The number of people, and the sums of their totals and squared totals, in steps."""
        counts = [(at, int(count)) for at, count in enumerate(self.totals) if count]
        return (
            sum(count for _, count in counts),
            sum(at * count for at, count in counts),
            sum(at * at * count for at, count in counts),
        )

    @cached_property
    def _item_sums(self) -> tuple[tuple[int, int, int], ...]:
        """For each item, the sums of answers, of their squares, and of answers times totals."""
        people = self.cells.sum(axis=2)
        summed = self.cells @ np.arange(self.cells.shape[2], dtype=np.int64)
        return tuple(
            (
                sum(at * int(n) for at, n in enumerate(counts)),
                sum(at * at * int(n) for at, n in enumerate(counts)),
                sum(at * int(total) for at, total in enumerate(totals)),
            )
            for counts, totals in zip(people, summed, strict=True)
        )

    def _deviations(self, total: int, squares: int) -> Fraction:
        """Return the sum of squared deviations from the mean, in steps."""
        return Fraction(squares) - Fraction(total * total, max(self.count, 1))

    @property
    def _variance(self) -> Fraction:
        return self._deviations(*self._power_sums[1:]) / (self.count - 1)

    @cached_property
    def _shape(self) -> tuple[float, float]:
        """Skewness and kurtosis of the totals."""
        centre = self._power_sums[1] / max(self.count, 1)
        apart = np.arange(len(self.totals)) - centre
        second, third, fourth = (
            float(self.totals @ apart**power) / max(self.count, 1) for power in (2, 3, 4)
        )
        return (third / second**1.5, fourth / second**2) if second > 0 else (0.0, 0.0)

    @cached_property
    def _described(self) -> tuple[ItemStatistics, ...]:
        """The statistics of the items that do not depend on cut scores."""
        return tuple(self._item(place, name) for place, name in enumerate(self.layout.items))

    def _item(self, place: int, name: str) -> ItemStatistics:
        total, squares, crossed = self._item_sums[place]
        own = self._deviations(total, squares)
        shared = crossed - Fraction(total * self._power_sums[1], self.count)
        whole = self._deviations(*self._power_sums[1:])
        rest = whole + own - 2 * shared
        others = [
            self._deviations(a, b) for at, (a, b, _) in enumerate(self._item_sums) if at != place
        ]
        return ItemStatistics(
            item=name,
            mean=float(self.layout.scale.exact_value(Fraction(total, self.count))),
            sd=math.sqrt(own / (self.count - 1) * self.layout.scale.exact_step**2),
            item_rest=float(shared - own) / math.sqrt(own * rest) if own and rest else None,
            alpha_if_dropped=(
                float(alpha_of(others, rest, people=self.count))
                if len(others) > 1 and rest
                else None
            ),
            changes=None,
        )

    def _changes(self, place: int, cuts: CutScores) -> int:
        """Count who changes band if an item is dropped and the rest is prorated."""
        items, answers, totals = self.cells.shape
        both, mastery = self.layout.starts(cuts)
        rest = np.arange(totals)[None, :] - np.arange(answers)[:, None]
        before = (np.arange(totals) >= both).astype(int) + (np.arange(totals) >= mastery)
        # The prorated total, rest * items / (items - 1), is compared in whole numbers.
        below, above = (
            self.layout.scale.steps_to(cut, items=items) * Fraction(items - 1, items)
            for cut in (cuts.management_below, cuts.mastery_above)
        )
        after = (rest >= math.ceil(below)).astype(int) + (rest > math.floor(above))
        return int(self.cells[place][after != before[None, :]].sum())

    def _needs(self, people: int, what: str) -> None:
        if self.count < people:
            raise CareerpathError(
                f"{what} needs {'two people' if people == 2 else 'one person'} with a total; this "
                f"tally has {self.count}, and {sum(self.unscored.values())} unscored. Add people."
            )


def _difference(one: TallyLayout, other: TallyLayout) -> str:
    if one.items != other.items:
        return f"one has the items {shortened(one.items)}, the other {shortened(other.items)}"
    if one.scale != other.scale:
        return "their scales differ"
    turned = [
        item
        for item, here, there in zip(one.items, one.reversed, other.reversed, strict=True)
        if here != there
    ]
    return f"{shortened(turned)} are keyed the other way round"
