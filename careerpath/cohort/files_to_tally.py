"""Tallying files of any size: part by part, several at once, and tallies that are merged."""

from __future__ import annotations

import glob
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import narwhals as nw

from careerpath.cohort.engines import STORAGE, Engine, Scanner, opened
from careerpath.cohort.formats import CohortFileError
from careerpath.cohort.frame_to_tally import count_frame
from careerpath.cohort.frames import column_of
from careerpath.cohort.item_columns import renaming, sources_of
from careerpath.cohort.reading import PERSON, Source, cohort_parts, is_long, named, source_of
from careerpath.cohort.score_expression import with_numbers
from careerpath.cohort.tally import Tally
from careerpath.cohort.tally_file import is_tally
from careerpath.core.errors import CareerpathError, shown
from careerpath.core.instrument import Instrument

Progress = Callable[[str, float | None, int], None]
"""Told the source, the share of it that is done where that is known, and the people so far."""


def find_files(patterns: Sequence[str]) -> list[Source]:
    """Turn names and globs into files, each once, in order; addresses stay as they are.

    Raises
    ------
    CareerpathError
        Where a glob matches nothing, or no file is named.
    """
    found: dict[Source, None] = {}
    for pattern in patterns:
        if "\0" in pattern:
            raise CohortFileError(f"Cannot read {shown(pattern)}. Check the path.")
        source = source_of(pattern)
        if isinstance(source, str) or source.exists() or not glob.has_magic(pattern):
            found[source] = None
            continue
        matches = sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207 - absolute ones, too
        if not matches:
            raise CohortFileError(f"No file matches {pattern!r}. Check the pattern.")
        found.update(dict.fromkeys(map(Path, matches)))
    if not found:
        raise CohortFileError("No file is named. Name at least one.")
    return list(found)


def tally_files(
    patterns: Sequence[str],
    instrument: Instrument,
    *,
    engine: str = Engine.PANDAS,
    master: str | None = None,
    progress: Progress | None = None,
) -> Tally:
    """Tally files of answers, and add tallies made before.

    Memory does not grow with wide files; a long file (a row an answer) has to fit into it.

    Parameters
    ----------
    patterns : sequence of str
        Files and globs; ``.tally`` files are added; tables of databases by their addresses.
    instrument : Instrument
    engine : str
        Pandas, polars, duckdb or spark: what reads and counts wide Parquet files. All else is read
        here, whatever the engine.
    master : str, optional
        Of Spark's cluster, which has to see the files under the same paths.
    progress : callable, optional
        Told after each part.

    Raises
    ------
    CareerpathError
        Where a file cannot be read whole. Then there is no tally of the others.
    """
    total = Tally.empty(instrument)
    people = 0

    def tell(source: Source, done: float | None, more: int) -> None:
        nonlocal people
        people += more
        if progress:
            progress(named(source), done, people)

    sources = find_files(patterns)
    with opened(engine, master) as scanner:
        scans, rest = _by_engine(sources, instrument, scanner)
        if scanner:
            for group in scans:
                total += _scanned(scanner, group, instrument, tell)
        for source in rest:
            if isinstance(source, Path) and is_tally(source):
                more = _loaded(source, instrument)
                total += more
                tell(source, 1.0, _people(more))
                continue
            for part in cohort_parts(source, instrument, only_items=True):
                total += Tally.of(part.frame, instrument)
                tell(source, part.done, len(part.frame))
    return total


def _loaded(path: Path, instrument: Instrument) -> Tally:
    try:
        return Tally.empty(instrument) + Tally.load(path)
    except CareerpathError as error:
        told = str(error)
        raise CohortFileError(told if str(path) in told else f"{path}: {told}") from error


def _people(tally: Tally) -> int:
    return tally.count + sum(tally.unscored.values())


# What an engine counts where it lies


def _by_engine(
    sources: Sequence[Source], instrument: Instrument, scanner: Scanner | None
) -> tuple[list[list[Source]], list[Source]]:
    """Part what the engine reads, in groups of the same columns, from all else."""
    groups: dict[object, list[Source]] = {}
    rest: list[Source] = []
    for source in sources:
        if isinstance(source, str) and source.partition("://")[0] in STORAGE:
            if scanner is None or scanner.engine is not Engine.SPARK:
                raise CohortFileError(
                    f"{source} lies where only Spark reads. Add --engine spark, or name a file "
                    "of this machine."
                )
            groups[source] = [source]
        elif scanner and isinstance(source, Path) and _is_plain_parquet(source):
            import pyarrow.parquet

            try:
                schema = pyarrow.parquet.read_schema(source).remove_metadata()
            except (OSError, ValueError):
                rest.append(source)  # Our own reader says what is wrong.
                continue
            if is_long(schema.names, instrument):
                rest.append(source)
            else:
                groups.setdefault(schema.to_string(), []).append(source)
        elif scanner and scanner.engine is Engine.SPARK and _is_folder(source):
            groups[source] = [source]
        else:
            rest.append(source)
    return list(groups.values()), rest


def _is_plain_parquet(path: Path) -> bool:
    """Tell a Parquet file whose name no engine takes for a glob."""
    is_file = path.suffix.lower() == ".parquet" and path.is_file()
    return is_file and not set(str(path)) & set("*?[]{}\\")


def _is_folder(source: Source) -> bool:
    return isinstance(source, Path) and source.is_dir()


def _scanned(
    scanner: Scanner,
    group: Sequence[Source],
    instrument: Instrument,
    tell: Callable[[Source, float | None, int], None],
) -> Tally:
    """Have the engine read and count files of the same columns."""
    place = named(group[0]) + (f" and {len(group) - 1} others" if len(group) > 1 else "")
    paths = [each if isinstance(each, str) else _absolute(each, scanner) for each in group]
    try:
        table: Any = nw.from_native(scanner.scan(paths)).lazy()
        names = table.collect_schema().names()
        renamed = renaming(names, instrument, place, None)
        if is_long(names, instrument):
            raise CohortFileError(
                f"{place} holds a row an answer, which only a file of this machine may. Turn it "
                "into a row a person."
            )
        wanted = sources_of(instrument, renamed)
        if PERSON in names and PERSON not in wanted.values():
            wanted = {**wanted, PERSON: PERSON}
        wide = table.select(column_of(table, source).alias(item) for item, source in wanted.items())
        ready = with_numbers(wide, instrument.item_ids)
        counted = count_frame(
            ready.to_native(), instrument, heard=lambda rows: tell(group[0], None, rows)
        )
    except scanner.errors as error:
        from careerpath.cohort.spark import in_one_line

        raise CohortFileError(
            f"{scanner.engine.title()} cannot read {place}: {in_one_line(error)}. Mend it, or "
            "leave --engine out to hear what is wrong with it."
        ) from error
    tally = Tally(*counted)
    if not _people(tally):
        raise CohortFileError(f"{place} has names of columns and no people. Add a row a person.")
    tell(group[0], 1.0, 0)
    return tally


def _absolute(path: Path, scanner: Scanner) -> str:
    """Write a path so that a cluster whose home is elsewhere takes it for a file of this kind."""
    whole = path.absolute()
    return whole.as_uri() if scanner.engine is Engine.SPARK else str(whole)
