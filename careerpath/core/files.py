"""Reading and writing files: text, strict JSON and TOML, limits, and whole files or none.

Every function takes the class of the error to raise, ``raises``: each kind of file has its own.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import stat
import tomllib
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from careerpath.core.errors import CareerpathError, shown

Raises = type[CareerpathError]

MOST_MARKS = 20_000
"""The most characters = [ { and . in TOML, without those in texts: it begins an entry with each."""
MOST_PACKED_FILES = 2_000
"""The most files in an Excel file; real ones have a few dozen."""
MOST_KEY_PARTS = 20
"""The most dots between the parts of a key in TOML."""
# What begins a text or a comment in TOML, and what ends each: an escape does not. Up to two more
# quotes belong to a text in three quotes.
_TOML_TEXT = re.compile(r'"""|"|\'\'\'|\'|#')
_TOML_TEXT_END = {
    '"""': re.compile(r'\\.|"{3,5}', re.DOTALL),
    '"': re.compile(r'\\.|["\n]'),
    "'''": re.compile(r"'{3,5}"),
    "'": re.compile(r"['\n]"),
    "#": re.compile(r"\n"),
}


def read_bytes(
    path: Path,
    *,
    most: int | None = None,
    raises: Raises = CareerpathError,
    next_step: str = "Check the path.",
) -> bytes:
    """Return what a file holds.

    Parameters
    ----------
    path : Path
    most : int, optional
        Read no more than one byte above this limit, so that `check_size` can refuse the file.
    raises : type
        The error's class.
    next_step : str
        What to do if the file cannot be read.

    Raises
    ------
    CareerpathError
        If the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(-1 if most is None else most + 1)
    except (OSError, ValueError) as error:  # ValueError: a path with a null byte
        raise raises(f"Cannot read {_named(path)}: {reason_of(error)}. {next_step}") from error


def check_size(raw: bytes, most: int, *, place: str, holds: str, raises: Raises) -> None:
    """Refuse a file of more bytes than its kind ever has.

    Parameters
    ----------
    raw : bytes
    most : int
    place : str
        The file's name, for the message.
    holds : str
        What the file should hold, such as "a ladder".
    raises : type
        The error's class.
    """
    if len(raw) > most:
        raise raises(
            f"{place} is larger than {most // 1_000_000} MB, so it does not hold {holds}. Check "
            "that this is the right file."
        )


def check_unpacked_size(
    file: Path | IO[bytes],
    most: int,
    *,
    place: str,
    raises: Raises,
    most_in_one: int | None = None,
) -> None:
    """Refuse an Excel file that unpacks to too much, or that consists of too many files.

    Parameters
    ----------
    file : Path or binary file
    most : int
        The most bytes of all its files.
    place : str
        The file's name, for the message.
    raises : type
        The error's class.
    most_in_one : int, optional
        The most bytes of each file in it. The time to read a text in XML can grow with the square
        of its length. By default as many as for all.

    Raises
    ------
    CareerpathError
        If it does.
    zipfile.BadZipFile
        If it is no zip archive.
    """
    with zipfile.ZipFile(file) as packed:
        sizes = [entry.file_size for entry in packed.infolist()]
    if len(sizes) > MOST_PACKED_FILES:
        raise raises(
            f"{place} consists of {len(sizes):,} files, which is too much. Check that this is the "
            "right file, or save it as CSV."
        )
    size = sum(sizes)
    if most_in_one is not None and max(sizes, default=0) > most_in_one:
        size = max(sizes)
        most = most_in_one
    if size > most:
        raise raises(
            f"{place} unpacks to {size / 1e6:,.0f} MB, which is too much. Check that this is the "
            "right file, or save it as CSV."
        )


def decoded(raw: bytes, *, place: str, raises: Raises) -> str:
    """Return the text of a file in UTF-8, with or without a byte order mark.

    Examples
    --------
    >>> decoded(b"7", place="a.json", raises=CareerpathError)
    '7'
    """
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise raises(
            f"{place} is not UTF-8 text (byte {error.start}). Save it as UTF-8."
        ) from error


def parsed_json(text: str, *, place: str, raises: Raises, allow_nan: bool = False) -> object:
    """Read JSON strictly: each key once, and no NaN or Infinity unless they are allowed.

    Parameters
    ----------
    text : str
    place : str
        The file's name, for the message.
    raises : type
        The error's class.
    allow_nan : bool
        Read NaN and Infinity, which Python's own ``json`` writes for a missing number.

    Raises
    ------
    CareerpathError
        If the text is not strict JSON.

    Examples
    --------
    >>> parsed_json('{"q01": 7}', place="a.json", raises=CareerpathError)
    {'q01': 7}
    >>> parsed_json('{"q01": 7', place="a.json", raises=CareerpathError)
    Traceback (most recent call last):
        ...
    careerpath.core.errors.CareerpathError: a.json is not valid JSON: Expecting ',' delimiter \
(column 10). Fix that line.
    """

    def each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        table = dict(pairs)
        if len(table) < len(pairs):
            twice, _ = Counter(key for key, _ in pairs).most_common(1)[0]
            raise raises(f"{place} holds the key {short(twice)} twice. Keep one of the two.")
        return table

    def constant(literal: str) -> float:
        if allow_nan:
            return float(literal)
        raise raises(
            f"{place} holds {literal}, which is not a number. Leave an unanswered item out."
        )

    try:
        return json.loads(text, object_pairs_hook=each_key_once, parse_constant=constant)
    except json.JSONDecodeError as error:
        line = f"line {error.lineno}, " if "\n" in text else ""
        raise raises(
            f"{place} is not valid JSON: {error.msg} ({line}column {error.colno}). Fix that line."
        ) from error
    except (ValueError, RecursionError) as error:
        raise _unusable(error, place, raises) from error


def parsed_toml(text: str, *, place: str, raises: Raises) -> dict[str, Any]:
    """Read TOML.

    Raises
    ------
    CareerpathError
        If the text is not TOML, or if Python's parser would take minutes or gigabytes for it.

    Examples
    --------
    >>> parsed_toml("q01 = 7", place="a.toml", raises=CareerpathError)
    {'q01': 7}
    """
    marks = _without_texts(text)
    # The parser's time and memory grow with the square of the parts of a key such as a.a.a.a.
    parts = max(each.count(".") for each in re.split(r"[^.\w \t-]", marks))
    if parts > MOST_KEY_PARTS:
        raise raises(f"{place} nests too deeply. Write it without so many levels.")
    if sum(map(marks.count, "=[{.")) > MOST_MARKS:
        raise raises(f"{place} has too many entries. Check that this is the right file.")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise raises(f"{place} is not valid TOML: {error}. Fix that line.") from error
    except (ValueError, RecursionError) as error:
        raise _unusable(error, place, raises) from error


def _without_texts(toml: str) -> str:
    """Replace each text and each comment of TOML by one letter."""
    kept = []
    at = 0
    while start := _TOML_TEXT.search(toml, at):
        kept.append(toml[at : start.start()])
        at = len(toml)  # a text that is not closed is an error anyway
        for end in _TOML_TEXT_END[start[0]].finditer(toml, start.end()):
            if not end[0].startswith("\\"):
                at = end.start() if end[0] == "\n" else end.end()
                break
    return "_".join([*kept, toml[at:]])


def write_bytes(path: Path, content: bytes, *, raises: Raises = CareerpathError) -> Path:
    """Write a file as `written_whole` does.

    Raises
    ------
    CareerpathError
        If the file cannot be written.
    """
    with written_whole(path, raises=raises) as beside:
        beside.write_bytes(content)
    return path


@contextmanager
def written_whole(path: Path, *, raises: Raises = CareerpathError) -> Iterator[Path]:
    """Give a path beside a file to write to; it replaces the file when it is complete.

    If `path` is a link, it replaces the file that the link points to. An existing file keeps its
    permissions. Gives the existing file itself if it is a pipe or a device, or if its folder
    allows no new files.

    Raises
    ------
    CareerpathError
        If the file cannot be written. Then nothing is left beside it.
    """
    with cannot_write(path, raises=raises):
        if path.exists() and not path.is_file():
            yield path
            return
        file = Path(os.path.realpath(path))
        mode = stat.S_IMODE(file.stat().st_mode) if file.exists() else None
        beside = file.with_name(f".{secrets.token_hex(8)}")
        if not _is_created(beside, mode, instead_of=file):
            yield file
            return
        try:
            if mode is not None:
                beside.chmod(mode)  # The system's mask may have taken away some permissions.
            yield beside
            beside.replace(file)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise


def _is_created(beside: Path, mode: int | None, *, instead_of: Path) -> bool:
    """Create an empty file; return False if only the existing file can be written."""
    try:
        beside.touch(0o666 if mode is None else mode, exist_ok=False)
    except PermissionError:
        if not os.access(instead_of, os.W_OK):
            raise
        return False
    return True


@contextmanager
def cannot_write(path: Path, *, raises: Raises = CareerpathError) -> Iterator[None]:
    """Say which file cannot be written, if the block inside cannot write it."""
    try:
        yield
    except (OSError, ValueError) as error:  # ValueError: a path without a name or with a null byte
        raise raises(
            f"Cannot write {_named(path)}: {reason_of(error)}. Choose another place."
        ) from error


def reason_of(error: Exception) -> str:
    """Return why a file, or a connection, failed: the operating system's words if it has any."""
    return getattr(error, "strerror", None) or str(error)


def short(key: str) -> str:
    """Write a key for a message.

    Examples
    --------
    >>> short("q01"), len(short("x" * 1000))
    ("'q01'", 42)
    """
    return repr(key if len(key) <= 40 else f"{key[:37]}...")


def _named(path: Path) -> str:
    name = str(path)
    return name if name.isprintable() and len(name) < 300 else shown(name)


def _unusable(error: Exception, place: str, raises: Raises) -> CareerpathError:
    if isinstance(error, RecursionError):
        return raises(f"{place} nests too deeply. Write it without so many levels.")
    return raises(f"{place} holds a number with too many digits. Fix that number.")
