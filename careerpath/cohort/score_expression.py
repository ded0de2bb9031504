"""The scoring rule as one Narwhals expression, for every engine.

It is that of `careerpath.core.scoring`; a property test holds the two equal, row by row. It works
in whole units (tenths on a scale of tenths), so that sums are exact; every value is checked before
it is cast, and cast before it is added, so that nothing wraps; and gaps are tested first.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import reduce
from numbers import Real
from typing import TYPE_CHECKING, Any, cast

import narwhals as nw

from careerpath.cohort.frames import Frame, FrameT, column_of
from careerpath.cohort.units import Units
from careerpath.core.errors import Reason
from careerpath.core.instrument import Instrument

if TYPE_CHECKING:
    import pandas as pd

REASONS = tuple(Reason)
"""A reason's code is 1 + its place here; 0 is a row with a total."""

_BITS: dict[Any, int] = {nw.Int8: 8, nw.UInt8: 8, nw.Int16: 16, nw.UInt16: 16}
"""Kinds of columns that can be cast before they are checked, because nothing they hold wraps."""

_PREFIX = "_careerpath_"
CODE = f"{_PREFIX}code"
UNITS = f"{_PREFIX}units"
ODD = f"{_PREFIX}odd_"
NUMBER = f"{_PREFIX}number_"
"""Before an item's id: a column of its numbers, and one of whether there is something else."""


def answer_column(place: int) -> str:
    """Name the column in which `with_codes` puts the answers to an item, in units."""
    return f"{_PREFIX}answer_{place}"


def with_codes(
    table: FrameT, instrument: Instrument, *, answers: bool = False, keep: bool = True
) -> FrameT:
    """Say what scoring says of each row, in whole numbers: the one expression.

    Parameters
    ----------
    table : Frame
        From `open_frame`.
    instrument : Instrument
    answers : bool
        Whether to add each item's answer, too (see `answer_column`).
    keep : bool
        Whether to keep the columns of the table.

    Returns
    -------
    Frame
        With the columns `CODE` (see `REASONS`) and `UNITS` (the total; anything where the code is
        not 0).
    """
    wide: Any = _with_plain_columns(table, instrument)
    units = Units.of(instrument)
    columns = [_Column(item.id, wide, units) for item in instrument.items]
    ends = abs(units.minimum + units.maximum).bit_length()
    bits = max(ends, *(column.bits for column in columns)) + len(columns).bit_length() + 1
    sums = nw.Int16() if bits < 16 else nw.Int32() if bits < 32 else nw.Int64()
    values = [column.value.cast(sums) for column in columns]
    if answers:
        wide = wide.with_columns(
            *(value.alias(answer_column(place)) for place, value in enumerate(values))
        )
        values = [nw.col(answer_column(place)) for place in range(len(values))]
    left = [v for item, v in zip(instrument.items, values, strict=True) if _on_left(item)]
    right = [v for item, v in zip(instrument.items, values, strict=True) if not _on_left(item)]
    turned = len(left) * (units.minimum + units.maximum)
    total: Any = _tree(right, lambda a, b: a + b) if right else turned
    total = total - _tree(left, lambda a, b: a + b) if left else total
    total = total + turned if left and right and turned else total
    made = (_code(columns).alias(CODE), total.alias(UNITS))
    kept = values if answers else []
    wide = wide.with_columns(*made) if keep else wide.select(*kept, *made)
    return cast("FrameT", wide)


def _on_left(item: Any) -> bool:
    return bool(item.mastery_side == "left")


class _Column:
    """One item's column, as expressions.

    Attributes
    ----------
    gap : where nothing is
    faults : what can be wrong, first things first, and where; null nowhere
    value : the answer in units where it is right, else anything that fits
    bits : how many hold any value of the column, right or wrong
    """

    def __init__(self, name: str, table: Frame, units: Units) -> None:
        schema = table.collect_schema()
        number = f"{NUMBER}{name}"
        source = number if number in schema else name
        kind: Any = schema[source]
        column = column_of(table, source)
        self.units = units
        self.gap: Any = nw.lit(value=False) if _is_full(table, source) else column.is_null()
        self.full = _is_full(table, source)
        self.faults: list[tuple[Reason, Any]] = []
        self.value: Any = nw.lit(0)
        self.bits = 64
        if source == number:
            odd = column_of(table, f"{ODD}{name}")
            self.gap = self.gap & ~odd
            self.faults.append((Reason.NOT_A_NUMBER, odd))
            self._floats(column, ~column.is_null())
        elif kind.is_integer():
            self._integers(kind, column)
        elif kind.is_numeric():
            if kind.is_decimal() and not isinstance(table, nw.LazyFrame):
                # Arrow multiplies by 0.01 where a hundredth is meant; its texts are exact.
                column = column.cast(nw.String())
            self._floats(column.cast(nw.Float64()), ~self.gap)
        else:
            self.bits = 1
            self.faults.append((Reason.NOT_A_NUMBER, ~self.gap))

    def _integers(self, kind: Any, column: Any) -> None:
        units = self.units
        low, high = -(-units.minimum // units.scale), units.maximum // units.scale
        outside = column > high
        if not (kind.is_unsigned_integer() and low <= 0):
            outside = outside | (column < low)
        self.faults.append((Reason.OUT_OF_RANGE, outside if self.full else ~self.gap & outside))
        if units.scale == 1 and kind in _BITS:
            self.bits = _BITS[kind]
            self.value = column
        else:
            fine = ~self.gap & ~outside
            self.value = nw.when(fine).then(column).otherwise(0).cast(nw.Int64()) * units.scale
        if units.step > 1:
            off = self._between_steps()
            self.faults.append((Reason.OFF_THE_STEP, ~self.gap & ~outside & off))

    def _floats(self, column: Any, there: Any) -> None:
        units = self.units
        low, high = units.minimum / units.scale, units.maximum / units.scale
        finite = there & column.is_finite()
        inside = finite & (column >= low) & (column <= high)
        safe = nw.when(inside).then(column).otherwise(low)
        whole = (safe * units.scale if units.scale > 1 else safe).round(0)
        self.value = whole.cast(nw.Int64())
        # Division rounds correctly: what is on the grid is what its decimals read as.
        off = divided(whole, units.scale) != safe
        if units.step > 1:
            off = off | self._between_steps()
        self.faults += [
            (Reason.NOT_FINITE, there & ~finite),
            (Reason.OUT_OF_RANGE, finite & ~inside),
            (Reason.OFF_THE_STEP, off),
        ]

    def _between_steps(self) -> Any:
        above = self.value.cast(nw.Int64()) - self.units.minimum
        return above // self.units.step * self.units.step != above


def _is_full(table: Frame, name: str) -> bool:
    """Tell a column that is known, at no cost, to have no gap."""
    if not isinstance(table, nw.DataFrame):
        return False
    if table.implementation.is_pandas():
        return getattr(table.to_native()[name].dtype, "kind", "") in ("i", "u") and (
            type(table.to_native()[name].dtype).__module__.startswith("numpy")
        )
    return not table[name].null_count()


def _code(columns: list[_Column]) -> Any:
    """Say why a row has no total: the first item that is wrong, else a gap, else 0."""
    gaps = [column.gap for column in columns if not column.full]
    rest: Any = 0
    if gaps:
        gap = _tree(gaps, lambda a, b: a | b)
        rest = nw.when(gap).then(number_of(Reason.UNANSWERED)).otherwise(rest)
    faults = [fault for column in columns for fault in column.faults]
    kinds = {reason for reason, _ in faults}
    if len(kinds) == 1:
        wrong = _tree([where for _, where in faults], lambda a, b: a | b)
        number = number_of(kinds.pop())
        if not gaps:
            return wrong.cast(nw.Int8()) * number
        return nw.when(wrong).then(number).otherwise(rest).cast(nw.Int8())
    first = [nw.when(where).then(number_of(reason)) for reason, where in faults]
    return nw.coalesce(*first, rest if gaps else nw.lit(rest)).cast(nw.Int8())


def number_of(reason: Reason) -> int:
    """Return a reason's code."""
    return 1 + REASONS.index(reason)


def divided(number: Any, scale: int) -> Any:
    """Divide correctly: by a column, because Polars multiplies by 1/10 where it divides by 10."""
    return number if scale == 1 else number / (number * 0 + scale)


def _tree(parts: list[Any], join: Callable[[Any, Any], Any]) -> Any:
    """Join expressions pairwise, so that a thousand of them nest ten deep."""
    while len(parts) > 1:
        parts = [reduce(join, parts[at : at + 2]) for at in range(0, len(parts), 2)]
    return parts[0]


def _with_plain_columns(table: FrameT, instrument: Instrument) -> FrameT:
    """Split pandas columns of Python objects into numbers and whether there is something else."""
    if not table.implementation.is_pandas():
        return table
    import pandas as pd

    native: pd.DataFrame = table.to_native()
    added = {}
    for name in instrument.item_ids:
        column = native[name]
        if column.dtype == object:
            read = [_read_object(value) for value in column.tolist()]
            added[f"{NUMBER}{name}"] = pd.Series(
                [number for number, _ in read], index=native.index, dtype="Float64"
            )
            added[f"{ODD}{name}"] = pd.Series(
                [odd for _, odd in read], index=native.index, dtype=bool
            )
        elif column.dtype == "float16":
            added[f"{NUMBER}{name}"] = column.astype("float64")
            added[f"{ODD}{name}"] = pd.Series(data=False, index=native.index, dtype=bool)
    if not added:
        return table
    wider: Any = nw.from_native(
        pd.concat([native, pd.DataFrame(added, index=native.index)], axis=1)
    )
    return cast("FrameT", wider)


def _read_object(value: Any) -> tuple[float | None, bool]:
    """Return a number, or None, and whether it is something else than a number or a gap."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return None, False
    if isinstance(value, bool) or not isinstance(value, Real | Decimal):
        return None, True
    try:
        number = float(value)
    except OverflowError:
        return (-1e308 if value < 0 else 1e308), False
    return (None if number != number else number), False
