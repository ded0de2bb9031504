"""Answers in the fragment of an address, to share with a coach.

A browser never sends a fragment to a server. It is
``answers/1/careerpath-15/1.0.0/<answers>/<check>``: the version of this format, the instrument's
id and version, the answers as one number in base 32, and a CRC-32 of everything before it. A CRC-32
finds every change within 32 neighbouring bits, so every changed character. It is not a signature:
anybody can write a link, so its answers are checked like all others.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from urllib.parse import quote

from careerpath.core.errors import CareerpathError
from careerpath.core.instrument import Instrument
from careerpath.core.scoring import check_answer

NAME = "answers"
VERSION = "1"
LONGEST = 2_000
"""Characters; a QR code can hold a few more."""

# Digits and small letters without i, l, o and u, which are easily misread.
_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"
_BITS = 5
_CHECK_DIGITS = 7
_SEPARATOR = "/"


class ShareLinkError(CareerpathError):
    """A link does not hold answers to this questionnaire."""


def encode_answers(instrument: Instrument, answers: Mapping[str, int | float | None]) -> str:
    """Write answers as the fragment of an address, without the "#".

    Parameters
    ----------
    instrument : Instrument
    answers : mapping of str to number
        As shown from left to right; None, or no entry, is unanswered.

    Returns
    -------
    str
        Letters, digits and a few marks that every address can contain.

    Raises
    ------
    AnswerError
        If an answer is not on the scale.
    ShareLinkError
        If the questionnaire is too long for a link.

    Examples
    --------
    >>> from careerpath import load_instrument
    >>> instrument = load_instrument()
    >>> fragment = encode_answers(instrument, dict.fromkeys(instrument.item_ids, 7))
    >>> fragment
    'answers/1/careerpath-15/1.0.0/9yezgq8q8q8/2vjvmrv'
    >>> decode_answers(instrument, fragment)["q15"]
    7
    """
    # One digit an item: 0 for unanswered, else the steps above the minimum, and one.
    base = instrument.scale.steps + 2
    number = 0
    for item_id in answers:
        instrument.item(item_id)
    for item_id in instrument.item_ids:
        answer = answers.get(item_id)
        digit = 0 if answer is None else check_answer(instrument, item_id, answer) + 1
        number = number * base + digit
    body = f"{_start(instrument)}{_written(number, _width(instrument))}{_SEPARATOR}"
    fragment = body + _check(body)
    if len(fragment) > LONGEST:
        raise ShareLinkError(
            f"{instrument.id!r} has too many questions for a link. Save the answers as a file "
            "instead."
        )
    return fragment


def decode_answers(instrument: Instrument, fragment: str) -> dict[str, int | float]:
    """Read answers from the fragment of an address, which can hold anything.

    Parameters
    ----------
    instrument : Instrument
        The instrument of this page.
    fragment : str
        With or without the "#".

    Returns
    -------
    dict of str to number
        By item id, without the unanswered ones.

    Raises
    ------
    ShareLinkError
        If it holds something else, is damaged, or belongs to another questionnaire.

    Examples
    --------
    >>> from careerpath import load_instrument
    >>> decode_answers(load_instrument(), "#answers/1/careerpath-15/1.0.0/9yezgq8q8q8/2vjvmrw")
    Traceback (most recent call last):
        ...
    careerpath.core.answers_link.ShareLinkError: This link is damaged: cut or changed. Ask for it \
again.
    """
    fragment = fragment.removeprefix("#")
    parts = fragment.split(_SEPARATOR) if len(fragment) <= LONGEST else []
    if len(parts) < 2 or parts[0] != NAME:
        raise ShareLinkError(
            "This link holds no answers. Open the whole link, as it was given to you."
        )
    if parts[1] != VERSION:
        raise ShareLinkError(
            "This link was made by another version of careerpath. Make a new one with this version."
        )
    body, check = fragment[:-_CHECK_DIGITS], fragment[-_CHECK_DIGITS:]
    if not fragment.isascii() or check != _check(body):
        raise ShareLinkError("This link is damaged: cut or changed. Ask for it again.")
    if not body.startswith(_start(instrument)):
        raise ShareLinkError(
            f"This link holds answers to another questionnaire than the one here, {instrument.id} "
            f"{instrument.version}. Open it where it was made."
        )
    return _answers(instrument, body[len(_start(instrument)) : -len(_SEPARATOR)])


def _answers(instrument: Instrument, digits: str) -> dict[str, int | float]:
    base = instrument.scale.steps + 2
    number = _read(digits) if len(digits) == _width(instrument) else None
    if number is None or number >= base ** len(instrument.items):
        raise ShareLinkError(
            "This link holds answers that this questionnaire does not have. Ask for it again."
        )
    answers: dict[str, int | float] = {}
    for item_id in reversed(instrument.item_ids):
        number, digit = divmod(number, base)
        if digit:
            answers[item_id] = instrument.total_of(digit - 1, items=1)
    return dict(reversed(answers.items()))


def _start(instrument: Instrument) -> str:
    # A version is free text; quoted, it cannot hold a separator.
    parts = (NAME, VERSION, quote(instrument.id, safe=""), quote(instrument.version, safe=""))
    return "".join(f"{part}{_SEPARATOR}" for part in parts)


def _width(instrument: Instrument) -> int:
    highest: int = (instrument.scale.steps + 2) ** len(instrument.items) - 1
    return -(-highest.bit_length() // _BITS)


def _check(body: str) -> str:
    return _written(zlib.crc32(body.encode()), _CHECK_DIGITS)


def _written(number: int, width: int) -> str:
    return "".join(
        _DIGITS[number >> _BITS * place & len(_DIGITS) - 1] for place in reversed(range(width))
    )


def _read(digits: str) -> int | None:
    number = 0
    for digit in digits:
        value = _DIGITS.find(digit)
        if value < 0:
            return None
        number = number << _BITS | value
    return number
