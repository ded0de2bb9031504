"""Amounts of money as people write them."""

from __future__ import annotations

import re
from decimal import Decimal

from careerpath.core.numbers import plain_number

# Amounts have two decimals at most, so three digits after a mark are thousands, whatever the mark:
# a blank, wide or narrow, a point, a comma or an apostrophe.
_GROUPED = re.compile(r"[1-9]\d{0,2}(?:[\s.,'\u2019]\d{3})+(?=$|[.,]\d{1,2}$)")
_PLAIN = re.compile(r"\d{1,15}(?:[.,]\d{1,2})?")


def read_amount(text: str) -> int | float | None:
    """Read an amount with or without marks between its thousands; None where it is none.

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
