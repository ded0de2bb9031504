"""PostgreSQL falls silent: its processes stand still and close nothing."""

import os
import signal
import time
from contextlib import closing

import psycopg
import pytest

from careerpath import open_store
from careerpath.room.room import StoreUnavailableError


@pytest.fixture
def kind():
    return "postgresql"


@pytest.fixture
def stop(url):
    """Stop the processes that answer all others, and let them go on in the end."""
    stopped = set()

    def stop():
        with psycopg.connect(url) as connection:
            for (process,) in connection.execute(
                "SELECT pid FROM pg_stat_activity WHERE datname = current_database() "
                "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
            ).fetchall():
                os.kill(process, signal.SIGSTOP)
                stopped.add(process)
        return len(stopped)

    yield stop
    for process in stopped:
        os.kill(process, signal.SIGCONT)


def ask_in_silence(store, stop):
    with store.database.reading() as connection:
        assert stop() > 0
        connection.exec_driver_sql("SELECT 1")


def test_a_silent_database_is_given_up_and_then_asked_again(url, stop, monkeypatch):
    monkeypatch.setattr("careerpath.room.store.database.SILENCE", 1)
    with closing(open_store(url)) as store:
        code = store.create_room("Lisbon workshop").code
        begun = time.monotonic()
        assert stop() > 0
        # A connection that is silent before it is asked anything is replaced.
        assert store.room(code).title == "Lisbon workshop"
        with pytest.raises(StoreUnavailableError, match="it has not answered for 1 seconds"):
            ask_in_silence(store, stop)
        assert store.room(code).title == "Lisbon workshop"
        assert time.monotonic() - begun < 10


def test_a_statement_that_takes_too_long_is_given_up(url, monkeypatch):
    monkeypatch.setattr("careerpath.room.store.database.STATEMENT_PATIENCE", 1)
    with closing(open_store(url)) as store:
        code = store.create_room("Lisbon workshop").code
        with psycopg.connect(url) as other:
            other.execute("SELECT * FROM rooms FOR UPDATE")
            with pytest.raises(StoreUnavailableError, match="statement timeout"):
                store.reveal_room(code)
        store.reveal_room(code)
        assert store.room(code).revealed


def test_keepalives_notice_a_network_that_is_gone(url):
    with closing(open_store(url)) as store, store.database.alone() as connection:
        options = connection.connection.driver_connection.info.get_parameters()
        wanted = {"keepalives_idle": "5", "tcp_user_timeout": "10000", "connect_timeout": "10"}
        assert wanted.items() <= options.items()
