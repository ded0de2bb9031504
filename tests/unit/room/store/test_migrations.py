"""Migrations: from an empty database, or from an older one, to the newest tables."""

from contextlib import closing

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from kit.postgresql import new_database
from sqlalchemy import column, select, table, text

from careerpath import Instrument, load_instrument, open_store
from careerpath.room.room import Counts, StoreError
from careerpath.room.store.codes_and_keys import key_hash
from careerpath.room.store.database import Database, database_url
from careerpath.room.store.maintenance import (
    MIGRATIONS,
    NEWEST,
    VERSION_TABLE,
    check_database,
    revision_of,
    upgrade,
)
from careerpath.room.store.migrations import (
    answer_lists_0004,
    attempts_0003,
    rooms_0001,
    waiting_answers_0002,
)
from careerpath.room.store.tables import metadata, participants

VERSION = table(VERSION_TABLE, column("version_num"))
INSTRUMENT = load_instrument()
PEOPLE = [
    {name: (number + place) % 11 for place, name in enumerate(INSTRUMENT.item_ids)}
    for number in range(6)
]


def packed(answers):
    """Answers from 0 to 10 as revisions before 0004 kept them: a hexadecimal digit each."""
    return "".join(f"{answer:x}" for answer in answers.values())


@pytest.fixture
def database(empty_url):
    with closing(Database(database_url(empty_url))) as opened:
        yield opened


@pytest.fixture
def first_revision(database):
    """A database of the first revision, with a room in which six people have shared."""
    with database.writing() as connection:
        with Operations.context(MigrationContext.configure(connection)):
            rooms_0001.upgrade()
        connection.exec_driver_sql(f"CREATE TABLE {VERSION_TABLE} (version_num VARCHAR(32))")
        connection.execute(VERSION.insert().values(version_num="0001"))
        connection.execute(
            text(
                "INSERT INTO rooms (code, title, key_hash, instrument_id, "
                "instrument_version, published, created, expires, capacity, closed, picture, "
                "version, picture_version) VALUES ('BCDFGH', 'Old room', :key, "
                "'careerpath-15', '1.0.0', :cuts, 1800000000, 1900000000, 500, false, 'hidden', "
                "8, 7)"
            ),
            {
                "key": key_hash("KEY"),
                "cuts": '{"management_below": 50, "mastery_above": 100}',
            },
        )
        connection.execute(
            text("INSERT INTO instruments VALUES ((SELECT id FROM rooms), :toml)"),
            {"toml": INSTRUMENT.to_toml()},
        )
        connection.execute(
            text(
                "INSERT INTO participants VALUES ((SELECT id FROM rooms), :token, 'finished', "
                ":answers)"
            ),
            [
                {"token": f"{number:064}", "answers": packed(answers)}
                for number, answers in enumerate(PEOPLE)
            ],
        )
    return database


def test_the_revisions_form_one_line_up_to_the_newest():
    scripts = ScriptDirectory(str(MIGRATIONS), version_locations=[str(MIGRATIONS)])
    assert scripts.get_heads() == [NEWEST]
    assert [each.revision for each in scripts.walk_revisions()] == [
        f"000{number}" for number in range(5, 0, -1)
    ]


def test_an_empty_database_gets_the_tables_that_the_store_expects(database):
    assert upgrade(database)
    assert not upgrade(database)
    with database.reading() as connection:
        assert revision_of(connection) == NEWEST
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        assert compare_metadata(context, metadata) == []


def test_a_migration_from_the_first_revision_keeps_everything(first_revision, empty_url, clock):
    with closing(open_store(empty_url, clock=clock)) as store:
        assert store.room("BCDFGH").title == "Old room"
        assert store.authenticate("BCDFGH", "key")
        assert store.instrument("BCDFGH") == INSTRUMENT
        assert store.counts("BCDFGH") == Counts(
            joined=6, answering=0, shared=6, waiting=0, version=8
        )
        kept = store.answers("BCDFGH").to_dict("records")
        assert kept == PEOPLE  # in the order of their tokens, which stay
        store.freeze_room("BCDFGH")
        for number in range(5):
            store.add_response("BCDFGH", PEOPLE[0], submission_id=f"new {number}")
        assert store.counts("BCDFGH").waiting == 5
        store.reveal_room("BCDFGH")
        assert store.tally("BCDFGH").count == 11
    with first_revision.reading() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        assert compare_metadata(context, metadata) == []


def test_participants_without_a_room_do_not_stop_an_upgrade(first_revision, empty_url, clock):
    checks = "PRAGMA foreign_keys" if first_revision.is_sqlite else "SET session_replication_role"
    off, on = ("OFF", "ON") if first_revision.is_sqlite else ("replica", "origin")
    with first_revision.alone() as connection:
        connection.exec_driver_sql(f"{checks} = {off}")
        connection.exec_driver_sql(
            "INSERT INTO participants VALUES (99, 'token', 'finished', '012345678901234')"
        )
        connection.exec_driver_sql(f"{checks} = {on}")
    with closing(open_store(empty_url, clock=clock)) as store:
        assert store.answers("BCDFGH").to_dict("records") == PEOPLE
    if first_revision.is_sqlite:
        (problem,) = check_database(empty_url).problems
        assert "1 participants belong to no room" in problem


def test_an_upgrade_that_fails_changes_nothing(first_revision, monkeypatch):
    def fails():
        raise RuntimeError

    with first_revision.reading() as connection:
        before = connection.exec_driver_sql("SELECT * FROM participants").all()
    monkeypatch.setattr("alembic.op.add_column", lambda *_: fails())
    with pytest.raises(RuntimeError):
        upgrade(first_revision)
    with first_revision.reading() as connection:
        assert revision_of(connection) == "0001"
        assert connection.exec_driver_sql("SELECT * FROM participants").all() == before


def test_a_newer_database_is_refused_and_not_changed(empty_url, database):
    upgrade(database)
    with database.writing() as connection:
        connection.execute(VERSION.update().values(version_num="9999"))
    with pytest.raises(StoreError, match=r"written by a newer careerpath \(revision '9999'"):
        open_store(empty_url)
    with database.reading() as connection:
        assert revision_of(connection) == "9999"


# Revision 0004: answers as lists of numbers


WIDE = Instrument.plain(
    ["a", "b", "c"], maximum=0.4, step=0.001, management_below=0.3, mastery_above=1
)


def test_packed_answers_become_lists_whether_shown_or_waiting(database):
    rows = [
        ("BCDFGH", INSTRUMENT, "0123456789a0123", "a" * 15),
        ("JKMNPQ", WIDE, "00019010f", None),
        ("RSTVWX", WIDE, None, "000001190"),
        ("YZYZYZ", WIDE, None, None),
    ]
    with database.writing() as connection:
        with Operations.context(MigrationContext.configure(connection)):
            for revision in (rooms_0001, waiting_answers_0002, attempts_0003):
                revision.upgrade()
        for number, (code, instrument, answers, waiting) in enumerate(rows):
            values = {"id": number + 1, "code": code, "toml": instrument.to_toml()}
            values |= {"answers": answers, "waiting": waiting, "token": f"{number:064}"}
            connection.execute(
                text(
                    "INSERT INTO rooms VALUES (:id, :code, 'Room', 'key', 'own', '1', '{}', NULL, "
                    "0, 0, 500, false, 'frozen', 1, 1)"
                ),
                values,
            )
            connection.execute(text("INSERT INTO instruments VALUES (:id, :toml)"), values)
            connection.execute(
                text(
                    "INSERT INTO participants VALUES (:id, :token, 'finished', :answers, :waiting)"
                ),
                values,
            )
        with Operations.context(MigrationContext.configure(connection)):
            answer_lists_0004.upgrade()
        found = connection.execute(select(participants).order_by(participants.c.room_id)).all()
    assert [(row.answers, row.waiting) for row in found] == [
        ([*range(11), 0, 1, 2, 3], [10] * 15),
        ([0, 400, 271], None),
        (None, [0, 1, 400]),
        (None, None),
    ]
    with database.reading() as connection:
        empty = "SELECT count(*) FROM participants WHERE answers IS NULL AND waiting IS NULL"
        assert connection.exec_driver_sql(empty).scalar_one() == 1


def test_postgresql_keeps_no_samples_of_answers(postgres_url):
    """Samples in its statistics would survive the deletion of the answers."""
    with (
        new_database(postgres_url) as url,
        closing(open_store(url)) as store,
        store.database.reading() as connection,
    ):
        sampled = connection.exec_driver_sql(
            "SELECT attname FROM pg_attribute WHERE attrelid = 'participants'::regclass "
            "AND attnum > 0 AND NOT attisdropped AND coalesce(attstattarget, -1) <> 0"
        )
        assert set(sampled.scalars()) == {"room_id", "phase"}
