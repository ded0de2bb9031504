"""A ladder's files: CSV, Excel and TOML to read and write, Markdown to write."""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from careerpath.core.errors import shown
from careerpath.core.text_tables import escape_formula, unescape_formula
from careerpath.ladder.excel import read_excel, write_excel
from careerpath.ladder.ladder import LONGEST_TEXT, DualLadder, LadderError
from careerpath.ladder.markdown import ladder_markdown
from careerpath.ladder.rows import COLUMNS, MOST_TOLD, Row, ladder_of, rows_of

LARGEST = 2_000_000
"""The most bytes of a file."""
LONGEST_LINE = 400
"""Characters of a line that is told: a file can hold a word of a million letters."""
MOST_MARKS = 20_000
"""Of each kind that begins an entry in TOML: = [ {"""
MOST_PARTS = 20
"""Of a key, or sentences of a line, that are not counted."""

_Function = TypeVar("_Function")


def load_ladder(path: str | Path) -> DualLadder:
    """Read a ladder from a file, by what its name ends in."""
    path = Path(path)
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
    try:
        return reader(data, name)
    except LadderError as error:
        raise LadderError(brief(str(error))) from error


def brief(message: str) -> str:
    """Shorten what is told: a few lines, and none of them endless."""
    lines = [
        line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]} …"
        for line in message.splitlines()
    ]
    if len(lines) > MOST_TOLD + 1:
        lines[MOST_TOLD:] = [f"And {len(lines) - MOST_TOLD:,} more. Mend these first."]
    return "\n".join(lines)


def save_ladder(ladder: DualLadder, path: str | Path) -> Path:
    """Write a ladder to a file, by what its name ends in."""
    path = Path(path)
    return write_bytes(path, write_ladder(ladder, path.name))


def write_bytes(path: Path, data: bytes) -> Path:
    """Write a file.

    Raises
    ------
    LadderError
        Where it cannot be written.
    """
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
    text = _decoded(data, name)
    # Python's parser takes minutes for what no ladder holds, such as a.a.a.a and so on: ask before.
    dots = [line.partition("=")[0].count(".") for line in text.splitlines()]
    if max(dots) > LONGEST_TEXT or sum(each for each in dots if each > MOST_PARTS) > MOST_MARKS:
        raise LadderError(f"{name} nests too deeply. Write tables, not nesting.")
    if max(map(text.count, "=[{")) > MOST_MARKS:
        raise LadderError(
            f"{name} holds more entries than a ladder has. Check that this is the right file."
        )
    try:
        table = tomllib.loads(text)
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
