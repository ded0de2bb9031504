"""``careerpath room`` and ``careerpath db``."""

import json
from contextlib import closing

import pytest
from typer.testing import CliRunner

from careerpath import Tally, load_instrument, open_store, read_cohort
from careerpath.cli import app
from careerpath.room.store.database import DATABASE_VARIABLE

INSTRUMENT = load_instrument()


def run(*arguments, stdin=None):
    return CliRunner().invoke(app, [str(argument) for argument in arguments], input=stdin)


def output_of(*arguments, stdin=None):
    done = run(*arguments, stdin=stdin)
    assert done.exit_code == 0, done.output
    return done.output


@pytest.fixture
def database(tmp_path, monkeypatch):
    url = f"sqlite:///{tmp_path / 'rooms.db'}"
    monkeypatch.setenv(DATABASE_VARIABLE, url)
    return url


@pytest.fixture
def created(database):
    return json.loads(output_of("room", "create", "Lisbon workshop", "--json"))


@pytest.fixture
def code(created):
    return created["code"]


def share(database, code, people):
    with closing(open_store(database)) as store:
        for number in range(people):
            answers = dict.fromkeys(INSTRUMENT.item_ids, number % 11)
            store.add_response(code, answers, submission_id=str(number))


def test_a_created_room_opens_with_its_key(database, created):
    assert created["title"] == "Lisbon workshop"
    assert created["instrument"] == {"id": INSTRUMENT.id, "version": INSTRUMENT.version}
    with closing(open_store(database)) as store:
        assert store.authenticate(created["code"], created["coach_key"])


def test_the_key_is_printed_once_with_a_warning(database):
    said = output_of("room", "create", "Lisbon", "--expires", "12h", "--capacity", 40)
    assert "Coach key: " in said
    assert "shown only this once" in said
    assert "Coach key" not in output_of("room", "list")


def test_rooms_are_listed_with_their_state(database, code):
    assert "Lisbon workshop" in output_of("room", "list")
    output_of("room", "close", code)
    (listed,) = json.loads(output_of("room", "list", "--json"))["rooms"]
    assert (listed["code"], listed["closed"], listed["picture"]) == (code, True, "hidden")
    assert "closed, hidden" in output_of("room", "list")


def test_an_empty_list_says_how_to_create_a_room(database):
    assert "careerpath room create" in output_of("room", "list")


def test_a_room_shows_bands_only_from_five_on(database, code):
    share(database, code, 4)
    said = output_of("room", "show", code.lower())
    assert "4 joined, 0 answering, 4 shared." in said
    assert "Nothing is shown before that" in said
    assert json.loads(output_of("room", "show", code, "--json"))["tally"] is None
    share(database, code, 6)
    assert "6 people with a total" in output_of("room", "show", code)
    assert json.loads(output_of("room", "show", code, "--json"))["tally"]["people"] == 6


def test_waiting_answers_are_counted(database, code):
    with closing(open_store(database)) as store:
        store.freeze_room(code)
    share(database, code, 2)
    assert "2 shared, 2 waiting behind the frozen picture." in output_of("room", "show", code)
    with closing(open_store(database)) as store:
        store.reveal_room(code)
    share(database, code, 6)
    assert "6 shared." in output_of("room", "show", code)
    share(database, code, 8)
    assert "8 shared, 2 waiting." in output_of("room", "show", code)


def test_an_export_says_how_many_answers_wait_and_are_missing(database, code, tmp_path):
    share(database, code, 6)
    said = "behind the frozen picture"
    assert said not in output_of("room", "export", code, "-o", tmp_path / "room.csv")
    with closing(open_store(database)) as store:
        store.freeze_room(code)
    share(database, code, 10)
    output_of("room", "close", code)
    for name in ("frozen.csv", "frozen.tally"):
        assert (
            "4 newer answers wait behind the frozen picture and are not in it. Reveal"
            in output_of("room", "export", code, "-o", tmp_path / name)
        )


def test_an_export_says_which_answers_wait_for_others(database, code, tmp_path):
    share(database, code, 6)
    output_of("room", "export", code, "-o", tmp_path / "first.csv")
    share(database, code, 8)
    said = output_of("room", "export", code, "-o", tmp_path / "second.csv")
    assert "2 newer answers wait until there are 5, or until the room is closed" in said
    assert "Reveal" not in said


def test_an_export_can_be_read_back(database, code, tmp_path):
    share(database, code, 7)
    output_of("room", "export", code, "-o", tmp_path / "room.csv")
    cohort = read_cohort(tmp_path / "room.csv", INSTRUMENT)
    with closing(open_store(database)) as store:
        assert Tally.of(cohort.frame, INSTRUMENT) == store.tally(code)
    output_of("tally", tmp_path / "room.csv", "-o", tmp_path / "room.tally")


def test_an_export_replaces_a_file_only_with_overwrite(database, code, tmp_path):
    share(database, code, 5)
    for name in ("room.csv", "room.tally"):
        (tmp_path / name).write_text("mine")
        refused = run("room", "export", code, "-o", tmp_path / name)
        assert refused.exit_code == 2
        assert "already exists. Name another file, or add --overwrite" in refused.stderr
        assert (tmp_path / name).read_text() == "mine"
        output_of("room", "export", code, "-o", tmp_path / name, "--overwrite")
        assert (tmp_path / name).read_bytes() != b"mine"


def test_deleting_asks_first(database, code):
    share(database, code, 3)
    refused = run("room", "delete", code, stdin="n\n")
    assert (refused.exit_code, "with 3 responses?" in refused.output) == (1, True)
    assert code in output_of("room", "list")
    output_of("room", "delete", code, stdin="y\n")
    assert code not in output_of("room", "list")


def test_unused_rooms_are_deleted_together(database, code):
    share(database, code, 1)
    for title in ("One", "Two"):
        output_of("room", "create", title)
    assert run("room", "delete", "--unused", stdin="n\n").exit_code == 1
    assert "2 rooms that nobody had joined" in output_of("room", "delete", "--unused", "--yes")
    assert [line[:6] for line in output_of("room", "list").splitlines()] == [code]
    for wrong in (("room", "delete"), ("room", "delete", code, "--unused")):
        assert "Name a room to delete, or write --unused." in run(*wrong).stderr


def test_deleting_without_being_asked(database, code):
    assert "Deleted room" in output_of("room", "delete", code, "--yes")


def test_a_database_is_upgraded_backed_up_and_checked(database, code, tmp_path):
    assert "is up to date" in output_of("db", "upgrade")
    assert "Protect it like the database" in output_of("db", "backup", tmp_path / "copy.db")
    found = json.loads(
        output_of("db", "check", "--database", f"sqlite:///{tmp_path / 'copy.db'}", "--json")
    )
    assert (found["rooms"], found["participants"], found["problems"]) == (1, 0, [])
    assert "rooms: 1 (0 expired)" in output_of("db", "check")


def test_a_backup_replaces_a_file_only_with_overwrite(database, code, tmp_path):
    (tmp_path / "copy.db").write_text("mine")
    refused = run("db", "backup", tmp_path / "copy.db")
    assert refused.exit_code == 2
    assert "add --overwrite" in refused.stderr
    assert (tmp_path / "copy.db").read_text() == "mine"
    output_of("db", "backup", tmp_path / "copy.db", "--overwrite")
    assert code in output_of("room", "list", "--database", f"sqlite:///{tmp_path / 'copy.db'}")


def test_a_backup_never_replaces_the_database(database, code, tmp_path):
    refused = run("db", "backup", tmp_path / "rooms.db", "--overwrite")
    assert refused.exit_code == 2
    assert "is an input of this command" in refused.stderr
    assert code in output_of("room", "list")


def test_a_check_creates_no_database(database, tmp_path):
    assert "no rooms yet" in output_of("db", "check")
    assert list(tmp_path.iterdir()) == []


def test_a_check_finds_what_is_wrong(database, code, tmp_path):
    with closing(open_store(database)) as store, store.database.alone() as connection:
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        connection.exec_driver_sql(
            "INSERT INTO participants VALUES (99, 'x', 'joined', NULL, NULL)"
        )
        connection.exec_driver_sql("UPDATE careerpath_revision SET version_num = '0001'")
    done = run("db", "check")
    assert done.exit_code == 1
    assert "1 participants belong to no room" in done.output
    assert "careerpath db upgrade" in done.output


def test_a_damaged_file_is_reported(database, code, tmp_path):
    path = tmp_path / "rooms.db"
    whole = path.read_bytes()
    path.write_bytes(whole[:8192] + b"\xff" * 4096 + whole[12288:])
    done = run("db", "check")
    assert done.exit_code in (1, 2)
    assert "damaged" in done.output or "malformed" in done.output
    assert "Traceback" not in done.output


@pytest.mark.parametrize(
    "arguments",
    [
        ("room", "show", "nonsense"),
        ("room", "show", "BCDFGH"),
        ("room", "export", "BCDFGH", "-o", "x.csv"),
        ("room", "close", "' OR 1=1; --"),
        ("room", "delete", "BCDFGH"),
        ("room", "create", " "),
        ("room", "create", "Room", "--expires", "soon"),
        ("room", "create", "Room", "--expires", "0d"),
        ("room", "create", "Room", "--expires", "9999w"),
        ("room", "create", "Room", "--capacity", "0"),
        ("room", "create", "Room", "--instrument", "none"),
        ("room", "list", "--database", "nonsense"),
        ("db", "upgrade", "--database", "mysql://host/rooms"),
        ("db", "backup", "nowhere/copy.db"),
    ],
    ids=" ".join,
)
def test_a_mistake_is_explained_with_exit_status_2(database, tmp_path, monkeypatch, arguments):
    monkeypatch.chdir(tmp_path)
    done = run(*arguments)
    assert done.exit_code == 2, done.output
    assert "Traceback" not in done.output
    assert done.output.strip().endswith(".")


def test_an_export_of_too_few_people_or_to_an_unknown_format_is_refused(database, code, tmp_path):
    share(database, code, 4)
    assert run("room", "export", code, "-o", tmp_path / "room.csv").exit_code == 2
    share(database, code, 5)
    assert run("room", "export", code, "-o", tmp_path / "room.txt").exit_code == 2
    assert [path.name for path in tmp_path.glob("room.*")] == []
