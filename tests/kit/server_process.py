"""Start a real ``careerpath serve`` for tests, send requests to it, and stop it."""

import http.client
import json
import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Self
from urllib.parse import urlsplit

import nbformat
import websocket
from jupyter_server.services.kernels.connection.base import (
    deserialize_msg_from_ws_v1,
    serialize_msg_to_ws_v1,
)

PATIENCE = 60.0
MODULE = ["-m", "careerpath"]
#: Starts a server with other time limits, and as on a system without forks.
PROGRAM = """
from functools import partial
from careerpath.serving import settings
settings.Options = partial(settings.Options, timing=settings.Timing(**{timing}))
if {cold}:
    from careerpath.serving.page_maker import PageMaker
    PageMaker._obstacle = lambda *_: "the test wants none"
from careerpath.cli import main
main()
"""
#: In a notebook's metadata: copies may be made after its cells have run.
COPIED = {"template_process": {"run_cells": True}}


class ServerFailedError(RuntimeError):
    """The server ended before it was ready. The text is its output."""


@dataclass(frozen=True)
class Response:
    """A response with any status."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass
class ServerProcess:
    """``careerpath serve`` as a process of its own, on a free port."""

    notebooks: Path | None = None
    arguments: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    port: int = 0
    #: Fields of `careerpath.serving.settings.Timing`: shorter time limits for tests.
    timing: Mapping[str, float] = field(default_factory=dict)
    #: Whether each kernel is started by itself, not copied.
    cold: bool = False

    #: The line of the output that holds the address.
    ready: ClassVar = re.compile(r"careerpath is ready at (\S+)")

    url: str = field(default="", init=False)
    process: subprocess.Popen[str] = field(init=False)
    _lines: "queue.Queue[str | None]" = field(default_factory=queue.Queue, init=False)
    _said: list[str] = field(default_factory=list, init=False)

    def __enter__(self) -> Self:
        self.process = subprocess.Popen(
            self.command(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            env={**os.environ, **self.environment},
        )
        threading.Thread(target=self._read, daemon=True).start()
        try:
            self.url = self._wait_for_address()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def command(self) -> list[str]:
        """The command that starts the server."""
        changed = PROGRAM.format(timing=dict(self.timing), cold=self.cold)
        program = ["-c", changed] if self.timing or self.cold else MODULE
        command = [sys.executable, *program, "serve", "--port", str(self.port)]
        if self.notebooks is not None:
            command += ["--notebooks", str(self.notebooks)]
        return [*command, *self.arguments]

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as stream:
            for line in stream:
                self._said.append(line)
                self._lines.put(line)
        self._lines.put(None)

    def _wait_for_address(self) -> str:
        deadline = time.monotonic() + PATIENCE
        while (left := deadline - time.monotonic()) > 0:
            try:
                line = self._lines.get(timeout=left)
            except queue.Empty:
                break
            if line is None:
                raise ServerFailedError(self.said)
            if found := self.ready.search(line):
                return str(found[1])
        raise ServerFailedError(f"not ready after {PATIENCE:.0f} s; its output:\n{self.said}")

    @property
    def said(self) -> str:
        """The output and the log of the server so far."""
        return "".join(self._said)

    def stop(self, how: int = signal.SIGTERM) -> int:
        """End the server as an operator would. Returns its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            return self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise

    def get(self, path: str = "", *, method: str = "GET", **headers: str) -> Response:
        """Request a path below the base URL. Header names have _ instead of -."""
        address = urlsplit(self.url)
        connection = http.client.HTTPConnection(address.netloc, timeout=PATIENCE)
        try:
            sent = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, address.path + path, headers=sent)
            answer = connection.getresponse()
            return Response(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def get_raw(self, target: str, **headers: str) -> tuple[int, bytes]:
        """Request a path of the whole server exactly as given. Returns the status and the body."""
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=PATIENCE)
        try:
            connection.request("GET", target, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def kernel_of(self, page: str) -> str:
        """Open a page without a browser. Returns the id of its kernel."""
        return kernel_in(self.get(page).text)

    def health(self) -> dict[str, Any]:
        """The status of the server."""
        return dict(json.loads(self.get("healthz").body))

    def wait_until_ready(self) -> None:
        """Wait until each page is prepared."""
        until(lambda: self.get("healthz?ready").status == 200, "each page is prepared")

    def events(self, name: str, *, at_least: int = 0) -> list[str]:
        """Wait for at least so many events of one kind in the log. Returns their lines."""

        def found() -> list[str]:
            return [line for line in self.said.splitlines() if line.split(" ")[2:3] == [name]]

        until(lambda: len(found()) >= at_least, f"{at_least} x {name} in the log")
        return found()

    def lives(self, kernel: str) -> bool:
        """Whether the server still runs a kernel."""
        return self.get(f"api/kernels/{kernel}").status == 200

    def connect(self, kernel: str) -> "KernelSocket":
        """Open the websocket that a page would open."""
        return KernelSocket(f"ws{self.url.removeprefix('http')}api/kernels/{kernel}/channels")

    def processes(self) -> list[int]:
        """The ids of all processes that this server has started, on Linux."""
        return descendants(self.process.pid)

    def kernel_processes(self) -> list[int]:
        """The ids of the visitors' processes, on Linux."""
        return [each for each in self.processes() if is_kernel(each)]

    def template_processes(self) -> list[int]:
        """The ids of the template processes, on Linux."""
        return [
            each
            for each in self.processes()
            if not is_kernel(each) and b"forking.process" in read_process(each, "cmdline")
        ]

    def kill_kernels(self) -> None:
        """Kill every kernel, as a machine short of memory would."""
        for process in self.kernel_processes():
            os.kill(process, signal.SIGKILL)


class LabProcess(ServerProcess):
    """JupyterLab for a folder of notebooks."""

    ready: ClassVar = re.compile(r"(http://127\.0\.0\.1:\d+/)lab")

    def command(self) -> list[str]:
        options = ["--no-browser", "--allow-root", "--port=0", "--ip=127.0.0.1"]
        options += ["--IdentityProvider.token=", f"--ServerApp.root_dir={self.notebooks}"]
        return [sys.executable, "-m", "jupyterlab", *options]


class KernelSocket:
    """A page's websocket to its kernel, over which a test can send anything."""

    def __init__(self, url: str) -> None:
        self.session = uuid.uuid4().hex
        self.socket = websocket.create_connection(
            f"{url}?session_id={self.session}",
            subprotocols=["v1.kernel.websocket.jupyter.org"],
            timeout=PATIENCE,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.socket.close()
        # If the server has closed it already, close() leaves the socket open.
        self.socket.shutdown()

    def send(
        self,
        kind: str,
        content: Mapping[str, Any],
        *,
        channel: str = "shell",
        metadata: Mapping[str, Any] | None = None,
        buffers: Sequence[bytes] = (),
    ) -> str:
        """Send a message. Returns its id."""
        message_id = uuid.uuid4().hex
        header = {
            "msg_id": message_id,
            "msg_type": kind,
            "session": self.session,
            "username": "",
            "date": "2026-11-22T09:00:00Z",
            "version": "5.3",
        }
        parts = [json.dumps(part).encode() for part in (header, {}, metadata or {}, content)]
        self.socket.send_binary(serialize_msg_to_ws_v1([*parts, *buffers], channel))
        return message_id

    def receive(self) -> dict[str, Any]:
        """The next message, with header, parent_header, metadata, content and buffers."""
        received = self.socket.recv()
        if not received:
            raise websocket.WebSocketConnectionClosedException("the server closed the connection")
        channel, parts = deserialize_msg_from_ws_v1(received)
        names = ("header", "parent_header", "metadata", "content")
        message = {name: json.loads(part) for name, part in zip(names, parts, strict=False)}
        return {**message, "channel": channel, "buffers": parts[4:]}

    def wait_for(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Wait for the first message that fits; fail after a minute."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            message = self.receive()
            if wanted(message):
                return message
        raise AssertionError("no such message arrived")

    def answer_to(self, message_id: str) -> dict[str, Any]:
        """Wait until the kernel has handled a message."""
        return self.wait_for(
            lambda message: (
                message["header"]["msg_type"] == "status"
                and message["content"]["execution_state"] == "idle"
                and message["parent_header"].get("msg_id") == message_id
            )
        )

    def kernel_answers(self) -> bool:
        """Whether the kernel still answers."""
        message_id = self.send("kernel_info_request", {})
        reply = self.wait_for(lambda message: message["header"]["msg_type"] == "kernel_info_reply")
        return bool(reply["parent_header"]["msg_id"] == message_id)

    def widget_states(self) -> dict[str, Any]:
        """The state of each widget in the kernel, by model id."""
        comm = uuid.uuid4().hex
        opening = {"comm_id": comm, "target_name": "jupyter.widget.control", "data": {}}
        self.send("comm_open", opening, metadata={"version": "1.0.0"})
        self.send("comm_msg", {"comm_id": comm, "data": {"method": "request_states"}})
        reply = self.wait_for(
            lambda message: (
                message["header"]["msg_type"] == "comm_msg"
                and message["content"]["comm_id"] == comm
            )
        )
        return dict(reply["content"]["data"]["states"])

    def set_state(self, model: str, **state: Any) -> None:
        """Set traits of a widget as a page would, and wait until the kernel has handled that."""
        data = {"method": "update", "state": state, "buffer_paths": []}
        self.answer_to(self.send("comm_msg", {"comm_id": model, "data": data}))


def kernel_in(page: str) -> str:
    """The id of the kernel in a page's HTML."""
    config = page.partition('id="careerpath-config" type="application/json">')[2]
    return str(json.loads(config.partition("</script>")[0])["kernelId"])


def write_notebook(path: Path, *cells: str | tuple[str, str], **metadata: Any) -> Path:
    """Write a notebook: code, or ``("markdown", text)``, or ``("workbook", code)`` with a tag."""
    made = []
    for cell in cells:
        kind, text = cell if isinstance(cell, tuple) else ("code", cell)
        if kind == "markdown":
            made.append(nbformat.v4.new_markdown_cell(text))
        else:
            tags = {"tags": [kind]} if kind != "code" else {}
            made.append(nbformat.v4.new_code_cell(text, metadata=tags))
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = nbformat.v4.new_notebook(cells=made, metadata={"kernelspec": kernel, **metadata})
    nbformat.write(notebook, path)
    return path


def read_process(process: int, name: str) -> bytes:
    """A file of /proc about a process; empty if the process has ended."""
    try:
        return Path(f"/proc/{process}/{name}").read_bytes()
    except OSError:
        return b""


def is_kernel(process: int) -> bool:
    """Whether a process is a visitor's: a copy, or started by Jupyter."""
    return read_process(process, "comm") == b"visitor\n" or b"ipykernel_launcher" in read_process(
        process, "cmdline"
    )


def descendants(parent: int) -> list[int]:
    """The ids of all descendants of a process."""
    children: dict[int, list[int]] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if fields[0] != "Z":
            children.setdefault(int(fields[1]), []).append(int(status.parent.name))
    found, left = [], [parent]
    while left:
        started = children.get(left.pop(), [])
        found += started
        left += started
    return found


def runs(process: int) -> bool:
    """Whether a process runs, and does not only wait to be reaped."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def until(condition: Callable[[], bool], what: str, *, patience: float = PATIENCE) -> None:
    """Wait until a condition holds. Fail with a message if it never does."""
    deadline = time.monotonic() + patience
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not after {patience:.0f} s: {what}")
        time.sleep(0.05)
