"""The address that the server listens on, and those under which it is found."""

from __future__ import annotations

import errno
import ipaddress
import socket

import psutil
from tornado.netutil import bind_sockets

from careerpath import CareerpathError

EVERYWHERE = ("", "0.0.0.0", "::")  # noqa: S104


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


def addresses(host: str) -> list[str]:
    """Say under which addresses the server is found.

    Parameters
    ----------
    host : str
        What it listens on.

    Returns
    -------
    list of str
        As they stand in a web address: first for this computer, then, where it listens
        everywhere, for others on the same network, the likeliest first.

    Examples
    --------
    >>> addresses("127.0.0.1"), addresses("::1")
    (['127.0.0.1'], ['[::1]'])
    >>> addresses("0.0.0.0")[0]
    '127.0.0.1'
    """
    if host not in EVERYWHERE:
        return [f"[{host}]" if ":" in host else host]
    own = [
        each.address
        for network in psutil.net_if_addrs().values()
        for each in network
        if each.family == socket.AF_INET
    ]
    others = [each for each in own if not ipaddress.ip_address(each).is_loopback]
    outgoing = _outgoing()
    others.sort(key=lambda each: (each != outgoing, ipaddress.ip_address(each).is_link_local))
    return ["127.0.0.1", *others]


def _outgoing() -> str:
    """Return the address from which this computer would reach others; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            asking.connect(("192.0.2.1", 9))  # of a network that stands for all in documents
        except OSError:
            return ""
        return str(asking.getsockname()[0])
