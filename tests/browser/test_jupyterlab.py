"""The widgets in JupyterLab: the same ones as on the served page."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from kit.server_process import LabProcess, write_notebook
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

SLIDER = """\
from ipywidgets import Label, VBox
from careerpath import RatingSlider
slider = RatingSlider(label="The day I look forward to has …", low_label="talks", high_label="calm")
label = Label("nothing yet")
slider.observe(lambda change: setattr(label, "value", f"the kernel has {change['new']}"), "value")
VBox([slider, label])"""

APP = """\
from careerpath import AssessmentScreen
app = AssessmentScreen()
app"""

TOP_TEN = """\
from careerpath.top_ten.view import TopTenScreen
top_ten = TopTenScreen()
top_ten"""

LADDERS = """\
from careerpath.ladder.view import LadderScreen
ladders = LadderScreen()
ladders"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start a real JupyterLab over a few notebooks and yield its address."""
    folder = tmp_path_factory.mktemp("lab")
    write_notebook(folder / "slider.ipynb", SLIDER)
    write_notebook(folder / "app.ipynb", APP)
    write_notebook(folder / "top_ten.ipynb", TOP_TEN)
    write_notebook(folder / "ladders.ipynb", LADDERS)
    homes = {f"JUPYTER_{kind}_DIR": str(folder / kind) for kind in ("CONFIG", "RUNTIME")}
    with LabProcess(notebooks=folder, environment=homes) as started:
        yield f"{started.url}lab"


def run(page: Page, lab: str, notebook: str) -> None:
    """Open a notebook and run its cells."""
    # A new workspace: in an old one, JupyterLab opens the earlier notebooks again.
    page.goto(f"{lab}/workspaces/{notebook}/tree/{notebook}.ipynb")
    expect(page.get_by_text("Python 3 (ipykernel) | Idle")).to_be_visible(timeout=60_000)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()


def test_the_rating_slider_is_a_full_widget_in_jupyterlab(page: Page, lab: str):
    run(page, lab, "slider")
    slider = page.get_by_role("slider", name=re.compile("The day I look forward to"))
    expect(slider).to_have_attribute("aria-valuetext", "not answered yet", timeout=60_000)
    slider.focus()
    page.keyboard.press("7")
    expect(page.get_by_text("the kernel has 7")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text("the kernel has 8")).to_be_visible()


def test_the_app_runs_in_jupyterlab(page: Page, lab: str):
    run(page, lab, "app")
    page.get_by_role("button", name="Start", exact=True).click(timeout=60_000)
    slider = page.locator(".cp-slider[data-item=q01] input")
    expect(slider).to_be_focused()
    # JupyterLab has shortcuts of its own on these keys; they must not reach it.
    page.keyboard.press("0")
    page.keyboard.press("Enter")
    expect(page.locator(".cp-slider[data-item=q02] input")).to_be_focused()
    expect(page.get_by_text("Question 2 of 15").first).to_be_visible()


def test_the_top_ten_runs_in_jupyterlab(page: Page, lab: str):
    run(page, lab, "top_ten")
    name = page.get_by_label("Name or initials").first
    name.click(timeout=60_000)
    # The first two letters are shortcuts of JupyterLab's; they must not reach it.
    page.keyboard.type("dd and b")
    page.get_by_label("both").first.check()
    expect(page.get_by_role("img", name="Of 1 person, 0 are masters")).to_be_visible()
    expect(name).to_have_value("dd and b")


def test_the_ladders_run_in_jupyterlab(page: Page, lab: str):
    run(page, lab, "ladders")
    page.get_by_role("button", name="Start from the example").click(timeout=60_000)
    page.get_by_role("button", name="Mastery: Staff specialist").click()
    scope = page.get_by_label("What the person is responsible for").first
    scope.fill("")
    scope.press_sequentially("one")
    page.keyboard.press("Enter")
    page.keyboard.type("dd two")
    expect(scope).to_have_value("one\ndd two")
    page.get_by_label("Open a file").set_input_files(
        {"name": "a.csv", "mimeType": "text/csv", "buffer": b"level,side,title\na,mastery,x"}
    )
    expect(page.get_by_role("button", name="Mastery: x")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="PDF", exact=True).click()
    assert download.value.suggested_filename == "career-ladders.pdf"
