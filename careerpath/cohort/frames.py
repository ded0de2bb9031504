"""Opening a frame of any engine, and checking that it has the columns of an instrument."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, TypeVar

import narwhals as nw
from narwhals.exceptions import NarwhalsError

from careerpath.core.errors import CareerpathError, did_you_mean, shown
from careerpath.core.instrument import Instrument
from careerpath.core.wording import shortened

Frame = nw.DataFrame[Any] | nw.LazyFrame[Any]
FrameT = TypeVar("FrameT", bound=Frame)


def open_frame(frame: Any, instrument: Instrument) -> Frame:
    """Wrap a frame with Narwhals, and check that it has one column for each item.

    Raises
    ------
    CareerpathError
        If it is not a frame, or a column is missing or occurs twice.
    """
    table = wrapped(frame)
    names = table.collect_schema().names()
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise CareerpathError(f"The frame has the column {shown(twice[0])} twice. Rename one.")
    check_columns([str(name) for name in names], instrument, place="The frame")
    return table


def wrapped(frame: Any) -> Frame:
    """Wrap a frame of any engine with Narwhals.

    Raises
    ------
    CareerpathError
        If it is not a frame, or has a column twice.
    """
    try:
        table: Frame = nw.from_native(frame)
        table.collect_schema()
    except (TypeError, NarwhalsError) as error:
        why = f": {str(error).splitlines()[0]}" if isinstance(error, NarwhalsError) else ""
        raise CareerpathError(
            f"Cannot use {type(frame).__name__!r} as a frame{why}. Give a pandas, Polars, PyArrow, "
            "DuckDB or PySpark frame, with each column once."
        ) from error
    return table


def column_of(table: Frame, name: str) -> Any:
    """Refer to a column; quote its name for Spark, which takes a dot for a field of a struct."""
    implementation = table.implementation
    if implementation.is_pyspark() or implementation.is_pyspark_connect():
        name = f"`{name.replace('`', '``')}`"
    return nw.col(name)


def check_columns(names: Sequence[str], instrument: Instrument, *, place: str) -> None:
    """Refuse columns if one for an item is missing, and suggest which one could be meant."""
    known = set(names)
    missing = [name for name in instrument.item_ids if name not in known]
    if not missing:
        return
    others = [shown(name).strip("'\"") for name in names if name not in instrument.item_ids]
    guess = did_you_mean(missing[0], others[:1000])
    next_step = (
        f"For {missing[0]!r}: {guess[0].lower()}{guess[1:]}"
        if guess.startswith("Did")
        else "Name the columns by the ids of the items."
    )
    raise CareerpathError(
        f"{place} has no column for {len(missing)} of {len(instrument.items)} items: "
        f"{shortened(missing)}. {next_step}"
    )
