"""Pages that are made ahead, so that a room that comes at once does not wait."""

from __future__ import annotations

import asyncio
import time
import traceback
from collections import deque
from collections.abc import Callable

from jupyter_core.utils import ensure_async

from careerpath.serving.admission import Admission
from careerpath.serving.kernels import PageKernels
from careerpath.serving.log import log_trouble
from careerpath.serving.page_maker import NotebookFailedError, PageMaker, ReadyPage
from careerpath.serving.start_queue import StartQueue

#: How often the pool is looked after, in seconds.
LOOK_SECONDS = 0.5
#: After a page that could not be made.
RETRY_SECONDS = 30


class Pool:
    """Pages of one kind, made ahead.

    Parameters
    ----------
    maker : PageMaker
        What makes them.
    size : int
        How many there shall be.
    queue : StartQueue
        Where starts stand in line. Visitors go first.
    admission : Admission
        Who is inside: together they and the pool are never more than may be.
    kernels : PageKernels
        All kernels.
    quiet : float
        The pool is refilled once nobody has come for so many seconds.
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
        #: Whether it has been full once.
        self.filled = size == 0

    def __len__(self) -> int:
        """Count the pages that are ready."""
        return len(self._ready)

    @property
    def slug(self) -> str:
        """The address of its page."""
        return self._maker.page.slug

    @property
    def lacking(self) -> int:
        """How many pages there should be more."""
        places = self._admission.limit - len(self._admission)
        return min(self.size, places) - len(self._ready) - self._being_made

    def put(self, page: ReadyPage) -> None:
        """Add a page that is ready."""
        self._ready.append(page)

    async def take(self) -> ReadyPage | None:
        """Take a page whose kernel lives; None where there is none."""
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
        """End a page that nobody has asked for where there are too many with those inside."""
        while self._ready and len(self._ready) + len(self._admission) > self._admission.limit:
            await self._kernels.end(self._ready.popleft().kernel_id)

    async def fill(self, *, at_once: int, progress: Callable[[int], None]) -> None:
        """Fill the pool for the first time.

        Parameters
        ----------
        at_once : int
            How many are made at the same time.
        progress : callable
            Told how many are ready, again and again.
        """

        async def work() -> None:
            while self.lacking > 0 and await self._add():
                progress(len(self))

        progress(len(self))
        await asyncio.gather(*(work() for _ in range(at_once)))
        self.filled = self.lacking <= 0

    async def keep_full(self) -> None:
        """Refill the pool in quiet times, one page after the other, for ever."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            self._ready = deque(each for each in self._ready if each.kernel_id in self._kernels)
            self.filled = self.filled or self.lacking <= 0
            quiet = time.monotonic() - self._admission.last_arrival > self._quiet
            if quiet and self.lacking > 0 and not await self._add():
                await asyncio.sleep(RETRY_SECONDS)

    async def _add(self) -> bool:
        """Make one more page; whether that went well."""
        self._being_made += 1
        try:
            async with self._queue.place(visitor=False) as place:
                await place.turn.wait()
                self.put(await self._maker.make())
        except NotebookFailedError:  # the log has it
            return False
        except Exception:  # noqa: BLE001 (a full disk, say: it may pass)
            log_trouble("Making a page ahead", traceback.format_exc())
            return False
        finally:
            self._being_made -= 1
        return True
