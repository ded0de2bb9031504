"""The figures of a room's picture: what the threshold lab says of a cohort, and how it spreads."""

from __future__ import annotations

from dataclasses import dataclass

from careerpath.cohort.cut_effects import CutEffects
from careerpath.cohort.cut_moves import snapped, two_numbers
from careerpath.cohort.distribution import (
    Split,
    Spread,
    near_a_line,
    split_of,
    spread_of_facet,
    spread_of_items,
)
from careerpath.cohort.named_cohort import NamedCohort
from careerpath.cohort.tally import Tally
from careerpath.core.instrument import CutScores, Facet, Instrument, Item

BARS = 31
"""The most bars of a room's histogram: for some 20 to 200 people, on a screen across a hall."""


@dataclass(frozen=True, slots=True)
class Spreading:
    """A facet or an item, and how the room's answers to it spread."""

    of: Facet | Item
    spread: Spread


@dataclass(frozen=True, slots=True)
class CloseCalls:
    """How many people's band a measurement error can turn.

    Attributes
    ----------
    count : int
        Those whose total is within one standard error of a line between two bands.
    error : float
        The standard error of measurement, from the instrument's norms.
    measured : bool
        Whether anybody has measured it.
    """

    count: int
    error: float
    measured: bool


class RoomFigures(CutEffects):
    """A room's answers at two cut scores.

    Parameters
    ----------
    instrument : Instrument
    cuts : CutScores
        Where they are now; the instrument has the published ones.
    tally : Tally
        Of five people or more: the store gives no other.
    """

    most_bars = BARS

    def __init__(self, instrument: Instrument, cuts: CutScores, tally: Tally) -> None:
        self.instrument = instrument
        self.cuts = cuts
        self._cohort = NamedCohort("this room", tally)

    @property
    def cohort(self) -> NamedCohort:
        """The room."""
        return self._cohort

    @property
    def other(self) -> None:
        """A room is compared with nobody."""

    @property
    def tally(self) -> Tally:
        """The room's tally."""
        return self._cohort.tally

    def at(self, cuts: CutScores) -> RoomFigures:
        """Return the same room at other cut scores."""
        return RoomFigures(self.instrument, cuts, self.tally)

    def dragged(self, positions: object) -> CutScores:
        """Return the cut scores that two handles on the picture stand for."""
        low, high = two_numbers(positions)
        half = self.step / 2
        return snapped(self.instrument, self.cuts, low + half, high - half)

    def slid(self, values: object) -> CutScores:
        """Return the cut scores that a slider with two handles stands for."""
        return snapped(self.instrument, self.cuts, *two_numbers(values))

    @property
    def split(self) -> Split:
        """How far the room is apart."""
        return split_of(self.tally, self.cuts)

    @property
    def close_calls(self) -> CloseCalls | None:
        """Whose band is unsure, by the error that each participant's result tells, too."""
        norms = self.instrument.norms
        if norms is None:
            return None
        error = norms.standard_error
        return CloseCalls(
            near_a_line(self.tally, self.cuts, reach=error), error, bool(norms.measured)
        )

    @property
    def facets(self) -> tuple[Spreading, ...]:
        """The facets, and how all answers to their questions spread."""
        return tuple(
            Spreading(each, spread_of_facet(self.tally, self.instrument, each.id))
            for each in self.instrument.facets
            if self.instrument.items_of(each.id)
        )

    def questions(self, items: tuple[Item, ...]) -> tuple[Spreading, ...]:
        """Return how the answers to each of some items spread."""
        return tuple(Spreading(each, spread_of_items(self.tally, [each.id])) for each in items)
