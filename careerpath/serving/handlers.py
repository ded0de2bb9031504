"""Handlers that need no kernel: landing page, join form, static files, errors, server status."""

from __future__ import annotations

import traceback
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST
from tornado.web import HTTPError, RequestHandler

from careerpath.room.room import RoomNotFoundError
from careerpath.room.store.codes_and_keys import plain_code
from careerpath.serving.admission import Admission
from careerpath.serving.assets import Asset
from careerpath.serving.log import log_failure
from careerpath.serving.metrics import Metrics
from careerpath.serving.page_maker import PageMaker
from careerpath.serving.site import Site

FOREVER = "public, max-age=31536000, immutable"


class SiteHandler(RequestHandler):
    """A handler whose errors are plain pages in the style of the site."""

    #: A sentence for error pages: where a reload finds what was entered.
    kept = ""

    @property
    def site(self) -> Site:
        """The HTML around the notebooks."""
        site: Site = self.settings["site"]
        return site

    def log_exception(self, *error: Any) -> None:
        """Log nothing: ``write_error`` logs the error with an id."""

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Write a page that says what happened and what to do."""
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Cache-Control", "no-store")
        if status_code >= 500:
            trace = "".join(traceback.format_exception(*kwargs["exc_info"]))
            log_id = log_failure(f"{self.request.method} {self.request.path}", trace)
            heading, again = "Something went wrong on our side", True
            text = f"{self.kept} If it happens again, tell us this id: {log_id}.".lstrip()
        elif status_code == 404:
            heading, again = "There is nothing at this address", False
            text = "The address may be mistyped, or the page has moved."
        else:
            heading, again = "That did not work", False
            text = "The server did not understand this request."
        self.finish(self.site.message(heading=heading, text=text, again=again))


class NotFoundHandler(SiteHandler):
    """Answers every unknown address with a 404 page."""

    def prepare(self) -> None:
        """Answer 404."""
        raise HTTPError(404)


class ForeignHostHandler(SiteHandler):
    """Answers every request under a name that is not one of the server's."""

    def prepare(self) -> None:
        """Answer 403."""
        self.set_status(403)
        self.set_header("Cache-Control", "no-store")
        heading = "This server does not know the name in this address"
        text = "If you run the server, give it that name: careerpath serve --allowed-host NAME"
        self.finish(self.site.message(heading=heading, text=text))


class LandingHandler(SiteHandler):
    """The page at the root. It starts no kernel."""

    SUPPORTED_METHODS = ("GET", "HEAD")

    def get(self) -> None:
        """Send the page."""
        self.set_header("Cache-Control", "no-cache")
        self.finish(self.site.landing())

    head = get


class JoinHandler(SiteHandler):
    """``join/CODE`` redirects to the assessment; ``join`` shows a form for the code.

    The code is passed on as a fragment, which browsers do not send. This handler does not say
    whether the room exists, so that nobody can cheaply try one code after the other. The
    assessment says it.
    """

    SUPPORTED_METHODS = ("GET", "HEAD")

    def get(self, code: str | None = None) -> None:
        """Redirect, or show the form."""
        self.set_header("Cache-Control", "no-store")
        given = code or self.get_query_argument("code", "")
        try:
            found = plain_code(given)
        except RoomNotFoundError as error:
            self.set_status(404 if given else 200)
            self.finish(self.site.join(given, problem=str(error) if given else ""))
            return
        self.redirect(self.site.room(found), status=303)

    head = get


class HealthHandler(RequestHandler):
    """The status of the server.

    ``healthz`` answers 200 as long as the server runs. ``healthz?ready`` answers 503 until each
    page is prepared, so that a load balancer can wait for it.
    """

    SUPPORTED_METHODS = ("GET", "HEAD")

    def get(self) -> None:
        """Send the status."""
        makers: list[PageMaker] = self.settings["makers"]
        admission: Admission = self.settings["admission"]
        ready = all(each.settled.is_set() for each in makers)
        self.set_header("Cache-Control", "no-store")
        if "ready" in self.request.query_arguments or self.request.query == "ready":
            self.set_status(200 if ready else 503)
        state = {"ready": ready, "visitors": len(admission), "places": admission.limit}
        self.finish({"status": "ok", **state})

    head = get


class MetricsHandler(SiteHandler):
    """Figures for Prometheus."""

    def initialize(self, metrics: Metrics) -> None:
        """Store the metrics."""
        self._metrics = metrics

    def get(self) -> None:
        """Send all figures."""
        self.set_header("Content-Type", CONTENT_TYPE_LATEST)
        self.set_header("Cache-Control", "no-store")
        self.finish(self._metrics.text())


class RobotsHandler(RequestHandler):
    """Asks search engines not to open the pages that start a kernel."""

    def get(self) -> None:
        """List the pages."""
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        base, pages = self.settings["base_url"], self.settings["pages"]
        self.finish("User-agent: *\n" + "".join(f"Disallow: {base}{slug}\n" for slug in pages))


class StaticHandler(SiteHandler):
    """Files whose content never changes at their address."""

    SUPPORTED_METHODS = ("GET", "HEAD")

    def initialize(self, assets: dict[str, Asset]) -> None:
        """Store the table of files."""
        self._assets = assets

    def get(self, path: str) -> None:
        """Send a file, compressed if the browser accepts that."""
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
        """Return nothing: a file that never changes needs no tag."""
