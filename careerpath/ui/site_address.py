"""Where participants join: the coach's own address, as their browser tells it."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import SplitResult, urlsplit

LONGEST = 300
ADDRESSES_VARIABLE = "CAREERPATH_ADDRESSES"
"""Where ``careerpath serve`` tells a coach's process how other devices find the site."""


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
    assumed : bool
        Whether it is not the coach's own, which only this computer can open.
    others : tuple of str
        Further addresses of this computer's, under which a coach can open this page instead.
    """

    whole: str
    short: str
    reach: Reach
    assumed: bool = False
    others: tuple[str, ...] = ()


def join_address(base: object, code: str, elsewhere: Sequence[str] = ()) -> JoinAddress:
    """Make the address of a room.

    Parameters
    ----------
    base : object
        Where the site begins, as a browser sends it: anything but an address gives none.
    code : str
    elsewhere : sequence of str
        Where the site begins for other devices, the likeliest first, as the server knows it. A
        coach who sits at the server has an address that nobody else can open.

    Examples
    --------
    >>> join_address("https://example.org/career/", "BCDFGH")
    JoinAddress(whole='https://example.org/career/join/BCDFGH', short='example.org/career/join/', \
reach=<Reach.NETWORK: 'network'>, assumed=False, others=())
    >>> join_address("http://localhost:8866/", "BCDFGH").reach
    <Reach.THIS_COMPUTER: 'this computer'>
    >>> join_address("http://localhost:8866/", "BCDFGH", ["http://192.168.1.20:8866/"]).short
    '192.168.1.20:8866/join/'
    >>> join_address("javascript:alert(1)", "BCDFGH").reach
    <Reach.NOBODY: 'nobody'>
    """
    parts = _parts(base)
    if parts is None:
        return JoinAddress("", "", Reach.NOBODY)
    here = _is_here(parts.hostname or "")
    known = [each for each in map(_parts, elsewhere) if each is not None] if here else []
    site = known[0] if known else parts
    path = f"{site.path.rstrip('/')}/join/"
    return JoinAddress(
        whole=f"{site.scheme}://{site.netloc}{path}{code}",
        short=f"{site.netloc}{path}",
        reach=Reach.THIS_COMPUTER if here and not known else Reach.NETWORK,
        assumed=bool(known),
        others=tuple(f"{each.geturl().rstrip('/')}/room" for each in known[1:]),
    )


def _parts(base: object) -> SplitResult | None:
    """Take a web address apart; None for whatever is none."""
    if not isinstance(base, str) or len(base) > LONGEST or not base.isprintable():
        return None
    try:
        parts = urlsplit(base)
        host = parts.hostname
    except ValueError:
        return None
    plain = parts.scheme in ("http", "https") and "@" not in parts.netloc
    return parts if plain and host else None


def _is_here(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
