"""What answers at each address: landing page, notebooks' pages, static files, error pages."""

from __future__ import annotations

import json
import os
import traceback
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

from jupyter_core.utils import ensure_async
from tornado.iostream import StreamClosedError
from tornado.web import HTTPError, RequestHandler
from voila.utils import get_page_config

from careerpath.serving.assets import Asset
from careerpath.serving.pages import Page, Site
from careerpath.serving.rendering import LOG, PageRenderer, log_trouble

FOREVER = "public, max-age=31536000, immutable"


class SiteHandler(RequestHandler):
    """A handler whose errors are plain pages in the look of the site."""

    @property
    def site(self) -> Site:
        """The HTML that is ours."""
        site: Site = self.settings["site"]
        return site

    def log_exception(self, *error: Any) -> None:
        """Leave logging to ``write_error``, which has an id for it."""

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Write a page that says what happened and what to do."""
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Cache-Control", "no-store")
        if status_code >= 500:
            trace = "".join(traceback.format_exception(*kwargs["exc_info"]))
            log_id = log_trouble(f"{self.request.method} {self.request.path}", trace)
            heading, again = "Something went wrong on our side", True
            kept = "Your answers are kept on this device."
            text = f"{kept} If it happens again, tell us this id: {log_id}."
        elif status_code == 404:
            heading, again = "There is nothing at this address", False
            text = "Perhaps it was mistyped, or the page has moved."
        else:
            heading, again = "That did not work", False
            text = "The server did not understand this request."
        self.finish(self.site.message(heading=heading, text=text, again=again))


class NotFound(SiteHandler):
    """Every address that is nobody's."""

    def prepare(self) -> None:
        """Say so."""
        raise HTTPError(404)


class Landing(SiteHandler):
    """The page at the root. It starts no kernel."""

    SUPPORTED_METHODS = ("GET", "HEAD")

    def get(self) -> None:
        """Send the page."""
        self.set_header("Cache-Control", "no-cache")
        self.finish(self.site.landing())

    head = get


class Health(RequestHandler):
    """Whether the server is there."""

    SUPPORTED_METHODS = ("GET", "HEAD")

    def get(self) -> None:
        """Say yes."""
        self.set_header("Cache-Control", "no-store")
        self.finish({"status": "ok"})

    head = get


class Robots(RequestHandler):
    """What search engines should leave alone: a page with a process behind it."""

    def get(self) -> None:
        """Name the pages."""
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        base, pages = self.settings["base_url"], self.settings["pages"]
        self.finish("User-agent: *\n" + "".join(f"Disallow: {base}{slug}\n" for slug in pages))


class Static(SiteHandler):
    """Files that never change under their address."""

    SUPPORTED_METHODS = ("GET", "HEAD")

    def initialize(self, assets: dict[str, Asset]) -> None:
        """Take the table of what there is."""
        self._assets = assets

    def get(self, path: str) -> None:
        """Send a file, compressed already."""
        asset = self._assets.get(path)
        if asset is None:
            raise HTTPError(404)
        self.set_header("Content-Type", "text/javascript; charset=utf-8")
        self.set_header("Cache-Control", FOREVER)
        self.set_header("Vary", "Accept-Encoding")
        if "gzip" in self.request.headers.get("Accept-Encoding", ""):
            self.set_header("Content-Encoding", "gzip")
            self.finish(asset.compressed)
        else:
            self.finish(asset.content)

    head = get

    def compute_etag(self) -> None:
        """Return nothing: what never changes needs no tag."""


class NotebookPage(SiteHandler):
    """A notebook, run for one visitor.

    The head with the skeleton of the first screen is sent at once; then the kernel starts, and the
    cells' outputs follow as they come.
    """

    SUPPORTED_METHODS = ("GET", "HEAD")

    def initialize(self, page: Page, render: partial[PageRenderer]) -> None:
        """Take what to show, and what renders it."""
        self._page = page
        self._render = render

    def set_default_headers(self) -> None:
        """Keep the page out of every cache.

        It names a process and is good for once. Without no-store a browser that goes back, or
        restores a session, would show it from its cache with a process that has ended. The price
        is that few browsers then keep it in their back-forward cache; coming back starts a new
        process and finds the draft.
        """
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Cache-Control", "no-store")

    def head(self) -> None:
        """Answer without a kernel."""

    async def get(self) -> None:
        """Send the page."""
        if "prefetch" in self.request.headers.get("Sec-Purpose", ""):
            # A browser that only guesses where its reader goes next costs no process.
            self.set_status(503)
            return
        try:
            async for html in self._pieces():
                self.write(html)
                await self.flush()
        except StreamClosedError:
            LOG.info("A visitor left while the page was being made")
        except Exception:  # noqa: BLE001 (the head has been sent: a status can't be changed any more)
            log_id = log_trouble(f"Page {self._page.slug}", traceback.format_exc())
            self.write(self.site.trouble(log_id))

    async def _pieces(self) -> AsyncIterator[str]:
        own = self.settings["template"] == "careerpath"
        if own:
            yield self.site.head(self._page)
        renderer = self._render(page_config={} if own else self._lab_config())
        await renderer.initialize()
        kernels = self.settings["kernel_manager"]
        kernel_id = await ensure_async(
            kernels.start_kernel(
                kernel_name=renderer.notebook.metadata.kernelspec.name,
                path="",
                env=dict(os.environ),
                # Nothing that happens in a page belongs into the operator's IPython history.
                extra_arguments=["--HistoryManager.enabled=False"],
            )
        )
        if own:
            # Before the first cell runs: the front end connects meanwhile.
            yield self._config(kernel_id)
        async for html, _ in renderer.generate_content_generator(
            kernel_id, kernels.get_kernel(kernel_id)
        ):
            yield html
        if own:
            yield "</div></main></body></html>"

    def _config(self, kernel_id: str) -> str:
        """Tell the front end its kernel."""
        base_url: str = self.settings["base_url"]
        modules = {name: base_url + path for name, path in self.settings["modules"].items()}
        config = {"baseUrl": base_url, "kernelId": kernel_id, "modules": modules}
        # Inside of a script element, JSON needs this escaped and nothing else.
        text = json.dumps(config).replace("<", "\\u003c")
        return f'<script id="careerpath-config" type="application/json">{text}</script>\n'

    def _lab_config(self) -> dict[str, Any]:
        """Return what Voilà's own front end wants to know."""
        config: dict[str, Any] = get_page_config(
            base_url=self.settings["base_url"],
            settings=self.settings,
            log=LOG,
            voila_configuration=self.settings["voila_configuration"],
        )
        return config
