"""Where a command writes: never over what it reads, and over anything else only when told to."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from careerpath.core.errors import CareerpathError

Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace what is there already.")]


def check_target(target: Path, *, overwrite: bool, inputs: Iterable[object] = ()) -> None:
    """Refuse a place to write to before there is any work to lose.

    Parameters
    ----------
    target : Path
    overwrite : bool
        Whether a file that is there may be replaced.
    inputs : iterable
        What the command reads: files, addresses of databases, and names that are neither.

    Raises
    ------
    CareerpathError
        Where it is a folder or lies in none, is read by the same command, or is there already.
    """
    if target.is_dir():
        raise CareerpathError(f"Cannot write {target}: it is a folder. Name a file in it.")
    if not target.parent.is_dir():
        raise CareerpathError(
            f"Cannot write {target}: there is no folder {target.parent}. Make it first, or name "
            "another place."
        )
    if not target.exists():
        return
    if any(_is_same(target, each) for each in inputs):
        raise CareerpathError(
            f"{target} is what is read, so it cannot be what is written. Name another file."
        )
    if not overwrite:
        raise CareerpathError(
            f"{target} exists already. Name another file, or add --overwrite to replace it."
        )


def _is_same(target: Path, source: object) -> bool:
    if isinstance(source, str) and "://" in source:
        from careerpath.cohort.databases import file_of

        source = file_of(source)
    try:
        return isinstance(source, str | Path) and target.samefile(source)
    except (OSError, ValueError):  # It is not there, or no path at all: the reader says so.
        return False
