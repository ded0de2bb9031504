"""Numbers that people type in."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from numbers import Real

from careerpath.exact import exact


def quantity(value: object, low: float, high: float) -> Fraction | None:
    """Return exactly the number that was written; None where it is none, or out of range.

    Examples
    --------
    >>> quantity(0.18, 0, 1), quantity(2, 0, 1), quantity("1", 0, 1), quantity(True, 0, 1)
    (Fraction(9, 50), None, None, None)
    """
    if isinstance(value, bool) or not isinstance(value, Real | Decimal):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    # Out of range is whatever is not within it: "not a number", too.
    return Fraction(exact(number)) if low <= number <= high else None
