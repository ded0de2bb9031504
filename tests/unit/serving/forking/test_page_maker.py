"""When a template process is made anew."""

import asyncio
import os
import shutil
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from kit.server_process import write_notebook

import careerpath
from careerpath.serving import page_maker
from careerpath.serving.forking.template import CannotForkError
from careerpath.serving.page_maker import PageMaker, Way

COPIED = {"run_cells": True}
TITLE = "import careerpath\nprint(careerpath.load_instrument().title)"


async def page_of(maker: PageMaker) -> tuple[Way, str]:
    """What a visitor gets."""
    opened = await maker.copy() or await maker.start()
    html = "".join([each async for each in opened.pieces])
    await maker._kernels.end(opened.kernel_id)
    return opened.way, html


async def copied_page_of(maker: PageMaker) -> str:
    """What a visitor gets when the page is prepared."""
    await maker.settled.wait()
    way, html = await page_of(maker)
    assert way is Way.COPY
    return html


@pytest.mark.parametrize("changes", ["notebook", "instrument", "day"])
def test_a_change_makes_a_new_template_process(changes, runner, make_pages, tmp_path, monkeypatch):
    instrument = tmp_path / "own.toml"
    (shipped,) = Path(careerpath.__file__).parent.glob("instruments/*.toml")
    shutil.copy(shipped, instrument)
    notebook = tmp_path / "page.ipynb"
    write_notebook(notebook, TITLE, "print('before')", template_process=COPIED)
    today = date.today()
    calendar = SimpleNamespace(today=lambda: today)
    monkeypatch.setattr(page_maker, "date", calendar)
    (maker,) = make_pages(tmp_path, instrument=str(instrument)).values()

    def change() -> str:
        """Change something. Returns what the page shows from then on."""
        if changes == "notebook":
            write_notebook(notebook, TITLE, "print('a new text')", template_process=COPIED)
            return "a new text"
        if changes == "instrument":
            text = instrument.read_text("utf-8")
            title = text.partition('title = "')[2].partition('"')[0]
            instrument.write_text(text.replace(title, "A new title"), "utf-8")
            return "A new title"
        calendar.today = lambda: today + timedelta(days=1)
        return "before"

    async def look() -> None:
        keeping = asyncio.create_task(maker.keep_template())
        try:
            assert "before" in await copied_page_of(maker)
            first = maker._template
            new = change()
            # Even the visitor who finds the change gets the new page, in whichever way.
            _, html = await page_of(maker)
            assert new in html
            assert maker._template is not first
            assert new in await copied_page_of(maker)
            assert first.ended.is_set()
        finally:
            keeping.cancel()
            await asyncio.wait({keeping})

    runner.run(look())


class ShortLived:
    """A template process that dies as soon as it is ready."""

    made: list["ShortLived"]

    def __init__(self) -> None:
        self.made.append(self)
        self.messages, self.states, self.obstacles = [[]], {}, []
        self.ready, self.late, self.pid = False, False, os.getpid()

    async def start(self, *_: object, **__: object) -> None:
        self.ready = True
        if len(self.made) == 10:
            raise asyncio.CancelledError

    async def measure(self, connection_file: str) -> int:
        self.ready = False
        self.when_ended()
        raise CannotForkError("it has died")

    async def stop(self) -> None:
        self.ready = False


@pytest.mark.parametrize(
    ("life", "pauses"), [(0, [0, 1, 2, 4, 8, 16, 32, 60, 60]), (61, [])], ids=["short", "long"]
)
def test_a_template_process_that_dies_again_and_again_is_made_anew_after_longer_and_longer_pauses(
    life, pauses, runner, make_pages, tmp_path, monkeypatch
):
    write_notebook(tmp_path / "page.ipynb", "1", template_process=COPIED)
    (maker,) = make_pages(tmp_path).values()
    monkeypatch.setattr(page_maker, "Template", ShortLived)
    monkeypatch.setattr(page_maker, "memory_of", lambda process: 0)
    ShortLived.made = []
    # It lives until the clock is read again, after its end.
    clock = SimpleNamespace(monotonic=lambda: life * len(ShortLived.made))
    monkeypatch.setattr(page_maker, "time", clock)
    paused: list[float] = []

    async def pause(seconds: float) -> None:
        paused.append(seconds)
        # Nobody waits for a template process that will not be there soon.
        assert maker.settled.is_set()
        assert await asyncio.wait_for(maker.copy(), page_maker.SETTLE_SECONDS / 2) is None

    monkeypatch.setattr(maker, "_pause", pause)

    async def watch() -> None:
        keeping = asyncio.create_task(maker.keep_template())
        await asyncio.wait({keeping})
        assert keeping.cancelled()

    runner.run(watch())
    assert paused == pauses


def test_a_page_that_cannot_be_rendered_in_advance_is_made_by_a_kernel_of_its_own(
    runner, make_pages, tmp_path, monkeypatch
):
    write_notebook(tmp_path / "page.ipynb", "print('shown')", template_process=COPIED)
    (maker,) = make_pages(tmp_path).values()

    def fail(*_: object) -> None:
        raise LookupError("on purpose")

    monkeypatch.setattr(page_maker, "json_element", fail)

    async def look() -> None:
        await maker._prepare()
        maker.settled.set()
        way, html = await page_of(maker)
        assert way is Way.COLD
        assert "shown" in html

    runner.run(look())
