"""The scoring rule as one Narwhals expression, for every engine.

It gives the same as `careerpath.core.scoring`; a property test compares the two, row by row. It
counts in whole units (tenths on a scale of tenths), so that sums are exact. Every value is checked
before it is cast, and cast before it is added, so that no number overflows. Gaps are tested first.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from numbers import Real
from typing import TYPE_CHECKING, Any, Self, cast

import narwhals as nw

from careerpath.cohort.frames import Frame, FrameT, column_of
from careerpath.core.errors import Reason
from careerpath.core.instrument import Instrument
from careerpath.core.numbers import exact

if TYPE_CHECKING:
    import pandas as pd

REASONS = tuple(Reason)
"""The code of a reason is its position here plus 1; the code 0 is a row with a total."""

_BITS: dict[Any, int] = {nw.Int8: 8, nw.UInt8: 8, nw.Int16: 16, nw.UInt16: 16}
"""Types of columns that can be cast before they are checked: none of their values overflows."""

_PREFIX = "_careerpath_"
CODE = f"{_PREFIX}code"
UNITS = f"{_PREFIX}units"
NUMBER = f"{_PREFIX}number_"
NOT_A_NUMBER = f"{_PREFIX}not_a_number_"
"""Prefixes of an item's id: for a column of its numbers, and a column that marks other values."""

GAPS = frozenset({"", "na", "n/a", "nan", "null", "none", "nil", "-", ".", "#n/a"})
"""What people write for a missing answer, in lower case."""

_BLANKS = "".join(sign for sign in map(chr, range(0x3001)) if sign.isspace())
"""What Python strips, including no-break spaces: engines differ in what they strip."""
_NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?$"
_INFINITE = r"^[+-]?(inf|infinity)$"


@dataclass(frozen=True, slots=True)
class IntegerScale:
    """A scale times a power of ten, so that all its numbers are whole.

    Attributes
    ----------
    factor : int
        The power of ten: how many units make a point.
    minimum, maximum, step : int
        In units.

    Examples
    --------
    >>> halves = Instrument.plain(["a"], step=0.5, management_below=3, mastery_above=7)
    >>> IntegerScale.of(halves)
    IntegerScale(factor=10, minimum=0, maximum=100, step=5)
    """

    factor: int
    minimum: int
    maximum: int
    step: int

    @classmethod
    def of(cls, instrument: Instrument) -> Self:
        """Return the scale of an instrument times the smallest power of ten that makes it whole."""
        scale = instrument.scale
        numbers = [scale.exact_value(0), scale.exact_value(scale.steps), scale.exact_step]
        factor = 1
        while any((number * factor).denominator > 1 for number in numbers):
            factor *= 10
        minimum, maximum, step = (int(number * factor) for number in numbers)
        return cls(factor, minimum, maximum, step)

    def band_starts(self, instrument: Instrument) -> tuple[int, int]:
        """Return the lowest totals, in units, of "both" and of mastery."""
        cuts = instrument.cut_scores
        return (
            math.ceil(exact(cuts.management_below) * self.factor),
            math.floor(exact(cuts.mastery_above) * self.factor) + 1,
        )


def answer_column(place: int) -> str:
    """Name the column in which `with_codes` puts the answers to an item, in units."""
    return f"{_PREFIX}answer_{place}"


def with_codes(
    table: FrameT, instrument: Instrument, *, answers: bool = False, keep: bool = True
) -> FrameT:
    """Score each row of a table, in whole numbers.

    Parameters
    ----------
    table : Frame
        From `open_frame`.
    instrument : Instrument
    answers : bool
        Whether to add each item's answer as well (see `answer_column`).
    keep : bool
        Whether to keep the columns of the table.

    Returns
    -------
    Frame
        With the columns `CODE` (see `REASONS`) and `UNITS` (the total; meaningless if the code is
        not 0).
    """
    wide: Any = _with_plain_columns(table, instrument)
    units = IntegerScale.of(instrument)
    schema = wide.collect_schema()
    columns = [_Column(item.id, wide, schema, units) for item in instrument.items]
    ends = abs(units.minimum + units.maximum).bit_length()
    bits = max(ends, *(column.bits for column in columns)) + len(columns).bit_length() + 1
    sums = nw.Int16() if bits < 16 else nw.Int32() if bits < 32 else nw.Int64()
    values = [column.value.cast(sums) for column in columns]
    if answers:
        wide = wide.with_columns(
            *(value.alias(answer_column(place)) for place, value in enumerate(values))
        )
        values = [nw.col(answer_column(place)) for place in range(len(values))]
    left = [
        v for item, v in zip(instrument.items, values, strict=True) if item.mastery_side == "left"
    ]
    right = [
        v for item, v in zip(instrument.items, values, strict=True) if item.mastery_side != "left"
    ]
    turned = len(left) * (units.minimum + units.maximum)
    total: Any = _tree(right, lambda a, b: a + b) if right else turned
    total = total - _tree(left, lambda a, b: a + b) if left else total
    total = total + turned if left and right and turned else total
    made = (_code(columns).alias(CODE), total.alias(UNITS))
    kept = values if answers else []
    wide = wide.with_columns(*made) if keep else wide.select(*kept, *made)
    return cast("FrameT", wide)


class _Column:
    """One item's column, as expressions.

    Attributes
    ----------
    gap : expression
        True in rows without an answer.
    full : bool
        Whether the column is known to have no gap.
    faults : list of (Reason, expression)
        What can be wrong, in the order of the checks; true in the rows with that fault, never null.
    value : expression
        The answer in units if it is valid, else any number that fits.
    bits : int
        How many bits hold any value of the column, valid or not.
    """

    def __init__(self, name: str, table: Frame, schema: nw.Schema, units: IntegerScale) -> None:
        number = f"{NUMBER}{name}"
        source = number if number in schema else name
        kind: Any = schema[source]
        column = column_of(table, source)
        self.units = units
        self.full = _is_full(table, source)
        self.gap: Any = nw.lit(value=False) if self.full else column.is_null()
        self.faults: list[tuple[Reason, Any]] = []
        self.value: Any = nw.lit(0)
        self.bits = 64
        if source == number:
            other = column_of(table, f"{NOT_A_NUMBER}{name}")
            self.gap = self.gap & ~other
            self.faults.append((Reason.NOT_A_NUMBER, other))
            self._floats(column, ~column.is_null())
        elif kind.is_integer():
            self._integers(kind, column)
        elif kind.is_numeric():
            if kind.is_decimal() and not isinstance(table, nw.LazyFrame):
                # Arrow multiplies by 0.01 instead of dividing by 100; its text is exact.
                column = column.cast(nw.String())
            self._floats(column.cast(nw.Float64()), ~self.gap)
        else:
            self.bits = 1
            self.faults.append((Reason.NOT_A_NUMBER, ~self.gap))

    def _integers(self, kind: Any, column: Any) -> None:
        units = self.units
        low, high = -(-units.minimum // units.factor), units.maximum // units.factor
        zero: Any = 0
        if kind == nw.UInt64:
            # Arrow compares and joins it with plain numbers as Int64, which its values overflow.
            zero = nw.lit(0, nw.UInt64)
            outside = column >= nw.lit(max(high + 1, 0), nw.UInt64)
            if low > 0:
                outside = outside | (column < nw.lit(low, nw.UInt64))
        else:
            outside = column > high
            if not (kind.is_unsigned_integer() and low <= 0):
                outside = outside | (column < low)
        self.faults.append((Reason.OUT_OF_RANGE, outside if self.full else ~self.gap & outside))
        if units.factor == 1 and kind in _BITS:
            self.bits = _BITS[kind]
            self.value = column
        else:
            fine = ~self.gap & ~outside
            self.value = nw.when(fine).then(column).otherwise(zero).cast(nw.Int64()) * units.factor
        if units.step > 1:
            off = self._between_steps()
            self.faults.append((Reason.OFF_THE_STEP, ~self.gap & ~outside & off))

    def _floats(self, column: Any, there: Any) -> None:
        units = self.units
        low, high = units.minimum / units.factor, units.maximum / units.factor
        finite = there & column.is_finite()
        inside = finite & (column >= low) & (column <= high)
        safe = nw.when(inside).then(column).otherwise(low)
        whole = (safe * units.factor if units.factor > 1 else safe).round(0)
        self.value = whole.cast(nw.Int64())
        # Division rounds correctly, so a value on the scale equals its own decimals.
        off = divided(whole, units.factor) != safe
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
    """Return whether a column is known, at no cost, to have no gap."""
    if not isinstance(table, nw.DataFrame):
        return False
    if table.implementation.is_pandas():
        return getattr(table.to_native()[name].dtype, "kind", "") in ("i", "u") and (
            type(table.to_native()[name].dtype).__module__.startswith("numpy")
        )
    return not table[name].null_count()


def _code(columns: list[_Column]) -> Any:
    """Return the code of each row: of the first invalid answer, else of a gap, else 0."""
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
    """Divide by a column of equal numbers: Polars turns ``/ 10`` into ``* 0.1``, which rounds."""
    return number if scale == 1 else number / (number * 0 + scale)


def _tree(parts: list[Any], join: Callable[[Any, Any], Any]) -> Any:
    """Join expressions pairwise, so that a thousand of them nest ten deep."""
    while len(parts) > 1:
        parts = [reduce(join, parts[at : at + 2]) for at in range(0, len(parts), 2)]
    return parts[0]


def _with_plain_columns(table: FrameT, instrument: Instrument) -> FrameT:
    """Split pandas columns of Python objects into numbers and marks of other values."""
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
            added[f"{NOT_A_NUMBER}{name}"] = pd.Series(
                [other for _, other in read], index=native.index, dtype=bool
            )
        elif column.dtype == "float16":
            added[f"{NUMBER}{name}"] = column.astype("float64")
            added[f"{NOT_A_NUMBER}{name}"] = pd.Series(data=False, index=native.index, dtype=bool)
    if not added:
        return table
    wider: Any = nw.from_native(
        pd.concat([native, pd.DataFrame(added, index=native.index)], axis=1)
    )
    return cast("FrameT", wider)


def _read_object(value: Any) -> tuple[float | None, bool]:
    """Return a value as a number, or None, and whether it is neither a number nor a gap."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return None, False
    if isinstance(value, bool) or not isinstance(value, Real | Decimal):
        return None, True
    try:
        number = float(value)
    except OverflowError:
        return (-1e308 if value < 0 else 1e308), False
    return (None if number != number else number), False


def with_numbers(table: nw.LazyFrame[Any], names: Sequence[str]) -> nw.LazyFrame[Any]:
    """Read columns of text as numbers, into the extra columns that `with_codes` looks for.

    NaN becomes a gap, as in text files and in pandas.

    Parameters
    ----------
    table : LazyFrame
    names : sequence of str
        Columns; those that hold neither text nor floats stay as they are.
    """
    schema = table.collect_schema()
    added: list[Any] = []
    for name in names:
        column = column_of(table, name)
        if schema[name].is_float():
            added.append(nw.when(~column.is_nan()).then(column).alias(name))
        if schema[name] != nw.String:
            continue
        text = column.str.strip_chars(_BLANKS).str.to_lowercase()
        number = text.str.contains(_NUMBER) | text.str.contains(_INFINITE)
        read = nw.when(number).then(text).cast(nw.Float64())
        other = ~text.is_null() & ~number & ~text.is_in(sorted(GAPS))
        other = nw.when(text.is_null()).then(nw.lit(value=False)).otherwise(other)
        added += [read.alias(f"{NUMBER}{name}"), other.alias(f"{NOT_A_NUMBER}{name}")]
    return table.with_columns(*added) if added else table
