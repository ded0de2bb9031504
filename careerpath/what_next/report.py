"""One person's result as a file: PDF, self-contained HTML, or JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from types import MappingProxyType
from typing import Any, Literal

from careerpath.core.errors import CareerpathError, shown
from careerpath.core.instrument import BANDS, Band, Instrument
from careerpath.core.interpretation import FacetReading, Interpretation, interpret
from careerpath.core.result_file import as_json, result_document
from careerpath.core.scoring import Score, score
from careerpath.core.wording import long_date, percent, show, show_error
from careerpath.ui.templates import render
from careerpath.what_next.next_steps import next_steps
from careerpath.what_next.where_now import WhereNow

LONGEST_NAME = 100
JOINERS = "\u200c\u200d"
"""Invisible characters that some scripts need between letters."""
TYPES: Mapping[str, str] = MappingProxyType(
    {"pdf": "application/pdf", "html": "text/html", "json": "application/json"}
)
"""The media type of each kind of file."""


@dataclass(frozen=True, kw_only=True)
class ResultReport:
    """A result as a file to hand out.

    Parameters
    ----------
    instrument : Instrument
    answers : mapping of str to number
        By item id, as shown from left to right.
    taken : date, optional
        The day of the answers.
    name : str
        The name of the person, if it should be on the file; never in the JSON.
    now : WhereNow, optional
        How the result fits what the person does now.
    missing : {"refuse", "prorate"}
        What to do about unanswered items; see `careerpath.score`.
    made : datetime
        When the file is made, with a time zone.
    apart : bool
        Make a PDF in a separate process, which frees its memory at the end.

    Raises
    ------
    AnswerError
        When the file is made, if the answers cannot be scored.

    Examples
    --------
    >>> from careerpath import load_instrument
    >>> instrument = load_instrument()
    >>> report = ResultReport(instrument=instrument, answers=dict.fromkeys(instrument.item_ids, 7))
    >>> report.meaning.headline
    'You are drawn to both'
    >>> report.file("pdf")[:5]
    b'%PDF-'
    """

    instrument: Instrument
    answers: Mapping[str, int | float | None]
    taken: date | None = None
    name: str = ""
    now: WhereNow | None = None
    missing: Literal["refuse", "prorate"] = "refuse"
    made: datetime = field(default_factory=lambda: datetime.now(UTC))
    apart: bool = False

    @cached_property
    def result(self) -> Score:
        """The score of the answers."""
        return score(self.instrument, self.answers, missing=self.missing)

    @cached_property
    def meaning(self) -> Interpretation:
        """What the score means."""
        return interpret(self.instrument, self.result)

    def file(self, kind: str) -> bytes:
        """Return the content of the file.

        Parameters
        ----------
        kind : {"pdf", "html", "json"}

        Raises
        ------
        CareerpathError
            If the kind is not known, or the PDF cannot be made.
        """
        makers: dict[str, Callable[[], bytes]] = {
            "pdf": self.pdf,
            "html": lambda: self.html().encode(),
            "json": self.json,
        }
        if kind not in makers:
            raise CareerpathError(
                f"A result is written as {', '.join(makers)}, not as {shown(kind)}. Choose one of "
                "them."
            )
        return makers[kind]()

    def html(self) -> str:
        """Return a self-contained page."""
        return render(
            "what_next/templates/report.html",
            **self.values(),
            result=self.result,
            meaning=self.meaning,
            cuts=self.instrument.cut_scores,
            made=long_date(self.made.date()),
        )

    def pdf(self) -> bytes:
        """Return a tagged PDF."""
        from careerpath.pdf.typeset import typeset

        return typeset("what_next/report", self.values(), made=self.made, apart=self.apart)

    def json(self) -> bytes:
        """Return what `careerpath.core.result_file` reads back."""
        return as_json(
            result_document(self.instrument, self.result, self.answers, taken=self.taken)
        )

    def values(self) -> Mapping[str, Any]:
        """Return everything that is shown, as plain values."""
        meaning, instrument = self.meaning, self.instrument
        steps = self.now.steps if self.now else next_steps(meaning.band)
        return {
            "title": meaning.headline,
            "name": printable(self.name),
            "taken": long_date(self.taken) if self.taken else "",
            "instrument": f"{instrument.title}, {instrument.id} version {instrument.version}",
            "placement": meaning.placement,
            "summary": meaning.summary,
            "certainty": meaning.certainty,
            "basis": "" if meaning.basis == meaning.certainty else meaning.basis,
            "chances": [
                {"band": str(band), "share": chance, "says": percent(chance)}
                for band, chance in meaning.chances.items()
            ],
            "gauge": _gauge(instrument, self.result, meaning),
            "facets": [_facet(each) for each in meaning.facets],
            "careful": meaning.band is Band.BOTH,
            "advice": list(meaning.advice),
            "roles": list(meaning.roles),
            "steps": list(steps),
            "now": _now(self.now),
            "answers": [
                self._answer(number, item_id)
                for number, item_id in enumerate(instrument.item_ids, start=1)
            ],
            "disclaimer": meaning.disclaimer,
        }

    def _answer(self, number: int, item_id: str) -> dict[str, Any]:
        item, scale = self.instrument.item(item_id), self.instrument.scale
        answer = self.answers.get(item_id)
        return {
            "number": number,
            "stem": item.stem or item.id,
            "left": item.left,
            "right": item.right,
            "says": "no answer" if answer is None else show(float(answer)),
            "place": (None if answer is None else float(scale.steps_to(answer) / scale.steps)),
        }


def printable(text: str) -> str:
    r"""Return a name in one line, without control characters.

    Examples
    --------
    >>> printable(" Ana <b>\x07\n Silva "), printable("שרה"), len(printable("x" * 1000))
    ('Ana <b> Silva', 'שרה', 100)
    """
    kept = "".join(each if each.isprintable() or each in JOINERS else " " for each in text)
    return " ".join(kept.split())[:LONGEST_NAME]


def _gauge(instrument: Instrument, result: Score, meaning: Interpretation) -> dict[str, Any]:
    """Draw the range of totals to scale; positions are shares of it."""
    span = result.maximum - result.minimum
    cuts = instrument.cut_scores

    def at(total: float) -> float:
        return (total - result.minimum) / span

    ends = (result.minimum, cuts.management_below, cuts.mastery_above, result.maximum)
    return {
        "bands": [
            {"band": str(band), "from": at(low), "to": at(high)}
            for band, low, high in zip(BANDS, ends, ends[1:], strict=False)
        ],
        "ticks": [{"at": at(total), "says": show(total)} for total in dict.fromkeys(ends)],
        "total": {"at": at(result.total), "says": show(result.total)},
        "error": (
            {
                "from": at(meaning.low),
                "to": at(meaning.high),
                "says": f"give or take {show_error(meaning.standard_error)}",
            }
            if meaning.standard_error
            else None
        ),
        "alt": (
            f"A scale from {show(result.minimum)} to {show(result.maximum)}. Below "
            f"{show(cuts.management_below)}: management. Above {show(cuts.mastery_above)}: "
            f"mastery. In between: both. The total is {show(result.total)}."
        ),
    }


def _facet(facet: FacetReading) -> dict[str, Any]:
    return {
        "title": facet.title,
        "description": facet.description,
        "band": str(facet.band),
        "place": facet.position,
        "says": (
            "not answered"
            if facet.position is None
            else "in between"
            if facet.band is Band.BOTH
            else f"toward {facet.band}"
        ),
    }


def _now(now: WhereNow | None) -> dict[str, Any] | None:
    if now is None:
        return None
    return {
        "headline": now.headline,
        "fit": str(now.fit),
        "words": list(now.words),
        "roles": list(now.roles),
        "always": now.always,
    }
