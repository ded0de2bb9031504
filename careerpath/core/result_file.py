"""A result as JSON: what people take away, and what a device keeps.

``{"format": "careerpath-result", "format_version": 1, "instrument": {"id", "version"}, "taken",
"answers", "total", "band", ...}``, and several of them as ``{"format": "careerpath-results",
"format_version": 1, "results": [...]}``. Nothing in a file is trusted: if the instrument is known,
the total is computed again from the answers.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypeGuard

from careerpath.core.errors import AnswerError, AnswersFileError, CareerpathError, Reason, shown
from careerpath.core.files import check_size, decoded, parsed_json
from careerpath.core.instrument import BANDS, Instrument
from careerpath.core.interpretation import DISCLAIMER
from careerpath.core.numbers import plain_number
from careerpath.core.reliable_change import PastResult
from careerpath.core.scoring import Score, score

ONE = "careerpath-result"
SEVERAL = "careerpath-results"
VERSION = 1
LARGEST = 2_000_000
"""The most bytes of a file; a few hundred results take a tenth of this."""
MOST_ANSWERS = 1_000
LONGEST_NAME = 100
LARGEST_NUMBER = 10**9
EARLIEST, LATEST = date(2000, 1, 1), date(2199, 12, 31)


class ResultFileError(CareerpathError):
    """A file is not a result of careerpath."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptResult(PastResult):
    """A result of one day, as a file holds it.

    Attributes
    ----------
    answers : mapping of str to int or float
        By item id, from left to right as shown.
    band : str
    """

    answers: Mapping[str, int | float]
    band: str

    @property
    def identity(self) -> str:
        """The same for the same answers on the same day, so that nothing is kept twice."""
        parts = [self.instrument_id, self.instrument_version, self.taken.isoformat()]
        # A browser stores 7.0 as 7.
        answers = {item_id: plain_number(each) for item_id, each in self.answers.items()}
        text = json.dumps([*parts, sorted(answers.items())])
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def is_of(self, instrument: Instrument) -> bool:
        """Whether it was made with this instrument, in this version."""
        return (self.instrument_id, self.instrument_version) == (
            instrument.id,
            instrument.version,
        )


def result_document(
    instrument: Instrument,
    result: Score,
    answers: Mapping[str, int | float | None],
    *,
    taken: date | None,
) -> dict[str, Any]:
    """Return a result as plain data.

    Parameters
    ----------
    instrument : Instrument
    result : Score
        The score of these answers.
    answers : mapping of str to int or float
    taken : date or None
        When the questions were answered; None if that is unknown.

    Examples
    --------
    >>> from careerpath import load_instrument, score
    >>> instrument = load_instrument()
    >>> answers = dict.fromkeys(instrument.item_ids, 10)
    >>> made = result_document(instrument, score(instrument, answers), answers, taken=None)
    >>> made["format"], made["total"], made["band"]
    ('careerpath-result', 80, 'both')
    """
    return {
        "format": ONE,
        "format_version": VERSION,
        "instrument": {
            "id": instrument.id,
            "version": instrument.version,
            "title": instrument.title,
        },
        "taken": taken.isoformat() if taken else None,
        "answers": {
            item_id: answers[item_id]
            for item_id in instrument.item_ids
            if answers.get(item_id) is not None
        },
        "total": result.total,
        "minimum": result.minimum,
        "maximum": result.maximum,
        "band": str(result.band),
        "missing": list(result.missing),
        "note": DISCLAIMER,
    }


def kept_document(kept: KeptResult) -> dict[str, Any]:
    """Return a kept result as plain data, which `read_results` reads back."""
    return {
        "format": ONE,
        "format_version": VERSION,
        "instrument": {"id": kept.instrument_id, "version": kept.instrument_version},
        "taken": kept.taken.isoformat(),
        "answers": dict(kept.answers),
        "total": kept.total,
        "band": kept.band,
    }


def several_document(kept: Iterable[KeptResult]) -> dict[str, Any]:
    """Return several kept results as plain data, which `read_results` reads back."""
    return {
        "format": SEVERAL,
        "format_version": VERSION,
        "results": [kept_document(each) for each in kept],
        "note": DISCLAIMER,
    }


def as_json(document: Mapping[str, Any]) -> bytes:
    """Write a document as a file."""
    return (json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()


def parse_results(raw: bytes, *, place: str) -> tuple[KeptResult, ...]:
    """Read one result or several from a file's bytes.

    Parameters
    ----------
    raw : bytes
    place : str
        The file's name, for the message.

    Raises
    ------
    CareerpathError
        If it is not a result.
    """
    check_size(raw, LARGEST, place=place, holds="results of careerpath", raises=ResultFileError)
    text = decoded(raw, place=place, raises=AnswersFileError)
    if not text.strip():
        raise ResultFileError(f"{place} is empty. Choose another file.")
    return read_results(parsed_json(text, place=place, raises=AnswersFileError), place=place)


def read_results(data: object, *, place: str) -> tuple[KeptResult, ...]:
    """Read one result or several from plain data.

    Parameters
    ----------
    data : object
        Any data.
    place : str
        Where it comes from, for the message.

    Returns
    -------
    tuple of KeptResult

    Raises
    ------
    ResultFileError
        If it is not a result, or another version of careerpath wrote it.

    Examples
    --------
    >>> read_results({"format": "careerpath-result", "format_version": 2}, place="mine.json")
    Traceback (most recent call last):
        ...
    careerpath.core.result_file.ResultFileError: mine.json was written by another version of \
careerpath (its format is 2, this one reads 1). Open it with that version.
    """
    if not is_result(data):
        raise ResultFileError(
            f"{place} holds no result of careerpath. Choose a JSON file that was saved here."
        )
    version = data.get("format_version")
    if version != VERSION or isinstance(version, bool):
        raise ResultFileError(
            f"{place} was written by another version of careerpath (its format is "
            f"{shown(version)}, this one reads {VERSION}). Open it with that version."
        )
    if data["format"] == ONE:
        return (_kept(data, place),)
    several = data.get("results")
    if not isinstance(several, list):
        raise _damaged(place, "results", several)
    return tuple(
        _kept(each, f"{place}, result {number}") for number, each in enumerate(several, start=1)
    )


def is_result(data: object) -> TypeGuard[dict[str, Any]]:
    """Return whether this says that it is a result, or several; it can still be damaged."""
    return isinstance(data, dict) and data.get("format") in (ONE, SEVERAL)


def own_answers(data: Mapping[str, Any], instrument: Instrument, *, place: str) -> dict[str, Any]:
    """Return the answers in a result's file, if they belong to this instrument.

    Unlike `read_results`, it needs no date: a file from the command line can be without one.

    Raises
    ------
    ResultFileError
        If it holds several results, or one from another instrument or version.
    """
    version = data.get("format_version")
    if data.get("format") != ONE or version != VERSION or isinstance(version, bool):
        several = read_results(data, place=place)
        raise ResultFileError(
            f"{place} holds {len(several)} results. Choose the file of one of them."
        )
    made_with = data.get("instrument")
    identity = (
        (made_with.get("id"), made_with.get("version")) if isinstance(made_with, dict) else None
    )
    if identity != (instrument.id, instrument.version):
        raise other_instrument(identity, instrument, place=place)
    answers = data.get("answers")
    if not isinstance(answers, dict):
        raise _damaged(place, "answers", answers)
    return answers


def date_in(data: Mapping[str, Any], *, place: str) -> date | None:
    """Return the date of a result's file; None if it has no date."""
    return None if data.get("taken") is None else _date(data.get("taken"), place)


def other_instrument(
    identity: tuple[object, object] | None, instrument: Instrument, *, place: str
) -> ResultFileError:
    """Return the error for a result of another instrument or version."""
    theirs = " ".join(str(each)[:LONGEST_NAME] for each in identity) if identity else "no name"
    return ResultFileError(
        f"{place} was made with another questionnaire, or another version of it: {theirs}. Here it "
        f"is {instrument.id} {instrument.version}, and totals of the two cannot be compared. Open "
        "it where it was made."
    )


def score_again(kept: KeptResult, instrument: Instrument, *, place: str) -> KeptResult:
    """Add up the answers again, if they belong to this instrument: a file can state any total.

    Raises
    ------
    ResultFileError
        If the instrument does not have such answers.
    """
    if not kept.is_of(instrument):
        return kept
    try:
        result = score(instrument, kept.answers)
    except AnswerError as error:
        told = str(error)
        if error.reason is Reason.UNANSWERED:
            # An estimate, which the command line can write: the reader may have no Python.
            told = (
                f"{len(error.items)} of {len(instrument.items)} items have no answer: "
                f"{', '.join(error.items)}. Answer all items, and save the result again."
            )
        raise ResultFileError(f"{place}: {told}") from error
    return replace(kept, total=result.total, band=str(result.band))


def _kept(data: object, place: str) -> KeptResult:
    if not isinstance(data, dict) or data.get("format") != ONE:
        raise _damaged(place, "format", data)
    if data.get("format_version") != VERSION:
        read_results(data, place=place)
    made_with, answers, total = (data.get(key) for key in ("instrument", "answers", "total"))
    if not isinstance(made_with, dict):
        raise _damaged(place, "instrument", made_with)
    names = made_with.get("id"), made_with.get("version")
    if not all(isinstance(name, str) and 0 < len(name) <= LONGEST_NAME for name in names):
        raise _damaged(place, "instrument", made_with)
    if (
        not isinstance(answers, dict)
        or len(answers) > MOST_ANSWERS
        or not all(len(item_id) <= LONGEST_NAME for item_id in answers)
        or not all(_is_number(answer) for answer in answers.values())
    ):
        raise _damaged(place, "answers", answers)
    if not _is_number(total):
        raise _damaged(place, "total", total)
    band = data.get("band")
    if band not in [str(each) for each in BANDS]:
        raise _damaged(place, "band", band)
    return KeptResult(
        instrument_id=str(names[0]),
        instrument_version=str(names[1]),
        taken=_date(data.get("taken"), place),
        answers=answers,
        total=total,
        band=str(band),
    )


def _date(written: object, place: str) -> date:
    try:
        taken = date.fromisoformat(written) if isinstance(written, str) else None
    except ValueError:
        taken = None
    if taken is None or not EARLIEST <= taken <= LATEST:
        raise ResultFileError(
            f'{place} does not say when it was answered. Write "taken": "2026-03-01" into it, with '
            "the day that it was."
        )
    return taken


def _is_number(value: object) -> TypeGuard[int | float]:
    # NaN is out of range, too: it compares as False.
    return (
        not isinstance(value, bool)
        and isinstance(value, int | float)
        and -LARGEST_NUMBER < value < LARGEST_NUMBER
    )


def _damaged(place: str, key: str, value: object) -> ResultFileError:
    return ResultFileError(
        f'{place} is damaged: its "{key}" cannot be {shown(value)}. Save it again where it '
        "was made."
    )
