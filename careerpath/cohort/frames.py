"""The scoring rule on frames: one Narwhals expression for every engine.

The rule is that of `careerpath.scoring`; a property test holds the two equal, row by row. It works
in whole units (tenths on a scale of tenths), so that sums are exact; every value is checked before
it is cast, and cast before it is added, so that nothing wraps; and gaps are tested first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import reduce
from numbers import Real
from typing import TYPE_CHECKING, Any, TypeVar, cast

import narwhals as nw
from narwhals.exceptions import NarwhalsError

from careerpath.cohort.units import Units
from careerpath.errors import CareerpathError, Reason, did_you_mean, shown
from careerpath.instrument import Band, Instrument

if TYPE_CHECKING:
    import pandas as pd

TOTAL = "total"
BAND = "band"
UNSCORED_REASON = "unscored_reason"
ADDED = (TOTAL, BAND, UNSCORED_REASON)
"""The columns that scoring adds."""

REASONS = tuple(Reason)
"""A reason's code is 1 + its place here; 0 is a row with a total."""

Frame = nw.DataFrame[Any] | nw.LazyFrame[Any]
FrameT = TypeVar("FrameT", bound=Frame)

_BITS: dict[Any, int] = {nw.Int8: 8, nw.UInt8: 8, nw.Int16: 16, nw.UInt16: 16}
"""Kinds of columns that can be cast before they are checked, because nothing they hold wraps."""

_PREFIX = "_careerpath_"
CODE = f"{_PREFIX}code"
UNITS = f"{_PREFIX}units"
_ODD = f"{_PREFIX}odd_"
_NUMBER = f"{_PREFIX}number_"


def answer_column(place: int) -> str:
    """Name the column in which `with_codes` puts the answers to an item, in units."""
    return f"{_PREFIX}answer_{place}"


def score_frame(frame: Any, instrument: Instrument) -> Any:
    """Score each row of a frame.

    Parameters
    ----------
    frame : pandas, Polars (eager or lazy), PyArrow, DuckDB or PySpark frame
        One column an item, named by its id, as shown from left to right; one row a person.
        Other columns are kept.
    instrument : Instrument

    Returns
    -------
    frame of the same kind
        With three columns more: ``total``; ``band``, which is "unscored" where there is no total;
        and ``unscored_reason``, empty where there is one. Lazy stays lazy. In pandas, band and
        reason are categories.

    Raises
    ------
    CareerpathError
        Where a column is missing, or one of the three is there already.

    Examples
    --------
    >>> import pandas
    >>> instrument = Instrument.plain(["a", "b"], management_below=7, mastery_above=14)
    >>> score_frame(pandas.DataFrame({"a": [1, 9, 12], "b": [2, 8, 3]}), instrument)
        a  b  total        band unscored_reason
    0   1  2      3  management             NaN
    1   9  8     17     mastery             NaN
    2  12  3   <NA>    unscored    out of range
    """
    table = open_frame(frame, instrument)
    names = table.collect_schema().names()
    taken = [name for name in ADDED if name in names]
    if taken:
        raise CareerpathError(
            f"The frame has a column {taken[0]!r} already, which scoring would overwrite. "
            "Rename or drop it."
        )
    if table.implementation.is_pandas():
        coded = with_codes(table, instrument, keep=False)
        return _dressed_pandas(frame, coded.to_native(), instrument)
    if isinstance(table, nw.DataFrame) and table.implementation.is_polars():
        # Polars plans a lazy frame as a whole, which takes half the time.
        whole: Any = _dressed(with_codes(table.lazy(), instrument), instrument)
        return whole.select(*names, *ADDED).collect().to_native()
    return _dressed(with_codes(table, instrument), instrument).select(*names, *ADDED).to_native()


def open_frame(frame: Any, instrument: Instrument) -> Frame:
    """Wrap a frame, and check that it has one column for each item.

    Raises
    ------
    CareerpathError
        Where it is no frame, or a column is missing or there twice.
    """
    table = wrapped(frame)
    names = table.collect_schema().names()
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise CareerpathError(f"The frame has the column {shown(twice[0])} twice. Rename one.")
    check_columns([str(name) for name in names], instrument, place="The frame")
    return table


def wrapped(frame: Any) -> Frame:
    """Wrap a frame of any engine.

    Raises
    ------
    CareerpathError
        Where it is no frame, or has a column twice.
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


def check_columns(names: Sequence[str], instrument: Instrument, *, place: str) -> None:
    """Refuse names among which an item is missing, and say which one could be meant."""
    known = set(names)
    missing = [name for name in instrument.item_ids if name not in known]
    if not missing:
        return
    some = ", ".join(missing[:5]) + (", ..." if len(missing) > 5 else "")
    others = [shown(name).strip("'\"") for name in names if name not in instrument.item_ids]
    guess = did_you_mean(missing[0], others[:1000])
    mend = (
        f"For {missing[0]!r}: {guess[0].lower()}{guess[1:]}"
        if guess.startswith("Did")
        else "Name the columns by the ids of the items."
    )
    raise CareerpathError(
        f"{place} has no column for {len(missing)} of {len(instrument.items)} items: {some}. {mend}"
    )


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
        number = f"{_NUMBER}{name}"
        source = number if number in schema else name
        kind: Any = schema[source]
        column = nw.col(source)
        self.units = units
        self.gap: Any = nw.lit(value=False) if _is_full(table, source) else column.is_null()
        self.full = _is_full(table, source)
        self.faults: list[tuple[Reason, Any]] = []
        self.value: Any = nw.lit(0)
        self.bits = 64
        if source == number:
            odd = nw.col(f"{_ODD}{name}")
            self.gap = self.gap & ~odd
            self.faults.append((Reason.NOT_A_NUMBER, odd))
            self._floats(column, ~column.is_null())
        elif kind.is_integer():
            self._integers(kind, column)
        elif kind.is_numeric():
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
        off = _divided(whole, units.scale) != safe
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
        rest = nw.when(gap).then(_number(Reason.UNANSWERED)).otherwise(rest)
    faults = [fault for column in columns for fault in column.faults]
    kinds = {reason for reason, _ in faults}
    if len(kinds) == 1:
        wrong = _tree([where for _, where in faults], lambda a, b: a | b)
        number = _number(kinds.pop())
        if not gaps:
            return wrong.cast(nw.Int8()) * number
        return nw.when(wrong).then(number).otherwise(rest).cast(nw.Int8())
    first = [nw.when(where).then(_number(reason)) for reason, where in faults]
    return nw.coalesce(*first, rest if gaps else nw.lit(rest)).cast(nw.Int8())


def _number(reason: Reason) -> int:
    return 1 + REASONS.index(reason)


def _divided(number: Any, scale: int) -> Any:
    """Divide correctly: by a column, because Polars multiplies by 1/10 where it divides by 10."""
    return number if scale == 1 else number / (number * 0 + scale)


def _tree(parts: list[Any], join: Callable[[Any, Any], Any]) -> Any:
    """Join expressions pairwise, so that a thousand of them nest ten deep."""
    while len(parts) > 1:
        parts = [reduce(join, parts[at : at + 2]) for at in range(0, len(parts), 2)]
    return parts[0]


def _dressed(coded: Frame, instrument: Instrument) -> Frame:
    """Turn codes into words."""
    scale = Units.of(instrument).scale
    code, units = nw.col(CODE), nw.col(UNITS)
    total = units.cast(nw.Int64()) if scale == 1 else _divided(units.cast(nw.Float64()), scale)
    both, mastery = Units.of(instrument).band_starts(instrument)
    band: Any = nw.lit(str(Band.MASTERY))
    band = nw.when(units < mastery).then(nw.lit(str(Band.BOTH))).otherwise(band)
    band = nw.when(units < both).then(nw.lit(str(Band.MANAGEMENT))).otherwise(band)
    band = nw.when(code == 0).then(band).otherwise(nw.lit(str(Band.UNSCORED)))
    reason: Any = nw.lit(None, nw.String())
    for each in REASONS:
        if each is not Reason.UNKNOWN_ITEM:  # A frame without an item's column is refused.
            reason = nw.when(code == _number(each)).then(nw.lit(str(each))).otherwise(reason)
    reason = nw.when(code != 0).then(reason)
    return coded.with_columns(
        nw.when(code == 0).then(total).alias(TOTAL),
        band.alias(BAND),
        reason.alias(UNSCORED_REASON),
    )


def _dressed_pandas(frame: pd.DataFrame, coded: pd.DataFrame, instrument: Instrument) -> Any:
    """Turn codes into categories, which take a byte a row where words would take fifty."""
    import numpy as np
    import pandas as pd

    code = coded[CODE].to_numpy(dtype=np.int8)
    fine = code == 0
    all_fine = bool(fine.all())
    scale = Units.of(instrument).scale
    units = coded[UNITS] if all_fine else coded[UNITS].where(fine, 0)
    whole = units.to_numpy(dtype=np.int64)
    total = (
        pd.arrays.IntegerArray(whole, ~fine)
        if scale == 1
        else np.where(fine, whole / scale, np.nan)
    )
    both, mastery = Units.of(instrument).band_starts(instrument)
    places = (whole >= both).view(np.int8) + (whole >= mastery).view(np.int8)
    if not all_fine:
        places[~fine] = list(Band).index(Band.UNSCORED)
    bands = pd.CategoricalDtype([str(band) for band in Band], ordered=False)
    reasons = pd.CategoricalDtype([str(reason) for reason in REASONS], ordered=False)
    return frame.assign(
        **{
            TOTAL: total,
            BAND: pd.Categorical.from_codes(places, dtype=bands),
            UNSCORED_REASON: pd.Categorical.from_codes(code - np.int8(1), dtype=reasons),
        }
    )


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
            added[f"{_NUMBER}{name}"] = pd.Series(
                [number for number, _ in read], index=native.index, dtype="Float64"
            )
            added[f"{_ODD}{name}"] = pd.Series(
                [odd for _, odd in read], index=native.index, dtype=bool
            )
        elif column.dtype == "float16":
            added[f"{_NUMBER}{name}"] = column.astype("float64")
            added[f"{_ODD}{name}"] = pd.Series(data=False, index=native.index, dtype=bool)
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
