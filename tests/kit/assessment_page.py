"""The assessment's page in a browser, as a person uses it."""

from __future__ import annotations

import re

from kit.bad_network import BadNetwork
from kit.server_process import ServerProcess
from playwright.sync_api import Locator, Page, expect

from careerpath import interpret, load_instrument, score

INSTRUMENT = load_instrument()
IDS = INSTRUMENT.item_ids
PHONE = {"viewport": {"width": 360, "height": 640}, "has_touch": True, "is_mobile": True}
LAPTOP = {"viewport": {"width": 1280, "height": 800}}


def answers_for(numbers: list[int]) -> dict[str, int]:
    return dict(zip(IDS, numbers, strict=True))


def open_assessment(page: Page, server: ServerProcess | BadNetwork) -> None:
    page.goto(f"{server.url}assessment")
    expect(page.get_by_role("heading", level=1)).to_have_text(INSTRUMENT.title)


def start(page: Page) -> None:
    page.get_by_role("button", name="Start", exact=True).click()


def slider(page: Page, item_id: str) -> Locator:
    """The question's slider, once it is shown and has the focus."""
    found = page.locator(f".cp-slider[data-item={item_id}] input")
    expect(found).to_be_focused()
    return found


def place(found: Locator, value: int) -> tuple[float, float]:
    """Where a value is on the screen: the handle's middle stays 22 px from both ends."""
    box = found.bounding_box()
    return box["x"] + 22 + (box["width"] - 44) * value / 10, box["y"] + box["height"] / 2


def answer_by_key(page: Page, item_id: str, value: int) -> None:
    found = slider(page, item_id)
    page.keyboard.type(str(value))
    expect(found).to_have_js_property("value", str(value))
    expect(page.get_by_role("button", name=re.compile("^(Next|Review)"))).to_be_enabled()


def walk(page: Page, answers: dict[str, int]) -> None:
    """Answer by keyboard from the first question to the review."""
    for item_id, value in answers.items():
        answer_by_key(page, item_id, value)
        page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Your answers")).to_be_visible()


def shows_result(page: Page, answers: dict[str, int]) -> None:
    result = score(INSTRUMENT, answers)
    meaning = interpret(INSTRUMENT, result)
    expect(page.get_by_role("heading", level=1)).to_have_text(meaning.headline)
    expect(page.get_by_text(meaning.placement)).to_be_visible()
    expect(page.get_by_role("img", name=f"Your total is {result.total}")).to_be_visible()
