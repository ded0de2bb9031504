"""Scoring a frame: totals and bands as new columns, in the same kind of frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from careerpath.cohort.frames import Frame, open_frame
from careerpath.cohort.score_expression import (
    CODE,
    REASONS,
    UNITS,
    IntegerScale,
    divided,
    number_of,
    with_codes,
)
from careerpath.core.errors import CareerpathError, Reason
from careerpath.core.instrument import Band, Instrument

if TYPE_CHECKING:
    import pandas as pd

TOTAL = "total"
BAND = "band"
UNSCORED_REASON = "unscored_reason"
ADDED = (TOTAL, BAND, UNSCORED_REASON)
"""The columns that scoring adds."""


def score_frame(frame: Any, instrument: Instrument) -> Any:
    """Score each row of a frame.

    Parameters
    ----------
    frame : pandas, Polars (eager or lazy), PyArrow, DuckDB or PySpark frame
        One column per item, named by its id, with answers as shown from left to right; one row
        per person. Other columns are kept.
    instrument : Instrument

    Returns
    -------
    frame of the same kind
        With three more columns: ``total``; ``band``, which is "unscored" without a total; and
        ``unscored_reason``, which is empty with one. A lazy frame stays lazy. In pandas, band and
        reason are categories.

    Raises
    ------
    CareerpathError
        If the column of an item is missing, or the frame already has one of the three.

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
    taken = [name for name in ADDED if name in table.collect_schema().names()]
    if taken:
        raise CareerpathError(
            f"The frame already has a column {taken[0]!r}, which scoring would overwrite. "
            "Rename or drop it."
        )
    if table.implementation.is_pandas():
        coded = with_codes(table, instrument, keep=False)
        return _add_categories(frame, coded.to_native(), instrument)
    if isinstance(table, nw.DataFrame) and table.implementation.is_polars():
        # Polars optimizes a lazy frame as a whole, which takes half the time.
        whole: Any = _add_words(with_codes(table.lazy(), instrument), instrument)
        return whole.collect().to_native()
    return _add_words(with_codes(table, instrument), instrument).to_native()


def _add_words(coded: Frame, instrument: Instrument) -> Frame:
    """Replace the codes by totals, bands and reasons."""
    factor = IntegerScale.of(instrument).factor
    code, units = nw.col(CODE), nw.col(UNITS)
    total = units.cast(nw.Int64()) if factor == 1 else divided(units.cast(nw.Float64()), factor)
    both, mastery = IntegerScale.of(instrument).band_starts(instrument)
    band: Any = nw.lit(str(Band.MASTERY))
    band = nw.when(units < mastery).then(nw.lit(str(Band.BOTH))).otherwise(band)
    band = nw.when(units < both).then(nw.lit(str(Band.MANAGEMENT))).otherwise(band)
    band = nw.when(code == 0).then(band).otherwise(nw.lit(str(Band.UNSCORED)))
    reason: Any = nw.lit(None, nw.String())
    for each in REASONS:
        if each is not Reason.UNKNOWN_ITEM:  # `open_frame` refuses frames without an item's column.
            reason = nw.when(code == number_of(each)).then(nw.lit(str(each))).otherwise(reason)
    reason = nw.when(code != 0).then(reason)
    return coded.with_columns(
        nw.when(code == 0).then(total).alias(TOTAL),
        band.alias(BAND),
        reason.alias(UNSCORED_REASON),
    ).drop(CODE, UNITS)


def _add_categories(frame: pd.DataFrame, coded: pd.DataFrame, instrument: Instrument) -> Any:
    """Add the scores with categories: they take one byte per row, words take fifty."""
    import numpy as np
    import pandas as pd

    code = coded[CODE].to_numpy(dtype=np.int8)
    fine = code == 0
    all_fine = bool(fine.all())
    factor = IntegerScale.of(instrument).factor
    units = coded[UNITS] if all_fine else coded[UNITS].where(fine, 0)
    whole = units.to_numpy(dtype=np.int64)
    total = (
        pd.arrays.IntegerArray(whole, ~fine)
        if factor == 1
        else np.where(fine, whole / factor, np.nan)
    )
    both, mastery = IntegerScale.of(instrument).band_starts(instrument)
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
