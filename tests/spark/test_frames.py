"""`score_frame` and `Tally.of` on frames of Spark's: the rule of `score`, row by row."""

import math
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pyspark.sql
import pytest
from hypothesis import HealthCheck, given, settings
from unit.cohort.test_score_frame import expected, tables

from careerpath import CareerpathError, Instrument, Tally, load_instrument, score_frame
from careerpath.core.errors import Reason

SHIPPED = load_instrument()
ROW = "row of this test"


@pytest.fixture
def spark_frame(session, tmp_path):
    """Make a frame of Spark's, by way of a file: Spark knows no unsigned numbers otherwise."""
    made = 0

    def frame(table):
        nonlocal made
        made += 1
        path = tmp_path / f"{made}.parquet"
        pq.write_table(table.append_column(ROW, pa.array(range(len(table)))), path)
        return session.read.parquet(str(path))

    return frame


def rows_of(frame):
    return sorted(frame.toArrow().to_pylist(), key=lambda row: row[ROW])


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(case=tables())
def test_a_frame_is_scored_as_its_rows_are(spark_frame, case):
    instrument, table = case
    frame = spark_frame(table)
    result = score_frame(frame, instrument)
    assert type(result) is type(frame)
    totals, reasons = [], {}
    for written, row in zip(table.to_pylist(), rows_of(result), strict=True):
        total, band, reason = expected(instrument, written)
        assert (row["band"], row["unscored_reason"]) == (band, reason), written
        assert row["total"] == total
        if total is None:
            reasons[Reason(reason)] = reasons.get(Reason(reason), 0) + 1
        else:
            totals.append(total)
    tally = Tally.of(frame, instrument)
    assert tally.unscored == reasons
    counted = zip(tally.layout.totals, tally.totals.tolist(), strict=True)
    assert [total for total, people in counted for _ in range(people)] == sorted(totals)


def test_sums_past_255_do_not_wrap_and_a_gap_is_not_nothing(spark_frame):
    ids = [f"q.{n:02d}" for n in range(60)]
    instrument = Instrument.plain(ids, maximum=255, management_below=300, mastery_above=15_000)
    table = pa.table({name: pa.array([5, 6, 255, 251, None], pa.uint8()) for name in ids})
    found = rows_of(score_frame(spark_frame(table), instrument))
    assert [row["total"] for row in found] == [300, 360, 15_300, 15_060, None]
    bands = [row["band"] for row in found]
    assert bands == ["both", "both", "mastery", "mastery", "unscored"]


def test_reversed_items_and_all_kinds_of_invalid_answers(spark_frame):
    odd = [None, math.nan, math.inf, 11.0, -1.0, 2.5, 0.0]
    table = pa.table(
        {name: odd if name == "q01" else [0.0] * len(odd) for name in SHIPPED.item_ids}
    )
    found = rows_of(score_frame(spark_frame(table), SHIPPED))
    assert [row["unscored_reason"] for row in found] == [
        "unanswered",
        "not finite",
        "not finite",
        "out of range",
        "out of range",
        "off the step",
        None,
    ]
    assert [row["total"] for row in found] == [None] * 6 + [70]


def test_decimals_are_numbers(spark_frame):
    instrument = Instrument.plain(["a", "b"], step=0.1, management_below=5, mastery_above=9)
    column = pa.array([Decimal("0.3"), Decimal("4.7"), Decimal("10.1")], pa.decimal128(6, 2))
    found = rows_of(score_frame(spark_frame(pa.table({"a": column, "b": column})), instrument))
    assert [row["total"] for row in found] == [0.6, 9.4, None]
    assert found[2]["unscored_reason"] == "out of range"


def test_a_frame_stays_lazy_and_a_missing_column_is_reported(spark_frame):
    frame = spark_frame(pa.table({name: [5] for name in SHIPPED.item_ids}))
    assert isinstance(score_frame(frame, SHIPPED), pyspark.sql.DataFrame)
    with pytest.raises(CareerpathError, match="no column for 1 of 15 items: q07"):
        score_frame(frame.drop("q07"), SHIPPED)
