"""A ladder's files: CSV, Excel and TOML to read and write, Markdown and HTML to write."""

from __future__ import annotations

import csv
import io
import tomllib
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from careerpath.errors import shown
from careerpath.exercises.cells import escape_formula, unescape_formula
from careerpath.exercises.dual_ladder import DualLadder, LadderError
from careerpath.exercises.ladder_rows import COLUMNS, MOST_ROWS, Row, ladder_of, rows_of

LARGEST = 2_000_000
"""The most bytes of a file."""
LARGEST_WORKBOOK = 20_000_000
"""The most bytes that an Excel file may unpack to."""
MOST_COLUMNS = 100

_Function = TypeVar("_Function")


def load_ladder(path: Path) -> DualLadder:
    """Read a ladder from a file, by what its name ends in."""
    _known(READERS, path.name)
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:  # ValueError: a path with a null byte
        told = getattr(error, "strerror", None) or error
        raise LadderError(f"Cannot read {shown(str(path))}: {told}. Check the path.") from error
    return read_ladder(data, str(path))


def read_ladder(data: bytes, name: str) -> DualLadder:
    """Read a ladder from a file's bytes.

    Parameters
    ----------
    data : bytes
    name : str
        The file's name, which tells its format and where an error is.

    Raises
    ------
    LadderError
        With a line for each thing that is wrong.
    """
    reader = _known(READERS, name)
    if len(data) > LARGEST:
        raise LadderError(
            f"{name} is larger than {LARGEST // 1_000_000} MB, so it holds no ladder. Check that "
            "this is the right file."
        )
    if not data.strip():
        raise LadderError(f"{name} is empty. Start from: careerpath ladder example -o ladder.csv")
    return reader(data, name)


def save_ladder(ladder: DualLadder, path: Path) -> Path:
    """Write a ladder to a file, by what its name ends in."""
    data = write_ladder(ladder, path.name)
    try:
        path.write_bytes(data)
    except (OSError, ValueError) as error:
        told = getattr(error, "strerror", None) or error
        raise LadderError(
            f"Cannot write {shown(str(path))}: {told}. Choose another place."
        ) from error
    return path


def write_ladder(ladder: DualLadder, name: str) -> bytes:
    """Return what a file of that name would hold.

    Examples
    --------
    >>> read_ladder(write_ladder(DualLadder.example(), "a.csv"), "a.csv") == DualLadder.example()
    True
    """
    return _known(WRITERS, name)(ladder)


def _known(known: dict[str, _Function], name: str) -> _Function:
    ending = Path(name).suffix.lower()
    if ending not in known:
        raise LadderError(
            f"{shown(name)} ends in none of {', '.join(known)}. Rename it, so that its format is "
            "known."
        )
    return known[ending]


def _decoded(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise LadderError(
            f"{name} is not UTF-8 text (byte {error.start}). Save it as UTF-8."
        ) from error


# TOML


def _read_toml(data: bytes, name: str) -> DualLadder:
    try:
        table = tomllib.loads(_decoded(data, name))
    except tomllib.TOMLDecodeError as error:
        raise LadderError(f"{name} is not valid TOML: {error}. Mend that line.") from error
    except RecursionError as error:
        raise LadderError(f"{name} nests too deeply. Write tables, not nesting.") from error
    except ValueError as error:
        raise LadderError(f"{name} holds a number with too many digits. Mend it.") from error
    return DualLadder.validated(table, place=name)


def _write_toml(ladder: DualLadder) -> bytes:
    import tomli_w

    # A ladder without levels says so: an empty file is taken for a mistake.
    data = {"levels": [], **ladder.model_dump(mode="json", exclude_defaults=True)}
    return tomli_w.dumps(data, multiline_strings=True).encode()


# CSV


def _read_csv(data: bytes, name: str) -> DualLadder:
    text = _decoded(data, name)
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)

    def rows() -> Iterator[Row]:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        try:
            for cells in reader:
                yield f"{name}, row {reader.line_num}", [unescape_formula(cell) for cell in cells]
        except csv.Error as error:
            raise LadderError(
                f"{name}, row {reader.line_num}: {error}. Save it again as CSV."
            ) from error

    return ladder_of(rows(), place=name)


def _write_csv(ladder: DualLadder) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows_of(ladder):
        writer.writerow([escape_formula(cell) if isinstance(cell, str) else cell for cell in row])
    # With a mark of its encoding, without which Excel takes it for another one.
    return text.getvalue().encode("utf-8-sig")


# Excel


def _read_excel(data: bytes, name: str) -> DualLadder:
    openpyxl = _openpyxl(name)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            size = sum(entry.file_size for entry in packed.infolist())
    except zipfile.BadZipFile as error:
        raise LadderError(f"{name} is no Excel file. Save it again as .xlsx or CSV.") from error
    if size > LARGEST_WORKBOOK:
        raise LadderError(
            f"{name} unpacks to {size / 1e6:,.0f} MB, which is more than a ladder holds. Check "
            "that this is the right file."
        )
    try:
        book = openpyxl.load_workbook(io.BytesIO(data))
        sheet = book.worksheets[0]
    except Exception as error:  # openpyxl raises whatever its parsers raise
        raise LadderError(
            f"{name} is no Excel file that can be read. Save it again as .xlsx or CSV."
        ) from error
    merged = [str(cells) for cells in sheet.merged_cells.ranges]
    if merged:
        raise LadderError(
            f"{name} has merged cells: {', '.join(merged[:5])}. Unmerge them, and write into each "
            "cell what it holds."
        )
    if sheet.max_row > MOST_ROWS * 10 or sheet.max_column > MOST_COLUMNS:
        raise LadderError(
            f"{name} has {sheet.max_row:,} rows and {sheet.max_column:,} columns, more than a "
            "ladder holds. Check that this is the right file."
        )
    return ladder_of(_sheet_rows(sheet, name), place=name)


def _sheet_rows(sheet: Any, name: str) -> Iterator[Row]:
    for cells in sheet.iter_rows():
        for cell in cells:
            if cell.data_type in ("f", "e"):
                what = "a formula" if cell.data_type == "f" else "an error"
                raise LadderError(
                    f"{name}, cell {cell.coordinate} holds {what}, {shown(str(cell.value))}. Copy "
                    "it and paste its value in its place."
                )
        yield f"{name}, row {cells[0].row}", [cell.value for cell in cells]


def _write_excel(ladder: DualLadder) -> bytes:
    openpyxl = _openpyxl("an Excel file")
    from openpyxl.styles import Alignment, Font

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Ladder"
    sheet.append(COLUMNS)
    for number, row in enumerate(rows_of(ladder), start=2):
        for column, value in enumerate(row, start=1):
            if value == "":
                continue
            cell = sheet.cell(number, column, value)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if isinstance(value, str):
                # Text that starts like a formula stays text, also when somebody edits it.
                cell.data_type = "s"
                cell.style = cell.style
                cell.quotePrefix = escape_formula(value) != value
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for letter, width in zip(
        "ABCDEFGHIJKL", (16, 14, 24, 44, 44, 13, 13, 10, 44, 14, 30, 10), strict=True
    ):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "C2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _openpyxl(name: str) -> Any:
    try:
        import openpyxl
    except ModuleNotFoundError as error:
        raise LadderError(
            f"{name}: Excel needs openpyxl. Install it with: pip install 'careerpath[excel]', or "
            "use CSV."
        ) from error
    return openpyxl


READERS: dict[str, Callable[[bytes, str], DualLadder]] = {
    ".csv": _read_csv,
    ".xlsx": _read_excel,
    ".toml": _read_toml,
}
WRITERS: dict[str, Callable[[DualLadder], bytes]] = {
    ".csv": _write_csv,
    ".xlsx": _write_excel,
    ".toml": _write_toml,
    ".md": lambda ladder: ladder.to_markdown().encode(),
    ".html": lambda ladder: ladder.to_html().encode(),
}
