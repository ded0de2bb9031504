"""The handler of a notebook's address: it runs the notebook for one visitor."""

from __future__ import annotations

import asyncio
import time
import traceback
from contextlib import suppress

from tornado.iostream import StreamClosedError

from careerpath.serving.admission import Admission, Refusal, RefusedError, Visit, counted_networks
from careerpath.serving.handlers import SiteHandler
from careerpath.serving.headers import opens_a_page
from careerpath.serving.kernels import PageKernels
from careerpath.serving.log import log_event, log_failure
from careerpath.serving.page_maker import OpenedPage, PageMaker
from careerpath.serving.site import json_element

#: Seconds after which a refused visitor may try again.
RETRY_AFTER = "60"
NOT_HERE = "This page cannot be shown here"
WINDOW = "Open this address in a window of its own."
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

    The head with the skeleton of the first screen is sent first, and the outputs follow as they
    come: from a copy all at once, else one after the other.
    """

    SUPPORTED_METHODS = ("GET", "HEAD")

    def initialize(self, maker: PageMaker) -> None:
        """Store the page's maker."""
        self._maker = maker
        self._page = maker.page
        self.kept = maker.page.kept
        self._kernels: PageKernels = self.settings["kernel_manager"]
        self._opening: asyncio.Task[None] | None = None
        self._in_skeleton = False

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
        policy: dict[str, str] = self.settings["page_policy"]
        if not opens_a_page(self.request.headers, frame_ancestors=policy["frame-ancestors"]):
            self.set_status(403)
            self.finish(self.site.message(heading=NOT_HERE, text=WINDOW))
            return
        admission: Admission = self.settings["admission"]
        forwarded = self.request.headers.get_list("X-Forwarded-For")
        networks = counted_networks(self.request.remote_ip, forwarded, self.settings["proxies"])
        try:
            visit = admission.admit(*networks, page=self._page.slug)
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
        # Before there is a kernel, so that the browser loads the scripts meanwhile.
        self._in_skeleton = True
        await self._send(self.site.head(self._page))
        opened = await self._maker.copy()
        if opened is not None:
            await self._deliver(opened, visit)
        else:
            async with self._maker.starts:
                # By now there may be a template process.
                opened = await self._maker.copy(again=True) or await self._maker.start()
                await self._deliver(opened, visit)
        seconds = time.monotonic() - asked
        log_event("opened", page=self._page.slug, start=opened.way, seconds=seconds)

    async def _deliver(self, opened: OpenedPage, visit: Visit) -> None:
        """Give the kernel to the visitor, and send the outputs as they come."""
        key = self._kernels.hand_over(opened.kernel_id, visit)
        # Before the first cell runs, so that the front end connects meanwhile.
        await self._send(self._open_outputs() + self._config(key))
        async for html in opened.pieces:
            await self._send(html)
        self.write("</div></main></body></html>")
        if opened.hangs:
            await self._kernels.end(opened.kernel_id)

    async def _send(self, html: str) -> None:
        self.write(html)
        await self.flush()

    def _open_outputs(self) -> str:
        """Return the end of the skeleton, if it is open, and the start of the outputs."""
        end = self.site.outputs(self._page) if self._in_skeleton else ""
        self._in_skeleton = False
        return end

    def _config(self, key: str) -> str:
        """Return the element that gives the front end its key."""
        base_url: str = self.settings["base_url"]
        modules = {name: base_url + path for name, path in self.settings["modules"].items()}
        config = {
            "baseUrl": base_url,
            "kernelId": key,
            "modules": modules,
            "kept": self._page.kept,
            "unkept": self._page.unkept,
        }
        return json_element("careerpath-config", config)
