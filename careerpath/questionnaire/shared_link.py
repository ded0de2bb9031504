"""Another person's answers, opened from a link: shown, never kept, never mixed with one's own."""

from __future__ import annotations

from urllib.parse import urlsplit

from traitlets import Dict, HasTraits, Instance, Unicode

from careerpath.core.errors import AnswerError, CareerpathError, Reason
from careerpath.core.instrument import Instrument
from careerpath.core.interpretation import Interpretation, interpret
from careerpath.core.scoring import Score, score
from careerpath.core.share_link import ShareLinkError, decode_answers, encode_answers
from careerpath.questionnaire.model import AnswerRow, answer_rows

LONGEST_BASE = 500


class SharedAnswers(HasTraits):
    """The answers in a link.

    Attributes
    ----------
    answers : dict of str to int or float
        Empty until a link is opened, and if it cannot be read.
    score : Score or None
    interpretation : Interpretation or None
    refusal : str
        Why a link cannot be read.

    Examples
    --------
    >>> from careerpath import load_instrument
    >>> model = SharedAnswers(load_instrument())
    >>> model.open("answers/1/careerpath-15/1.0.0/9yezgq8q8q8/2vjvmrv")
    >>> model.score.total
    77
    >>> model.open("answers/1/careerpath-15/1.0.0/9yezgq8q8q8/2vjvmrw")
    >>> model.score, model.refusal
    (None, 'This link is damaged: cut or changed. Ask for it again.')
    """

    instrument = Instance(Instrument)
    answers = Dict()
    score = Instance(Score, allow_none=True)
    interpretation = Instance(Interpretation, allow_none=True)
    refusal = Unicode("")

    def __init__(self, instrument: Instrument) -> None:
        super().__init__(instrument=instrument)

    def open(self, fragment: object) -> None:
        """Read what follows the "#" in an address, which can be anything."""
        with self.hold_trait_notifications():
            self.answers, self.score, self.interpretation, self.refusal = {}, None, None, ""
            try:
                if not isinstance(fragment, str):
                    raise ShareLinkError("This link holds no answers. Open the whole link.")
                answers = decode_answers(self.instrument, fragment)
                result = score(self.instrument, answers)
            except CareerpathError as error:
                self.refusal = self._why(error)
            else:
                self.answers, self.score = answers, result
                self.interpretation = interpret(self.instrument, result)

    def _why(self, error: CareerpathError) -> str:
        if not isinstance(error, AnswerError) or error.reason is not Reason.UNANSWERED:
            return str(error)
        return (
            f"This link lacks {len(error.items)} of {len(self.instrument.items)} answers: "
            f"{', '.join(error.items)}. Ask for a link to a complete result."
        )

    @property
    def rows(self) -> tuple[AnswerRow, ...]:
        """The items with their answers."""
        return answer_rows(self.instrument, self.answers)


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
