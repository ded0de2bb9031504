"""Polars and DuckDB count Parquet files by themselves, and the tally is the same."""

import sys
from decimal import Decimal

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from careerpath import CareerpathError, Instrument, Tally, load_instrument, simulate_cohort
from careerpath.cohort.files_to_tally import tally_files

SHIPPED = load_instrument()
PAIR = Instrument.plain(["q01", "q02"], management_below=7, mastery_above=14)
MADE = simulate_cohort(SHIPPED, count=40, seed=5).frame
others = pytest.mark.parametrize("engine", ["polars", "duckdb"])

# What people write, and what as_numbers makes of it; "" and its like are gaps.
WRITTEN = ["7", " 3 ", "2.0", "1e1", "+4", "-1", "11", "2.5", "inf", "-Infinity", "nan", "N/A", "",
           None, " ", "seven", "7 7", "0x7", "1,5", "true", ".", "5.", ".5",
           "\u00a07", "7\u2003", "\u3000\u00a0", "7\u00a07", "\x1f7", "\u200b7"]  # fmt: skip


@others
def test_written_numbers_are_read_as_in_a_file_of_text(tmp_path, engine):
    table = pa.table({"q01": WRITTEN, "q02": [1] * len(WRITTEN)})
    pq.write_table(table, tmp_path / "a.parquet")
    expected = tally_files([f"{tmp_path}/a.parquet"], PAIR)
    assert sum(expected.unscored.values()) == len(WRITTEN) - 9
    assert tally_files([f"{tmp_path}/a.parquet"], PAIR, engine=engine) == expected


@pytest.mark.parametrize("engine", ["pandas", "polars", "duckdb"])
@pytest.mark.parametrize("name", ["a.parquet", "a.csv", "long.parquet"])
def test_a_tally_of_a_file_of_simulated_people_says_so(tmp_path, engine, name):
    real = MADE.assign(person=[f"{number}" for number in range(len(MADE))])
    for folder, frame in (("made", MADE), ("real", real), ("both", pd.concat([real, MADE]))):
        (tmp_path / folder).mkdir()
        path = tmp_path / folder / name
        long = name == "long.parquet"
        written = frame.melt("person", None, "item", "answer") if long else frame
        write = written.to_csv if name == "a.csv" else written.to_parquet
        write(path, index=False)
        tally = tally_files([str(path)], SHIPPED, engine=engine)
        assert tally.synthetic is (folder != "real")
        assert Tally.load(tally.save(path.with_suffix(".tally"))).synthetic is tally.synthetic


@others
@pytest.mark.parametrize(
    "column",
    [
        pa.array([1, 300, None, 2], pa.uint16()),
        pa.array([1.5, float("nan"), float("inf"), 2.0]),
        pa.array([Decimal("1.00"), Decimal("2.50"), None, Decimal("11.00")]),
        pa.array([True, False, None, True]),
        pa.array(["a", "b", None, "a"]).dictionary_encode(),
        pa.array([None] * 4, pa.null()),
        pa.array([[1], None, [2, 3], []]),
    ],
    ids=lambda column: str(column.type)[:12],
)
def test_columns_of_every_kind_are_counted_as_by_pandas(tmp_path, engine, column):
    pq.write_table(pa.table({"q01": column, "q02": [1] * 4}), tmp_path / "a.parquet")
    expected = tally_files([f"{tmp_path}/a.parquet"], PAIR)
    assert tally_files([f"{tmp_path}/a.parquet"], PAIR, engine=engine) == expected


@others
def test_files_of_other_columns_long_ones_text_and_tallies_go_together(tmp_path, engine):
    MADE[:10].to_parquet(tmp_path / "a1.parquet")
    MADE[10:15].to_parquet(tmp_path / "a2.parquet")
    MADE[15:20].rename(columns={"q07": "Q_7"}).to_parquet(tmp_path / "a[3].parquet")
    MADE[20:25].rename(columns={"q07": "Q_7"}).to_parquet(tmp_path / "a4.parquet")
    long = MADE[25:30].melt("person", var_name="item", value_name="answer")
    long.to_parquet(tmp_path / "a5.parquet")
    MADE[30:35].to_csv(tmp_path / "a6.csv", index=False)
    Tally.of(MADE[35:], SHIPPED).save(tmp_path / "a7.tally")
    heard = []
    found = tally_files(
        [f"{tmp_path}/a*"], SHIPPED, engine=engine, progress=lambda *told: heard.append(told)
    )
    assert found == Tally.of(MADE, SHIPPED)
    assert heard[-1][2] == 40


@others
@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda path: MADE.drop(columns="q07").to_parquet(path), "no column for 1 of 15 items"),
        (MADE[:0].to_parquet, "no people"),
        (lambda path: path.write_bytes(b"PAR1, or so"), "Cannot read"),
        (lambda path: path.mkdir(), "is a folder"),
        (lambda path: None, "No such file"),
    ],
    ids=["a column too few", "nobody", "no parquet", "a folder", "nothing"],
)
def test_bad_files_are_reported_plainly(tmp_path, engine, make, why):
    make(tmp_path / "a.parquet")
    with pytest.raises(CareerpathError, match=why):
        tally_files([f"{tmp_path}/a.parquet"], SHIPPED, engine=engine)


@others
def test_a_file_that_breaks_in_the_middle_is_reported(tmp_path, engine):
    path = tmp_path / "a.parquet"
    pd.concat([MADE] * 1000).to_parquet(path, row_group_size=1000)
    raw = bytearray(path.read_bytes())
    raw[1000 : len(raw) // 2] = bytes(len(raw) // 2 - 1000)
    path.write_bytes(raw)
    with pytest.raises(CareerpathError, match="annot read"):
        tally_files([str(path)], SHIPPED, engine=engine)


@pytest.mark.parametrize(("engine", "module"), [("polars", "polars"), ("duckdb", "duckdb")])
def test_an_engine_that_is_not_installed_is_named_with_its_extra(monkeypatch, engine, module):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(CareerpathError, match=r"pip install 'careerpath\[engines\]'"):
        tally_files(["a.parquet"], SHIPPED, engine=engine)


def test_spark_that_is_not_installed_is_named_with_its_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyspark", None)
    with pytest.raises(CareerpathError, match=r"pip install 'careerpath\[spark\]'"):
        tally_files(["a.parquet"], SHIPPED, engine="spark")
