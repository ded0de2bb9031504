"""A served assessment goes on working, no matter what a visitor sends to it by hand.

Each case has a page of its own in `tests/unit/assessment/test_tampering.py`; here all are sent to a
real kernel over the websocket.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from kit.tampering import PRESSES, SESSION_STATES, SLIDER_STATES


class Visit:
    """An assessment, and a visitor who can send anything to it."""

    def __init__(self, socket) -> None:
        self.socket = socket

    def widgets(self, has: str) -> dict[str, dict[str, Any]]:
        """The widgets that have a trait, by model id."""
        states = self.socket.widget_states()
        return {model: each["state"] for model, each in states.items() if has in each["state"]}

    def only(self, has: str) -> str:
        (model,) = self.widgets(has)
        return model

    def send(self, model: str, content: object) -> None:
        data = {"method": "custom", "content": content}
        self.socket.answer_to(self.socket.send("comm_msg", {"comm_id": model, "data": data}))

    def top(self) -> str:
        """The screen that holds a heading."""
        return next(m for m, state in self.widgets("html").items() if "<h1" in state["html"])

    def shown(self) -> str:
        return self.widgets("html")[self.top()]["html"]

    def works(self) -> bool:
        """Whether an honest visitor still gets from the start to the second question."""
        place = self.shown().split('data-place="')[1].split('"')[0]
        if place != "welcome":
            return False
        self.send(self.top(), {"action": "start", "values": {"place": "welcome"}})
        slider = self.only("low_label")
        self.socket.set_state(slider, value=7)
        self.send(slider, {"submit": True})
        return "Question 2 of 15" in self.shown()


@pytest.fixture
def visit(server) -> Iterator[Visit]:
    with server.connect(server.kernel_of("assessment")) as socket:
        visit = Visit(socket)
        socket.set_state(visit.only("looked"), looked=True)
        yield visit


def test_tampered_browser_sessions(visit):
    session = visit.only("looked")
    for state in SESSION_STATES:
        visit.socket.set_state(session, **state)
        assert 'data-place="welcome"' in visit.shown(), state
    assert visit.works()


def test_tampered_presses(visit):
    for content in PRESSES:
        visit.send(visit.top(), content)
        assert 'data-place="welcome"' in visit.shown(), content
    assert visit.works()


def test_tampered_sliders_answer_nothing_that_the_scale_does_not_have(visit):
    visit.send(visit.top(), {"action": "start", "values": {"place": "welcome"}})
    for state in SLIDER_STATES:
        slider = visit.only("low_label")
        visit.socket.set_state(slider, **state)
        visit.send(slider, {"submit": True})
        assert "Question 1 of 15" in visit.shown(), state
    visit.send(visit.top(), {"action": "back", "values": {"place": "question/q01"}})
    assert "Welcome back" not in visit.shown()
    assert visit.works()
