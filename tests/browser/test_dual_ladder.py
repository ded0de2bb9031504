"""The designer of two ladders in a real browser."""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from kit.accessibility import everybody_can_use
from kit.assessment_page import LAPTOP, PHONE
from kit.keyboard import press, tab_to
from kit.server_process import ServerProcess
from playwright.sync_api import Browser, FilePayload, Locator, Page, expect

from careerpath import DualLadder
from careerpath.ladder.files import read_ladder, write_ladder
from careerpath.ladder.ladder import Rung
from careerpath.ladder.report import LadderReport

pytestmark = pytest.mark.browser
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="stops processes")

EXAMPLE = DualLadder.example()
PATIENCE = 30_000


def open_page(page: Page, server: ServerProcess) -> None:
    page.goto(f"{server.url}dual-ladder")
    expect(page.get_by_role("heading", name="Two career ladders, side by side")).to_be_visible(
        timeout=PATIENCE
    )
    # The browser has sent what it keeps.
    expect(page.get_by_role("button", name="Start empty")).to_be_enabled()


def begin(page: Page, server: ServerProcess) -> None:
    open_page(page, server)
    page.get_by_role("button", name="Start from the example").click()
    expect(page.get_by_role("heading", name="Your two ladders")).to_be_visible()


def rung(page: Page, side: str, title: str) -> Locator:
    return page.get_by_role("button", name=re.compile(f"^{side}: {title}"))


def side(page: Page, name: str) -> Locator:
    """One side of the open level."""
    return page.get_by_role("region", name=re.compile(f"^{name}"))


def to_fix(page: Page, count: int) -> None:
    words = f"{count} to fix" if count else "Nothing to fix"
    expect(page.get_by_role("link", name=words, exact=True)).to_be_visible()


def kept(page: Page) -> DualLadder:
    found = json.loads(page.evaluate("localStorage.getItem('careerpath/ladder')"))
    return DualLadder.validated(found["ladder"], place="kept")


def choose(page: Page, name: str, content: bytes) -> None:
    payload: FilePayload = {"name": name, "mimeType": "text/plain", "buffer": content}
    page.get_by_label(re.compile("^Open a file")).set_input_files(payload)


def saved(page: Page, label: str, press_it: Callable[[Locator], None]) -> bytes:
    with page.expect_download() as download:
        press_it(page.get_by_role("button", name=label, exact=True))
    return Path(download.value.path()).read_bytes()


def click(button: Locator) -> None:
    button.click()


# From start to end


def test_the_whole_way_by_keyboard_alone(page: Page, server):
    open_page(page, server)
    press(page.get_by_role("button", name="Start from the example"))
    expect(page.get_by_role("heading", name="Your two ladders")).to_be_focused()
    to_fix(page, 0)
    press(rung(page, "Mastery", "Staff"))
    expect(page.get_by_role("heading", name="Mastery: Staff specialist")).to_be_focused()
    tab_to(side(page, "Mastery").get_by_label("What the person decides"))
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.press("Delete")
    page.keyboard.press("Tab")
    to_fix(page, 1)
    expect(side(page, "Mastery").get_by_text("Decision rights: not stated here")).to_be_visible()
    everybody_can_use(page)
    press(side(page, "Mastery").get_by_role("button", name="Remove"))
    expect(side(page, "Mastery").get_by_text("No mastery rung at this level.")).to_be_visible()
    press(page.get_by_role("button", name="Done"))
    expect(rung(page, "Mastery", "No rung")).to_be_focused()
    press(page.get_by_role("link", name="1 to fix"))
    press(page.get_by_role("button", name=re.compile("^Go there.*Staff, mastery")))
    press(side(page, "Mastery").get_by_role("button", name="Add a mastery rung"))
    expect(page.get_by_role("heading", name="Mastery", exact=True)).to_be_focused()
    for _ in range(3):
        press(page.get_by_role("button", name="Undo"))
    to_fix(page, 0)
    press(page.get_by_role("button", name="Redo"))
    to_fix(page, 1)
    press(page.get_by_role("button", name="Move up").first)
    press(page.get_by_role("button", name="Done"))
    assert saved(page, "PDF", press).startswith(b"%PDF-")
    ladder = read_ladder(saved(page, "CSV", press), "a.csv")
    assert [level.name for level in ladder.levels] == [
        "Senior",
        "Principal",
        "Staff",
        "Vice president",
    ]
    assert ladder.level("Staff").mastery.decision_rights == ""


def test_a_new_ladder_is_made_on_a_phone(browser: Browser, server):
    page = browser.new_context(**PHONE).new_page()
    open_page(page, server)
    page.get_by_role("button", name="Start empty").tap()
    page.get_by_role("button", name="Add a level").tap()
    expect(page.get_by_role("heading", name="Level: Level 1")).to_be_focused()
    page.get_by_label("Name of the level").fill("Senior")
    for name, title in (("Mastery", "Senior cook"), ("Management", "Team lead")):
        side(page, name).get_by_role("button", name=f"Add a {name.lower()} rung").tap()
        expect(page.get_by_role("heading", name=name, exact=True)).to_be_focused()
        fields = side(page, name)
        fields.get_by_label("Title").fill(title)
        fields.get_by_label("From").fill("48.000")
        fields.get_by_label("To", exact=True).fill("62 000")
        fields.get_by_label("Currency").fill("eur")
        fields.get_by_label("Currency").blur()
        expect(fields.get_by_label("From")).to_have_value("48000")
        expect(fields.get_by_label("Currency")).to_have_value("EUR")
    side(page, "Mastery").get_by_label("vision").check()
    page.get_by_role("button", name="Done").tap()
    expect(rung(page, "Management", "Team lead")).to_be_focused()
    expect(page.get_by_role("img", name="Pay: mastery EUR 48,000 to 62,000")).to_be_visible()
    (level,) = kept(page).levels
    assert (level.name, level.mastery.title, level.mastery.voice) == (
        "Senior",
        "Senior cook",
        ("vision",),
    )
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.context.close()


@pytest.mark.parametrize("name", ["ours.csv", "ours.xlsx", "ours.toml"])
def test_a_file_is_opened_and_undo_brings_back_what_was_there(page: Page, server, name):
    begin(page, server)
    choose(page, name, write_ladder(EXAMPLE.without_rung("Staff", "mastery"), name))
    to_fix(page, 1)
    page.get_by_role("button", name="Undo").click()
    to_fix(page, 0)
    expect(rung(page, "Mastery", "Staff specialist")).to_be_visible()


@pytest.mark.parametrize(
    ("label", "start"),
    [
        ("HTML", b"<!doctype html>"),
        ("Markdown", b"# Two"),
        ("Excel", b"PK"),
        ("TOML", b"[[levels]]"),
    ],
)
def test_a_ladder_is_saved_in_every_format(page: Page, server, label, start):
    begin(page, server)
    assert saved(page, label, click).startswith(start)


def test_the_saved_page_needs_no_network(browser, tmp_path):
    ladder = EXAMPLE.without_rung("Staff", "mastery")
    path = LadderReport(ladder).save(tmp_path / "ladders.html")
    context = browser.new_context(offline=True, **LAPTOP)
    page = context.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    expect(page.get_by_text("mastery has none")).to_be_visible()
    expect(page.get_by_role("img", name="Pay: mastery EUR 92,000 to 130,000")).to_be_visible()
    assert asked == [path.as_uri()]
    context.close()


# Nothing is lost


def test_a_reload_offers_the_ladder_and_what_was_half_typed(page: Page, server):
    begin(page, server)
    rung(page, "Mastery", "Staff").click()
    title = side(page, "Mastery").get_by_label("Title")
    title.fill("Expert")
    title.blur()
    expect(page.get_by_role("heading", name="Mastery: Expert")).to_be_visible()
    title.fill("")
    title.press_sequentially("Half a ti")
    page.reload()
    expect(page.get_by_text("what you were typing is there too")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Go on with them").click()
    expect(page.get_by_role("heading", name="Mastery: Half a ti")).to_be_focused()
    page.get_by_role("button", name="Undo").click()
    expect(rung(page, "Mastery", "Expert")).to_be_visible()


@POSIX
def test_a_dead_kernel_loses_nothing(page: Page):
    with ServerProcess() as server:
        begin(page, server)
        rung(page, "Management", "Director").click()
        expect(page.get_by_role("heading", name="Management: Director")).to_be_focused()
        server.kill_kernels()
        expect(page.get_by_text("This page went to sleep")).to_be_visible(timeout=PATIENCE)
        scope = side(page, "Management").get_by_label("What the person is responsible for")
        scope.fill("Written into a dead page.")
        side(page, "Management").get_by_label("Title").fill("Head")
        side(page, "Management").get_by_label("Title").blur()
        page.reload()
        page.get_by_role("button", name="Go on with them").click(timeout=PATIENCE)
        expect(scope).to_have_value("Written into a dead page.")
        expect(page.get_by_role("heading", name="Management: Head")).to_be_visible()


def test_typed_text_is_not_lost_when_a_finding_appears_above(page: Page, server):
    begin(page, server)
    rung(page, "Mastery", "Staff").click()
    fields = side(page, "Mastery")
    fields.get_by_label("Title").fill("")
    scope = fields.get_by_label("What the person is responsible for")
    scope.fill("")
    scope.press_sequentially("One field")
    expect(fields.get_by_text("It has no title.")).to_be_visible()
    scope.press_sequentially(" of work")
    expect(scope).to_be_focused()
    expect(scope).to_have_value("One field of work")
    scope.blur()
    fields.get_by_label("From").fill("60 k")
    fields.get_by_label("From").blur()
    expect(fields.get_by_text("Write a number such as 48000")).to_be_visible()
    expect(scope).to_have_value("One field of work")
    expect(fields.get_by_label("From")).to_have_value("60 k")
    assert kept(page).level("Staff").mastery.scope == "One field of work"


def test_an_unreadable_kept_ladder_is_reported_and_put_aside(page: Page, server):
    page.goto(server.url)
    old = '{"version": 99, "ladder": {}}'
    page.evaluate("(text) => localStorage.setItem('careerpath/ladder', text)", old)
    open_page(page, server)
    expect(page.get_by_text("was written by another version of careerpath")).to_be_visible()
    assert saved(page, "Save what was kept", click).decode() == old
    page.get_by_role("button", name="Start from the example").click()
    expect(page.get_by_role("heading", name="Your two ladders")).to_be_visible()
    assert page.evaluate("localStorage.getItem('careerpath/ladder/aside')") == old
    assert kept(page) == EXAMPLE


def test_a_second_tab_is_reported(page: Page, server):
    begin(page, server)
    other = page.context.new_page()
    open_page(other, server)
    other.get_by_role("button", name="Go on with them").click()
    rung(other, "Mastery", "Fellow").click()
    side(other, "Mastery").get_by_role("button", name="Remove").click()
    to_fix(other, 1)
    expect(page.get_by_text("Your ladders are open in another tab too.")).to_be_visible()


def test_a_browser_that_keeps_nothing_gets_a_warning_and_can_be_used(page: Page, server):
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new Error('no'); } })"
    )
    begin(page, server)
    expect(page.get_by_text("This browser does not keep your ladders")).to_be_visible()
    expect(page.get_by_text("This browser could not keep your ladders.")).to_be_visible()
    rung(page, "Mastery", "Fellow").click()
    side(page, "Mastery").get_by_role("button", name="Remove").click()
    to_fix(page, 1)


def test_deleting_leaves_nothing_in_the_browser(page: Page, server):
    begin(page, server)
    page.get_by_role("button", name="Delete my ladders from this browser").click()
    page.get_by_role("button", name="Delete them").click()
    expect(page.get_by_role("heading", name="Two career ladders, side by side")).to_be_focused()
    assert page.evaluate("JSON.stringify(localStorage)") == "{}"


# Bad input


def workbook(change: Callable[[openpyxl.worksheet.worksheet.Worksheet], object]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(write_ladder(EXAMPLE, "a.xlsx")))
    change(book.active)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("large.csv", b"x" * 5_000_000, "large.csv is larger than 2 MB"),
        ("empty.csv", b"", "empty.csv is empty"),
        (
            "sum.xlsx",
            lambda: workbook(lambda cells: cells.cell(2, 6, "=1+1")),
            "cell F2 contains a formula",
        ),
        ("merged.xlsx", lambda: workbook(lambda cells: cells.merge_cells("A2:A3")), "merged cells"),
        (
            "euro.xlsx",
            lambda: workbook(lambda cells: cells.cell(2, 6, "€ 48.000")),
            "got '€ 48.000'",
        ),
        ("picture.png", b"\x89PNG", "The format of 'picture.png' is not known."),
        ("<b>x<i>.csv", b"\xff", "<b>x<i>.csv is not UTF-8 text"),
    ],
)
def test_an_unreadable_file_is_reported_and_nothing_is_lost(
    page: Page, server, name, content, told
):
    begin(page, server)
    choose(page, name, content() if callable(content) else content)
    expect(page.get_by_role("alert").filter(has_text=told)).to_be_visible()
    to_fix(page, 0)
    assert kept(page) == EXAMPLE


def test_html_in_a_ladder_is_shown_as_it_is(page: Page, server):
    open_page(page, server)
    page.on("dialog", lambda dialog: pytest.fail("a title was run"))
    title = "<img src=x onerror=alert(1)>"
    ladder = DualLadder().with_level(title).with_rung(title, "mastery", Rung(title=title))
    choose(page, "a.toml", write_ladder(ladder, "a.toml"))
    rung(page, "Mastery", re.escape(title)).click()
    expect(page.get_by_role("heading", name=f"Mastery: {title}")).to_be_visible()
    assert page.locator("img").count() == 0
