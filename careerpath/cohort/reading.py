"""Reading a cohort from a file, wide or long; no row is dropped silently.

A value that is not an answer stays as it was written, and its row counts as unscored, by reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from careerpath.cohort.databases import is_address, open_table, without_password
from careerpath.cohort.formats import (
    CohortFileError,
    Parts,
    TablePart,
    UploadedFile,
    open_parts,
)
from careerpath.cohort.frames import open_frame
from careerpath.cohort.item_columns import renaming, simplified, sources_of
from careerpath.cohort.score_expression import CODE, GAPS, REASONS, with_codes
from careerpath.core.errors import Reason, did_you_mean, shown
from careerpath.core.instrument import Instrument
from careerpath.core.wording import shortened

PERSON, ITEM, ANSWER = LONG = ("person", "item", "answer")
"""The columns of a long file, with one row per answer."""

Source = Path | str
"""A file, or the address of a database table."""

_FIRST_ROW = 2
"""The number of the first row below the header in a spreadsheet."""
_EXAMPLES = 5
_NAMED = 8


@dataclass(frozen=True, slots=True)
class Cohort:
    """The answers of many people, as they were in a file.

    Attributes
    ----------
    frame : pandas.DataFrame
        One row per person, one column per item; other columns are kept. A value that is not a
        number stays as it was written.
    renamed : mapping of str to str
        Columns whose names differ from the id of their item, and that item.
    others : tuple of str
        Columns that hold no item; they are kept and not counted.
    unscored : mapping of Reason to int
        People without a total, by reason.
    examples : tuple of str
        The first few values that are not numbers, with their places.
    """

    frame: pd.DataFrame
    renamed: Mapping[str, str]
    others: tuple[str, ...]
    unscored: Mapping[Reason, int]
    examples: tuple[str, ...]

    @property
    def people(self) -> int:
        """How many people there are, with a total or without."""
        return len(self.frame)

    @property
    def summary(self) -> str:
        """What was read, which columns were renamed, and what is wrong, in sentences."""
        sentences = [f"{self.people:,} people."]
        if self.renamed:
            pairs = ", ".join(f"{name!r} as {item!r}" for name, item in self.renamed.items())
            sentences.append(f"Read {pairs}.")
        if self.unscored:
            reasons = ", ".join(f"{count:,} {reason}" for reason, count in self.unscored.items())
            sentences.append(f"{sum(self.unscored.values()):,} unscored: {reasons}.")
        if self.examples:
            sentences.append(f"Not numbers: {'; '.join(self.examples)}.")
        if self.others:
            some = shortened([shown(name) for name in self.others], most=_NAMED)
            sentences.append(f"Kept, and not counted: {some}.")
        return " ".join(sentences)


def read_cohort(
    path: str | Path | UploadedFile,
    instrument: Instrument,
    *,
    columns: Mapping[str, str] | None = None,
) -> Cohort:
    """Read the answers of many people from a file.

    Parameters
    ----------
    path : str, Path or UploadedFile
        CSV, TSV, Excel (.xlsx), Parquet or JSON lines (.jsonl); or a database table, such as
        ``sqlite:///answers.db#table`` (an SQLAlchemy address and the table's name). A wide file has
        one column per item; a long one has the columns "person", "item" and "answer", and one row
        per answer.
    instrument : Instrument
    columns : mapping of str to str, optional
        Columns of the file, and the item that each holds. By default a column holds an item if its
        name is the item's id, ignoring case, spaces and leading zeros.

    Returns
    -------
    Cohort

    Raises
    ------
    CareerpathError
        If the file cannot be read to its end, or an item has no column.
    """
    parts, renamed = [], {}
    source = path if isinstance(path, UploadedFile) else source_of(path)
    for part in cohort_parts(source, instrument, columns=columns):
        parts.append(part.frame)
        renamed = dict(part.renamed)
    frame = pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0]
    items = set(instrument.item_ids)
    frame = frame.assign(
        **{
            name: as_numbers(frame[name])
            for name in frame.columns
            if name in items or _all_plain_numbers(frame[name])
        }
    )
    coded = with_codes(open_frame(frame[list(instrument.item_ids)], instrument), instrument)
    counts = coded.to_native()[CODE].value_counts()
    return Cohort(
        frame=frame,
        renamed=renamed,
        others=tuple(name for name in frame.columns if name not in items),
        unscored={
            reason: int(counts[at])
            for at, reason in enumerate(REASONS, start=1)
            if at in counts.index
        },
        examples=tuple(_examples(frame, instrument, long=part.long)),
    )


@dataclass(frozen=True, slots=True)
class CohortPart:
    """Some rows of a file, with each item in the column of its id.

    Attributes
    ----------
    frame : pandas.DataFrame
    renamed : mapping of str to str
    done : float or None
        The share of the file that has been read; None if unknown.
    long : bool
        Whether the file has one row per answer, so that its rows are not those of the frame.
    """

    frame: pd.DataFrame
    renamed: Mapping[str, str]
    done: float | None
    long: bool = False


def source_of(text: str | Path) -> Source:
    """Return an address as it is, and any other text as a path."""
    return text if isinstance(text, str) and is_address(text) else Path(text)


def named(source: Source | UploadedFile) -> str:
    """Return the name of a source for messages, without a password."""
    return without_password(source) if isinstance(source, str) else str(source)


def cohort_parts(
    path: Source | UploadedFile,
    instrument: Instrument,
    *,
    columns: Mapping[str, str] | None = None,
    only_items: bool = False,
) -> Iterator[CohortPart]:
    """Read a file part by part, so that the size of a wide one does not matter.

    Parameters
    ----------
    path, instrument, columns
        See `read_cohort`.
    only_items : bool
        Whether to leave out other columns. The names of persons stay, because they show
        whether people are simulated.

    Raises
    ------
    CareerpathError
        If the file cannot be read to its end, or an item has no column.
    """
    names, parts = _opened(path)
    path = named(path)
    if columns is None and is_long(names, instrument):
        yield _wide(names, list(parts(None)), instrument, path)
        return
    renamed = renaming(names, instrument, path, columns)
    people = 0
    sources = list(sources_of(instrument, renamed).values())
    wanted = [*sources, *({PERSON} & {*names} - {*sources})] if only_items else names
    for part in parts(wanted if only_items else None):
        people += part.rows
        frame = part.frame(wanted, numbers=sources)
        frame = frame.rename(columns=renamed)
        for item in instrument.item_ids:
            frame[item] = as_numbers(frame[item], comma=part.comma)
        yield CohortPart(frame, renamed, part.done)
    if not people:
        raise CohortFileError(f"{path} has column names but no people. Add one row per person.")


def _opened(source: Source | UploadedFile) -> Parts:
    return open_table(source) if isinstance(source, str) else open_parts(source)


def as_numbers(column: pd.Series[Any], *, comma: bool = False) -> pd.Series[Any]:
    """Turn numbers written as text into numbers; other text stays as it was written.

    Parameters
    ----------
    column : pandas.Series
    comma : bool
        Whether decimals are written with a comma.
    """
    if pd.api.types.is_numeric_dtype(column.dtype):
        return column
    if column.dtype != object and not pd.api.types.is_string_dtype(column.dtype):
        return column
    texts = column.map(lambda value: value.strip() if isinstance(value, str) else value)
    is_text = texts.map(lambda value: isinstance(value, str)).astype(bool)
    gap = texts.isna() | (is_text & texts.map(_is_gap).astype(bool))
    written = texts.where(~gap & is_text)
    if comma:
        written = written.map(lambda value: value.replace(",", ".", 1), na_action="ignore")
    read = pd.to_numeric(written, errors="coerce").astype("float64")
    numbers = is_text & read.notna()
    others = ~gap & ~numbers
    if not others.any():
        whole = read.dropna()
        if (whole == whole.round()).all() and (whole.abs() < 2**53).all():
            return read.astype("Int64")
        return read
    result = column.astype(object)
    result[gap] = None
    result[numbers] = read[numbers]
    return result


# Long files


def is_long(names: Sequence[str], instrument: Instrument) -> bool:
    """Return whether a file has one row per answer, not one row per person."""
    bare = {name.strip().casefold() for name in names}
    return bare.issuperset(LONG) and not any(item in names for item in instrument.item_ids)


def _wide(
    names: Sequence[str], parts: list[TablePart], instrument: Instrument, path: str
) -> CohortPart:
    """Turn one row per answer into one row per person."""
    frames = [part.frame(names) for part in parts] or [pd.DataFrame(columns=list(names))]
    long = pd.concat(frames, ignore_index=True).rename(columns=lambda n: n.strip().casefold())
    if long.empty:
        raise CohortFileError(f"{path} has column names but no answers. Add one row per answer.")
    lost = long[PERSON].isna() | long[ITEM].isna() | (long[PERSON].astype(str).str.strip() == "")
    if lost.any():
        raise CohortFileError(
            f"{path}, row {_row(lost)}: an answer needs a person and an item. Fill them in."
        )
    spelt = {simplified(item): item for item in instrument.item_ids}
    known = {name: name for name in instrument.item_ids}
    written = {name: str(name).strip() for name in long[ITEM].unique()}
    items = {name: known.get(text) or spelt.get(simplified(text)) for name, text in written.items()}
    unknown = [name for name, item in items.items() if item is None]
    if unknown:
        row = _row(long[ITEM] == unknown[0])
        raise CohortFileError(
            f"{path}, row {row}: unknown item {shown(unknown[0])}. "
            f"{did_you_mean(written[unknown[0]], instrument.item_ids)}"
        )
    long = long.assign(**{ITEM: long[ITEM].map(items)})
    again = long.duplicated([PERSON, ITEM])
    if again.any():
        first = long[again].iloc[0]
        raise CohortFileError(
            f"{path}, row {_row(again)}: person {shown(first[PERSON])} answers {first[ITEM]!r} "
            "twice. Keep one of the two."
        )
    wide = long.pivot(index=PERSON, columns=ITEM, values=ANSWER)
    wide = wide.reindex(index=long[PERSON].unique(), columns=list(instrument.item_ids))
    frame = wide.reset_index()
    frame.columns.name = None
    comma = any(part.comma for part in parts)
    for item in instrument.item_ids:
        frame[item] = as_numbers(frame[item], comma=comma)
    renamed = {
        written[name]: item for name, item in items.items() if item and written[name] != item
    }
    return CohortPart(frame, renamed, 1.0, long=True)


def _all_plain_numbers(column: pd.Series[Any]) -> bool:
    """Return whether all texts are numbers; a name like 007 is not one."""
    if not pd.api.types.is_string_dtype(column.dtype):
        return False
    texts = column[column != ""]
    plain = texts.str.fullmatch(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,15})?")
    return bool(len(texts)) and bool(plain.all())


def _row(where: pd.Series[bool]) -> int:
    """Return the first marked row, as a spreadsheet numbers it."""
    return int(where.to_numpy().argmax()) + _FIRST_ROW


# Values


def _is_gap(value: Any) -> bool:
    return isinstance(value, str) and value.casefold() in GAPS


def _examples(frame: pd.DataFrame, instrument: Instrument, *, long: bool) -> Iterator[str]:
    found = 0
    for item in instrument.item_ids:
        if frame[item].dtype != object:
            continue
        odd = frame[item][
            frame[item].map(lambda value: isinstance(value, str | bool | list | dict))
        ]
        for at, value in odd.items():
            row = int(str(at))
            place = f"person {shown(frame[PERSON][row])}" if long else f"row {row + _FIRST_ROW}"
            yield f"{place}, {item}: {shown(value)}"
            found += 1
            if found == _EXAMPLES:
                return
