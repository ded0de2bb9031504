"""The grid that a cohort's answers lie on: items, keys and the steps of the scale."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from careerpath.core.errors import CareerpathError
from careerpath.core.instrument import CutScores, Instrument, Scale
from careerpath.core.numbers import exact, plain_number

LARGEST = 20_000_000
"""The most counts that a tally holds: 160 MB."""


@dataclass(frozen=True)
class TallyLayout:
    """What two tallies must share to be added: items, their keys, and the scale.

    Attributes
    ----------
    items : tuple of str
    reversed : tuple of bool
        For each item, whether its mastery pole stands on the left.
    scale : Scale
    """

    items: tuple[str, ...]
    reversed: tuple[bool, ...]
    scale: Scale

    @classmethod
    def of(cls, instrument: Instrument) -> Self:
        """Take the layout of an instrument.

        Raises
        ------
        CareerpathError
            Where so many items of so many steps are more than a tally can hold.
        """
        layout = cls(
            items=instrument.item_ids,
            reversed=tuple(item.mastery_side == "left" for item in instrument.items),
            scale=instrument.scale,
        )
        layout.check_size()
        return layout

    def check_size(self) -> None:
        """Refuse more counts than the memory should hold."""
        items, answers, totals = self.shape
        if items * answers * totals > LARGEST:
            raise CareerpathError(
                f"A tally of {items} items with {answers} answers each holds "
                f"{items * answers * totals:,} counts; it can hold {LARGEST:,}. "
                "Use a coarser step."
            )

    @property
    def shape(self) -> tuple[int, int, int]:
        """How many items, answers and totals there are."""
        return len(self.items), self.scale.steps + 1, len(self.items) * self.scale.steps + 1

    @cached_property
    def totals(self) -> tuple[int | float, ...]:
        """All possible totals, from low to high."""
        lowest, step = exact(self.scale.minimum) * len(self.items), exact(self.scale.step)
        return tuple(plain_number(lowest + step * steps) for steps in range(self.shape[2]))

    def starts(self, cuts: CutScores) -> tuple[int, int]:
        """Count the possible totals below "both", and those that are not mastery."""
        return (
            bisect_left(self.totals, cuts.management_below),
            bisect_right(self.totals, cuts.mastery_above),
        )
