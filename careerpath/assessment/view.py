"""The assessment: welcome, one question a screen, review, result."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from ipywidgets import VBox, Widget

from careerpath.assessment import screens
from careerpath.assessment.screens import skeleton
from careerpath.core.instrument import Instrument
from careerpath.core.instrument_file import load_instrument
from careerpath.core.scoring import Score
from careerpath.questionnaire.browser_session import BrowserSession
from careerpath.questionnaire.model import Phase, QuestionnaireModel, read_day
from careerpath.questionnaire.rating_slider import RatingSlider
from careerpath.room.participant.view import Participant, open_rooms
from careerpath.ui.screen import Action, Screen
from careerpath.ui.visitor_errors import guarded

__all__ = ["AssessmentScreen", "skeleton"]

if TYPE_CHECKING:
    from careerpath.questionnaire.shared_link import SharedAnswers
    from careerpath.room.store.store import Store
    from careerpath.what_next.view import AfterResult


class AssessmentScreen(VBox):
    """The click-through questionnaire, in a notebook or as a page.

    Parameters
    ----------
    instrument : Instrument, optional
        By default the shipped one. A room brings its own.
    rooms : callable, optional
        Opens the store of rooms, once a room is joined.

    Attributes
    ----------
    model : QuestionnaireModel
        What is shown and what was answered.
    room : ParticipantModel
        The room that was joined, and what was shared with it.
    value : Score or None
        The score, as soon as every item has an answer.

    Examples
    --------
    >>> app = AssessmentScreen()
    >>> for item_id in app.model.instrument.item_ids:
    ...     app.model.answer(item_id, 10)
    >>> app.value.total
    80
    """

    def __init__(
        self,
        instrument: Instrument | None = None,
        *,
        rooms: Callable[[], Store] = open_rooms,
        **options: Any,
    ) -> None:
        self.model = QuestionnaireModel(instrument=instrument or load_instrument())
        self._session = BrowserSession(
            instrument=self.model.instrument.id, version=self.model.instrument.version
        )
        self._top = Screen()
        self._card = Screen()
        self._bottom = Screen()
        self._participant = Participant(
            self.model, self._session, attempt=self._attempt, open_rooms=rooms
        )
        self.room = self._participant.model
        self._page = self.model.instrument
        self._foot: Screen | None = None
        self._after: AfterResult | None = None
        self._shared: SharedAnswers | None = None
        self._sliders: dict[str, RatingSlider] = {}
        self._moved = False
        self._revised: str | None = None
        super().__init__(**options)
        self.add_class("careerpath").add_class("careerpath-app")
        for screen in (self._top, self._card, self._bottom):
            screen.on_action(self._act)
        self._session.on_link(self._open_link)
        self._session.observe(self._found, names=["looked", "found", "storage"])
        self.model.observe(self._use_instrument, "instrument")
        self.model.observe(self._draw)
        self.room.observe(self._draw)
        self._draw()

    @property
    def value(self) -> Score | None:
        """The score, as soon as every item has an answer."""
        return self.model.score

    # From the visitor to the model

    def _act(self, action: Action) -> None:
        doings: dict[str, Callable[[], None]] = {
            "start": self._start,
            "resume": self._resume,
            "next": self.model.go_on,
            "back": self.model.go_back,
            "review": self.model.review,
            "goto": partial(self.model.go_to, action.item or ""),
            "leave": self.model.leave,
            "forget": self._forget,
            "open": partial(self._open, action.item or ""),
            "own": self._leave_link,
            "rejoin": self.room.try_again,
        }
        # The second half of a double click was meant for the screen before.
        if action.name not in doings or action.place != self._place:
            return
        self._moved = True
        self._revised = {"goto": action.item, "review": self._revised}.get(action.name)
        self._guarded(doings[action.name])

    def _submit(self, slider: RatingSlider) -> None:
        if self.model.phase is Phase.QUESTION and slider.name == self.model.item.id:
            self._act(Action("next", place=self._place))

    def _answer(self, change: dict[str, Any]) -> None:
        slider: RatingSlider = change["owner"]
        if slider.value is not None:
            today = date.today()
            on = read_day(self._session.today, near=today) or today
            self._guarded(partial(self.model.answer, slider.name, slider.value, on=on))

    def _found(self, _change: dict[str, Any]) -> None:
        self._guarded(partial(self.model.offer, self._session.found))
        self._draw()

    def _start(self) -> None:
        self._shared = None
        self._session.keep(None)
        self._drop_sliders()
        self.model.start()

    def _resume(self) -> None:
        self._shared = None
        self.model.resume()
        self._session.keep(self.model.answers)

    def _forget(self) -> None:
        self._session.keep(None)
        self._drop_sliders()
        self.room.forget()
        self.model.forget()

    def _open(self, choice: str) -> None:
        """Open one of the choices below the result; what they need is loaded by the first one."""
        from careerpath.what_next.view import AfterResult

        if self._after is None:
            self._foot = Screen()
            self._foot.on_action(self._act)
            self._after = AfterResult(self.model, page=self._page)
        self._after.show(choice)
        self._after.follow()
        self._draw()

    def _close_choices(self) -> None:
        for each in (self._after, self._foot):
            if each is not None:
                each.close()
        self._after = self._foot = None

    def _open_link(self, fragment: object) -> None:
        """Show somebody's answers instead of the first screen; they never mix with one's own."""
        from careerpath.questionnaire.shared_link import SharedAnswers

        self._shared = SharedAnswers(self._page)
        self._shared.open(fragment)
        self._draw()

    def _leave_link(self) -> None:
        self._shared = None
        self._draw()

    def _drop_sliders(self) -> None:
        for slider in self._sliders.values():
            slider.close()
        self._sliders.clear()

    def _use_instrument(self, _change: object) -> None:
        """Take a room's instrument: its questions may be others, and have another draft."""
        instrument = self.model.instrument
        self._drop_sliders()
        with self._session.hold_sync():
            self._session.looked = self._session.instrument == instrument.id
            self._session.instrument = instrument.id
            self._session.version = instrument.version
        self._guarded(partial(self.model.offer, self._session.found))

    def _guarded(self, action: Callable[[], None]) -> None:
        self._session.trouble = guarded(action)

    def _attempt(self, action: Callable[[], None]) -> None:
        """Do what nobody has pressed for: it takes no other trouble's words away."""
        self._session.trouble = guarded(action) or self._session.trouble

    # From the model to the visitor

    def _draw(self, _change: object = None) -> None:
        model = self.model
        question = model.phase is Phase.QUESTION
        shared = self._shared if model.phase is Phase.WELCOME else None
        if model.phase is Phase.WELCOME:
            self._close_choices()
        below: tuple[Widget, ...] = ()
        if shared and shared.score:
            top, bottom = screens.shared_result(shared, self._place)
            shown = {self._top: top, self._bottom: bottom}
            below = (self._bottom,)
        else:
            shown = {self._top: self._first()}
        if question:
            shown[self._bottom] = screens.navigation(model, self._place)
            below = (self._slider(), self._bottom)
        elif model.phase is Phase.RESULT:
            opened = self._after is not None
            shown[self._bottom] = screens.details(model, self._place, opened=opened)
            shown[self._card] = self._participant.card(self._place)
            below = (self._card, self._bottom) if shown[self._card] else (self._bottom,)
            if self._after and self._foot:
                self._after.follow()
                shown[self._foot] = screens.end(model, self._place)
                below = (*below, self._after, self._foot)
        # All at once, as soon as it is all made: a connection can be lost at any moment.
        for screen, html in shown.items():
            screen.html = html
        self.children = (self._session, self._top, *below)
        self._session.place = {"phase": model.phase.value, "item": model.item.id}
        count = len(model.instrument.items)
        self._session.announcement = (
            f"Question {model.position + 1} of {count}"
            if question and self._moved
            else self._participant.announcement
        )

    def _first(self) -> str:
        match self.model.phase:
            case Phase.WELCOME:
                return screens.welcome(
                    self.model.instrument,
                    offered=self.model.offered,
                    storage=self._session.storage,
                    moved=self._moved,
                    waiting=not self._session.looked or self._participant.joining,
                    room=self.room,
                    refusal=self._shared.refusal if self._shared else "",
                )
            case Phase.QUESTION:
                return screens.progress(self.model, self._place)
            case Phase.REVIEW:
                return screens.review(self.model, self._place, revised=self._revised)
            case _:
                return screens.result(self.model, self._place)

    @property
    def _place(self) -> str:
        """The screen that is shown, as its buttons name it."""
        model = self.model
        return f"{model.phase}/{model.item.id}" if model.phase is Phase.QUESTION else model.phase

    def _slider(self) -> RatingSlider:
        """Return the shown item's slider; made when it is first needed, and kept."""
        item, scale = self.model.item, self.model.instrument.scale
        if item.id not in self._sliders:
            self._sliders[item.id] = RatingSlider(
                value=self.model.answers.get(item.id),
                minimum=scale.minimum,
                maximum=scale.maximum,
                step=scale.step,
                name=item.id,
                label=item.stem or item.id,
                low_label=item.left,
                high_label=item.right,
                autofocus=True,
            )
            self._sliders[item.id].observe(self._answer, names="value")
            self._sliders[item.id].on_submit(partial(self._submit, self._sliders[item.id]))
        return self._sliders[item.id]
