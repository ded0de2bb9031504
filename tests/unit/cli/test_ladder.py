"""``careerpath ladder``: check, example, export."""

import json

import pytest
from typer.testing import CliRunner

from careerpath import DualLadder, load_ladder, save_ladder
from careerpath.cli import app

EXAMPLE = DualLadder.example()
runner = CliRunner()


def run(*arguments):
    return runner.invoke(app, ["ladder", *(str(each) for each in arguments)])


def words(text):
    return " ".join(text.split())


@pytest.fixture
def good(tmp_path):
    return save_ladder(EXAMPLE, tmp_path / "good.csv")


@pytest.fixture
def bad(tmp_path):
    return save_ladder(EXAMPLE.without_rung("Staff", "mastery"), tmp_path / "bad.toml")


def test_equal_ladders_are_fine(good):
    result = run("check", good)
    assert result.exit_code == 0
    assert "good.csv: fine" in words(result.output)
    assert "Equal at 4 levels" in result.output


def test_a_long_path_is_not_broken(tmp_path):
    folder = tmp_path / ("a-long-name-" * 8)
    folder.mkdir()
    result = run("check", path := save_ladder(EXAMPLE, folder / "good.csv"))
    assert f"{path}: fine (no errors" in result.output


def test_a_difference_is_reported_with_exit_status_1(bad):
    result = run("check", bad)
    assert result.exit_code == 1
    said = words(result.output)
    assert "Staff, mastery Management has a rung at 'Staff', and mastery has none." in said
    assert "Add a mastery rung with the same weight." in said
    assert "Not equal: Staff" in said


def test_the_check_as_json(bad):
    found = json.loads(run("check", bad, "--json").output)
    (finding,) = found["findings"]
    assert (finding["level"], finding["level_name"], finding["side"]) == (
        "error",
        "Staff",
        "mastery",
    )
    assert len(found["parity"]) == 9


def test_the_tolerance_can_be_chosen(tmp_path):
    rung = EXAMPLE.level("Staff").mastery
    pay = rung.pay.model_copy(update={"minimum": 54_000, "maximum": 70_000})
    ladder = EXAMPLE.with_rung("Staff", "mastery", rung.model_copy(update={"pay": pay}))
    path = save_ladder(ladder, tmp_path / "a.csv")
    assert run("check", path).exit_code == 1
    assert run("check", path, "--pay-tolerance", "0.2").exit_code == 0
    assert run("check", path, "--pay-tolerance", "20").exit_code == 2


@pytest.mark.parametrize("ending", ["csv", "xlsx", "toml"])
def test_the_example_can_be_checked(tmp_path, ending):
    path = tmp_path / f"example.{ending}"
    assert "4 levels, 8 rungs" in words(run("example", "-o", path).output)
    assert run("check", path).exit_code == 0


@pytest.mark.parametrize(
    ("ending", "start"),
    [("pdf", b"%PDF-"), ("html", b"<!doctype html>"), ("md", b"# Two"), ("xlsx", b"PK")],
)
def test_a_ladder_is_written_in_every_format(good, tmp_path, ending, start):
    path = tmp_path / f"out.{ending}"
    assert run("export", good, "-o", path).exit_code == 0
    assert path.read_bytes().startswith(start)


def test_no_file_is_overwritten_without_the_option(good, tmp_path):
    for asked in ([], ["--overwrite"]):
        result = run("export", good, "-o", good, *asked)
        assert result.exit_code == 2
        assert "it cannot be its output" in words(result.output)
    assert load_ladder(good) == EXAMPLE
    other = tmp_path / "other.csv"
    other.write_text("mine")
    result = run("example", "-o", other)
    assert result.exit_code == 2
    assert "add --overwrite to replace it" in words(result.output)
    assert other.read_text() == "mine"
    assert run("example", "-o", other, "--overwrite").exit_code == 0
    assert load_ladder(other) == EXAMPLE


def test_an_unreadable_file_gives_a_message_and_no_traceback(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("level,side\n")
    result = run("check", path)
    assert result.exit_code == 2
    assert "has no column 'title'. Add it." in words(result.output)
