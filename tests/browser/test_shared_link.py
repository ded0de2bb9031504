"""A link with somebody's answers, in a real browser."""

from __future__ import annotations

import pytest
from kit.accessibility import everybody_can_use
from kit.assessment_page import (
    IDS,
    INSTRUMENT,
    LAPTOP,
    PHONE,
    answer_by_key,
    open_assessment,
    slider,
    start,
    walk,
)
from kit.server_process import ServerProcess
from playwright.sync_api import Browser, Page, expect

from careerpath.core.answers_link import encode_answers

pytestmark = pytest.mark.browser

THEIRS = {item.id: 0 if item.mastery_side == "left" else 10 for item in INSTRUMENT.items}
FRAGMENT = encode_answers(INSTRUMENT, THEIRS)
SHARED = "A shared result, from a link"


def open_link(page: Page, server: ServerProcess, fragment: str = FRAGMENT) -> None:
    page.goto(f"{server.url}assessment#{fragment}")
    expect(page.get_by_role("heading", name=SHARED)).to_be_visible()


def test_a_link_goes_from_one_device_to_another(browser: Browser, page: Page, server):
    open_assessment(page, server)
    start(page)
    walk(page, THEIRS)
    page.get_by_role("button", name="See my result").click()
    page.locator("#cp-choice-link").click()
    link = page.get_by_label("The link").input_value()
    assert link == f"{server.url}assessment#{FRAGMENT}"
    context = browser.new_context(**PHONE)
    other = context.new_page()
    other.goto(link)
    expect(other.get_by_role("heading", name=SHARED)).to_be_visible()
    expect(other.get_by_role("heading", level=1)).to_have_text("You are drawn to mastery")
    other.get_by_text("The 15 answers").tap()
    expect(other.locator(".cp-answer")).to_have_count(15)
    everybody_can_use(other)
    context.close()


def test_the_link_is_copied_by_keyboard_alone(browser: Browser, server):
    context = browser.new_context(**LAPTOP, permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    open_assessment(page, server)
    start(page)
    walk(page, THEIRS)
    page.get_by_role("button", name="See my result").click()
    page.locator("#cp-choice-link").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Copy the link")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("[data-copied]")).to_have_text("Copied.")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == f"{server.url}assessment#{FRAGMENT}"
    context.close()


def test_the_answers_are_in_no_request(page: Page, server):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("websocket", lambda socket: asked.append(socket.url))
    open_link(page, server)
    secret = FRAGMENT.split("/")[-2]
    assert asked
    assert not [each for each in asked if secret in each.partition("#")[0]]


def test_somebodys_answers_overwrite_no_draft(page: Page, server):
    open_assessment(page, server)
    start(page)
    answer_by_key(page, "q01", 3)
    before = page.evaluate("JSON.stringify(localStorage)")
    open_link(page, server)
    assert page.evaluate("JSON.stringify(localStorage)") == before
    expect(page.get_by_role("button", name="Delete my answers")).to_have_count(0)
    page.get_by_role("button", name="To my own questions").click()
    expect(page.get_by_text("You have answered 1 of 15 questions")).to_be_visible()
    assert page.evaluate("location.hash") == ""
    page.get_by_role("button", name="Go on where I stopped").click()
    expect(slider(page, "q01")).to_have_js_property("value", "3")


def test_a_link_that_is_opened_over_the_questions_shows_their_result(page: Page, server):
    open_assessment(page, server)
    start(page)
    answer_by_key(page, "q01", 3)
    page.evaluate("(fragment) => { location.hash = fragment }", FRAGMENT)
    expect(page.get_by_role("heading", name=SHARED)).to_be_visible()
    page.go_back()
    expect(page.get_by_text("You have answered 1 of 15 questions")).to_be_visible()
    page.go_forward()
    expect(page.get_by_role("heading", name=SHARED)).to_be_visible()
    page.get_by_role("button", name="To my own questions").click()
    expect(page.get_by_text("You have answered 1 of 15 questions")).to_be_visible()
    page.evaluate("(fragment) => { location.hash = fragment }", FRAGMENT)
    expect(page.get_by_role("heading", name=SHARED)).to_be_visible()


@pytest.mark.parametrize(
    ("fragment", "told"),
    [
        (FRAGMENT[:-1] + ("0" if FRAGMENT[-1] != "0" else "1"), "This link is damaged"),
        (FRAGMENT[:-3], "This link is damaged"),
        (FRAGMENT.replace("answers/1", "answers/2"), "another version of careerpath"),
        ("answers/<img src=x onerror=alert(1)>", "made by another version"),
        (
            encode_answers(
                INSTRUMENT.with_cut_scores(management_below=60, mastery_above=95), THEIRS
            ),
            "another questionnaire",
        ),
    ],
    ids=["changed", "cut", "version", "hostile", "foreign"],
)
def test_a_tampered_or_foreign_link_is_a_plain_message(page: Page, server, fragment, told):
    page.goto(f"{server.url}assessment#{fragment}")
    expect(page.get_by_role("heading", name="This link cannot be opened")).to_be_visible()
    expect(page.get_by_text(told)).to_be_visible()
    page.get_by_role("button", name="Start", exact=True).click()
    slider(page, "q01")


def test_a_link_with_a_room_joins_the_room_only_with_your_own_questions(page: Page, server, store):
    code = store.create_room("Lisbon workshop").code
    open_link(page, server, f"room={code}&{FRAGMENT}")
    assert store.counts(code).joined == 0
    page.get_by_role("button", name="To my own questions").click()
    expect(page.get_by_role("heading", name="You are in the room Lisbon workshop")).to_be_visible()
    assert store.counts(code).joined == 1


def test_a_room_alone_works_as_before(page: Page, server, store):
    code = store.create_room("Porto workshop").code
    page.goto(f"{server.url}join/{code}")
    expect(page.get_by_role("heading", name="You are in the room Porto workshop")).to_be_visible()


def test_your_own_result_is_not_in_the_address(page: Page, server):
    open_assessment(page, server)
    start(page)
    walk(page, dict.fromkeys(IDS, 7))
    page.get_by_role("button", name="See my result").click()
    page.locator("#cp-choice-link").click()
    expect(page.get_by_label("The link")).to_be_visible()
    assert page.evaluate("location.hash") == ""
