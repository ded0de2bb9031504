"""Databases for the tests of the store: SQLite, and a real PostgreSQL."""

from __future__ import annotations

import os
import secrets
from contextlib import closing

import pytest
from kit.postgresql import PostgresServer, find_programs, schema

from careerpath import open_store

GIVEN = "CAREERPATH_TEST_DATABASE_URL"


@pytest.fixture(scope="session")
def postgres_url():
    """A PostgreSQL database that the tests may use: a given one, or one that they start."""
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
def url(request, tmp_path):
    """An empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'rooms.db'}"
        return
    server = request.getfixturevalue("postgres_url")
    with schema(server, f"test_{secrets.token_hex(8)}") as made:
        yield made


class Clock:
    """A time that the tests move."""

    now = 1_800_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def store(url, clock):
    with closing(open_store(url, clock=clock)) as opened:
        yield opened
