"""The progress that an operator sees while the pool is filled."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

LABEL = "preparing pages"


@contextmanager
def pool_progress(size: int) -> Iterator[Callable[[int], None]]:
    """Show progress: a bar in a terminal, else about ten plain lines.

    Parameters
    ----------
    size : int
        How many pages will be prepared.

    Yields
    ------
    callable
        Call it with the number of pages that are ready.
    """
    if sys.stdout.isatty():
        columns = TextColumn(LABEL), BarColumn(), MofNCompleteColumn()
        with Progress(*columns, transient=True) as bar:
            task = bar.add_task(LABEL, total=size)
            yield lambda ready: bar.update(task, completed=ready)
        return
    step = max(1, size // 10)
    printed = 0

    def show(ready: int) -> None:
        nonlocal printed
        if ready >= printed + step:
            printed = ready
            print(f"{LABEL}: {ready} of {size}", flush=True)  # noqa: T201

    yield show
