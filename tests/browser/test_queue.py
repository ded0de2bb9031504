"""What a visitor sees when all places, or all cores, are taken."""

import os
import re
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from kit.server_process import ServerProcess, until, write_notebook
from playwright.sync_api import Page, expect

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(sys.platform != "linux", reason="takes cores away"),
]

SLOW = """\
import time
from careerpath import load_instrument
from careerpath import AssessmentScreen
time.sleep(3)
AssessmentScreen(load_instrument())"""


@contextmanager
def one_core(notebooks: Path) -> Iterator[ServerProcess]:
    """A server that has one core, so that starts happen one at a time."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        server = ServerProcess(notebooks, ("--max-visitors", "9")).__enter__()
    finally:
        os.sched_setaffinity(0, before)
    try:
        yield server
    finally:
        server.stop()


def test_a_waiting_visitor_sees_their_place_in_the_queue_and_then_the_page(
    page: Page, tmp_path: Path
):
    write_notebook(tmp_path / "assessment.ipynb", SLOW)
    with ThreadPoolExecutor() as others, one_core(tmp_path) as server:
        page.set_viewport_size({"width": 360, "height": 640})
        for _ in range(2):
            others.submit(server.get, "assessment")
        until(lambda: server.health()["visitors"] == 2, "two are before")
        page.goto(f"{server.url}assessment", wait_until="commit")
        place = page.locator(".cp-queue")
        said = place.get_by_text("Yours starts automatically: 1 visitor is before you.")
        expect(said).to_be_in_viewport()
        expect(place).to_have_role("status")
        box = place.bounding_box()
        assert box is not None
        assert (box["x"], box["width"]) == (0, 360)
        assert box["y"] + box["height"] == 640
        # The first screen can be read meanwhile.
        expect(page.get_by_role("heading", level=1)).to_be_in_viewport()

        turn = place.get_by_text("It is your turn.")
        expect(turn).to_be_in_viewport(timeout=30_000)
        covers = "(one) => document.elementFromPoint(innerWidth / 2, innerHeight - 20) === one"
        assert turn.evaluate(covers)

        expect(page.get_by_role("button", name=re.compile("Start"))).to_be_enabled(timeout=30_000)
        expect(place).to_have_count(0)


def test_a_refused_visitor_is_told_so_and_can_try_again(page: Page, tmp_path: Path):
    write_notebook(tmp_path / "assessment.ipynb", "print('inside')")
    with ServerProcess(tmp_path, ("--max-visitors", "1")) as server:
        inside = server.kernel_of("assessment")
        page.set_viewport_size({"width": 360, "height": 640})
        page.goto(f"{server.url}assessment")
        expect(page.get_by_role("heading")).to_have_text("All places are taken right now")
        server.get(f"voila/api/shutdown/{inside}", method="POST")
        page.get_by_role("link", name="Try again").click()
        expect(page.get_by_text("inside")).to_be_visible()
