"""A queue: so many at a time, first come, first served."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Place:
    """A place in the line."""

    def __init__(self, queue: deque[Place]) -> None:
        self._queue = queue
        self.turn = asyncio.Event()

    @property
    def before(self) -> int:
        """How many wait and are before this one; those whose turn it is wait no more."""
        return 0 if self.turn.is_set() else self._queue.index(self)


class Line:
    """A queue: so many at a time, the others in the order they came.

    Parameters
    ----------
    at_once : int
        How many can have their turn at the same time.
    """

    def __init__(self, at_once: int) -> None:
        self._free = at_once
        self._visitors: deque[Place] = deque()
        self._others: deque[Place] = deque()

    @asynccontextmanager
    async def stand(self, *, visitor: bool) -> AsyncIterator[Place]:
        """Stand in line, and have the turn until the block is left.

        Parameters
        ----------
        visitor : bool
            Somebody waits for it; what is done ahead goes after everybody who does.

        Yields
        ------
        Place
            Its ``turn`` is set when it has come. Whoever leaves the block before frees the place.
        """
        queue = self._visitors if visitor else self._others
        place = Place(queue)
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
            queue.popleft().turn.set()
