"""Which pages are open, and whether one more may be opened."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

#: Pages for each person of a room that shares one address: some reload, some use two devices.
PAGES_PER_PERSON = 1.5


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
    """

    def __init__(self, address: str | None) -> None:
        self.address = address
        self.kernel_id: str | None = None
        self.connected = False
        #: When it got its kernel.
        self.since = time.monotonic()


class Admission:
    """All open pages, and the limits on them.

    Parameters
    ----------
    limit : callable
        Returns how many pages may be open. This can change when a visitor's memory is measured.
    per_address : int or None
        How many pages one address may have open. 0 means no limit. None means half of all, but
        never fewer than a room that shares one address needs.
    room_size : int
        How many visitors come at once.
    """

    def __init__(
        self, *, limit: Callable[[], int], per_address: int | None, room_size: int
    ) -> None:
        self._limit = limit
        self._per_address = per_address
        self._room_size = room_size
        self._inside: set[Visit] = set()
        #: When the last visitor came.
        self.last_arrival = -float("inf")

    def __len__(self) -> int:
        """Count the open pages."""
        return len(self._inside)

    @property
    def limit(self) -> int:
        """How many pages may be open."""
        return self._limit()

    @property
    def per_address(self) -> int:
        """How many pages one address may have open; 0 means no limit."""
        if self._per_address is not None:
            return self._per_address
        return max(1, self.limit // 2, int(self._room_size * PAGES_PER_PERSON))

    def admit(self, address: str | None, *, spare: int = 0) -> Visit:
        """Count one more open page.

        Parameters
        ----------
        address : str or None
            What counts as one address.
        spare : int
            How many pages above the limits are allowed for this visitor.

        Returns
        -------
        Visit
            The page. Pass it to ``leave`` when it is closed.

        Raises
        ------
        RefusedError
            If a limit is reached.
        """
        self.last_arrival = time.monotonic()
        if len(self._inside) >= self.limit + spare:
            raise RefusedError(Refusal.FULL)
        if address is not None and self.per_address:
            held = sum(each.address == address for each in self._inside)
            if held >= self.per_address + spare:
                raise RefusedError(Refusal.ADDRESS)
        visit = Visit(address)
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
