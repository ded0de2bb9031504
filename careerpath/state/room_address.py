"""Where participants join: the coach's own address, as their browser tells it."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

LONGEST = 300


class Reach(StrEnum):
    """Who can open an address."""

    NOBODY = "nobody"
    """It is not known: the page was not served by careerpath."""
    THIS_COMPUTER = "this computer"
    NETWORK = "network"


@dataclass(frozen=True, slots=True)
class JoinAddress:
    """Where a room is joined.

    Attributes
    ----------
    whole : str
        For the QR code; empty where it is not known.
    short : str
        As people type it.
    reach : Reach
    """

    whole: str
    short: str
    reach: Reach


def join_address(base: object, code: str) -> JoinAddress:
    """Make the address of a room.

    Parameters
    ----------
    base : object
        Where the site begins, as a browser sends it: anything but an address gives none.
    code : str

    Examples
    --------
    >>> join_address("https://example.org/career/", "BCDFGH")
    JoinAddress(whole='https://example.org/career/join/BCDFGH', short='example.org/career/join/', \
reach=<Reach.NETWORK: 'network'>)
    >>> join_address("http://localhost:8866/", "BCDFGH").reach
    <Reach.THIS_COMPUTER: 'this computer'>
    >>> join_address("javascript:alert(1)", "BCDFGH").reach
    <Reach.NOBODY: 'nobody'>
    """
    nowhere = JoinAddress("", "", Reach.NOBODY)
    if not isinstance(base, str) or len(base) > LONGEST or not base.isprintable():
        return nowhere
    try:
        parts = urlsplit(base)
        host = parts.hostname or ""
    except ValueError:
        return nowhere
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc:
        return nowhere
    path = f"{parts.path.rstrip('/')}/join/"
    return JoinAddress(
        whole=f"{parts.scheme}://{parts.netloc}{path}{code}",
        short=f"{parts.netloc}{path}",
        reach=Reach.THIS_COMPUTER if _is_here(host) else Reach.NETWORK,
    )


def _is_here(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
