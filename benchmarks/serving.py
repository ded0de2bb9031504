"""Start servers, measure their memory, and end them with all their processes. Linux only."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

ROOT = Path(__file__).parent.parent
#: The most seconds for a server to start, and to end.
START, END = 600.0, 60.0
#: Bytes in a megabyte, the unit of all figures, and megabytes in a GiB.
MB, GIB = 1e6, 2**30 / 1e6
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

    def processes(self) -> list[psutil.Process]:
        """Return the server's process and all its descendants."""
        with suppress(psutil.Error):
            server = psutil.Process(self._process.pid)
            return [server, *server.children(recursive=True)]
        return []

    def visitors(self) -> int:
        """Count the visitors' processes: copies of a template process, and ordinary kernels."""
        return sum(map(is_visitor, self.processes()))

    def memory(self) -> float:
        """Return the memory of all its processes in MB; what they share counts once (PSS)."""
        return memory(self.processes())[1]

    def visitor_memory(self) -> tuple[float, float]:
        """Return the memory of a visitor and of a template process in MB.

        Returns
        -------
        own : float
            What each visitor's process has to itself (USS), on average; 0 if there is none.
        template : float
            What the visitors share with the template process that they are copies of, and what it
            has to itself; 0 if they are no copies.
        """
        others = self.processes()[1:]
        visitors = [each for each in others if is_visitor(each)]
        templates = [each for each in others if each.pid in {one.ppid() for one in visitors}]
        own, all_together = memory(visitors)
        template = all_together + memory(templates)[1] - own if templates else 0.0
        return own / max(1, len(visitors)), template

    def stop(self) -> list[psutil.Process]:
        """End the server. Returns the processes that it left behind, which are then killed."""
        if not self._folder:
            return []
        started = set(self.processes()[1:])
        self._process.terminate()
        deadline = time.monotonic() + END
        while self._process.poll() is None and time.monotonic() < deadline:
            started.update(self.processes()[1:])
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
            with suppress(psutil.Error):
                each.kill()
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


def memory(processes: Iterable[psutil.Process]) -> tuple[float, float]:
    """Add up the memory of processes in MB. One that has ended counts nothing.

    Returns
    -------
    own : float
        What each has to itself (USS).
    all_together : float
        The same, and of what processes share each one's part (PSS).
    """
    own = all_together = 0.0
    for each in processes:
        with suppress(psutil.Error):
            full = each.memory_full_info()
            own += full.uss / MB
            all_together += full.pss / MB
    return own, all_together


def is_visitor(process: psutil.Process) -> bool:
    """Return whether a process is one visitor's kernel."""
    with suppress(psutil.Error):
        # A copy has the command line of its template process, but a name of its own.
        command = process.cmdline()
        return process.name() == "visitor" or "ipykernel_launcher" in command
    return False


def is_running(process: psutil.Process) -> bool:
    """Return whether a process runs. One that only waits to be reaped does not."""
    with suppress(psutil.Error):
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    return False
