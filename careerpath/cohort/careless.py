"""Signs that somebody answered without reading: to look at, never to drop in silence."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import numpy as np

from careerpath.cohort.frames import open_frame
from careerpath.core.errors import CareerpathError
from careerpath.core.instrument import Instrument

LONGEST_RUN = "longest_run"
SPREAD = "spread_within"
CARELESS = "careless"
ADDED = (LONGEST_RUN, SPREAD, CARELESS)

SECONDS_AN_ITEM = 2.0
"""Nobody reads two poles and answers in less (Huang et al., 2012)."""


def careless_flags(
    frame: Any,
    instrument: Instrument,
    *,
    seconds: str | None = None,
    longest_run: int | None = None,
    least_spread: float | None = None,
    fewest_seconds: float | None = None,
) -> Any:
    """Add signs of careless answering to each row of a frame.

    Answers are looked at as they were shown: on a balanced questionnaire, nobody who reads gives
    one answer all along.

    Parameters
    ----------
    frame : pandas, Polars or PyArrow frame
        As `score_frame` takes it.
    instrument : Instrument
    seconds : str, optional
        A column with the seconds that a person took.
    longest_run : int, optional
        A longer run of one answer is careless; by default half the items, rounded up.
    least_spread : float, optional
        A smaller standard deviation of a person's answers is careless; by default half a step.
    fewest_seconds : float, optional
        Less is careless; by default 2 for each item.

    Returns
    -------
    frame of the same kind
        With three columns more: ``longest_run``, ``spread_within`` (the standard deviation of a
        person's answers; a gap counts in neither) and ``careless``, whether any sign is there.

    Raises
    ------
    CareerpathError
        Where a column is missing, or one of the three is there already.

    Examples
    --------
    >>> import pandas
    >>> instrument = Instrument.plain(list("abcd"), management_below=10, mastery_above=30)
    >>> frame = pandas.DataFrame([[5, 5, 5, 5], [2, 7, 4, 8]], columns=list("abcd"))
    >>> careless_flags(frame, instrument)[["longest_run", "careless"]]
       longest_run  careless
    0            4      True
    1            1     False
    """
    table = open_frame(frame, instrument)
    if isinstance(table, nw.LazyFrame):
        raise CareerpathError(
            "Careless answering is looked at row by row: collect the frame first."
        )
    taken = [name for name in ADDED if name in table.columns]
    if taken:
        raise CareerpathError(f"The frame has a column {taken[0]!r} already. Rename or drop it.")
    wanted = [*instrument.item_ids, *([seconds] if seconds else [])]
    for name in wanted:
        if name not in table.columns:
            raise CareerpathError(f"The frame has no column {name!r} with the seconds taken.")
        if not table.schema[name].is_numeric():
            raise CareerpathError(
                f"Column {name!r} holds {table.schema[name]}, not numbers. Cast it first."
            )
    columns = {name: table[name].cast(nw.Float64()).to_numpy() for name in wanted}
    answers = np.column_stack([columns[name] for name in instrument.item_ids])
    runs, spread = _runs(answers), _spread(answers)
    most = -(-len(instrument.items) // 2) if longest_run is None else longest_run
    least = instrument.scale.step / 2 if least_spread is None else least_spread
    careless = (runs > most) | (spread < least)
    if seconds:
        fewest = (
            SECONDS_AN_ITEM * len(instrument.items) if fewest_seconds is None else fewest_seconds
        )
        careless |= columns[seconds] < fewest
    made = {LONGEST_RUN: runs, SPREAD: spread, CARELESS: careless}
    return table.with_columns(
        *(
            nw.new_series(name, values, backend=table.implementation).alias(name)
            if not table.implementation.is_pandas()
            else _aligned(name, values, table)
            for name, values in made.items()
        )
    ).to_native()


def _aligned(name: str, values: Any, table: nw.DataFrame[Any]) -> nw.Series[Any]:
    import pandas as pd

    series = pd.Series(values, name=name, index=table.to_native().index)
    return nw.from_native(series, series_only=True)


def _runs(answers: Any) -> Any:
    """Find each row's longest run of one answer; a gap ends a run."""
    longest = np.zeros(len(answers), np.int64)
    current = np.zeros(len(answers), np.int64)
    for place in range(answers.shape[1]):
        there = ~np.isnan(answers[:, place])
        same = there & (answers[:, place] == answers[:, place - 1]) if place else there & False
        current = np.where(same, current + 1, there.astype(np.int64))
        longest = np.maximum(longest, current)
    return longest


def _spread(answers: Any) -> Any:
    """Return each row's standard deviation; NaN for less than two answers."""
    there = ~np.isnan(answers)
    count = there.sum(axis=1)
    filled = np.where(there, answers, 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = filled.sum(axis=1) / count
        squares = np.where(there, (answers - mean[:, None]) ** 2, 0).sum(axis=1)
        return np.where(count > 1, np.sqrt(squares / (count - 1)), np.nan)
