"""Every workbook looks the same in our page and in Voilà itself, run without careerpath."""

from __future__ import annotations

import re
import socket
import sys
import textwrap
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

import pytest
from kit.assessment_page import answer_by_key, slider, start
from kit.server_process import ServerProcess, until
from playwright.sync_api import ConsoleMessage, Page, Response, expect

pytestmark = pytest.mark.browser

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
SLUGS = sorted(each.stem for each in NOTEBOOKS.glob("*.ipynb"))


@pytest.fixture(autouse=True)
def no_request_to_another_host(no_loop_left_behind: None) -> None:
    """Let Voilà's own page load its icons from another host; of our page the test checks it."""


class VoilaProcess(ServerProcess):
    """The command ``voila`` over a folder of notebooks."""

    ready: ClassVar = re.compile(r"(http://\S+:\d+/)")

    def command(self) -> list[str]:
        options = ["--no-browser", "--Voila.ip=127.0.0.1", f"--port={self.port}"]
        # The cells for JupyterLab, which our page leaves out.
        options += ["--TagRemovePreprocessor.enabled=True"]
        options += ["--TagRemovePreprocessor.remove_cell_tags=workbook"]
        return [sys.executable, "-m", "voila", str(self.notebooks), *options]


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[ServerProcess, ServerProcess]]:
    """All workbooks, in our page and in Voilà itself."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with ServerProcess(NOTEBOOKS) as ours, VoilaProcess(NOTEBOOKS, port=port) as voila:
        yield ours, voila


class Reader:
    """Reads a page, and records what it requests and which errors it logs."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.complaints: list[str] = []
        self.hosts: set[str] = set()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("response", self._note)
        page.goto(address)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(message.text)

    def _note(self, response: Response) -> None:
        if host := urlsplit(response.url).netloc:
            self.hosts.add(host)

    @property
    def screen(self) -> str:
        """What a screen reader finds: words, roles, states."""
        found = self.page.locator("main, #rendered_cells").first.aria_snapshot()
        return textwrap.dedent(found.removeprefix("- main:\n"))


def same_screens(ours: Reader, voila: Reader) -> None:
    with suppress(AssertionError):
        until(lambda: ours.screen == voila.screen != "", "the screens are the same", patience=20)
    assert ours.screen == voila.screen


def name_a_master(page: Page) -> None:
    page.get_by_label("Name or initials").first.fill("Ana")
    page.get_by_label("master").first.check()
    expect(page.get_by_role("img", name="Of 1 person, 1 is a master")).to_be_visible()


def empty_a_field(page: Page) -> None:
    page.get_by_role("button", name="Start from the example").click()
    page.get_by_role("button", name="Mastery: Staff specialist").click()
    expect(page.get_by_role("heading", name="Mastery: Staff specialist")).to_be_focused()
    scope = page.get_by_label("What the person is responsible for").first
    scope.fill("")
    scope.blur()
    expect(page.get_by_role("link", name="1 to fix")).to_be_visible()


#: What a person does on each page; then both front ends must again show the same.
FURTHER = {"top_ten": name_a_master, "dual_ladder": empty_a_field}


@pytest.mark.parametrize("slug", SLUGS)
def test_the_same_screens(context, servers, slug):
    addresses = (f"{servers[0].url}{slug}", f"{servers[1].url}voila/render/{slug}.ipynb")
    readers = [Reader(context.new_page(), each) for each in addresses]
    ours, voila = readers
    expect(ours.page.locator("html[data-careerpath=ready]")).to_be_attached()
    expect(voila.page.locator("#rendered_cells")).to_be_visible(timeout=30_000)
    same_screens(ours, voila)
    if slug == "assessment":
        for each in readers:
            each.page.bring_to_front()
            start(each.page)
            answer_by_key(each.page, "q01", 7)
        same_screens(ours, voila)
        for each in readers:
            each.page.bring_to_front()
            each.page.keyboard.press("Enter")
            slider(each.page, "q02")
        same_screens(ours, voila)
        assert "Question 2 of 15" in ours.screen
    if slug in FURTHER:
        for each in readers:
            each.page.bring_to_front()
            FURTHER[slug](each.page)
        same_screens(ours, voila)
    assert ours.complaints == []
    assert ours.hosts == {urlsplit(servers[0].url).netloc}
    for each in readers:
        each.page.close()
