"""What forbids a fork: threads, files, sockets, child processes, and clean-up at the end."""

from __future__ import annotations

import sys
import threading
import weakref
from contextlib import suppress
from pathlib import Path

#: Libraries that start threads of their own when they are first used, so after the fork.
NOT_FORKABLE = ("polars",)

_SELF = Path("/proc/self")


def open_files() -> dict[int, str]:
    """Return the open file descriptors of this process, and what each is."""
    found = {}
    for each in list((_SELF / "fd").iterdir()):
        # The descriptor that listed the folder is closed by now.
        with suppress(OSError):
            found[int(each.name)] = str(each.readlink())
    return found


def finalizers() -> int:
    """Count the objects that do something when the process ends. Each copy would do it, too."""
    registry = weakref.finalize._registry  # type: ignore[attr-defined]  # noqa: SLF001
    return sum(bool(each.atexit) for each in registry.values())


class Before:
    """What was open before the notebook ran."""

    def __init__(self) -> None:
        self.files = open_files()
        self.finalizers = finalizers()


def obstacles(before: Before) -> list[str]:
    """Say why this process must not be forked.

    Parameters
    ----------
    before : Before
        What was open before the notebook ran: that is the template's own.

    Returns
    -------
    list of str
        The reasons; empty if it may be forked.
    """
    main = threading.main_thread()
    found = [f"a thread: {each.name}" for each in threading.enumerate() if each is not main]
    native = len(list((_SELF / "task").iterdir())) - threading.active_count()
    if native > 0:
        found.append(f"{native} threads that Python did not start")
    files = open_files()
    found += [f"an open file: {files[number]}" for number in sorted(files.keys() - before.files)]
    children = " ".join(each.read_text() for each in _SELF.glob("task/*/children"))
    found += [f"a child process: {each}" for each in children.split()]
    if finalizers() > before.finalizers:
        found.append("something to clean up at the end, such as a temporary folder")
    found += [f"the library {each}" for each in NOT_FORKABLE if each in sys.modules]
    return found
