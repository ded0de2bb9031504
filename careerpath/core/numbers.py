"""Exact arithmetic on the numbers of a scale: 0.1 is a tenth."""

from __future__ import annotations

import math
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction


def exact(number: float) -> Decimal:
    """Return the decimal number that was written, so that 0.1 is a tenth."""
    return Decimal(str(number))


def plain_number(number: Decimal) -> int | float:
    """Return a whole number as an int, any other as a float."""
    return int(number) if number == number.to_integral_value() else float(number)


def round_steps(least: float) -> Iterator[Fraction]:
    """Yield steps for the marks of an axis: 1, 2 and 5 times each power of ten, without end.

    Parameters
    ----------
    least : float
        The first step is the smallest that is at least this, which is above 0.

    Examples
    --------
    >>> steps = round_steps(3)
    >>> [int(next(steps)) for _ in range(4)]
    [5, 10, 20, 50]
    """
    power = Fraction(10) ** math.floor(math.log10(least))
    while True:
        yield from (each * power for each in (1, 2, 5) if each * power >= least)
        power *= 10
