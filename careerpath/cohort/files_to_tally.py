"""Turning many files of any size into one tally: part by part, and by adding saved tallies."""

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
"""Called with the source, the share of it that is done (None if unknown), and the people so far."""


def find_files(patterns: Sequence[str]) -> list[Source]:
    """Return the files that names and globs match, each once, in order.

    Addresses of databases and of storage stay as they are.

    Raises
    ------
    CareerpathError
        If a glob matches nothing, or there is no name.
    """
    found: dict[Source, None] = {}
    for pattern in patterns:
        if "\0" in pattern:
            raise CohortFileError(f"Cannot read {shown(pattern)}. Check the path.")
        source = source_of(pattern)
        if isinstance(source, str) or source.exists() or not glob.has_magic(pattern):
            found[source] = None
            continue
        matches = sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207 - also absolute patterns
        if not matches:
            raise CohortFileError(f"No file matches {pattern!r}. Check the pattern.")
        found.update(dict.fromkeys(map(Path, matches)))
    if not found:
        raise CohortFileError("No file was given. Name at least one.")
    return list(found)


def tally_files(
    patterns: Sequence[str],
    instrument: Instrument,
    *,
    engine: str = Engine.PANDAS,
    master: str | None = None,
    progress: Progress | None = None,
) -> Tally:
    """Tally files of answers, and add saved tallies.

    Memory use does not grow with the size of wide files; a long file (one row per answer) has to
    fit into memory.

    Parameters
    ----------
    patterns : sequence of str
        Files, globs and addresses of database tables; ``.tally`` files are added.
    instrument : Instrument
    engine : str
        What reads and counts wide Parquet files: "pandas", "polars", "duckdb" or "spark". This
        process reads all other files.
    master : str, optional
        The master of Spark's cluster, which must find the files under the same paths.
    progress : callable, optional
        Called after each part; see `Progress`.

    Returns
    -------
    Tally

    Raises
    ------
    CareerpathError
        If one file cannot be read to its end; then nothing is tallied.
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


# What an engine reads and counts


def _by_engine(
    sources: Sequence[Source], instrument: Instrument, scanner: Scanner | None
) -> tuple[list[list[Source]], list[Source]]:
    """Return what the engine reads, in groups with the same columns, and what is read here."""
    groups: dict[object, list[Source]] = {}
    rest: list[Source] = []
    for source in sources:
        if isinstance(source, str) and source.partition("://")[0] in STORAGE:
            if scanner is None or scanner.engine is not Engine.SPARK:
                raise CohortFileError(
                    f"Only Spark can read {source}. Add --engine spark, or name a file on this "
                    "machine."
                )
            groups[source] = [source]
        elif scanner and isinstance(source, Path) and _is_plain_parquet(source):
            import pyarrow.parquet

            try:
                schema = pyarrow.parquet.read_schema(source).remove_metadata()
            except (OSError, ValueError):
                rest.append(source)  # Our own reader reports what is wrong.
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
    """Return whether a file is Parquet, and its name cannot be taken for a glob."""
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
    """Let the engine read and count files with the same columns."""
    place = named(group[0]) + (f" and {len(group) - 1} others" if len(group) > 1 else "")
    paths = [each if isinstance(each, str) else _absolute(each, scanner) for each in group]
    try:
        table: Any = nw.from_native(scanner.scan(paths)).lazy()
        names = table.collect_schema().names()
        renamed = renaming(names, instrument, place, None)
        if is_long(names, instrument):
            raise CohortFileError(
                f"{place} has one row per answer, which only works for files on this machine. "
                "Rearrange it to one row per person."
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
            f"{scanner.engine.title()} cannot read {place}: {in_one_line(error)}. Leave --engine "
            "out to see what is wrong with the file."
        ) from error
    tally = Tally(*counted)
    if not _people(tally):
        raise CohortFileError(f"{place} has column names but no people. Add one row per person.")
    tell(group[0], 1.0, 0)
    return tally


def _absolute(path: Path, scanner: Scanner) -> str:
    """Return a whole path; for Spark as a URI, because its default may be another file system."""
    whole = path.absolute()
    return whole.as_uri() if scanner.engine is Engine.SPARK else str(whole)
