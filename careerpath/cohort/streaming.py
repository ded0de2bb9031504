"""Tallying files of any size: part by part, several at once, and tallies that are merged."""

from __future__ import annotations

import glob
from collections.abc import Callable, Sequence
from pathlib import Path

from careerpath.cohort.file_formats import CohortFileError
from careerpath.cohort.files import cohort_parts
from careerpath.cohort.tally import Tally
from careerpath.cohort.tally_file import is_tally
from careerpath.errors import CareerpathError, shown
from careerpath.instrument import Instrument

Progress = Callable[[Path, float | None, int], None]
"""Told the file, the share of it that is done where that is known, and the people so far."""


def find_files(patterns: Sequence[str]) -> list[Path]:
    """Turn names and globs into files, each once, in order.

    Raises
    ------
    CareerpathError
        Where a glob matches nothing, or no file is named.
    """
    found: dict[Path, None] = {}
    for pattern in patterns:
        if "\0" in pattern:
            raise CohortFileError(f"Cannot read {shown(pattern)}. Check the path.")
        if Path(pattern).exists() or not glob.has_magic(pattern):
            found[Path(pattern)] = None
            continue
        matches = sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207 - absolute ones, too
        if not matches:
            raise CohortFileError(f"No file matches {pattern!r}. Check the pattern.")
        found.update(dict.fromkeys(map(Path, matches)))
    if not found:
        raise CohortFileError("No file is named. Name at least one.")
    return list(found)


def tally_files(
    patterns: Sequence[str], instrument: Instrument, *, progress: Progress | None = None
) -> Tally:
    """Tally files of answers, and add tallies made before.

    Memory does not grow with wide files; a long file (a row an answer) has to fit into it.

    Parameters
    ----------
    patterns : sequence of str
        Files and globs; ``.tally`` files are added.
    instrument : Instrument
    progress : callable, optional
        Told after each part.

    Raises
    ------
    CareerpathError
        Where a file cannot be read whole. Then there is no tally of the others.
    """
    total = Tally.empty(instrument)
    for path in find_files(patterns):
        if is_tally(path):
            try:
                total += Tally.load(path)
            except CareerpathError as error:
                told = str(error)
                raise CohortFileError(told if str(path) in told else f"{path}: {told}") from error
            if progress:
                progress(path, 1.0, _people(total))
            continue
        for part in cohort_parts(path, instrument, only_items=True):
            total += Tally.of(part.frame, instrument)
            if progress:
                progress(path, part.done, _people(total))
    return total


def _people(tally: Tally) -> int:
    return tally.count + sum(tally.unscored.values())
