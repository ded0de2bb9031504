"""Making a page: by a copy of a process that has run its notebook, or by a kernel of its own."""

from __future__ import annotations

import asyncio
import glob
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any

from jupyter_client.connect import write_connection_file

from careerpath.serving.forking.template import CannotForkError, Template
from careerpath.serving.kernels import PageKernels
from careerpath.serving.log import log_event, log_failure
from careerpath.serving.memory import MemoryBudget, memory_of
from careerpath.serving.pages import Page
from careerpath.serving.rendering import PageRenderer
from careerpath.serving.site import json_element

#: In a notebook's metadata: whether copies may be made after its cells have run (``run_cells``),
#: which promises that the cells draw no random number, time or secret, and which function goes
#: through a visit (``rehearsal``).
METADATA = "template_process"
#: A visitor waits so many seconds for a template process that is being started.
SETTLE_SECONDS = 1
#: How often the notebook, the instrument and the day are checked, in seconds.
WATCH_SECONDS = 10
#: A template process that lives shorter, in seconds, is replaced after a pause that doubles.
SHORT_LIFE = 60
LONGEST_PAUSE = 60


class Way(StrEnum):
    """How a visitor's kernel is started."""

    COPY = "copy"
    """By a fork after the cells: it has the notebook's results."""
    IMPORTS = "imports"
    """By a fork after the imports: the cells run for each visitor."""
    COLD = "cold"
    """As Jupyter does."""


@dataclass(frozen=True)
class OpenedPage:
    """A page whose kernel runs.

    Attributes
    ----------
    kernel_id : str
        Its kernel.
    way : Way
        How the kernel was started.
    pieces : async iterator of str
        The HTML of the outputs. The cells run while it is read, unless the kernel is a copy.
    renderer : PageRenderer or None
        Runs the cells.
    """

    kernel_id: str
    way: Way
    pieces: AsyncIterator[str]
    renderer: PageRenderer | None = None

    @property
    def hangs(self) -> bool:
        """Whether a cell ran for too long and was stopped."""
        return self.renderer is not None and self.renderer.hangs


class PageMaker:
    """Makes a page as often as needed, in the fastest way that its notebook allows.

    Parameters
    ----------
    page : Page
        The page.
    kernels : PageKernels
        All kernels.
    render : partial
        Returns a new renderer.
    memory : MemoryBudget
        Is told how much memory the page's processes take.
    starts : Semaphore
        Limits how many kernels start and run cells at the same time.
    sources : tuple of Path
        The files that the page shows. If one changes, the template process is made anew.
    seconds : float
        How long the notebook may run.
    """

    def __init__(
        self,
        page: Page,
        *,
        kernels: PageKernels,
        render: partial[PageRenderer],
        memory: MemoryBudget,
        starts: asyncio.Semaphore,
        sources: tuple[Path, ...],
        seconds: float,
    ) -> None:
        self.page = page
        self.starts = starts
        #: Set while it is known how the page is made; not while a template process is started.
        self.settled = asyncio.Event()
        self._kernels = kernels
        self._render = render
        self._memory = memory
        self._sources = sources
        self._seconds = seconds
        self._way = Way.COLD
        self._template: Template | None = None
        self._html = ""
        self._version: object = None
        self._stale = asyncio.Event()

    async def keep_template(self) -> None:
        """Keep a template process ready, if the notebook allows one, until cancelled."""
        pause = 0.0
        try:
            while True:
                began = time.monotonic()
                await self._prepare()
                self.settled.set()
                await self._until_stale()
                if self._version == self._current_version() and (
                    time.monotonic() - began < SHORT_LIFE
                ):
                    # It is still known how the page is made: without a template process.
                    await self._pause(pause)
                    pause = min(LONGEST_PAUSE, 2 * pause or 1)
                else:
                    pause = 0.0
                self.settled.clear()
        finally:
            await self._stop_template()

    async def _pause(self, seconds: float) -> None:
        """Wait before the next try, but not longer than until a visitor finds the page changed."""
        self._stale.clear()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stale.wait(), seconds)

    async def _stop_template(self) -> None:
        if self._template is not None:
            await self._template.stop()
            self._template = None

    async def _prepare(self) -> None:
        await self._stop_template()
        self._stale.clear()
        began = time.monotonic()
        self._way, self._version = Way.COLD, self._current_version()
        try:
            await self._try_ways()
        except Exception as error:  # noqa: BLE001 (then each visitor's start says what is wrong)
            log_failure(f"The template process of {self.page.slug}", repr(error))
            await self._stop_template()
            self._way = Way.COLD
        log_event(
            "prepared",
            page=self.page.slug,
            way=self._way,
            seconds=time.monotonic() - began,
            visitor=self._memory.size(self.page.slug),
        )

    async def _try_ways(self) -> None:
        renderer = await self._new_renderer()
        wish: dict[str, Any] = renderer.notebook.metadata.get(METADATA, {})
        obstacle = self._obstacle(renderer)
        if obstacle:
            log_event("not_copied", page=self.page.slug, way=Way.IMPORTS, reason=obstacle)
            return
        for way in (Way.COPY, Way.IMPORTS):
            if way is Way.COPY and not wish.get("run_cells"):
                continue
            template = Template()
            await template.start(
                renderer.cells,
                run_cells=way is Way.COPY,
                rehearsal=wish.get("rehearsal"),
                env={**os.environ, **self._kernels.environment},
                cwd=self._kernels.root_dir,
                seconds=self._seconds,
            )
            if template.ready:
                template.when_ended = self._stale.set
                self._template, self._way = template, way
                if way is Way.COPY:
                    renderer.recorded = iter(template.messages)
                    outputs = [each async for each in _pieces(renderer)]
                    # They are the same for each copy, so the page need not ask its kernel for them.
                    self._html = json_element("careerpath-states", template.states) + "".join(
                        outputs
                    )
                    await self._measure(template)
                return
            reason = "; ".join(template.obstacles)
            log_event("not_copied", page=self.page.slug, way=way, reason=reason)
            for message in (each for cell in template.messages for each in cell):
                if message["msg_type"] == "error":
                    trace = "\n".join(message["content"]["traceback"])
                    log_failure(f"The template process of {self.page.slug}", trace)

    def _obstacle(self, renderer: PageRenderer) -> str:
        """Say why this notebook cannot have a template process at all; empty if it can."""
        if sys.platform != "linux":
            return f"{sys.platform} has no safe fork"
        spec = renderer.kernel_spec_manager.get_kernel_spec(
            renderer.notebook.metadata.kernelspec.name
        )
        own = {sys.executable, "python", "python3"}
        if spec.argv[0] not in own or "ipykernel_launcher" not in spec.argv:
            return f"its kernel is {spec.display_name}"
        return ""

    async def _measure(self, template: Template) -> None:
        """Measure a visitor at the end of a visit, and the template process once."""
        slug = self.page.slug
        name = Path(self._kernels.connection_dir, f"kernel-measured-{slug}")
        write_connection_file(f"{name}.json", transport="ipc", ip=str(name))
        with suppress(CannotForkError):
            self._memory.measured(slug, await template.measure(f"{name}.json"), copied=True)
        for each in name.parent.glob(f"{glob.escape(name.name)}[.-]*"):
            each.unlink()
        self._memory.templates[slug] = memory_of(template.pid)

    def _current_version(self) -> object:
        """Return what the page depends on: the state of its files, and the day."""
        states = []
        for each in self._sources:
            try:
                found = each.stat()
            except OSError:
                states.append((each, 0, 0))
            else:
                states.append((each, found.st_mtime_ns, found.st_size))
        return date.today(), states

    async def _until_stale(self) -> None:
        while not self._stale.is_set() and self._version == self._current_version():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stale.wait(), WATCH_SECONDS)

    async def _new_renderer(self) -> PageRenderer:
        renderer = self._render()
        renderer.kept = self.page.kept
        await renderer.initialize()
        return renderer

    async def copy(self, *, again: bool = False) -> OpenedPage | None:
        """Open a copy of the page that has run its cells.

        Parameters
        ----------
        again : bool
            Whether this visitor was refused a copy before. Then it waits for nothing.

        Returns
        -------
        OpenedPage or None
            None if there is no template process that has run the cells, and none within a second.
        """
        template = await self._current_template(0 if again else SETTLE_SECONDS)
        if template is None or self._way is not Way.COPY or (again and template.late):
            return None
        html = self._html
        kernel_id = await self._fork(template)
        return OpenedPage(kernel_id, Way.COPY, _once(html)) if kernel_id else None

    async def start(self) -> OpenedPage:
        """Open the page by a kernel that has yet to run the cells.

        Returns
        -------
        OpenedPage
            The page.
        """
        renderer = await self._new_renderer()
        template = await self._current_template(0)
        kernel_id, way = None, Way.IMPORTS
        if template is not None and self._way is Way.IMPORTS:
            kernel_id = await self._fork(template)
        if kernel_id is None:
            way = Way.COLD
            kernel_id = await self._kernels.start(renderer.notebook.metadata.kernelspec.name)
        return OpenedPage(kernel_id, way, self._run(kernel_id, renderer), renderer)

    async def _current_template(self, seconds: float) -> Template | None:
        if self._version != self._current_version():
            self.settled.clear()
            self._stale.set()
        with suppress(TimeoutError):
            await asyncio.wait_for(self.settled.wait(), seconds)
        template = self._template
        return template if self.settled.is_set() and template and template.ready else None

    async def _fork(self, template: Template) -> str | None:
        try:
            return await self._kernels.start("python3", template)
        except CannotForkError as error:
            log_event("not_copied", page=self.page.slug, way=self._way, reason=str(error))
            return None

    async def _run(self, kernel_id: str, renderer: PageRenderer) -> AsyncIterator[str]:
        """Run the cells, and then measure the kernel."""
        kernel = self._kernels.get_kernel(kernel_id)
        async for html in _pieces(renderer, kernel_id, kernel):
            yield html
        if not renderer.failed and kernel_id in self._kernels and self._way is not Way.COPY:
            size = memory_of(self._kernels.process_of(kernel_id))
            self._memory.measured(self.page.slug, size)


async def _pieces(
    renderer: PageRenderer, kernel_id: str = "", kernel: Any = None
) -> AsyncIterator[str]:
    async for html, _ in renderer.generate_content_generator(kernel_id, kernel):
        yield html


async def _once(html: str) -> AsyncIterator[str]:
    yield html
