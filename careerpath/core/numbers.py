"""Exact arithmetic on the numbers of a scale: 0.1 is a tenth."""

from __future__ import annotations

from decimal import Decimal


def exact(number: float) -> Decimal:
    """Return the decimal number that was written, so that 0.1 is a tenth."""
    return Decimal(str(number))


def plain_number(number: Decimal) -> int | float:
    """Return a whole number as an int, any other as a float."""
    return int(number) if number == number.to_integral_value() else float(number)
