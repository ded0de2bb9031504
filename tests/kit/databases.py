"""Fixtures: databases of one's own, on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import os
import shutil

import pytest
from kit.postgresql import PostgresServer, find_programs, new_database

from careerpath import open_store

GIVEN = "CAREERPATH_TEST_DATABASE_URL"


@pytest.fixture(scope="session")
def postgres_url():
    """A PostgreSQL server where tests may create databases: a given one, or one started here."""
    if os.environ.get(GIVEN):
        yield os.environ[GIVEN]
        return
    programs = find_programs()
    if programs is None:
        said = f"no PostgreSQL here: install it (tools/ensure_postgres.sh) or set {GIVEN}"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(said)
    with PostgresServer(programs) as server:
        yield server.url


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request):
    """The kind of database: each test of the store runs on both."""
    return request.param


@pytest.fixture
def empty_url(kind, request, tmp_path):
    """A database without tables."""
    if kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'rooms.db'}"
        return
    with new_database(request.getfixturevalue("postgres_url")) as created:
        yield created


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory):
    """A file with the newest tables and no rooms."""
    file = tmp_path_factory.mktemp("migrated") / "rooms.db"
    open_store(f"sqlite:///{file}").close()
    return file


@pytest.fixture(scope="session")
def migrated_postgres(postgres_url):
    """A database with the newest tables and no rooms."""
    with new_database(postgres_url) as created:
        open_store(created).close()
        yield created


@pytest.fixture
def url(kind, request, tmp_path):
    """A database with the newest tables and no rooms: a copy, because migrating takes longer."""
    if kind == "sqlite":
        copy = shutil.copy(request.getfixturevalue("migrated_sqlite"), tmp_path / "rooms.db")
        yield f"sqlite:///{copy}"
        return
    template = request.getfixturevalue("migrated_postgres")
    with new_database(request.getfixturevalue("postgres_url"), template=template) as created:
        yield created
