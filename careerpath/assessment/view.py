"""The assessment: welcome, one question a screen, review, result."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from ipywidgets import VBox, Widget

from careerpath.core.instrument import Instrument
from careerpath.core.instrument_file import load_instrument
from careerpath.core.scoring import Score
from careerpath.questionnaire.browser_session import BrowserSession
from careerpath.questionnaire.model import Phase, QuestionnaireModel, read_day
from careerpath.questionnaire.rating_slider import RatingSlider
from careerpath.room.participant.background_work import BackgroundWork
from careerpath.room.participant.model import ParticipantModel
from careerpath.room.participant.room_access import open_rooms
from careerpath.ui.html_view import Action, HtmlView
from careerpath.ui.templates import render
from careerpath.ui.visitor_errors import message_if_failed
from careerpath.what_next.choices import choices

if TYPE_CHECKING:
    from careerpath.questionnaire.shared_link import SharedAnswers
    from careerpath.room.store.store import Store
    from careerpath.what_next.view import WhatNextView


class AssessmentScreen(VBox):
    """The questionnaire, one question a screen, in a notebook or as a page.

    Parameters
    ----------
    instrument : Instrument, optional
        By default the built-in one. A room has its own.
    rooms : callable, optional
        Opens the store of rooms, when a room is joined.

    Attributes
    ----------
    model : QuestionnaireModel
        The screen that is shown, and the answers.
    participant : ParticipantModel
        The room that was joined, and the answers that were shared with it.
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
        self._top = HtmlView()
        self._card = HtmlView()
        self._bottom = HtmlView()
        self.participant = ParticipantModel(
            self.model, rooms, perform=BackgroundWork(self._attempt), tell=self._session.send
        )
        self._page = self.model.instrument
        self._foot: HtmlView | None = None
        self._what_next: WhatNextView | None = None
        self._shared: SharedAnswers | None = None
        self._sliders: dict[str, RatingSlider] = {}
        self._moved = False
        self._start_wanted = False
        self._revised: str | None = None
        super().__init__(**options)
        self.add_class("careerpath").add_class("careerpath-app")
        for screen in (self._top, self._card, self._bottom):
            screen.on_action(self._act)
        self._session.on_browser(
            join=lambda found: self._attempt(partial(self.participant.join, found)),
            share=lambda found: self._attempt(partial(self.participant.share, found)),
            link=self._open_link,
        )
        self._session.observe(self._found, names=["looked", "found", "storage"])
        self.model.observe(self._use_instrument, "instrument")
        self.model.observe(self._draw)
        self.participant.observe(self._draw)
        self._draw()

    @property
    def value(self) -> Score | None:
        """The score, as soon as every item has an answer."""
        return self.model.score

    # From the visitor to the model

    def _act(self, action: Action) -> None:
        item = action.values.get("item", "")
        actions: dict[str, Callable[[], None]] = {
            "start": self._start,
            "resume": self._resume,
            "next": self.model.go_on,
            "back": self.model.go_back,
            "review": self.model.review,
            "goto": partial(self.model.go_to, item),
            "leave": self.model.leave,
            "forget": self._forget,
            "open": partial(self._open, action.values.get("choice", "")),
            "own": self._leave_link,
            "rejoin": self.participant.try_again,
        }
        # The second click of a double click was meant for the screen before.
        if action.name not in actions or action.values.get("place") != self._place:
            return
        self._moved = True
        self._revised = {"goto": item, "review": self._revised}.get(action.name)
        self._run(actions[action.name])

    @property
    def _waiting(self) -> bool:
        """Whether it is not known yet which questions are asked, or whether they have a draft.

        When a page opens, its browser tells of a draft before it can tell of a tap.
        """
        changed = self.model.instrument is not self._page
        return self.participant.joining or (changed and not self._session.looked)

    @property
    def _place(self) -> str:
        """The name of the screen that is shown. A tap that was meant for another does nothing."""
        if self.model.phase is Phase.WELCOME and (self.model.offered or self._waiting):
            return f"{self.model.place}/{'offer' if self.model.offered else 'waiting'}"
        return self.model.place

    def _submit(self, slider: RatingSlider) -> None:
        if self.model.phase is Phase.QUESTION and slider.name == self.model.item.id:
            self._act(Action("next", {"place": self._place}))

    def _answer(self, change: dict[str, Any]) -> None:
        slider: RatingSlider = change["owner"]
        if slider.value is not None:
            today = date.today()
            on = read_day(self._session.today, near=today) or today
            self._run(partial(self.model.answer, slider.name, slider.value, on=on))

    def _found(self, _change: dict[str, Any]) -> None:
        self._run(partial(self.model.offer, self._session.found))
        if self._start_wanted and not self.model.offered:
            self._start()
        self._draw()

    def _start(self) -> None:
        # A tap can come before the browser has told of a draft, which a start would delete.
        self._start_wanted = not self._session.looked
        if self._start_wanted:
            return
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
        self.participant.forget()
        self.model.forget()

    def _open(self, choice: str) -> None:
        """Open one of the choices below the result. Their code loads when the first one opens."""
        from careerpath.what_next.view import WhatNextView

        if self._what_next is None:
            self._foot = HtmlView()
            self._foot.on_action(self._act)
            self._what_next = WhatNextView(self.model, page=self._page)
        self._what_next.show(choice)
        self._what_next.follow()
        self._draw()

    def _close_choices(self) -> None:
        for each in (self._what_next, self._foot):
            if each is not None:
                each.close()
        self._what_next = self._foot = None

    def _open_link(self, fragment: object) -> None:
        """Show another person's answers on the first screen, apart from the visitor's own."""
        from careerpath.questionnaire.shared_link import read_link

        self._shared = read_link(self._page, fragment)
        self._draw()

    def _leave_link(self) -> None:
        self._shared = None
        self._draw()

    def _drop_sliders(self) -> None:
        for slider in self._sliders.values():
            slider.close()
        self._sliders.clear()

    def _use_instrument(self, _change: object) -> None:
        """Ask the questions of a room's instrument, which have a draft of their own."""
        instrument = self.model.instrument
        self._drop_sliders()
        with self._session.hold_sync():
            self._session.looked = self._session.instrument == instrument.id
            self._session.instrument = instrument.id
            self._session.version = instrument.version
        self._run(partial(self.model.offer, self._session.found))

    def _run(self, action: Callable[[], None]) -> None:
        self._session.trouble = message_if_failed(action)

    def _attempt(self, action: Callable[[], None]) -> None:
        """Do something the visitor did not ask for; an earlier failure stays on the screen."""
        self._session.trouble = message_if_failed(action) or self._session.trouble

    # From the model to the visitor

    def _draw(self, _change: object = None) -> None:
        model = self.model
        question = model.phase is Phase.QUESTION
        shared = self._shared if model.phase is Phase.WELCOME else None
        below: tuple[Widget, ...] = ()
        if model.phase is Phase.WELCOME:
            self._close_choices()
        if shared and shared.score:
            shown = {
                self._top: self._render("result", model=shared, shared=True),
                self._bottom: self._details(shared, shared=True),
            }
            below = (self._bottom,)
        else:
            shown = {self._top: self._first()}
        if question:
            shown[self._bottom] = self._render("navigation")
            below = (self._slider(), self._bottom)
        elif model.phase is Phase.RESULT:
            shown[self._bottom] = self._details(model)
            below = (self._bottom,)
            if self.participant.asks_to_share:
                path = "room/participant/templates/share.html"
                shown[self._card] = render(path, participant=self.participant, place=self._place)
                below = (self._card, self._bottom)
            if self._what_next and self._foot:
                self._what_next.follow()
                shown[self._foot] = self._render("result_end", shared=False)
                below = (*below, self._what_next, self._foot)
        # All at once, after everything is rendered: a connection can be lost at any moment.
        for screen, html in shown.items():
            screen.html = html
        self.children = (self._session, self._top, *below)
        self._session.place = {"phase": model.phase.value, "item": model.item.id}
        self._session.announcement = (
            f"Question {model.number} of {len(model.instrument.items)}"
            if question and self._moved
            else self.participant.announcement
        )

    def _first(self) -> str:
        match self.model.phase:
            case Phase.WELCOME:
                return self._render(
                    "welcome",
                    participant=self.participant,
                    storage=self._session.storage,
                    moved=self._moved,
                    waiting=self._waiting,
                    refusal=self._shared.refusal if self._shared else "",
                )
            case Phase.QUESTION:
                return self._render("progress")
            case Phase.REVIEW:
                return self._render("review", revised=self._revised)
            case _:
                return self._render("result", shared=False)

    def _details(self, model: QuestionnaireModel | SharedAnswers, *, shared: bool = False) -> str:
        """Render what follows a result; once a choice is open, the choices come after it."""
        opened = self._what_next is not None
        score = None if shared or opened else model.score
        parts = choices(score.band) if score else ()
        return self._render(
            "result_details", model=model, shared=shared, opened=opened, parts=parts
        )

    def _render(self, template: str, **values: object) -> str:
        path = f"assessment/templates/{template}.html"
        return render(path, **{"model": self.model, "place": self._place, **values})

    def _slider(self) -> RatingSlider:
        """Return the shown item's slider; it is created once and kept."""
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


def skeleton(instrument: Instrument) -> str:
    """Return the first screen, as a page shows it before the kernel answers."""
    model = QuestionnaireModel(instrument=instrument)
    return render(
        "assessment/templates/welcome.html",
        model=model,
        place=model.place,
        participant=None,
        storage=True,
        moved=False,
        waiting=True,
        refusal="",
    )
