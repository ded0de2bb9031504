"""Limits on what one websocket may send, and on what may wait for it."""

from __future__ import annotations

import time
from collections.abc import Callable

from careerpath.serving.memory import MEGABYTE

#: A page may send so many bytes at once, such as a file,
BURST = 10 * MEGABYTE
#: and so many a second from then on.
RATE = MEGABYTE
#: Bytes that may wait in one direction: for a kernel that does not answer, or for a page that does
#: not read.
LARGEST_QUEUE = 8 * MEGABYTE


class TooMuchTrafficError(Exception):
    """A page sends too much, or does not read what it asked for."""


class Traffic:
    """Counts what a page sends and what its kernel has not answered yet.

    Parameters
    ----------
    clock : callable
        Returns seconds.

    Examples
    --------
    >>> traffic = Traffic(clock=lambda: 0)
    >>> traffic.received("first", 6 * MEGABYTE)
    >>> traffic.answered("first")
    >>> traffic.received("second", 6 * MEGABYTE)
    Traceback (most recent call last):
    careerpath.serving.traffic.TooMuchTrafficError: sends too much
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._allowed = float(BURST)
        self._since = clock()
        self._sizes: dict[str, int] = {}
        #: The sum of the sizes: adding them up for each message would take longer and longer.
        self._waiting = 0

    def received(self, message_id: str, size: int) -> None:
        """Count a message of the page.

        Parameters
        ----------
        message_id : str
            Its id, which the kernel's answer names.
        size : int
            Its bytes.

        Raises
        ------
        TooMuchTrafficError
            If the page has sent too much, or if too much waits for the kernel.
        """
        now = self._clock()
        self._allowed = min(BURST, self._allowed + (now - self._since) * RATE) - size
        self._since = now
        self._sizes[message_id] = self._sizes.get(message_id, 0) + size
        self._waiting += size
        if self._allowed < 0:
            raise TooMuchTrafficError("sends too much")
        if self._waiting > LARGEST_QUEUE:
            raise TooMuchTrafficError("sends more than its kernel answers")

    def answered(self, message_id: str) -> None:
        """Note that the kernel has done what a message asked for."""
        self._waiting -= self._sizes.pop(message_id, 0)
