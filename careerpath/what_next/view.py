"""What next: what a person can do with a result. Made when the first choice is opened."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from ipywidgets import VBox

from careerpath.core.instrument import Instrument
from careerpath.questionnaire.model import QuestionnaireModel
from careerpath.ui.html_view import Action, HtmlView
from careerpath.ui.templates import render
from careerpath.ui.visitor_errors import message_if_failed
from careerpath.what_next import capacity
from careerpath.what_next.browser import ResultBrowser
from careerpath.what_next.choices import Choice, choices
from careerpath.what_next.model import SLIDERS, WhatNextModel
from careerpath.what_next.next_steps import QUESTIONS

PLACES = ("choice", "outcome", "done", "asking", "declined")
"""What can take the focus after an action."""


class WhatNextView(VBox):
    """Six choices below a result: steps, the path now, a plan, files, past results, a link.

    Parameters
    ----------
    questionnaire : QuestionnaireModel
        With every item answered.
    page : Instrument
        The instrument that the page asks without a room.

    Attributes
    ----------
    model : WhatNextModel
    """

    children: Any  # a trait of ipywidgets

    def __init__(self, questionnaire: QuestionnaireModel, *, page: Instrument) -> None:
        self._browser = ResultBrowser()
        self._view = HtmlView()
        self.model = WhatNextModel(questionnaire, page=page, tell=self._browser.tell)
        self._problem = ""
        self._focus, self._turn = "", 0
        super().__init__(children=(self._browser, self._view))
        self._view.on_action(self._act)
        self._browser.on_browser(base=self._found_base, results=self.model.past.found)
        for model in (self.model.path, self.model.plan, self.model.past):
            model.observe(self._draw)
        self._draw()

    # From the visitor to the model

    def show(self, name: str) -> None:
        """Open a choice and close the open one; an unknown name does nothing."""
        self.model.show(name)
        self._move_focus("choice")

    def follow(self) -> None:
        """Take over the answers as they are now."""
        self.model.follow()
        self._draw()

    def close(self) -> None:
        """Remove all its widgets from the page."""
        for each in self.children:
            each.close()
        super().close()

    def _act(self, action: Action) -> None:
        model, values = self.model, action.values
        actions: dict[str, Callable[[], object]] = {
            "open": partial(self._then, "choice", partial(model.show, values.get("choice", ""))),
            "look": partial(self._then, "outcome", partial(model.look, values)),
            "plan": partial(model.plan.move, values),
            "file": partial(self._save, values.get("kind", ""), values.get("name", "")),
            "keep": model.past.keep,
            "remove": partial(
                self._then, "done", partial(model.past.remove, values.get("identity", ""))
            ),
            "ask": partial(self._ask, asking=True),
            "ask not": partial(self._ask, asking=False),
            "remove all": partial(self._then, "done", model.remove_all),
            "export": self._export,
            "read": partial(model.past.take_in, action.content, name=values.get("name", "")[:100]),
        }
        if action.name in actions and model.questionnaire.score is not None:
            self._focus = ""
            self._problem = message_if_failed(actions[action.name])
            self._draw()

    def _then(self, place: str, action: Callable[[], object]) -> None:
        """Do something, and then move the focus."""
        action()
        self._move_focus(place)

    def _save(self, kind: str, name: str) -> None:
        if made := self.model.file(kind, name):
            self._view.download(*made)

    def _ask(self, *, asking: bool) -> None:
        self.model.asking = asking
        self._move_focus("asking" if asking else "declined")

    def _export(self) -> None:
        name = f"careerpath-results-{date.today().isoformat()}.json"
        self._view.download(name, "application/json", self.model.past.export())

    def _found_base(self, base: object) -> None:
        self.model.base = base
        self._draw()

    def _move_focus(self, place: str) -> None:
        self._focus = place
        self._turn += 1

    # From the model to the visitor

    def _draw(self, _change: object = None) -> None:
        model = self.model
        result = model.questionnaire.score
        if result is None:
            return
        told: Any = {Choice.DEVICE: model.past, Choice.FILES: model.files}.get(
            model.opened or Choice.STEPS
        )
        self._view.html = render(
            "what_next/templates/choice_card.html",
            model=model,
            offered=choices(result.band),
            opened=str(model.opened or ""),
            focus={each: f"{each} {self._turn}" if each == self._focus else "" for each in PLACES},
            problem=self._problem,
            announcement=told.problem or told.done if told else "",
            questions=QUESTIONS,
            sliders=SLIDERS,
            rule=capacity,
        )
