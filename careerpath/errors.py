"""What can go wrong, told to the person who can mend it.

Every message has three parts: the fact, the place, and the next step.
"""

from __future__ import annotations

import re
import reprlib
from collections.abc import Iterable
from difflib import get_close_matches
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic import ValidationError


class CareerpathError(Exception):
    """Something that the caller got wrong, in words that say how to mend it.

    All errors that careerpath raises on purpose are of this kind, so one
    ``except CareerpathError`` catches what a person can put right, and nothing else.
    """


class InstrumentError(CareerpathError):
    """An instrument file, or a change to an instrument, that does not make sense."""


class AnswersFileError(CareerpathError):
    """A file of answers that cannot be read."""


class Reason(StrEnum):
    """Why an answer, or a whole row of answers, cannot be counted."""

    UNANSWERED = "unanswered"
    UNKNOWN_ITEM = "unknown item"
    NOT_A_NUMBER = "not a number"
    NOT_FINITE = "not finite"
    OUT_OF_RANGE = "out of range"
    OFF_THE_STEP = "off the step"


class AnswerError(CareerpathError):
    """Answers that cannot be scored.

    Parameters
    ----------
    message : str
        The fact, the place and the next step.
    reason : Reason
        The kind of problem, for counting.
    items : iterable of str
        The ids of the items it is about.
    """

    def __init__(self, message: str, *, reason: Reason, items: Iterable[str]) -> None:
        super().__init__(message)
        self.reason = reason
        self.items = tuple(items)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Say which known name is nearest to a mistyped one.

    Parameters
    ----------
    name : str
        What was written.
    known : iterable of str
        What could have been meant.

    Returns
    -------
    str
        A sentence: a guess where one is near enough, else the known names.

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
    """Write q1 for q01 and for Q1: who leaves a zero out does not mean q15."""
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


_MUST_BE = {
    "int_type": "must be a number",
    "float_type": "must be a number",
    "string_type": "must be text",
    "tuple_type": "must be an array",
    "model_type": "must be a table",
    "model_attributes_type": "must be a table",
    "too_short": "must not be empty",
    "string_pattern_mismatch": (
        "must be letters, digits, '.', '_' and '-' only, and start with a letter or digit"
    ),
}
"""What a value must be, by the kind of pydantic's finding, in the words of who writes TOML."""


def describe_validation(
    error: ValidationError,
    data: dict[str, Any],
    *,
    place: str,
    unknown_key: str = "is not a key of an instrument file. Remove it or mend its spelling.",
) -> str:
    """Turn pydantic's findings into lines that name the place, the key and the mend."""
    lines = []
    for finding in error.errors(include_url=False):
        key = _key(finding["loc"], data)
        match finding["type"]:
            case "extra_forbidden":
                fact = unknown_key
            case "missing":
                fact = "is missing. Add it."
            case "value_error":
                told = str(finding["ctx"]["error"])
                fact = told if told.endswith((".", "?")) else f"{told}."
            case _:
                must = _MUST_BE.get(
                    finding["type"], finding["msg"].replace("Input should be", "must be")
                )
                fact = f"got {shown(finding['input'])}: {must}."
        line = f"{place}: {key} {fact}" if key else f"{place}: {fact}"
        if line not in lines:
            lines.append(line)
    return "\n".join(lines)


def _key(location: tuple[int | str, ...], data: object) -> str:
    """Name a key as its author knows it: ``items 'q03' stem`` rather than ``items.2.stem``."""
    words: list[str] = []
    here = data
    for step in location:
        if isinstance(step, str) and step in {"int", "float"} and not isinstance(here, dict):
            continue  # pydantic's word for one of the kinds of a number
        try:
            here = here[step]  # type: ignore[index]
        except (KeyError, IndexError, TypeError):
            here = None
        if isinstance(step, int):
            name = here.get("id") if isinstance(here, dict) else None
            words.append(repr(name) if name else f"number {step + 1}")
        else:
            words.append(step)
    return " ".join(words)
