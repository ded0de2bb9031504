"""How high a title is commonly read: an assumption, for titles in English."""

from __future__ import annotations

import re

# The first row with a word of the title counts, so "vice president" stands before "president".
_STANDING = tuple(
    (grade, re.compile(rf"\b(?:{words})\b"))
    for grade, words in (
        (5, r"vice.president|vp|fellow|distinguished"),
        (6, r"chief|president|partner|managing.director|c[etfo]o"),
        (4, r"principal|director|head"),
        (3, r"staff|manager"),
        (2, r"senior|lead|leader|supervisor|foreman"),
        (1, r"junior|assistant|trainee|apprentice"),
    )
)


def standing(title: str) -> int | None:
    """Return how high a title is commonly read, from 1 to 6; None where no word of it tells.

    Examples
    --------
    >>> [standing(title) for title in ("Principal nurse", "Vice president", "Cook", "Senior cook")]
    [4, 5, None, 2]
    """
    plain = title.casefold()
    return next((grade for grade, words in _STANDING if words.search(plain)), None)
