"""Start servers, measure their memory, and end them with all their processes. Linux only."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).parent.parent
#: The most seconds for a server to start, and to end.
START, END = 600.0, 60.0
#: Seconds in which a process must end after its server.
GRACE = 2.0


class ServerFailedError(RuntimeError):
    """A server did not start. The text is its output."""


@dataclass
class Server:
    """A server as a process of its own, on a free port.

    Attributes
    ----------
    command : list of str
        The command. ``{port}`` stands for the port.
    ready : str
        A path that answers 200 when the server is ready; empty if it is ready when it accepts
        connections.
    url : str
        Its address, with a slash at the end.
    """

    command: list[str]
    ready: str = ""
    url: str = field(default="", init=False)
    _process: subprocess.Popen[bytes] = field(init=False)
    _folder: str = field(default="", init=False)

    def __enter__(self) -> Self:
        self._folder = tempfile.mkdtemp(prefix="careerpath-benchmark-")
        port = free_port()
        self.url = f"http://127.0.0.1:{port}/"
        with self._log.open("wb") as out:
            self._process = subprocess.Popen(
                [part.replace("{port}", str(port)) for part in self.command],
                stdout=out,
                stderr=out,
                cwd=ROOT,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )
        try:
            self._wait(port)
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

    @property
    def _log(self) -> Path:
        return Path(self._folder, "log")

    @property
    def said(self) -> str:
        """The server's output and log so far."""
        return self._log.read_text("utf-8", errors="replace") if self._log.exists() else ""

    def _wait(self, port: int) -> None:
        deadline = time.monotonic() + START
        while time.monotonic() < deadline and self._process.poll() is None:
            if takes_connections(port) and (not self.ready or answers(self.url + self.ready)):
                return
            time.sleep(0.2)
        ended = self._process.poll() is not None
        how = "ended before it was ready" if ended else f"was not ready after {START:.0f} s"
        raise ServerFailedError(f"{' '.join(self.command)} {how}. Its output:\n{self.said}")

    def processes(self) -> list[int]:
        """Return the server's process and all its descendants: the visitors' kernels."""
        return [self._process.pid, *descendants(self._process.pid)]

    def memory(self) -> float:
        """Return the memory (PSS) of the server and all its descendants, in MB."""
        return sum(map(proportional_set_size, self.processes()))

    def stop(self) -> list[int]:
        """End the server. Returns the processes that it left behind, which are then killed."""
        if not self._folder:
            return []
        started = set(self.processes()[1:])
        self._process.terminate()
        deadline = time.monotonic() + END
        while self._process.poll() is None and time.monotonic() < deadline:
            started.update(descendants(self._process.pid))
            time.sleep(0.1)
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        deadline = time.monotonic() + GRACE
        while (left := [each for each in started if is_running(each)]) and (
            time.monotonic() < deadline
        ):
            time.sleep(0.1)
        for each in left:
            os.kill(each, signal.SIGKILL)
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder = ""
        return left


class MemoryWatch:
    """Records a server's highest memory, in a thread of its own."""

    def __init__(self, server: Server) -> None:
        self.peak = 0.0
        self._server = server
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        wait = 1.0
        while not self._stop.wait(wait):
            start = time.monotonic()
            self.peak = max(self.peak, self._server.memory())
            # Measuring a hundred processes costs time: use at most a twentieth of a core.
            wait = max(1.0, 20 * (time.monotonic() - start))


def free_port() -> int:
    """Return a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def takes_connections(port: int) -> bool:
    """Return whether a port accepts connections."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def answers(url: str) -> bool:
    """Return whether an address answers 200."""
    try:
        with urllib.request.urlopen(url, timeout=10) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def descendants(process: int) -> list[int]:
    """Return all descendants of a process."""
    found: list[int] = []
    waiting = [process]
    while waiting:
        for children in Path(f"/proc/{waiting.pop()}/task").glob("*/children"):
            try:
                started = [int(each) for each in children.read_text().split()]
            except OSError:
                continue  # it has ended meanwhile
            found += started
            waiting += started
    return found


def proportional_set_size(process: int) -> float:
    """Return a process's memory (PSS) in MB; 0 if it has ended."""
    try:
        rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    match = re.search(r"^Pss:\s+(\d+) kB", rollup, re.MULTILINE)
    return int(match[1]) / 1000 if match else 0.0


def is_running(process: int) -> bool:
    """Return whether a process runs. One that only waits to be reaped does not."""
    try:
        stat = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def kernels_alive(server: Server, kernel_ids: Iterable[str]) -> int:
    """Count the descendants of a server that run one of these kernels.

    A kernel's command line names its connection file, whose name holds the kernel's id.
    """
    ids = set(kernel_ids)
    alive = 0
    for process in server.processes():
        try:
            command = Path(f"/proc/{process}/cmdline").read_text("utf-8", errors="replace")
        except OSError:
            continue
        alive += any(each in command for each in ids)
    return alive
