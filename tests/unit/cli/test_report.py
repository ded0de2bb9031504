"""``careerpath report``: one result as a file, and a folder of them."""

import json
from pathlib import Path

import pypdf
import pytest
from typer.testing import CliRunner

from careerpath import load_instrument, score
from careerpath.cli import app
from careerpath.core.result_file import parse_results

INSTRUMENT = load_instrument()
ANSWERS = dict.fromkeys(INSTRUMENT.item_ids, 7)
runner = CliRunner()


def run(*arguments, stdin=None):
    return runner.invoke(app, ["report", *map(str, arguments)], input=stdin)


@pytest.fixture
def answers(tmp_path):
    path = tmp_path / "answers.json"
    path.write_text(json.dumps(ANSWERS))
    return path


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "answers"
    made.mkdir()
    for name in ("Ana", "Ben <b>", "שרה"):
        (made / f"{name}.json").write_text(json.dumps(ANSWERS))
    (made / "notes.txt").write_text("not answers")
    return made


def test_a_pdf_says_whose_result_it_is_and_when_it_was_answered(answers, tmp_path):
    target = tmp_path / "result.pdf"
    outcome = run(answers, "-o", target, "--name", "Ana Silva", "--taken", "2026-03-01")
    assert (outcome.exit_code, outcome.stdout) == (0, f"{target} is written.\n")
    text = pypdf.PdfReader(target).pages[0].extract_text()
    assert "Ana Silva · answered on 1 March 2026" in text


def test_a_page_and_data_are_written_by_their_names(answers, tmp_path):
    assert run(answers, "-o", tmp_path / "r.HTML").exit_code == 0
    assert (tmp_path / "r.HTML").read_text().strip().startswith("<!doctype html>")
    assert run(answers, "-o", tmp_path / "r.json", "--taken", "2026-03-01").exit_code == 0
    (kept,) = parse_results((tmp_path / "r.json").read_bytes(), place="x")
    assert kept.total == score(INSTRUMENT, ANSWERS).total


def test_a_saved_result_is_read_again_with_its_day(answers, tmp_path):
    run(answers, "-o", tmp_path / "r.json", "--taken", "2026-03-01")
    outcome = run(tmp_path / "r.json", "-o", tmp_path / "again.html", "--taken", "2020-01-01")
    assert outcome.exit_code == 0
    assert "answered on 1 March 2026" in (tmp_path / "again.html").read_text()


def test_a_result_of_another_version_is_refused(answers, tmp_path):
    ours = INSTRUMENT.with_cut_scores(management_below=60, mastery_above=95)
    run(answers, "-o", tmp_path / "r.json")
    outcome = run(
        tmp_path / "r.json",
        "-o",
        tmp_path / "r.pdf",
        "--instrument",
        ours.save(tmp_path / "ours.toml"),
    )
    assert outcome.exit_code == 2
    assert "made with another questionnaire, or another version of it" in outcome.stderr
    assert not (tmp_path / "r.pdf").exists()


def test_standard_input_is_read(tmp_path):
    outcome = run("-", "-o", tmp_path / "r.html", stdin=json.dumps(ANSWERS))
    assert outcome.exit_code == 0


def test_a_folder_is_written_in_one_go_each_by_its_name(folder, tmp_path):
    outcome = run(folder, "-o", tmp_path / "out", "--format", "html")
    assert outcome.exit_code == 0
    assert outcome.stdout == f"{tmp_path / 'out'}: 3 of 3 results written as HTML.\n"
    written = {each.name: each.read_text() for each in Path(tmp_path / "out").iterdir()}
    assert set(written) == {"Ana.html", "Ben <b>.html", "שרה.html"}
    assert "<bdi>Ben &lt;b&gt;</bdi>" in written["Ben <b>.html"]


def test_one_bad_file_in_a_folder_stops_no_other(folder, tmp_path):
    (folder / "Bad.json").write_text('{"q01": 99}')
    outcome = run(folder, "-o", tmp_path / "out", "--format", "json")
    assert outcome.exit_code == 1
    assert "3 of 4 results written as JSON." in outcome.stdout
    assert f"{folder / 'Bad.json'}: Item 'q01' got 99" in outcome.stderr


def test_an_existing_file_is_replaced_only_with_the_option(answers, tmp_path):
    target = tmp_path / "r.html"
    target.write_text("mine")
    outcome = run(answers, "-o", target)
    assert outcome.exit_code == 2
    assert "already exists" in outcome.stderr
    assert target.read_text() == "mine"
    assert run(answers, "-o", target, "--overwrite").exit_code == 0
    assert target.read_text() != "mine"


def test_a_result_is_never_written_over_its_own_answers(answers, folder):
    for source, target in ((answers, answers), (folder, folder)):
        outcome = run(source, "-o", target, "--format", "json", "--overwrite")
        assert outcome.exit_code != 0
        assert "is an input of this command, so it cannot be its output" in outcome.stderr
    assert json.loads((folder / "Ana.json").read_text()) == ANSWERS


def test_missing_answers_are_reported_first(tmp_path):
    result = run(tmp_path / "answers", "-o", tmp_path / "reports", "--format", "pdf")
    assert result.exit_code == 2
    assert "There is no" in result.output
    assert not (tmp_path / "reports").exists()


def test_results_of_a_folder_are_not_written_to_a_file(folder, answers):
    outcome = run(folder, "-o", answers)
    assert outcome.exit_code == 2
    assert outcome.stderr == (f"Cannot write to {answers}: File exists. Name another folder.\n")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (
            ["-o", "r.txt"],
            "The format of r.txt is not known. End its name in one of: .pdf, .html, .json.",
        ),
        (["-o", "nowhere/r.html"], "Cannot write"),
        (["-o", "r.html", "--taken", "soon"], "is not a date. Write it like 2026-03-01."),
    ],
)
def test_wrong_options_are_reported(answers, tmp_path, monkeypatch, options, told):
    monkeypatch.chdir(tmp_path)
    outcome = run(answers, *options)
    assert outcome.exit_code == 2
    assert told in outcome.stderr


def test_a_gap_is_refused_or_estimated(tmp_path):
    path = tmp_path / "gap.json"
    path.write_text(json.dumps({**ANSWERS, "q01": None}))
    refused = run(path, "-o", tmp_path / "r.html")
    assert refused.exit_code == 2
    assert refused.stderr == (
        f"{path}: 1 of 15 items have no answer: q01. Answer them, or add --missing prorate to "
        "estimate them from the others.\n"
    )
    assert run(path, "-o", tmp_path / "r.html", "--missing", "prorate").exit_code == 0
    assert "Estimated from 14 of 15 answers" in (tmp_path / "r.html").read_text()


def test_a_folder_without_answers_or_with_duplicate_names_is_refused(folder, tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "contains no answers" in run(empty, "-o", tmp_path / "out").stderr
    (folder / "Ana.toml").write_text("q01 = 7")
    assert "two files called 'Ana'" in run(folder, "-o", tmp_path / "out").stderr
    assert "Leave out --name" in run(folder, "-o", tmp_path / "out", "--name", "x").stderr
