"""A ladder's files: CSV, Excel and TOML to read and write, Markdown to write."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from careerpath.core.errors import shown
from careerpath.core.files import check_size, decoded, parsed_toml, read_bytes, write_bytes
from careerpath.core.text_tables import escape_formula, unescape_formula
from careerpath.ladder.excel import read_excel, write_excel
from careerpath.ladder.ladder import DualLadder, LadderError
from careerpath.ladder.markdown import ladder_markdown
from careerpath.ladder.rows import COLUMNS, MOST_TOLD, Row, ladder_of, rows_of

LARGEST = 2_000_000
"""The most bytes of a file."""
LONGEST_LINE = 400
"""The most characters of a line in a message: a file can hold a word of a million letters."""

_Function = TypeVar("_Function")


def load_ladder(path: str | Path) -> DualLadder:
    """Read a ladder from a CSV, Excel or TOML file.

    Parameters
    ----------
    path : str or Path
        Its ending says the format: .csv, .xlsx or .toml.

    Raises
    ------
    LadderError
        If the file cannot be read; the message says where and what to do.

    Examples
    --------
    >>> from careerpath.ladder import ladder
    >>> load_ladder(ladder.EXAMPLE).size
    '4 levels, 8 rungs'
    """
    path = Path(path)
    by_ending(READERS, path.name)
    data = read_bytes(path, most=LARGEST, raises=LadderError)
    return read_ladder(data, str(path))


def read_ladder(data: bytes, name: str) -> DualLadder:
    """Read a ladder from a file's bytes.

    Parameters
    ----------
    data : bytes
    name : str
        The name of the file, for its format and for messages.

    Raises
    ------
    LadderError
        If the file cannot be read; the message has one line for each problem.
    """
    reader = by_ending(READERS, name)
    check_size(data, LARGEST, place=name, holds="a ladder", raises=LadderError)
    if not data.strip():
        raise LadderError(f"{name} is empty. Start from: careerpath ladder example -o ladder.csv")
    try:
        return reader(data, name)
    except LadderError as error:
        raise LadderError(brief(str(error))) from error


def brief(message: str) -> str:
    """Shorten a message to a few lines of limited length."""
    lines = [
        line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]} …"
        for line in message.splitlines()
    ]
    if len(lines) > MOST_TOLD + 1:
        lines[MOST_TOLD:] = [f"And {len(lines) - MOST_TOLD:,} more. Fix these first."]
    return "\n".join(lines)


def save_ladder(ladder: DualLadder, path: str | Path) -> Path:
    """Write a ladder to a CSV, Excel, TOML or Markdown file.

    An existing file is replaced. `load_ladder` reads the first three formats back exactly. For
    HTML and PDF, use `LadderReport`.

    Parameters
    ----------
    ladder : DualLadder
    path : str or Path
        Its ending says the format: .csv, .xlsx, .toml or .md.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    LadderError
        If the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = save_ladder(DualLadder.example(), Path(folder, "ladder.csv"))
    ...     load_ladder(path) == DualLadder.example()
    True
    """
    path = Path(path)
    return write_bytes(path, write_ladder(ladder, path.name), raises=LadderError)


def write_ladder(ladder: DualLadder, name: str) -> bytes:
    """Return the content of a file with this name.

    Examples
    --------
    >>> read_ladder(write_ladder(DualLadder.example(), "a.csv"), "a.csv") == DualLadder.example()
    True
    """
    return by_ending(WRITERS, name)(ladder)


def by_ending(known: dict[str, _Function], name: str) -> _Function:
    """Return the function for the ending of a file's name."""
    ending = Path(name).suffix.lower()
    if ending not in known:
        raise LadderError(
            f"The format of {shown(name)} is not known. End its name in one of: {', '.join(known)}."
        )
    return known[ending]


# TOML


def _read_toml(data: bytes, name: str) -> DualLadder:
    text = decoded(data, place=name, raises=LadderError)
    table = parsed_toml(text, place=name, raises=LadderError)
    return DualLadder.validated(table, place=name)


def _write_toml(ladder: DualLadder) -> bytes:
    import tomli_w

    # Without levels, write an empty list: an empty file would be taken for a mistake.
    data = {"levels": [], **ladder.model_dump(mode="json", exclude_defaults=True)}
    return tomli_w.dumps(data, multiline_strings=True).encode()


# CSV


def _read_csv(data: bytes, name: str) -> DualLadder:
    text = decoded(data, place=name, raises=LadderError)
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
    # With a byte order mark; without one Excel assumes another encoding.
    return text.getvalue().encode("utf-8-sig")


READERS: dict[str, Callable[[bytes, str], DualLadder]] = {
    ".csv": _read_csv,
    ".xlsx": read_excel,
    ".toml": _read_toml,
}
WRITERS: dict[str, Callable[[DualLadder], bytes]] = {
    ".csv": _write_csv,
    ".xlsx": write_excel,
    ".toml": _write_toml,
    ".md": lambda ladder: ladder_markdown(ladder).encode(),
}
