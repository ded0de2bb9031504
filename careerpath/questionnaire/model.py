"""Decides everything on a taker's way through a questionnaire, without a widget."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from traitlets import Dict, HasTraits, Instance, Int, UseEnum

from careerpath.core.errors import AnswerError, Reason
from careerpath.core.instrument import Instrument, Item
from careerpath.core.interpretation import Interpretation, interpret
from careerpath.core.scoring import Score, check_answer, score

SECONDS_PER_ITEM = 12
"""How long one question takes, to estimate the time that is left."""


class Phase(StrEnum):
    """The screens of the questionnaire, in order."""

    WELCOME = "welcome"
    QUESTION = "question"
    REVIEW = "review"
    RESULT = "result"


@dataclass(frozen=True, slots=True)
class Draft:
    """Answers that a browser kept from an earlier visit, and where that visit stopped."""

    phase: Phase
    position: int
    answers: Mapping[str, int | float] = field(default_factory=dict)
    taken: date | None = None


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One item in a list of answers.

    Attributes
    ----------
    item : Item
    answer : int, float or None
        From left to right as shown; None if the item is unanswered.
    position : float or None
        Where the answer is on its line, from 0 (left) to 100 (right).
    """

    item: Item
    answer: float | None
    position: float | None


class QuestionnaireModel(HasTraits):
    """One taker's way through an instrument.

    Parameters
    ----------
    instrument : Instrument

    Attributes
    ----------
    phase : Phase
        The screen that is shown.
    position : int
        The item that is shown, or was shown last, counted from 0.
    answers : dict of str to int or float
        By item, from left to right as shown. Unanswered items are not in it.
    taken : date or None
        The day of the newest answer.
    offered : Draft or None
        Answers from an earlier visit, with which the welcome screen offers to go on.

    Examples
    --------
    >>> from careerpath import load_instrument
    >>> model = QuestionnaireModel(instrument=load_instrument())
    >>> model.start()
    >>> model.answer("q01", 7)
    >>> model.go_on()
    >>> model.item.id, model.answered
    ('q02', 1)
    """

    instrument = Instance(Instrument)
    phase = UseEnum(Phase, Phase.WELCOME)
    position = Int(0)
    answers = Dict()
    taken = Instance(date, allow_none=True)
    offered = Instance(Draft, allow_none=True)

    # What is true now

    @property
    def item(self) -> Item:
        """The item that is shown."""
        return self.instrument.items[self.position]

    @property
    def number(self) -> int:
        """The number of the item that is shown, counted from 1."""
        return self.position + 1

    @property
    def is_last(self) -> bool:
        """Whether the last item is shown."""
        return self.number == len(self.instrument.items)

    @property
    def place(self) -> str:
        """The name of the screen that is shown: of its phase, and of its item if it has one."""
        return f"{self.phase}/{self.item.id}" if self.phase is Phase.QUESTION else str(self.phase)

    @property
    def answered(self) -> int:
        """How many items have an answer."""
        return len(self.answers)

    @property
    def unanswered(self) -> tuple[int, ...]:
        """The numbers of the items without an answer, counted from 1."""
        return tuple(
            number
            for number, item_id in enumerate(self.instrument.item_ids, start=1)
            if item_id not in self.answers
        )

    @property
    def complete(self) -> bool:
        """Whether every item has an answer."""
        return not self.unanswered

    @property
    def obstacle(self) -> str:
        """Why it cannot go on from here, in words; empty if it can."""
        if self.phase is Phase.QUESTION and self.item.id not in self.answers:
            return "Choose a point on the line to go on."
        if self.phase is Phase.REVIEW and self.unanswered:
            numbers = ", ".join(map(str, self.unanswered))
            return f"Not answered yet: {numbers}. Choose it in the list to answer it."
        return ""

    @property
    def minutes(self) -> int:
        """How long the whole instrument takes, in whole minutes."""
        return minutes_for(self.instrument)

    @property
    def minutes_left(self) -> int:
        """How long the rest takes, in whole minutes; 0 for less than one."""
        seconds = len(self.unanswered) * SECONDS_PER_ITEM
        return round(seconds / 60) if seconds >= 60 else 0

    @property
    def rows(self) -> tuple[AnswerRow, ...]:
        """The items with their answers, as the review shows them."""
        return answer_rows(self.instrument, self.answers)

    @property
    def score(self) -> Score | None:
        """The score, as soon as every item has an answer."""
        return score(self.instrument, self.answers) if self.complete else None

    @property
    def interpretation(self) -> Interpretation | None:
        """The score in words and chances."""
        result = self.score
        return interpret(self.instrument, result) if result else None

    # What a taker can do

    def start(self) -> None:
        """Begin at the first question, without answers."""
        with self.hold_trait_notifications():
            self.offered = None
            self.answers = {}
            self.taken = None
            self.position = 0
            self.phase = Phase.QUESTION

    def answer(self, item_id: str, value: float, *, on: date | None = None) -> None:
        """Set or change an answer.

        Parameters
        ----------
        item_id : str
        value : int or float
            From left to right as shown.
        on : date, optional
            The date where the taker is; by default this machine's.

        Raises
        ------
        AnswerError
            If the item is unknown, or the answer is not on the scale; nothing changes then.
        """
        check_answer(self.instrument, item_id, value)
        with self.hold_trait_notifications():
            self.answers = {**self.answers, item_id: value}
            self.taken = on or date.today()

    def go_on(self) -> None:
        """Go to the next question, from the last one to the review, and from there to the result.

        Raises
        ------
        AnswerError
            If an answer is still missing.
        """
        if self.obstacle:
            raise AnswerError(
                self.obstacle,
                reason=Reason.UNANSWERED,
                items=[self.instrument.item_ids[number - 1] for number in self.unanswered],
            )
        match self.phase:
            case Phase.WELCOME:
                self.start()
            case Phase.QUESTION if self.position + 1 < len(self.instrument.items):
                self.position += 1
            case Phase.QUESTION:
                self.phase = Phase.REVIEW
            case _:
                self.phase = Phase.RESULT

    def go_back(self) -> None:
        """Go one screen back; no answer is lost."""
        match self.phase:
            case Phase.QUESTION if self.position > 0:
                self.position -= 1
            case Phase.QUESTION:
                self.leave()
            case Phase.REVIEW:
                self.phase = Phase.QUESTION
            case Phase.RESULT:
                self.phase = Phase.REVIEW
            case Phase.WELCOME:
                pass

    def go_to(self, item_id: str) -> None:
        """Go to one question.

        Raises
        ------
        AnswerError
            If there is no such item.
        """
        item = self.instrument.item(item_id)
        with self.hold_trait_notifications():
            self.position = self.instrument.items.index(item)
            self.phase = Phase.QUESTION

    def review(self) -> None:
        """Show all answers."""
        if self.phase is not Phase.WELCOME:
            self.phase = Phase.REVIEW

    def leave(self) -> None:
        """Go to the welcome screen, which then offers to go on with the answers so far."""
        with self.hold_trait_notifications():
            self.offered = (
                Draft(self.phase, self.position, self.answers, self.taken) if self.answers else None
            )
            self.phase = Phase.WELCOME

    def offer(self, found: object) -> None:
        """Offer to go on with a draft that a browser kept.

        Parameters
        ----------
        found : object
            What the browser sent, which can be anything. A draft of another instrument or version
            is ignored, and so is each answer that is not on the scale.
        """
        if self.phase is not Phase.WELCOME or self.answers:
            return
        self.offered = read_draft(self.instrument, found)

    def resume(self) -> None:
        """Go on where the offered draft stopped."""
        draft = self.offered
        if draft is None:
            return
        with self.hold_trait_notifications():
            self.answers = dict(draft.answers)
            self.taken = draft.taken
            self.position = draft.position
            self.phase = draft.phase
            self.offered = None

    def adopt(self, instrument: Instrument) -> None:
        """Ask another instrument's questions, as a room does; ignored after the first question."""
        if instrument == self.instrument or self.phase is not Phase.WELCOME:
            return
        with self.hold_trait_notifications():
            self.instrument = instrument
            self.offered = None
            self.answers = {}
            self.taken = None
            self.position = 0

    def forget(self) -> None:
        """Delete every answer and go to the welcome screen."""
        with self.hold_trait_notifications():
            self.offered = None
            self.answers = {}
            self.taken = None
            self.position = 0
            self.phase = Phase.WELCOME


def answer_rows(
    instrument: Instrument, answers: Mapping[str, int | float]
) -> tuple[AnswerRow, ...]:
    """Return the items with their answers, in order.

    Examples
    --------
    >>> from careerpath import load_instrument
    >>> answer_rows(load_instrument(), {"q01": 7})[0].position
    70.0
    """
    scale = instrument.scale
    rows = []
    for item in instrument.items:
        answer = answers.get(item.id)
        span = scale.maximum - scale.minimum
        position = None if answer is None else 100 * (answer - scale.minimum) / span
        rows.append(AnswerRow(item, answer, position))
    return tuple(rows)


def minutes_for(instrument: Instrument) -> int:
    """Return how long an instrument takes, in whole minutes, at least one."""
    return max(1, round(len(instrument.items) * SECONDS_PER_ITEM / 60))


def read_draft(instrument: Instrument, found: object) -> Draft | None:
    """Read a draft that a browser sent, trusting nothing in it.

    Parameters
    ----------
    instrument : Instrument
    found : object
        ``{"instrument", "version", "answers", "phase", "item", "taken"}``, or anything else.

    Returns
    -------
    Draft or None
        None if it has no valid answer for this instrument and version.

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
    """Read a date that a browser sent, trusting nothing in it; return None if it is not one.

    Parameters
    ----------
    written : object
        Such as "2026-03-01", or anything else.
    near : date, optional
        The date must be this one, or the one before or after it: clocks and time zones differ.

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
