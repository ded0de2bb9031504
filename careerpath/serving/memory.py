"""How many visitors the memory holds: measured, not guessed."""

from __future__ import annotations

from pathlib import Path

import psutil

from careerpath import CareerpathError
from careerpath.serving.log import log_event

MEGABYTE = 1024 * 1024
#: A visitor of the shipped pages, until one has been measured.
TYPICAL_VISITOR = 60 * MEGABYTE
#: What a visitor takes in the server's own process: sockets, and the page that is kept.
SERVER_SHARE = MEGABYTE
#: What a room adds to a visitor who has been measured on the first screen: the database's library.
ROOM_SHARE = 15 * MEGABYTE
#: A coach's two windows, to steer and to present, once there is a picture.
COACH_WINDOWS = 340 * MEGABYTE
#: What visitors may fill of what is available; the rest is for the server and for surprises.
SHARE_FOR_VISITORS = 0.9

_GROUPS = Path("/sys/fs/cgroup")
_OWN_GROUPS = Path("/proc/self/cgroup")


class MemoryBudget:
    """How many visitors fit.

    Parameters
    ----------
    available : int
        Bytes that are free for visitors and the server's growth.
    rooms : bool
        Whether there is a coach's page: its windows are taken off, and visitors may join a room.
    """

    def __init__(self, available: int, *, rooms: bool = False) -> None:
        # A small machine, where few rooms are held, leaves half to the visitors.
        self._coach = min(COACH_WINDOWS, available // 2) if rooms else 0
        self._room_share = ROOM_SHARE if rooms else 0
        self.available = available - self._coach
        self._visitor: int | None = None

    @property
    def visitor(self) -> int:
        """Bytes that a visitor takes."""
        return self._visitor or TYPICAL_VISITOR

    @property
    def most(self) -> int:
        """How many visitors fit; one is always tried."""
        return max(1, int(self.available * SHARE_FOR_VISITORS / self.visitor))

    def measure(self, process: int) -> None:
        """Measure a visitor's process, the first time that there is one.

        Parameters
        ----------
        process : int
            Its id.
        """
        if self._visitor is None:
            self._visitor = memory_of(process) + SERVER_SHARE + self._room_share
            log_event("measured", visitor=readable_size(self._visitor), places=self.most)

    def summary(self, visitors: int) -> str:
        """Say what so many visitors take."""
        took = f"a visitor takes {readable_size(self.visitor)}"
        all_of_them = f"{visitors} visitors: {readable_size(visitors * self.visitor)}"
        room = f" (each in a room, and {readable_size(self._coach)} more for its coach)"
        told = room if self._room_share else ""
        return f"{took}; {all_of_them} of {readable_size(self.available)} available{told}"

    def check(self, visitors: int, *, option: str) -> None:
        """Refuse to promise what does not fit.

        Parameters
        ----------
        visitors : int
            How many shall fit.
        option : str
            The option that says so.
        """
        if visitors > self.most:
            reserve = self.available * (1 - SHARE_FOR_VISITORS)
            raise CareerpathError(
                f"There is not enough memory for {option} {visitors}: {self.summary(visitors)}, "
                f"{readable_size(reserve)} of it kept in reserve. What would fit: {option} "
                f"{self.most}"
            )


def readable_size(size: float) -> str:
    """Write a number of bytes for people.

    Examples
    --------
    >>> readable_size(49 * MEGABYTE), readable_size(2000 * MEGABYTE)
    ('49 MB', '2.0 GB')
    """
    megabytes = size / MEGABYTE
    return f"{megabytes / 1024:.1f} GB" if megabytes > 999 else f"{megabytes:.0f} MB"


def memory_of(process: int) -> int:
    """Measure what a process takes: on Linux its fair share of what it shares with others."""
    running = psutil.Process(process)
    try:
        full = running.memory_full_info()
    except psutil.AccessDenied:
        return int(running.memory_info().rss)
    return int(getattr(full, "pss", 0) or full.rss)


def available_memory() -> int:
    """Return what is free on this machine, or within what a container or a service may use."""
    return min([int(psutil.virtual_memory().available), *_left_in_cgroups()])


def _left_in_cgroups() -> list[int]:
    try:
        lines = _OWN_GROUPS.read_text("utf-8").splitlines()
    except OSError:
        return []
    left = []
    for number, controllers, name in (line.split(":", 2) for line in lines):
        if number == "0":
            root, files = _GROUPS, ("memory.max", "memory.current")
        elif "memory" in controllers.split(","):
            root = _GROUPS / "memory"
            files = ("memory.limit_in_bytes", "memory.usage_in_bytes")
        else:
            continue
        # In a container the name may be one that only the host knows: then the root is ours.
        group = root / name.strip("/")
        for each in (group, *group.parents):
            if not each.is_relative_to(root):
                break
            limit, used = (_number(each / file) for file in files)
            if limit is not None and used is not None:
                cached = _inactive_file(each / "memory.stat")
                left.append(max(0, limit - used + cached))
    return left


def _number(file: Path) -> int | None:
    try:
        return int(file.read_text("utf-8"))
    except (OSError, ValueError):  # there is none, or it says "max"
        return None


def _inactive_file(statistics: Path) -> int:
    """Return what the kernel would give back at once."""
    try:
        lines = statistics.read_text("utf-8").splitlines()
    except OSError:
        return 0
    numbers = dict(line.split() for line in lines)
    return int(numbers.get("total_inactive_file", numbers.get("inactive_file", 0)))
