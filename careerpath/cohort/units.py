"""A scale in whole numbers, for engines that know no decimals."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Self

from careerpath.core.instrument import Instrument
from careerpath.core.numbers import exact


@dataclass(frozen=True, slots=True)
class Units:
    """The scale times a power of ten, so that all its numbers are whole.

    Attributes
    ----------
    scale : int
        The power of ten.
    minimum, maximum, step : int
        In units.

    Examples
    --------
    >>> Units.of(Instrument.plain(["a"], maximum=1, step=0.5, management_below=0, mastery_above=1))
    Units(scale=10, minimum=0, maximum=10, step=5)
    """

    scale: int
    minimum: int
    maximum: int
    step: int

    @classmethod
    def of(cls, instrument: Instrument) -> Self:
        """Find the smallest power of ten that will do."""
        scale = instrument.scale
        numbers = [exact(number) for number in (scale.minimum, scale.maximum, scale.step)]
        decimals = max(0, *(-int(number.normalize().as_tuple().exponent) for number in numbers))
        minimum, maximum, step = (int(number * 10**decimals) for number in numbers)
        return cls(10**decimals, minimum, maximum, step)

    def band_starts(self, instrument: Instrument) -> tuple[int, int]:
        """Return the lowest totals, in units, of "both" and of mastery."""
        cuts = instrument.cut_scores
        return (
            math.ceil(exact(cuts.management_below) * self.scale),
            math.floor(exact(cuts.mastery_above) * self.scale) + 1,
        )
