"""Deleted data is no longer in the database's files: they are searched byte by byte."""

import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import event, update

from careerpath import Instrument, open_store
from careerpath.room.room import RoomNotFoundError, StoreUnavailableError
from careerpath.room.store.shared_answers import steps_of, token_digest
from careerpath.room.store.tables import rooms

# 40 answers of 0 to 4,095 make a text that cannot occur anywhere else by chance.
ITEMS = [f"item{number}" for number in range(40)]
WIDE = Instrument.plain(ITEMS, maximum=4095, management_below=50_000, mastery_above=100_000)
PEOPLE = 60


def wide_answers(room, number):
    return {
        name: (room * 997 + number * 131 + place * 61) % 4096 for place, name in enumerate(ITEMS)
    }


def traces(room, code, numbers):
    """What the files contain of a room: its title, and each person's token and answers."""
    found = [f"The title of room {room}"]
    for number in numbers:
        found.append(token_digest(code, f"{room} {number}"))
        found.append(json.dumps(steps_of(WIDE, wide_answers(room, number))))
    return [each.encode() for each in found]


def fill(store, room):
    """Create a room with answers, a frozen picture, and newer answers of some people."""
    code = store.create_room(f"The title of room {room}", WIDE).code
    for number in range(PEOPLE):
        answers = wide_answers(room, number)
        store.add_response(code, answers, submission_id=f"{room} {number}")
    store.freeze_room(code)
    for number in range(0, PEOPLE, 3):
        other = wide_answers(room, number + 1000)
        store.add_response(code, other, submission_id=f"{room} {number}")
    store.reveal_room(code)
    return code


def still_there(wanted, files):
    contents = [path.read_bytes() for path in files if path.is_file()]
    return sum(any(trace in content for content in contents) for trace in wanted)


@pytest.fixture
def files(url, request):
    """All files that hold the database's rows, as they are on the disk now."""
    if url.startswith("sqlite"):
        folder = Path(url.removeprefix("sqlite:///")).parent
        return lambda: list(folder.glob("rooms.db*"))

    def on_disk():
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CHECKPOINT")
            (folder, mine) = connection.execute(
                "SELECT current_setting('data_directory'), oid::text FROM pg_database "
                "WHERE datname = current_database()"
            ).fetchone()
        return list(Path(folder, "base", mine).iterdir())

    if not Path(on_disk()[0]).exists():
        pytest.skip("a given database's files are not ours to read")
    return on_disk


@pytest.mark.parametrize("way", ["delete_room", "reset_room", "expiry"])
def test_deleted_data_is_in_no_file(store, clock, files, way):
    codes = [fill(store, room) for room in range(3)]
    gone = traces(1, codes[1], range(PEOPLE)) + traces(1, codes[1], range(1000, 1000 + PEOPLE, 3))
    kept = [trace for room in (0, 2) for trace in traces(room, codes[room], range(1, PEOPLE, 3))]
    if not store.database.is_sqlite:
        with store.database.alone() as connection:
            connection.exec_driver_sql("ANALYZE")  # samples would go into the statistics
    assert still_there(gone, files()) > PEOPLE
    assert still_there(kept, files()) == len(kept)
    if way == "expiry":
        with store.database.writing() as connection:
            over = update(rooms).where(rooms.c.code == codes[1])
            connection.execute(over.values(expires=1, seen_expired=1))
        assert store.purge_expired() == 1
    else:
        getattr(store, way)(codes[1])
    if way == "reset_room":
        title, *gone = gone
        gone.remove(title)  # is still there, and a second time before the newer answers
    assert still_there(gone, files()) == 0
    assert still_there(kept, files()) == len(kept)


def test_one_vacuum_serves_all_who_wait_for_it(store, url, clock, files, monkeypatch):
    monkeypatch.setattr("careerpath.room.store.database.BETWEEN_VACUUMS", 2)
    vacuums = []

    def note(_connection, _cursor, statement, *_):
        if statement in ("VACUUM", "VACUUM (FULL) participants"):
            vacuums.append(time.monotonic())

    codes = [fill(store, room) for room in range(4)]
    gone = [trace for room, code in enumerate(codes) for trace in traces(room, code, range(60))[1:]]
    stores = [open_store(url, clock=clock) for _ in codes]
    for each in stores:
        event.listen(each.database.engine, "before_cursor_execute", note)
    with ThreadPoolExecutor(len(codes)) as pool:
        list(pool.map(lambda pair: pair[0].reset_room(pair[1]), zip(stores, codes, strict=True)))
    for each in stores:
        each.close()
    assert still_there(gone, files()) == 0
    assert len(vacuums) <= 2
    assert all(later - earlier > 0.9 for earlier, later in pairwise(vacuums))


def test_if_a_reader_keeps_the_log_an_error_says_so_and_an_upgrade_erases_it(
    tmp_path, monkeypatch, clock
):
    monkeypatch.setattr("careerpath.room.store.database.PATIENCE", 0.2)
    url = f"sqlite:///{tmp_path / 'rooms.db'}"
    log = tmp_path / "rooms.db-wal"
    with closing(open_store(url, clock=clock)) as store, closing(open_store(url)) as other:
        code = fill(store, 1)
        gone = traces(1, code, range(1, PEOPLE, 3))
        with other.database.reading() as connection:
            connection.exec_driver_sql("SELECT count(*) FROM rooms").one()
            with pytest.raises(StoreUnavailableError, match="careerpath db upgrade"):
                store.delete_room(code)
            with pytest.raises(RoomNotFoundError):
                store.room(code)
        assert still_there(gone, [log]) > 0
        done = subprocess.run(
            [sys.executable, "-m", "careerpath", "db", "upgrade", "--database", url],
            check=True,
            capture_output=True,
        )
        assert b"up to date" in done.stdout
        assert still_there(gone, tmp_path.iterdir()) == 0
