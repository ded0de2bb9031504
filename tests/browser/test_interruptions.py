"""Interruptions between a person and the server: none of them loses an answer."""

from __future__ import annotations

import json
import os
import re
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from kit.assessment_page import (
    INSTRUMENT,
    PHONE,
    answer_by_key,
    answers_for,
    open_assessment,
    shows_result,
    slider,
    start,
)
from kit.bad_network import BadNetwork
from kit.server_process import ServerProcess, until
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="stops processes")

LOST = "Connection lost. Your answers are kept on this device."
ASLEEP = "This page went to sleep. Your answers are kept on this device."
#: A page that has lost its server asks for it again every 15 s at least.
PATIENCE = 30_000


def kept(page: Page) -> dict[str, int]:
    """The answers that are kept on the device."""
    text = page.evaluate("localStorage.getItem('careerpath/draft/careerpath-15')")
    return dict(json.loads(text)["answers"]) if text else {}


def kernel_of(page: Page) -> str:
    """The id of the page's kernel."""
    config = page.locator("#careerpath-config").text_content()
    return str(json.loads(config or "")["kernelId"])


def who_has(
    browser: Browser, url: str, answers: dict[str, int], phase: str, **options: Any
) -> Page:
    """Open a browser that was closed on the last of these answers."""
    place = {"phase": phase, "item": list(answers)[-1]}
    identity = {"instrument": INSTRUMENT.id, "version": INSTRUMENT.version}
    text = json.dumps({**identity, "answers": answers, **place})
    entry = {"name": f"careerpath/draft/{INSTRUMENT.id}", "value": text}
    origins = [{"origin": url.rstrip("/"), "localStorage": [entry]}]
    return browser.new_context(storage_state={"origins": origins}, **options).new_page()


def answer(page: Page, answers: dict[str, int]) -> None:
    """Answer from the first question on, and stay at the one after."""
    start(page)
    for item_id, value in answers.items():
        answer_by_key(page, item_id, value)
        page.keyboard.press("Enter")


def reload_and_go_on(page: Page, answers: dict[str, int]) -> None:
    """Reload as the banner says: every answer is there again."""
    expect(page.get_by_text(ASLEEP)).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Reload and go on").click()
    expect(page.get_by_text(f"You have answered {len(answers)} of 15 questions")).to_be_visible()
    assert kept(page) == answers
    page.locator("[data-action=resume]").click()


def shows_answer(page: Page, item_id: str, value: int) -> None:
    expect(page.locator(f".cp-slider[data-item={item_id}] .cp-thumb")).to_have_text(str(value))


def press_on_to(page: Page, item_id: str) -> None:
    """Press Enter until the next question is there: the interruption may lose a press."""

    def there() -> bool:
        page.keyboard.press("Enter")
        return page.locator(f".cp-slider[data-item={item_id}] input").is_visible()

    until(there, f"{item_id} is shown")


def wake(page: Page) -> None:
    """Tell the page that it is visible: a phone does, a browser without a window does not."""
    page.evaluate("() => { document.dispatchEvent(new Event('visibilitychange')) }")


# The server, and its kernels


@pytest.mark.parametrize("whole", [True, False], ids=["the server", "each kernel"])
def test_killing_the_server_or_kernels_loses_no_answer(browser: Browser, whole):
    everything = answers_for([number % 11 for number in range(15)])
    some = {"q01": 1, "q02": 2}
    with ExitStack() as stack:
        server = stack.enter_context(ServerProcess())
        reading, answering = (browser.new_context().new_page() for _ in range(2))
        reviewing, done = (
            who_has(browser, server.url, everything, phase) for phase in ("review", "result")
        )
        people = (reading, answering, reviewing, done)
        for each in people:
            stack.callback(each.context.close)
            open_assessment(each, server)
        for each in (reviewing, done):
            each.locator("[data-action=resume]").click()
        expect(reviewing.get_by_role("heading", name="Your answers")).to_be_visible()
        shows_result(done, everything)
        answer(answering, some)
        slider(answering, "q03")

        if whole:
            server.stop(signal.SIGKILL)
        else:
            server.kill_kernels()
        # The page does not know yet, or its kernel no longer listens.
        answering.keyboard.type("9")
        for each in people:
            expect(each.get_by_text(LOST if whole else ASLEEP)).to_be_visible(timeout=PATIENCE)
        answering.keyboard.press("ArrowLeft")
        some |= {"q03": 8}
        assert kept(answering) == some

        if whole:
            stack.enter_context(ServerProcess(port=urlsplit(server.url).port or 0))
        reload_and_go_on(answering, some)
        shows_answer(answering, "q03", 8)
        for each in people:
            wake(each)
        answering.keyboard.press("Enter")
        answer_by_key(answering, "q04", 1)
        reload_and_go_on(reviewing, everything)
        reviewing.get_by_role("button", name="See my result").click()
        shows_result(reviewing, everything)
        reload_and_go_on(done, everything)
        shows_result(done, everything)
        expect(reading.get_by_text(ASLEEP)).to_be_visible(timeout=PATIENCE)
        reading.get_by_role("button", name="Reload and go on").click()
        start(reading)
        slider(reading, "q01")


REFUSES_STORAGE = """
const refuse = () => { throw new DOMException("refused", "SecurityError"); };
for (const name of ["localStorage", "sessionStorage"])
  Object.defineProperty(window, name, { get: refuse });
"""
NOT_KEPT = "Files that you opened are not kept: open them again after a reload."
COPY = "What you typed is still on the screen: copy it before you reload."


@pytest.mark.parametrize("refuses", [False, True], ids=["stores", "refuses to store"])
def test_each_page_promises_what_a_reload_finds(browser: Browser, server: ServerProcess, refuses):
    promised = {
        "assessment": "Your answers are kept on this device.",
        "room": "Rooms are kept on the server.",
        "top-ten": COPY,
        "dual-ladder": "Your ladders are kept in this browser.",
        "thresholds": NOT_KEPT,
    }
    if refuses:
        promised = {
            "assessment": "This browser does not keep your answers: a reload starts again.",
            "room": "Rooms are kept on the server: open yours again with its code and coach key.",
            "top-ten": COPY,
            "dual-ladder": COPY,
            "thresholds": NOT_KEPT,
        }
    for slug, sentence in promised.items():
        with browser.new_context() as context:
            if refuses:
                context.add_init_script(REFUSES_STORAGE)
            page = context.new_page()
            page.goto(f"{server.url}{slug}")
            expect(page.locator("html[data-careerpath=ready]")).to_be_attached(timeout=PATIENCE)
            if slug == "top-ten":
                page.get_by_label("Name or initials").first.fill("Ana")
            server.get(f"voila/api/shutdown/{kernel_of(page)}", method="POST")
            told = page.locator("#careerpath-banner")
            expect(told).to_have_text(
                f"This page went to sleep. {sentence} Reload and go on", timeout=PATIENCE
            )
            if slug == "top-ten":
                expect(page.get_by_label("Name or initials").first).to_have_value("Ana")


# The network


@pytest.fixture
def network(server: ServerProcess) -> Iterator[BadNetwork]:
    with BadNetwork(server) as network:
        yield network


@pytest.mark.parametrize("forgetful", [False, True], ids=["same line", "new line"])
def test_a_network_that_is_away_for_two_minutes(page: Page, network: BadNetwork, forgetful):
    page.clock.install()
    open_assessment(page, network)
    answer(page, {"q01": 7, "q02": 3})
    slider(page, "q03")
    network.cut()
    page.keyboard.type("4")
    page.keyboard.press("Enter")
    page.clock.run_for("02:00")
    page.keyboard.type("6")
    given = {"q01": 7, "q02": 3, "q03": 6}
    assert kept(page) == given

    network.restore(forgetful=forgetful)
    press_on_to(page, "q04")
    answer_by_key(page, "q04", 1)
    expect(page.locator("#careerpath-banner")).to_be_empty()
    page.get_by_role("button", name="Back").click()
    shows_answer(page, "q03", 6)
    assert kept(page) == given | {"q04": 1}
    page.reload()
    expect(page.get_by_text("You have answered 4 of 15 questions")).to_be_visible()


def test_a_page_catches_up_if_only_the_answers_were_lost(page: Page, network: BadNetwork):
    open_assessment(page, network)
    answer(page, {"q01": 7})
    slider(page, "q02")
    network.cut(both_ways=False)
    page.keyboard.type("4")
    page.keyboard.press("Enter")
    # The kernel goes on to the next question, and the page does not learn it.
    page.wait_for_timeout(1000)
    slider(page, "q02")
    network.restore(forgetful=True)
    answer_by_key(page, "q03", 1)
    page.keyboard.press("Enter")
    slider(page, "q04")
    assert kept(page) == {"q01": 7, "q02": 4, "q03": 1}
    for item_id, value in (("q03", 1), ("q02", 4)):
        page.get_by_role("button", name="Back").click()
        shows_answer(page, item_id, value)
    # It is not waiting for a confirmation any more.
    answer_by_key(page, "q02", 8)
    page.keyboard.press("Enter")
    slider(page, "q03")
    page.get_by_role("button", name="Back").click()
    shows_answer(page, "q02", 8)


def test_a_silent_loss_of_the_network_is_noticed(page: Page, network: BadNetwork):
    page.clock.install()
    open_assessment(page, network)
    start(page)
    slider(page, "q01")
    network.cut()
    page.keyboard.type("4")
    page.clock.run_for("00:15")
    expect(page.get_by_text(LOST)).to_be_visible(timeout=PATIENCE)
    assert kept(page) == {"q01": 4}
    network.restore()
    expect(page.locator("#careerpath-banner")).to_be_empty(timeout=PATIENCE)
    expect(page.get_by_role("button", name="Next question")).to_be_enabled()


def test_a_slow_network(browser: Browser, server: ServerProcess):
    answers = answers_for([number % 11 for number in range(15)])
    first, last = dict(list(answers.items())[:13]), dict(list(answers.items())[13:])
    with BadNetwork(server, delay=0.1) as network:
        page = who_has(browser, network.url, first, "question", **PHONE)
        # Chromium slows down everything but websockets.
        slow = {"latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
        tools = page.context.new_cdp_session(page)
        tools.send("Network.emulateNetworkConditions", {"offline": False, **slow})
        page.goto(f"{network.url}assessment", wait_until="commit")
        expect(page.get_by_role("heading", level=1)).to_have_text(INSTRUMENT.title)
        # It can be read before the scripts are there.
        expect(page.locator("html[data-careerpath]")).to_have_count(0)
        page.get_by_role("button", name="Go on where I stopped").tap(timeout=PATIENCE)
        slider(page, "q13")
        going_on = page.get_by_role("button", name=re.compile("^(Next|Review)"))
        going_on.tap()
        for item_id, value in last.items():
            answer_by_key(page, item_id, value)
            # Nothing happens at once, so it is tapped again.
            going_on.tap()
            going_on.tap(force=True)
        page.get_by_role("button", name="See my result").tap()
        shows_result(page, answers)
        assert kept(page) == answers
        page.context.close()


# The phone


def test_a_phone_whose_storage_is_full_says_so_and_goes_on(page: Page, server: ServerProcess):
    open_assessment(page, server)
    answer(page, {"q01": 7})
    slider(page, "q02")
    page.evaluate(
        """() => {
          const full = () => { throw new DOMException("full", "QuotaExceededError"); };
          Storage.prototype.setItem = full;
        }"""
    )
    page.keyboard.type("3")
    said = "This browser could not keep your answer. Please do not reload the page."
    expect(page.get_by_role("alert").filter(has_text=said)).to_be_visible()
    assert kept(page) == {"q01": 7}
    page.keyboard.press("Enter")
    slider(page, "q03")


@pytest.fixture
def asleep(browser: Browser) -> Iterator[Callable[[], AbstractContextManager[None]]]:
    """Let the phone sleep: no page runs, as when a system freezes its tabs."""
    tools = browser.new_browser_cdp_session()

    @contextmanager
    def sleep() -> Iterator[None]:
        found = tools.send("SystemInfo.getProcessInfo")["processInfo"]
        pages = [each["id"] for each in found if each["type"] == "renderer"]
        for each in pages:
            os.kill(each, signal.SIGSTOP)
        try:
            yield
        finally:
            for each in pages:
                os.kill(each, signal.SIGCONT)

    yield sleep
    tools.detach()


@POSIX
def test_a_phone_that_sleeps_and_wakes_finds_its_place(page: Page, network: BadNetwork, asleep):
    open_assessment(page, network)
    answer(page, {"q01": 7, "q02": 3})
    slider(page, "q03")
    with asleep():
        network.cut()
        network.restore(forgetful=True)
    wake(page)
    page.keyboard.type("4")
    assert kept(page) == {"q01": 7, "q02": 3, "q03": 4}
    expect(page.get_by_role("button", name="Next question")).to_be_enabled()
    expect(page.locator("#careerpath-banner")).to_be_empty()
    page.keyboard.press("Enter")
    answer_by_key(page, "q04", 1)


@POSIX
def test_a_phone_that_sleeps_too_long_finds_its_draft(page: Page, network: BadNetwork, asleep):
    open_assessment(page, network)
    kernel = kernel_of(page)
    answer(page, {"q01": 7, "q02": 3})
    answer_by_key(page, "q03", 4)
    with asleep():
        network.server.get(f"voila/api/shutdown/{kernel}", method="POST")
        network.restore(forgetful=True)
    wake(page)
    reload_and_go_on(page, {"q01": 7, "q02": 3, "q03": 4})
    shows_answer(page, "q03", 4)
