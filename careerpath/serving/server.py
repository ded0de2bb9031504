"""The server: Voilà, standalone, with safe settings and pages of our own."""

from __future__ import annotations

import asyncio
import errno
import logging
import shutil
import signal
import socket
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

from jupyter_core.utils import ensure_async
from jupyter_server.utils import url_path_join
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler
from voila.app import Voila
from voila.paths import collect_template_paths

from careerpath import CareerpathError
from careerpath.serving import handlers, kernels
from careerpath.serving.assets import load_assets
from careerpath.serving.headers import LAB_POLICY, PAGE_POLICY, security_headers
from careerpath.serving.pages import TEMPLATES, Page, Site, find_pages
from careerpath.serving.rendering import LOG, PageRenderer
from careerpath.serving.settings import (
    LARGEST_BODY,
    LARGEST_MESSAGE,
    TEMPLATE_NAMES,
    safe_config,
)


class CareerpathServer(Voila):
    """Voilà with our pages around it.

    Taken from Voilà: kernels, the message filter that keeps visitors from running code, rendering.
    Left out: its tree of files, its file handler, its choice of templates by address.

    Parameters
    ----------
    pages : dict of str to Page
        Notebooks by address; all in one folder.
    template : str
        ``careerpath``, or ``lab`` for Voilà's own front end.
    base_url : str
        The path of the application.
    verbose : bool
        Whether Jupyter's and tornado's messages are logged too.
    """

    #: Voilà would read settings from the folder it is started in.
    config_file_paths: list[str] = []  # noqa: RUF012 (replaces a trait of Voilà)

    def __init__(
        self, *, pages: dict[str, Page], template: str, base_url: str, verbose: bool
    ) -> None:
        config = safe_config(template=template)
        super().__init__(
            config=config, open_browser=False, log=logging.getLogger("careerpath.voila")
        )
        self.log.setLevel(logging.INFO if verbose else logging.WARNING)
        self.pages = pages
        self.template = template
        self.base_url = url_path_join("/", base_url, "/")
        self.root_dir = str(next(iter(pages.values())).notebook.parent.resolve())
        self.identity_provider_class = kernels.Visitor
        self.token = ""
        self.initialize([])

    def setup_template_dirs(self) -> None:
        """Look for our template beside this file, not in Jupyter's folders."""
        super().setup_template_dirs()
        if self.template == "careerpath":
            base = collect_template_paths(["voila", "nbconvert"], "base", prune=True)
            self.template_paths = [str(TEMPLATES / "careerpath"), *base]

    def init_settings(self) -> dict[str, Any]:
        """Add to Voilà's settings what our handlers need."""
        # The sockets' paths must stay short, and a Mac's temporary folder is deep.
        short = "/tmp" if sys.platform == "darwin" else None  # noqa: S108
        self.connection_dir = tempfile.mkdtemp(prefix="careerpath-", dir=short)
        assets = load_assets()
        settings: dict[str, Any] = super().init_settings()
        settings |= {
            "site": Site(base_url=self.base_url, assets=assets, pages=self.pages),
            "assets": assets.by_path,
            "modules": assets.modules,
            "pages": self.pages,
            "template": self.template,
            "voila_configuration": self.voila_configuration,
            "default_handler_class": handlers.NotFound,
            "compress_response": True,
            "websocket_compression_options": {"compression_level": 6, "mem_level": 5},
            "websocket_max_message_size": LARGEST_MESSAGE,
            "log_function": log_request,
        }
        return settings

    def init_handlers(self) -> list[Any]:
        """List the addresses; the first that fits answers."""
        at = partial(url_path_join, self.base_url)
        settings = self.app.settings
        own: list[Any] = [
            (self.base_url, handlers.Landing),
            (at("healthz"), handlers.Health),
            (at("robots.txt"), handlers.Robots),
            (at(f"api/kernels/{kernels.KERNEL_ID}"), kernels.KernelStatus),
            (at(f"voila/api/shutdown/{kernels.KERNEL_ID}"), kernels.KernelShutdown),
            (
                at(f"api/kernels/{kernels.KERNEL_ID.replace('(', '(?P<kernel_id>', 1)}/channels"),
                kernels.KernelSocket,
            ),
            (at("((?:static|nbextensions)/.*)"), handlers.Static, {"assets": settings["assets"]}),
        ]
        for page in self.pages.values():
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
            )
            own.append((at(page.slug), handlers.NotebookPage, {"page": page, "render": render}))
        voila = self._lab_handlers() if self.template == "lab" else []
        return [*own, *voila, (r".*", handlers.NotFound)]

    def _lab_handlers(self) -> list[Any]:
        """Return Voilà's handlers for the files of its own front end."""
        wanted = ("voila/templates/", "voila/static/", "voila/api/themes/", "voila/labextensions/")
        starts = tuple(url_path_join(self.base_url, each) for each in wanted)
        return [each for each in super().init_handlers() if each[0].startswith(starts)]

    def run(self, *, host: str, port: int) -> None:
        """Serve until SIGTERM or Ctrl-C, and leave nothing behind.

        Parameters
        ----------
        host : str
            The address to listen on.
        port : int
            The port; 0 for any that is free.
        """
        sockets = listen(host, port)
        asyncio.run(self._serve(sockets, host=host))

    async def _serve(self, sockets: list[socket.socket], *, host: str) -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for each in (signal.SIGTERM, signal.SIGINT):
            if sys.platform == "win32":
                signal.signal(each, lambda *_: loop.call_soon_threadsafe(stop.set))
            else:
                loop.add_signal_handler(each, stop.set)
        settings = self.init_settings()
        try:
            self.app = Application(**settings)
            self.app.add_transform(
                security_headers(LAB_POLICY if self.template == "lab" else PAGE_POLICY)
            )
            self.app.add_handlers(r".*", self.init_handlers())
            server = HTTPServer(self.app, max_body_size=LARGEST_BODY)
            server.add_sockets(sockets)
            self.port = sockets[0].getsockname()[1]
            everywhere = host in {"", "0.0.0.0", "::"}  # noqa: S104
            shown = socket.gethostname() if everywhere else f"[{host}]" if ":" in host else host
            print(  # noqa: T201 (what the person who started it waits for)
                f"careerpath is ready at http://{shown}:{self.port}{self.base_url}", flush=True
            )
            await stop.wait()
            LOG.info("Stopping")
            server.stop()
            await server.close_all_connections()
        finally:
            await ensure_async(self.kernel_manager.shutdown_all(now=True))
            shutil.rmtree(self.connection_dir, ignore_errors=True)


def listen(host: str, port: int) -> list[socket.socket]:
    """Take the port, or say in plain words why not.

    Parameters
    ----------
    host : str
        The address to listen on.
    port : int
        The port; 0 for any that is free.

    Returns
    -------
    list of socket
        Bound sockets.
    """
    try:
        return bind_sockets(port, host)
    except OSError as error:
        match error.errno:
            case errno.EADDRINUSE:
                fact = f"Something listens on port {port} already."
                mend = f"Choose another one: --port {port + 1}"
            case errno.EACCES:
                fact = f"Port {port} needs more rights."
                mend = "Choose one above 1023: --port 8866"
            case _:
                fact = f"Can't listen on {host!r}: {error.strerror}."
                mend = "Choose an address of this computer: --host 127.0.0.1"
        raise CareerpathError(f"{fact} {mend}") from error


def log_request(handler: RequestHandler) -> None:
    """Log a request without the visitor's address, and only one that failed on our side."""
    if handler.get_status() >= 500:
        LOG.error("%s %s %s", handler.get_status(), handler.request.method, handler.request.path)
    else:
        LOG.debug("%s %s %s", handler.get_status(), handler.request.method, handler.request.path)


def serve(
    notebooks: Path | None = None,
    *,
    host: str = "127.0.0.1",
    port: int = 8866,
    base_url: str = "/",
    template: str = "careerpath",
    verbose: bool = False,
) -> None:
    """Serve the workbook until it is stopped.

    Parameters
    ----------
    notebooks : Path, optional
        A folder of notebooks to serve in the place of the shipped ones.
    host : str
        The address to listen on.
    port : int
        The port; 0 for any that is free.
    base_url : str
        The path of the application, for a server behind a proxy.
    template : str
        ``careerpath``, or ``lab`` for Voilà's own front end.
    verbose : bool
        Whether Jupyter's and tornado's messages are logged too.
    """
    if template not in TEMPLATE_NAMES:
        message = f"There is no template {template!r}. Choose one of: {', '.join(TEMPLATE_NAMES)}."
        raise CareerpathError(message)
    logging.basicConfig(
        level=logging.INFO if verbose else logging.WARNING,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    LOG.setLevel(logging.INFO)
    server = CareerpathServer(
        pages=find_pages(notebooks), template=template, base_url=base_url, verbose=verbose
    )
    server.run(host=host, port=port)
