"""Scoring frames: equal to `score`, row by row, on every engine."""

import math
from decimal import Decimal

import duckdb
import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kit.strategies import grid, instruments

from careerpath import (
    AnswerError,
    Band,
    CareerpathError,
    Instrument,
    Tally,
    load_instrument,
    score,
    score_frame,
)
from careerpath.cohort.frame_to_tally import Counting, count_frame
from careerpath.cohort.score_frame import ADDED
from careerpath.cohort.tally_layout import TallyLayout
from careerpath.core.errors import Reason

SHIPPED = load_instrument()

ENGINES = {
    "pandas": pa.Table.to_pandas,
    "pandas on arrow": lambda table: table.to_pandas(types_mapper=pd.ArrowDtype),
    "pandas nullable": lambda table: table.to_pandas().convert_dtypes(),
    "pandas objects": lambda table: pd.DataFrame(
        {name: pd.Series(table[name].to_pylist(), dtype=object) for name in table.column_names}
    ),
    "polars": pl.from_arrow,
    "polars lazy": lambda table: pl.from_arrow(table).lazy(),
    "pyarrow": lambda table: table,
    "duckdb": duckdb.from_arrow,
}
NAN_IS_A_GAP = ("pandas", "pandas nullable", "pandas objects")
every_engine = pytest.mark.parametrize("engine", ENGINES)

INTEGERS = [pa.int8(), pa.uint8(), pa.int16(), pa.uint16(), pa.int32(), pa.int64(), pa.uint64()]


def rows_of(frame):
    """Any engine's frame, as Python's own values."""
    if isinstance(frame, pd.DataFrame):
        return pa.Table.from_pandas(frame, preserve_index=False).to_pylist()
    table = nw.from_native(frame)
    if isinstance(table, nw.LazyFrame):
        table = table.collect()
    return table.to_arrow().to_pylist()


def expected(instrument, answers):
    try:
        result = score(instrument, answers)
    except AnswerError as error:
        return None, str(Band.UNSCORED), str(error.reason)
    return result.total, str(result.band), None


@st.composite
def columns(draw, instrument, count):
    """One item's column: mostly answers, and all that can go wrong."""
    answers = grid(instrument)
    kind = draw(
        st.sampled_from(["float64"] * 3 + ["float32", "integer", "integer", "bool", "text"])
    )
    gap = st.none()
    if kind == "integer":
        whole = [int(answer) for answer in answers if answer == int(answer)] or [0]
        dtype = draw(st.sampled_from(INTEGERS))
        low, high = (0, 255) if pa.types.is_unsigned_integer(dtype) else (-128, 127)
        if dtype.bit_width == 64:
            low, high = (0, 2**64 - 1) if low == 0 else (-(2**63), 2**63 - 1)
        inside = st.sampled_from(whole).map(lambda value: min(max(value, low), high))
        value = inside | inside | inside | gap | st.integers(low, high)
    elif kind == "bool":
        dtype, value = pa.bool_(), st.booleans() | gap
    elif kind == "text":
        dtype, value = pa.string(), st.sampled_from(["7", "seven", ""]) | gap
    else:
        dtype = pa.float64() if kind == "float64" else pa.float32()
        inside = st.sampled_from(answers).map(float)
        odd = st.sampled_from([math.nan, math.inf, -math.inf, 1e308, -0.0, 0.30000000000000004])
        # score() cannot tell numbers apart that differ by less than this, either.
        any_float = st.floats(width=64 if kind == "float64" else 32).filter(
            lambda value: not 0 < abs(value) < 1e-9
        )
        value = inside | inside | inside | inside | gap | odd | any_float
    return pa.array(draw(st.lists(value, min_size=count, max_size=count)), dtype)


@st.composite
def tables(draw):
    instrument = draw(instruments(most_items=4, most_steps=8))
    count = draw(st.integers(0, 4))
    made = {name: draw(columns(instrument, count)) for name in instrument.item_ids}
    return instrument, pa.table(made)


@every_engine
@settings(max_examples=60)
@given(case=tables())
def test_a_frame_is_scored_as_its_rows_are(engine, case):
    instrument, table = case
    frame = ENGINES[engine](table)
    result = score_frame(frame, instrument)
    assert type(result) is type(frame)
    found = rows_of(result)
    assert len(found) == table.num_rows
    tally = Tally.of(frame, instrument)
    totals, reasons = [], {}
    for written, row in zip(table.to_pylist(), found, strict=True):
        given_row = written
        if engine in NAN_IS_A_GAP:
            given_row = {k: None if v != v else v for k, v in written.items()}
        total, band, reason = expected(instrument, given_row)
        assert (row["band"], row["unscored_reason"]) == (band, reason), given_row
        shown = row["total"]
        assert (None if shown is None or math.isnan(shown) else shown) == total
        if total is None:
            reasons[Reason(reason)] = reasons.get(Reason(reason), 0) + 1
        else:
            totals.append(total)
    assert tally.unscored == reasons
    counted = zip(tally.layout.totals, tally.totals.tolist(), strict=True)
    assert [total for total, people in counted for _ in range(people)] == sorted(totals)


@every_engine
def test_sums_past_255_do_not_wrap(engine):
    ids = [f"q{n:02d}" for n in range(60)]
    instrument = Instrument.plain(ids, maximum=255, management_below=300, mastery_above=15_000)
    table = pa.table({name: pa.array([5, 6, 255, 251], pa.uint8()) for name in ids})
    found = rows_of(score_frame(ENGINES[engine](table), instrument))
    assert [row["total"] for row in found] == [300, 360, 15_300, 15_060]
    assert [row["band"] for row in found] == ["both", "both", "mastery", "mastery"]


@every_engine
def test_a_gap_is_not_zero(engine):
    table = pa.table({name: pa.array([0, None], pa.uint8()) for name in SHIPPED.item_ids})
    found = rows_of(score_frame(ENGINES[engine](table), SHIPPED))
    assert found[0]["total"] == 70
    assert found[1]["band"] == "unscored"
    assert found[1]["unscored_reason"] == "unanswered"


@every_engine
def test_half_points_fall_on_the_right_side(engine):
    instrument = Instrument.plain(["a", "b"], step=0.5, management_below=5, mastery_above=10)
    table = pa.table({"a": [2.5, 2.0, 5.0, 5.0], "b": [2.5, 2.5, 5.0, 5.5]})
    found = rows_of(score_frame(ENGINES[engine](table), instrument))
    assert [row["total"] for row in found] == [5, 4.5, 10, 10.5]
    assert [row["band"] for row in found] == ["both", "management", "both", "mastery"]


@every_engine
def test_other_columns_are_kept_and_three_are_added(engine):
    table = pa.table({"name": ["x"], **{name: [5] for name in SHIPPED.item_ids}, "end": [1.5]})
    result = score_frame(ENGINES[engine](table), SHIPPED)
    names = nw.from_native(result).collect_schema().names()
    assert names == [*table.column_names, *ADDED]
    (row,) = rows_of(result)
    assert (row["name"], row["end"], row["total"], row["band"]) == ("x", 1.5, 75, "both")


@every_engine
def test_a_hundred_items(engine):
    ids = [f"q{n:04d}" for n in range(100)]
    instrument = Instrument.plain(ids, maximum=4, management_below=50, mastery_above=280)
    table = pa.table({name: pa.array([1.0, 3.0, None]) for name in ids})
    found = rows_of(score_frame(ENGINES[engine](table), instrument))
    assert [row["total"] for row in found][:2] == [100, 300]


@every_engine
def test_decimals_of_a_database_are_numbers(engine):
    tenths = [Decimal(number) / 10 for number in range(101)]
    column = pa.array([*tenths, None, Decimal("10.1"), Decimal("0.05")], pa.decimal128(6, 2))
    instrument = Instrument.plain(["a", "b"], step=0.1, management_below=5, mastery_above=9)
    frame = ENGINES[engine](pa.table({"a": column, "b": column}))
    found = rows_of(score_frame(frame, instrument))
    assert [row["total"] for row in found[:101]] == [float(2 * tenth) for tenth in tenths]
    reasons = ["unanswered", "out of range", "off the step"]
    assert [row["unscored_reason"] for row in found[101:]] == reasons
    tally = Tally.of(frame, instrument)
    assert (tally.count, sorted(tally.unscored)) == (101, sorted(reasons))


@pytest.mark.parametrize("name", ["q.1", "q-1"])
@every_engine
def test_an_item_may_have_any_name(engine, name):
    instrument = Instrument.plain([name, "b"], management_below=5, mastery_above=9)
    found = rows_of(score_frame(ENGINES[engine](pa.table({name: [1], "b": [9]})), instrument))
    assert found[0]["total"] == 10


@pytest.mark.parametrize("lazily", [lambda table: pl.from_arrow(table).lazy(), duckdb.from_arrow])
@settings(max_examples=60)
@given(case=tables())
def test_an_engine_that_counts_for_itself_counts_the_same(lazily, case):
    """As Spark does; in one query."""
    instrument, table = case
    counting = Counting(TallyLayout.of(instrument), instrument)
    counting.add_lazy(nw.from_native(lazily(table)))
    expected = Tally.of(lazily(table), instrument)
    assert Tally(counting.layout, counting.cells, counting.unscored()) == expected


@every_engine
def test_the_largest_whole_numbers_are_out_of_range(engine):
    instrument = Instrument.plain(["a"], minimum=1, management_below=3, mastery_above=7)
    values = [0, 1, 10, 11, 2**63, 2**64 - 1]
    frame = ENGINES[engine](pa.table({"a": pa.array(values, pa.uint64())}))
    assert Tally.of(frame, instrument).unscored == {Reason.OUT_OF_RANGE: 4}
    scored = nw.from_native(score_frame(frame, instrument)).select(*ADDED).to_native()
    assert [row["total"] for row in rows_of(scored)] == [None, 1, 10, None, None, None]


def test_a_connection_of_duckdb_can_be_used_again_after_an_error():
    def fail(_):
        raise OSError("the terminal is closed")

    connection = duckdb.connect()
    relation = connection.from_arrow(pa.table({name: [5] * 10 for name in SHIPPED.item_ids}))
    with pytest.raises(OSError, match="closed") as caught:
        count_frame(relation, SHIPPED, heard=fail)
    assert caught  # and with it the frames that hold what was open
    assert connection.sql("SELECT 1").fetchall() == [(1,)]


def test_lazy_stays_lazy():
    def fail(_):
        raise AssertionError("the frame was computed")

    lazy = pl.LazyFrame({name: [5] for name in SHIPPED.item_ids}).map_batches(
        fail, schema={name: pl.Int64() for name in SHIPPED.item_ids}
    )
    assert isinstance(score_frame(lazy, SHIPPED), pl.LazyFrame)


def test_the_index_of_pandas_and_the_frame_itself_stay_as_they_are():
    frame = pd.DataFrame({name: [5, 6] for name in SHIPPED.item_ids}, index=["x", "x"])
    before = frame.copy()
    result = score_frame(frame, SHIPPED)
    assert result.index.tolist() == ["x", "x"]
    pd.testing.assert_frame_equal(frame, before)


def test_a_missing_column_is_reported_with_the_likely_one():
    frame = pd.DataFrame({name: [5] for name in SHIPPED.item_ids}).rename(columns={"q07": "Q7"})
    with pytest.raises(CareerpathError) as caught:
        score_frame(frame, SHIPPED)
    assert str(caught.value) == (
        "The frame has no column for 1 of 15 items: q07. For 'q07': did you mean 'Q7'?"
    )


@pytest.mark.parametrize("name", ADDED)
def test_a_column_that_is_there_is_not_overwritten(name):
    frame = pd.DataFrame({item: [5] for item in SHIPPED.item_ids} | {name: ["mine"]})
    with pytest.raises(CareerpathError, match="overwrite"):
        score_frame(frame, SHIPPED)


def test_a_column_that_is_there_twice_is_refused():
    frame = pd.DataFrame([[5] * 16], columns=[*SHIPPED.item_ids, "q01"])
    with pytest.raises(CareerpathError, match=r"once|twice"):
        score_frame(frame, SHIPPED)


@pytest.mark.parametrize("frame", [None, 7, "x", [1, 2], {"q01": [1]}, np.zeros((2, 15))])
def test_anything_but_a_frame_is_refused(frame):
    with pytest.raises(CareerpathError, match="Give a pandas"):
        score_frame(frame, SHIPPED)


def test_python_objects_of_any_kind():
    instrument = Instrument.plain(["a"], management_below=3, mastery_above=7)
    values = [5, 5.0, None, math.nan, "5", True, 10**400, -(10**400), math.inf, [5], 5.5, pd.NA]
    frame = pd.DataFrame({"a": pd.Series(values, dtype=object)})
    found = score_frame(frame, instrument)["unscored_reason"]
    assert [None if pd.isna(reason) else reason for reason in found] == [
        None,
        None,
        "unanswered",
        "unanswered",
        "not a number",
        "not a number",
        "out of range",
        "out of range",
        "not finite",
        "not a number",
        "off the step",
        "unanswered",
    ]
