"""Exact numbers: 0.1 is a tenth. Reading the numbers, shares and amounts that people type."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from numbers import Real

from careerpath.core.errors import CareerpathError, shown

_NUMBER = re.compile(r"[+-]?\d{1,12}([.,]\d{0,12})?", re.ASCII)
# Amounts have at most two decimals, so three digits after a mark are thousands. The mark can be a
# space, a point, a comma or an apostrophe.
_GROUPED = re.compile(r"[1-9]\d{0,2}(?:[\s.,'\u2019]\d{3})+(?=$|[.,]\d{1,2}$)")
_PLAIN = re.compile(r"\d{1,15}(?:[.,]\d{1,2})?")


def exact(number: float | Decimal) -> Fraction:
    """Return the number as it was written: 0.1 is a tenth.

    Examples
    --------
    >>> exact(0.1)
    Fraction(1, 10)
    """
    return Fraction(str(number))


def plain_number(number: float | Decimal | Fraction) -> int | float:
    """Return a whole number as an int, any other as a float.

    Examples
    --------
    >>> plain_number(7.0), plain_number(Fraction(1, 2))
    (7, 0.5)
    """
    return int(number) if number == int(number) else float(number)


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


def quantity(value: object, low: float, high: float) -> Fraction | None:
    """Return a number exactly as it was written; None if it is not a number from low to high.

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
    # NaN is out of range, too: it compares as False.
    return exact(number) if low <= number <= high else None


def read_percent(text: str) -> float | None:
    """Read a share in per cent as people type it; None if it is not from 0 to 100.

    Examples
    --------
    >>> [read_percent(text) for text in ("15 %", "33,333", "0.015", "101", "few")]
    [15.0, 33.333, 0.015, None, None]
    """
    found = _number(text.replace("%", "").strip())
    return found if found is not None and 0 <= found <= 100 else None


def typed(text: str, what: str) -> float | None:
    """Read a number as people type it, with a point or a comma; None if nothing is typed.

    Parameters
    ----------
    text : str
    what : str
        What the number is, for the message.

    Raises
    ------
    CareerpathError
        If it is not a number.

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
    return float(written.replace(",", ".")) if _NUMBER.fullmatch(written) else None


def read_amount(text: str) -> int | float | None:
    """Read an amount, with or without marks between its thousands; None if it is not one.

    Examples
    --------
    >>> [read_amount(text) for text in ("48000", "48,000", "48.000,50", "48 000", "48000.5")]
    [48000, 48000, 48000.5, 48000, 48000.5]
    >>> read_amount("€ 48,000"), read_amount("48,00,0"), read_amount("")
    (None, None, None)
    """
    text = text.strip()
    grouped = _GROUPED.match(text)
    if grouped:
        text = re.sub(r"\D", "", grouped[0]) + text[grouped.end() :]
    if not _PLAIN.fullmatch(text):
        return None
    return plain_number(Decimal(text.replace(",", ".")))
