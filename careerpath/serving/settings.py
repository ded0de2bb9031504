"""The operator's options, and settings of Voilà that are safe on the public internet."""

from __future__ import annotations

import re
import socket
import sys
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

from traitlets.config import Config

from careerpath import CareerpathError
from careerpath.serving.forking import provisioner

#: Bytes of a websocket message; ours are far smaller.
LARGEST_MESSAGE = 4 * 1024 * 1024
LARGEST_BODY = 64 * 1024
#: A connection is closed if it is idle, or takes to send its request, for longer than this.
CONNECTION_SECONDS = 75

_FRAMER = re.compile(r"(https?://)?[A-Za-z0-9.*\-]+(:(\d{1,5}|\*))?|'self'|'none'")

#: Hosts for which no name server can name another website: IPv4 and IPv6 addresses.
_ADDRESS = r"[0-9.]+|\[[0-9a-f:.]+\]"
_NAME = re.compile(r"[a-z0-9_](?:[a-z0-9_.\-]*[a-z0-9_])?")

#: Cells with this tag are for JupyterLab only: they are neither shown nor run.
REMOVED_TAG = "workbook"


@dataclass(frozen=True, kw_only=True)
class Timing:
    """Time limits in seconds. Tests use shorter ones.

    Attributes
    ----------
    cell : float
        A cell that runs longer is stopped.
    connect : float
        The kernel of a page that has not connected after so long is ended: the visitor is a bot,
        or a browser without JavaScript.
    idle : float
        A kernel that was not used for so long is ended, even if its page is open. The draft is in
        the browser.
    watch : int
        How often kernels are checked.
    """

    cell: float = 30
    connect: float = 60
    idle: float = 20 * 60
    watch: int = 10


@dataclass(frozen=True, kw_only=True)
class Options:
    """The operator's options.

    Attributes
    ----------
    notebooks : Path or None
        A folder of notebooks to serve instead of the built-in ones.
    instrument : str or None
        The file or id of the instrument; None for the built-in one.
    database : str or None
        The URL of the rooms' database; None for a file in the user's data folder.
    host : str
        The address to listen on.
    port : int
        The port; 0 takes any free port.
    base_url : str
        The path of the pages, for a server behind a proxy.
    max_visitors : int or None
        The most visitors at a time; None for as many as fit into memory.
    per_address : int or None
        The most open pages of one address; 0 means no limit. None means three quarters of all: a
        room often shares one address, and others need places, too.
    trusted_proxy : str
        Proxies whose ``X-Forwarded-For`` is trusted: addresses or networks, separated by commas.
    allowed_host : str
        Names, separated by commas, under which visitors reach the server, besides its addresses
        and the names of this computer.
    frame_ancestors : str
        Sites, separated by spaces, that may show the pages in a frame; ``'none'`` allows no site.
    metrics : bool
        Whether ``/metrics`` shows figures.
    verbose : bool
        Whether to log the messages of Jupyter and tornado, too.
    timing : Timing
        Time limits.
    """

    notebooks: Path | None = None
    instrument: str | None = None
    database: str | None = None
    host: str = "127.0.0.1"
    port: int = 8866
    base_url: str = "/"
    max_visitors: int | None = None
    per_address: int | None = None
    trusted_proxy: str = ""
    allowed_host: str = ""
    frame_ancestors: str = ""
    metrics: bool = False
    verbose: bool = False
    timing: Timing = Timing()

    def __post_init__(self) -> None:
        """Check the options before anything is started."""
        for each in self.frame_ancestors.split():
            if not _FRAMER.fullmatch(each):
                raise CareerpathError(
                    f"--frame-ancestors got {each!r}, which is not the address of a site. "
                    "Write it like https://portal.example; separate several with spaces."
                )
        for each in self.allowed_hosts:
            if not _NAME.fullmatch(each):
                raise CareerpathError(
                    f"--allowed-host got {each!r}, which is not the name of a server. Write it "
                    "like career.example, without https:// and without a port; separate several "
                    "with commas."
                )
        _ = self.proxies

    @property
    def allowed_hosts(self) -> tuple[str, ...]:
        """The operator's names of the server, in small letters."""
        return _listed(self.allowed_host.lower())

    @property
    def proxies(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The networks of the trusted proxies."""
        try:
            return tuple(ip_network(each, strict=False) for each in _listed(self.trusted_proxy))
        except ValueError as error:
            raise CareerpathError(
                f"--trusted-proxy: {error}. Write the proxy's address as this server sees it, like "
                "127.0.0.1 or 172.16.0.0/12; separate several with commas."
            ) from error


def _listed(text: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in text.split(",") if each.strip())


def host_pattern(options: Options) -> str:
    """Return a pattern for the hosts that the server answers.

    Another website can make its name lead to this server, and then its scripts may read our pages,
    because the browser takes both for one site (DNS rebinding). So only addresses, the names of
    this computer and the operator's names are answered. Behind a proxy it is the proxy that knows
    the names; if the operator gives none here, all are answered.

    Parameters
    ----------
    options : Options
        The operator's options.

    Returns
    -------
    str
        A regular expression for a host in small letters, without a port.

    Examples
    --------
    >>> pattern = host_pattern(Options(allowed_host="career.example"))
    >>> bool(re.fullmatch(pattern, "career.example")), bool(re.fullmatch(pattern, "evil.example"))
    (True, False)
    """
    if options.proxies and not options.allowed_hosts:
        return ".*"
    own = socket.gethostname().lower()
    names = ("localhost", own, f"{own.partition('.')[0]}.local", options.host.lower())
    known = "|".join(map(re.escape, (*names, *options.allowed_hosts)))
    return rf"(?:{_ADDRESS}|(?:{known})\.?)"


def safe_config(options: Options) -> Config:
    """Return settings of Voilà that are safe on the public internet.

    Parameters
    ----------
    options : Options
        The operator's options.

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
    config.TagRemovePreprocessor.enabled = True
    config.TagRemovePreprocessor.remove_cell_tags = {REMOVED_TAG}
    config.VoilaExecutor.timeout = max(1, round(timing.cell))
    config.MappingKernelManager.cull_interval = timing.watch
    config.MappingKernelManager.cull_idle_timeout = max(1, round(timing.idle))
    config.PageKernels.connect_timeout = max(1, round(timing.connect))
    # Never restart a kernel: it would be empty. So the page learns at once that it died.
    config.KernelRestarter.restart_limit = 0
    config.KernelRestarter.time_to_dead = 1
    config.KernelProvisionerFactory.default_provisioner_name = provisioner.NAME
    if sys.platform != "win32":
        # On TCP, kernels that start at the same time may take each other's ports.
        config.KernelManager.transport = "ipc"
    return config
