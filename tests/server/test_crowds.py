"""Many at once: the pool, the queue, and the limits."""

import http.client
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from kit.server_process import ServerProcess, kernel_in, until, write_notebook

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
#: A refill after a second without arrivals.
SOON = {"quiet": 1.0, "watch": 1}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pages that start fast, and one that takes a while."""
    folder = tmp_path_factory.mktemp("notebooks")
    write_notebook(folder / "assessment.ipynb", "import ipywidgets; ipywidgets.IntSlider()")
    write_notebook(folder / "slow.ipynb", "import time; time.sleep(1.5); print('at last')")
    return folder


@contextmanager
def one_core() -> Iterator[None]:
    """Processes that are started meanwhile have one core, so starts happen one at a time."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


class Reader(threading.Thread):
    """Somebody who opens a page and reads until its end, or leaves."""

    def __init__(self, server: ServerProcess, page: str, *, comes_from: str = "") -> None:
        super().__init__(daemon=True)
        address = urlsplit(server.url)
        headers = {"X-Forwarded-For": comes_from} if comes_from else {}
        self.connection = http.client.HTTPConnection(address.netloc, timeout=60)
        self.connection.request("GET", f"{address.path}{page}", headers=headers)
        self.text = ""
        self.start()

    def run(self) -> None:
        left = suppress(http.client.IncompleteRead)
        with left, closing(self.connection), self.connection.getresponse() as answer:
            while piece := answer.read1():
                self.text += piece.decode()
        self.ended = time.monotonic()

    def leave(self) -> None:
        """Close the tab."""
        assert self.connection.sock is not None
        self.connection.sock.shutdown(socket.SHUT_RDWR)
        self.join(10)


def come_in_turn(server: ServerProcess, count: int) -> list[Reader]:
    """Readers of the slow page, each after the server has seen the one before."""
    readers: list[Reader] = []
    while len(readers) < count:
        readers.append(Reader(server, "slow"))
        until(lambda: server.health()["visitors"] == len(readers), "the server has seen them")
    return readers


# The pool


def test_a_page_made_ahead_is_there_at_once_and_is_made_again(folder):
    with ServerProcess(folder, ("--room-size", "2"), timing=SOON) as server:
        sentence = r"^a visitor takes \d+ MB; 2 visitors: \d+ MB of .* available$"
        until(lambda: re.search(sentence, server.said, re.MULTILINE) is not None, "it is said")
        server.wait_until_ready()
        until(lambda: "ready for 2" in server.said, "it says so")
        assert server.health() == {"status": "ok", "ready": True, "visitors": 0, "pool": 2}

        started = time.monotonic()
        kernels = [server.kernel_of("assessment") for _ in range(2)]
        assert time.monotonic() - started < 0.5
        assert server.health()["visitors"] == 2
        assert [" start=pooled " in line for line in server.events("opened", at_least=2)] == [
            True,
            True,
        ]

        until(lambda: server.health()["pool"] == 2, "the pool is full again")
        kernels.append(server.kernel_of("assessment"))
        assert len(set(kernels)) == 3
        for kernel in kernels:
            with server.connect(kernel) as page:
                assert page.kernel_answers()
                assert page.widget_states()


def test_a_page_that_waited_long_in_the_pool_works_and_its_time_begins_now(folder):
    timing = {**SOON, "idle": 3.0}
    with ServerProcess(folder, ("--room-size", "1"), timing=timing) as server:
        server.wait_until_ready()
        time.sleep(5)
        assert server.events("culled") == []
        kernel = server.kernel_of("assessment")
        assert " start=pooled " in server.events("opened", at_least=1)[0]
        with server.connect(kernel) as page:
            assert page.kernel_answers()
            time.sleep(2)
            assert server.lives(kernel)
            # But a page that is open and idle is ended in the end.
            until(lambda: not server.lives(kernel), "it is culled", patience=10)
        assert "reason=idle" in server.events("culled", at_least=1)[0]


@LINUX
def test_a_dead_page_is_never_handed_out_and_is_replaced(folder):
    with ServerProcess(folder, ("--room-size", "2"), timing=SOON) as server:
        server.wait_until_ready()
        server.kill_kernels()
        until(lambda: server.kernel_processes() == [], "they are dead")
        time.sleep(0.3)  # and all their threads
        kernel = server.kernel_of("assessment")
        assert " start=cold " in server.events("opened", at_least=1)[0]
        with server.connect(kernel) as page:
            assert page.kernel_answers()
        until(lambda: server.health()["pool"] == 2, "the pool is full again")
        assert "pooled=True" in server.events("kernel_died", at_least=2)[0]
        with server.connect(server.kernel_of("assessment")) as page:
            assert page.kernel_answers()


def test_whoever_comes_while_the_pool_fills_goes_first(folder):
    with one_core(), ServerProcess(folder, ("--room-size", "8"), timing=SOON) as server:
        readers = [Reader(server, "assessment") for _ in range(3)]
        for each in readers:
            each.join(30)
            assert kernel_in(each.text)
        assert not server.health()["ready"]
        assert server.get("healthz?ready").status == 503
        server.wait_until_ready()
        assert server.health()["pool"] == 8


# The queue


@LINUX
def test_past_the_pool_first_come_first_served_and_the_page_tells(folder):
    with one_core(), ServerProcess(folder, ("--max-visitors", "9")) as server:
        readers = come_in_turn(server, 4)
        # The page is there at once, and says how many are before.
        until(lambda: "2 visitors are before you" in readers[3].text, "the last one is told")
        assert "careerpath-config" not in readers[3].text
        assert '<div class="cp-queue" role="status">' in readers[3].text
        for each in readers:
            each.join(30)
            assert "at last" in each.text
        assert '<div class="cp-queue"' not in readers[0].text
        assert [each.ended for each in readers] == sorted(each.ended for each in readers)
        told = re.findall(r"(\d+) visitors? (?:is|are) before", readers[3].text)
        assert told == sorted(told, reverse=True)
        waited = readers[3].text
        assert waited.index("It is your turn") < waited.index('id="careerpath-outputs"')
        # All that was said of waiting is inside of the skeleton, and goes with it.
        before = waited[
            waited.index('id="careerpath-skeleton"') : waited.index("careerpath-config")
        ]
        assert before.count("</div>") == before.count("<div")


@LINUX
def test_one_address_that_opens_many_pages_does_not_keep_the_others_waiting(folder):
    arguments = ("--max-visitors", "20", "--per-address", "0", "--trusted-proxy", "127.0.0.1")
    with one_core(), ServerProcess(folder, arguments) as server:
        many = [Reader(server, "assessment", comes_from="203.0.113.66") for _ in range(6)]
        until(lambda: server.health()["visitors"] == 6, "all of them stand in line")
        one = Reader(server, "assessment", comes_from="203.0.113.7")
        for each in (*many, one):
            each.join(30)
            assert kernel_in(each.text)
        assert set(re.findall(r"(\d+) visitors? (?:is|are) before", one.text)) <= {"0", "1"}
        assert sum(each.ended > one.ended for each in many) >= 3


@LINUX
def test_whoever_leaves_the_queue_costs_no_kernel(folder):
    with one_core(), ServerProcess(folder, ("--max-visitors", "9")) as server:
        first, second, third = come_in_turn(server, 3)
        until(lambda: "before you" in third.text, "they stand in line")
        assert server.health()["visitors"] == 3
        second.leave()
        until(lambda: server.health()["visitors"] == 2, "the place is free")
        third.join(30)
        assert "at last" in third.text
        assert "at last" in first.text
        assert len(server.events("opened", at_least=2)) == 2
        assert len(server.events("left", at_least=1)) == 1
        assert server.health()["visitors"] == 2


@LINUX
def test_whoever_leaves_while_the_page_is_made_leaves_no_kernel(folder):
    with ServerProcess(folder) as server:
        reader = Reader(server, "slow")
        until(lambda: "careerpath-config" in reader.text, "the kernel is there")
        kernel = kernel_in(reader.text)
        reader.leave()
        until(lambda: not server.lives(kernel), "the kernel has ended", patience=5)
        until(lambda: server.kernel_processes() == [], "the process, too", patience=5)
        assert server.health()["visitors"] == 0
        assert server.events("failure") == []


# The limits


def test_past_the_limit_a_plain_page_and_those_inside_are_unharmed(folder):
    with ServerProcess(folder, ("--max-visitors", "2")) as server:
        kernels = [server.kernel_of("assessment") for _ in range(2)]
        refused = server.get("assessment")
        assert refused.status == 503
        assert int(refused.headers["Retry-After"]) > 0
        assert "All places are taken right now" in refused.text
        # Of somebody else's notebook nobody knows.
        assert "kept" not in refused.text[refused.text.index("<main") :]
        assert "Try again" in refused.text
        assert server.get().status == server.get("healthz").status == 200
        for kernel in kernels:
            with server.connect(kernel) as page:
                assert page.kernel_answers()
        server.get(f"voila/api/shutdown/{kernels[0]}", method="POST")
        assert server.get("assessment").status == 200
        assert [line.split(" ", 2)[2] for line in server.events("refused", at_least=1)] == [
            "refused page=assessment reason=full"
        ]


def test_the_pool_and_the_visitors_together_are_never_more_than_the_limit(folder):
    arguments = ("--room-size", "2", "--max-visitors", "3")
    with ServerProcess(folder, arguments, timing=SOON) as server:
        server.wait_until_ready()
        server.get("assessment")
        until(lambda: server.health()["pool"] == 2, "refilled")
        server.get("slow")
        assert server.health() == {"status": "ok", "ready": True, "visitors": 2, "pool": 1}
        server.get("assessment")
        time.sleep(2)
        assert server.health() == {"status": "ok", "ready": True, "visitors": 3, "pool": 0}


def test_one_address_may_open_so_many_pages_and_no_more(folder):
    arguments = ("--per-address", "2", "--trusted-proxy", "127.0.0.1")
    with ServerProcess(folder, arguments) as server:

        def open_from(address: str) -> int:
            return server.get("assessment", X_Forwarded_For=address).status

        assert [open_from("203.0.113.7") for _ in range(3)] == [200, 200, 429]
        # What a visitor claims stands before what the proxy says.
        assert open_from("198.51.100.1, 203.0.113.7") == 429
        assert open_from("203.0.113.8") == 200
        refused = server.get("assessment", X_Forwarded_For="203.0.113.7")
        assert "Many pages are open from your network" in refused.text
        assert int(refused.headers["Retry-After"]) > 0
        server.stop()
    assert "203.0.113" not in server.said
    assert "reason=address" in server.events("refused", at_least=1)[0]


def test_without_a_trusted_proxy_nobody_is_believed(folder):
    with ServerProcess(folder, ("--per-address", "1")) as server:
        statuses = [
            server.get("assessment", X_Forwarded_For="203.0.113.7").status for _ in range(2)
        ]
        assert statuses == [200, 200]


@pytest.mark.parametrize("option", ["--room-size", "--max-visitors"])
def test_where_the_memory_is_not_there_it_says_what_would_fit(option):
    command = [sys.executable, "-m", "careerpath", "serve", "--port", "0", option, "1000000"]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 2
    assert re.search(r"a visitor takes \d+ MB; 1000000 visitors: [\d.]+ GB of", result.stderr)
    assert re.search(rf"At most this fits: {option} \d+$", result.stderr.strip())
    assert "ready" not in result.stdout
    assert "Traceback" not in result.stderr


def test_a_room_larger_than_the_limit_makes_no_sense():
    command = [sys.executable, "-m", "careerpath", "serve", "--room-size", "9"]
    result = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "CAREERPATH_MAX_VISITORS": "5"},
    )
    assert result.returncode == 2
    assert "--max-visitors 9" in result.stderr


def test_a_page_that_fails_is_said_before_anybody_comes(tmp_path):
    write_notebook(tmp_path / "broken.ipynb", "1 / 0")
    command = [sys.executable, "-m", "careerpath", "serve", "--port", "0", "--room-size", "2"]
    result = subprocess.run(
        [*command, "--notebooks", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 2
    assert "broken.ipynb" in result.stderr
    assert "ZeroDivisionError" in result.stderr
    assert "ready" not in result.stdout
