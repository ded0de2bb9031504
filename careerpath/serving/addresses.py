"""The port that the server listens on, and the addresses at which others reach it."""

from __future__ import annotations

import errno
import ipaddress
import socket

import psutil
from tornado.netutil import bind_sockets

from careerpath import CareerpathError

ALL_INTERFACES = ("", "0.0.0.0", "::")  # noqa: S104


def listen(host: str, port: int) -> list[socket.socket]:
    """Open the port.

    Parameters
    ----------
    host : str
        The address to listen on.
    port : int
        The port; 0 takes any free port.

    Returns
    -------
    list of socket
        Bound sockets.

    Raises
    ------
    CareerpathError
        If the port is in use or not allowed, or the host is not an address of this computer.
    """
    try:
        return bind_sockets(port, host)
    except OSError as error:
        match error.errno:
            case errno.EADDRINUSE:
                fact = f"Port {port} is already in use."
                next_step = f"Choose another port: --port {port + 1}"
            case errno.EACCES:
                fact = f"You may not listen on port {port}."
                next_step = "Choose a port above 1023: --port 8866"
            case _:
                fact = f"Cannot listen on {host!r}: {error.strerror}."
                next_step = "Choose an address of this computer: --host 127.0.0.1"
        raise CareerpathError(f"{fact} {next_step}") from error


def is_loopback(host: str) -> bool:
    """Check whether only this computer can reach an address.

    Parameters
    ----------
    host : str
        The address that a server listens on.

    Returns
    -------
    bool
        False for a name other than ``localhost``: it could be any address.

    Examples
    --------
    >>> is_loopback("localhost"), is_loopback("::1"), is_loopback("0.0.0.0"), is_loopback("")
    (True, True, False, False)
    """
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def addresses(host: str) -> list[str]:
    """List the addresses at which the server can be reached.

    Parameters
    ----------
    host : str
        The address that it listens on.

    Returns
    -------
    list of str
        As written in a URL. The first is for this computer. If the server listens on all
        interfaces, the others are for devices on the same network, the most likely first.

    Examples
    --------
    >>> addresses("127.0.0.1"), addresses("::1")
    (['127.0.0.1'], ['[::1]'])
    >>> addresses("0.0.0.0")[0]
    '127.0.0.1'
    """
    if host not in ALL_INTERFACES:
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
    """Return the address that this computer uses to reach others. Nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # reserved for documentation, so not on this network
        except OSError:
            return ""
        return str(probe.getsockname()[0])
