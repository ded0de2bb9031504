"""A ladder as an Excel sheet. openpyxl is loaded with the first file."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from itertools import count
from typing import Any

from careerpath.core.errors import shown
from careerpath.core.files import check_unpacked_size
from careerpath.core.text_tables import escape_formula
from careerpath.ladder.ladder import DualLadder, LadderError
from careerpath.ladder.rows import COLUMNS, MOST_ROWS, Row, ladder_of, rows_of

LARGEST_WORKBOOK = 20_000_000
"""The most bytes of an Excel file once it is unpacked."""
LARGEST_PART = 10_000_000
"""The most bytes of each file in it: a sheet of 50 levels with the longest texts has 2 MB."""
MOST_SHEET_ROWS = 10 * MOST_ROWS
MOST_COLUMNS = 100
MOST_TAGS = 40_000
MOST_SHEET_TAGS = 250_000
"""The most XML tags in a part of a workbook, and in a sheet: a ladder has a few thousand."""
WIDTHS = (16, 14, 24, 44, 44, 13, 13, 10, 44, 14, 30, 10)

_ROW = re.compile(rb"<(?:\w+:)?row\b")
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\b[^<>]*\bref="([^"]{1,40})"')
# The currency in a number format: [$EUR], [$€-407]. A $ alone can mean twenty currencies.
_CURRENCIES = {"€": "EUR", "£": "GBP"}
_SIGN = re.compile(r"\[\$([A-Z]{3})\b|[€£]")


def read_excel(data: bytes, name: str) -> DualLadder:
    """Read the first sheet of a workbook."""
    import openpyxl

    parts = _look_inside(data, name)
    try:
        # Read-only mode reads cell by cell, and leaves the other sheets alone.
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True)
        sheet = book.worksheets[0]
        # The size that a file states may be wrong; cells beyond it would be lost.
        sheet.reset_dimensions()
        part = sheet._worksheet_path  # noqa: SLF001 (openpyxl has no public name for it)
    except Exception as error:  # openpyxl raises whatever its parsers raise
        raise _unreadable(name) from error
    merged = [found.decode("utf-8", "replace") for found in _MERGED.findall(parts[part])]
    if merged:
        raise LadderError(
            f"{name} has merged cells: {', '.join(merged[:5])}. Unmerge them, and write a value in "
            "each cell."
        )
    return ladder_of(_rows(sheet, name), place=name)


def _look_inside(data: bytes, name: str) -> dict[str, bytes]:
    """Return the parts of a workbook; refuse one that is too large for a ladder."""
    try:
        check_unpacked_size(
            io.BytesIO(data),
            LARGEST_WORKBOOK,
            most_in_one=LARGEST_PART,
            place=name,
            raises=LadderError,
        )
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            parts = {entry.filename: packed.read(entry) for entry in packed.infolist()}
    except LadderError:
        raise
    except Exception as error:
        # Not a zip file, a damaged one, or one compressed or encrypted as Excel never does.
        raise _unreadable(name) from error
    for part, content in parts.items():
        tags, in_sheet = content.count(b"<"), part.startswith("xl/worksheets/")
        if tags > (MOST_SHEET_TAGS if in_sheet else MOST_TAGS):
            rows = sum(1 for _ in _ROW.finditer(content))
            raise _too_large(name, f"{rows:,} rows" if in_sheet else f"{tags:,} texts or formats")
    return parts


def _unreadable(name: str) -> LadderError:
    return LadderError(
        f"{name} cannot be read as an Excel file. Save it again as .xlsx, without a password, "
        "or as CSV."
    )


def _too_large(name: str, what: str) -> LadderError:
    return LadderError(
        f"{name} has {what}, too many for a ladder. Check that this is the right file, and "
        "remove everything but the ladder from it."
    )


def _rows(sheet: Any, name: str) -> Iterator[Row]:
    found = sheet.iter_rows()
    currency: int | None = None
    for number in count(1):
        try:
            cells = next(found, None)
        except Exception as error:  # openpyxl reads the sheet only at this point
            raise _unreadable(name) from error
        if cells is None:
            return
        if number > MOST_SHEET_ROWS or len(cells) > MOST_COLUMNS:
            what = f"{number:,} rows" if number > MOST_SHEET_ROWS else f"{len(cells):,} columns"
            raise _too_large(name, f"{what} or more")
        _look_at(cells, name)
        if currency is not None and currency < len(cells):
            _compare_signs(cells, str(cells[currency].value or "").strip().upper(), name)
        if number == 1:
            names = [str(cell.value).strip().casefold() for cell in cells]
            currency = names.index("currency") if "currency" in names else None
        yield f"{name}, row {number}", [cell.value for cell in cells]


def _look_at(cells: Iterable[Any], name: str) -> None:
    for cell in cells:
        if cell.data_type in ("f", "e"):
            what = "a formula" if cell.data_type == "f" else "an error"
            raise LadderError(
                f"{name}, cell {cell.coordinate} contains {what}, {shown(str(cell.value))}. Copy "
                "it and paste its value instead."
            )


def _compare_signs(cells: Iterable[Any], said: str, name: str) -> None:
    """Refuse pay whose number format shows another currency than its row."""
    for cell in cells:
        sign = _SIGN.search(cell.number_format or "") if cell.data_type == "n" else None
        if sign is None or cell.value is None or not said:
            continue
        currency = _CURRENCIES.get(sign[0], sign[1])
        if currency != said:
            raise LadderError(
                f"{name}, cell {cell.coordinate} is shown in {currency}, but its row says {said}. "
                "Use the same currency in both."
            )


def write_excel(ladder: DualLadder) -> bytes:
    """Return a workbook with one sheet."""
    import openpyxl
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
                # Text that starts like a formula stays text, even after it is edited.
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
