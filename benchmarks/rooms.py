"""How fast a room's database takes responses, and a coach's page shows them.

Counts the responses a second that SQLite and PostgreSQL take through the store. For comparison, the
same rows go into a similar table by bare inserts through ``sqlite3`` and psycopg, one transaction
each and equally durable, in turns. Then measures how long a coach's page takes from one more
response until all of its traits, including its pictures, are new. Prints two Markdown tables::

    python benchmarks/rooms.py
    python benchmarks/rooms.py --postgres postgresql://user@host/name
    python benchmarks/rooms.py --rounds 3 --people 200 20000

It writes to the given database: into its own tables, which are dropped, and into rooms, which are
deleted. Exits with status 1 if a goal is missed.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import os
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import insert

from careerpath import Store, load_instrument, open_store
from careerpath.room.room import Progress
from careerpath.room.store.shared_answers import steps_of
from careerpath.room.store.tables import participants

INSTRUMENT = load_instrument()
TIMES_SLOWER = 4.0
"""Goal: a response through the store takes no longer than this many bare inserts."""
GOALS = {200: 0.050, 2_000: 0.150}
"""Goals for a refresh, in seconds, by the number of people."""
RESPONSES = 400
"""Responses in each round: a room that is nearly full."""
TABLE = "bare_responses"
COLUMNS = """room_id integer not null references bare_rooms (id) on delete cascade,
    token varchar(64) not null, phase varchar(10) not null, answers json, waiting json,
    primary key (room_id, token)"""
ROOMS = "CREATE TABLE bare_rooms (id integer primary key)"
ROOM = "INSERT INTO bare_rooms VALUES (1)"
Insert = Callable[[str, str], None]


def answers_of(number: int) -> dict[str, int]:
    """Make up a person's answers."""
    return {
        name: (number * 7 + place * place) % 11 for place, name in enumerate(INSTRUMENT.item_ids)
    }


def token_of(number: int) -> str:
    """Make up the digest of a token."""
    return hashlib.sha256(str(number).encode()).hexdigest()


@contextmanager
def bare_sqlite(folder: Path) -> Iterator[Insert]:
    """Open a file for bare inserts, with the settings of the store's."""
    with closing(sqlite3.connect(folder / "bare.db", isolation_level=None)) as connection:
        for pragma in ("journal_mode = WAL", "foreign_keys = ON", "secure_delete = ON"):
            connection.execute(f"PRAGMA {pragma}")
        for statement in (ROOMS, ROOM, f"CREATE TABLE {TABLE} ({COLUMNS}) WITHOUT ROWID"):
            connection.execute(statement)

        def put(token: str, stored: str) -> None:
            connection.execute("BEGIN IMMEDIATE")
            row = (1, token, "finished", stored, None)
            connection.execute(f"INSERT INTO {TABLE} VALUES (?, ?, ?, ?, ?)", row)  # noqa: S608
            connection.execute("COMMIT")

        yield put


@contextmanager
def bare_postgresql(url: str) -> Iterator[Insert]:
    """Open a table for bare inserts."""
    import psycopg

    with psycopg.connect(url) as connection:
        for statement in (ROOMS, ROOM, f"CREATE TABLE {TABLE} ({COLUMNS})"):
            connection.execute(statement)
        connection.commit()

        def put(token: str, stored: str) -> None:
            row = (1, token, "finished", stored, None)
            connection.execute(f"INSERT INTO {TABLE} VALUES (%s, %s, %s, %s, %s)", row)  # noqa: S608
            connection.commit()

        try:
            yield put
        finally:
            connection.rollback()
            connection.execute(f"DROP TABLE {TABLE}, bare_rooms")
            connection.commit()


def per_second(count: int, put: Callable[[int], object], first: int) -> float:
    """Put this many and return the rate per second."""
    started = time.perf_counter()
    for number in range(first, first + count):
        put(number)
    return count / (time.perf_counter() - started)


def compare(name: str, store: Store, bare: Insert, *, rounds: int, count: int) -> tuple[str, bool]:
    """Put responses in turns and return the medians as a row of the table."""
    ours: list[float] = []
    theirs: list[float] = []
    answers = [answers_of(number) for number in range(count)]
    stored = [json.dumps(steps_of(INSTRUMENT, each)) for each in answers]
    # Rooms are deleted at the end: SQLite writes more slowly to a log that was just emptied.
    codes = [store.create_room("Benchmark", INSTRUMENT).code for _ in range(rounds + 1)]
    for turn, code in enumerate(codes):
        first = turn * count

        def put_bare(number: int, first: int = first) -> None:
            bare(token_of(number), stored[number - first])

        def put(number: int, first: int = first, code: str = code) -> None:
            given = answers[number - first]
            store.add_response(code, given, submission_id=f"person {number}")

        a_second = per_second(count, put_bare, first), per_second(count, put, first)
        if turn:  # the first one warms up
            theirs.append(a_second[0])
            ours.append(a_second[1])
    for code in codes:
        store.delete_room(code)
    slower = statistics.median(theirs) / statistics.median(ours)
    rates = (f"{statistics.median(each):,.0f}" for each in (theirs, ours))
    return f"| {name} | {' | '.join(rates)} | {slower:.1f} |", slower <= TIMES_SLOWER


def fill(store: Store, code: str, people: int) -> None:
    """Insert many at once without the store, because only the reading is measured."""
    with store.database.writing() as connection:
        room = connection.exec_driver_sql("SELECT max(id) FROM rooms").scalar_one()
        for start in range(0, people, 10_000):
            rows = [
                {
                    "room_id": room,
                    "token": token_of(number),
                    "phase": Progress.FINISHED,
                    "answers": steps_of(INSTRUMENT, answers_of(number)),
                }
                for number in range(start, min(start + 10_000, people))
            ]
            connection.execute(insert(participants), rows)
    store.reveal_room(code)


def refreshes(name: str, store: Store, *, people: int, rounds: int) -> tuple[str, bool]:
    """Measure a coach's page and return a row of the table."""
    from careerpath.room.coach.view import RoomScreen

    opened = store.create_room("Benchmark", INSTRUMENT, capacity=1_000_000)
    fill(store, opened.code, people)
    screen = RoomScreen(INSTRUMENT, open_store=lambda: store)
    shown: list[float] = []
    nothing: list[float] = []

    async def watch() -> None:
        await screen.model.open(opened.code, opened.coach_key)
        for number in range(rounds + 1):
            store.add_response(opened.code, answers_of(number), submission_id=f"late {number}")
            started = time.perf_counter()
            await screen.model.refresh()
            middle = time.perf_counter()
            await screen.model.refresh()
            if number:
                shown.append(middle - started)
                nothing.append(time.perf_counter() - middle)
        counts = screen.model.counts
        if counts is None or counts.shared != people + rounds + 1:
            sys.exit("The page has not received all responses.")

    asyncio.run(watch())
    store.delete_room(opened.code)
    goal = GOALS.get(people)
    cells = [
        name,
        f"{people:,}",
        *(f"{1000 * statistics.median(e):.1f} ms" for e in (shown, nothing)),
    ]
    cells += [f"{1000 * max(shown):.1f} ms", f"under {1000 * goal:.0f} ms" if goal else "-"]
    return f"| {' | '.join(cells)} |", goal is None or statistics.median(shown) < goal


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--postgres", metavar="URL", help="without it, only SQLite is measured")
    parser.add_argument("--rounds", type=int, default=5, metavar="N")
    parser.add_argument(
        "--responses", type=int, default=RESPONSES, metavar="N", help="in each round"
    )
    parser.add_argument("--people", type=int, nargs="*", default=list(GOALS), metavar="N")
    return parser.parse_args()


def main() -> int:
    """Measure and print; return 1 if a goal is missed."""
    given = arguments()
    rates, pages = [], []
    with tempfile.TemporaryDirectory(prefix="careerpath-") as name:
        folder = Path(name)
        databases = {"SQLite": f"sqlite:///{folder / 'rooms.db'}"}
        if given.postgres:
            databases["PostgreSQL"] = given.postgres
        for kind, url in databases.items():
            bare = bare_sqlite(folder) if kind == "SQLite" else bare_postgresql(url)
            with closing(open_store(url)) as store, bare as put:
                print(f"{kind}: responses ...", file=sys.stderr, flush=True)
                amounts = {"rounds": given.rounds, "count": given.responses}
                rates.append(compare(kind, store, put, **amounts))
                for people in given.people:
                    print(f"{kind}: {people:,} people ...", file=sys.stderr, flush=True)
                    pages.append(refreshes(kind, store, people=people, rounds=given.rounds))
    print("| database | bare inserts a second | responses a second | times slower |")
    print("|---|--:|--:|--:|")
    print("\n".join(row for row, _ in rates))
    print("\n| database | people | refresh with one more | with nothing new | slowest | goal |")
    print("|---|--:|--:|--:|--:|--:|")
    print("\n".join(row for row, _ in pages))
    print(f"\n{os.cpu_count()} cores, medians of {given.rounds} rounds.")
    print(f"    python benchmarks/rooms.py {' '.join(sys.argv[1:])}")
    return 0 if all(well for _, well in rates + pages) else 1


if __name__ == "__main__":
    sys.exit(main())
