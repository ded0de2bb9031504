"""A ladder's sheet in Excel. It needs openpyxl, which is loaded when the first file is read."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

from careerpath.errors import shown
from careerpath.exercises.cells import escape_formula
from careerpath.exercises.dual_ladder import DualLadder
from careerpath.exercises.ladder_parts import LadderError
from careerpath.exercises.ladder_rows import COLUMNS, MOST_ROWS, Row, ladder_of, rows_of

LARGEST_WORKBOOK = 20_000_000
"""The most bytes that an Excel file may unpack to."""
MOST_SHEET_ROWS = 10 * MOST_ROWS
MOST_COLUMNS = 100
WIDTHS = (16, 14, 24, 44, 44, 13, 13, 10, 44, 14, 30, 10)

_ROW = re.compile(rb"<(?:\w+:)?row\b")
_CELL = re.compile(rb"<(?:\w+:)?c\b")


def excel_works() -> bool:
    """Whether Excel files can be read and written here."""
    return find_spec("openpyxl") is not None


def read_excel(data: bytes, name: str) -> DualLadder:
    """Read the first sheet of a workbook."""
    openpyxl = _openpyxl(name)
    _look_inside(data, name)
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
    if sheet.max_row > MOST_SHEET_ROWS or sheet.max_column > MOST_COLUMNS:
        raise _too_large(name, f"{sheet.max_row:,} rows and {sheet.max_column:,} columns")
    return ladder_of(_sheet_rows(sheet, name), place=name)


def _look_inside(data: bytes, name: str) -> None:
    """Refuse what holds no ladder before it is taken apart, which takes long for a million rows."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            size = sum(entry.file_size for entry in packed.infolist())
            if size > LARGEST_WORKBOOK:
                raise LadderError(
                    f"{name} unpacks to {size / 1e6:,.0f} MB, which is more than a ladder holds. "
                    "Check that this is the right file."
                )
            sheets = [
                packed.read(entry)
                for entry in packed.infolist()
                if entry.filename.startswith("xl/worksheets/")
            ]
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError) as error:
        # Not a package, or packed or locked in a way that Excel's own files are not.
        raise LadderError(
            f"{name} is no Excel file that can be read. Save it again as .xlsx, without a "
            "password, or as CSV."
        ) from error
    for sheet in sheets:
        rows = sum(1 for _ in _ROW.finditer(sheet))
        if rows > MOST_SHEET_ROWS:
            raise _too_large(name, f"{rows:,} rows")
        cells = sum(1 for _ in _CELL.finditer(sheet))
        if cells > MOST_SHEET_ROWS * MOST_COLUMNS:
            raise _too_large(name, f"{cells:,} cells")


def _too_large(name: str, what: str) -> LadderError:
    return LadderError(
        f"{name} has {what}, more than a ladder holds. Check that this is the right file, and "
        "keep the ladder alone in it."
    )


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


def write_excel(ladder: DualLadder) -> bytes:
    """Return a workbook with one sheet."""
    openpyxl = _openpyxl("An Excel file")
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
    for cell, width in zip(sheet[1], WIDTHS, strict=True):
        cell.font = Font(bold=True)
        sheet.column_dimensions[cell.column_letter].width = width
    sheet.freeze_panes = "C2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _openpyxl(name: str) -> Any:
    try:
        import openpyxl
    except ModuleNotFoundError as error:
        raise LadderError(
            f"{name}: Excel needs openpyxl, which is not installed here. Use CSV, which Excel "
            "opens and saves; whoever runs this can add it with: pip install openpyxl"
        ) from error
    return openpyxl
