"""Reads a stranger's file in a child process, which may take only so much time and memory.

Each reader refuses the files that are known to take long. This is for those that nobody knows yet.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn, TypeVar

from careerpath.core.errors import CareerpathError

SECONDS = 5
"""How long reading may compute. A file of the largest size takes about two seconds."""
PATIENCE = 12
"""How many times as long it may take on a machine that has other things to do."""
MEMORY = 200_000_000
"""The most bytes of memory that reading may take."""

_Result = TypeVar("_Result")


def read_in_child(
    read: Callable[[], _Result],
    *,
    place: str,
    raises: type[CareerpathError],
) -> _Result:
    """Call a function in a child process with limits, and return its result.

    Only on Linux; elsewhere it is called in this process. A fork is cheap, and it is safe beside
    other threads: the child has only the calling thread, computes, and ends. If it waits for a lock
    that another thread held, it is ended after a while.

    Parameters
    ----------
    read : callable
        Its result can be pickled. It needs no open file and no other thread.
    place : str
        The file's name, for the message.
    raises : type
        The error's class.

    Raises
    ------
    CareerpathError
        If the file takes too much time or memory, or if the function raises it.

    Examples
    --------
    >>> read_in_child(lambda: 6 * 7, place="a.csv", raises=CareerpathError)
    42
    """
    if sys.platform != "linux":
        return read()
    answer, to_parent = os.pipe()
    with open(answer, "rb") as pipe:  # noqa: PTH123 (it is no path)
        try:
            with warnings.catch_warnings():
                # Python 3.12 warns of threads; the docstring says why this is safe.
                warnings.simplefilter("ignore", DeprecationWarning)
                child = os.fork()
        except OSError as error:
            os.close(to_parent)
            raise raises(f"{place} cannot be read just now. Try again in a minute.") from error
        if not child:
            _be_the_child(read, to_parent)
        os.close(to_parent)
        written = pipe.read()
    _, status = os.waitpid(child, 0)
    if not written or status:
        late = os.WIFSIGNALED(status) and os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGALRM)
        fact = "takes too long to read" if late else "needs too much memory to be read"
        raise raises(f"{place} {fact}. Check that this is the right file.")
    result, problem = pickle.loads(written)  # noqa: S301 (our own child wrote it)
    if isinstance(problem, CareerpathError):
        raise problem
    if problem is not None:
        raise RuntimeError(problem)
    returned: _Result = result
    return returned


def _be_the_child(read: Callable[[], object], to_parent: int) -> NoReturn:
    """Write the result, or the problem, and end without any clean-up: all else is the parent's."""
    ending = 1
    try:
        _limit()
        # The server learns that a visitor's process has ended by a socket, which must not live on.
        os.closerange(3, to_parent)
        os.closerange(to_parent + 1, os.sysconf("SC_OPEN_MAX"))
        try:
            outcome: tuple[object, object] = (read(), None)
        except MemoryError:
            raise
        except CareerpathError as error:
            outcome = (None, error)
        except Exception:  # noqa: BLE001 (the parent raises it)
            outcome = (None, traceback.format_exc())
        with open(to_parent, "wb") as pipe:
            pipe.write(pickle.dumps(outcome))
        ending = 0
    finally:
        os._exit(ending)


def _limit() -> None:
    """Let this process take only so much: the system ends it, or Python raises MemoryError."""
    import resource

    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)
    signal.alarm(PATIENCE * SECONDS)
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    limits = (pages * resource.getpagesize() + MEMORY, *resource.getrlimit(resource.RLIMIT_AS))
    most = min(each for each in limits if each != resource.RLIM_INFINITY)
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
