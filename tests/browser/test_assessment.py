"""The assessment in a real browser, served by a real `careerpath serve`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from kit.accessibility import everybody_can_use
from kit.assessment_page import (
    IDS,
    INSTRUMENT,
    PHONE,
    answer_by_key,
    answers_for,
    open_assessment,
    place,
    shows_result,
    slider,
    start,
    walk,
)
from kit.server_process import ServerProcess
from playwright.sync_api import BrowserContext, Page, expect

pytestmark = pytest.mark.browser

#: All that a page sends takes 300 ms more.
SLOW_TO_SEND = """(() => {
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (...what) {
    setTimeout(() => send.apply(this, what), 300);
  };
})()"""

#: Resolves when a page that a finger has pushed has come to rest.
SCROLLED = """() => new Promise((done) => {
  let last = -1;
  const look = () => {
    if (scrollY === last) return done();
    last = scrollY;
    setTimeout(look, 200);
  };
  look();
})"""


@pytest.fixture(scope="module", params=["forked", "cold"])
def either_server(request: pytest.FixtureRequest) -> Iterator[ServerProcess]:
    """A server that copies kernels, and one that starts each."""
    if request.param == "forked":
        yield request.getfixturevalue("server")
    else:
        with ServerProcess(cold=True) as started:
            yield started


def test_the_whole_way_by_mouse(page: Page, either_server):
    open_assessment(page, either_server)
    start(page)
    for number, item_id in enumerate(IDS):
        found = slider(page, item_id)
        expect(page.get_by_role("button", name=re.compile("^(Next|Review)"))).to_be_disabled()
        page.mouse.click(*place(found, number % 11))
        expect(found).to_have_js_property("value", str(number % 11))
        page.get_by_role("button", name=re.compile("^(Next|Review)")).click()
    everybody_can_use(page, "review")
    page.get_by_role("button", name="See my result").click()
    shows_result(page, answers_for([number % 11 for number in range(15)]))
    everybody_can_use(page, "result")


def test_a_first_touch_counts_at_its_place_even_on_the_hidden_handle(browser, server):
    context = browser.new_context(**PHONE)
    page = context.new_page()
    open_assessment(page, server)
    page.get_by_role("button", name="Start", exact=True).tap()
    for item_id, value in zip(IDS, (5, 4, 6, 5), strict=False):
        page.touchscreen.tap(*place(slider(page, item_id), value))
        expect(page.locator(".cp-thumb")).to_have_text(str(value))
        page.get_by_role("button", name="Next question").tap()
    context.close()


def test_the_whole_way_by_keyboard_alone(page: Page, either_server):
    answers = answers_for([10, 0, 7, 3, 5, 10, 9, 1, 8, 2, 6, 4, 10, 0, 7])
    open_assessment(page, either_server)
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_enabled()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    walk(page, answers)
    expect(page.get_by_role("heading", name="Your answers")).to_be_focused()
    for _ in range(15 + 2):  # past the answers and "Back"
        page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="See my result")).to_be_focused()
    page.keyboard.press("Enter")
    shows_result(page, answers)
    expect(page.get_by_role("heading", level=1)).to_be_focused()


def test_arrows_start_from_the_middle_and_enter_waits_for_an_answer(page: Page, server):
    open_assessment(page, server)
    start(page)
    found = slider(page, "q01")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Question 1 of 15").first).to_be_visible()
    expect(found).to_have_attribute("aria-valuetext", "not answered yet")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".cp-thumb")).to_have_text("5")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".cp-thumb")).to_have_text("6")
    page.keyboard.press("Home")
    expect(page.locator(".cp-thumb")).to_have_text("0")
    expect(found).to_have_attribute("aria-valuetext", f"0, fully: {INSTRUMENT.items[0].left}")


def test_the_whole_way_by_touch_on_a_phone(browser, either_server):
    context = browser.new_context(**PHONE)
    page = context.new_page()
    open_assessment(page, either_server)
    page.get_by_role("button", name="Start", exact=True).tap()
    for number, item_id in enumerate(IDS):
        found = slider(page, item_id)
        page.touchscreen.tap(*place(found, number % 11))
        expect(found).to_have_js_property("value", str(number % 11))
        going_on = page.get_by_role("button", name=re.compile("^(Next|Review)"))
        expect(going_on).to_be_enabled()
        # On a phone everything that a question needs is on one screen.
        bottom = going_on.bounding_box()
        assert bottom["y"] + bottom["height"] <= 640
        going_on.tap()
    page.get_by_role("button", name="See my result").tap()
    shows_result(page, answers_for([number % 11 for number in range(15)]))
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    context.close()


def test_a_refresh_in_the_middle_loses_nothing(page: Page, either_server):
    open_assessment(page, either_server)
    start(page)
    for item_id in ("q01", "q02", "q03"):
        answer_by_key(page, item_id, 8)
        page.keyboard.press("Enter")
    slider(page, "q04")
    page.reload()
    expect(page.get_by_text("You have answered 3 of 15 questions")).to_be_visible()
    page.get_by_role("button", name="Go on where I stopped").click()
    slider(page, "q04")
    page.get_by_role("button", name="Back").click()
    expect(page.locator(".cp-slider[data-item=q03] .cp-thumb")).to_have_text("8")


def test_a_killed_kernel_in_the_middle_loses_nothing(page: Page, either_server):
    open_assessment(page, either_server)
    start(page)
    answer_by_key(page, "q01", 7)
    page.keyboard.press("Enter")
    slider(page, "q02")
    either_server.kill_kernels()
    # The answer that is given while nobody listens is kept, too.
    page.keyboard.type("4")
    expect(page.get_by_text("This page went to sleep")).to_be_visible(timeout=30_000)
    page.get_by_role("button", name="Reload and go on").click()
    expect(page.get_by_text("You have answered 2 of 15 questions")).to_be_visible()
    page.get_by_role("button", name="Go on where I stopped").click()
    expect(page.locator(".cp-slider[data-item=q02] .cp-thumb")).to_have_text("4")


def test_deleting_leaves_nothing_on_the_device(page: Page, server):
    open_assessment(page, server)
    start(page)
    walk(page, dict.fromkeys(IDS, 6))
    page.get_by_role("button", name="See my result").click()
    page.get_by_role("button", name="Delete my answers from this device").click()
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_visible()
    assert page.evaluate("localStorage.length") == 0
    page.reload()
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_enabled()
    expect(page.get_by_text("Welcome back")).to_have_count(0)


def test_deleting_works_even_when_the_kernel_is_gone(page: Page, either_server):
    open_assessment(page, either_server)
    start(page)
    walk(page, dict.fromkeys(IDS, 6))
    page.get_by_role("button", name="See my result").click()
    expect(page.get_by_text("How sure is this?")).to_be_visible()
    either_server.kill_kernels()
    expect(page.get_by_text("This page went to sleep")).to_be_visible(timeout=30_000)
    page.get_by_role("button", name="Delete my answers from this device").click()
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_enabled()
    assert page.evaluate("localStorage.length") == 0


def test_a_draft_is_offered_before_new_answers_can_replace_it(page: Page, server):
    open_assessment(page, server)
    start(page)
    answer_by_key(page, "q01", 8)
    page.add_init_script(SLOW_TO_SEND)
    page.reload()
    # A tap on "Start" that comes before the kernel knows of the draft leads to the offer.
    page.locator("[data-action=start]:not([disabled]), [data-action=resume]").first.click()
    expect(page.get_by_text("You have answered 1 of 15 questions")).to_be_visible()
    page.get_by_role("button", name="Go on where I stopped").click()
    expect(slider(page, "q01")).to_have_js_property("value", "8")


def test_a_finger_that_only_scrolls_answers_nothing(browser, server):
    context = browser.new_context(
        viewport={"width": 640, "height": 360}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    open_assessment(page, server)
    page.get_by_role("button", name="Start", exact=True).tap()
    x, y = place(slider(page, "q01"), 8)
    fingers = context.new_cdp_session(page)

    def touch(kind: str, y: float | None = None) -> None:
        points = [] if y is None else [{"x": x, "y": y}]
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", y)
    for step in range(1, 12):
        touch("touchMove", y - 12 * step)
    touch("touchEnd")
    expect(page.locator(".cp-slider.cp-unset")).to_be_visible()
    page.evaluate(SCROLLED)
    page.touchscreen.tap(*place(slider(page, "q01"), 8))
    expect(page.locator(".cp-thumb")).to_have_text("8")
    context.close()


def test_a_double_click_goes_on_once(page: Page, server):
    open_assessment(page, server)
    start(page)
    for item_id in IDS[:3]:
        answer_by_key(page, item_id, 5)
        page.get_by_role("button", name="Next question").dblclick()
    slider(page, "q04")
    expect(page.locator(".cp-trouble")).to_have_text("")


def test_start_again_can_be_undone(page: Page, server):
    open_assessment(page, server)
    start(page)
    answers = dict.fromkeys(IDS, 9)
    walk(page, answers)
    page.get_by_role("button", name="See my result").click()
    page.get_by_role("button", name="Start again").click()
    page.get_by_role("button", name="See my result").click()
    shows_result(page, answers)
    page.get_by_role("button", name="Start again").click()
    page.get_by_role("button", name="Start from the beginning").click()
    expect(slider(page, "q01")).to_have_attribute("aria-valuetext", "not answered yet")


def test_an_answer_is_changed_from_the_review(page: Page, server):
    open_assessment(page, server)
    start(page)
    answers = dict.fromkeys(IDS, 5)
    walk(page, answers)
    page.locator("[name=item][value=q09]").click()
    answer_by_key(page, "q09", 0)
    page.get_by_role("button", name="To the review").click()
    page.get_by_role("button", name="See my result").click()
    shows_result(page, answers | {"q09": 0})


def test_a_broken_draft_in_the_browser_is_ignored(page: Page, server):
    page.goto(server.url)
    kept = {"instrument": INSTRUMENT.id, "version": INSTRUMENT.version, "phase": "result"}
    for broken in ("{", json.dumps({**kept, "answers": {"q01": 99, "x": "<b>"}}), "[]", "7"):
        page.evaluate(
            "(text) => localStorage.setItem('careerpath/draft/careerpath-15', text)", broken
        )
        open_assessment(page, server)
        expect(page.get_by_role("button", name="Start", exact=True)).to_be_enabled()


def test_dark_mode_follows_the_device(browser, server):
    grounds = {}
    for scheme in ("light", "dark"):
        context = browser.new_context(color_scheme=scheme)
        page = context.new_page()
        open_assessment(page, server)
        grounds[scheme] = page.evaluate("getComputedStyle(document.body).backgroundColor")
        context.close()
    assert grounds == {"light": "rgb(250, 249, 247)", "dark": "rgb(15, 14, 13)"}


def test_the_console_stays_clean(context: BrowserContext, server):
    page = context.new_page()
    words = []
    page.on(
        "console",
        lambda message: (
            words.append(message.text) if message.type in ("error", "warning") else None
        ),
    )
    page.on("pageerror", lambda error: words.append(str(error)))
    page.goto(server.url)
    page.get_by_role("link", name="Start").click()
    start(page)
    walk(page, dict.fromkeys(IDS, 5))
    page.get_by_role("button", name="See my result").click()
    expect(page.get_by_text("How sure is this?")).to_be_visible()
    assert words == []


def test_the_first_screen_is_readable_before_the_kernel_answers(page: Page, either_server):
    page.route_web_socket(re.compile("/channels"), lambda _: None)  # nothing answers
    page.goto(f"{either_server.url}assessment")
    expect(page.get_by_role("heading", level=1)).to_have_text(INSTRUMENT.title)
    expect(page.get_by_text("15 questions, about 3 minutes.")).to_be_visible()


def test_a_tap_before_the_kernel_answers_counts(page: Page, server):
    page.add_init_script(SLOW_TO_SEND)
    page.goto(f"{server.url}assessment")
    start(page)
    slider(page, "q01")


def test_the_first_screen_does_not_jump_when_the_kernel_answers(page: Page, either_server):
    page.add_init_script(
        """window.shifts = [];
        const note = (list) => list.getEntries().forEach((entry) => shifts.push(entry.value));
        new PerformanceObserver(note).observe({ type: 'layout-shift', buffered: true });"""
    )
    open_assessment(page, either_server)
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_enabled()
    assert sum(page.evaluate("window.shifts")) < 0.01
