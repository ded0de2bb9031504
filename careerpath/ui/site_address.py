"""The address where participants join a room, made from the address of the coach's page."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import SplitResult, urlsplit

LONGEST = 300
ADDRESSES_VARIABLE = "CAREERPATH_ADDRESSES"
"""Where ``careerpath serve`` tells a coach's process how other devices find the site."""


class WhoCanOpen(StrEnum):
    """Who can open an address."""

    NOBODY = "nobody"
    """The address is unknown: careerpath did not serve the page."""
    THIS_COMPUTER = "this computer"
    NETWORK = "network"


@dataclass(frozen=True, slots=True)
class JoinAddress:
    """The address where people join a room.

    Attributes
    ----------
    url : str
        For the QR code; empty if it is unknown.
    typed : str
        What people type, without the code.
    who_can_open : WhoCanOpen
    assumed : bool
        Whether this is an address of the server, used because only this computer can open the
        coach's own address.
    others : tuple of str
        Other addresses of the server at which the coach can open this page instead.
    """

    url: str
    typed: str
    who_can_open: WhoCanOpen
    assumed: bool = False
    others: tuple[str, ...] = ()


def join_address(base: object, code: str, elsewhere: Sequence[str] = ()) -> JoinAddress:
    """Make the address of a room.

    Parameters
    ----------
    base : object
        The address of the site, as a browser sends it. It can be anything; only a web address is
        used.
    code : str
    elsewhere : sequence of str
        The addresses of the site for other devices, as the server knows them, the most likely one
        first. They are used if the coach sits at the server and has an address that no other
        device can open.

    Examples
    --------
    >>> join_address("https://example.org/career/", "BCDFGH")
    JoinAddress(url='https://example.org/career/join/BCDFGH', typed='example.org/career/join/', \
who_can_open=<WhoCanOpen.NETWORK: 'network'>, assumed=False, others=())
    >>> join_address("http://localhost:8866/", "BCDFGH").who_can_open
    <WhoCanOpen.THIS_COMPUTER: 'this computer'>
    >>> join_address("http://localhost:8866/", "BCDFGH", ["http://192.168.1.20:8866/"]).typed
    '192.168.1.20:8866/join/'
    >>> join_address("javascript:alert(1)", "BCDFGH").who_can_open
    <WhoCanOpen.NOBODY: 'nobody'>
    """
    parts = _parts(base)
    if parts is None:
        return JoinAddress("", "", WhoCanOpen.NOBODY)
    here = _is_here(parts.hostname or "")
    known = [each for each in map(_parts, elsewhere) if each is not None] if here else []
    site = known[0] if known else parts
    path = f"{site.path.rstrip('/')}/join/"
    return JoinAddress(
        url=f"{site.scheme}://{site.netloc}{path}{code}",
        typed=f"{site.netloc}{path}",
        who_can_open=WhoCanOpen.THIS_COMPUTER if here and not known else WhoCanOpen.NETWORK,
        assumed=bool(known),
        others=tuple(f"{each.geturl().rstrip('/')}/room" for each in known[1:]),
    )


def _parts(base: object) -> SplitResult | None:
    """Split a web address; return None for anything else."""
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
