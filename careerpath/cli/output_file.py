"""Checks the file that a command will write: existing files are kept unless the caller says so."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from careerpath.core.errors import CareerpathError

Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace an existing file.")]


def check_target(target: Path, *, overwrite: bool, inputs: Iterable[object] = ()) -> None:
    """Check, before any work is done, that a file may be written.

    Parameters
    ----------
    target : Path
    overwrite : bool
        Whether an existing file may be replaced.
    inputs : iterable
        What the command reads: files, URLs of databases, or other names.

    Raises
    ------
    CareerpathError
        If it is a folder, its folder does not exist, the command reads it, or it already exists.
    """
    if target.is_dir():
        raise CareerpathError(f"Cannot write {target}: it is a folder. Name a file in it.")
    if not target.parent.is_dir():
        raise CareerpathError(
            f"Cannot write {target}: there is no folder {target.parent}. Create it first, or name "
            "another place."
        )
    if not target.exists():
        return
    if any(_is_same(target, each) for each in inputs):
        raise CareerpathError(
            f"{target} is an input of this command, so it cannot be its output. Name another file."
        )
    if not overwrite:
        raise CareerpathError(
            f"{target} already exists. Name another file, or add --overwrite to replace it."
        )


def _is_same(target: Path, source: object) -> bool:
    if isinstance(source, str) and "://" in source:
        from careerpath.cohort.databases import file_of

        source = file_of(source)
    try:
        return isinstance(source, str | Path) and target.samefile(source)
    except (OSError, ValueError):  # It does not exist or is not a path: the reader reports that.
        return False
