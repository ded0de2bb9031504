"""Every workbook looks the same in the lean page and in Voilà's own front end."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from kit.assessment_page import answer_by_key, slider, start
from kit.server_process import ServerProcess, until
from playwright.sync_api import ConsoleMessage, Page, Response, expect

pytestmark = pytest.mark.browser

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
SLUGS = sorted(each.stem for each in NOTEBOOKS.glob("*.ipynb"))
#: Voilà's template asks a public host for an icon font, and our policy says no.
REFUSED = "Loading the stylesheet 'https://cdn.jsdelivr.net/npm/@fortawesome"


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[ServerProcess, ServerProcess]]:
    """All workbooks, in the lean page and in Voilà's own."""
    with (
        ServerProcess(NOTEBOOKS) as lean,
        ServerProcess(NOTEBOOKS, ("--template", "lab")) as lab,
    ):
        yield lean, lab


class Reader:
    """Somebody who looks at a page, and at what it loads and complains of."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.complaints: list[str] = []
        self.hosts: set[str] = set()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("response", self._note)
        page.goto(address)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(REFUSED):
            self.complaints.append(message.text)

    def _note(self, response: Response) -> None:
        if host := urlsplit(response.url).netloc:
            self.hosts.add(host)

    @property
    def screen(self) -> str:
        """What a screen reader finds: words, roles, states."""
        found = self.page.locator("main, #rendered_cells").first.aria_snapshot()
        return textwrap.dedent(found.removeprefix("- main:\n"))


def same_screens(lean: Reader, lab: Reader) -> None:
    with suppress(AssertionError):
        until(lambda: lean.screen == lab.screen != "", "the screens are the same", patience=20)
    assert lean.screen == lab.screen


def name_a_master(page: Page) -> None:
    page.get_by_label("Name or initials").first.fill("Ana")
    page.get_by_label("master").first.check()
    expect(page.get_by_role("img", name="Of 1 person, 1 is a master")).to_be_visible()


def empty_a_field(page: Page) -> None:
    page.get_by_role("button", name="Start from the example").click()
    page.get_by_role("button", name="Mastery: Staff specialist").click()
    expect(page.get_by_role("heading", name="Mastery: Staff specialist")).to_be_focused()
    scope = page.get_by_label("What one is responsible for").first
    scope.fill("")
    scope.blur()
    expect(page.get_by_role("link", name="1 to mend")).to_be_visible()


#: What somebody does there; both front ends then show the same again.
FURTHER = {"top_ten": name_a_master, "dual_ladder": empty_a_field}


@pytest.mark.parametrize("slug", SLUGS)
def test_the_same_screens(context, servers, slug):
    readers = [Reader(context.new_page(), f"{server.url}{slug}") for server in servers]
    lean, lab = readers
    expect(lean.page.locator("html[data-careerpath=ready]")).to_be_attached()
    expect(lab.page.locator("#rendered_cells")).to_be_visible(timeout=30_000)
    same_screens(lean, lab)
    if slug == "assessment":
        for each in readers:
            each.page.bring_to_front()
            start(each.page)
            answer_by_key(each.page, "q01", 7)
        same_screens(lean, lab)
        for each in readers:
            each.page.bring_to_front()
            each.page.keyboard.press("Enter")
            slider(each.page, "q02")
        same_screens(lean, lab)
        assert "Question 2 of 15" in lean.screen
    if slug in FURTHER:
        for each in readers:
            each.page.bring_to_front()
            FURTHER[slug](each.page)
        same_screens(lean, lab)
    for each, server in zip(readers, servers, strict=True):
        assert each.complaints == []
        assert each.hosts == {urlsplit(server.url).netloc}
        each.page.close()
