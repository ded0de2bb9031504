"""The errors, for the person who can fix them.

Each message has three parts: the fact, the place and the next step.
"""

from __future__ import annotations

import re
import reprlib
from collections.abc import Iterable
from difflib import get_close_matches
from enum import StrEnum


class CareerpathError(Exception):
    """A mistake by the caller; the message says how to fix it.

    careerpath raises only errors of this kind on purpose, so ``except CareerpathError`` catches
    what a person can fix, and nothing else.
    """


class InstrumentError(CareerpathError):
    """An instrument, its file or a change to it is invalid."""


class AnswersFileError(CareerpathError):
    """A file of answers cannot be read."""


class Reason(StrEnum):
    """Why an answer, or a whole row of answers, cannot be counted."""

    UNANSWERED = "unanswered"
    UNKNOWN_ITEM = "unknown item"
    NOT_A_NUMBER = "not a number"
    NOT_FINITE = "not finite"
    OUT_OF_RANGE = "out of range"
    OFF_THE_STEP = "off the step"


class AnswerError(CareerpathError):
    """Answers cannot be scored.

    `check_answer` in ``core/scoring.py`` writes the message for an answer that is not on the scale.

    Parameters
    ----------
    message : str
        The fact, the place and the next step.
    reason : Reason
        The kind of problem, for counting.
    items : iterable of str
        The ids of the affected items.
    """

    def __init__(self, message: str, *, reason: Reason, items: Iterable[str]) -> None:
        super().__init__(message)
        self.reason = reason
        self.items = tuple(items)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Suggest the known name that is nearest to a mistyped one.

    Parameters
    ----------
    name : str
        The name that was written.
    known : iterable of str
        The possible names.

    Returns
    -------
    str
        A sentence: a guess if one is near enough, else the known names.

    Examples
    --------
    >>> did_you_mean("q1", ["q01", "q02", "q10", "q15"])
    "Did you mean 'q01'?"
    >>> did_you_mean("zebra", ["q01", "q02"])
    'Known: q01, q02.'
    """
    known = list(known)
    alike = [each for each in known if _without_zeros(each) == _without_zeros(name)]
    near = alike or get_close_matches(name, known, n=1)
    return f"Did you mean {near[0]!r}?" if near else f"Known: {', '.join(known) or 'none'}."


def _without_zeros(name: str) -> str:
    """Return q1 for q01 and for Q1: someone who leaves out a zero does not mean q15."""
    return re.sub(r"0+(?=\d)", "", name.casefold())


def shown(value: object) -> str:
    """Write a value for a message: short, however long it is.

    Examples
    --------
    >>> shown("yes"), shown("x" * 1000)
    ("'yes'", "'xxxxxxxxxxxx...xxxxxxxxxxxxx'")
    """
    try:
        return reprlib.repr(value)
    except ValueError:  # A whole number of thousands of digits cannot be printed.
        return "a number far too large"
