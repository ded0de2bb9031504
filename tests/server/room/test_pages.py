"""Many real pages in one room: two servers, and a kernel and a socket for each phone."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing

import pandas as pd
import pytest
from kit.participants import answers_of
from kit.postgresql import PostgresServer, find_programs
from kit.server_process import ServerProcess

from careerpath import Tally, load_instrument, open_store

INSTRUMENT = load_instrument()
PHONES = 12


class Phone:
    """One page of the assessment with what its browser keeps: the code and a token."""

    def __init__(self, server, code, number):
        self.token = f"{number:032x}"
        self.code = code
        self.answers = answers_of(INSTRUMENT, number)
        self.socket = server.connect(server.kernel_of("assessment"))
        states = self.socket.widget_states()
        (self.session,) = [each for each, has in states.items() if "looked" in has["state"]]

    def send(self, **content):
        data = {"method": "custom", "content": content}
        self.socket.send("comm_msg", {"comm_id": self.session, "data": data})

    def hear(self, name):
        """Wait for the page's next message of that name."""

        def is_it(message):
            data = message["content"].get("data") or {}
            return data.get("method") == "custom" and name in data["content"]

        return self.socket.wait_for(is_it)["content"]["data"]["content"][name]

    def join(self):
        self.send(join={"code": self.code, "token": self.token, "shared": None})
        self.hear("joined")

    def share(self):
        """Tap twice; send the answers again if they have not arrived, as the browser does."""
        wanted = {"code": self.code, "token": self.token, "answers": self.answers}
        for _ in range(2):
            outcome = "later"
            while outcome == "later":
                self.send(share=wanted)
                outcome = self.hear("settled")["outcome"]
            assert outcome == "shared"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.__exit__(None, None, None)


def expected(numbers):
    return Tally.of(pd.DataFrame([answers_of(INSTRUMENT, each) for each in numbers]), INSTRUMENT)


@pytest.fixture
def servers(url):
    """Two servers, as behind one proxy."""
    environment = {"CAREERPATH_DATABASE_URL": url}
    with ExitStack() as stack:
        yield [stack.enter_context(ServerProcess(environment=environment)) for _ in range(2)]


def visit(phones, *, stack, servers, code):
    """Open this many phones at the same time, half of them at each server, and join."""

    def come(number):
        phone = stack.enter_context(Phone(servers[number % len(servers)], code, number))
        phone.join()
        return phone

    with ThreadPoolExecutor(phones) as pool:
        return list(pool.map(come, range(phones)))


def test_pages_of_two_servers_fill_one_room(url, servers):
    with closing(open_store(url)) as store:
        code = store.create_room("Full house", INSTRUMENT, capacity=PHONES).code
        with ExitStack() as stack:
            phones = visit(PHONES, stack=stack, servers=servers, code=code)
            assert store.counts(code).joined == PHONES
            with ThreadPoolExecutor(PHONES) as pool:
                list(pool.map(Phone.share, phones))
        counts = store.counts(code)
        assert (counts.joined, counts.shared, counts.answering) == (PHONES, PHONES, 0)
        assert store.tally(code) == expected(range(PHONES))


def test_pages_share_again_when_their_database_is_back(request):
    programs = find_programs()
    if programs is None:
        request.getfixturevalue("postgres_url")  # skips with a reason, or fails
        pytest.skip("a given database is not ours to restart")
    with ExitStack() as stack:
        database = stack.enter_context(PostgresServer(programs))
        store = stack.enter_context(closing(open_store(database.url)))
        code = store.create_room("Full house", INSTRUMENT).code
        environment = {"CAREERPATH_DATABASE_URL": database.url}
        server = stack.enter_context(ServerProcess(environment=environment))
        phones = visit(6, stack=stack, servers=[server], code=code)
        phones[0].share()
        database.stop(at_once=True)
        with ThreadPoolExecutor(6) as pool:
            sharing = [pool.submit(phone.share) for phone in phones]
            database.start()
            for each in sharing:
                each.result()
        assert store.counts(code).shared == 6
        assert store.tally(code) == expected(range(6))
