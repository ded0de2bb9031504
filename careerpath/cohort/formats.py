"""The file formats of a cohort: each gives the names of its columns, and its rows part by part."""

from __future__ import annotations

import csv
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from careerpath.core.errors import CareerpathError, shown
from careerpath.core.files import check_unpacked_size, decoded, parsed_json, reason_of

MOST_COLUMNS = 10_000
LONGEST_HEADER = 1_000_000
ROWS = 1 << 17
"""How many rows a part holds."""
BLOCK = 8 << 20
"""How many bytes of text are read at a time."""
LARGEST_WORKBOOK = 500_000_000
"""The most bytes that an Excel file may unpack to."""
MOST_SHEET_ROWS = 1_048_576
"""Excel's own limit. A row with a higher number would bring as many empty rows with it."""
MOST_PACKED = 200
"""How many times its packed size a workbook may unpack to; real workbooks stay under 30."""


class CohortFileError(CareerpathError):
    """A file of many people's answers that cannot be read or written."""


@dataclass(frozen=True, slots=True)
class TablePart:
    """Some rows of a file or of a database's table.

    Attributes
    ----------
    table : pyarrow.Table or pandas.DataFrame
    done : float or None
        The share of the file that has been read; None if unknown.
    comma : bool
        Whether decimals may be written with a comma.
    """

    table: Any
    done: float | None = None
    comma: bool = False

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self.table)

    def frame(self, columns: Sequence[str], *, numbers: Sequence[str] = ()) -> pd.DataFrame:
        """Return some columns as pandas.

        Parameters
        ----------
        columns : sequence of str
        numbers : sequence of str
            Columns whose text is read as numbers, if all of it is numbers.
        """
        if isinstance(self.table, pd.DataFrame):
            return self.table[list(columns)].copy()
        frame: pd.DataFrame = _as_numbers(self.table.select(columns), numbers).to_pandas()
        return frame


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file that a browser has sent. It stays in memory.

    It has the methods of a path that the readers use.

    Attributes
    ----------
    name : str
        Says the format by its ending.
    content : bytes
    """

    name: str
    content: bytes

    def __str__(self) -> str:
        return self.name

    @property
    def suffix(self) -> str:
        """The ending of its name."""
        return Path(self.name).suffix

    def is_dir(self) -> bool:
        """Return False."""
        return False

    def open(self, _mode: str) -> BytesIO:
        """Open it for reading."""
        return BytesIO(self.content)


TableFile = Path | UploadedFile

Parts = tuple[list[str], Callable[[Sequence[str] | None], Iterator[TablePart]]]
"""The names of a file's columns, and a function that reads its rows, of some columns or of all."""


def open_parts(path: TableFile) -> Parts:
    """Open a file in the format that its name ends in.

    Returns
    -------
    Parts

    Raises
    ------
    CohortFileError
        If it cannot be read; also later, while its parts are read.
    """
    if path.suffix.lower() == ".tally":
        raise CohortFileError(
            f"{shown(str(path))} holds counts without rows. Open it with Tally.load."
        )
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise CohortFileError(
            f"{shown(str(path))} ends in none of {', '.join(READERS)}. Save it in one of these "
            "formats."
        )
    try:
        if path.is_dir():
            raise CohortFileError(f"{path} is a folder. Name a file in it.")
        with path.open("rb") as file:
            start = file.read(4)
        if not start:
            raise CohortFileError(f"{path} is empty. Export the answers again.")
        names, parts = reader(path)
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error
    _check_names(path, names)

    def guarded(columns: Sequence[str] | None) -> Iterator[TablePart]:
        return _guarded(path, parts(columns))

    return names, guarded


def _source(path: TableFile) -> Path | BytesIO:
    """Return what libraries read."""
    return path.open("rb") if isinstance(path, UploadedFile) else path


def _size(path: TableFile) -> int:
    return len(path.content) if isinstance(path, UploadedFile) else path.stat().st_size


def _guarded(path: TableFile, parts: Iterator[TablePart]) -> Iterator[TablePart]:
    try:
        yield from parts
    except (OSError, ValueError) as error:  # pyarrow's and pandas' errors are of these kinds
        raise _unreadable(path, error) from error


def _unreadable(path: TableFile, error: Exception) -> CohortFileError:
    told = reason_of(error).strip().splitlines()[0].rstrip(".")
    told = told if len(told) < 300 else f"{told[:300]}..."
    if "UTF" in told.upper():
        return CohortFileError(f"{path} is not UTF-8 text. Save it as UTF-8.")
    if isinstance(error, OSError) and error.errno is not None:
        return CohortFileError(f"Cannot read {shown(str(path))}: {told}. Check the path.")
    return CohortFileError(f"Cannot read {path}: {told}. Fix it, or export it again.")


def _check_names(path: TableFile, names: Sequence[str]) -> None:
    if len(names) > MOST_COLUMNS:
        raise _too_many(path, len(names))
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise CohortFileError(
            f"{path} has the column {shown(twice[0])} twice. Rename or remove one."
        )


def _too_many(path: TableFile, count: int) -> CohortFileError:
    return CohortFileError(
        f"{path} has {count:,} columns; a cohort has {MOST_COLUMNS:,} at most. Check that rows are "
        "people and columns are items."
    )


# Text with a delimiter


def _csv(path: TableFile) -> Parts:
    return _delimited(path, None)


def _tsv(path: TableFile) -> Parts:
    return _delimited(path, "\t")


def _delimited(path: TableFile, delimiter: str | None) -> Parts:
    import pyarrow.csv

    with path.open("rb") as file:
        start = file.read(LONGEST_HEADER)
    if start.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in start[:1000]:
        raise CohortFileError(f"{path} is not UTF-8 text. Save it as UTF-8.")
    lines = start.lstrip(b"\xef\xbb\xbf").splitlines()
    if not lines:
        raise CohortFileError(f"{path} is empty. Export the answers again.")
    line = lines[0]
    try:
        header = line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise CohortFileError(f"{path} is not UTF-8 text. Save it as UTF-8.") from error
    delimiter = delimiter or max(",;\t", key=header.count)
    count = header.count(delimiter) + 1
    if count > MOST_COLUMNS or len(line) >= LONGEST_HEADER:
        raise _too_many(path, count)
    if not header.strip():
        raise CohortFileError(f"{path} starts with an empty line. Start with the column names.")
    if header.count('"') % 2:
        raise CohortFileError(f"{path}: a column name contains a line break. Remove it.")
    (names,) = csv.reader([header], delimiter=delimiter)
    _check_names(path, names)
    rest = start.lstrip(b"\xef\xbb\xbf")[len(line) :]
    alone = len(start) < LONGEST_HEADER and not rest.strip()
    size = _size(path)

    def parts(_columns: Sequence[str] | None) -> Iterator[TablePart]:
        if alone:
            return
        with path.open("rb") as source:
            reader = pyarrow.csv.open_csv(
                source,
                read_options=pyarrow.csv.ReadOptions(block_size=BLOCK),
                parse_options=pyarrow.csv.ParseOptions(
                    delimiter=delimiter, newlines_in_values=True
                ),
                convert_options=pyarrow.csv.ConvertOptions(
                    column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
                ),
            )
            with reader:
                for batch in reader:
                    done = min(source.tell() / size, 1.0)
                    yield TablePart(pa.Table.from_batches([batch]), done, comma=delimiter != ",")

    return names, parts


def _as_numbers(table: Any, names: Sequence[str]) -> Any:
    """Read columns of text as numbers, if all their values are numbers as computers write them."""
    for place, field in enumerate(table.schema):
        if field.name not in names or not pa.types.is_string(field.type):
            continue
        for kind in (pa.int64(), pa.float64()):
            try:
                made = table.column(place).cast(kind)
            except pa.ArrowInvalid:
                continue
            table = table.set_column(place, field.name, made)
            break
    return table


# Parquet


def _parquet(path: TableFile) -> Parts:
    import pyarrow.parquet

    with pyarrow.parquet.ParquetFile(_source(path)) as file:
        names = list(file.schema_arrow.names)
        total = file.metadata.num_rows

    def parts(columns: Sequence[str] | None) -> Iterator[TablePart]:
        read = 0
        # Without pre_buffer: Arrow would keep everything it has read ahead until the end.
        with pyarrow.parquet.ParquetFile(
            _source(path), pre_buffer=False, buffer_size=BLOCK // 8
        ) as file:
            for batch in file.iter_batches(ROWS, columns=list(columns) if columns else None):
                read += batch.num_rows
                yield TablePart(pa.Table.from_batches([batch]), read / max(total, 1))

    return names, parts


# Excel


def _excel(path: TableFile) -> Parts:
    import openpyxl

    try:
        check_unpacked_size(
            _source(path),
            min(LARGEST_WORKBOOK, MOST_PACKED * max(_size(path), 100_000)),
            place=str(path),
            raises=CohortFileError,
        )
    except zipfile.BadZipFile as error:
        raise CohortFileError(
            f"{path} is not an Excel file. Save it again as .xlsx or CSV."
        ) from error

    def sheet() -> tuple[Any, Iterator[tuple[Any, ...]]]:
        try:
            book = openpyxl.load_workbook(_source(path), read_only=True, data_only=True)
            first = book.worksheets[0]
            # The size stated in a file may be wrong; cells outside it would be lost.
            first.reset_dimensions()
            return book, first.iter_rows(values_only=True)
        except Exception as error:  # openpyxl passes on all its parsers' errors
            raise CohortFileError(
                f"{path} is not a readable Excel file. Save it again as .xlsx or CSV."
            ) from error

    book, rows = sheet()
    try:
        header = next(rows, ())
    except Exception as error:
        raise CohortFileError(f"{path}: its first sheet cannot be read. Save it again.") from error
    finally:
        book.close()
    while header and header[-1] is None:
        header = header[:-1]
    if not header:
        raise CohortFileError(f"{path}: the first sheet is empty. Put the answers there.")
    names = [str(name) if name is not None else "" for name in header]

    def parts(_columns: Sequence[str] | None) -> Iterator[TablePart]:
        waiting: list[Sequence[Any]] = []
        book, rows = sheet()
        try:
            next(rows, None)
            for number, row in enumerate(rows, start=2):
                _check_row(path, number, row, len(names))
                if any(cell is not None for cell in row):
                    cells = tuple(row[: len(names)])
                    waiting.append(cells + (None,) * (len(names) - len(cells)))
                if len(waiting) >= ROWS:
                    yield TablePart(object_frame(waiting, names))
                    waiting = []
        except CohortFileError:
            raise
        except Exception as error:
            raise CohortFileError(
                f"{path} cannot be read to its end: {shown(str(error))}. Save it again."
            ) from error
        finally:
            book.close()
        if waiting:
            yield TablePart(object_frame(waiting, names))

    return names, parts


def _check_row(path: TableFile, number: int, row: Sequence[Any], width: int) -> None:
    if number > MOST_SHEET_ROWS:
        raise CohortFileError(
            f"{path} has more than {MOST_SHEET_ROWS:,} rows, which no sheet holds. Save it again "
            "as .xlsx or CSV."
        )
    if any(cell is not None for cell in row[width:]):
        raise CohortFileError(
            f"{path}, row {number} has more cells than there are column names. Name each column."
        )


def object_frame(rows: Sequence[Sequence[Any]], names: list[str]) -> pd.DataFrame:
    """Return a frame of rows of Python's own values."""
    return pd.DataFrame(rows, columns=names, dtype=object).infer_objects()


# JSON lines


def _json_lines(path: TableFile) -> Parts:
    names: dict[str, None] = {}
    size = _size(path)
    people = 0
    # A first pass finds the columns: a person may leave some out.
    for _, record in _records(path):
        names.update(dict.fromkeys(record))
        people += 1
        if len(names) > MOST_COLUMNS:
            raise _too_many(path, len(names))
    if not people:
        raise CohortFileError(f"{path} is empty. Write a JSON object on each line.")

    def parts(_columns: Sequence[str] | None) -> Iterator[TablePart]:
        waiting: list[list[Any]] = []
        for place, record in _records(path):
            waiting.append([record.get(name) for name in names])
            if len(waiting) >= ROWS:
                yield TablePart(object_frame(waiting, list(names)), place / size)
                waiting = []
        if waiting:
            yield TablePart(object_frame(waiting, list(names)), 1.0)

    return list(names), parts


def _records(path: TableFile) -> Iterator[tuple[int, dict[str, Any]]]:
    read = 0
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            read += len(line)
            place = f"{path}, line {number}"
            text = decoded(line, place=place, raises=CohortFileError).strip()
            if not text:
                continue
            record = parsed_json(text, place=place, raises=CohortFileError, allow_nan=True)
            if not isinstance(record, dict):
                raise CohortFileError(
                    f"{place} is not a JSON object of answers. Write one on each line: "
                    '{"q01": 7, ...}.'
                )
            yield read, record


READERS: dict[str, Callable[[TableFile], Parts]] = {
    ".csv": _csv,
    ".tsv": _tsv,
    ".xlsx": _excel,
    ".parquet": _parquet,
    ".jsonl": _json_lines,
    ".ndjson": _json_lines,
}
