"""Files of answers: both formats, and the message for each mistake."""

import io
import json
import sys

import pytest

from careerpath.core.answers_file import LARGEST, read_answers
from careerpath.core.errors import AnswersFileError


@pytest.fixture
def write(tmp_path):
    def write(content, name="answers.json"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    return write


def message(source):
    with pytest.raises(AnswersFileError) as caught:
        read_answers(source)
    assert len(str(caught.value)) < 600
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", '{"q01": 7, "q02": 2.5, "q03": null}'),
        ("a.json", '{"answers": {"q01": 7, "q02": 2.5, "q03": null}}'),
        ("a.JSON", '\ufeff{"q01": 7, "q02": 2.5, "q03": null}'),
    ],
)
def test_json_holds_answers_on_their_own_or_in_a_table(write, name, content):
    assert read_answers(write(content, name)) == {"q01": 7, "q02": 2.5, "q03": None}


@pytest.mark.parametrize("content", ["q01 = 7\nq02 = 2.5", "[answers]\nq01 = 7\nq02 = 2.5"])
def test_toml_holds_answers_on_their_own_or_in_a_table(write, content):
    assert read_answers(write(content, "a.toml")) == {"q01": 7, "q02": 2.5}


def test_a_dash_reads_json_from_standard_input(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b'{"q01": 7}')))
    assert read_answers("-") == {"q01": 7}


def test_empty_standard_input_is_reported(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b" ")))
    assert message("-").startswith("Standard input is empty.")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", 'is empty. Write the answers into it: {"q01": 7, ...}.'),
        ('{"q01": 7, "q01": 8}', "holds the key 'q01' twice. Keep one of the two."),
        (
            '{"answers": {"q01": 7, "q01": 8}}',
            "holds the key 'q01' twice. Keep one of the two.",
        ),
        (
            "[1, 2]",
            'holds a list instead of an answer for each item. Write {"q01": 7, ...}.',
        ),
        (
            "7",
            'holds a number instead of an answer for each item. Write {"q01": 7, ...}.',
        ),
        (
            '{"answers": 7}',
            (
                ': "answers" holds a number instead of an answer for each item. '
                'Write {"answers": {"q01": 7, ...}}.'
            ),
        ),
        (
            '{"answers": {}, "q01": 7}',
            (
                "contains other keys next to \"answers\": 'q01'. "
                'Move them into "answers", or remove them.'
            ),
        ),
        (
            '{"q01": NaN}',
            "holds NaN, which is not a number. Leave an unanswered item out.",
        ),
        (
            '{"q01": -Infinity}',
            "holds -Infinity, which is not a number. Leave an unanswered item out.",
        ),
        (
            '{"q01": 7,\n "q02" 8}',
            "is not valid JSON: Expecting ':' delimiter (line 2, column 8). Fix that line.",
        ),
        ('{"q01": ' + "1" * 5000 + "}", "holds a number with too many digits. Fix that number."),
        (
            "[" * 100_000,
            "nests too deeply. Write it without so many levels.",
        ),
        (b'{"q01": "\xe9"}', "is not UTF-8 text (byte 9). Save it as UTF-8."),
        (
            b" " * (LARGEST + 1),
            (
                "is larger than 5 MB, so it does not hold one person's answers. Check that this is "
                "the right file."
            ),
        ),
    ],
    ids=[
        "empty",
        "twice",
        "twice inside",
        "list",
        "number",
        "answers is a number",
        "answers and more",
        "nan",
        "infinity",
        "syntax",
        "digits",
        "nesting",
        "latin-1",
        "huge",
    ],
)
def test_each_mistake_in_json_names_the_file_and_the_next_step(write, content, told):
    path = write(content)
    assert message(path) == f"{path}{'' if told.startswith(':') else ' '}{told}"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (
            "q01 = 7\nq01 = 8",
            "is not valid TOML: Cannot overwrite a value (at end of document). Fix",
        ),
        ("q01 = ", "is not valid TOML: Invalid value"),
        ("q01 = " + "1" * 5000, "holds a number with too many digits."),
        ("q01 = " + "[" * 10_000, "nests too deeply."),
    ],
    ids=["twice", "syntax", "digits", "nesting"],
)
def test_each_mistake_in_toml_names_the_file_and_the_next_step(write, content, told):
    path = write(content, "a.toml")
    assert message(path).startswith(f"{path} {told}")


def test_a_megabyte_key_makes_a_short_message(write):
    key = json.dumps("x" * 1_000_000)
    assert "twice" in message(write(f"{{{key}: 1, {key}: 2}}"))
    assert 'other keys next to "answers"' in message(write(f'{{"answers": {{}}, {key}: 2}}'))


def test_a_missing_file_and_a_directory_are_reported(tmp_path):
    assert message(str(tmp_path / "no.json")).endswith(
        "no.json: No such file or directory. Check the path."
    )
    (tmp_path / "folder.json").mkdir()
    assert message(str(tmp_path / "folder.json")).startswith("Cannot read ")
    assert message("a\0b.json").startswith("Cannot read 'a\\x00b.json': embedded null byte.")


@pytest.mark.parametrize("name", ["answers.csv", "answers", ".", ""])
def test_another_format_is_reported(write, tmp_path, name):
    assert "ends in neither .json nor .toml" in message(str(tmp_path / name))
