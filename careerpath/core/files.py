"""JSON from files that people hand in: each mistake is told with its place and the mend."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from careerpath.core.errors import AnswersFileError


def decoded(raw: bytes, *, place: str) -> str:
    """Return the text of a file.

    Parameters
    ----------
    raw : bytes
    place : str
        What to call the file in a message.

    Raises
    ------
    AnswersFileError
        Where it is not UTF-8.

    Examples
    --------
    >>> decoded(b"7", place="a.json")
    '7'
    """
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise AnswersFileError(
            f"{place} is not UTF-8 text (byte {error.start}). Save it as UTF-8."
        ) from error


def parsed_json(text: str, *, place: str) -> object:
    """Read JSON strictly: each key once, and no number that JSON does not have.

    Parameters
    ----------
    text : str
    place : str
        What to call the file in a message.

    Raises
    ------
    AnswersFileError
        Where it is no such JSON.

    Examples
    --------
    >>> parsed_json('{"q01": 7}', place="a.json")
    {'q01': 7}
    >>> parsed_json('{"q01": 7', place="a.json")
    Traceback (most recent call last):
        ...
    careerpath.core.errors.AnswersFileError: a.json is not valid JSON: Expecting ',' delimiter \
(line 1, column 10). Mend that line.
    """

    def each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        table: dict[str, Any] = {}
        for key, value in pairs:
            if key in table:
                raise AnswersFileError(
                    f"{place} holds the key {short(key)} twice. Keep one of the two."
                )
            table[key] = value
        return table

    def no_such_number(literal: str) -> NoReturn:
        raise AnswersFileError(
            f"{place} holds {literal}, which is not a number that an item can have. "
            "Leave an unanswered item out."
        )

    try:
        return json.loads(text, object_pairs_hook=each_key_once, parse_constant=no_such_number)
    except json.JSONDecodeError as error:
        raise AnswersFileError(
            f"{place} is not valid JSON: {error.msg} (line {error.lineno}, column {error.colno}). "
            "Mend that line."
        ) from error
    except ValueError as error:
        raise too_many_digits(place) from error
    except RecursionError as error:
        raise too_deep(place) from error


def short(key: str) -> str:
    """Write a key for a message.

    Examples
    --------
    >>> short("q01"), len(short("x" * 1000))
    ("'q01'", 42)
    """
    return repr(key if len(key) <= 40 else f"{key[:37]}...")


def too_deep(place: str) -> AnswersFileError:
    """Tell of tables in tables without an end."""
    return AnswersFileError(
        f"{place} nests tables too deeply. Write one answer for each item, without nesting."
    )


def too_many_digits(place: str) -> AnswersFileError:
    """Tell of a number that Python does not print."""
    return AnswersFileError(f"{place} holds a number with too many digits. Mend that number.")
