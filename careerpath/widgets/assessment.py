"""The assessment: welcome, one question a screen, review, result."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from ipywidgets import VBox

from careerpath.exact import exact
from careerpath.instrument import Instrument
from careerpath.instrument_file import load_instrument
from careerpath.markup import render
from careerpath.scoring import Score
from careerpath.state.questionnaire import SECONDS_PER_ITEM, Phase, QuestionnaireState
from careerpath.widgets.browser_session import BrowserSession
from careerpath.widgets.guard import guarded
from careerpath.widgets.rating_slider import RatingSlider
from careerpath.widgets.screen import Screen


class Assessment(VBox):
    """The click-through questionnaire, in a notebook or as a page.

    Parameters
    ----------
    instrument : Instrument, optional
        By default the shipped one.

    Attributes
    ----------
    state : QuestionnaireState
        What is shown and what was answered.
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

    def __init__(self, instrument: Instrument | None = None, **options: Any) -> None:
        self.state = QuestionnaireState(instrument=instrument or load_instrument())
        self._session = BrowserSession(
            instrument=self.state.instrument.id, version=self.state.instrument.version
        )
        self._top = Screen()
        self._bottom = Screen()
        self._sliders: dict[str, RatingSlider] = {}
        self._moved = False
        super().__init__(**options)
        self.add_class("careerpath").add_class("careerpath-app")
        self._top.on_action(self._act)
        self._bottom.on_action(self._act)
        self._session.observe(self._found, names=["found", "storage"])
        self.state.observe(self._draw)
        self._draw()

    @property
    def value(self) -> Score | None:
        """The score, as soon as every item has an answer."""
        return self.state.score

    # From the visitor to the state

    def _act(self, action: str, item: str | None) -> None:
        actions: dict[str, Callable[[], None]] = {
            "start": self._restart,
            "resume": self.state.resume,
            "next": self.state.go_on,
            "back": self.state.go_back,
            "review": self.state.review,
            "goto": partial(self.state.go_to, item or ""),
            "leave": self.state.leave,
            "forget": self._forget,
        }
        if action in actions:
            self._moved = True
            self._guarded(actions[action])

    def _answer(self, change: dict[str, Any]) -> None:
        slider: RatingSlider = change["owner"]
        if slider.value is not None:
            self._guarded(partial(self.state.answer, slider.name, slider.value))

    def _found(self, _change: dict[str, Any]) -> None:
        self._guarded(partial(self.state.offer, self._session.found))
        self._draw()

    def _restart(self) -> None:
        self._session.forget()
        self._sliders.clear()
        self.state.start()

    def _forget(self) -> None:
        self._session.forget()
        self._sliders.clear()
        self.state.forget()
        self._session.announcement = "Your answers are deleted from this device."

    def _guarded(self, action: Callable[[], None]) -> None:
        self._session.trouble = guarded(action)

    # From the state to the visitor

    def _draw(self, _change: object = None) -> None:
        state = self.state
        question = state.phase is Phase.QUESTION
        self._top.html = getattr(self, f"_{state.phase}")()
        self._bottom.html = self._navigation() if question else ""
        middle = (self._slider(), self._bottom) if question else ()
        children = (self._session, self._top, *middle)
        self.children = children
        self._session.place = {"phase": state.phase.value, "item": state.item.id}
        if question and self._moved:
            count = len(state.instrument.items)
            self._session.announcement = f"Question {state.position + 1} of {count}"

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
                label=item.stem,
                low_label=item.left,
                high_label=item.right,
                autofocus=True,
            )
            self._sliders[item.id].observe(self._answer, names="value")
            self._sliders[item.id].on_submit(partial(self._act, "next", None))
        return self._sliders[item.id]

    def _welcome(self) -> str:
        return welcome(
            self.state.instrument,
            offered=self.state.offered,
            storage=self._session.storage,
            moved=self._moved,
        )

    def _question(self) -> str:
        state = self.state
        return render(
            "progress",
            number=state.position + 1,
            count=len(state.instrument.items),
            minutes=state.minutes_left,
        )

    def _navigation(self) -> str:
        state = self.state
        return render(
            "navigation",
            obstacle=state.obstacle,
            complete=state.complete,
            last=state.position + 1 == len(state.instrument.items),
            low=state.instrument.scale.minimum,
            high=state.instrument.scale.maximum,
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
        return render("review", rows=rows, obstacle=state.obstacle)

    def _result(self) -> str:
        state = self.state
        return render(
            "result",
            instrument=state.instrument,
            result=state.score,
            meaning=state.interpretation,
        )


def welcome(
    instrument: Instrument,
    *,
    offered: object = None,
    storage: bool = True,
    moved: bool = False,
    waiting: bool = False,
) -> str:
    """Return the first screen as HTML."""
    seconds = len(instrument.items) * SECONDS_PER_ITEM
    return render(
        "welcome",
        instrument=instrument,
        minutes=max(1, round(seconds / 60)),
        offered=offered,
        storage=storage,
        moved=moved,
        waiting=waiting,
    )


def skeleton(instrument: Instrument) -> str:
    """Return the first screen as a page paints it before the kernel answers."""
    return welcome(instrument, waiting=True)
