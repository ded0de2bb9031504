"""The command line: what it prints, on which stream, and its exit status."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import tomli_w
from typer.testing import CliRunner

import careerpath
from careerpath import Instrument, interpret, load_instrument, score
from careerpath.cli import app

SHIPPED = load_instrument()
runner = CliRunner()


def run(*arguments, stdin=None):
    return runner.invoke(app, [str(each) for each in arguments], input=stdin)


def words(text):
    """The words of a text, with single spaces instead of line breaks."""
    return " ".join(text.split())


@pytest.fixture
def answers():
    return {item.id: 3 if item.mastery_side == "left" else 6 for item in SHIPPED.items}


@pytest.fixture
def answers_file(tmp_path, answers):
    path = tmp_path / "answers.json"
    path.write_text(json.dumps(answers), encoding="utf-8")
    return path


# The command itself


def test_the_version_is_shown():
    result = run("--version")
    assert (result.exit_code, result.output) == (0, f"careerpath {careerpath.__version__}\n")


def test_without_arguments_there_is_help():
    result = run()
    assert "score" in result.output
    assert "check" in result.output


@pytest.mark.parametrize(
    "arguments", [["scroe"], ["score"], ["score", "-", "--missing", "guess"], ["check", "--jsn"]]
)
def test_a_wrong_call_exits_with_status_2(arguments):
    assert run(*arguments).exit_code == 2


def test_the_module_is_the_command():
    done = subprocess.run(
        [sys.executable, "-m", "careerpath", "check", "careerpath-15"],
        check=False,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "careerpath-15: fine (no errors, no warnings, 2 notes)" in done.stdout


# score


def test_a_result_is_explained_in_words(answers_file, answers):
    result = run("score", answers_file)
    meaning = interpret(SHIPPED, score(SHIPPED, answers))
    assert (result.exit_code, result.stderr) == (0, "")
    said = words(result.stdout)
    for text in (
        meaning.headline,
        meaning.placement,
        meaning.certainty,
        meaning.disclaimer,
        meaning.basis,
    ):
        assert text in said
    for facet in SHIPPED.facets:
        assert facet.title in said
    assert f"both {100 * meaning.chances[meaning.band]:.0f} %" in said


def test_a_pipe_gets_plain_lines_of_readable_width(answers_file):
    lines = run("score", answers_file).stdout.splitlines()
    assert not any("\x1b" in line for line in lines)
    assert not any(line != line.rstrip() for line in lines)
    assert max(map(len, lines)) <= 80


def test_json_holds_the_result(answers_file, answers):
    result = run("score", answers_file, "--json")
    told = score(SHIPPED, answers)
    meaning = interpret(SHIPPED, told)
    document = json.loads(result.stdout)
    assert result.exit_code == 0
    assert document == {
        "instrument": {"id": "careerpath-15", "version": "1.0.0"},
        "total": told.total,
        "minimum": 0,
        "maximum": 150,
        "band": "both",
        "missing": [],
        "headline": meaning.headline,
        "placement": meaning.placement,
        "certainty": meaning.certainty,
        "chances": {str(band): chance for band, chance in meaning.chances.items()},
        "standard_error": meaning.standard_error,
        "flips": [
            {"band": str(f.band), "points": f.points, "answers": f.answers, "each": f.each}
            for f in meaning.flips
        ],
        "facets": [
            {"id": f.id, "total": f.total, "minimum": f.minimum, "maximum": f.maximum}
            for f in told.facets
        ],
    }


def test_answers_may_be_toml(tmp_path, answers):
    path = tmp_path / "answers.toml"
    path.write_text(tomli_w.dumps({"answers": answers}), encoding="utf-8")
    assert run("score", path).exit_code == 0


def test_answers_may_come_from_standard_input(answers, answers_file):
    assert run("score", "-", stdin=json.dumps(answers)).stdout == run("score", answers_file).stdout


def test_another_instrument_may_be_given(tmp_path, answers_file):
    ours = SHIPPED.with_cut_scores(management_below=60, mastery_above=85)
    path = ours.save(tmp_path / "ours.toml")
    result = run("score", answers_file, "--instrument", path, "--json")
    document = json.loads(result.stdout)
    assert document["band"] == "mastery"
    assert document["instrument"] == {"id": "careerpath-15", "version": "1.0.0+60-85"}
    by_id = run("score", answers_file, "--instrument", "careerpath-15", "--json")
    assert json.loads(by_id.stdout)["band"] == "both"


def test_an_instrument_without_texts_norms_or_facets_has_a_result_too(tmp_path):
    path = Instrument.plain(["a", "b"], management_below=5, mastery_above=15).save(
        tmp_path / "plain.toml"
    )
    result = run("score", "-", "--instrument", path, stdin='{"a": 3, "b": 4}')
    assert result.exit_code == 0
    assert "Both" in result.stdout
    document = run("score", "-", "--instrument", path, "--json", stdin='{"a": 3, "b": 4}')
    assert json.loads(document.stdout)["chances"] == {}


def test_the_basis_is_not_repeated_if_it_is_the_only_statement(tmp_path):
    path = Instrument.plain(list("abcde"), management_below=20, mastery_above=30).save(
        tmp_path / "plain.toml"
    )
    result = run(
        *("score", "-", "--instrument", path, "--missing", "prorate"),
        stdin='{"a": 5, "b": 5, "c": 5, "d": 5}',
    )
    assert words(result.stdout).count("This instrument has no norms") == 1


def test_an_unanswered_item_is_refused_and_the_message_names_the_option(answers):
    del answers["q04"]
    result = run("score", "-", stdin=json.dumps(answers))
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        "1 of 15 items have no answer: q04. Answer them, or add --missing prorate to estimate them "
        "from the others.\n"
    )


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ([], "4 of 15 items have no answer: q01, q02, q03, q04. Answer them.\n"),
        (
            ["--missing", "prorate"],
            (
                "Only 11 of 15 items are answered; an estimate needs 12. "
                "Answer more of: q01, q02, q03, q04.\n"
            ),
        ),
    ],
)
def test_too_many_unanswered_items_are_not_estimated(answers, options, told):
    for name in SHIPPED.item_ids[:4]:
        del answers[name]
    result = run("score", "-", *options, stdin=json.dumps(answers))
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", told)


def test_an_unanswered_item_can_be_estimated(answers):
    del answers["q04"]
    result = run("score", "-", "--missing", "prorate", stdin=json.dumps(answers))
    assert result.exit_code == 0
    assert "Estimated from 14 of 15 answers, so it is less sure than it looks." in words(
        result.stdout
    )
    assert "not all answered" in result.stdout
    document = run("score", "-", "--missing", "prorate", "--json", stdin=json.dumps(answers))
    assert json.loads(document.stdout)["missing"] == ["q04"]


@pytest.mark.parametrize(
    ("stdin", "told"),
    [
        ('{"q01": 12}', "Item 'q01' got 12; answers run from 0 to 10."),
        ('{"q1": 5}', "Did you mean 'q01'?"),
        ('{"q01": 1e999}', "Item 'q01' got inf, which is not a finite number"),
        ('{"q01": NaN}', "Standard input holds NaN"),
        ("[5]", "Standard input holds a list"),
        ("", "Standard input is empty"),
        (json.dumps({"q01": "x" * 1_000_000}), "which is not a number"),
        ('{"q\\ud800": 5}', "Unknown item 'q\\ud800'"),
    ],
    ids=["range", "unknown", "infinity", "nan", "list", "empty", "megabyte", "surrogate"],
)
def test_a_mistake_is_a_message_on_standard_error(stdin, told):
    result = run("score", "-", stdin=stdin)
    assert (result.exit_code, result.stdout) == (2, "")
    assert told in result.stderr
    assert "Traceback" not in result.stderr
    assert len(result.stderr) < 600


def test_a_missing_file_is_a_message(tmp_path):
    for arguments in (
        ["score", tmp_path / "no.json"],
        ["score", "-", "--instrument", "nothing"],
        ["check", tmp_path / "no.toml"],
        ["check", tmp_path],
    ):
        result = run(*arguments, stdin="{}")
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr.strip()


# check


def test_the_built_in_instrument_is_fine():
    result = run("check", "careerpath-15")
    assert result.exit_code == 0
    assert "careerpath-15: fine (no errors, no warnings, 2 notes)" in result.stdout


def test_warnings_are_shown_and_the_status_is_0(tmp_path):
    path = Instrument.plain([f"q{n}" for n in range(15)]).save(tmp_path / "plain.toml")
    result = run("check", path)
    assert result.exit_code == 0
    assert "to fix (no errors, " in words(result.stdout)


def test_errors_exit_with_status_1(tmp_path):
    path = SHIPPED.with_cut_scores(management_below=0, mastery_above=100).save(
        tmp_path / "ours.toml"
    )
    result = run("check", path)
    assert (result.exit_code, result.stderr) == (1, "")
    assert "No total reaches the band management." in result.stdout


def test_a_file_that_does_not_load_is_checked_too(tmp_path):
    path = tmp_path / "ours.toml"
    path.write_text('id = "a"\n', encoding="utf-8")
    result = run("check", path, "--json")
    assert result.exit_code == 1
    document = json.loads(result.stdout)
    assert document["file"] == str(path)
    assert {
        "level": "error",
        "place": str(path),
        "fact": "items is missing. Add it.",
        "mend": "",
    } in (document["findings"])


def test_the_findings_as_json():
    document = json.loads(run("check", "careerpath-15", "--json").stdout)
    assert [finding["level"] for finding in document["findings"]] == ["note", "note"]
    assert Path(document["file"]).name == "careerpath-15.toml"


def test_a_translation_is_checked_against_its_original(tmp_path):
    path = tmp_path / "de.toml"
    path.write_text(
        'translates = "careerpath-15"\nversion = "1.0.0"\nlanguage = "de"\ntitle = "Titel"\n',
        encoding="utf-8",
    )
    result = run("check", path)
    assert result.exit_code == 1
    assert "items 'q01'" in result.stdout
    assert "It is missing." in result.stdout


def test_brackets_in_texts_are_no_markup(tmp_path):
    """Rich would take [bold] as markup."""
    data = SHIPPED.model_dump()
    data["bands"]["both"]["title"] = "Both [bold]of[/bold] [/nothing]"
    path = Instrument.validated(data, place="test").save(tmp_path / "ours.toml")
    result = run(
        "score",
        "-",
        "--instrument",
        path,
        stdin=json.dumps(dict.fromkeys(SHIPPED.item_ids, 5)),
    )
    assert "Both [bold]of[/bold] [/nothing]" in result.stdout
    assert run("check", tmp_path / "[bold]x.toml").exit_code == 2
