"""The commands of a page, run from top to bottom in an empty folder, print what it shows."""

from __future__ import annotations

import doctest
import re
import shlex
from contextlib import closing

import pytest
from kit.documents import README, ROOT, examples
from typer.main import get_command
from typer.testing import CliRunner

from careerpath import load_instrument, open_store, simulate_cohort
from careerpath.cli import app
from careerpath.serving.memory import MEGABYTE, SERVER_SHARE, SHARE_FOR_VISITORS, MemoryBudget

ROOM = "BCDFGH"
#: What differs from run to run.
VARIES = {
    r"(?:[A-Z]{4}-){3}[A-Z]{4}": "COACH KEY",
    r"\d{1,2} \w+ \d{4}, \d\d:\d\d UTC": "TIME",
    r"\d{4}-\d\d-\d\d": "DAY",
}


def steady(text):
    for pattern, name in VARIES.items():
        text = re.sub(pattern, name, text)
    # Terminals show no blanks at the end of a line, and neither does the page.
    return "\n".join(line.rstrip() for line in text.strip("\n").splitlines())


def share(*, people):
    instrument = load_instrument()
    rows = simulate_cohort(instrument, count=people).frame[list(instrument.item_ids)]
    with closing(open_store()) as store:
        for number, answers in enumerate(rows.to_dict("records")):
            store.add_response(ROOM, answers, submission_id=str(number))


@pytest.fixture
def follow(tmp_path, monkeypatch):
    """Runs one command of a page and returns what it prints; None for `serve`."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("CAREERPATH_DATABASE_URL", "sqlite:///rooms.db")
    monkeypatch.setattr("careerpath.room.store.store.new_code", lambda: ROOM)
    monkeypatch.setattr("careerpath.serving.server.serve", lambda options: None)
    before = []

    def run(command):
        if command in before and command.startswith("careerpath room show"):
            share(people=12)
        outcome = CliRunner().invoke(app, shlex.split(command)[1:])
        # Only a command that is repeated may be refused: its file is there.
        assert outcome.exit_code == 0 or command in before, outcome.output
        before.append(command)
        return None if command.startswith("careerpath serve") else outcome.output

    return run


@pytest.mark.parametrize(
    "document", [README, ROOT / "docs" / "command-line.md"], ids=lambda path: path.name
)
def test_a_page_gives_what_it_shows_from_top_to_bottom(document, follow):
    names = {}
    ran = 0
    for number, each in enumerate(examples(document)):
        if each.kind == "python":
            name = f"{document.name}, block {number}"
            block = doctest.DocTestParser().get_doctest(each.text, names, name, None, None)
            assert doctest.DocTestRunner().run(block, clear_globs=False).failed == 0
            names = block.globs
        elif each.text.startswith("careerpath "):
            printed = follow(each.text)
            ran += 1
            if each.shown is not None and printed is not None:
                assert steady(printed) == steady(each.shown), each.text
    assert ran > 3


def paths_of(command, *path):
    """Name each command and each command of a group: "score", "room create"."""
    inner = getattr(command, "commands", {})
    if not inner:
        return {" ".join(path)}
    return {name for each, below in inner.items() for name in paths_of(below, *path, each)}


def test_the_page_of_commands_shows_each_with_its_output():
    shown = [each for each in examples(ROOT / "docs" / "command-line.md") if each.shown]
    for path in paths_of(get_command(app)):
        assert any(each.text.startswith(f"careerpath {path}") for each in shown), path


def test_the_page_of_commands_says_what_serve_says_of_memory():
    page = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
    line, each, gigabytes = re.search(
        r"^  (\d+ visitors fit into memory \((\d+) MB each; ([\d.]+) GB available\))$", page, re.M
    ).groups()
    budget = MemoryBudget(int(float(gigabytes) * 1024 * MEGABYTE), start_page="assessment")
    budget.measured("assessment", int(each) * MEGABYTE - SERVER_SHARE)
    count = int(line.split()[0])
    # The rest is for the template processes.
    assert 0.8 * budget.most < count <= budget.most
    budget.templates["all"] = int(
        budget.available * SHARE_FOR_VISITORS - (count + 0.5) * budget.size("assessment")
    )
    assert budget.summary == line
