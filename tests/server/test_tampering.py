"""What a visitor of the real assessment can send to it by hand, and that it goes on standing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

LONG = "x" * 1_000_000


class Visit:
    """An assessment, in the hands of somebody who can send anything."""

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

    def stands(self) -> bool:
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


@pytest.mark.parametrize(
    "state",
    [
        {"found": LONG},
        {"found": {"answers": dict.fromkeys((f"q{n}" for n in range(20_000)), 5)}},
        {"found": {"instrument": "careerpath-15", "version": "1.0.0", "answers": {"q01": 99}}},
        {"found": {"instrument": "careerpath-15", "version": "1.0.0", "answers": {LONG: [LONG]}}},
        {"found": [[[[]]]], "storage": "maybe", "looked": None},
        {"instrument": 7, "version": None},
        {"place": LONG, "announcement": {"a": 1}, "trouble": 3},
        {"_esm": 1, "_model_name": None, "no_such_trait": LONG},
    ],
)
def test_a_tampered_browser_session_leaves_the_app_standing(visit, state):
    visit.socket.set_state(visit.only("looked"), **state)
    assert visit.stands()


@pytest.mark.parametrize(
    "content",
    [
        None,
        LONG,
        {"action": LONG, "values": {"item": LONG, "place": "welcome"}},
        {"action": "goto", "values": {"item": "q99", "place": "welcome"}},
        {"action": "__init__", "values": {"place": "welcome"}},
        {"action": ["start"], "values": {"item": {}, "place": 3}},
        {"action": "next", "values": {"place": "result"}},
    ],
)
def test_a_tampered_press_leaves_the_app_standing(visit, content):
    visit.send(visit.top(), content)
    assert visit.stands()


@pytest.mark.parametrize(
    "state",
    [
        {"value": 11},
        {"value": -1},
        {"value": 3.5},
        {"value": "7"},
        {"value": True},
        {"value": LONG},
        {"value": [5]},
        {"value": 10**400},
        {"name": "q99", "value": 5},
        {"name": LONG, "value": 5},
        {"maximum": 1e308, "value": 1e307},
        {"step": 0, "value": 5},
        {"minimum": "a", "label": None, "value": {}},
    ],
)
def test_a_tampered_slider_answers_nothing_that_the_scale_does_not_have(visit, state):
    visit.send(visit.top(), {"action": "start", "values": {"place": "welcome"}})
    slider = visit.only("low_label")
    visit.socket.set_state(slider, **state)
    visit.send(slider, {"submit": True})
    assert "Question 1 of 15" in visit.shown()
    visit.send(visit.top(), {"action": "back", "values": {"place": "question/q01"}})
    assert "Welcome back" not in visit.shown()
    assert visit.stands()
