"""The database: its URL, the rights of its file, backups, checks, and errors in plain words."""

import os
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from careerpath import load_instrument, open_store
from careerpath.room.room import StoreError, StoreUnavailableError
from careerpath.room.store.database import DATABASE_VARIABLE, database_url, shown_url
from careerpath.room.store.maintenance import back_up, check_database

INSTRUMENT = load_instrument()


@pytest.fixture
def file(tmp_path):
    return tmp_path / "folder" / "rooms.db"


def test_the_default_url_comes_from_the_environment_or_the_users_folder(monkeypatch, tmp_path):
    monkeypatch.setenv(DATABASE_VARIABLE, "postgresql://coach@host/rooms")
    assert database_url().host == "host"
    assert database_url("sqlite:///here.db").database == "here.db"
    monkeypatch.setenv(DATABASE_VARIABLE, "")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert Path(database_url().database).name == "rooms.db"
    if sys.platform == "linux":
        assert database_url().database == f"{tmp_path}/careerpath/rooms.db"


@pytest.mark.parametrize(
    "url", ["rooms.db", "mysql://host/rooms", "sqlite:/x:y@z:w", "://", "x" * 999]
)
def test_a_wrong_url_is_refused_with_an_example(url):
    with pytest.raises(StoreError, match=r"sqlite:///rooms\.db or postgresql://") as caught:
        database_url(url)
    assert len(str(caught.value)) < 200


def test_no_error_shows_a_password():
    url = "postgresql://coach:s3cret@127.0.0.1:1/rooms"
    with pytest.raises(StoreUnavailableError, match="does not answer") as caught:
        open_store(url)
    assert "postgresql://coach:***@127.0.0.1:1/rooms" in str(caught.value)
    assert "s3cret" not in str(caught.value)
    with pytest.raises(StoreError) as caught:
        open_store("postgresql://coach:s3cret@host:port/rooms")
    assert "s3cret" not in str(caught.value)


def test_without_its_driver_postgresql_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreError, match=r"pip install 'careerpath\[postgres\]'"):
        open_store("postgresql://host/rooms")


def test_sqlite_is_set_up_for_many_users_and_for_erasure(file):
    with closing(open_store(f"sqlite:///{file}")) as store, store.database.reading() as connection:
        settings = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "foreign_keys", "secure_delete", "busy_timeout")
        }
    assert settings == {
        "journal_mode": "wal",
        "foreign_keys": 1,
        "secure_delete": 1,
        "busy_timeout": 30_000,
    }


@pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")
def test_only_the_owner_can_read_the_file(file, tmp_path):
    with closing(open_store(f"sqlite:///{file}")) as store:
        store.create_room("Room")
        modes = {path.name: path.stat().st_mode & 0o777 for path in file.parent.iterdir()}
        store.backup(tmp_path / "copy.db")
    assert modes == dict.fromkeys(["rooms.db", "rooms.db-wal", "rooms.db-shm"], 0o600)
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "copy.db").stat().st_mode & 0o777 == 0o600


def test_a_file_that_is_not_a_database_is_not_changed(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("not a database, but long enough to be taken for one\n" * 50)
    before = path.read_bytes()
    with pytest.raises(StoreError, match="not a database"):
        open_store(f"sqlite:///{path}")
    assert path.read_bytes() == before


def test_a_folder_that_cannot_be_written_is_reported(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="Choose another database"):
        open_store(f"sqlite:///{tmp_path}/file/rooms.db")


def test_a_database_that_is_busy_says_to_try_again(file, monkeypatch):
    monkeypatch.setattr("careerpath.room.store.database.PATIENCE", 0.1)
    with closing(open_store(f"sqlite:///{file}")) as store, closing(sqlite3.connect(file)) as other:
        code = store.create_room("Room").code
        other.execute("BEGIN IMMEDIATE")
        assert store.room(code).title == "Room"
        with pytest.raises(StoreUnavailableError, match="locked"):
            store.close_room(code)
        other.rollback()
        store.close_room(code)
        assert store.room(code).closed


def test_an_error_of_the_database_shows_no_answers(store):
    code = store.create_room("Room", INSTRUMENT).code
    with store.database.writing() as connection:
        connection.exec_driver_sql("ALTER TABLE participants RENAME TO elsewhere")
    answers = dict.fromkeys(INSTRUMENT.item_ids, 7)
    with pytest.raises(StoreError) as caught:
        store.add_response(code, answers, submission_id="my token")
    for said in (str(caught.value), str(caught.value.__cause__)):
        assert "777" not in said.replace(", ", "")


def test_a_backup_is_complete_while_others_write(file, tmp_path):
    with closing(open_store(f"sqlite:///{file}")) as store:
        codes = [store.create_room(f"Room {number}").code for number in range(3)]
        for number in range(6):
            answers = dict.fromkeys(INSTRUMENT.item_ids, number)
            store.add_response(codes[0], answers, submission_id=str(number))
        with store.database.writing() as connection:
            connection.exec_driver_sql("DELETE FROM rooms")
            copy = store.backup(tmp_path / "copy.db")
            connection.rollback()
        assert sorted(path.name for path in tmp_path.iterdir()) == ["copy.db", "folder"]
        with closing(open_store(f"sqlite:///{copy}")) as restored:
            assert restored.tally(codes[0]) == store.tally(codes[0])
            assert {room.code for room in restored.rooms()} == set(codes)


def test_a_backup_that_cannot_be_written_leaves_nothing(file, tmp_path):
    with closing(open_store(f"sqlite:///{file}")) as store:
        with pytest.raises(StoreError, match="Choose another place"):
            store.backup(tmp_path / "nowhere" / "copy.db")
        with pytest.raises(StoreError, match="Choose another place"):
            store.backup(tmp_path)


def test_a_backup_removes_what_a_killed_one_left(file, tmp_path):
    (tmp_path / ".copy.db.mine").touch()
    before = {".copy.db.mine", "folder"}
    with closing(open_store(f"sqlite:///{file}")) as store:
        killed = (
            "import os, pathlib\n"
            "from careerpath import open_store\n"
            "pathlib.Path.replace = lambda *_: os._exit(9)\n"
            f"open_store({f'sqlite:///{file}'!r}).backup({str(tmp_path / 'copy.db')!r})"
        )
        assert subprocess.run([sys.executable, "-c", killed], check=False).returncode == 9
        assert len(list(tmp_path.iterdir())) == 3
        store.backup(tmp_path / "copy.db")
    assert {path.name for path in tmp_path.iterdir()} == before | {"copy.db"}


@pytest.mark.parametrize("named", ["rooms.db", "../folder/rooms.db", "link.db", "hard.db"])
def test_a_backup_onto_the_database_itself_is_refused(file, named):
    with closing(open_store(f"sqlite:///{file}")) as store:
        code = store.create_room("Room").code
        file.with_name("link.db").symlink_to(file)
        file.with_name("hard.db").hardlink_to(file)
        before = file.stat().st_ino
        with pytest.raises(StoreError, match="is the database itself"):
            store.backup(file.parent / named)
        store.close_room(code)
        assert file.stat().st_ino == before
    with closing(open_store(f"sqlite:///{file}")) as store:
        assert store.room(code).closed


def test_a_database_in_memory_can_be_backed_up(tmp_path):
    with closing(open_store("sqlite://")) as store:
        code = store.create_room("Room").code
        for _ in range(2):
            store.backup(tmp_path / "copy.db")
    with closing(open_store(f"sqlite:///{tmp_path / 'copy.db'}")) as store:
        assert store.room(code).title == "Room"


@pytest.mark.parametrize("journal", ["wal", "delete"])
@pytest.mark.parametrize("used", [False, True], ids=["at rest", "in use"])
def test_a_check_changes_nothing(file, journal, used):
    with closing(open_store(f"sqlite:///{file}")) as store:
        store.create_room("Room")
    with closing(sqlite3.connect(file)) as other:
        other.execute(f"PRAGMA journal_mode = {journal}")
        if not used:
            other.close()
            # Nobody may write here, not even us.
            file.chmod(0o400)
            file.parent.chmod(0o500)
        else:
            other.execute("SELECT * FROM rooms").fetchall()
        before = {
            each.name: each.read_bytes() for each in file.parent.iterdir() if each.suffix == ".db"
        }
        names = {each.name for each in file.parent.iterdir()}
        found = check_database(f"sqlite:///{file}")
        assert (found.rooms, found.problems) == (1, ())
        assert {each.name for each in file.parent.iterdir()} == names
        assert {name: (file.parent / name).read_bytes() for name in before} == before
    file.parent.chmod(0o700)


def test_a_check_sees_what_is_still_in_the_log(file):
    with closing(open_store(f"sqlite:///{file}")) as store:
        for _ in range(3):
            store.create_room("Room")
        assert check_database(f"sqlite:///{file}").rooms == 3


def test_the_pg_dump_command_in_the_message_can_be_run_unchanged(tmp_path):
    """With a password of stars, pg_dump would neither ask for it nor look it up."""

    class PostgreSQL:
        is_sqlite = False
        place = shown_url(database_url("postgresql://coach:s3cret@host:5432/rooms"))

    with pytest.raises(StoreError) as caught:
        back_up(PostgreSQL(), tmp_path / "copy")
    assert "'postgresql://coach@host:5432/rooms'" in str(caught.value)


def test_postgresql_is_backed_up_by_its_own_program(postgres_url, tmp_path):
    with (
        closing(open_store(postgres_url)) as store,
        pytest.raises(
            StoreError, match=r"Run: pg_dump --format=custom --file=.*copy 'postgresql://"
        ),
    ):
        store.backup(tmp_path / "copy")


def test_connections_that_are_not_kept_are_closed(postgres_url):
    with closing(open_store(postgres_url, keep_connections=False)) as store:
        store.rooms()
        assert store.database.engine.pool.status() == "NullPool"


def test_a_database_in_memory_takes_many_threads():
    with closing(open_store("sqlite://")) as store:
        code = store.create_room("Lisbon workshop").code
        answers = dict.fromkeys(store.instrument(code).item_ids, 5)

        def share(number):
            store.add_response(code, answers, submission_id=f"token-{number}")
            return store.counts(code).shared

        with ThreadPoolExecutor(8) as threads:
            list(threads.map(share, range(100)))
        assert store.counts(code).shared == 100


# What a participant's process loads


def loaded_after(code):
    report = "import sys; print('\\n'.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{report}"], check=True, capture_output=True, text=True
    )
    return {name.split(".")[0] for name in done.stdout.split()}


def test_a_participants_process_loads_sqlalchemy_and_nothing_heavier(file):
    url = f"sqlite:///{file}"
    with closing(open_store(url)) as store:
        code = store.create_room("Room", INSTRUMENT).code
    sharing = (
        "from careerpath import load_instrument\n"
        "from careerpath import open_store\n"
        f"store = open_store({url!r}, keep_connections=False)\n"
        "answers = dict.fromkeys(load_instrument().item_ids, 5)\n"
        f"store.touch({code!r}, 'me')\n"
        f"store.add_response({code!r}, answers, submission_id='me')\n"
        f"store.counts({code!r})"
    )
    loaded = loaded_after(sharing)
    assert "sqlalchemy" in loaded
    assert loaded.isdisjoint({"pandas", "numpy", "scipy", "pyarrow", "narwhals", "alembic"})
