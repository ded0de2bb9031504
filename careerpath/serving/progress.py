"""What an operator sees while the pool fills."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

LABEL = "making pages ahead"


@contextmanager
def filling(size: int) -> Iterator[Callable[[int], None]]:
    """Show how full the pool is: a bar in a terminal, else about ten plain lines.

    Parameters
    ----------
    size : int
        How many pages it shall hold.

    Yields
    ------
    callable
        To be told how many there are.
    """
    if sys.stdout.isatty():
        columns = TextColumn(LABEL), BarColumn(), MofNCompleteColumn()
        with Progress(*columns, transient=True) as bar:
            task = bar.add_task(LABEL, total=size)
            yield lambda ready: bar.update(task, completed=ready)
        return
    step = max(1, size // 10)
    told = 0

    def tell(ready: int) -> None:
        nonlocal told
        if ready >= told + step:
            told = ready
            print(f"{LABEL}: {ready} of {size}", flush=True)  # noqa: T201

    yield tell
