"""How many visitors fit into memory, from the measured size of one visitor."""

from __future__ import annotations

from pathlib import Path

import psutil

from careerpath import CareerpathError
from careerpath.serving.log import log_event

MEGABYTE = 1024 * 1024
#: The size of a visitor until one has been measured.
TYPICAL_VISITOR = 60 * MEGABYTE
#: What a visitor takes in the server's own process: sockets and the page.
SERVER_SHARE = MEGABYTE
#: What joining a room adds to a visitor: the library for the database.
ROOM_SHARE = 15 * MEGABYTE
#: A coach's two windows, to control and to present, once the result is revealed.
COACH_WINDOWS = 340 * MEGABYTE
#: The share of the available memory that visitors may use; the rest is a reserve.
SHARE_FOR_VISITORS = 0.9

_GROUPS = Path("/sys/fs/cgroup")
_OWN_GROUPS = Path("/proc/self/cgroup")


class MemoryBudget:
    """Counts how many visitors fit into memory.

    Parameters
    ----------
    available : int
        Bytes that are free.
    rooms : bool
        Whether there is a coach's page. If so, memory for its windows is set aside, and each
        visitor may join a room.
    """

    def __init__(self, available: int, *, rooms: bool = False) -> None:
        # On a small machine the coach's windows take half at most.
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
        """How many visitors fit, at least one."""
        return max(1, int(self.available * SHARE_FOR_VISITORS / self.visitor))

    def measure(self, process: int) -> None:
        """Measure a visitor's process, the first time only.

        Parameters
        ----------
        process : int
            The id of the process.
        """
        if self._visitor is None:
            self._visitor = memory_of(process) + SERVER_SHARE + self._room_share
            log_event("measured", visitor=readable_size(self._visitor), places=self.most)

    def summary(self, visitors: int) -> str:
        """Describe how much memory a number of visitors takes."""
        one, everyone = readable_size(self.visitor), readable_size(visitors * self.visitor)
        room = f" (each in a room, and {readable_size(self._coach)} more for its coach)"
        return (
            f"a visitor takes {one}; {visitors} visitors: {everyone} of "
            f"{readable_size(self.available)} available{room if self._room_share else ''}"
        )

    def check(self, visitors: int, *, option: str) -> None:
        """Raise an error if a number of visitors does not fit.

        Parameters
        ----------
        visitors : int
            How many must fit.
        option : str
            The option that asks for them.

        Raises
        ------
        CareerpathError
            If they do not fit.
        """
        if visitors > self.most:
            reserve = self.available * (1 - SHARE_FOR_VISITORS)
            raise CareerpathError(
                f"There is not enough memory for {option} {visitors}: {self.summary(visitors)}, "
                f"{readable_size(reserve)} of it kept in reserve. At most this fits: "
                f"{option} {self.most}"
            )


def readable_size(size: float) -> str:
    """Write a number of bytes in MB or GB.

    Examples
    --------
    >>> readable_size(49 * MEGABYTE), readable_size(2000 * MEGABYTE)
    ('49 MB', '2.0 GB')
    """
    megabytes = size / MEGABYTE
    return f"{megabytes / 1024:.1f} GB" if megabytes > 999 else f"{megabytes:.0f} MB"


def memory_of(process: int) -> int:
    """Return the bytes that a process takes; on Linux shared memory counts in proportion (PSS)."""
    running = psutil.Process(process)
    try:
        full = running.memory_full_info()
    except psutil.AccessDenied:
        return int(running.memory_info().rss)
    return int(getattr(full, "pss", 0) or full.rss)


def available_memory() -> int:
    """Return the free bytes of this machine, or of the container or service if it has less."""
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
        # In a container the name may be known to the host only. Then the root is ours.
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
    except (OSError, ValueError):  # no such file, or it says "max"
        return None


def _inactive_file(statistics: Path) -> int:
    """Return the bytes of file cache that Linux would free at once."""
    try:
        lines = statistics.read_text("utf-8").splitlines()
    except OSError:
        return 0
    numbers = dict(line.split() for line in lines)
    return int(numbers.get("total_inactive_file", numbers.get("inactive_file", 0)))
