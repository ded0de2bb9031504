"""The figures of a room's picture: those of the threshold lab, and its answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from careerpath.cohort.cut_effects import CutEffects
from careerpath.cohort.distribution import (
    Disagreement,
    Distribution,
    distribution_of_facet,
    distribution_of_items,
    measure_disagreement,
    near_a_line,
)
from careerpath.cohort.named_cohort import NamedCohort
from careerpath.cohort.tally import Tally
from careerpath.core.instrument import Band, CutScores, Facet, Instrument, Item
from careerpath.core.wording import band_ranges, both_cuts, plural, show_error

BARS = 31
"""The most bars of a room's histogram, for 20 to 200 people on a screen across a hall."""


@dataclass(frozen=True, slots=True)
class CloseCalls:
    """How many people would change band if their total were off by one standard error.

    Attributes
    ----------
    count : int
        How many totals are within one standard error of a line between two bands.
    people : int
        How many totals there are.
    error : float
        The standard error of measurement, from the instrument's norms.
    measured : bool
        Whether the error was measured, not assumed.
    """

    count: int
    people: int
    error: float
    measured: bool

    def __str__(self) -> str:
        """Say it in a sentence.

        Examples
        --------
        >>> str(CloseCalls(count=25, people=41, error=9.8, measured=False))
        '25 of 41 are within 10 points of a line, the assumed error of a total.'
        """
        points = plural(float(show_error(self.error)), "point")
        return (
            f"{self.count} of {self.people} are within {show_error(self.error)} {points} "
            f"of a line, the {'measured' if self.measured else 'assumed'} error of a total."
        )


class RoomFigures(CutEffects):
    """A room's answers at two cut scores.

    Parameters
    ----------
    instrument : Instrument
    cuts : CutScores
        The present ones; the instrument has the published ones.
    tally : Tally
        Of at least five people; the store gives no other.
    """

    def __init__(self, instrument: Instrument, cuts: CutScores, tally: Tally) -> None:
        super().__init__(instrument, cuts, NamedCohort("this room", tally), most_bars=BARS)

    @property
    def tally(self) -> Tally:
        """The room's tally."""
        return self.cohort.tally

    def at(self, cuts: CutScores) -> RoomFigures:
        """Return the same room at other cut scores."""
        return RoomFigures(self.instrument, cuts, self.tally)

    @property
    def published_in_words(self) -> str:
        """The two published cut scores."""
        return both_cuts(self.published)

    @property
    def ranges(self) -> Mapping[Band, str]:
        """The totals of each band, in words."""
        return band_ranges(self.cuts)

    @property
    def totals_in_words(self) -> str:
        """The cut scores and the people in each band."""
        bands = ", ".join(f"{each.count:,} {each.band}" for each in self.shares)
        return f"The room's totals, cut scores {both_cuts(self.cuts)}: {bands}"

    @property
    def disagreement(self) -> Disagreement:
        """How far apart the people in the room are."""
        return measure_disagreement(self.tally, self.cuts)

    @property
    def close_calls(self) -> CloseCalls | None:
        """How many totals are close to a line; None if the instrument has no norms."""
        norms = self.instrument.norms
        if norms is None:
            return None
        error = norms.standard_error
        count = near_a_line(self.tally, self.cuts, reach=error)
        return CloseCalls(count, self.tally.count, error, bool(norms.measured))

    @property
    def facets(self) -> tuple[tuple[Facet, Distribution], ...]:
        """The facets, each with all answers to its questions."""
        return tuple(
            (each, distribution_of_facet(self.tally, self.instrument, each.id))
            for each in self.instrument.facets
            if self.instrument.items_of(each.id)
        )

    def questions(self, items: tuple[Item, ...]) -> tuple[tuple[Item, Distribution], ...]:
        """Return some items, each with the answers to it."""
        return tuple((each, distribution_of_items(self.tally, [each.id])) for each in items)
