"""Work beside the screen: a database that is slow holds up nobody who answers a question."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread
from typing import TypeVar

LATE_SECONDS = 5.0
"""After so long a person is told that it takes longer."""

_T = TypeVar("_T")


class Background:
    """Does one thing after the other in a thread of its own, and tells how each went.

    What it tells is told where it was asked: in the event loop, never in the thread. Where there
    is no loop, as in plain Python, it does all at once.

    Parameters
    ----------
    around : callable
        Called with each thing to tell; it decides what becomes of a failure.
    late_after : float
        Seconds.

    Examples
    --------
    >>> Background()(lambda: 6 * 7, done=print, failed=print)
    42
    >>> Background()(lambda: 1 / 0, done=print, failed=print)
    division by zero
    """

    def __init__(
        self,
        around: Callable[[Callable[[], None]], object] = lambda told: told(),
        *,
        late_after: float = LATE_SECONDS,
    ) -> None:
        self._around = around
        self._late_after = late_after
        self._work: SimpleQueue[Callable[[], None]] | None = None

    def __call__(
        self,
        work: Callable[[], _T],
        *,
        done: Callable[[_T], None],
        failed: Callable[[Exception], None],
        late: Callable[[], None] | None = None,
    ) -> None:
        """Do a piece of work.

        Parameters
        ----------
        work : callable
            What to do.
        done : callable
            Told what came out.
        failed : callable
            Told what went wrong.
        late : callable, optional
            Told once where it takes longer than a person likes to wait. It goes on all the same.
        """
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            _outcome(work, done, failed)()
            return
        # Messages to the browser name what they answer, and find that in the context.
        context = contextvars.copy_context()
        timer = loop.call_later(self._late_after, self._around, late) if late else None

        def tell(told: Callable[[], None]) -> None:
            if timer:
                timer.cancel()
            self._around(told)

        def both() -> None:
            told = _outcome(work, done, failed)
            if not loop.is_closed():
                loop.call_soon_threadsafe(tell, told, context=context)

        self._queue().put(both)

    def _queue(self) -> SimpleQueue[Callable[[], None]]:
        if self._work is None:
            queue = self._work = SimpleQueue()

            def work() -> None:
                while True:
                    queue.get()()

            # A page that ends waits for no database: what did not arrive is kept in the browser.
            Thread(target=work, name="rooms", daemon=True).start()
        return self._work


def _outcome(
    work: Callable[[], _T], done: Callable[[_T], None], failed: Callable[[Exception], None]
) -> Callable[[], None]:
    """Do it, and return what there is to tell."""
    try:
        result = work()
    except Exception as error:  # noqa: BLE001 - told by whoever asked
        problem = error
        return lambda: failed(problem)
    return lambda: done(result)
