"""Reading one person's answers from a JSON or TOML file."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from careerpath.core.errors import AnswersFileError
from careerpath.core.files import (
    check_size,
    decoded,
    parsed_json,
    parsed_toml,
    read_bytes,
    short,
)
from careerpath.core.instrument import Instrument
from careerpath.core.instrument_file import load_instrument
from careerpath.core.result_file import date_in, is_result, own_answers

STANDARD_INPUT = "-"
LARGEST = 5_000_000
"""The most bytes that are read; answers to a questionnaire take a few hundred."""


@dataclass(frozen=True, slots=True)
class DatedAnswers:
    """One person's answers, and when they were given.

    Attributes
    ----------
    answers : dict
        By item id, as written.
    taken : date or None
        None if the file does not say.
    """

    answers: dict[str, Any]
    taken: date | None = None


def read_answers(source: str, instrument: Instrument | None = None) -> dict[str, Any]:
    """Read answers by item id from a file.

    Parameters
    ----------
    source : str
        A path ending in ``.json`` or ``.toml``, or ``-`` for JSON from standard input. The
        file holds one answer for each item id, on its own or in a table called "answers", or is
        a result that was saved as JSON.
    instrument : Instrument, optional
        A saved result must be from this instrument and version. By default the built-in one.

    Returns
    -------
    dict
        As written; `careerpath.score` checks the answers.

    Raises
    ------
    CareerpathError
        If the file cannot be read; the message says where and what to do.
    """
    return read_dated_answers(source, instrument).answers


def read_dated_answers(source: str, instrument: Instrument | None = None) -> DatedAnswers:
    """Read answers as `read_answers` does, and the date of a saved result."""
    place = "Standard input" if source == STANDARD_INPUT else source
    is_toml = source.lower().endswith(".toml")
    if source != STANDARD_INPUT and not is_toml and not source.lower().endswith(".json"):
        raise AnswersFileError(
            f"{place} ends in neither .json nor .toml. Rename it, so that its format is known."
        )
    text = _text(source, place)
    parsed = parsed_toml if is_toml else parsed_json
    data = parsed(text, place=place, raises=AnswersFileError)
    if is_result(data):
        instrument = instrument or load_instrument()
        answers = own_answers(data, instrument, place=place)
        return DatedAnswers(answers, date_in(data, place=place))
    return DatedAnswers(_answers(data, place))


def _text(source: str, place: str) -> str:
    if source == STANDARD_INPUT:
        raw = sys.stdin.buffer.read(LARGEST + 1)
    else:
        raw = read_bytes(Path(source), most=LARGEST, raises=AnswersFileError)
    check_size(raw, LARGEST, place=place, holds="one person's answers", raises=AnswersFileError)
    text = decoded(raw, place=place, raises=AnswersFileError)
    if not text.strip():
        raise AnswersFileError(f'{place} is empty. Write the answers into it: {{"q01": 7, ...}}.')
    return text


def _answers(data: object, place: str) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise AnswersFileError(
            f"{place} holds {_kind(data)} instead of an answer for each item. "
            'Write {"q01": 7, ...}.'
        )
    if "answers" not in data:
        return data
    answers = data["answers"]
    if not isinstance(answers, dict):
        raise AnswersFileError(
            f'{place}: "answers" holds {_kind(answers)} instead of an answer for each '
            'item. Write {"answers": {"q01": 7, ...}}.'
        )
    others = [short(key) for key in data if key != "answers"]
    if others:
        raise AnswersFileError(
            f'{place} contains other keys next to "answers": {", ".join(others[:5])}. '
            'Move them into "answers", or remove them.'
        )
    return answers


def _kind(value: object) -> str:
    match value:
        case list():
            return "a list"
        case str():
            return "text"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case None:
            return "null"
        case _:
            return "something else"
