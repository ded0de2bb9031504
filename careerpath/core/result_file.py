"""A result as JSON: taken away, kept on a device.

``{"format": "careerpath-result", "format_version": 1, "instrument": {"id", "version"}, "taken",
"answers", "total", "band", ...}``, and several of them as ``{"format": "careerpath-results",
"format_version": 1, "results": [...]}``. `careerpath.core.result_reading` reads both.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from careerpath.core.instrument import Instrument
from careerpath.core.interpretation import DISCLAIMER
from careerpath.core.numbers import exact, plain_number
from careerpath.core.reliable_change import PastResult
from careerpath.core.scoring import Score

ONE = "careerpath-result"
SEVERAL = "careerpath-results"
VERSION = 1


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
        """The same for the same answers of the same day, so that nothing is kept twice."""
        parts = [self.instrument_id, self.instrument_version, self.taken.isoformat()]
        # A browser stores 7.0 as 7.
        answers = {item_id: plain_number(exact(each)) for item_id, each in self.answers.items()}
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
    """Describe a result as plain data.

    Parameters
    ----------
    instrument : Instrument
    result : Score
        What its answers add up to.
    answers : mapping of str to int or float
    taken : date or None
        When it was answered; None where nobody knows.

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
    """Describe a kept result as plain data, which `read_results` reads back."""
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
    """Describe several kept results as plain data, which `read_results` reads back."""
    return {
        "format": SEVERAL,
        "format_version": VERSION,
        "results": [kept_document(each) for each in kept],
        "note": DISCLAIMER,
    }


def as_json(document: Mapping[str, Any]) -> bytes:
    """Write a document as a file."""
    return (json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()
