"""Which pages are open, and whether one more may be opened."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

#: The share of all places that one address may have: a room often shares one address, and others
#: need places, too.
SHARE_OF_ONE_ADDRESS = 0.75


class Refusal(StrEnum):
    """Why a visitor is refused."""

    FULL = "full"
    ADDRESS = "address"


class RefusedError(Exception):
    """A visitor is refused.

    Parameters
    ----------
    reason : Refusal
        Why.
    """

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason)
        self.reason = reason


class Visit:
    """One open page, from its request until its kernel has ended.

    Parameters
    ----------
    address : str or None
        What counts as one address; None if its pages are not counted. It is stored nowhere else.
    places : float
        How many places it takes.
    """

    def __init__(self, address: str | None, places: float) -> None:
        self.address = address
        self.places = places
        self.kernel_id: str | None = None
        self.connected = False
        #: Set when its kernel has ended.
        self.ended = asyncio.Event()
        #: When it got its kernel.
        self.since = time.monotonic()


class Admission:
    """All open pages, and the limits on them.

    Parameters
    ----------
    limit : callable
        Returns how many places there are. This can change when a visitor's memory is measured.
    per_address : int or None
        How many pages one address may have open. 0 means no limit. None means three quarters of
        all.
    places_of : callable, optional
        Returns how many places a page takes, by its slug. By default each takes one.
    """

    def __init__(
        self,
        *,
        limit: Callable[[], int],
        per_address: int | None,
        places_of: Callable[[str], float] = lambda _page: 1,
    ) -> None:
        self._limit = limit
        self._per_address = per_address
        self._places_of = places_of
        self._inside: set[Visit] = set()

    def __len__(self) -> int:
        """Count the open pages."""
        return len(self._inside)

    @property
    def limit(self) -> int:
        """How many places there are."""
        return self._limit()

    @property
    def per_address(self) -> int:
        """How many pages one address may have open; 0 means no limit."""
        if self._per_address is not None:
            return self._per_address
        return max(1, int(self.limit * SHARE_OF_ONE_ADDRESS))

    def admit(self, address: str | None, *, page: str = "") -> Visit:
        """Count one more open page.

        Parameters
        ----------
        address : str or None
            What counts as one address.
        page : str
            The slug of the page.

        Returns
        -------
        Visit
            The page. Pass it to ``leave`` when it is closed.

        Raises
        ------
        RefusedError
            If a limit is reached.
        """
        places = self._places_of(page)
        taken = sum(each.places for each in self._inside)
        if self._inside and taken + places > self.limit:
            raise RefusedError(Refusal.FULL)
        if address is not None and self.per_address:
            held = sum(each.address == address for each in self._inside)
            if held >= self.per_address:
                raise RefusedError(Refusal.ADDRESS)
        visit = Visit(address, places)
        self._inside.add(visit)
        return visit

    def leave(self, visit: Visit) -> None:
        """Stop counting a page."""
        self._inside.discard(visit)


def counted_address(
    peer: str | None, forwarded: Iterable[str], proxies: Iterable[IPv4Network | IPv6Network]
) -> str | None:
    """Return what counts as one address.

    Parameters
    ----------
    peer : str or None
        The address that has connected.
    forwarded : iterable of str
        The values of ``X-Forwarded-For``. Each proxy appends the address it serves. A visitor may
        have made up everything before that.
    proxies : iterable of networks
        The proxies that are trusted.

    Returns
    -------
    str or None
        An IPv4 address, or the network of an IPv6 address, because a household has 2^64 of them.
        None for this computer and for anything that is not an address: these are not counted.

    Examples
    --------
    >>> counted_address("203.0.113.9", ["198.51.100.1"], [])
    '203.0.113.9'
    >>> counted_address("10.0.0.1", ["made-up, 198.51.100.1"], [ip_network("10.0.0.0/8")])
    '198.51.100.1'
    >>> counted_address("2001:db8::1:2:3:4", [], [])
    '2001:db8::/64'
    >>> counted_address("127.0.0.1", [], [])
    """
    trusted = list(proxies)
    claims = [each.strip() for value in forwarded for each in value.split(",")]
    address = _address(peer)
    while address is not None and claims and any(address in each for each in trusted):
        address = _address(claims.pop())
    if address is None or address.is_loopback:
        return None
    if isinstance(address, IPv6Address):
        return str(ip_network((address, 64), strict=False))
    return str(address)


def _address(text: str | None) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address((text or "").strip("[]"))
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
