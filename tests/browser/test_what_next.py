"""What next, in a real browser: each part by keyboard alone and on a phone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from io import BytesIO
from pathlib import Path

import pypdf
import pytest
from kit.accessibility import everybody_can_use
from kit.assessment_page import IDS, INSTRUMENT, LAPTOP, PHONE, answers_for, open_assessment, walk
from playwright.sync_api import Browser, Download, Locator, Page, expect

from careerpath.core.interpretation import DISCLAIMER
from careerpath.core.result_file import KeptResult, as_json, kept_document, parse_results

pytestmark = pytest.mark.browser

PARTS = ("steps", "now", "few", "files", "device", "link")
ANSWERS = answers_for([8, 2, 4, 7, 3, 9, 6, 4, 7, 5, 2, 8, 7, 3, 6])


def keep_draft(page: Page, server, answers=ANSWERS, taken: str = "2026-03-01") -> None:
    """Put a whole draft into the browser, as an earlier visit would have."""
    page.goto(server.url)
    draft = {"instrument": INSTRUMENT.id, "version": INSTRUMENT.version, "answers": answers}
    page.evaluate(
        "(text) => localStorage.setItem('careerpath/draft/careerpath-15', text)",
        json.dumps({**draft, "phase": "result", "item": "q15", "taken": taken}),
    )


def earlier(value: int, day: date, *, version: str = INSTRUMENT.version) -> KeptResult:
    return KeptResult(
        instrument_id=INSTRUMENT.id,
        instrument_version=version,
        taken=day,
        answers={
            item.id: 10 - value if item.mastery_side == "left" else value
            for item in INSTRUMENT.items
        },
        total=15 * value,
        band="both",
    )


def see_result(page: Page, server, *, touch: bool = False) -> None:
    open_assessment(page, server)
    button = page.get_by_role("button", name="See my result")
    button.tap() if touch else button.click()
    expect(page.get_by_role("heading", name="What next")).to_be_visible()


@pytest.fixture
def shown(page: Page, server) -> Page:
    """A result of an earlier visit."""
    keep_draft(page, server)
    see_result(page, server)
    return page


@pytest.fixture(params=[PHONE, LAPTOP], ids=["phone", "laptop"])
def on_device(browser: Browser, server, request) -> Iterator[Page]:
    context = browser.new_context(**request.param)
    page = context.new_page()
    keep_draft(page, server)
    see_result(page, server)
    yield page
    context.close()


def choice(page: Page, part: str) -> Locator:
    return page.locator(f"#cp-choice-{part}")


def open_part(page: Page, part: str) -> Locator:
    choice(page, part).click()
    expect(choice(page, part)).to_have_attribute("aria-expanded", "true")
    return page.locator("#cp-part")


def open_by_key(page: Page, part: str) -> None:
    """Open a choice without a mouse: Tab until it has the focus, then Enter."""
    for _ in range(40):
        if page.evaluate("document.activeElement.id") == f"cp-choice-{part}":
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(choice(page, part)).to_have_attribute("aria-expanded", "true")
    expect(choice(page, part)).to_be_focused()


def wide(page: Page) -> int:
    """How wide the page is; on a phone, innerWidth grows if something is too wide."""
    return page.evaluate("document.documentElement.scrollWidth")


def tab_to(page: Page, found: Locator) -> None:
    for _ in range(40):
        page.keyboard.press("Tab")
        if found.evaluate("(each) => each === document.activeElement"):
            return
    raise AssertionError(f"Tab never comes to {found}")


def saved(download: Download) -> bytes:
    return Path(download.path()).read_bytes()


def test_only_the_chosen_part_is_open(on_device: Page):
    page = on_device
    for part in PARTS:
        expect(choice(page, part)).to_have_attribute("aria-expanded", "false")
    expect(page.locator("#cp-part")).to_have_count(0)
    for part in PARTS:
        open_part(page, part)
        assert page.locator("#cp-part").count() == 1
        assert wide(page) == page.viewport_size["width"]
    choice(page, PARTS[-1]).click()
    expect(page.locator("#cp-part")).to_have_count(0)


def test_where_are_you_now_by_keyboard_alone(shown: Page):
    page = shown
    page.get_by_role("heading", level=1).focus()
    open_by_key(page, "now")
    tab_to(page, page.get_by_label("I work in my own field"))
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("I manage people")).to_be_checked()
    tab_to(page, page.get_by_label("People who report to you"))
    page.keyboard.type("9")
    page.keyboard.press("Enter")
    outcome = page.get_by_role("heading", name="Suited to mastery, managing nine: does not fit")
    expect(outcome).to_be_focused()


def test_an_unreadable_form_is_reported_and_what_was_typed_stays(on_device: Page):
    page = on_device
    open_part(page, "now")
    page.get_by_label("Both", exact=True).check()
    page.get_by_label("People who report to you").fill("a few")
    page.get_by_role("button", name="See how it fits").click()
    expect(page.get_by_text("The people you manage cannot be 'a few'")).to_be_focused()
    expect(page.get_by_label("People who report to you")).to_have_value("a few")
    page.get_by_label("People who report to you").fill("3")
    page.get_by_role("button", name="See how it fits").click()
    expect(page.get_by_role("heading", name="Suited to mastery, doing both")).to_be_focused()
    expect(page.get_by_label("Both", exact=True)).to_be_checked()


def test_the_planner_answers_while_it_is_moved_by_keyboard_alone(shown: Page):
    page = shown
    page.get_by_role("heading", level=1).focus()
    open_by_key(page, "few")
    number = page.locator(".cp-answer-number")
    expect(number).to_have_text("4 people")
    hours = page.get_by_label("Hours a week for each person you manage")
    tab_to(page, hours)
    for _ in range(6):
        page.keyboard.press("ArrowRight")
    expect(number).to_have_text("2 people")
    expect(hours).to_be_focused()
    expect(hours).to_have_attribute("aria-valuetext", "6 hours")
    share = page.get_by_label("Share kept for your own expertise")
    share.focus()
    page.keyboard.press("Home")
    page.get_by_label("Share that administration takes").focus()
    page.keyboard.press("Home")
    expect(number).to_have_text("6 people")
    tab_to(page, page.get_by_role("button", name="Reset sliders"))
    page.keyboard.press("Enter")
    expect(number).to_have_text("4 people")
    expect(hours).to_have_js_property("value", "3")


def test_the_warning_is_above_the_number(on_device: Page):
    page = on_device
    open_part(page, "few")
    page.get_by_label("Share kept for your own expertise").fill("10")
    warning = page.get_by_text("three to five").first
    expect(warning).to_be_visible()
    above = warning.bounding_box()
    below = page.locator(".cp-answer-number").bounding_box()
    assert above["y"] + above["height"] <= below["y"] + 1


@pytest.mark.parametrize("kind", ["PDF", "web page", "JSON"])
def test_a_file_is_saved_on_request(on_device: Page, kind: str):
    page = on_device
    open_part(page, "files")
    page.get_by_label("Name on it").fill("Ana <b>שרה")
    page.get_by_label(kind).check()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Save the file").click()
    content = saved(waiting.value)
    name = waiting.value.suggested_filename
    assert name.startswith("careerpath-result-2026-03-01.")
    expect(page.locator(".cp-done-line")).to_have_text(f"Saved as {name}.")
    if kind == "PDF":
        text = pypdf.PdfReader(BytesIO(content)).pages[0].extract_text()
        assert "You are drawn to mastery" in text
        assert "answered on 1 March 2026" in text
    elif kind == "JSON":
        assert dict(parse_results(content, place=name)[0].answers) == ANSWERS
    else:
        assert "<bdi>Ana &lt;b&gt;שרה</bdi>" in content.decode()


def test_a_file_is_saved_by_keyboard_alone(shown: Page):
    page = shown
    page.get_by_role("heading", level=1).focus()
    open_by_key(page, "files")
    tab_to(page, page.get_by_label("Name on it"))
    page.keyboard.type("Ana")
    tab_to(page, page.get_by_label("PDF"))
    page.keyboard.press("ArrowDown")
    with page.expect_download() as waiting:
        page.keyboard.press("Enter")
    assert b"<bdi>Ana</bdi>" in saved(waiting.value)


def test_the_saved_page_opens_from_a_disk_without_a_network(
    browser: Browser, server, tmp_path: Path
):
    context = browser.new_context(**LAPTOP)
    page = context.new_page()
    keep_draft(page, server)
    see_result(page, server)
    open_part(page, "files")
    page.get_by_label("web page").check()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Save the file").click()
    file = tmp_path / "result.html"
    file.write_bytes(saved(waiting.value))
    context.close()
    context = browser.new_context(offline=True, **LAPTOP)
    page = context.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    expect(page.get_by_role("heading", level=1)).to_have_text("You are drawn to mastery")
    expect(page.get_by_role("img", name="Your total is 105")).to_be_visible()
    assert DISCLAIMER in page.content()
    assert asked == [file.as_uri()]
    context.close()


def test_a_result_is_kept_and_compared_a_year_later_by_keyboard_alone(shown: Page, server):
    page = shown
    page.get_by_role("heading", level=1).focus()
    open_by_key(page, "device")
    tab_to(page, page.get_by_role("button", name="Keep this result"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("Kept on this device.").first).to_be_visible()
    lower = {item.id: 10 if item.mastery_side == "left" else 0 for item in INSTRUMENT.items}
    keep_draft(page, server, lower, "2027-03-01")
    see_result(page, server)
    page.get_by_role("heading", level=1).focus()
    open_by_key(page, "device")
    said = page.locator("#cp-part")
    expect(said).to_contain_text("From 1 March 2026 to 1 March 2027: The total moved 105 points")
    expect(said).to_contain_text("something has probably changed")
    name = "Totals over time. 1 March 2026: 105, mastery; 1 March 2027: 0, management."
    expect(page.get_by_role("img", name=name)).to_be_visible()
    everybody_can_use(page)


def test_the_line_is_to_scale_and_leaves_other_versions_out(on_device: Page):
    page = on_device
    for each in (
        earlier(2, date(2024, 3, 1)),
        earlier(5, date(2025, 3, 1)),
        earlier(9, date(2025, 9, 1), version="0.9.0"),
    ):
        page.evaluate(
            "([key, text]) => localStorage.setItem(`careerpath/result/${key}`, text)",
            [each.identity, json.dumps(kept_document(each))],
        )
    open_part(page, "device")
    points = page.locator(".cp-time circle")
    expect(points).to_have_count(3)
    boxes = [points.nth(number).bounding_box() for number in range(3)]
    middles = [(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2) for box in boxes]
    # 2024 to 2025 and 2025 to 2026 are as far; 30, 75 and 105 of 150 lie on 180 px.
    assert abs((middles[1][0] - middles[0][0]) - (middles[2][0] - middles[1][0])) < 1
    assert abs((middles[0][1] - middles[1][1]) - 180 * 45 / 150) < 1
    assert abs((middles[1][1] - middles[2][1]) - 180 * 30 / 150) < 1
    expect(page.get_by_text("careerpath-15 0.9.0")).to_be_visible()


def test_results_move_to_another_device_as_a_file(browser: Browser, shown: Page, server, tmp_path):
    page = shown
    open_part(page, "device")
    page.get_by_role("button", name="Keep this result").click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Save all as a file").click()
    file = tmp_path / "mine.json"
    file.write_bytes(saved(waiting.value))
    context = browser.new_context(**PHONE)
    other = context.new_page()
    keep_draft(other, server, dict.fromkeys(IDS, 5), "2026-04-01")
    see_result(other, server, touch=True)
    choice(other, "device").tap()
    other.locator("input[type=file]").set_input_files(file)
    expect(other.get_by_text("1 result added from mine.json.").first).to_be_visible()
    expect(other.get_by_text("From 1 March 2026 to 1 April 2026:")).to_be_visible()
    other.locator("input[type=file]").set_input_files(file)
    expect(other.get_by_text("Nothing new in mine.json").first).to_be_visible()
    context.close()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (
            as_json({"format": "careerpath-result", "format_version": 9}),
            "another version of careerpath",
        ),
        (b"<html>", "is not valid JSON"),
        (b" " * 2_000_001, "is larger than 2 MB"),
    ],
    ids=["version", "html", "large"],
)
def test_a_file_of_something_else_is_a_plain_message(shown: Page, content: bytes, told: str):
    page = shown
    open_part(page, "device")
    page.locator("input[type=file]").set_input_files(
        {"name": "<b>x</b>.json", "mimeType": "application/json", "buffer": content}
    )
    expect(page.get_by_role("alert").filter(has_text=told)).to_be_visible()
    expect(page.get_by_role("button", name="Keep this result")).to_be_visible()


def test_a_full_storage_is_reported_and_nothing_is_lost(shown: Page):
    page = shown
    open_part(page, "device")
    page.evaluate(
        """() => { Storage.prototype.setItem = () => {
          throw new DOMException("full", "QuotaExceededError"); } }"""
    )
    page.get_by_role("button", name="Keep this result").click()
    expect(page.get_by_text("This browser has no room for it").first).to_be_visible()
    expect(page.get_by_role("button", name="Keep this result")).to_be_enabled()


def kept_keys(page: Page) -> list[str]:
    return list(page.evaluate("Object.keys(localStorage).filter((key) => key.includes('result/'))"))


def test_all_past_results_are_deleted_once_that_is_confirmed(shown: Page):
    page = shown
    open_part(page, "device")
    page.get_by_role("button", name="Keep this result").click()
    delete = page.get_by_role("button", name="Delete all past results", exact=True)
    delete.click()
    expect(page.get_by_role("button", name="Yes, delete all past results")).to_be_focused()
    page.get_by_role("button", name="No, keep them").click()
    expect(delete).to_be_focused()
    assert len(kept_keys(page)) == 1
    delete.click()
    page.get_by_role("button", name="Yes, delete all past results").click()
    expect(page.locator("#cp-kept")).to_have_text("All past results are deleted from this device.")
    assert kept_keys(page) == []


def test_deleting_the_answers_deletes_past_results_and_says_so(shown: Page):
    page = shown
    open_part(page, "device")
    page.get_by_role("button", name="Keep this result").click()
    expect(page.get_by_text("Kept on this device.").first).to_be_visible()
    expect(page.get_by_text("This also deletes your past results on this device")).to_be_visible()
    page.get_by_role("button", name="Delete my answers from this device").click()
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_visible()
    said = page.get_by_text("Your answers and past results are deleted from this device.")
    expect(said).to_have_count(1)
    assert page.evaluate("localStorage.length") == 0


def test_a_result_kept_in_another_tab_appears_here(shown: Page, server):
    page = shown
    open_part(page, "device")
    other = page.context.new_page()
    see_result(other, server)
    open_part(other, "device")
    other.get_by_role("button", name="Keep this result").click()
    expect(other.get_by_text("Kept on this device.").first).to_be_visible()
    page.bring_to_front()
    expect(page.get_by_role("button", name="Kept", exact=True)).to_be_visible()


def test_the_printed_result_names_its_questionnaire_and_has_no_buttons(browser: Browser, server):
    context = browser.new_context(**LAPTOP, color_scheme="dark")
    page = context.new_page()
    keep_draft(page, server)
    see_result(page, server)
    open_part(page, "files")
    page.evaluate("window.print = () => { window.printed = true }")
    page.get_by_role("button", name="Print this page").click()
    assert page.evaluate("window.printed")
    reader = pypdf.PdfReader(BytesIO(page.pdf(format="A4", print_background=True)))
    text = " ".join(" ".join(each.extract_text() for each in reader.pages).split())
    assert "You are drawn to mastery" in text
    assert "Your result · 1 March 2026" in text
    assert f"version {INSTRUMENT.version}" in text
    assert "must not be used to hire" in text
    for button in ("Change an answer", "Start again", "Save the file", "Delete my answers"):
        assert button not in text
    context.close()


def test_a_changed_answer_is_followed(shown: Page):
    page = shown
    open_part(page, "now")
    page.get_by_label("I manage people").check()
    page.get_by_role("button", name="See how it fits").click()
    expect(page.get_by_role("heading", name=re.compile("Suited to mastery"))).to_be_visible()
    page.get_by_role("button", name="Change an answer").click()
    page.locator("[name=item][value=q09]").click()
    expect(page.locator(".cp-slider[data-item=q09] input")).to_be_focused()
    page.keyboard.type("0")
    page.get_by_role("button", name="To the review").click()
    page.get_by_role("button", name="See my result").click()
    expect(page.get_by_role("heading", name=re.compile("Suited to both"))).to_be_visible()


def test_the_console_stays_clean(page: Page, server):
    words = []
    page.on(
        "console",
        lambda each: words.append(each.text) if each.type in ("error", "warning") else None,
    )
    page.on("pageerror", lambda error: words.append(str(error)))
    open_assessment(page, server)
    page.get_by_role("button", name="Start", exact=True).click()
    walk(page, ANSWERS)
    page.get_by_role("button", name="See my result").click()
    for part in PARTS:
        open_part(page, part)
    assert words == []
