"""200 people in a room at once, killed processes, and a restart of the database."""

import signal
import subprocess
import sys
from contextlib import ExitStack, closing

import pandas as pd
import pytest
from kit import participants
from kit.participants import answers_of
from kit.postgresql import PostgresServer, find_programs

from careerpath import Tally, load_instrument, open_store
from careerpath.room.room import Outcome, StoreUnavailableError

INSTRUMENT = load_instrument()
ROOM = 200
PROCESSES = 2
THREADS = 25
LONGEST = 120


class Crowd:
    """Processes with many participants each."""

    def __init__(self, url, code, *, people=ROOM, processes=PROCESSES, threads=THREADS, kill=""):
        share = people // processes
        self.processes = [
            subprocess.Popen(
                [sys.executable, participants.__file__, url, code]
                + [str(each) for each in (first, share, threads, kill)],
                stdout=subprocess.PIPE,
                text=True,
            )
            for first in range(0, people, share)
        ]

    def wait(self):
        """The numbers of those who were told that their answers arrived."""
        told = []
        for process in self.processes:
            told += map(int, process.stdout.read().split())
            assert process.wait(timeout=LONGEST) in (0, -signal.SIGKILL)
        return told

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in self.processes:
            process.kill()
            process.wait()
            process.stdout.close()


def expected(people):
    frame = pd.DataFrame([answers_of(INSTRUMENT, number) for number in people])
    return Tally.of(frame, INSTRUMENT)


@pytest.fixture
def store(url):
    """Rooms in a real database; each test runs on SQLite and on PostgreSQL."""
    with closing(open_store(url)) as opened:
        yield opened


@pytest.fixture
def code(store):
    return store.create_room("Full house", INSTRUMENT, capacity=ROOM).code


def test_200_people_at_once_are_each_counted_once(store, url, code):
    with Crowd(url, code) as crowd:
        told = crowd.wait()
    assert sorted(told) == list(range(ROOM))
    counts = store.counts(code)
    assert (counts.joined, counts.shared, counts.answering) == (ROOM, ROOM, 0)
    assert store.tally(code) == expected(range(ROOM))


@pytest.mark.parametrize("kill", ["before", "in", "after"])
def test_a_process_killed_in_a_commit_loses_no_confirmed_response(store, url, code, kill):
    people = 10
    with Crowd(url, code, people=people, processes=1, threads=4, kill=kill) as crowd:
        told = crowd.wait()
        assert crowd.processes[0].returncode == -signal.SIGKILL
    assert sorted(told) == list(range(people))
    assert store.counts(code).shared - people in {"before": (0,), "in": (0, 1), "after": (1,)}[kill]
    # The browser sends again what was not confirmed.
    again = answers_of(INSTRUMENT, people)
    outcome = store.add_response(code, again, submission_id=f"participant {people}")
    assert outcome in (Outcome.ADDED, Outcome.UNCHANGED)
    assert store.tally(code) == expected(range(people + 1))


def test_a_process_killed_at_any_time_loses_no_confirmed_response(store, url, code):
    told = []
    for first_words in (1, 5, 15):
        with Crowd(url, code, people=40, processes=1, threads=8) as crowd:
            (process,) = crowd.processes
            told += [int(process.stdout.readline()) for _ in range(first_words)]
            process.kill()
            process.wait()
    assert store.counts(code).shared >= len(set(told))
    with Crowd(url, code, people=40) as crowd:
        crowd.wait()
    assert store.tally(code) == expected(range(40))


def test_a_crash_of_postgresql_loses_no_confirmed_response(request):
    programs = find_programs()
    if programs is None:
        request.getfixturevalue("postgres_url")  # skips with a reason, or fails
        pytest.skip("a given database is not ours to restart")
    with ExitStack() as stack:
        server = stack.enter_context(PostgresServer(programs))
        store = stack.enter_context(closing(open_store(server.url)))
        code = store.create_room("Full house", INSTRUMENT, capacity=ROOM).code
        crowd = stack.enter_context(Crowd(server.url, code))
        told = [int(crowd.processes[0].stdout.readline()) for _ in range(10)]
        server.stop(at_once=True)
        with pytest.raises(StoreUnavailableError, match="Try again"):
            store.counts(code)
        server.start()
        told += crowd.wait()
        assert sorted(told) == list(range(ROOM))
        assert store.counts(code).shared == ROOM
        assert store.tally(code) == expected(range(ROOM))


def test_many_can_open_an_empty_database_at_once(empty_url):
    opening = f"from careerpath import open_store; open_store({empty_url!r}).close()"
    processes = [
        subprocess.Popen([sys.executable, "-c", opening], stderr=subprocess.PIPE, text=True)
        for _ in range(6)
    ]
    assert [process.communicate(timeout=LONGEST)[1] for process in processes] == [""] * 6
    assert [process.returncode for process in processes] == [0] * 6
    with closing(open_store(empty_url)) as store:
        assert store.rooms() == []
