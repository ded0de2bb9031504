"""The top-ten exercise in a real browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from kit.accessibility import everybody_can_use
from kit.assessment_page import PHONE
from kit.keyboard import press, tab_to
from kit.server_process import ServerProcess
from playwright.sync_api import Browser, Locator, Page, expect

pytestmark = pytest.mark.browser


def open_page(page: Page, server: ServerProcess) -> None:
    page.goto(f"{server.url}top-ten")
    expect(page.get_by_role("heading", name="The top ten", level=1)).to_be_visible(timeout=30_000)


def person(page: Page, number: int) -> Locator:
    return page.get_by_role("group", name=re.compile(rf"^Person {number}(:|$)"))


def says(page: Page, words: str) -> None:
    """What the picture of the list says."""
    expect(page.get_by_role("img", name=words)).to_be_visible()


def test_the_whole_way_by_keyboard_alone(page: Page, server):
    open_page(page, server)
    for number, (name, arrows) in enumerate((("Ana", 0), ("B. K.", 1), ("Chidi", 2)), start=1):
        tab_to(person(page, number).get_by_label("Name or initials"))
        page.keyboard.type(name)
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        for _ in range(arrows):
            page.keyboard.press("ArrowRight")
    says(page, "Of 3 people, 1 is a master, 1 is a manager and 1 does both: a mixture.")
    tab_to(page.get_by_label("Share of managers"))
    page.keyboard.type("10")
    page.keyboard.press("Tab")
    expect(page.get_by_role("heading", name="Compared with your organisation")).to_be_visible()
    expect(page.get_by_text("about 3 in 100").last).to_be_visible()
    expect(page.get_by_label("Name or initials").first).to_have_value("Ana")
    everybody_can_use(page)
    with page.expect_download() as download:
        press(page.get_by_role("button", name="Markdown"))
    text = Path(download.value.path()).read_text(encoding="utf-8")
    assert "| 2 | B. K. | manager |" in text
    assert "about 3 in 100" in text
    press(page.get_by_role("button", name="Empty the list"))
    press(page.get_by_role("button", name="Empty them"))
    says(page, "Nobody is on the list yet.")
    expect(page.get_by_label("Name or initials").first).to_have_value("")


def test_on_a_phone_the_picture_stays_in_sight(browser: Browser, server):
    page = browser.new_context(**PHONE).new_page()
    open_page(page, server)
    for number in range(1, 11):
        person(page, number).get_by_label("master" if number < 9 else "manager").tap()
    says(page, "Of 10 people, 8 are masters, 2 are managers and 0 do both: mostly masters.")
    expect(page.locator(".cp-seats-small")).to_be_in_viewport()
    person(page, 10).get_by_role("button", name="Empty line 10").tap()
    says(page, "Of 9 people, 8 are masters, 1 is a manager and 0 do both: mostly masters.")
    page.context.close()


def test_nothing_is_stored_and_a_reload_empties_the_list(page: Page, server):
    open_page(page, server)
    person(page, 1).get_by_label("Name or initials").fill("Ana")
    person(page, 1).get_by_label("both").check()
    says(page, "Of 1 person, 0 are masters, 0 are managers and 1 does both")
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    assert page.context.cookies() == []
    page.reload()
    says(page, "Nobody is on the list yet.")
    expect(page.get_by_label("Name or initials").first).to_have_value("")


def test_typed_text_is_not_lost_when_a_message_appears_above(page: Page, server):
    open_page(page, server)
    share = page.get_by_label("Share of managers")
    share.fill("many")
    name = person(page, 2).get_by_label("Name or initials")
    name.press_sequentially("Half a na")
    expect(page.get_by_text("Write 15 for 15 %")).to_be_visible()
    name.press_sequentially("me")
    expect(name).to_be_focused()
    expect(name).to_have_value("Half a name")
    expect(share).to_have_value("many")


def test_a_page_that_is_looked_at_counts_as_used(page: Page, server):
    """A group may talk about its lists for longer than an idle page is kept."""
    page.clock.install()
    with page.expect_websocket() as socket:
        open_page(page, server)

    def tells(frame: bytes | str) -> bool:
        return b'"here"' in (frame if isinstance(frame, bytes) else frame.encode())

    with socket.value.expect_event("framesent", tells):
        page.clock.fast_forward("04:01")


def test_names_with_html_are_shown_as_they_are(page: Page, server):
    open_page(page, server)
    name = "<img src=x onerror=alert(1)>"
    page.on("dialog", lambda dialog: pytest.fail("a name was run"))
    person(page, 1).get_by_label("Name or initials").fill(name)
    person(page, 1).get_by_label("master").check()
    says(page, "Of 1 person, 1 is a master")
    expect(page.get_by_role("group", name=name)).to_be_visible()
    assert page.locator("img").count() == 0
