"""Which pages are open, and whether one more may be opened."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from careerpath.serving.log import LogBudget

#: The share of all places that one address may have: a room often shares one address, and others
#: need places, too.
SHARE_OF_ONE_ADDRESS = 0.75
#: An IPv6 household has a network of this length or longer, so it counts as one address.
HOUSEHOLD = 56
#: A site has a network of this length, and many households may be in it. It may have so many times
#: as many pages as one address, but no more than the share of one address.
SITE = 48
PAGES_OF_A_SITE = 4
#: What all claims count as that cannot be read.
UNREADABLE = "unreadable"


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
    networks : tuple of str
        What counts as one address, and the site around it, if any. Empty if its pages are not
        counted. They are stored nowhere else.
    places : float
        How many places it takes.
    """

    def __init__(self, networks: tuple[str, ...], places: float) -> None:
        self.networks = networks
        self.places = places
        self.kernel_id: str | None = None
        self.connected = False
        self.log_budget = LogBudget()
        #: How many comms the page has opened.
        self.comms = 0
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
        return self._share

    @property
    def _share(self) -> int:
        return max(1, int(self.limit * SHARE_OF_ONE_ADDRESS))

    @property
    def _per_site(self) -> int:
        return min(PAGES_OF_A_SITE * self.per_address, max(self.per_address, self._share))

    def admit(self, *networks: str, page: str = "") -> Visit:
        """Count one more open page.

        Parameters
        ----------
        *networks : str
            What counts as one address, and the site around it; see ``counted_networks``.
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
        for network, most in zip(networks, (self.per_address, self._per_site), strict=False):
            if most and sum(network in each.networks for each in self._inside) >= most:
                raise RefusedError(Refusal.ADDRESS)
        visit = Visit(networks, places)
        self._inside.add(visit)
        return visit

    def leave(self, visit: Visit) -> None:
        """Stop counting a page."""
        self._inside.discard(visit)


def counted_networks(
    peer: str | None, forwarded: Iterable[str], proxies: Iterable[IPv4Network | IPv6Network]
) -> tuple[str, ...]:
    """Return what counts as one address, and the site around it.

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
    tuple of str
        An IPv4 address, or the networks of an IPv6 household and its site, because a household has
        2^72 addresses. Everything that is not an address counts as the same one. Empty for this
        computer, unless a proxy names it: it is not counted.

    Examples
    --------
    >>> counted_networks("203.0.113.9", ["198.51.100.1"], [])
    ('203.0.113.9',)
    >>> counted_networks("10.0.0.1", ["made-up, 198.51.100.1:5555"], [ip_network("10.0.0.0/8")])
    ('198.51.100.1',)
    >>> counted_networks("2001:db8:1:234::5", [], [])
    ('2001:db8:1:200::/56', '2001:db8:1::/48')
    >>> counted_networks("127.0.0.1", [], [])
    ()
    """
    trusted = list(proxies)
    claims = [each for value in forwarded for each in value.split(",")]
    address, claimed = _address(peer or ""), False
    while address is not None and claims and any(address in each for each in trusted):
        address, claimed = _address(claims.pop()), True
    if address is None:
        return (UNREADABLE,)
    if address.is_loopback and not claimed:
        return ()
    if isinstance(address, IPv6Address):
        return tuple(str(ip_network((address, each), strict=False)) for each in (HOUSEHOLD, SITE))
    return (str(address),)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """Read an address, which may have brackets, a port or a zone: ``[fe80::1%eth0]:443``."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
