"""Each test of the store runs on SQLite and on a real PostgreSQL."""

from contextlib import closing

import pytest

from careerpath import open_store


class Clock:
    """A clock that the tests move."""

    now = 1_800_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(autouse=True)
def vacuums_without_a_pause(monkeypatch):
    monkeypatch.setattr("careerpath.room.store.database.BETWEEN_VACUUMS", 0)


@pytest.fixture
def store(url, clock):
    with closing(open_store(url, clock=clock)) as opened:
        yield opened
