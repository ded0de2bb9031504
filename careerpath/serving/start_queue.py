"""A queue: so many at a time, first come, first served, and the addresses by turns."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class QueuePlace:
    """A place in the line.

    Parameters
    ----------
    queue : FairQueue
        Where it is.
    address : str or None
        Who waits.
    """

    def __init__(self, queue: FairQueue, address: str | None) -> None:
        self._queue = queue
        self.address = address
        self.turn = asyncio.Event()

    @property
    def before(self) -> int:
        """How many wait and are before this one; those whose turn it is wait no more."""
        return 0 if self.turn.is_set() else self._queue.before(self)


class FairQueue:
    """Places in the order in which their turn will come: one of each address, then round again.

    Whoever asks for fifty pages at once so keeps everybody else waiting for one of them only. All
    who come from one address, as a room behind one router, are served in the order they came.
    """

    def __init__(self) -> None:
        #: The address whose turn comes next is the first one. None of them is empty.
        self._rows: dict[str | None, deque[QueuePlace]] = {}

    def __bool__(self) -> bool:
        """Tell whether somebody waits."""
        return bool(self._rows)

    def append(self, place: QueuePlace) -> None:
        """Let somebody come."""
        self._rows.setdefault(place.address, deque()).append(place)

    def pop(self) -> QueuePlace:
        """Take whose turn it is."""
        address, row = next(iter(self._rows.items()))
        place = row.popleft()
        del self._rows[address]
        if row:
            self._rows[address] = row
        return place

    def remove(self, place: QueuePlace) -> None:
        """Let somebody go."""
        row = self._rows[place.address]
        row.remove(place)
        if not row:
            del self._rows[place.address]

    def before(self, place: QueuePlace) -> int:
        """Count those whose turn comes before."""
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
    """A queue: so many at a time, the others by turns of their addresses, in the order they came.

    Parameters
    ----------
    at_once : int
        How many can have their turn at the same time.
    """

    def __init__(self, at_once: int) -> None:
        self._free = at_once
        self._visitors = FairQueue()
        self._others = FairQueue()

    @asynccontextmanager
    async def place(
        self, *, visitor: bool, address: str | None = None
    ) -> AsyncIterator[QueuePlace]:
        """Stand in line, and have the turn until the block is left.

        Parameters
        ----------
        visitor : bool
            Somebody waits for it; what is done ahead goes after everybody who does.
        address : str or None
            Where the visitor comes from; all who come from nowhere in particular count as one.

        Yields
        ------
        QueuePlace
            Its ``turn`` is set when it has come. Whoever leaves the block before frees the place.
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
