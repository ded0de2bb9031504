"""The commands of the command line that take cohorts."""

import json
import sqlite3
from contextlib import closing

import pandas as pd
import pytest
from typer.testing import CliRunner

from careerpath import Tally, load_instrument
from careerpath.cli import app

SHIPPED = load_instrument()


def run(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def made(tmp_path):
    path = tmp_path / "made.csv"
    done = run("simulate", "-o", path, "--count", 50, "--seed", 4)
    assert done.exit_code == 0, done.output
    assert "Synthetic: 50 made-up people" in done.output
    return path


def test_tally_and_merge(made, tmp_path):
    done = run("tally", made, "-o", tmp_path / "a.tally")
    assert done.exit_code == 0, done.output
    assert "50 people with a total" in done.output
    assert "Synthetic people are among them" in done.output
    assert "not whether they measure the right thing" in done.output
    merged = run("tally", tmp_path / "a.tally", made, "-o", tmp_path / "b.tally", "--json")
    assert merged.exit_code == 0, merged.output
    told = json.loads(merged.stdout)
    assert (told["people"], told["synthetic"]) == (100, True)
    one = Tally.load(tmp_path / "a.tally")
    assert Tally.load(tmp_path / "b.tally") == one + one
    assert sum(told["bands"].values()) == 100


def test_score_a_cohort(made, tmp_path):
    done = run("score", made, "-o", tmp_path / "out.csv")
    assert done.exit_code == 0, done.output
    found = pd.read_csv(tmp_path / "out.csv")
    assert len(found) == 50
    assert set(found["band"]) <= {"management", "both", "mastery"}
    told = json.loads(run("score", made, "-o", tmp_path / "out.parquet", "--json").stdout)
    assert told["people"] == 50


def test_a_scored_file_can_be_scored_again(made, tmp_path):
    run("score", made, "-o", tmp_path / "once.csv")
    done = run("score", tmp_path / "once.csv", "-o", tmp_path / "twice.csv")
    assert done.exit_code == 0, done.output
    assert "Computed again: total, band, unscored_reason." in done.output
    assert (tmp_path / "twice.csv").read_text() == (tmp_path / "once.csv").read_text()


@pytest.mark.parametrize("engine", ["pandas", "polars", "duckdb"])
def test_every_engine_makes_the_same_tally(tmp_path, engine):
    run("simulate", "-o", tmp_path / "made.parquet", "--count", 50, "--seed", 4)
    run("tally", tmp_path / "made.parquet", "-o", tmp_path / "pandas.tally")
    done = run(
        "tally", tmp_path / "made.parquet", "--engine", engine, "-o", tmp_path / "other.tally"
    )
    assert done.exit_code == 0, done.output
    assert Tally.load(tmp_path / "other.tally") == Tally.load(tmp_path / "pandas.tally")


def test_a_warning_says_that_people_are_few(tmp_path):
    run("simulate", "-o", tmp_path / "few.csv", "--count", 3)
    done = run("tally", tmp_path / "few.csv", "-o", tmp_path / "few.tally")
    assert "Fewer than 30 people" in done.output


@pytest.mark.parametrize(
    "arguments",
    [
        ("tally", "made.csv", "-o", "there.csv"),
        ("score", "made.csv", "-o", "there.csv"),
        ("simulate", "-o", "there.csv"),
    ],
    ids=" ".join,
)
def test_an_existing_file_is_replaced_only_with_overwrite(made, tmp_path, monkeypatch, arguments):
    monkeypatch.chdir(tmp_path)
    there = tmp_path / "there.csv"
    there.write_text("mine")
    refused = run(*arguments)
    assert (refused.exit_code, refused.stderr) == (
        2,
        "there.csv already exists. Name another file, or add --overwrite to replace it.\n",
    )
    assert there.read_text() == "mine"
    done = run(*arguments, "--overwrite")
    assert done.exit_code == 0, done.output
    assert there.read_bytes() != b"mine"


@pytest.mark.parametrize(
    "arguments",
    [
        ("tally", "made.csv", "-o", "made.csv"),
        ("tally", "*.csv", "-o", "./made.csv"),
        ("tally", "made.csv", "-o", "link.csv"),
        ("tally", "made.csv", "--instrument", "ours.toml", "-o", "ours.toml"),
        ("tally", "sqlite:///answers.db#answers", "-o", "answers.db"),
        ("score", "made.csv", "-o", "made.csv"),
    ],
    ids=" ".join,
)
def test_no_command_writes_over_what_it_reads(made, tmp_path, monkeypatch, arguments):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "link.csv").symlink_to(made)
    SHIPPED.save(tmp_path / "ours.toml")
    with closing(sqlite3.connect(tmp_path / "answers.db")) as connection:
        pd.read_csv(made).to_sql("answers", connection)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    for more in ([], ["--overwrite"]):
        refused = run(*arguments, *more)
        assert refused.exit_code == 2
        assert (
            "is an input of this command, so it cannot be its output. Name another"
            in refused.stderr
        )
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("target", [".", "..", "nowhere/x.tally"])
def test_a_wrong_output_path_is_reported_before_counting(made, tmp_path, monkeypatch, target):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        "careerpath.cohort.files_to_tally.cohort_parts", lambda *_, **__: pytest.fail("was read")
    )
    refused = run("tally", made, "-o", target)
    assert refused.exit_code == 2
    assert "Cannot write" in refused.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("tally", "nothing.csv", "-o", "x.tally"),
        ("tally", "*.nothing", "-o", "x.tally"),
        ("tally", "made.csv", "-o", "nowhere/x.tally"),
        ("tally", "bad.csv", "-o", "x.tally"),
        ("tally", "bad.tally", "-o", "x.tally"),
        ("tally", "made.csv", "--engine", "sprak", "-o", "x.tally"),
        ("tally", "made.csv", "--master", "spark://127.0.0.1:1", "-o", "x.tally"),
        ("tally", "nowhere.parquet", "--engine", "duckdb", "-o", "x.tally"),
        ("score", "made.csv"),
        ("score", "bad.csv", "-o", "x.csv"),
        ("score", "made.csv", "-o", "x.txt"),
        ("score", "made.csv", "-o", "x.csv", "--missing", "prorate"),
        ("simulate", "-o", "x.txt"),
        ("simulate", "-o", "x.csv", "--count", "0"),
        ("simulate", "-o", "x.csv", "--sd", "900"),
    ],
    ids=" ".join,
)
def test_errors_are_reported_with_exit_code_2(made, tmp_path, monkeypatch, arguments):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.csv").write_text("q01,q02\n1\n")
    (tmp_path / "bad.tally").write_text("no tally")
    before = sorted(path.name for path in tmp_path.iterdir())
    done = run(*arguments)
    assert done.exit_code == 2, done.output
    assert "Traceback" not in done.output
    assert done.output.strip().endswith((".", "?"))
    assert sorted(path.name for path in tmp_path.iterdir()) == before
