"""The assessment goes on working, no matter what a visitor sends to it by hand."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest
from ipywidgets import Widget
from kit.tampering import PRESSES, SESSION_STATES, SLIDER_STATES

from careerpath import AssessmentScreen, RatingSlider
from careerpath.questionnaire.browser_session import BrowserSession
from careerpath.ui.html_view import HtmlView


class Visit:
    """An assessment, and a visitor who can send anything to its widgets."""

    def __init__(self) -> None:
        self.app = AssessmentScreen()
        self.session.looked = True

    def part(self, kind: type) -> Widget:
        return next(child for child in self.app.children if isinstance(child, kind))

    @property
    def session(self) -> Widget:
        return self.part(BrowserSession)

    @property
    def screen(self) -> Widget:
        return self.part(HtmlView)

    @property
    def slider(self) -> Widget:
        return self.part(RatingSlider)

    def deliver(self, widget: Widget, **data: object) -> None:
        # A kernel logs what a message raises, and goes on.
        with suppress(Exception):
            widget._handle_msg({"content": {"data": {"buffer_paths": [], **data}}, "buffers": []})

    def set_state(self, widget: Widget, state: object) -> None:
        self.deliver(widget, method="update", state=state)

    def send(self, widget: Widget, content: object) -> None:
        self.deliver(widget, method="custom", content=content)

    def press(self, action: str) -> None:
        place = re.search('data-place="([^"]+)"', self.shown())[1]
        self.send(self.screen, {"action": action, "values": {"place": place}})

    def shown(self) -> str:
        return " ".join(each.html for each in self.app.children if isinstance(each, HtmlView))

    def works(self) -> bool:
        """Whether an honest visitor still gets from the start to the second question."""
        if 'data-place="welcome"' not in self.shown():
            return False
        self.press("start")
        self.set_state(self.slider, {"value": 7})
        self.send(self.slider, {"submit": True})
        return "Question 2 of 15" in self.shown()


@pytest.fixture
def visit() -> Visit:
    return Visit()


@pytest.mark.parametrize("state", SESSION_STATES)
def test_a_tampered_browser_session(visit, state):
    visit.set_state(visit.session, state)
    assert visit.works()


@pytest.mark.parametrize("content", PRESSES)
def test_a_tampered_press(visit, content):
    visit.send(visit.screen, content)
    assert visit.works()


@pytest.mark.parametrize("state", SLIDER_STATES)
def test_a_tampered_slider_answers_nothing_that_the_scale_does_not_have(visit, state):
    visit.press("start")
    visit.set_state(visit.slider, state)
    visit.send(visit.slider, {"submit": True})
    assert "Question 1 of 15" in visit.shown()
    visit.press("back")
    assert "Welcome back" not in visit.shown()
    assert visit.works()
