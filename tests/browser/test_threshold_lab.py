"""The threshold lab in a real browser: served by `careerpath serve`, and in JupyterLab."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from kit.accessibility import everybody_can_use
from kit.mouse import drag
from kit.server_process import LabProcess, ServerProcess, write_notebook
from playwright.sync_api import FilePayload, Locator, Page, ViewportSize, expect

from careerpath import load_instrument, simulate_cohort
from careerpath.cohort.named_cohort import NamedCohort
from careerpath.core.instrument import BANDS
from careerpath.thresholds.model import ThresholdsModel

pytestmark = pytest.mark.browser

INSTRUMENT = load_instrument()
COHORT = NamedCohort.of("this year", simulate_cohort(INSTRUMENT, count=400, seed=7), INSTRUMENT)
CELL = """\
from careerpath import load_instrument
from careerpath import simulate_cohort
from careerpath.thresholds.view import ThresholdsScreen
instrument = load_instrument()
lab = ThresholdsScreen(
    {
        "this year": simulate_cohort(instrument, count=400, seed=7),
        "last year": simulate_cohort(instrument, count=250, mean=82, seed=8),
    },
    instrument,
)
lab"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("thresholds")
    write_notebook(folder / "thresholds.ipynb", CELL)
    return folder


@pytest.fixture(scope="module")
def served(folder: Path) -> Iterator[str]:
    """The lab as a page of its own."""
    with ServerProcess(notebooks=folder) as started:
        yield f"{started.url}thresholds"


@pytest.fixture(scope="module")
def jupyterlab(folder: Path) -> Iterator[str]:
    homes = {f"JUPYTER_{kind}_DIR": str(folder / kind) for kind in ("CONFIG", "RUNTIME")}
    with LabProcess(notebooks=folder, environment=homes) as started:
        yield f"{started.url}lab/workspaces/thresholds/tree/thresholds.ipynb"


def handles(page: Page) -> Locator:
    """The two round handles on the histogram, from left to right."""
    found = page.locator(".cp-lab-picture .dot")
    expect(found).to_have_count(2, timeout=60_000)
    return found


def cuts_shown(page: Page) -> tuple[int, int]:
    """The two cut scores that the slider shows, once the last move has arrived."""
    readout = page.locator(".cp-lab-slider .widget-readout")
    told = ""
    while told != (told := readout.inner_text()):
        page.wait_for_timeout(1000)
    low, high = re.findall(r"\d+", told)
    return int(low), int(high)


def shows_the_shares_of(page: Page, management_below: int, mastery_above: int) -> None:
    state = ThresholdsModel(instrument=INSTRUMENT, cohorts=[COHORT])
    state.move(management_below=management_below, mastery_above=mastery_above)
    for each in state.effects.shares:
        share = page.locator(f".cp-share.cp-{each.band}")
        expect(share.locator(".cp-big")).to_have_text(f"{100 * each.share:.1f} %")
        expect(share).to_contain_text(f"{each.count} people")
    expect(page.locator(".cp-flows")).to_have_text(state.effects.flows_in_words)
    trust = state.effects.classification
    expect(page.locator(".cp-figures dd:not(.cp-small)")).to_have_text(
        [f"{trust.accuracy:.3f}", f"{trust.consistency:.3f}", f"{trust.kappa:.3f}"]
    )


def drags_a_cut_score_and_reads_the_new_shares(page: Page) -> None:
    shows_the_shares_of(page, 50, 100)
    before = handles(page).nth(1).bounding_box()["x"]
    drag(page, handles(page).nth(1), -60)
    expect(page.locator(".cp-share.cp-mastery .cp-range")).not_to_have_text("above 100")
    expect(page.locator(".cp-lab-slider .widget-readout")).not_to_contain_text("100")
    low, high = cuts_shown(page)
    assert low == 50
    assert 60 < high < 100
    shows_the_shares_of(page, low, high)
    # The handle has snapped to its cut score, near the place where it was released.
    assert handles(page).nth(1).bounding_box()["x"] == pytest.approx(before - 60, abs=5)
    # Mastery stretches to the left in the bars, too.
    bars = page.locator(".cp-lab-picture .bar")
    tall = [
        bars.nth(number).evaluate("bar => bar.style.fill + ' ' + bar.getAttribute('height')")
        for number in range(3 * (high + 1), 3 * (high + 1) + 3)
    ]
    assert [each.split(" ")[1] for each in tall][:2] == ["0", "0"]


def goes_back(page: Page) -> None:
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".cp-share.cp-management .cp-range")).to_have_text("below 50")
    expect(page.locator(".cp-share.cp-mastery .cp-range")).to_have_text("above 100")
    shows_the_shares_of(page, 50, 100)


def test_a_cut_score_is_dragged_on_the_served_page(page: Page, served: str):
    page.goto(served)
    handles(page)
    drags_a_cut_score_and_reads_the_new_shares(page)
    goes_back(page)


def test_a_cut_score_is_dragged_in_jupyterlab(page: Page, jupyterlab: str):
    page.set_viewport_size({"width": 1600, "height": 1100})
    page.goto(jupyterlab)
    expect(page.get_by_text("Python 3 (ipykernel) | Idle")).to_be_visible(timeout=60_000)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()
    handles(page).nth(1).scroll_into_view_if_needed()
    named_and_told(page)
    goes_back(page)
    drags_a_cut_score_and_reads_the_new_shares(page)
    goes_back(page)


def test_the_slider_moves_by_keyboard_and_the_handle_follows(page: Page, served: str):
    page.goto(served)
    left = handles(page).nth(0)
    before = left.bounding_box()["x"]
    page.locator(".cp-lab-slider .noUi-handle").nth(0).focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    expect(page.locator(".cp-share.cp-management .cp-range")).to_have_text("below 55")
    shows_the_shares_of(page, 55, 100)
    assert left.bounding_box()["x"] > before


def test_a_finger_drags_a_cut_score_on_a_phone_and_nothing_sticks_out(browser, served: str):
    context = browser.new_context(
        viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    page.goto(served)
    handle = handles(page).nth(0)
    handle.scroll_into_view_if_needed()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    touch = context.new_cdp_session(page)
    for kind, across in (("touchStart", 0), ("touchMove", 10), ("touchMove", 25)):
        points = [{"x": x + across, "y": y}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        page.wait_for_timeout(50)
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(page.locator(".cp-share.cp-management .cp-range")).not_to_have_text("below 50")
    low, high = cuts_shown(page)
    assert low > 50
    shows_the_shares_of(page, low, high)
    context.close()


def test_a_saved_instrument_is_downloaded_and_states_its_origin(
    page: Page, served: str, tmp_path: Path
):
    page.goto(served)
    drag(page, handles(page).nth(1), -60)
    expect(page.locator(".cp-share.cp-mastery .cp-range")).not_to_have_text("above 100")
    low, high = cuts_shown(page)
    page.get_by_role("button", name="Save as instrument").click()
    with page.expect_download() as waiting:
        page.get_by_role("link", name=re.compile("^Download")).click()
    target = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(target)
    ours = load_instrument(target)
    assert (ours.cut_scores.management_below, ours.cut_scores.mastery_above) == (low, high)
    assert "400 people: this year" in target.read_text(encoding="utf-8")


def test_another_cohort_is_shown_and_compared(page: Page, served: str):
    page.goto(served)
    handles(page)
    page.get_by_label("Compare with").select_option("last year")
    expect(page.get_by_role("heading", name="this year compared with last year")).to_be_visible()
    page.get_by_label("Show", exact=True).select_option("last year")
    expect(page.get_by_role("heading", name="last year compared with this year")).to_be_visible()
    expect(page.get_by_text("last year: 250 people")).to_be_visible()


def test_everybody_can_use_it(page: Page, served: str):
    page.goto(served)
    drag(page, handles(page).nth(1), -60)
    for band in BANDS:
        expect(page.locator(f".cp-share.cp-{band}")).to_be_visible()
    everybody_can_use(page)


def named_and_told(page: Page) -> None:
    """Move a cut score by keyboard, using only the names and values that a screen reader reads."""
    below = page.get_by_role("slider", name="Management below", exact=True)
    expect(below).to_have_attribute("aria-valuetext", "50")
    expect(page.get_by_role("slider", name="Mastery above")).to_have_attribute(
        "aria-valuetext", "100"
    )
    below.focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    expect(below).to_have_attribute("aria-valuetext", "55")
    expect(page.locator(".cp-lab-voice [aria-live=polite]")).to_contain_text(
        "management below 55: "
    )
    expect(page.get_by_role("img", name=re.compile("cut scores 55 and 100"))).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("each possible cut score"))).to_be_visible()


def test_the_slider_has_names_and_a_voice_on_the_served_page(page: Page, served: str):
    page.goto(served)
    handles(page)
    named_and_told(page)


def test_many_steps_are_not_announced_one_by_one(page: Page, served: str):
    page.goto(served)
    handles(page)
    page.evaluate(
        """() => {
            window.said = [];
            const live = document.querySelector(".cp-lab-voice [aria-live]");
            new MutationObserver(() => live.textContent && said.push(live.textContent))
                .observe(live, { childList: true });
        }"""
    )
    page.get_by_role("slider", name="Mastery above").focus()
    for _ in range(10):
        page.keyboard.press("ArrowLeft")
    expect(page.locator(".cp-lab-voice [aria-live]")).to_contain_text("mastery above 90: ")
    assert len(page.evaluate("said")) < 5


def test_a_button_that_does_nothing_says_why(page: Page, served: str):
    page.goto(served)
    handles(page)
    page.get_by_role("button", name="Undo").click(force=True)
    expect(page.locator(".cp-lab-voice [aria-live]")).to_have_text("There is no move to undo.")


def test_norms_of_synthetic_people_are_not_offered(page: Page, served: str):
    page.goto(served)
    handles(page)
    box = page.get_by_role("checkbox", name=re.compile("as the norms"))
    expect(box).to_be_disabled()
    expect(box).to_have_accessible_description(re.compile("nothing was measured"))


# The public page


FRAME = simulate_cohort(INSTRUMENT, count=150, seed=5).frame[list(INSTRUMENT.item_ids)]


@pytest.fixture
def public(page: Page, server: ServerProcess) -> Page:
    """The lab, as the landing page leads to it."""
    page.goto(server.url)
    page.get_by_role("link", name="Open the lab").click()
    handles(page)
    return page


def open_file(page: Page, name: str, content: bytes) -> None:
    sent: FilePayload = {"name": name, "mimeType": "text/csv", "buffer": content}
    page.get_by_label("Open a file").set_input_files(sent)


def opens_its_own_people(page: Page) -> None:
    odd = FRAME.astype(object)
    odd.loc[3, "q05"] = "seven"
    open_file(page, "ours.csv", odd.assign(team="north").to_csv(index=False).encode())
    expect(page.get_by_text("ours.csv: 149 people")).to_be_visible()
    read = page.locator(".cp-lab-file")
    expect(read).to_contain_text("1 not a number. Not numbers: row 5, q05: 'seven'.")
    expect(read).to_contain_text("Kept, and not counted: 'team'.")
    expect(page.get_by_text("Synthetic.")).to_have_count(0)


def test_on_the_public_page_an_analyst_opens_a_file_and_moves_a_cut_score(public: Page):
    page = public
    opens_its_own_people(page)
    named_and_told(page)
    page.get_by_label("Compare with").select_option("last year")
    expect(page.get_by_role("heading", name="ours.csv compared with last year")).to_be_visible()
    page.get_by_role("button", name="Save as instrument").click()
    with page.expect_download() as waiting:
        page.get_by_role("link", name=re.compile("^Download")).click()
    text = waiting.value.path().read_text(encoding="utf-8")
    assert "# Chosen on 149 people: ours.csv." in text


def test_a_file_that_cannot_be_read_says_why_and_another_can_follow(public: Page):
    page = public
    open_file(page, "ours.csv", b"q01,q02\n1,2\n")
    alert = page.locator(".cp-lab-file").get_by_role("alert")
    expect(alert).to_contain_text("ours.csv has no column for 13 of 15 items: q03")
    expect(page.get_by_text("this year: 400 people")).to_be_visible()
    open_file(page, "ours.csv", b"1" * 2_000_001)
    expect(alert).to_contain_text("larger than 2 MB")
    opens_its_own_people(page)
    expect(alert).to_have_count(0)


def test_after_a_reload_nothing_is_left_of_a_file(public: Page):
    page = public
    opens_its_own_people(page)
    page.reload()
    handles(page)
    expect(page.get_by_text("this year: 400 people")).to_be_visible()
    assert "ours.csv" not in page.content()
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


@pytest.mark.parametrize("size", [{"width": 1280, "height": 800}, {"width": 320, "height": 640}])
def test_everybody_can_use_the_public_page(page: Page, server: ServerProcess, size: ViewportSize):
    page.set_viewport_size(size)
    page.goto(f"{server.url}thresholds")
    handles(page)
    opens_its_own_people(page)
    targets = ".cp-lab :is(.cp-button, select, .cp-open input)"
    everybody_can_use(page, targets=targets, sizes=[size])


@pytest.mark.parametrize("width", [360, 768, 1366])
def test_nothing_is_wider_than_the_screen(page: Page, served: str, width: int):
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(served)
    handles(page)
    page.get_by_label("Compare with").select_option("last year")
    expect(page.get_by_role("heading", name="this year compared with last year")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
