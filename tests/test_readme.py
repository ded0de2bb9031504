"""What the README tells people to type does what it says."""

from __future__ import annotations

import doctest
import json
import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from careerpath import load_instrument
from careerpath.cli import app

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
COMMANDS = [
    line.split("#")[0].strip()
    for document in DOCUMENTS
    for block in re.findall(r"```sh\n(.*?)```", document.read_text(encoding="utf-8"), re.DOTALL)
    for line in block.splitlines()
    if line.strip()
]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_the_python_examples_give_what_they_show(document):
    outcome = doctest.testfile(str(document), module_relative=False)
    assert outcome.failed == 0
    if document.name == "README.md":
        assert outcome.attempted > 5


@pytest.mark.parametrize(
    "command", sorted({line for line in COMMANDS if line.startswith("careerpath ")})
)
def test_a_careerpath_command_runs_as_it_stands(command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    instrument = load_instrument()
    Path("answers.json").write_text(json.dumps(dict.fromkeys(instrument.item_ids, 5)))
    instrument.with_cut_scores(management_below=60, mastery_above=95).save("ours.toml")
    served = []
    monkeypatch.setattr("careerpath.serving.server.serve", lambda *a, **k: served.append((a, k)))
    outcome = CliRunner().invoke(app, shlex.split(command)[1:])
    assert outcome.exit_code == 0, outcome.output
    assert bool(served) == command.startswith("careerpath serve")


def test_every_command_is_one_that_a_test_knows():
    """A new kind of command in a document needs a test of its own."""
    known = (
        "careerpath ",
        "make ",
        "pip install .",
        "conda env create -f environment.yml",
        "conda activate",
    )
    assert [line for line in COMMANDS if not line.startswith(known)] == []


def test_every_picture_is_there():
    for document in DOCUMENTS:
        for path in re.findall(r"!\[[^]]+\]\(([^)]+)\)", document.read_text(encoding="utf-8")):
            assert (document.parent / path).is_file(), path
