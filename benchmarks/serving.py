"""Servers to be measured: started, waited for, weighed, and ended without a trace. Linux only."""

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
#: Seconds that a server has to start, and to end.
START, END = 600.0, 60.0
#: Seconds that a process may go on after its server has ended.
GRACE = 2.0


class ServerFailedError(RuntimeError):
    """A server did not start; the text is what it said."""


@dataclass
class Server:
    """A server as a process of its own, on a free port.

    Attributes
    ----------
    command : list of str
        What to run. ``{port}`` stands for the port.
    ready : str
        An address on the server that answers 200 when it is ready; empty: it is ready when it
        takes connections.
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
        """Everything that the server has printed or logged so far."""
        return self._log.read_text("utf-8", errors="replace") if self._log.exists() else ""

    def _wait(self, port: int) -> None:
        deadline = time.monotonic() + START
        while time.monotonic() < deadline and self._process.poll() is None:
            if takes_connections(port) and (not self.ready or answers(self.url + self.ready)):
                return
            time.sleep(0.2)
        ended = self._process.poll() is not None
        how = "ended before it was ready" if ended else f"was not ready after {START:.0f} s"
        raise ServerFailedError(f"{' '.join(self.command)} {how}. It said:\n{self.said}")

    def processes(self) -> list[int]:
        """Return the server's process and all below it: the visitors' kernels."""
        return [self._process.pid, *descendants(self._process.pid)]

    def memory(self) -> float:
        """Return the memory of the server and of all below it (PSS), in MB."""
        return sum(map(proportional_set_size, self.processes()))

    def stop(self) -> list[int]:
        """End the server as an operator would; the processes that it left behind, ended too."""
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
    """Notes the most memory that a server takes while it is watched, in a thread of its own."""

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
            # To look at a hundred processes costs something: at most a twentieth of a core.
            wait = max(1.0, 20 * (time.monotonic() - start))


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def takes_connections(port: int) -> bool:
    """Tell whether somebody listens on a port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def answers(url: str) -> bool:
    """Tell whether an address answers 200."""
    try:
        with urllib.request.urlopen(url, timeout=10) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def descendants(process: int) -> list[int]:
    """Return all processes that a process has started, and theirs."""
    found: list[int] = []
    waiting = [process]
    while waiting:
        for children in Path(f"/proc/{waiting.pop()}/task").glob("*/children"):
            try:
                started = [int(each) for each in children.read_text().split()]
            except OSError:
                continue  # It ended meanwhile.
            found += started
            waiting += started
    return found


def proportional_set_size(process: int) -> float:
    """Return a process's share of memory (PSS) in MB; nothing for one that has ended."""
    try:
        rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    match = re.search(r"^Pss:\s+(\d+) kB", rollup, re.MULTILINE)
    return int(match[1]) / 1000 if match else 0.0


def is_running(process: int) -> bool:
    """Tell whether a process is there and is not only waiting to be reaped."""
    try:
        stat = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def kernels_alive(server: Server, kernel_ids: Iterable[str]) -> int:
    """Count the processes below a server that run one of these kernels.

    A kernel's command line names its connection file, and that is named after the kernel.
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
