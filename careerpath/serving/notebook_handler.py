"""The handler of a notebook's address: it runs the notebook for one visitor."""

from __future__ import annotations

import asyncio
import json
import time
import traceback
from contextlib import suppress

from tornado.iostream import StreamClosedError

from careerpath.serving.admission import Admission, Refusal, RefusedError, Visit, counted_address
from careerpath.serving.handlers import SiteHandler
from careerpath.serving.kernels import PageKernels
from careerpath.serving.log import log_event, log_failure
from careerpath.serving.memory import MemoryBudget
from careerpath.serving.page_maker import PageMaker, ReadyPage
from careerpath.serving.pages import COACH
from careerpath.serving.pool import Pool
from careerpath.serving.start_queue import QueuePlace, StartQueue

#: How often a visitor in the queue is told how many others are before.
QUEUE_SECONDS = 1.0
#: Seconds after which a refused visitor may try again.
RETRY_AFTER = "60"
#: Places beyond the limit for a coach's two windows, to control and to present.
SPARE_PLACES = 2
REFUSALS = {
    Refusal.FULL: (
        503,
        "All places are taken right now",
        "Please try again in a minute. Visitors with an open page are not affected.",
    ),
    Refusal.ADDRESS: (
        429,
        "Many pages are open from your network",
        "Please close pages that nobody uses, or try again in a few minutes.",
    ),
}


class NotebookHandler(SiteHandler):
    """Runs a notebook for one visitor.

    A page that was prepared in advance is sent at once. If there is none, the head with the
    skeleton of the first screen is sent first. Then the visitor waits in the queue and is told so,
    gets a kernel, and the cells' outputs follow as they come.
    """

    SUPPORTED_METHODS = ("GET", "HEAD")

    def initialize(self, maker: PageMaker, pool: Pool | None) -> None:
        """Store the page's maker, and the pool if pages are prepared in advance."""
        self._maker = maker
        self._pool = pool
        self._page = maker.page
        self.kept = maker.page.kept
        self._kernels: PageKernels = self.settings["kernel_manager"]
        self._opening: asyncio.Task[None] | None = None
        self._in_skeleton = False
        self._in_queue = False

    def set_default_headers(self) -> None:
        """Keep the page out of every cache.

        The page belongs to one kernel. Without no-store, a browser that goes back or restores a
        session would show the page from its cache after the kernel has ended. The drawback: most
        browsers then leave the page out of their back-forward cache, so going back starts a new
        kernel, which finds the draft.
        """
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Cache-Control", "no-store")

    def head(self) -> None:
        """Answer without a kernel."""

    async def get(self) -> None:
        """Send the page."""
        if "prefetch" in self.request.headers.get("Sec-Purpose", ""):
            # The browser only guesses that the visitor will open this page: start no kernel.
            self.set_status(503)
            return
        admission: Admission = self.settings["admission"]
        forwarded = self.request.headers.get_list("X-Forwarded-For")
        address = counted_address(self.request.remote_ip, forwarded, self.settings["proxies"])
        try:
            visit = admission.admit(address, spare=SPARE_PLACES if self._page.slug == COACH else 0)
        except RefusedError as refusal:
            self._refuse(refusal.reason)
            return
        self._opening = asyncio.create_task(self._open(visit))
        work: set[asyncio.Task[None]] = self.settings["work"]
        work.add(self._opening)
        self._opening.add_done_callback(work.discard)
        with suppress(asyncio.CancelledError):
            await self._opening

    def on_connection_close(self) -> None:
        """Stop making the page: the visitor has left."""
        if self._opening is not None:
            self._opening.cancel()

    def _refuse(self, reason: Refusal) -> None:
        status, heading, text = REFUSALS[reason]
        log_event("refused", page=self._page.slug, reason=reason)
        self.set_status(status)
        self.set_header("Retry-After", RETRY_AFTER)
        text = f"{text} {self.kept}".rstrip()
        self.finish(self.site.message(heading=heading, text=text, again=True))

    async def _open(self, visit: Visit) -> None:
        """Send a page. If that fails, end its kernel and free its place."""
        complete = False
        try:
            await self._send_page(visit)
            complete = True
        except (StreamClosedError, asyncio.CancelledError):
            log_event("left", page=self._page.slug)
        except Exception:
            if not self._headers_written:
                raise  # write_error sends a page
            log_id = log_failure(f"page:{self._page.slug}", traceback.format_exc())
            self.write(self._open_outputs() + self.site.failure(log_id, kept=self.kept))
        finally:
            if not complete:
                await self._give_back(visit)

    async def _give_back(self, visit: Visit) -> None:
        if visit.kernel_id is not None:
            await self._kernels.end(visit.kernel_id)
        admission: Admission = self.settings["admission"]
        admission.leave(visit)

    async def _send_page(self, visit: Visit) -> None:
        asked = time.monotonic()
        ready = await self._take()
        if ready is None:
            self._in_skeleton = True
            await self._send(self.site.head(self._page))
            queue: StartQueue = self.settings["queue"]
            async with queue.place(visitor=True, address=visit.address) as place:
                await self._wait(place)
                ready = await self._take()
                if ready is None:
                    waited = time.monotonic() - asked
                    await self._start(visit)
                    self._log_opened("cold", seconds=time.monotonic() - asked, waited=waited)
                    return
        self._kernels.hand_over(ready.kernel_id, visit)
        beginning = "" if self._in_skeleton else self.site.head(self._page)
        self._in_skeleton = True
        await self._send(
            beginning + self._open_outputs() + self._config(ready.kernel_id) + ready.html
        )
        self._end()
        self._log_opened("pooled", seconds=time.monotonic() - asked)

    def _log_opened(self, start: str, *, seconds: float, waited: float = 0.0) -> None:
        log_event("opened", page=self._page.slug, start=start, seconds=seconds, waited=waited)

    async def _take(self) -> ReadyPage | None:
        return await self._pool.take() if self._pool is not None else None

    async def _send(self, html: str) -> None:
        self.write(html)
        await self.flush()

    async def _wait(self, place: QueuePlace) -> None:
        """Wait for the turn, and keep telling the visitor how many others are before."""
        shown = None
        while not place.turn.is_set():
            if shown != place.before:
                shown = place.before
                html = self.site.queue(shown, opens=not self._in_queue)
                self._in_queue = True
                await self._send(html)
            with suppress(TimeoutError):
                await asyncio.wait_for(place.turn.wait(), QUEUE_SECONDS)
        if self._in_queue:
            await self._send(self.site.queue(None))

    async def _start(self, visit: Visit) -> None:
        """Start a kernel, and send the notebook's outputs as they come."""
        if self._pool is None:
            pool: Pool = self.settings["pool"]
            await pool.make_place()
        started = await self._maker.start()
        self._kernels.hand_over(started.kernel_id, visit)
        # Sent before the first cell runs, so that the front end connects meanwhile.
        await self._send(self._open_outputs() + self._config(started.kernel_id))
        async for html in started.pieces():
            await self._send(html)
        self._end()
        if started.hangs:
            await self._kernels.end(started.kernel_id)
        elif not started.failed and started.kernel_id in self._kernels:
            memory: MemoryBudget = self.settings["memory"]
            memory.measure(self._kernels.process_of(started.kernel_id))

    def _open_outputs(self) -> str:
        """Return the end of the queue's messages and of the skeleton, if they are open."""
        end_of_queue = "</div>" if self._in_queue else ""
        end = end_of_queue + self.site.outputs(self._page) if self._in_skeleton else ""
        self._in_skeleton = self._in_queue = False
        return end

    def _end(self) -> None:
        self.write("</div></main></body></html>")

    def _config(self, kernel_id: str) -> str:
        """Return the element that names the kernel to the front end."""
        base_url: str = self.settings["base_url"]
        modules = {name: base_url + path for name, path in self.settings["modules"].items()}
        config = {
            "baseUrl": base_url,
            "kernelId": kernel_id,
            "modules": modules,
            "kept": self._page.kept,
            "unkept": self._page.unkept,
        }
        # In a script element, JSON needs this character escaped and no other.
        text = json.dumps(config).replace("<", "\\u003c")
        return f'<script id="careerpath-config" type="application/json">{text}</script>\n'
