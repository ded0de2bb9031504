"""A coach in a real browser, from making a room to deleting it."""

from __future__ import annotations

import csv
import re
import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest
from kit.accessibility import everybody_can_use, fits
from kit.assessment_page import IDS, LAPTOP, PHONE, start, walk
from kit.mouse import drag
from kit.postgresql import PostgresServer, find_programs
from kit.server_process import ServerProcess, until
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import update

from careerpath import (
    CutScores,
    Store,
    Tally,
    load_instrument,
    open_store,
    read_cohort,
    simulate_cohort,
)
from careerpath.room.room import OpenedRoom
from careerpath.room.store.tables import rooms

pytestmark = pytest.mark.browser

TITLE = "Porto workshop"
INSTRUMENT = load_instrument()
HALL = {"width": 1920, "height": 1080}
PATIENCE = 30_000
TARGETS = ".cp-room :is(button, input, a)"


@pytest.fixture
def opened(store: Store) -> OpenedRoom:
    return store.create_room(TITLE, INSTRUMENT)


def share(store: Store, code: str, people: int, *, first: int = 0) -> None:
    """Let others share, past their pages."""
    rows = simulate_cohort(INSTRUMENT, count=people, seed=first + 3).frame.to_dict("records")
    for number, row in enumerate(rows):
        answers = {name: row[name] for name in IDS}
        store.add_response(code, answers, submission_id=f"seat {first + number}")


def go_in(page: Page, server: ServerProcess, opened: OpenedRoom) -> None:
    """Open a room with its key."""
    page.goto(f"{server.url}room")
    page.get_by_label("Code").fill(opened.code)
    page.get_by_label("Coach key").fill(opened.coach_key)
    page.get_by_role("button", name="Open it").click()
    expect(page.get_by_role("heading", name=TITLE, level=1)).to_be_visible(timeout=PATIENCE)


def present(page: Page, server: ServerProcess, opened: OpenedRoom) -> None:
    go_in(page, server, opened)
    page.get_by_role("button", name="Show it here").click()
    expect(page.get_by_role("button", name="Full screen")).to_be_visible()


def reveal(page: Page) -> None:
    page.get_by_role("button", name="Reveal").click()
    expect(page.get_by_role("region", name="People by band")).to_be_visible(timeout=PATIENCE)
    handles(page)


def handles(page: Page) -> Locator:
    """The two handles on the histogram."""
    found = page.locator(".cp-lab-picture .dot")
    expect(found).to_have_count(2, timeout=PATIENCE)
    return found


def band_counts(page: Page) -> list[int]:
    return [int(each.replace(",", "")) for each in page.locator(".cp-bands b").all_inner_texts()]


def counted(store: Store, code: str) -> list[int]:
    counts = store.tally(code).counts(store.room(code).cut_scores)
    return [counts[band] for band in ("management", "both", "mastery")]


def shows_counts(page: Page, store: Store, code: str) -> None:
    until(lambda: band_counts(page) == counted(store, code), "the bands are those of the store")


@contextmanager
def people(browser: Browser, *devices: dict) -> Iterator[list[Page]]:
    """Pages of several people, each in a browser of their own."""
    with ExitStack() as stack:
        contexts = [browser.new_context(**device) for device in devices]
        for each in contexts:
            stack.callback(each.close)
        yield [each.new_page() for each in contexts]


# A whole workshop


def test_a_coach_and_three_phones(browser: Browser, server, store, tmp_path: Path):
    with people(browser, LAPTOP, PHONE, PHONE, PHONE) as (coach, *phones):
        coach.goto(f"{server.url}room")
        coach.get_by_label("Title").fill(TITLE)
        # The second click of a double click makes no second room.
        before = len(store.rooms())
        coach.get_by_role("button", name="Create the room").dblclick()
        expect(coach.get_by_role("heading", name=f"{TITLE} is ready")).to_be_visible()
        key = coach.locator("#cp-key")
        expect(key).to_have_text(re.compile("^([A-Z]{4}-){3}[A-Z]{4}$"))
        made = store.rooms()[0]
        assert len(store.rooms()) == before + 1
        assert store.authenticate(made.code, key.inner_text())
        coach.get_by_role("button", name="I have written them down").click()
        expect(coach.get_by_text("Nothing is shown before 5 people")).to_be_visible()

        for page in phones:
            page.goto(f"{server.url}join/{made.code}")
            expect(page.get_by_role("heading", name=f"You are in the room {TITLE}")).to_be_visible()
        live = coach.locator(".cp-live")
        expect(live).to_have_text(re.compile(r"joined\s*3\s*answering\s*0\s*shared\s*0"))
        for value, page in zip((2, 5, 9), phones, strict=True):
            start(page)
            walk(page, dict.fromkeys(IDS, value))
            page.get_by_role("button", name="See my result").click()
            page.get_by_role("button", name="Share with the room").click()
            expect(page.get_by_role("heading", name=f"Shared with {TITLE}")).to_be_visible()
        expect(live).to_have_text(re.compile(r"joined\s*3\s*answering\s*0\s*shared\s*3"))
        expect(coach.get_by_role("button", name="Reveal")).to_have_attribute(
            "aria-disabled", "true"
        )
        share(store, made.code, 40)

        expect(coach.get_by_role("button", name="Reveal")).not_to_have_attribute(
            "aria-disabled", "true"
        )
        # The second click of a double click does not hide it again.
        coach.get_by_role("button", name="Reveal").dblclick()
        handles(coach)
        expect(coach.get_by_role("button", name="Reveal")).to_have_attribute("aria-pressed", "true")
        shows_counts(coach, store, made.code)

        drag(coach, handles(coach).nth(1), -90)
        expect(coach.locator(".cp-bands .cp-mastery small")).not_to_have_text("above 100")
        until(lambda: store.room(made.code).cut_scores.mastery_above < 100, "the room has heard")
        shows_counts(coach, store, made.code)
        expect(coach.locator(".cp-what-if")).to_contain_text("from both to mastery")
        coach.get_by_role("button", name="Back to 50 and 100").click()
        expect(coach.locator(".cp-bands .cp-mastery small")).to_have_text("above 100")

        files = {}
        kinds = ["Answers (CSV)", "Answers (Parquet)", "Counts (tally)"]
        for kind in (*kinds, "Summary (HTML)", "Summary (PDF)"):
            with coach.expect_download() as waiting:
                coach.get_by_role("button", name=kind).click()
            files[kind] = tmp_path / waiting.value.suggested_filename
            waiting.value.save_as(files[kind])
        with files["Answers (CSV)"].open(newline="") as rows:
            assert len(list(csv.DictReader(rows))) == 43
        for kind in ("Answers (CSV)", "Answers (Parquet)"):
            assert len(read_cohort(files[kind], INSTRUMENT).frame) == 43
        assert Tally.load(files["Counts (tally)"]) == store.tally(made.code)
        assert files["Summary (PDF)"].read_bytes().startswith(b"%PDF-")
        assert "43 people shared their answers" in files["Summary (HTML)"].read_text("utf-8")

        coach.get_by_role("button", name="Delete the room").click()
        expect(coach.get_by_role("button", name="No, keep it")).to_be_focused()
        coach.get_by_role("button", name="Yes, delete the room").click()
        expect(coach.get_by_role("heading", name="This room is gone")).to_be_visible()
        assert made.code not in {each.code for each in store.rooms()}
        phones[0].reload()
        expect(phones[0].get_by_role("heading", name="There is no room")).to_be_visible()


# Steering


def test_freeze_hide_close_and_reset_as_the_coach_sees_them(page: Page, server, store, opened):
    share(store, opened.code, 6)
    go_in(page, server, opened)
    reveal(page)
    page.get_by_role("button", name="Freeze").click()
    expect(page.get_by_text("Frozen: it does not change.")).to_be_visible()
    before = band_counts(page)
    share(store, opened.code, 5, first=6)
    expect(page.locator(".cp-live")).to_contain_text(re.compile(r"shared\s*11\s*waiting\s*5"))
    assert band_counts(page) == before
    page.get_by_role("button", name="Reveal").click()
    until(lambda: sum(band_counts(page)) == 11, "the picture has moved on")
    page.get_by_role("button", name="Hide").click()
    expect(page.get_by_text("Hidden: the room sees the code")).to_be_visible()
    expect(page.get_by_role("region", name="People by band")).to_have_count(0)
    page.get_by_role("button", name="Close the room").click()
    page.get_by_role("button", name="Yes, close it").click()
    expect(page.get_by_text("It is closed: nobody can join or share.")).to_be_visible()
    page.get_by_role("button", name="Reset: remove all answers").click()
    expect(page.get_by_text("Remove all 11 answers")).to_be_visible()
    page.get_by_role("button", name="No, keep it").click()
    assert store.counts(opened.code).shared == 11
    page.get_by_role("button", name="Reset: remove all answers").click()
    page.get_by_role("button", name="Yes, remove all answers").click()
    expect(page.locator(".cp-live")).to_have_text(
        re.compile(r"joined\s*0\s*answering\s*0\s*shared\s*0")
    )


def test_a_room_whose_time_is_over_is_gone_from_the_screen(page: Page, server, store, opened):
    go_in(page, server, opened)
    with store.database.writing() as connection:
        connection.execute(update(rooms).where(rooms.c.code == opened.code).values(expires=1))
    expect(page.get_by_role("heading", name="This room is gone")).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name="Create the room")).to_be_visible()


def test_a_wrong_key_is_reported_and_what_was_typed_stays(page: Page, server, opened):
    page.goto(f"{server.url}room")
    title, code, key = (page.get_by_label(name) for name in ("Title", "Code", "Coach key"))
    code.fill(opened.code)
    key.fill("BCDF-GHJK-MNPQ-RSTV")
    page.keyboard.press("Enter")
    alert = page.get_by_role("alert").get_by_text("No room has this code and coach key.")
    expect(alert).to_be_visible()
    expect(alert).to_be_in_viewport()
    expect(title).to_have_value("")
    expect(code).to_have_value(opened.code)
    expect(key).to_have_value("")
    page.get_by_role("button", name="Close", exact=True).click()
    expect(alert).to_have_count(0)


# The coach's tab


def test_a_refresh_needs_no_key_and_another_browser_does(
    browser: Browser, page: Page, server, opened
):
    go_in(page, server, opened)
    page.reload()
    expect(page.get_by_role("heading", name=TITLE, level=1)).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Show it here").click()
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    page.reload()
    expect(page.get_by_role("img", name="QR code")).to_be_visible(timeout=PATIENCE)
    assert opened.coach_key not in page.content()
    assert opened.coach_key not in page.evaluate("location.href + JSON.stringify(localStorage)")
    with people(browser, LAPTOP) as (stranger,):
        stranger.goto(f"{server.url}room#presenter")
        expect(stranger.get_by_role("button", name="Create the room")).to_be_visible()
        assert TITLE not in stranger.content()


def test_after_leaving_the_key_is_needed_again(page: Page, server, opened):
    go_in(page, server, opened)
    page.get_by_role("button", name="Leave the room").click()
    expect(page.get_by_role("button", name="Create the room")).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name="Create the room")).to_be_visible()
    assert opened.coach_key not in page.evaluate("JSON.stringify(sessionStorage)")


def test_the_key_is_in_no_request(page: Page, server, opened):
    asked = []
    page.on("request", lambda request: asked.append(f"{request.url} {request.post_data}"))
    go_in(page, server, opened)
    page.reload()
    expect(page.get_by_role("heading", name=TITLE, level=1)).to_be_visible(timeout=PATIENCE)
    assert asked
    assert not [each for each in asked if opened.coach_key in each or opened.code in each]


def test_the_presenters_screen_is_a_tab_of_its_own_that_follows_the_control(
    page: Page, server, store, opened
):
    share(store, opened.code, 8)
    go_in(page, server, opened)
    with page.context.expect_page() as waiting:
        page.get_by_role("link", name="Open the presenter’s screen").click()  # noqa: RUF001
    hall = waiting.value
    expect(hall.get_by_role("img", name="QR code")).to_be_visible(timeout=PATIENCE)
    page.bring_to_front()
    reveal(page)
    expect(hall.get_by_role("heading", name="How this room leans")).to_be_attached(timeout=PATIENCE)
    page.get_by_role("slider", name="Mastery above").focus()
    for _ in range(5):
        page.keyboard.press("ArrowLeft")
    hall.bring_to_front()
    expect(hall.locator(".cp-bands .cp-mastery small")).to_have_text("above 95")
    shows_counts(hall, store, opened.code)


def test_one_press_restarts_a_coachs_dead_process(page: Page, server, opened):
    go_in(page, server, opened)
    server.kill_kernels()
    page.get_by_role("button", name="Reload and go on").click(timeout=PATIENCE)
    expect(page.get_by_role("heading", name=TITLE, level=1)).to_be_visible(timeout=PATIENCE)


def test_the_picture_stays_when_the_database_goes_away(page: Page):
    programs = find_programs()
    if programs is None:
        pytest.skip("no PostgreSQL to stop")
    with ExitStack() as stack:
        database = stack.enter_context(PostgresServer(programs))
        store = stack.enter_context(closing(open_store(database.url)))
        environment = {"CAREERPATH_DATABASE_URL": database.url}
        server = stack.enter_context(ServerProcess(environment=environment))
        opened = store.create_room(TITLE, INSTRUMENT)
        share(store, opened.code, 8)
        go_in(page, server, opened)
        reveal(page)
        page.get_by_role("button", name="Show it here").click()
        before = band_counts(page)
        database.stop(at_once=True)
        expect(page.get_by_text("Not connected at the moment")).to_be_visible(timeout=PATIENCE)
        assert band_counts(page) == before
        assert str(database.folder) not in page.content()
        page.keyboard.press("PageDown")
        expect(page.get_by_role("heading", name="Theme by theme")).to_be_visible()
        page.keyboard.press("PageUp")
        database.start()
        expect(page.get_by_text("Not connected at the moment")).to_have_count(0, timeout=PATIENCE)
        until(lambda: store.counts(opened.code).shared == 8, "the database answers us, too")
        share(store, opened.code, 5, first=8)
        until(lambda: sum(band_counts(page)) == 13, "the picture moves again")


# The hall


def test_a_response_is_seen_within_a_second_and_nothing_flickers(page: Page, server, store, opened):
    share(store, opened.code, 195)
    page.set_viewport_size(HALL)
    present(page, server, opened)
    store.reveal_room(opened.code)
    handles(page)
    until(lambda: sum(band_counts(page)) == 195, "195 are shown")
    # From now on no element may appear or disappear, and the picture must not move.
    page.evaluate(
        """() => {
            window.gone = [];
            window.jumps = [];
            // bqplot removes these and draws them again within one frame.
            const unseen = ".tick, .g_legend, .zeroLine";
            const place = () => {
                const box = document.querySelector(".cp-lab-picture").getBoundingClientRect();
                return [box.x, box.y, box.width, box.height].map(Math.round).join();
            };
            const first = place();
            new MutationObserver((records) => {
                for (const each of records)
                    for (const node of each.removedNodes)
                        if (node.nodeType === 1 && !node.matches(unseen))
                            gone.push(node.outerHTML);
                if (place() !== first) jumps.push(place());
            }).observe(document.querySelector(".cp-room"),
                { childList: true, subtree: true, characterData: true, attributes: true });
        }"""
    )
    seconds = []
    for number in range(195, 220, 5):
        share(store, opened.code, 4, first=number)
        started = time.monotonic()
        share(store, opened.code, 1, first=number + 4)
        page.wait_for_function(
            """(wanted) => [...document.querySelectorAll(".cp-bands b")]
                .reduce((sum, each) => sum + Number(each.textContent), 0) === wanted""",
            arg=number + 5,
            polling=20,
        )
        seconds.append(time.monotonic() - started)
    assert statistics.median(seconds) < 1
    assert page.evaluate("gone") == []
    assert page.evaluate("jumps") == []
    shows_counts(page, store, opened.code)


def test_nothing_jumps_while_a_cut_score_is_moved_on_the_presenters_screen(
    page: Page, server, store, opened
):
    share(store, opened.code, 41)
    page.set_viewport_size(HALL)
    present(page, server, opened)
    store.reveal_room(opened.code)
    handles(page)
    picture = page.locator(".cp-lab-picture")
    before = picture.bounding_box()
    drag(page, handles(page).nth(0), 200)
    expect(page.get_by_text("What if?")).to_be_visible()
    expect(page.locator(".cp-bands .cp-management small")).not_to_have_text("below 50")
    assert picture.bounding_box() == before
    shows_counts(page, store, opened.code)


@pytest.mark.parametrize("size", [(1920, 1080), (1280, 720), (1024, 768)])
def test_the_presenters_screens_fit_and_can_be_read_from_the_last_row(
    page: Page, server, store, opened, size
):
    width, height = size
    page.set_viewport_size({"width": width, "height": height})
    present(page, server, opened)

    def fits() -> None:
        page.evaluate("Promise.allSettled(document.getAnimations().map((each) => each.finished))")
        over = page.evaluate(
            """() => {
                const app = document.querySelector(".cp-presenting");
                return [app.scrollHeight - app.clientHeight, app.scrollWidth - app.clientWidth];
            }"""
        )
        assert over == [0, 0], page.locator("h1").inner_text()

    def height_of(selector: str) -> float:
        return (
            float(
                page.locator(selector).first.evaluate(
                    "(each) => parseFloat(getComputedStyle(each).fontSize)"
                )
            )
            / height
        )

    fits()
    assert height_of(".cp-huge") > 0.09
    assert page.locator(".cp-qr").bounding_box()["width"] > 0.3 * width
    share(store, opened.code, 41)
    store.reveal_room(opened.code)
    handles(page)
    fits()
    assert height_of(".cp-bands b") > 0.08
    store.set_cut_scores(opened.code, CutScores(management_below=60, mastery_above=90))
    expect(page.get_by_text("What if?")).to_be_visible()
    fits()
    for slide in range(2, 8):
        page.keyboard.press("PageDown")
        expect(page.get_by_text(f"{slide} of 7")).to_be_visible()
        fits()
        assert height_of(".cp-screen h2") > 0.02


@pytest.mark.parametrize("size", [(1920, 1080), (1280, 720), (1024, 768)])
def test_the_longest_title_leaves_the_code_on_the_screen(page: Page, server, store, size):
    page.set_viewport_size({"width": size[0], "height": size[1]})
    opened = store.create_room(f"{TITLE}: {'coaching for all ' * 6}", INSTRUMENT)
    present(page, server, opened)
    for each in (page.get_by_role("img", name="QR code"), page.locator(".cp-huge")):
        expect(each).to_be_in_viewport(ratio=1)
    for each in page.locator(".cp-live dd").all():
        expect(each).to_be_in_viewport(ratio=1)


def test_full_screen_can_be_entered_and_left(page: Page, server, opened):
    present(page, server, opened)
    page.get_by_role("button", name="Full screen").click()
    until(lambda: page.evaluate("document.fullscreenElement !== null"), "the screen is filled")
    page.get_by_role("button", name="Controls").click()
    expect(page.get_by_role("heading", name=TITLE, level=1)).to_be_visible()
    until(lambda: page.evaluate("document.fullscreenElement === null"), "it is given back")


# Everybody


def test_by_keyboard_alone(page: Page, server, store):
    page.goto(f"{server.url}room")
    expect(page.get_by_role("button", name="Create the room")).to_be_visible()
    press = page.keyboard.press

    def tab_to(name: str, role: str = "button") -> None:
        wanted = page.get_by_role(role, name=name)
        for _ in range(40):
            if wanted.evaluate("(each) => each === document.activeElement"):
                return
            press("Tab")
        raise AssertionError(f"Tab does not reach {name}")

    tab_to("Title, which everyone sees", "textbox")
    page.keyboard.type(TITLE)
    press("Enter")
    expect(page.get_by_role("heading", name="is ready")).to_be_focused()
    tab_to("I have written them down")
    press("Enter")
    expect(page.get_by_role("heading", name=TITLE, level=1)).to_be_focused()
    code = store.rooms()[0].code
    share(store, code, 12)
    expect(page.get_by_role("button", name="Reveal")).not_to_have_attribute("aria-disabled", "true")
    tab_to("Reveal")
    press("Enter")
    handles(page)
    tab_to("Mastery above", "slider")
    for _ in range(4):
        press("ArrowLeft")
    expect(page.locator(".cp-bands .cp-mastery small")).to_have_text("above 96")
    everybody_can_use(page, "controls", targets=TARGETS)
    page.get_by_role("heading", name=TITLE, level=1).focus()
    tab_to("Show it here")
    press("Enter")
    expect(page.get_by_role("heading", name="How this room leans")).to_be_focused()
    everybody_can_use(page, "presenter", targets=TARGETS)
    press("ArrowRight")
    expect(page.get_by_role("heading", name="Theme by theme")).to_be_visible()
    press("PageUp")
    slider = page.get_by_role("slider", name="Management below")
    tab_to("Management below", "slider")
    expect(page.locator(".cp-lab-slider")).to_have_css("opacity", "1")
    press("ArrowRight")
    expect(page.locator(".cp-bands .cp-management small")).to_have_text("below 51")
    expect(slider).to_have_attribute("aria-valuetext", "51")
    tab_to("Controls")
    press("Enter")
    tab_to("Delete the room")
    press("Enter")
    expect(page.get_by_role("button", name="No, keep it")).to_be_focused()
    press("Shift+Tab")
    press("Enter")
    expect(page.get_by_role("heading", name="This room is gone")).to_be_focused()


def test_everybody_can_use_the_chart_on_a_phone(browser, server, store, opened):
    with people(browser, PHONE) as (page,):
        share(store, opened.code, 12)
        store.set_cut_scores(opened.code, CutScores(management_below=60, mastery_above=90))
        go_in(page, server, opened)
        reveal(page)
        everybody_can_use(page, "controls", targets=TARGETS)
        page.get_by_role("button", name="Show it here").click()
        expect(page.get_by_text("What if?")).to_be_visible()
        everybody_can_use(page, "presenter", targets=TARGETS)


def test_the_picture_follows_a_narrower_window(page: Page, server, opened, store):
    page.set_viewport_size(LAPTOP["viewport"])
    share(store, opened.code, 12)
    go_in(page, server, opened)
    reveal(page)
    page.set_viewport_size(PHONE["viewport"])
    fits(page, "narrower")
    picture = page.locator(".cp-lab-picture")
    picture.scroll_into_view_if_needed()
    plot = picture.locator(".plotarea_background")

    def follows() -> bool:
        inner, outer = plot.bounding_box(), picture.bounding_box()
        return bool(inner and outer and inner["width"] < outer["width"])

    until(follows, "the picture is as narrow as the window")


def test_a_screen_reader_gets_the_picture_in_words(page: Page, server, store, opened):
    share(store, opened.code, 12)
    go_in(page, server, opened)
    reveal(page)
    said = page.locator(".cp-room-browser [aria-live]")
    management, both, mastery = counted(store, opened.code)
    words = f"cut scores 50 and 100: {management} management, {both} both, {mastery} mastery"
    expect(said).to_contain_text(words)
    expect(page.get_by_role("img", name=re.compile(words))).to_be_visible()
    page.get_by_role("button", name="Show it here").click()
    page.get_by_role("button", name="Next slide").click()
    expect(said).to_have_text("Theme by theme. Slide 2 of 7.")
    expect(
        page.get_by_role("img", name=re.compile(r"^Breadth or depth: answers from management, 0,"))
    ).to_be_visible()
