"""The queue for starting kernels: a few at a time, and the visitors' addresses take turns."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class QueuePlace:
    """A place in the queue.

    Parameters
    ----------
    queue : FairQueue
        The queue.
    address : str or None
        The visitor's address.
    """

    def __init__(self, queue: FairQueue, address: str | None) -> None:
        self._queue = queue
        self.address = address
        self.turn = asyncio.Event()

    @property
    def before(self) -> int:
        """How many waiting places have their turn before this one."""
        return 0 if self.turn.is_set() else self._queue.before(self)


class FairQueue:
    """Places in the order of their turns: one of each address, then the next of each.

    So a visitor who asks for fifty pages at once delays every other address by one page only.
    Visitors who share an address, such as a room behind one router, are served in the order in
    which they came.
    """

    def __init__(self) -> None:
        #: The waiting places of each address. The first address is the next. No row is empty.
        self._rows: dict[str | None, deque[QueuePlace]] = {}

    def __bool__(self) -> bool:
        """Return whether somebody waits."""
        return bool(self._rows)

    def append(self, place: QueuePlace) -> None:
        """Add a place."""
        self._rows.setdefault(place.address, deque()).append(place)

    def pop(self) -> QueuePlace:
        """Remove and return the next place."""
        address, row = next(iter(self._rows.items()))
        place = row.popleft()
        del self._rows[address]
        if row:
            self._rows[address] = row
        return place

    def remove(self, place: QueuePlace) -> None:
        """Remove a place whose visitor has left."""
        row = self._rows[place.address]
        row.remove(place)
        if not row:
            del self._rows[place.address]

    def before(self, place: QueuePlace) -> int:
        """Count the places that have their turn before this one."""
        rounds = self._rows[place.address].index(place)
        addresses = list(self._rows)
        mine = addresses.index(place.address)
        others = (
            min(len(self._rows[address]), rounds + (number < mine))
            for number, address in enumerate(addresses)
            if number != mine
        )
        return rounds + sum(others)


class StartQueue:
    """Lets a few kernels start at the same time; the others wait for their turn.

    Parameters
    ----------
    at_once : int
        How many can start at the same time.
    """

    def __init__(self, at_once: int) -> None:
        self._free = at_once
        self._visitors = FairQueue()
        self._others = FairQueue()

    @asynccontextmanager
    async def place(
        self, *, visitor: bool, address: str | None = None
    ) -> AsyncIterator[QueuePlace]:
        """Take a place in the queue, and give it back when the block ends.

        Parameters
        ----------
        visitor : bool
            Whether a visitor waits for it. Pages for the pool start after all visitors.
        address : str or None
            The visitor's address. All with None count as one address.

        Yields
        ------
        QueuePlace
            Its ``turn`` is set when the kernel may start.
        """
        queue = self._visitors if visitor else self._others
        place = QueuePlace(queue, address)
        queue.append(place)
        self._call()
        try:
            yield place
        finally:
            if place.turn.is_set():
                self._free += 1
            else:
                queue.remove(place)
            self._call()

    def _call(self) -> None:
        while self._free and (queue := self._visitors or self._others):
            self._free -= 1
            queue.pop().turn.set()
