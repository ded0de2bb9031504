"""The layout of a tally: its items, their keys and the steps of their scale."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Self

from careerpath.core.errors import CareerpathError
from careerpath.core.instrument import CutScores, Instrument, Scale

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    CountArray = npt.NDArray[np.int64]

MOST_COUNTS = 20_000_000
"""The most counts that a tally holds: 160 MB."""


@dataclass(frozen=True)
class TallyLayout:
    """What two tallies must share to be added: items, their keys, and the scale.

    Attributes
    ----------
    items : tuple of str
    reversed : tuple of bool
        For each item, whether its mastery pole is on the left.
    scale : Scale
    """

    items: tuple[str, ...]
    reversed: tuple[bool, ...]
    scale: Scale

    @classmethod
    def of(cls, instrument: Instrument) -> Self:
        """Return the layout of an instrument's tallies.

        Raises
        ------
        CareerpathError
            If the items and steps are more than a tally can hold.
        """
        layout = cls(
            items=instrument.item_ids,
            reversed=tuple(item.mastery_side == "left" for item in instrument.items),
            scale=instrument.scale,
        )
        layout.check_size()
        return layout

    def check_size(self) -> None:
        """Refuse a layout with more counts than memory should hold.

        Raises
        ------
        CareerpathError
            If there are more than `MOST_COUNTS`.
        """
        items, answers, totals = self.shape
        if items * answers * totals > MOST_COUNTS:
            raise CareerpathError(
                f"A tally of {items} items with {answers} answers each holds "
                f"{items * answers * totals:,} counts; it can hold {MOST_COUNTS:,}. "
                "Use a coarser step."
            )

    @property
    def shape(self) -> tuple[int, int, int]:
        """How many items, answers and totals there are."""
        return len(self.items), self.scale.steps + 1, len(self.items) * self.scale.steps + 1

    @cached_property
    def totals(self) -> tuple[int | float, ...]:
        """All possible totals, from low to high."""
        return tuple(
            self.scale.value(steps, items=len(self.items)) for steps in range(self.shape[2])
        )

    def starts(self, cuts: CutScores) -> tuple[int, int]:
        """Return where "both" and "mastery" start in `totals`.

        Parameters
        ----------
        cuts : CutScores

        Returns
        -------
        both, mastery : int
            Positions in `totals`: the totals before ``both`` are management, those from
            ``mastery`` on are mastery.
        """
        return (
            bisect_left(self.totals, cuts.management_below),
            bisect_right(self.totals, cuts.mastery_above),
        )
