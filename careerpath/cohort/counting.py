"""Counting a frame into a tally, a batch at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np

from careerpath.cohort.frames import (
    CODE,
    REASONS,
    UNITS,
    Frame,
    answer_column,
    open_frame,
    with_codes,
)
from careerpath.cohort.layout import Layout
from careerpath.cohort.units import Units
from careerpath.errors import Reason
from careerpath.instrument import Instrument

if TYPE_CHECKING:
    from careerpath.cohort.tally import Counts

BATCH = 1 << 18
"""Rows that are scored together: few enough to stay near the processor."""


def count_frame(frame: Any, instrument: Instrument) -> tuple[Layout, Counts, dict[Reason, int]]:
    """Count the people of a frame by item, keyed answer and total.

    Returns
    -------
    Layout, array, dict
        What a `Tally` is made of.
    """
    layout = Layout.of(instrument)
    counting = _Counting(layout, instrument)
    table = open_frame(frame, instrument).select(*instrument.item_ids)
    batches = _batches(table)
    if batches is not None:
        for batch in batches:
            counting.add(batch)
    elif isinstance(table, nw.LazyFrame):
        counting.add_lazy(table)
    return layout, counting.cells, counting.unscored()


def _batches(table: Frame) -> Iterator[nw.DataFrame[Any]] | None:
    """Cut a frame into batches; None where its engine has to count for itself."""
    if isinstance(table, nw.DataFrame):
        return (table[at : at + BATCH] for at in range(0, len(table), BATCH))
    if table.implementation.is_duckdb():
        reader = table.to_native().to_arrow_reader(BATCH)
        import pyarrow as pa

        return (nw.from_native(pa.Table.from_batches([batch])) for batch in reader)
    if table.implementation.is_polars():
        native = table.to_native()
        return (nw.from_native(batch) for batch in native.collect_batches(chunk_size=BATCH))
    return None


class _Counting:
    def __init__(self, layout: Layout, instrument: Instrument) -> None:
        self.instrument = instrument
        self.units = Units.of(instrument)
        self.layout = layout
        items, answers, totals = layout.shape
        # By item, total and answer as it was given: the key is turned at the end, for all at once.
        self.given: Counts = np.zeros((items, totals, answers), np.int64)
        self.codes: Counts = np.zeros(len(REASONS) + 1, np.int64)

    @property
    def cells(self) -> Counts:
        keyed = self.given.transpose(0, 2, 1).copy()
        for item, turned in enumerate(self.layout.reversed):
            if turned:
                keyed[item] = keyed[item, ::-1]
        return keyed

    def unscored(self) -> dict[Reason, int]:
        return {
            reason: int(count)
            for reason, count in zip(REASONS, self.codes[1:], strict=True)
            if count
        }

    def add(self, batch: nw.DataFrame[Any]) -> None:
        items, answers, totals = self.layout.shape
        coded = with_codes(batch, self.instrument, answers=True, keep=False)
        codes = coded[CODE].to_numpy()
        counts = np.bincount(codes, minlength=len(REASONS) + 1)
        self.codes += counts
        if counts[1:].any():
            coded = coded.filter(nw.col(CODE) == 0)
        start = self._steps(coded[UNITS], self.units.minimum * items) * answers
        for item in range(items):
            cell = start + self._steps(coded[answer_column(item)], self.units.minimum)
            self.given[item] += np.bincount(cell, minlength=totals * answers).reshape(
                totals, answers
            )

    def _steps(self, column: nw.Series[Any], lowest: int) -> Counts:
        units = column.to_numpy().astype(np.int64, copy=False)
        if lowest:
            units = units - lowest
        return units // self.units.step if self.units.step > 1 else units

    def add_lazy(self, table: nw.LazyFrame[Any]) -> None:
        """Have the engine count, and fetch the counts only."""
        coded = with_codes(table, self.instrument, answers=True, keep=False)
        items, _, _ = self.layout.shape
        lowest = self.units.minimum
        by_code = coded.group_by(CODE).agg(nw.len().alias("people")).collect()
        for row in by_code.iter_rows(named=True):
            self.codes[row[CODE]] += row["people"]
        parts = [
            coded.filter(nw.col(CODE) == 0)
            .select(
                nw.lit(item).alias("item"),
                nw.col(answer_column(item)).alias("answer"),
                nw.col(UNITS).alias("total"),
            )
            .group_by("item", "answer", "total")
            .agg(nw.len().alias("people"))
            for item in range(items)
        ]
        for row in nw.concat(parts).collect().iter_rows(named=True):
            total = (row["total"] - lowest * items) // self.units.step
            answer = (row["answer"] - lowest) // self.units.step
            self.given[row["item"], total, answer] += row["people"]
