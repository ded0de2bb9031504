"""A process full of participants: ``python participants.py URL CODE FIRST COUNT THREADS [KILL]``.

Each one joins, answers, shares, and shares again, like a browser without a reply; if the database
does not answer, it tries again with the same submission id. A line is printed for each one who was
told that the answers arrived. KILL says when the process ends itself without a word: "before" or
"in" the commit of a response, or "after" it, before anybody is told.
"""

import os
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import Connection

from careerpath import open_store
from careerpath.room.room import Progress, StoreUnavailableError

PAUSE = 0.05


def answers_of(instrument, number):
    return {
        name: (number * 7 + place * place) % 11 for place, name in enumerate(instrument.item_ids)
    }


def insist(call):
    """Call until the database answers."""
    while True:
        try:
            return call()
        except StoreUnavailableError:
            time.sleep(PAUSE)


def take_part(store, code, number):
    token = f"participant {number}"
    answers = answers_of(insist(lambda: store.instrument(code)), number)
    insist(lambda: store.touch(code, token))
    insist(lambda: store.touch(code, token, progress=Progress.ANSWERING))
    insist(lambda: store.add_response(code, answers, submission_id=token))
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()
    insist(lambda: store.add_response(code, answers, submission_id=token))


def end():
    os.kill(os.getpid(), signal.SIGKILL)


def die_in_commit(store, *, sent):
    """End the process at the next commit: before it is sent, or just after."""

    def commit(connection):
        if sent and not store.database.is_sqlite:
            connection.connection.driver_connection.pgconn.send_query(b"COMMIT")
        end()

    Connection.commit = commit


def main(url, code, first, count, threads, kill=""):
    store = insist(lambda: open_store(url))
    numbers = range(int(first), int(first) + int(count))
    with ThreadPoolExecutor(int(threads)) as pool:
        list(pool.map(lambda number: take_part(store, code, number), numbers))
    if kill:
        number = int(first) + int(count)
        answers = answers_of(store.instrument(code), number)
        if kill != "after":
            die_in_commit(store, sent=kill == "in")
        store.add_response(code, answers, submission_id=f"participant {number}")
        end()


if __name__ == "__main__":
    main(*sys.argv[1:])
