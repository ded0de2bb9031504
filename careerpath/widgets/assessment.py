"""The assessment: welcome, one question a screen, review, result."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from ipywidgets import VBox, Widget

from careerpath.exact import exact
from careerpath.instrument import Instrument
from careerpath.instrument_file import load_instrument
from careerpath.markup import render
from careerpath.scoring import Score
from careerpath.state.participation import Participation
from careerpath.state.questionnaire import SECONDS_PER_ITEM, Phase, QuestionnaireState
from careerpath.state.room_store import ResponseStore
from careerpath.widgets.browser_session import BrowserSession
from careerpath.widgets.guard import guarded
from careerpath.widgets.participant import Participant, open_rooms
from careerpath.widgets.rating_slider import RatingSlider
from careerpath.widgets.screen import Action, Screen


class Assessment(VBox):
    """The click-through questionnaire, in a notebook or as a page.

    Parameters
    ----------
    instrument : Instrument, optional
        By default the shipped one. A room brings its own.
    rooms : callable, optional
        Opens the store of rooms, once a room is joined.

    Attributes
    ----------
    state : QuestionnaireState
        What is shown and what was answered.
    room : Participation
        The room that was joined, and what was shared with it.
    value : Score or None
        The score, as soon as every item has an answer.

    Examples
    --------
    >>> app = Assessment()
    >>> for item_id in app.state.instrument.item_ids:
    ...     app.state.answer(item_id, 10)
    >>> app.value.total
    80
    """

    def __init__(
        self,
        instrument: Instrument | None = None,
        *,
        rooms: Callable[[], ResponseStore] = open_rooms,
        **options: Any,
    ) -> None:
        self.state = QuestionnaireState(instrument=instrument or load_instrument())
        self._session = BrowserSession(
            instrument=self.state.instrument.id, version=self.state.instrument.version
        )
        self._top = Screen()
        self._card = Screen()
        self._bottom = Screen()
        self._participant = Participant(
            self.state, self._session, attempt=self._attempt, open_rooms=rooms
        )
        self.room = self._participant.state
        self._sliders: dict[str, RatingSlider] = {}
        self._moved = False
        self._revised: str | None = None
        super().__init__(**options)
        self.add_class("careerpath").add_class("careerpath-app")
        for screen in (self._top, self._card, self._bottom):
            screen.on_action(self._act)
        self._session.observe(self._found, names=["looked", "found", "storage"])
        self.state.observe(self._use_instrument, "instrument")
        self.state.observe(self._draw)
        self.room.observe(self._draw)
        self._draw()

    @property
    def value(self) -> Score | None:
        """The score, as soon as every item has an answer."""
        return self.state.score

    # From the visitor to the state

    def _act(self, action: Action) -> None:
        doings: dict[str, Callable[[], None]] = {
            "start": self._start,
            "resume": self._resume,
            "next": self.state.go_on,
            "back": self.state.go_back,
            "review": self.state.review,
            "goto": partial(self.state.go_to, action.item or ""),
            "leave": self.state.leave,
            "forget": self._forget,
            "rejoin": self.room.try_again,
        }
        # The second half of a double click was meant for the screen before.
        if action.name not in doings or action.place != self._place:
            return
        self._moved = True
        self._revised = {"goto": action.item, "review": self._revised}.get(action.name)
        self._guarded(doings[action.name])

    def _submit(self, slider: RatingSlider) -> None:
        if self.state.phase is Phase.QUESTION and slider.name == self.state.item.id:
            self._act(Action("next", place=self._place))

    def _answer(self, change: dict[str, Any]) -> None:
        slider: RatingSlider = change["owner"]
        if slider.value is not None:
            self._guarded(partial(self.state.answer, slider.name, slider.value))

    def _found(self, _change: dict[str, Any]) -> None:
        self._guarded(partial(self.state.offer, self._session.found))
        self._draw()

    def _start(self) -> None:
        self._session.keep(None)
        self._drop_sliders()
        self.state.start()

    def _resume(self) -> None:
        self.state.resume()
        self._session.keep(self.state.answers)

    def _forget(self) -> None:
        self._session.keep(None)
        self._drop_sliders()
        self.room.forget()
        self.state.forget()

    def _drop_sliders(self) -> None:
        for slider in self._sliders.values():
            slider.close()
        self._sliders.clear()

    def _use_instrument(self, _change: object) -> None:
        """Take a room's instrument: its questions may be others, and have another draft."""
        instrument = self.state.instrument
        self._drop_sliders()
        with self._session.hold_sync():
            self._session.looked = self._session.instrument == instrument.id
            self._session.instrument = instrument.id
            self._session.version = instrument.version
        self._guarded(partial(self.state.offer, self._session.found))

    def _guarded(self, action: Callable[[], None]) -> None:
        self._session.trouble = guarded(action)

    def _attempt(self, action: Callable[[], None]) -> None:
        """Do what nobody has pressed for: it takes no other trouble's words away."""
        self._session.trouble = guarded(action) or self._session.trouble

    # From the state to the visitor

    def _draw(self, _change: object = None) -> None:
        state = self.state
        question = state.phase is Phase.QUESTION
        self._top.html = getattr(self, f"_{state.phase}")()
        below: tuple[Widget, ...] = ()
        if question:
            self._bottom.html = self._navigation()
            below = (self._slider(), self._bottom)
        elif state.phase is Phase.RESULT:
            self._bottom.html = self._details()
            self._card.html = self._participant.card(self._place)
            below = (self._card, self._bottom) if self._card.html else (self._bottom,)
        self.children = (self._session, self._top, *below)
        self._session.place = {"phase": state.phase.value, "item": state.item.id}
        count = len(state.instrument.items)
        self._session.announcement = (
            f"Question {state.position + 1} of {count}"
            if question and self._moved
            else self._participant.announcement
        )

    @property
    def _place(self) -> str:
        """The screen that is shown, as its buttons name it."""
        state = self.state
        return f"{state.phase}/{state.item.id}" if state.phase is Phase.QUESTION else state.phase

    def _slider(self) -> RatingSlider:
        """Return the shown item's slider; made when it is first needed, and kept."""
        item, scale = self.state.item, self.state.instrument.scale
        if item.id not in self._sliders:
            self._sliders[item.id] = RatingSlider(
                value=self.state.answers.get(item.id),
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

    def _welcome(self) -> str:
        return welcome(
            self.state.instrument,
            offered=self.state.offered,
            storage=self._session.storage,
            moved=self._moved,
            waiting=not self._session.looked or self._participant.joining,
            room=self.room,
        )

    def _question(self) -> str:
        state = self.state
        return render(
            "progress",
            place=self._place,
            number=state.position + 1,
            count=len(state.instrument.items),
            minutes=state.minutes_left,
        )

    def _navigation(self) -> str:
        state = self.state
        return render(
            "navigation",
            place=self._place,
            obstacle=state.obstacle,
            complete=state.complete,
            last=state.position + 1 == len(state.instrument.items),
            scale=state.instrument.scale,
        )

    def _review(self) -> str:
        state = self.state
        scale = state.instrument.scale
        span = exact(scale.maximum) - exact(scale.minimum)
        rows = []
        for item in state.instrument.items:
            answer = state.answers.get(item.id)
            position = (
                None if answer is None else 100 * (exact(answer) - exact(scale.minimum)) / span
            )
            rows.append({"item": item, "answer": answer, "position": position})
        return render(
            "review", place=self._place, rows=rows, obstacle=state.obstacle, revised=self._revised
        )

    def _result(self) -> str:
        state = self.state
        return render(
            "result",
            place=self._place,
            instrument=state.instrument,
            result=state.score,
            meaning=state.interpretation,
        )

    def _details(self) -> str:
        return render("result_details", place=self._place, meaning=self.state.interpretation)


def welcome(
    instrument: Instrument,
    *,
    offered: object = None,
    storage: bool = True,
    moved: bool = False,
    waiting: bool = False,
    room: Participation | None = None,
) -> str:
    """Return the first screen as HTML."""
    seconds = len(instrument.items) * SECONDS_PER_ITEM
    return render(
        "welcome",
        place=Phase.WELCOME,
        instrument=instrument,
        minutes=max(1, round(seconds / 60)),
        offered=offered,
        storage=storage,
        moved=moved,
        waiting=waiting,
        room=room,
    )


def skeleton(instrument: Instrument) -> str:
    """Return the first screen as a page paints it before the kernel answers."""
    return welcome(instrument, waiting=True)
