"""Many visitors at once: copies, pages that are not copied, and the limits."""

import http.client
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from kit.server_process import COPIED, ServerProcess, kernel_in, until, write_notebook

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
SLIDER = "import ipywidgets; ipywidgets.IntSlider()"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pages that start fast, and a slow one."""
    folder = tmp_path_factory.mktemp("notebooks")
    write_notebook(folder / "assessment.ipynb", SLIDER, **COPIED)
    write_notebook(folder / "other.ipynb", "print('other')", **COPIED)
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


# Copies


@pytest.fixture(scope="module")
def roomy(folder: Path) -> Iterator[ServerProcess]:
    """A server of pages that are copied, except the slow one. Each test leaves it empty."""
    with ServerProcess(folder, timing={"watch": 1, "idle": 2.0}) as server:
        server.wait_until_ready()
        yield server


def test_a_page_that_is_copied_belongs_to_one_visitor(roomy):
    health = roomy.health()
    assert health.pop("places") > 2
    assert health == {"status": "ok", "ready": True, "visitors": 0}
    before = len(roomy.events("opened"))
    kernels = [roomy.kernel_of("assessment") for _ in range(3)]
    assert roomy.health()["visitors"] == 3
    opened = roomy.events("opened", at_least=before + 3)[before:]
    assert [" start=copy " in line for line in opened] == [True] * 3
    assert len(set(kernels)) == 3
    for kernel in kernels:
        with roomy.connect(kernel) as page:
            assert page.kernel_answers()
            assert page.widget_states()
    close(roomy, *kernels)


def test_a_page_that_is_open_and_idle_is_ended(roomy):
    assert roomy.events("culled") == []
    kernel = roomy.kernel_of("assessment")
    with roomy.connect(kernel) as page:
        assert page.kernel_answers()
        time.sleep(1)
        assert roomy.lives(kernel)
        until(lambda: not roomy.lives(kernel), "it is culled", patience=10)
    assert "reason=idle" in roomy.events("culled", at_least=1)[0]


@LINUX
def test_time_before_a_visitor_comes_does_not_count_as_idle_time(roomy):
    assert len(roomy.template_processes()) == 3
    time.sleep(3)  # longer than a page that is open may be idle
    assert len(roomy.template_processes()) == 3
    kernel = roomy.kernel_of("assessment")
    time.sleep(1)
    assert roomy.lives(kernel)
    close(roomy, kernel)


def test_visitors_come_in_while_other_pages_are_prepared(tmp_path):
    write_notebook(tmp_path / "assessment.ipynb", SLIDER, **COPIED)
    write_notebook(tmp_path / "slow.ipynb", "import time; time.sleep(3)", **COPIED)
    with ServerProcess(tmp_path) as server:
        readers = [Reader(server, "assessment") for _ in range(3)]
        for each in readers:
            each.join(30)
            assert kernel_in(each.text)
        assert not server.health()["ready"]
        assert server.get("healthz?ready").status == 503
        server.wait_until_ready()


# Pages that are not copied


@pytest.fixture(scope="module", params=["forked", "cold"])
def one_by_one(request: pytest.FixtureRequest, folder: Path) -> Iterator[ServerProcess]:
    """A server on one core, where slow pages are made one at a time. Each test leaves it empty."""
    with ExitStack() as stack:
        with one_core():
            server = stack.enter_context(ServerProcess(folder, cold=request.param == "cold"))
        server.wait_until_ready()
        yield server


@LINUX
def test_who_waits_sees_the_first_screen_and_then_the_page(one_by_one):
    readers = come_in_turn(one_by_one, 3)
    until(lambda: 'id="careerpath-skeleton"' in readers[2].text, "the first screen is there")
    assert "careerpath-config" not in readers[2].text
    for each in readers:
        each.join(30)
        assert "at last" in each.text
    close(one_by_one, *(kernel_in(each.text) for each in readers))


@LINUX
def test_a_visitor_who_leaves_while_waiting_starts_no_kernel(one_by_one):
    opened, left = len(one_by_one.events("opened")), len(one_by_one.events("left"))
    first, second, third = come_in_turn(one_by_one, 3)
    second.leave()
    until(lambda: one_by_one.health()["visitors"] == 2, "the place is free")
    third.join(30)
    assert "at last" in third.text
    assert "at last" in first.text
    assert "careerpath-config" not in second.text
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


@pytest.fixture(scope="module", params=["forked", "cold"])
def limited(request: pytest.FixtureRequest, folder: Path) -> Iterator[ServerProcess]:
    """A server of few places. Each test leaves it without a kernel."""
    arguments = ("--max-visitors", "3", "--per-address", "2", "--trusted-proxy", "127.0.0.1")
    with ServerProcess(folder, arguments, cold=request.param == "cold") as server:
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


@pytest.mark.parametrize("cold", [False, True], ids=["forked", "cold"])
def test_a_crowd_at_once_never_exceeds_the_limit(folder, cold):
    with ServerProcess(folder, ("--max-visitors", "4"), cold=cold) as server:
        with ThreadPoolExecutor(20) as crowd:
            answers = [*crowd.map(server.get, ["assessment", "other"] * 10)]
        assert sorted(each.status for each in answers) == [200] * 4 + [503] * 16
        kernels = {kernel_in(each.text) for each in answers if each.status == 200}
        assert len(kernels) == 4
        assert all(map(server.lives, kernels))
        assert server.health()["visitors"] == server.health()["places"] == 4


def test_if_memory_is_too_small_it_says_what_fits(folder):
    command = [sys.executable, "-m", "careerpath", "serve", "--port", "0"]
    command += ["--max-visitors", "1000000", "--notebooks", str(folder)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 2
    said = result.stderr.strip()
    assert "There is not enough memory for --max-visitors 1000000" in said
    assert re.search(r"\d+ visitors fit into memory \(\d+ MB each; [\d.]+ GB available\)", said)
    assert re.search(r"Choose at most --max-visitors \d+\.$", said)
    assert "ready" not in result.stdout
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("metadata", [COPIED, {}], ids=["copied", "not copied"])
def test_a_failing_notebook_is_in_the_log_and_its_visitors_are_told(tmp_path, metadata):
    write_notebook(tmp_path / "broken.ipynb", "1 / 0", **metadata)
    with ServerProcess(tmp_path) as server:
        if metadata:
            (line,) = server.events("not_copied")
            assert 'page=broken way=copy reason="a cell that fails"' in line
        assert "Something went wrong on our side" in server.get("broken").text
        *template, cell = server.events("failure", at_least=2 if metadata else 1)
        assert len(template) == (1 if metadata else 0)
        assert all("ZeroDivisionError" in each for each in [*template, cell])
        assert all('what="The template process of broken"' in each for each in template)
        assert "broken.ipynb:cell-1" in cell
