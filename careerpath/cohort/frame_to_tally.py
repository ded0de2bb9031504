"""Counting the people of a frame for a tally, batch by batch."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import closing
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np

from careerpath.cohort.frames import Frame, open_frame
from careerpath.cohort.score_expression import (
    CODE,
    NOT_A_NUMBER,
    NUMBER,
    REASONS,
    UNITS,
    IntegerScale,
    answer_column,
    with_codes,
)
from careerpath.cohort.simulation import is_made_up
from careerpath.cohort.tally_layout import TallyLayout
from careerpath.core.errors import Reason
from careerpath.core.instrument import Instrument

if TYPE_CHECKING:
    from careerpath.cohort.tally_layout import CountArray

ITEM, ANSWER, PEOPLE = (f"_careerpath_{name}" for name in ("item", "answer", "people"))

Batches = Generator[nw.DataFrame[Any], None, None]

BATCH = 1 << 18
"""How many rows are scored together: few enough to fit into the processor's cache."""


def count_frame(
    frame: Any, instrument: Instrument, *, heard: Callable[[int], None] | None = None
) -> tuple[TallyLayout, CountArray, dict[Reason, int], bool]:
    """Count the people of a frame by item, keyed answer and total.

    Parameters
    ----------
    frame : Any
        See `Tally.of`.
    instrument : Instrument
    heard : callable, optional
        Called with the number of people in each batch that has been counted.

    Returns
    -------
    layout, cells, unscored, synthetic
        See `Tally`; ``cells`` has shape (items, answers, totals).
    """
    layout = TallyLayout.of(instrument)
    counting = Counting(layout, instrument)
    table = open_frame(frame, instrument)
    batches = _batches(table, instrument)
    if batches is not None:
        # DuckDB refuses other queries of its connection while a result is open.
        with closing(batches):
            for batch in batches:
                counting.add(batch)
                if heard:
                    heard(len(batch))
    elif isinstance(table, nw.LazyFrame):
        counting.add_lazy(table)
        if heard:
            heard(int(counting.codes.sum()))
    return layout, counting.cells, counting.unscored(), is_made_up(table)


def _batches(
    table: Frame, instrument: Instrument
) -> Generator[nw.DataFrame[Any], None, None] | None:
    """Cut a frame into batches; None if its engine has to count by itself."""
    if table.implementation.is_pyspark() or table.implementation.is_pyspark_connect():
        return None
    wanted = {
        *instrument.item_ids,
        *(f"{p}{i}" for i in instrument.item_ids for p in (NUMBER, NOT_A_NUMBER)),
    }
    table = table.select(*(name for name in table.collect_schema().names() if name in wanted))
    if isinstance(table, nw.DataFrame):
        return (table[at : at + BATCH] for at in range(0, len(table), BATCH))
    if table.implementation.is_duckdb():
        return _duckdb_batches(table)
    if table.implementation.is_polars():
        native = table.to_native()
        return (nw.from_native(batch) for batch in native.collect_batches(chunk_size=BATCH))
    return None


def _duckdb_batches(table: Frame) -> Batches:
    import pyarrow as pa

    with table.to_native().to_arrow_reader(BATCH) as reader:
        for batch in reader:
            yield nw.from_native(pa.Table.from_batches([batch]))


class Counting:
    """Counts that grow batch by batch.

    Attributes
    ----------
    cells : array of int, shape (items, answers, totals)
        People by item, keyed answer and total, as in `Tally`.
    given : array of int, shape (items, totals, answers)
        People by item, total and answer as it was given.
    codes : array of int, shape (reasons + 1,)
        People with a total, then people without one by reason.
    """

    def __init__(self, layout: TallyLayout, instrument: Instrument) -> None:
        self.instrument = instrument
        self.units = IntegerScale.of(instrument)
        self.layout = layout
        items, answers, totals = layout.shape
        # Answers are keyed at the end, for all people at once.
        self.given: CountArray = np.zeros((items, totals, answers), np.int64)
        self.codes: CountArray = np.zeros(len(REASONS) + 1, np.int64)

    @property
    def cells(self) -> CountArray:
        """People by item, keyed answer and total."""
        keyed = self.given.transpose(0, 2, 1).copy()
        for item, turned in enumerate(self.layout.reversed):
            if turned:
                keyed[item] = keyed[item, ::-1]
        return keyed

    def unscored(self) -> dict[Reason, int]:
        """Count the people without a total by reason."""
        return {
            reason: int(count)
            for reason, count in zip(REASONS, self.codes[1:], strict=True)
            if count
        }

    def add(self, batch: nw.DataFrame[Any]) -> None:
        """Count the rows of a batch in this process."""
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

    def _steps(self, column: nw.Series[Any], lowest: int) -> CountArray:
        units = column.to_numpy().astype(np.int64, copy=False)
        if lowest:
            units = units - lowest
        return units // self.units.step if self.units.step > 1 else units

    def add_lazy(self, table: nw.LazyFrame[Any]) -> None:
        """Let the engine count, in one pass, and fetch only the counts."""
        answers = {answer_column(place): place for place in range(self.layout.shape[0])}
        fine = nw.col(CODE) == 0
        zeros = [
            nw.when(fine).then(nw.col(name)).otherwise(0).alias(name) for name in (UNITS, *answers)
        ]
        counted = (
            with_codes(table, self.instrument, answers=True, keep=False)
            # Rows without a total are known by their code, not by nulls: engines drop nulls when
            # they unpivot.
            .with_columns(*zeros)
            .unpivot(list(answers), index=[CODE, UNITS], variable_name=ITEM, value_name=ANSWER)
            .group_by(CODE, UNITS, ITEM, ANSWER)
            .agg(nw.len().alias(PEOPLE))
            .collect()
        )
        each_once = counted.filter(nw.col(ITEM) == answer_column(0))
        np.add.at(self.codes, each_once[CODE].to_numpy(), each_once[PEOPLE].to_numpy())
        counted = counted.filter(nw.col(CODE) == 0)
        items = np.array([answers[name] for name in counted[ITEM].to_list()], np.int64)
        totals = self._steps(counted[UNITS], self.units.minimum * len(answers))
        steps = self._steps(counted[ANSWER], self.units.minimum)
        np.add.at(self.given, (items, totals, steps), counted[PEOPLE].to_numpy())
