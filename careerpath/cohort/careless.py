"""Signs that somebody answered without reading. They are for a closer look: no row is dropped."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import numpy as np

from careerpath.cohort.frames import open_frame
from careerpath.core.errors import CareerpathError
from careerpath.core.instrument import Instrument

LONGEST_RUN = "longest_run"
STANDARD_DEVIATION = "spread_within"
CARELESS = "careless"
ADDED = (LONGEST_RUN, STANDARD_DEVIATION, CARELESS)

SECONDS_AN_ITEM = 2.0
"""Nobody reads two poles and answers in less time (Huang et al., 2012)."""


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

    Answers count as they were shown: on a balanced questionnaire, nobody who reads it gives the
    same answer everywhere.

    Parameters
    ----------
    frame : pandas, Polars or PyArrow frame
        See `score_frame`.
    instrument : Instrument
    seconds : str, optional
        A column with the seconds that each person took.
    longest_run : int, optional
        A longer run of equal answers is careless; by default half the items, rounded up.
    least_spread : float, optional
        A smaller standard deviation of a person's answers is careless, in points; by default half
        a step.
    fewest_seconds : float, optional
        A shorter time is careless; by default 2 seconds per item.

    Returns
    -------
    frame of the same kind
        With three more columns: ``longest_run``; ``spread_within``, the standard deviation of a
        person's answers; and ``careless``, whether there is any sign. Gaps do not count.

    Raises
    ------
    CareerpathError
        If a column is missing, or the frame already has one of the three.

    References
    ----------
    Huang, J. L., Curran, P. G., Keeney, J., Poposki, E. M., & DeShon, R. P. (2012). Detecting and
    deterring insufficient effort responding to surveys. Journal of Business and Psychology, 27,
    99-114.

    Johnson, J. A. (2005). Ascertaining the validity of individual protocols from Web-based
    personality inventories. Journal of Research in Personality, 39, 103-129. (Long strings.)

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
            "Careless answers are found row by row. Collect the lazy frame first."
        )
    taken = [name for name in ADDED if name in table.columns]
    if taken:
        raise CareerpathError(f"The frame already has a column {taken[0]!r}. Rename or drop it.")
    wanted = [*instrument.item_ids, *([seconds] if seconds else [])]
    for name in wanted:
        if name not in table.columns:
            raise CareerpathError(f"The frame has no column {name!r} with seconds. Check its name.")
        if not table.schema[name].is_numeric():
            raise CareerpathError(
                f"Column {name!r} holds {table.schema[name]}, not numbers. Cast it first."
            )
    columns = {name: table[name].cast(nw.Float64()).to_numpy() for name in wanted}
    answers = np.column_stack([columns[name] for name in instrument.item_ids])
    runs, deviation = _longest_runs(answers), _standard_deviations(answers)
    most = -(-len(instrument.items) // 2) if longest_run is None else longest_run
    least = instrument.scale.step / 2 if least_spread is None else least_spread
    careless = (runs > most) | (deviation < least)
    if seconds:
        fewest = (
            SECONDS_AN_ITEM * len(instrument.items) if fewest_seconds is None else fewest_seconds
        )
        careless |= columns[seconds] < fewest
    made = {LONGEST_RUN: runs, STANDARD_DEVIATION: deviation, CARELESS: careless}
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


def _longest_runs(answers: Any) -> Any:
    """Return the longest run of equal answers in each row; a gap ends a run.

    ``answers`` has the shape (people, items), the result the shape (people,).
    """
    longest = np.zeros(len(answers), np.int64)
    current = np.zeros(len(answers), np.int64)
    for place in range(answers.shape[1]):
        there = ~np.isnan(answers[:, place])
        same = there & (answers[:, place] == answers[:, place - 1]) if place else there & False
        current = np.where(same, current + 1, there.astype(np.int64))
        longest = np.maximum(longest, current)
    return longest


def _standard_deviations(answers: Any) -> Any:
    """Return the standard deviation of each row; NaN for fewer than two answers.

    ``answers`` has the shape (people, items), the result the shape (people,).
    """
    there = ~np.isnan(answers)
    count = there.sum(axis=1)
    filled = np.where(there, answers, 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = filled.sum(axis=1) / count
        squares = np.where(there, (answers - mean[:, None]) ** 2, 0).sum(axis=1)
        return np.where(count > 1, np.sqrt(squares / (count - 1)), np.nan)
