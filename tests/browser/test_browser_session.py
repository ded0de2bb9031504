"""The browser's part of an assessment alone, with a kernel that the test plays."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Page

from careerpath.questionnaire.browser_session import BrowserSession

pytestmark = pytest.mark.browser

KERNEL = """
async (source) => {
  const { default: session } = await import("data:text/javascript," + encodeURIComponent(source));
  const traits = { instrument: "ours", version: "1", place: { phase: "question", item: "q15" } };
  const heard = {};
  window.model = {
    get: (name) => traits[name],
    set: (changes) => Object.assign(traits, changes),
    save_changes() {},
    send() {},
    on: (event, heed) => (heard[event] = heed),
    off() {},
  };
  window.change = (name, value) => {
    traits[name] = value;
    heard[`change:${name}`]?.();
  };
  const el = document.body.appendChild(document.createElement("div"));
  session.render({ model: window.model, el });
}
"""


@pytest.fixture
def visitor(page: Page) -> Page:
    page.route("http://localhost/", lambda route: route.fulfill(body="<!doctype html>"))
    page.goto("http://localhost/")
    return page


def answer(page: Page, item: str, value: int) -> None:
    page.evaluate(
        """(detail) => document.body.dispatchEvent(
             new CustomEvent("careerpath:answer", { bubbles: true, detail }))""",
        {"name": item, "value": value},
    )


def change(page: Page, name: str, value: object) -> None:
    page.evaluate("([name, value]) => change(name, value)", [name, value])


def draft(page: Page, instrument: str) -> Any:
    found = page.evaluate("(key) => localStorage.getItem(key)", f"careerpath/draft/{instrument}")
    return json.loads(found) if found else None


def test_answers_to_the_pages_questions_are_not_a_draft_of_the_rooms_questions(visitor: Page):
    theirs = {"instrument": "theirs", "version": "1", "answers": {"q01": 2}, "phase": "question"}
    visitor.evaluate(
        "(kept) => localStorage.setItem('careerpath/draft/theirs', kept)", json.dumps(theirs)
    )
    visitor.evaluate(KERNEL, BrowserSession._esm)
    answer(visitor, "q15", 7)
    change(visitor, "place", {"phase": "question", "item": "q15"})
    change(visitor, "instrument", "theirs")
    change(visitor, "place", {"phase": "welcome", "item": "q01"})
    assert draft(visitor, "theirs") == theirs
    assert visitor.evaluate("model.get('found')") == theirs
    assert draft(visitor, "ours")["answers"] == {"q15": 7}
    answer(visitor, "q01", 3)
    assert draft(visitor, "theirs")["answers"] == {"q01": 3}
