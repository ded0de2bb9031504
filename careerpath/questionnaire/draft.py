"""A draft: answers that a browser kept from an earlier visit, and how much of them is believed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from careerpath.core.errors import AnswerError
from careerpath.core.instrument import Instrument
from careerpath.core.scoring import check_answer


class Phase(StrEnum):
    """The screens, in order."""

    WELCOME = "welcome"
    QUESTION = "question"
    REVIEW = "review"
    RESULT = "result"


@dataclass(frozen=True, slots=True)
class Draft:
    """Answers kept from an earlier visit, and where that visit stopped."""

    phase: Phase
    position: int
    answers: Mapping[str, int | float] = field(default_factory=dict)
    taken: date | None = None


def read_draft(instrument: Instrument, found: object) -> Draft | None:
    """Read a draft that a browser kept, trusting nothing in it.

    Parameters
    ----------
    instrument : Instrument
    found : object
        ``{"instrument", "version", "answers", "phase", "item", "taken"}``, or anything else.

    Returns
    -------
    Draft or None
        None where there is nothing to go on with.

    Examples
    --------
    >>> from careerpath import load_instrument
    >>> instrument = load_instrument()
    >>> read_draft(instrument, {"instrument": "careerpath-15", "version": instrument.version,
    ...                         "answers": {"q01": 7, "q02": "x"}, "phase": "question",
    ...                         "item": "q02"})
    Draft(phase=<Phase.QUESTION: 'question'>, position=1, answers={'q01': 7}, taken=None)
    """
    if not isinstance(found, dict) or not isinstance(found.get("answers"), dict):
        return None
    if (found.get("instrument"), found.get("version")) != (instrument.id, instrument.version):
        return None
    kept = found["answers"]
    ids = instrument.item_ids
    answers = {
        item_id: kept[item_id]
        for item_id in ids
        if item_id in kept and _is_answer(instrument, item_id, kept[item_id])
    }
    if not answers:
        return None
    position = ids.index(found["item"]) if found.get("item") in ids else len(answers) - 1
    phase = _phase(found.get("phase"))
    if phase is Phase.WELCOME or (phase is Phase.RESULT and len(answers) < len(ids)):
        phase = Phase.QUESTION
    return Draft(phase, position, answers, read_day(found.get("taken")))


def read_day(written: object, *, near: date | None = None) -> date | None:
    """Read a day that a browser names, trusting nothing in it; None where it is none.

    Parameters
    ----------
    written : object
        Such as "2026-03-01", or anything else.
    near : date, optional
        It has to be this day, or the one before or after it: clocks and time zones differ.

    Examples
    --------
    >>> read_day("2026-03-01"), read_day("soon"), read_day("2026-03-01", near=date(2026, 3, 3))
    (datetime.date(2026, 3, 1), None, None)
    """
    try:
        day = date.fromisoformat(written) if isinstance(written, str) else None
    except ValueError:
        return None
    if day is not None and near is not None and abs(day - near) > timedelta(days=1):
        return None
    return day


def _is_answer(instrument: Instrument, item_id: str, value: object) -> bool:
    try:
        check_answer(instrument, item_id, value)
    except AnswerError:
        return False
    return True


def _phase(name: object) -> Phase:
    try:
        return Phase(str(name))
    except ValueError:
        return Phase.QUESTION
