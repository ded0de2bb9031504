"""Work in a thread, so that a slow database does not stop anyone's questionnaire."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread
from typing import TypeVar

LATE_SECONDS = 5.0
"""After this time a person is told that it takes longer."""

_T = TypeVar("_T")


class BackgroundWork:
    """Does one piece of work after the other in a thread, and reports the outcome of each.

    Outcomes are reported in the event loop, never in the thread. Without a loop, as in plain
    Python, all work is done at once.

    Parameters
    ----------
    around : callable
        Called with each report, which it must call; it decides what happens if that fails.
    late_after : float
        Seconds.

    Examples
    --------
    >>> BackgroundWork()(lambda: 6 * 7, done=print, failed=print)
    42
    >>> BackgroundWork()(lambda: 1 / 0, done=print, failed=print)
    division by zero
    """

    def __init__(
        self,
        around: Callable[[Callable[[], None]], object] = lambda report: report(),
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
        done : callable
            Called with the result.
        failed : callable
            Called with the exception, if there was one.
        late : callable, optional
            Called once if the work takes long; the work goes on.
        """
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            _outcome(work, done, failed)()
            return
        # A message to the browser names the message it answers, and finds it in the context.
        context = contextvars.copy_context()
        timer = loop.call_later(self._late_after, self._around, late) if late else None

        def tell(report: Callable[[], None]) -> None:
            if timer:
                timer.cancel()
            self._around(report)

        def work_and_tell() -> None:
            report = _outcome(work, done, failed)
            if not loop.is_closed():
                loop.call_soon_threadsafe(tell, report, context=context)

        self._queue().put(work_and_tell)

    def _queue(self) -> SimpleQueue[Callable[[], None]]:
        if self._work is None:
            queue = self._work = SimpleQueue()

            def work() -> None:
                while True:
                    queue.get()()

            # A daemon, so that a page can end without waiting for a database: what was not stored
            # is kept in the browser.
            Thread(target=work, name="rooms", daemon=True).start()
        return self._work


def _outcome(
    work: Callable[[], _T], done: Callable[[_T], None], failed: Callable[[Exception], None]
) -> Callable[[], None]:
    """Do the work, and return the call that reports how it went."""
    try:
        result = work()
    except Exception as error:  # noqa: BLE001 - reported to the caller
        problem = error
        return lambda: failed(problem)
    return lambda: done(result)
