"""Numbers that people type in."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from numbers import Real

from careerpath.core.errors import CareerpathError, shown
from careerpath.core.numbers import exact

NUMBER = re.compile(r"[+-]?\d{1,12}([.,]\d{0,12})?", re.ASCII)


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


def read_percent(text: str) -> float | None:
    """Read a share in per cent as people type it; None where it is none from 0 to 100.

    Examples
    --------
    >>> [read_percent(text) for text in ("15 %", "33,333", "0.015", "101", "few")]
    [15.0, 33.333, 0.015, None, None]
    """
    found = _number(text.replace("%", "").strip())
    return found if found is not None and 0 <= found <= 100 else None


def typed(text: str, what: str) -> float | None:
    """Read a number as people type it, with a point or a comma; None where nothing is typed.

    Parameters
    ----------
    text : str
    what : str
        What it is, for a message.

    Raises
    ------
    CareerpathError
        Where it is no number.

    Examples
    --------
    >>> typed(" 7,5 ", "The hours for people"), typed("", "The hours for people")
    (7.5, None)
    >>> typed("nine", "The hours for people")
    Traceback (most recent call last):
        ...
    careerpath.core.errors.CareerpathError: The hours for people cannot be 'nine'. Write them in \
digits, such as 7.5.
    """
    written = text.strip()
    if not written:
        return None
    found = _number(written)
    if found is None:
        raise CareerpathError(
            f"{what} cannot be {shown(written)}. Write them in digits, such as 7.5."
        )
    return found


def _number(written: str) -> float | None:
    return float(written.replace(",", ".")) if NUMBER.fullmatch(written) else None
