"""Another person's answers, opened from a link: shown, never kept, never mixed with one's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from careerpath.core.answers_link import decode_answers, encode_answers
from careerpath.core.errors import AnswerError, CareerpathError, Reason
from careerpath.core.instrument import Instrument
from careerpath.core.interpretation import Interpretation, interpret
from careerpath.core.scoring import Score, score
from careerpath.questionnaire.model import AnswerRow, answer_rows

LONGEST_BASE = 500


@dataclass(frozen=True, slots=True)
class SharedAnswers:
    """The answers in a link.

    Attributes
    ----------
    instrument : Instrument
    answers : mapping of str to int or float
        Empty if the link cannot be read.
    score : Score or None
    interpretation : Interpretation or None
    refusal : str
        Why the link cannot be read.
    """

    instrument: Instrument
    answers: Mapping[str, int | float] = field(default_factory=dict)
    score: Score | None = None
    interpretation: Interpretation | None = None
    refusal: str = ""

    @property
    def rows(self) -> tuple[AnswerRow, ...]:
        """The items with their answers."""
        return answer_rows(self.instrument, self.answers)


def read_link(instrument: Instrument, fragment: object) -> SharedAnswers:
    """Read the answers in a link.

    Parameters
    ----------
    instrument : Instrument
        The one that the page asks.
    fragment : object
        What follows the "#" in an address, which can be anything.

    Examples
    --------
    >>> from careerpath import load_instrument
    >>> instrument = load_instrument()
    >>> read_link(instrument, "answers/1/careerpath-15/1.0.0/9yezgq8q8q8/2vjvmrv").score.total
    77
    >>> read_link(instrument, "answers/1/careerpath-15/1.0.0/9yezgq8q8q8/2vjvmrw").refusal
    'This link is damaged: cut or changed. Ask for it again.'
    """
    if not isinstance(fragment, str):
        return SharedAnswers(instrument, refusal="This link holds no answers. Open the whole link.")
    try:
        answers = decode_answers(instrument, fragment)
        result = score(instrument, answers)
    except CareerpathError as error:
        return SharedAnswers(instrument, refusal=_why(instrument, error))
    return SharedAnswers(instrument, answers, result, interpret(instrument, result))


def _why(instrument: Instrument, error: CareerpathError) -> str:
    if not isinstance(error, AnswerError) or error.reason is not Reason.UNANSWERED:
        return str(error)
    return (
        f"This link lacks {len(error.items)} of {len(instrument.items)} answers: "
        f"{', '.join(error.items)}. Ask for a link to a complete result."
    )


def link_to(base: object, instrument: Instrument, answers: dict[str, int | float]) -> str:
    """Return the address that shows these answers; empty if the page has no address.

    Parameters
    ----------
    base : object
        The page's address, as a browser sends it. It can be anything; then there is no link.
    instrument : Instrument
    answers : dict of str to number

    Examples
    --------
    >>> from careerpath import load_instrument
    >>> instrument = load_instrument()
    >>> answers = dict.fromkeys(instrument.item_ids, 7)
    >>> link_to("https://example.org/assessment", instrument, answers)
    'https://example.org/assessment#answers/1/careerpath-15/1.0.0/9yezgq8q8q8/2vjvmrv'
    >>> link_to("javascript:alert(1)", instrument, answers)
    ''
    """
    if not isinstance(base, str) or len(base) > LONGEST_BASE or not base.isprintable():
        return ""
    try:
        parts = urlsplit(base)
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.netloc or "@" in parts.netloc:
        return ""
    return f"{parts.scheme}://{parts.netloc}{parts.path}#{encode_answers(instrument, answers)}"
