"""How many visitors fit into memory, from the measured sizes of their processes."""

from __future__ import annotations

from pathlib import Path

import psutil

from careerpath import CareerpathError

MEGABYTE = 1024 * 1024
#: The size of a visitor until one has been measured.
TYPICAL_VISITOR = 60 * MEGABYTE
#: What a visitor takes in the server's own process: sockets and the page.
SERVER_SHARE = MEGABYTE
#: The share of the available memory that visitors may use; the rest is a reserve.
SHARE_FOR_VISITORS = 0.9

_GROUPS = Path("/sys/fs/cgroup")
_OWN_GROUPS = Path("/proc/self/cgroup")


class MemoryBudget:
    """Counts how many visitors fit into memory.

    Parameters
    ----------
    available : int
        Bytes that are free when the server starts.
    start_page : str
        The page whose visitors are counted; those of other pages count more or less than one.

    Attributes
    ----------
    templates : dict of str to int
        Bytes of each page's template process.
    """

    def __init__(self, available: int, *, start_page: str) -> None:
        self.available = available
        self.start_page = start_page
        self.templates: dict[str, int] = {}
        self._sizes: dict[str, int] = {}

    def measured(self, page: str, size: int, *, copied: bool = False) -> None:
        """Note the size of a visitor of a page. The largest counts.

        Parameters
        ----------
        page : str
            Its slug.
        size : int
            Bytes.
        copied : bool
            Whether visitors get a copy of this size from now on. Then earlier sizes, such as those
            of kernels that were started before there was a template process, no longer count.
        """
        earlier = 0 if copied else self._sizes.get(page, 0)
        self._sizes[page] = max(size + SERVER_SHARE, earlier)

    def size(self, page: str) -> int:
        """Return the bytes that a visitor of a page takes."""
        return self._sizes.get(page, TYPICAL_VISITOR)

    def places(self, page: str) -> float:
        """Return how many visitors of the start page need the memory of one visitor of a page."""
        return self.size(page) / self.size(self.start_page)

    @property
    def most(self) -> int:
        """How many visitors of the start page fit, at least one."""
        free = self.available * SHARE_FOR_VISITORS - sum(self.templates.values())
        return max(1, int(free / self.size(self.start_page)))

    @property
    def summary(self) -> str:
        """How many visitors fit, and why."""
        size, available = readable_size(self.size(self.start_page)), readable_size(self.available)
        assumed = "" if self.start_page in self._sizes else ", assumed until one is measured"
        return f"{self.most} visitors fit into memory ({size} each{assumed}; {available} available)"

    def check(self, visitors: int) -> None:
        """Raise an error if the operator wants more visitors than fit.

        Parameters
        ----------
        visitors : int
            How many must fit.

        Raises
        ------
        CareerpathError
            If they do not fit.
        """
        if visitors > self.most:
            raise CareerpathError(
                f"There is not enough memory for --max-visitors {visitors}: {self.summary}. "
                f"Choose at most --max-visitors {self.most}."
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
