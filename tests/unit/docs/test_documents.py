"""The commands and examples of the README and of docs/ run, and their links lead somewhere."""

from __future__ import annotations

import ast
import doctest
import json
import re
import shlex
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from unittest.mock import patch

import pytest
from kit.documents import DOCUMENTS, INDEX, ROOT, commands
from typer.main import get_command
from typer.testing import CliRunner

import careerpath
from careerpath import (
    DualLadder,
    Tally,
    load_instrument,
    open_store,
    save_ladder,
    simulate_cohort,
    write_cohort,
)
from careerpath.cli import app
from careerpath.serving.metrics import Metrics

# These are followed from top to bottom by test_in_order.py.
IN_ORDER = ("README.md", "command-line.md")
COMMANDS = {document.name: commands(document) for document in DOCUMENTS}
# The same program on a server, called by its path and as the service's user.
ELSEWHERE = re.compile(r"^(/opt/careerpath/bin/careerpath|sudo careerpath-admin) ")
OURS = sorted(
    {
        told
        for name, lines in COMMANDS.items()
        if name not in IN_ORDER
        for told in (ELSEWHERE.sub("careerpath ", line) for line in lines)
        if told.startswith("careerpath ")
    }
)
# How the commands of each document begin. A new kind needs a test of its own: careerpath's
# commands run below, and tests/deploy tests the files that the commands for a server install.
KNOWN = {
    "README.md": ("careerpath ", "make ", ". .venv/bin/activate"),
    "command-line.md": (
        "careerpath ",
        "make lab",
        "python3 -m venv .venv",
        ". .venv/bin/activate",
        "pip install .",
        "conda env create -f environment.yml",
        "conda activate",
        "export CAREERPATH_DATABASE_URL=sqlite:///rooms.db",
    ),
    "benchmarks.md": ("make bench ", ".venv/bin/python benchmarks/"),
    "privacy.md": ("careerpath ",),
    "cohorts.md": ("careerpath ",),
    "coaches.md": ("careerpath ", ". .venv/bin/activate"),
    "analysts.md": ("careerpath ", "make lab"),
    "organisations.md": ("careerpath ",),
    "deploying.md": (
        "/opt/careerpath/bin/careerpath ",
        "careerpath-admin ",
        "/opt/careerpath/bin/pip install -c constraints.txt .",
        "/opt/careerpath/bin/pip install -c constraints.txt '.[postgres]'",
        "mv /var/lib/careerpath/",
        "sh -c 'cd /var/lib/careerpath && rm -f rooms.db-wal rooms.db-shm &&",
        "mv before-2.db rooms.db && chown --reference=. rooms.db'",
        "/opt/careerpath-1/bin/pip install -c constraints.txt .",
        "/opt/careerpath-2/bin/pip install -c constraints.txt .",
        "python3 -m venv /opt/careerpath-",
        "ln -s",
        "apt-get update",
        "apt-get install ",
        "install ",
        "chmod ",
        "rm /etc/nginx/sites-enabled/default",
        "tar ",
        "nano /etc/careerpath/careerpath.env",
        "systemctl ",
        "journalctl -u careerpath",
        "nginx -t",
        "haproxy -c ",
        "certbot certonly ",
        "openssl req ",
        "sed ",
        "echo ",
        "curl ",
        "git pull",
        "CAREERPATH_ALLOWED_HOST=",
        "CAREERPATH_FRAME_ANCESTORS=",
    ),
}
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
#: Also the pages that show no example to run.
PAGES = [
    *DOCUMENTS,
    *(
        ROOT / name
        for name in ("CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "notebooks/README.md")
    ),
]
TEST_RUNS = re.findall(r"^make test .*?(?=\s+#|$)", CONTRIBUTING, re.MULTILINE)
TEST_NAMES = {
    node.name
    for path in (ROOT / "tests").rglob("test_*.py")
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
}


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A folder with the files that the documents name, and the room in which six have shared."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CAREERPATH_DATABASE_URL", f"sqlite:///{tmp_path}/rooms.db")
    instrument = load_instrument()
    Path("answers.json").write_text(json.dumps(dict.fromkeys(instrument.item_ids, 5)))
    instrument.with_cut_scores(management_below=60, mastery_above=95).save("ours.toml")
    cohort = simulate_cohort(instrument, count=200).frame
    write_cohort(cohort, Path("cohort.csv"))
    Tally.of(cohort, instrument).save("cohort.tally")
    Path("notebooks").mkdir()
    for name in ("cohort.csv", "ours.toml"):
        Path("notebooks", name).write_bytes(Path(name).read_bytes())
    save_ladder(DualLadder.example(), "ladder.csv")
    Path("answers").mkdir()
    Path("answers", "ana.json").write_text(Path("answers.json").read_text())
    make_room(instrument, code="BCDFGH")
    with closing(open_store()) as store:
        store.export_room("BCDFGH", "room.csv")


@pytest.mark.parametrize(
    "document",
    [path for path in DOCUMENTS if path.name not in IN_ORDER],
    ids=lambda path: path.name,
)
@pytest.mark.usefixtures("desk")
def test_the_python_examples_give_what_they_show(document):
    assert doctest.testfile(str(document), module_relative=False).failed == 0


def make_room(instrument, *, code):
    """The room that the documents describe, in which six people have shared."""
    with (
        closing(open_store()) as store,
        patch("careerpath.room.store.store.new_code", lambda: code),
    ):
        store.create_room("Lisbon workshop", instrument)
        for number in range(6):
            answers = dict.fromkeys(instrument.item_ids, number)
            store.add_response(code, answers, submission_id=str(number))


@pytest.mark.parametrize("command", OURS)
@pytest.mark.usefixtures("desk")
def test_a_careerpath_command_runs_as_it_is_written(command, monkeypatch):
    served = []
    monkeypatch.setattr("careerpath.serving.server.serve", lambda *a, **k: served.append((a, k)))
    words = shlex.split(command)
    if "-o" in words:
        Path(words[words.index("-o") + 1]).unlink(missing_ok=True)  # this is where it comes from
    outcome = CliRunner().invoke(app, words[1:])
    assert outcome.exit_code == 0, outcome.output
    assert bool(served) == command.startswith("careerpath serve")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_one_that_a_test_knows(name):
    unknown = [
        line
        for line in COMMANDS[name]
        if not line.removeprefix("sudo ").startswith(KNOWN.get(name, ()))
    ]
    assert unknown == []


def test_every_picture_is_there():
    for document in DOCUMENTS:
        for path in re.findall(r"!\[[^]]+\]\(([^)]+)\)", document.read_text(encoding="utf-8")):
            assert (document.parent / path).is_file(), path


@pytest.mark.parametrize("command", TEST_RUNS)
def test_a_run_of_some_tests_finds_some(command):
    settings = dict(word.split("=", 1) for word in shlex.split(command)[2:])
    assert settings.keys() <= {"TESTS", "PYTEST_ARGS"}
    for path in settings.get("TESTS", "").split():
        assert (ROOT / path).exists(), path
    arguments = shlex.split(settings.get("PYTEST_ARGS", ""))
    for option, word in pairwise(arguments):
        if option == "-k":
            assert any(word in name for name in TEST_NAMES), f"-k {word} selects nothing"


def test_contributing_shows_runs_by_file_and_by_name():
    assert len(TEST_RUNS) > 2
    assert any("-k " in command for command in TEST_RUNS)


def test_every_option_of_serve_is_in_the_table():
    page = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
    rows = set(re.findall(r"^\| `(--[a-z-]+)` \| `(\w+)` \|", page, re.MULTILINE))
    options = get_command(app).commands["serve"].params
    assert rows == {(each.opts[0], each.envvar) for each in options if each.name != "help"}


def rows_of_the_guide(heading):
    """The first column of a table in docs/deploying.md, named by its head."""
    page = (ROOT / "docs" / "deploying.md").read_text(encoding="utf-8")
    table = re.search(rf"^\| {heading} \|.*\n\|-+\|.*\n((?:\|.*\n)+)", page, re.MULTILINE)[1]
    return re.findall(r"`(\w+)`", " ".join(row.split("|")[1] for row in table.splitlines()))


def test_every_event_of_the_log_is_in_the_guide():
    serving = (ROOT / "careerpath" / "serving").rglob("*.py")
    text = "\n".join(path.read_text(encoding="utf-8") for path in serving)
    events = set(re.findall(r'log_event\(\s*"(\w+)"', text))
    # The formatter names records of other libraries.
    assert sorted(rows_of_the_guide("event")) == sorted(events | {"message"})


def test_every_figure_for_prometheus_is_in_the_guide():
    text = Metrics(visitors=lambda: 0, places=lambda: 0).text().decode()
    kinds = re.findall(r"^# TYPE (\w+) (\w+)$", text, re.MULTILINE)
    names = [name for name, _ in kinds if not name.endswith("_created")]
    assert sorted(rows_of_the_guide("in `metrics`")) == sorted(names)


def test_the_measured_tables_are_in_the_page_of_benchmarks():
    page = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    assert re.search(
        r"^\| careerpath(?: 0\.1)?, the assessment \| [0-9.]+ s \|", page, re.MULTILINE
    )
    assert re.search(r"^\| Voilà [0-9.]+, 15 IntSliders \| [0-9.]+ s \|", page, re.MULTILINE)


@pytest.mark.parametrize("command", COMMANDS["benchmarks.md"])
def test_a_benchmark_has_the_options_that_are_shown(command):
    script, *arguments = command.split()[1:]
    if script == "bench":
        script = "benchmarks/page.py"
        arguments = re.findall(r"[\w-]+", " ".join(arguments))
    source = (ROOT / script).read_text(encoding="utf-8")
    for option in (each for each in arguments if each.startswith("--")):
        assert f'"{option}"' in source


def anchor(heading):
    """Return the anchor that GitHub gives a heading."""
    kept = re.sub(r"[^\w\- ]", "", heading.strip().lower())
    return kept.replace(" ", "-")


def test_the_list_of_pages_has_each_of_them():
    index = INDEX.read_text(encoding="utf-8")
    pages = [path.name for path in DOCUMENTS if path.parent == INDEX.parent]
    assert sorted(re.findall(r"^\| \[([\w-]+\.md)\]", index, re.MULTILINE)) == pages


@pytest.mark.parametrize("document", PAGES, ids=lambda path: path.name)
def test_every_link_leads_somewhere(document):
    text = document.read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if "://" in link:
            continue
        path, _, place = link.partition("#")
        target = document.parent / path if path else document
        assert target.exists(), link
        if place:
            headings = re.findall(r"^#+ (.*)$", target.read_text(encoding="utf-8"), re.MULTILINE)
            assert place in map(anchor, headings), link


def test_the_changelog_names_public_names():
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    imports = re.findall(r"\| `from careerpath import ([^`]+)` \|$", changelog, re.MULTILINE)
    named = {name for line in imports for name in line.split(", ")} - {"..."}
    named |= set(re.findall(r"`(\w+)\((?:ladder|path)\b", changelog))
    assert named <= set(careerpath.__all__)
    assert len(named) > 15


@pytest.mark.parametrize("document", PAGES, ids=lambda path: path.name)
def test_every_file_of_the_package_that_is_named_exists(document):
    text = document.read_text(encoding="utf-8")
    for path in re.findall(r"`((?:careerpath|tests|tools|benchmarks|notebooks)/[\w./-]+)`", text):
        assert (ROOT / path).exists(), path
