"""Cohorts in databases: wide and long tables, and wrong addresses."""

import sqlite3
import sys

import pytest
from sqlalchemy import create_engine
from typer.testing import CliRunner

from careerpath import (
    CareerpathError,
    Instrument,
    Tally,
    load_instrument,
    read_cohort,
    simulate_cohort,
)
from careerpath.cli import app
from careerpath.cohort.databases import without_password
from careerpath.cohort.files_to_tally import tally_files
from careerpath.core.errors import Reason

SHIPPED = load_instrument()
PAIR = Instrument.plain(["q01", "q02"], management_below=7, mastery_above=14)
MADE = simulate_cohort(SHIPPED, count=40, seed=5).frame
EXPECTED = Tally.of(MADE, SHIPPED)


@pytest.fixture
def address(tmp_path):
    """A database with a wide table, a long one, and a view."""
    address = f"sqlite:///{tmp_path}/made.db"
    engine = create_engine(address)
    long = MADE.melt("person", var_name="item", value_name="answer").sample(frac=1, random_state=1)
    with engine.begin() as connection:
        MADE.to_sql("wide", connection, index=False)
        long.to_sql("long one", connection, index=False)
        connection.exec_driver_sql("create view some as select * from wide limit 7")
    engine.dispose()
    return address


@pytest.mark.parametrize("table", ["wide", "long one"])
def test_a_table_is_read_wide_or_long(address, table, monkeypatch):
    monkeypatch.setattr("careerpath.cohort.databases.ROWS", 9)
    found = read_cohort(f"{address}#{table}", SHIPPED)
    assert found.people == 40
    assert Tally.of(found.frame, SHIPPED) == EXPECTED
    heard = []
    tally = tally_files([f"{address}#{table}"], SHIPPED, progress=lambda *told: heard.append(told))
    assert tally == EXPECTED
    assert heard[-1][2] == 40
    assert table == "long one" or len(heard) == 5


@pytest.mark.parametrize("name", ["some", "main.some"])
def test_a_view_is_a_table_too_and_may_be_named_with_its_schema(address, name):
    assert read_cohort(f"{address}#{name}", SHIPPED).people == 7


def test_the_commands_take_an_address(address, tmp_path):
    run = CliRunner()
    made = run.invoke(app, ["tally", f"{address}#wide", "-o", str(tmp_path / "a.tally")])
    assert made.exit_code == 0, made.output
    assert Tally.load(tmp_path / "a.tally") == EXPECTED
    scored = run.invoke(app, ["score", f"{address}#wide", "-o", str(tmp_path / "a.csv")])
    assert scored.exit_code == 0, scored.output
    assert "40 people" in scored.output


def test_the_only_table_of_a_database_needs_no_name(tmp_path):
    path = tmp_path / "one.db"
    with sqlite3.connect(path) as database:
        database.execute("create table answers (q01 numeric(4, 2), q02)")
        database.executemany(
            "insert into answers values (?, ?)",
            [(1, 2), (None, 2), ("7", " n/a "), ("seven", 2), (2.5, 1), (11, 1), (3, b"x")],
        )
    found = read_cohort(f"sqlite:///{path}", PAIR)
    assert found.unscored == {
        Reason.UNANSWERED: 2,
        Reason.NOT_A_NUMBER: 2,
        Reason.OUT_OF_RANGE: 1,
        Reason.OFF_THE_STEP: 1,
    }


def test_decimals_of_a_table_are_exact(tmp_path):
    path = tmp_path / "one.db"
    tenths = Instrument.plain(["q01", "q02"], step=0.1, management_below=7, mastery_above=14)
    with sqlite3.connect(path) as database:
        database.execute("create table answers (q01 decimal(4, 2), q02 decimal(4, 2))")
        database.execute("insert into answers values (0.3, 4.7)")
    assert Tally.of(read_cohort(f"sqlite:///{path}", tenths).frame, tenths).mean == 5


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ("{}#wide1", "no table 'wide1'. Did you mean 'wide'"),
        ("{}", "3 tables: long one, wide, some. Name one"),
        ("sqlite:///nowhere.db#x", "no file 'nowhere.db'"),
        ("sqlite://#x", "no file"),
        ("nosuch://x/y#z", "not the address of a database"),
        ("postgresql://me:secret@127.0.0.1:1/x#y", "127.0.0.1"),
        ("postgresql+asyncpg://me:secret@127.0.0.1:1/x#y", "127.0.0.1"),
        ("://", "not the address of a database"),
        ("s3a://bucket/a.parquet", "--engine spark"),
    ],
)
def test_errors_in_an_address_are_reported(address, tmp_path, monkeypatch, wrong, why):
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(CareerpathError) as caught:
        tally_files([wrong.format(address)], SHIPPED)
    assert why in str(caught.value)
    assert "secret" not in str(caught.value)
    assert sorted(tmp_path.iterdir()) == before


def test_a_file_that_is_no_database_is_reported(tmp_path):
    (tmp_path / "a.db").write_text("no such thing, however long it may be")
    with pytest.raises(CareerpathError, match="Cannot read"):
        read_cohort(f"sqlite:///{tmp_path}/a.db#x", SHIPPED)


def test_a_driver_that_is_missing_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(CareerpathError, match=r"pip install 'careerpath\[postgres\]'"):
        read_cohort("postgresql://127.0.0.1:1/x#y", SHIPPED)


def test_a_password_is_not_shown():
    shown = without_password("postgresql://me:secret@host/x#y")
    assert "secret" not in shown
    assert shown.endswith("@host/x#y")
    assert "secret" not in without_password("post gres://me:secret@host/x#y")
