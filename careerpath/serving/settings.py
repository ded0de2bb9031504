"""What an operator can choose, and settings that are safe for strangers on the public internet."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

from traitlets.config import Config

from careerpath import CareerpathError

#: No message of ours is near it.
LARGEST_MESSAGE = 4 * 1024 * 1024
LARGEST_BODY = 64 * 1024
#: A connection that asks nothing for so long, or takes so long to ask, is closed.
PATIENCE_SECONDS = 75

_FRAMER = re.compile(r"(https?://)?[A-Za-z0-9.*\-]+(:(\d{1,5}|\*))?|'self'|'none'")


#: The pages that are made ahead where no room is expected: whoever comes finds one.
ONE_BY_ONE = 2


@dataclass(frozen=True, kw_only=True)
class Timing:
    """How long things may take, in seconds. Tests are less patient.

    Attributes
    ----------
    cell : float
        A cell that runs longer hangs.
    quiet : float
        The pool is refilled once nobody has come for so long: a start takes a whole core, and
        those who are coming in need it more.
    connect : float
        A page that has not connected by then has no reader: a bot, or a browser without
        JavaScript.
    idle : float
        A kernel that nobody has used for so long is ended, even with a page open: the draft is in
        the browser.
    watch : int
        How often kernels are looked at.
    """

    cell: float = 30
    quiet: float = 5
    connect: float = 60
    idle: float = 20 * 60
    watch: int = 10


@dataclass(frozen=True, kw_only=True)
class Options:
    """What an operator chooses.

    Attributes
    ----------
    notebooks : Path or None
        A folder of notebooks to serve in the place of the shipped ones.
    instrument : str or None
        An instrument's file or id in the place of the shipped one.
    database : str or None
        The URL of the database that rooms are kept in; None for a file in the user's data folder.
    host : str
        The address to listen on.
    port : int
        The port; 0 for any that is free.
    base_url : str
        The path of the application, for a server behind a proxy.
    room_size : int
        How many visitors can come at once without waiting: pages that are made ahead.
    max_visitors : int or None
        How many visitors there can be; None for as many as the memory holds.
    per_address : int or None
        How many pages one address can hold open; 0 for any number. None for half of all, and never
        fewer than a room that shares one address needs.
    trusted_proxy : str
        Addresses or networks, separated by commas, whose ``X-Forwarded-For`` is believed.
    frame_ancestors : str
        Sites, separated by spaces, that may show the pages in a frame; ``'none'`` for nobody.
    metrics : bool
        Whether ``/metrics`` answers.
    verbose : bool
        Whether Jupyter's and tornado's messages are logged too.
    timing : Timing
        How long things may take.
    """

    notebooks: Path | None = None
    instrument: str | None = None
    database: str | None = None
    host: str = "127.0.0.1"
    port: int = 8866
    base_url: str = "/"
    room_size: int = 0
    max_visitors: int | None = None
    per_address: int | None = None
    trusted_proxy: str = ""
    frame_ancestors: str = ""
    metrics: bool = False
    verbose: bool = False
    timing: Timing = Timing()

    def __post_init__(self) -> None:
        """Refuse what makes no sense before anything is started."""
        if self.max_visitors is not None and self.room_size > self.max_visitors:
            raise CareerpathError(
                f"A room of {self.room_size} is larger than --max-visitors {self.max_visitors}. "
                f"Choose at least --max-visitors {self.room_size}, or a smaller --room-size."
            )
        for each in self.frame_ancestors.split():
            if not _FRAMER.fullmatch(each):
                raise CareerpathError(
                    f"{each!r} is no site that may show the pages in a frame. "
                    "Write it like https://portal.example, several separated by spaces."
                )
        _ = self.proxies

    @property
    def proxies(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The networks of the trusted proxies."""
        texts = [each.strip() for each in self.trusted_proxy.split(",") if each.strip()]
        try:
            return tuple(ip_network(each, strict=False) for each in texts)
        except ValueError as error:
            raise CareerpathError(
                f"--trusted-proxy: {error}. Write the proxy's address as this server sees it, like "
                "127.0.0.1 or 172.16.0.0/12; several separated by commas."
            ) from error


def safe_config(options: Options) -> Config:
    """Return Voilà's settings for strangers on the public internet.

    Parameters
    ----------
    options : Options
        What the operator chose.

    Returns
    -------
    Config
        Settings.
    """
    timing = options.timing
    config = Config()
    config.VoilaConfiguration.template = "careerpath"
    config.VoilaConfiguration.allow_template_override = "NO"
    config.VoilaConfiguration.allow_theme_override = "NO"
    config.VoilaConfiguration.show_tracebacks = False
    config.VoilaConfiguration.strip_sources = True
    config.VoilaConfiguration.file_allowlist = []
    config.VoilaConfiguration.multi_kernel_manager_class = "careerpath.serving.kernels.PageKernels"
    # Cells for JupyterLab only: neither shown nor run.
    config.TagRemovePreprocessor.enabled = True
    config.TagRemovePreprocessor.remove_cell_tags = {"workbook"}
    config.VoilaExecutor.timeout = max(1, round(timing.cell))
    config.MappingKernelManager.cull_interval = timing.watch
    config.MappingKernelManager.cull_idle_timeout = max(1, round(timing.idle))
    config.PageKernels.connect_timeout = max(1, round(timing.connect))
    # A restarted kernel would be an empty one. Zero tries: the page hears at once that it is dead.
    config.KernelRestarter.restart_limit = 0
    if sys.platform != "win32":
        # Under a crowd, kernels on TCP take each other's ports.
        config.KernelManager.transport = "ipc"
    return config
