"""Many visitors at once: the pool, the queue, and the limits."""

import http.client
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from kit.server_process import ServerProcess, kernel_in, until, write_notebook

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
#: The pool is refilled after half a second without a new visitor.
SOON = {"quiet": 0.5, "watch": 1}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pages that start fast, and a slow one."""
    folder = tmp_path_factory.mktemp("notebooks")
    write_notebook(folder / "assessment.ipynb", "import ipywidgets; ipywidgets.IntSlider()")
    write_notebook(folder / "other.ipynb", "print('other')")
    write_notebook(folder / "slow.ipynb", "import time; time.sleep(1.5); print('at last')")
    return folder


@contextmanager
def one_core() -> Iterator[None]:
    """Let processes that are started meanwhile use one core, so that kernels start one by one."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


class Reader(threading.Thread):
    """A visitor who opens a page and reads it to its end, or leaves."""

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
    """Open the slow page several times, each time after the server has got the request before."""
    readers: list[Reader] = []
    while len(readers) < count:
        readers.append(Reader(server, "slow"))
        until(lambda: server.health()["visitors"] == len(readers), "the server has seen them")
    return readers


def close(server: ServerProcess, *kernels: str) -> None:
    """Close pages, as browsers would."""
    for each in kernels:
        assert server.get(f"voila/api/shutdown/{each}", method="POST").status == 204


# The pool


def test_a_prepared_page_is_sent_at_once_and_replaced(folder):
    with ServerProcess(folder, ("--room-size", "2"), timing=SOON) as server:
        sentence = r"^a visitor takes \d+ MB; 2 visitors: \d+ MB of .* available$"
        until(lambda: re.search(sentence, server.said, re.MULTILINE) is not None, "it is said")
        server.wait_until_ready()
        until(lambda: "ready for 2" in server.said, "it says so")
        assert server.health() == {"status": "ok", "ready": True, "visitors": 0, "pool": 2}

        kernels = [server.kernel_of("assessment") for _ in range(2)]
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


def test_time_in_the_pool_does_not_count_as_idle_time(folder):
    timing = {**SOON, "idle": 2.0}
    with ServerProcess(folder, ("--room-size", "1"), timing=timing) as server:
        server.wait_until_ready()
        time.sleep(3.5)  # longer than a page that is open may be idle
        assert server.events("culled") == []
        kernel = server.kernel_of("assessment")
        assert " start=pooled " in server.events("opened", at_least=1)[0]
        with server.connect(kernel) as page:
            assert page.kernel_answers()
            time.sleep(1)
            assert server.lives(kernel)
            # But a page that is open and idle is ended in the end.
            until(lambda: not server.lives(kernel), "it is culled", patience=10)
        assert "reason=idle" in server.events("culled", at_least=1)[0]


@LINUX
def test_a_prepared_page_whose_kernel_died_is_not_sent_but_replaced(folder):
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


def test_visitors_go_first_while_the_pool_fills(folder):
    with one_core(), ServerProcess(folder, ("--room-size", "5"), timing=SOON) as server:
        readers = [Reader(server, "assessment") for _ in range(3)]
        for each in readers:
            each.join(30)
            assert kernel_in(each.text)
        assert not server.health()["ready"]
        assert server.get("healthz?ready").status == 503
        server.wait_until_ready()
        assert server.health()["pool"] == 5


# The queue


@pytest.fixture(scope="module")
def one_by_one(folder: Path) -> Iterator[ServerProcess]:
    """A server on one core. Each test leaves it without a kernel."""
    arguments = ("--per-address", "0", "--trusted-proxy", "127.0.0.1")
    with ExitStack() as stack:
        with one_core():
            server = stack.enter_context(ServerProcess(folder, arguments))
        yield server


@LINUX
def test_without_a_prepared_page_visitors_are_served_in_order_and_told_how_many_are_before(
    one_by_one,
):
    readers = come_in_turn(one_by_one, 4)
    # The page is there at once, and says how many visitors are served first.
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
    # All messages of the queue are inside the skeleton, and disappear with it.
    before = waited[waited.index('id="careerpath-skeleton"') : waited.index("careerpath-config")]
    assert before.count("</div>") == before.count("<div")
    close(one_by_one, *(kernel_in(each.text) for each in readers))


@LINUX
def test_one_address_that_opens_many_pages_does_not_delay_the_others(one_by_one):
    many = [Reader(one_by_one, "assessment", comes_from="203.0.113.66") for _ in range(6)]
    until(lambda: one_by_one.health()["visitors"] == 6, "all of them are in the queue")
    one = Reader(one_by_one, "assessment", comes_from="203.0.113.7")
    for each in (*many, one):
        each.join(30)
        assert kernel_in(each.text)
    assert set(re.findall(r"(\d+) visitors? (?:is|are) before", one.text)) <= {"0", "1"}
    assert sum(each.ended > one.ended for each in many) >= 3
    close(one_by_one, *(kernel_in(each.text) for each in (*many, one)))


@LINUX
def test_a_visitor_who_leaves_the_queue_starts_no_kernel(one_by_one):
    opened, left = len(one_by_one.events("opened")), len(one_by_one.events("left"))
    first, second, third = come_in_turn(one_by_one, 3)
    until(lambda: "before you" in third.text, "they are in the queue")
    assert one_by_one.health()["visitors"] == 3
    second.leave()
    until(lambda: one_by_one.health()["visitors"] == 2, "the place is free")
    third.join(30)
    assert "at last" in third.text
    assert "at last" in first.text
    assert len(one_by_one.events("opened", at_least=opened + 2)) == opened + 2
    assert len(one_by_one.events("left", at_least=left + 1)) == left + 1
    assert one_by_one.health()["visitors"] == 2
    close(one_by_one, kernel_in(first.text), kernel_in(third.text))


@LINUX
def test_a_visitor_who_leaves_while_the_page_is_made_leaves_no_kernel(one_by_one):
    reader = Reader(one_by_one, "slow")
    until(lambda: "careerpath-config" in reader.text, "the kernel is there")
    kernel = kernel_in(reader.text)
    reader.leave()
    until(lambda: not one_by_one.lives(kernel), "the kernel has ended", patience=5)
    until(lambda: one_by_one.kernel_processes() == [], "the process, too", patience=5)
    assert one_by_one.health()["visitors"] == 0
    assert one_by_one.events("failure") == []


# The limits


@pytest.fixture(scope="module")
def limited(folder: Path) -> Iterator[ServerProcess]:
    """A server of few places. Each test leaves it without a kernel."""
    arguments = ("--max-visitors", "3", "--per-address", "2", "--trusted-proxy", "127.0.0.1")
    with ServerProcess(folder, arguments) as server:
        yield server


def test_above_the_limit_visitors_get_a_plain_page_and_open_pages_go_on(limited):
    kernels = [limited.kernel_of("assessment") for _ in range(3)]
    refused = limited.get("assessment")
    assert refused.status == 503
    assert int(refused.headers["Retry-After"]) > 0
    assert "All places are taken right now" in refused.text
    # The server does not know what other notebooks keep.
    assert "kept" not in refused.text[refused.text.index("<main") :]
    assert "Try again" in refused.text
    assert limited.get().status == limited.get("healthz").status == 200
    for kernel in kernels:
        with limited.connect(kernel) as page:
            assert page.kernel_answers()
    close(limited, kernels.pop(0))
    kernels.append(limited.kernel_of("assessment"))
    assert [line.split(" ", 2)[2] for line in limited.events("refused", at_least=1)] == [
        "refused page=assessment reason=full"
    ]
    close(limited, *kernels)


def test_the_pages_of_one_address_are_limited(limited):
    kernels = []

    def open_from(address: str) -> int:
        page = limited.get("assessment", X_Forwarded_For=address)
        if page.status == 200:
            kernels.append(kernel_in(page.text))
        return page.status

    assert [open_from("203.0.113.7") for _ in range(3)] == [200, 200, 429]
    # The address that a visitor claims comes before the one that the proxy adds.
    assert open_from("198.51.100.1, 203.0.113.7") == 429
    assert open_from("203.0.113.8") == 200
    refused = limited.get("assessment", X_Forwarded_For="203.0.113.8, 203.0.113.7")
    assert refused.status == 503  # all places are taken by now
    close(limited, kernels.pop())
    refused = limited.get("assessment", X_Forwarded_For="203.0.113.7")
    assert refused.status == 429
    assert "Many pages are open from your network" in refused.text
    assert int(refused.headers["Retry-After"]) > 0
    close(limited, *kernels)
    until(lambda: "reason=address" in limited.said, "the log has it")
    assert "203.0.113" not in limited.said
    assert "198.51.100" not in limited.said


def test_the_pool_and_the_visitors_together_never_exceed_the_limit(folder):
    arguments = ("--room-size", "2", "--max-visitors", "3")
    with ServerProcess(folder, arguments, timing=SOON) as server:
        server.wait_until_ready()
        server.get("assessment")
        until(lambda: server.health()["pool"] == 2, "refilled")
        server.get("other")
        assert server.health() == {"status": "ok", "ready": True, "visitors": 2, "pool": 1}
        server.get("assessment")
        time.sleep(1.5)
        assert server.health() == {"status": "ok", "ready": True, "visitors": 3, "pool": 0}


@pytest.mark.parametrize("option", ["--room-size", "--max-visitors"])
def test_if_memory_is_too_small_it_says_what_fits(folder, option):
    command = [sys.executable, "-m", "careerpath", "serve", "--port", "0", option, "1000000"]
    command += ["--notebooks", str(folder)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 2
    assert re.search(r"a visitor takes \d+ MB; 1000000 visitors: [\d.]+ GB of", result.stderr)
    assert re.search(rf"At most this fits: {option} \d+$", result.stderr.strip())
    assert "ready" not in result.stdout
    assert "Traceback" not in result.stderr


def test_a_failing_notebook_is_reported_before_the_server_starts(tmp_path):
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
