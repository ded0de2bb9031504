"""Pages that are prepared in advance, so that visitors who come at once do not wait."""

from __future__ import annotations

import asyncio
import time
import traceback
from collections import deque
from collections.abc import Callable

from jupyter_core.utils import ensure_async

from careerpath.serving.admission import Admission
from careerpath.serving.kernels import PageKernels
from careerpath.serving.log import log_failure
from careerpath.serving.page_maker import NotebookFailedError, PageMaker, ReadyPage
from careerpath.serving.start_queue import StartQueue

#: How often the pool is checked, in seconds.
CHECK_SECONDS = 0.5
#: How long to wait after a page could not be made, in seconds.
RETRY_SECONDS = 30


class Pool:
    """Copies of one page, prepared in advance.

    Parameters
    ----------
    maker : PageMaker
        Makes the page.
    size : int
        How many to keep ready.
    queue : StartQueue
        The queue for starting kernels. Visitors go first.
    admission : Admission
        The open pages. Together with the pool they never exceed the limit.
    kernels : PageKernels
        All kernels.
    quiet : float
        The pool is refilled after so many seconds without a new visitor.
    """

    def __init__(
        self,
        maker: PageMaker,
        *,
        size: int,
        queue: StartQueue,
        admission: Admission,
        kernels: PageKernels,
        quiet: float,
    ) -> None:
        self._maker = maker
        self.size = size
        self._queue = queue
        self._admission = admission
        self._kernels = kernels
        self._quiet = quiet
        self._ready: deque[ReadyPage] = deque()
        self._being_made = 0
        #: Whether the pool has been full once.
        self.filled = size == 0

    def __len__(self) -> int:
        """Count the pages that are ready."""
        return len(self._ready)

    @property
    def slug(self) -> str:
        """The address of its page."""
        return self._maker.page.slug

    @property
    def missing(self) -> int:
        """How many pages are missing."""
        places = self._admission.limit - len(self._admission)
        return min(self.size, places) - len(self._ready) - self._being_made

    def put(self, page: ReadyPage) -> None:
        """Add a page that is ready."""
        self._ready.append(page)

    async def take(self) -> ReadyPage | None:
        """Take a page whose kernel runs; None if there is none."""
        while self._ready:
            page = self._ready.popleft()
            if await self._lives(page):
                return page
        return None

    async def _lives(self, page: ReadyPage) -> bool:
        kernels = self._kernels
        return page.kernel_id in kernels and bool(
            await ensure_async(kernels.get_kernel(page.kernel_id).is_alive())
        )

    async def make_place(self) -> None:
        """End prepared pages if, together with the open pages, they exceed the limit."""
        while self._ready and len(self._ready) + len(self._admission) > self._admission.limit:
            await self._kernels.end(self._ready.popleft().kernel_id)

    async def fill(self, *, at_once: int, progress: Callable[[int], None]) -> None:
        """Fill the pool for the first time.

        Parameters
        ----------
        at_once : int
            How many are made at the same time.
        progress : callable
            Called with the number of pages that are ready.
        """

        async def work() -> None:
            while self.missing > 0 and await self._add():
                progress(len(self))

        progress(len(self))
        await asyncio.gather(*(work() for _ in range(at_once)))
        self.filled = self.missing <= 0

    async def keep_full(self) -> None:
        """Refill the pool in quiet times, one page after the other, until cancelled."""
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            self._ready = deque(each for each in self._ready if each.kernel_id in self._kernels)
            self.filled = self.filled or self.missing <= 0
            quiet = time.monotonic() - self._admission.last_arrival > self._quiet
            if quiet and self.missing > 0 and not await self._add():
                await asyncio.sleep(RETRY_SECONDS)

    async def _add(self) -> bool:
        """Prepare one more page. Returns whether that succeeded."""
        self._being_made += 1
        try:
            async with self._queue.place(visitor=False) as place:
                await place.turn.wait()
                self.put(await self._maker.make())
        except NotebookFailedError:  # already logged
            return False
        except Exception:  # noqa: BLE001 (a full disk, for example: it may pass)
            log_failure("Preparing a page", traceback.format_exc())
            return False
        finally:
            self._being_made -= 1
        return True
