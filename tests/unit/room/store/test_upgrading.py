"""A database's way from nothing, or from an older careerpath, to today's tables."""

from contextlib import closing

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import column, table, text

from careerpath import load_instrument, open_store
from careerpath.room.entities import Counts, StoreError
from careerpath.room.store.codes_and_keys import key_hash
from careerpath.room.store.database import Database, database_url
from careerpath.room.store.maintenance import (
    MIGRATIONS,
    NEWEST,
    VERSION_TABLE,
    revision_of,
    upgrade,
)
from careerpath.room.store.migrations import rooms_0001
from careerpath.room.store.packing import pack
from careerpath.room.store.tables import metadata

VERSION = table(VERSION_TABLE, column("version_num"))
INSTRUMENT = load_instrument()
PEOPLE = [dict.fromkeys(INSTRUMENT.item_ids, number) for number in range(6)]


@pytest.fixture
def database(url):
    with closing(Database(database_url(url))) as opened:
        yield opened


@pytest.fixture
def first_revision(database):
    """A database as the first revision left it, with a room in which six have shared."""
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
                {"token": f"{number:064}", "answers": pack(INSTRUMENT, answers)}
                for number, answers in enumerate(PEOPLE)
            ],
        )
    return database


def test_the_newest_revision_is_the_last_of_one_line():
    scripts = ScriptDirectory(str(MIGRATIONS), version_locations=[str(MIGRATIONS)])
    assert scripts.get_heads() == [NEWEST]
    assert [each.revision for each in scripts.walk_revisions()] == ["0003", "0002", "0001"]


def test_an_empty_database_gets_the_tables_that_the_store_expects(database):
    assert upgrade(database)
    assert not upgrade(database)
    with database.reading() as connection:
        assert revision_of(connection) == NEWEST
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        assert compare_metadata(context, metadata) == []


def test_a_filled_older_database_keeps_all_that_is_in_it(first_revision, url, clock):
    with closing(open_store(url, clock=clock)) as store:
        assert store.room("BCDFGH").title == "Old room"
        assert store.authenticate("BCDFGH", "key")
        assert store.instrument("BCDFGH") == INSTRUMENT
        assert store.counts("BCDFGH") == Counts(
            joined=6, answering=0, shared=6, waiting=0, version=8
        )
        store.freeze_room("BCDFGH")
        store.add_response("BCDFGH", PEOPLE[0], submission_id="new")
        assert store.counts("BCDFGH").waiting == 1
        store.reveal_room("BCDFGH")
        assert store.tally("BCDFGH").count == 7
    with first_revision.reading() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        assert compare_metadata(context, metadata) == []


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


def test_a_newer_database_is_left_alone(url, database):
    upgrade(database)
    with database.writing() as connection:
        connection.execute(VERSION.update().values(version_num="9999"))
    with pytest.raises(StoreError, match=r"written by a newer careerpath \(revision '9999'"):
        open_store(url)
    with database.reading() as connection:
        assert revision_of(connection) == "9999"
