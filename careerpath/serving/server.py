"""The server: Voilà, standalone, with safe settings and our own pages."""

from __future__ import annotations

import asyncio
import logging
import os
import re
import shutil
import signal
import socket
import sys
import time
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from jupyter_server.utils import url_path_join
from tornado.httpserver import HTTPServer
from tornado.ioloop import IOLoop
from tornado.web import Application, RequestHandler
from voila.app import Voila
from voila.paths import collect_template_paths

from careerpath import load_instrument
from careerpath.core.instrument_file import INSTRUMENT_VARIABLE, instrument_path
from careerpath.serving import handlers, kernels
from careerpath.serving.addresses import addresses, listen
from careerpath.serving.admission import Admission
from careerpath.serving.assets import load_assets
from careerpath.serving.forking.template import CannotForkError
from careerpath.serving.headers import page_policy, security_headers
from careerpath.serving.kernel_folder import make_private_folder
from careerpath.serving.log import LOG, log_event, start_logging
from careerpath.serving.memory import MemoryBudget, available_memory
from careerpath.serving.metrics import Metrics
from careerpath.serving.notebook_handler import NotebookHandler
from careerpath.serving.page_maker import PageMaker
from careerpath.serving.pages import COACH, Page, find_pages
from careerpath.serving.rendering import PageRenderer
from careerpath.serving.rooms_database import prepare_rooms
from careerpath.serving.settings import (
    CONNECTION_SECONDS,
    LARGEST_BODY,
    LARGEST_MESSAGE,
    Options,
    host_pattern,
    safe_config,
)
from careerpath.serving.site import TEMPLATES, Site
from careerpath.ui.site_address import ADDRESSES_VARIABLE

#: More open files than memory allows visitors. A visitor needs fifteen.
MOST_FILES = 65_536
#: How often to look whether pages are being opened, before another page is prepared.
QUIET_SECONDS = 0.3
#: Seconds to wait for running requests when the server stops.
STOP_SECONDS = 10


class CareerpathServer(Voila):
    """Voilà with our own handlers.

    Used from Voilà: its kernel manager, rendering, and the message filter that keeps visitors from
    running code. Left out: its list of files, its file handler and its choice of templates by
    address.

    Parameters
    ----------
    options : Options
        The operator's options.
    """

    #: Without this, Voilà would read settings from the current folder.
    config_file_paths: list[str] = []  # noqa: RUF012 (replaces a trait of Voilà)

    def __init__(self, options: Options) -> None:
        super().__init__(
            config=safe_config(options),
            open_browser=False,
            log=logging.getLogger("careerpath.voila"),
        )
        self.log.setLevel(logging.INFO if options.verbose else logging.WARNING)
        self.log.addFilter(is_not_told_elsewhere)
        self.options = options
        self._keeping: set[asyncio.Task[None]] = set()
        self.instrument = load_instrument(options.instrument)
        self.pages = find_pages(options.notebooks, self.instrument)
        self.base_url = url_path_join("/", options.base_url, "/")
        self.root_dir = str(next(iter(self.pages.values())).notebook.parent.resolve())
        self.identity_provider_class = kernels.AnonymousVisitor
        self.token = ""
        self.initialize([])

    def setup_template_dirs(self) -> None:
        """Use our own template, not one in Jupyter's folders."""
        base = collect_template_paths(["voila", "nbconvert"], "base", prune=True)
        self.template_paths = [str(TEMPLATES / "careerpath"), *base]

    def init_settings(self) -> dict[str, Any]:
        """Add to Voilà's settings the objects that our handlers need."""
        self.connection_dir = str(make_private_folder())
        assets = load_assets()
        options = self.options
        settings: dict[str, Any] = super().init_settings()
        self.start_page = "assessment" if "assessment" in self.pages else next(iter(self.pages))
        self.memory = MemoryBudget(available_memory(), start_page=self.start_page)
        most = options.max_visitors
        by_memory = Admission(
            limit=lambda: self.memory.most,
            per_address=options.per_address,
            places_of=self.memory.places,
        )
        self.admission = self.kernel_manager.admission = (
            by_memory
            if most is None
            else Admission(limit=lambda: most, per_address=options.per_address)
        )
        sources: tuple[Path, ...] = ()
        if options.instrument is not None:
            path = instrument_path(options.instrument).resolve()
            self.kernel_manager.environment[INSTRUMENT_VARIABLE] = str(path)
            sources = (path,)
        self.kernel_manager.environment |= prepare_rooms(options.database)
        starts = asyncio.Semaphore(cores())
        self.makers = {
            slug: self._maker(page, starts, sources) for slug, page in self.pages.items()
        }
        self.metrics = Metrics(
            visitors=lambda: len(self.admission),
            places=lambda: self.admission.limit,
        )
        LOG.addHandler(self.metrics)
        site = Site(
            base_url=self.base_url,
            assets=assets,
            start=self.start_page,
            instrument=self.instrument,
            pages=self.pages,
        )
        settings |= {
            "site": site,
            "assets": assets.by_path,
            "modules": assets.modules,
            "pages": self.pages,
            "makers": list(self.makers.values()),
            "admission": self.admission,
            "page_policy": page_policy(options.frame_ancestors),
            "proxies": options.proxies,
            "work": set(),
            "default_handler_class": handlers.ForeignHostHandler,
            "compress_response": True,
            "websocket_compression_options": {"compression_level": 6, "mem_level": 5},
            "websocket_max_message_size": LARGEST_MESSAGE,
            "log_function": log_request,
        }
        return settings

    def _maker(self, page: Page, starts: asyncio.Semaphore, sources: tuple[Path, ...]) -> PageMaker:
        render = partial(
            PageRenderer,
            voila_configuration=self.voila_configuration,
            traitlet_config=self.config,
            notebook_path=str(page.notebook),
            template_paths=self.template_paths,
            config_manager=self.config_manager,
            contents_manager=self.contents_manager,
            base_url=self.base_url,
            kernel_spec_manager=self.kernel_spec_manager,
            page_config={},  # for Voilà's own front end
        )
        return PageMaker(
            page,
            kernels=self.kernel_manager,
            render=render,
            memory=self.memory,
            starts=starts,
            sources=(page.notebook, *sources),
            seconds=self.options.timing.cell,
        )

    def init_handlers(self) -> list[Any]:
        """List the addresses. The first one that matches answers."""
        at = partial(url_path_join, self.base_url)
        settings = self.app.settings
        own: list[Any] = [
            (self.base_url, handlers.LandingHandler),
            (at("join(?:/(.*))?"), handlers.JoinHandler),
            (at("healthz"), handlers.HealthHandler),
            (at("robots.txt"), handlers.RobotsHandler),
            (at(f"api/kernels/{kernels.KEY}"), kernels.KernelStatusHandler),
            (at(f"voila/api/shutdown/{kernels.KEY}"), kernels.KernelShutdownHandler),
            (at(f"api/kernels/{kernels.KEY}/channels"), kernels.KernelSocket),
            (
                at("((?:static|nbextensions)/.*)"),
                handlers.StaticHandler,
                {"assets": settings["assets"]},
            ),
        ]
        if self.options.metrics:
            own.append((at("metrics"), handlers.MetricsHandler, {"metrics": self.metrics}))
        for slug, maker in self.makers.items():
            own.append((at(re.escape(slug)), NotebookHandler, {"maker": maker}))
        return [*own, (r".*", handlers.NotFoundHandler)]

    def run(self) -> None:
        """Serve until SIGTERM or Ctrl-C. Then end all kernels and remove all files."""
        allow_many_files()
        sockets = listen(self.options.host, self.options.port)
        asyncio.run(self._serve(sockets))

    async def _serve(self, sockets: list[socket.socket]) -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        # Tornado's timers go by the time of day: when that jumps back, kernels would no longer be
        # checked, and when it jumps forward, all websockets would seem silent.
        IOLoop.current().time = time.monotonic  # type: ignore[method-assign]
        for each in (signal.SIGTERM, signal.SIGINT):
            if sys.platform == "win32":
                signal.signal(each, lambda *_: loop.call_soon_threadsafe(stop.set))
            else:
                loop.add_signal_handler(each, stop.set)
        settings = self.init_settings()
        self.app = Application(**settings)
        self.app.add_transform(security_headers(settings["page_policy"]))
        self.app.add_handlers(host_pattern(self.options), self.init_handlers())
        server = HTTPServer(
            self.app,
            max_body_size=LARGEST_BODY,
            idle_connection_timeout=CONNECTION_SECONDS,
            body_timeout=CONNECTION_SECONDS,
        )
        opening = asyncio.create_task(self._open(server, sockets))
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({opening, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if opening.done():
                opening.result()
            log_event("stopping", visitors=len(self.admission))
        finally:
            server.stop()
            work = {opening, stopping, *self._keeping, *settings["work"]}
            for task in work:
                task.cancel()
            await asyncio.wait(work, timeout=STOP_SECONDS)
            await server.close_all_connections()
            await self.kernel_manager.end_all()
            shutil.rmtree(self.connection_dir, ignore_errors=True)

    async def _open(self, server: HTTPServer, sockets: list[socket.socket]) -> None:
        """Prepare the start page, accept connections, and keep all pages prepared."""
        options = self.options
        port = sockets[0].getsockname()[1]
        here, *elsewhere = (
            f"http://{each}:{port}{self.base_url}" for each in addresses(options.host)
        )
        self.kernel_manager.environment[ADDRESSES_VARIABLE] = " ".join(elsewhere)
        start = self.makers[self.start_page]
        self._keep_prepared(start)
        await start.settled.wait()
        if options.max_visitors is not None:
            self.memory.check(options.max_visitors)
        server.add_sockets(sockets)
        say(f"careerpath is ready at {here} (Ctrl-C stops it)")
        for each in elsewhere:
            say(f"  for other devices: {each}")
        if COACH in self.pages:
            say(f"  for a coach, to open a room: {here}{COACH}")
        say(f"  {self.memory.summary}")
        log_event("listening", port=port)
        # One after the other, and after those who come at once: preparing takes a whole core.
        for maker in self.makers.values():
            if maker is start:
                continue
            await asyncio.sleep(QUIET_SECONDS)
            while self.app.settings["work"]:  # a page is being opened
                await asyncio.sleep(QUIET_SECONDS)
            self._keep_prepared(maker)
            await maker.settled.wait()
        await asyncio.Event().wait()

    def _keep_prepared(self, maker: PageMaker) -> None:
        self._keeping.add(asyncio.create_task(maker.keep_template()))


def is_not_told_elsewhere(record: logging.LogRecord) -> bool:
    """Leave out Jupyter's tracebacks of a failed copy: the event ``not_copied`` is enough."""
    return not (record.exc_info and isinstance(record.exc_info[1], CannotForkError))


def log_request(handler: RequestHandler) -> None:
    """Log a request without the visitor's address; below level ERROR unless the server failed."""
    status = handler.get_status()
    # 503 is intended, and logged as an event of its own.
    level = logging.ERROR if status >= 500 and status != 503 else logging.DEBUG
    request = handler.request
    log_event("request", level=level, status=status, method=request.method, path=request.path)


def say(text: str) -> None:
    """Print a line for the person who started the server."""
    print(text, flush=True)  # noqa: T201


def cores() -> int:
    """Count the processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1


def allow_many_files() -> None:
    """Raise the limit of open files, which is 1024 on most systems."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if most == resource.RLIM_INFINITY else min(most, MOST_FILES)
    with suppress(OSError, ValueError):  # a sandbox may forbid it, and macOS may allow fewer
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def serve(options: Options) -> None:
    """Serve the pages until the server is stopped.

    Parameters
    ----------
    options : Options
        The operator's options.
    """
    start_logging(verbose=options.verbose)
    CareerpathServer(options).run()
