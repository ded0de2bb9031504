"""Faults: none of them loses an answer.

Answers are in the visitor's browser, and `tests/browser` checks that a draft survives. These tests
check that the visitor is told of each fault, that a new page works at once, and that no process and
no file is left behind.
"""

import http.client
import re
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import websocket
from kit.server_process import (
    COPIED,
    ServerProcess,
    kernel_in,
    runs,
    until,
    write_notebook,
)

from careerpath.serving.kernels import MOST_SOCKETS

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
TROUBLE = "Something went wrong on our side"

GUARDED = """\
import ipywidgets
from careerpath.ui.visitor_errors import message_if_failed
def fail():
    raise LookupError("the cause, at the end")
message, slider = ipywidgets.Label(""), ipywidgets.IntSlider()
slider.observe(lambda change: setattr(message, "value", message_if_failed(fail)), "value")
ipywidgets.VBox([slider, message])"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pages, each for one purpose."""
    folder = tmp_path_factory.mktemp("notebooks")
    write_notebook(
        folder / "assessment.ipynb", "import ipywidgets; ipywidgets.IntSlider()", **COPIED
    )
    write_notebook(folder / "slow.ipynb", "import time; time.sleep(2.5); print('at last')")
    write_notebook(folder / "hanging.ipynb", "while True: pass", "print('never')")
    write_notebook(folder / "guarded.ipynb", GUARDED, **COPIED)
    return folder


BOTH_WAYS = pytest.mark.parametrize("cold", [False, True], ids=["forked", "cold"])


@pytest.fixture(scope="module", params=["forked", "cold"])
def impatient(request: pytest.FixtureRequest, folder: Path) -> Iterator[ServerProcess]:
    """A server with short time limits. Each test leaves it without a kernel."""
    options = {
        "timing": {"cell": 3.0, "connect": 3.0, "watch": 1},
        "cold": request.param == "cold",
    }
    with (
        tempfile.TemporaryDirectory(dir="/tmp") as place,
        ServerProcess(folder, environment={"TMPDIR": place}, **options) as server,
    ):
        server.wait_until_ready()
        yield server


def works(server: ServerProcess) -> bool:
    """Whether a visitor gets a page with a kernel that answers. It is closed again."""
    kernel = server.kernel_of("assessment")
    with server.connect(kernel) as page:
        answers = page.kernel_answers()
    close(server, kernel)
    return answers


def close(server: ServerProcess, kernel: str) -> None:
    """Close a page, as its browser would."""
    assert server.get(f"voila/api/shutdown/{kernel}", method="POST").status == 204


# A kernel that is killed


@LINUX
def test_a_kernel_killed_while_the_page_is_made(impatient):
    assert impatient.kernel_processes() == []
    failures = len(impatient.events("failure"))
    with ThreadPoolExecutor() as pool:
        page = pool.submit(impatient.get, "slow")
        until(lambda: impatient.kernel_processes() != [], "the kernel is there")
        time.sleep(1)
        impatient.kill_kernels()
        assert TROUBLE in page.result().text
        assert "Reload to continue" in page.result().text
    assert len(impatient.events("failure", at_least=failures + 1)) == failures + 1
    until(lambda: impatient.health()["visitors"] == 0, "the place is free")
    assert works(impatient)


@LINUX
def test_a_kernel_killed_before_the_page_connects(impatient):
    kernel = impatient.kernel_of("assessment")
    impatient.kill_kernels()
    until(lambda: not impatient.lives(kernel), "the server reports that it is gone", patience=15)
    with pytest.raises(websocket.WebSocketBadStatusException) as refused:
        impatient.connect(kernel)
    assert refused.value.status_code == 404
    assert works(impatient)


@LINUX
def test_a_kernel_killed_while_connected(impatient):
    place = Path(impatient.environment["TMPDIR"])
    before = list(place.glob("careerpath-*/*"))
    key = impatient.kernel_of("assessment")
    (file,) = set(place.glob("careerpath-*/*.json")) - set(before)
    with impatient.connect(key) as page:
        assert page.kernel_answers()
        impatient.kill_kernels()
        page.wait_for(lambda message: message["content"].get("execution_state") == "dead")
    assert not impatient.lives(key)
    kernel = file.stem.removeprefix("kernel-")
    assert f"kernel={kernel[:8]}" in impatient.events("kernel_died", at_least=1)[-1]
    assert impatient.health()["visitors"] == 0
    until(lambda: list(place.glob("careerpath-*/*")) == before, "nothing is left of it")
    assert works(impatient)


def test_a_cell_that_hangs_ends_in_a_plain_message_and_its_kernel_is_ended(impatient):
    started = time.monotonic()
    page = impatient.get("hanging").text
    assert 2 < time.monotonic() - started < 30
    assert TROUBLE in page
    assert "never" not in page
    assert not impatient.lives(kernel_in(page))
    log_id = re.findall(r"\(id ([0-9a-f]{8})\)", page)[0]
    assert log_id in impatient.events("failure", at_least=1)[-1]
    assert works(impatient)


def test_a_page_that_never_connects_is_ended(impatient):
    bot, person = impatient.kernel_of("assessment"), impatient.kernel_of("assessment")
    with impatient.connect(person):
        until(lambda: not impatient.lives(bot), "it is culled", patience=15)
        assert impatient.lives(person)
    assert any("reason=never-connected" in line for line in impatient.events("culled", at_least=1))
    assert impatient.lives(person)
    close(impatient, person)


# The server


@LINUX
@BOTH_WAYS
def test_the_processes_of_a_killed_server_end_and_the_next_server_removes_its_files(folder, cold):
    with tempfile.TemporaryDirectory(dir="/tmp") as place:
        options = {"environment": {"TMPDIR": place}, "cold": cold}
        with ServerProcess(folder, **options) as server:
            kernels = [server.kernel_of("assessment") for _ in range(2)]
            processes = server.processes()
            assert len(server.kernel_processes()) == 2
            with server.connect(kernels[0]):
                server.stop(signal.SIGKILL)
                until(lambda: not any(map(runs, processes)), "no process is left", patience=15)
        (left,) = Path(place).iterdir()
        foreign = Path(place, "careerpath-notes")
        foreign.mkdir()
        (foreign / "mine.txt").write_text("not a server's")
        with ServerProcess(folder, environment={"TMPDIR": place}) as server:
            assert not left.exists()
            with ServerProcess(folder, environment={"TMPDIR": place}):
                assert works(server), "a running server keeps its folder"
        assert list(Path(place).iterdir()) == [foreign]


@LINUX
@pytest.mark.parametrize(
    ("page", "how", "cold"),
    [
        (None, signal.SIGINT, False),
        ("slow", signal.SIGTERM, False),
        ("slow", signal.SIGTERM, True),
    ],
    ids=["while pages are prepared", "while visitors wait", "while visitors wait, cold"],
)
def test_a_server_that_is_stopped_leaves_nothing_behind(folder, page, how, cold):
    with tempfile.TemporaryDirectory(dir="/tmp") as place, ThreadPoolExecutor(9) as visitors:
        with ServerProcess(folder, environment={"TMPDIR": place}, cold=cold) as server:
            waiting = [
                visitors.submit(suppressed_get, server, page) for _ in range(9 if page else 0)
            ]
            if page:
                until(lambda: len(server.kernel_processes()) >= 2, "kernels are starting")
            else:
                until(lambda: len(server.template_processes()) >= 2, "the second is starting")
            processes = server.processes()
            started = time.monotonic()
            assert server.stop(how) == 0
            assert time.monotonic() - started < 10
            assert "Traceback" not in server.said
            assert server.events("failure") == []
            for each in waiting:
                each.result(10)
        until(lambda: not any(map(runs, processes)), "no process is left")
        assert list(Path(place).iterdir()) == []


def suppressed_get(server: ServerProcess, page: str) -> None:
    """Open a page from a server that may stop meanwhile."""
    with suppress(OSError, http.client.HTTPException):
        server.get(page)


@LINUX
@BOTH_WAYS
def test_a_full_disk_gives_a_plain_page_and_open_pages_go_on(folder, cold):
    import resource

    with ServerProcess(folder, cold=cold) as server:
        inside = server.kernel_of("assessment")
        limits = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)
        # Each write to a file fails, as on a full disk.
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (0, limits[1]))
        page = server.get("assessment")
        assert page.status == 200
        assert TROUBLE in page.text
        assert "Reload to continue" in page.text
        assert "Traceback" not in page.text
        assert server.get().status == 200
        with server.connect(inside) as socket_:
            assert socket_.kernel_answers()
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, limits)
        assert works(server)
        assert server.events("failure", at_least=1)


# Visitors who misbehave


@pytest.mark.parametrize("chunked", [False, True], ids=["counted", "chunked"])
def test_a_body_of_100_megabytes_is_not_read(server, chunked):
    address = urlsplit(server.url)
    sent = 0
    piece = b"x" * 65536
    with socket.create_connection((address.hostname, address.port), timeout=30) as connection:
        length = b"Transfer-Encoding: chunked" if chunked else b"Content-Length: 104857600"
        host = address.netloc.encode()
        connection.sendall(b"POST /voila/api/shutdown/x HTTP/1.1\r\nHost: %s\r\n" % host)
        connection.sendall(length + b"\r\n\r\n")
        with suppress(OSError):
            while sent < 104857600:
                connection.sendall(b"10000\r\n%s\r\n" % piece if chunked else piece)
                sent += len(piece)
    # What fits into the sockets' buffers is lost on the way.
    assert sent < 50_000_000
    assert server.get("healthz").status == 200


def test_a_flood_from_one_address_does_not_stop_the_others(folder):
    arguments = ("--per-address", "3", "--trusted-proxy", "127.0.0.1")
    with ServerProcess(folder, arguments) as server:
        server.wait_until_ready()
        stop = threading.Event()
        statuses: list[int] = []

        def flood() -> None:
            while not stop.is_set():
                with suppress(OSError, http.client.HTTPException):
                    statuses.append(server.get("assessment", X_Forwarded_For="203.0.113.66").status)

        threads = [threading.Thread(target=flood, daemon=True) for _ in range(8)]
        for each in threads:
            each.start()
        until(lambda: len(statuses) > 50, "the flood is there")
        started = time.monotonic()
        page = server.get("assessment", X_Forwarded_For="203.0.113.7")
        assert page.status == 200
        assert time.monotonic() - started < 2
        with server.connect(kernel_in(page.text)) as visitor:
            assert visitor.kernel_answers()
        stop.set()
        for each in threads:
            each.join(30)
        assert statuses.count(200) == 3
        assert set(statuses) == {200, 429}


def test_more_websockets_than_a_page_needs_are_refused(impatient):
    kernel = impatient.kernel_of("assessment")
    with ExitStack() as page:
        sockets = [page.enter_context(impatient.connect(kernel)) for _ in range(MOST_SOCKETS)]
        with pytest.raises(websocket.WebSocketBadStatusException) as refused:
            impatient.connect(kernel)
        assert refused.value.status_code == 429
        assert all(each.kernel_answers() for each in sockets)
    close(impatient, kernel)


# The log


def test_the_id_that_a_failing_callback_shows_is_in_the_log(impatient):
    kernel = impatient.kernel_of("guarded")
    with impatient.connect(kernel) as page:
        states = page.widget_states()
        slider, label = (
            next(model for model, each in states.items() if each["model_name"] == name)
            for name in ("IntSliderModel", "LabelModel")
        )
        page.set_state(slider, value=7)
        told = page.widget_states()[label]["state"]["value"]
        log_id = re.findall(r"\(id ([0-9a-f]{8})\)", told)[0]
        until(lambda: any(log_id in line for line in impatient.events("kernel_said")), "the log")
    close(impatient, kernel)
    (line,) = [line for line in impatient.events("kernel_said") if log_id in line]
    assert "LookupError: the cause, at the end" in line
