"""The server's side of a template process, and of its copies."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from typing import Any

#: Seconds in which a copy must listen; it needs a fiftieth.
COPY_SECONDS = 1
#: Copies that are made at the same time. More would not be sooner, and the last would seem to hang.
COPIES_AT_ONCE = 4
#: After so many copies in a row that did not listen in time, the template process hangs.
MOST_LATE = 3
#: Seconds in which a copy must have gone through the rehearsal.
MEASURE_SECONDS = 30
#: The longest report of a template process, in bytes: all outputs of the notebook.
LONGEST_REPORT = 1 << 26
#: Keeps libraries from starting threads, which forbid a fork.
NO_THREADS = {
    "MALLOC_ARENA_MAX": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
}
#: Bytes of a block that the C library gives back to the system as soon as it is free.
LARGE_BLOCKS = {"MALLOC_MMAP_THRESHOLD_": "32768"}


class CannotForkError(Exception):
    """No copy can be made. The text says why."""


class Copy:
    """A copied process, with the methods of ``subprocess.Popen`` that Jupyter uses.

    Parameters
    ----------
    pid : int
        Its process id.
    lifeline : socket
        The system closes the other end when the process ends. Closing this end kills it.
    """

    stdin = stdout = stderr = None

    def __init__(self, pid: int, lifeline: socket.socket) -> None:
        self.pid = pid
        self.returncode: int | None = None
        #: Called when it ends.
        self.when_ended: Callable[[], None] | None = None
        self.ended = asyncio.Event()
        self._lifeline = lifeline
        asyncio.get_running_loop().add_reader(lifeline, self._end)

    def _end(self) -> None:
        asyncio.get_running_loop().remove_reader(self._lifeline)
        self._lifeline.close()
        self.returncode = -signal.SIGKILL  # the true one is known to the template only
        self.ended.set()
        if self.when_ended is not None:
            self.when_ended()

    def poll(self) -> int | None:
        """Return None as long as it runs."""
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send it a signal."""
        if self.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        """End it, even if it hangs. This is exact, while its id may belong to another by now."""
        if self.returncode is None:
            with suppress(OSError):
                self._lifeline.shutdown(socket.SHUT_WR)

    terminate = kill


class Template:
    """A process that has run a notebook, or what the notebook imports, and forks.

    Attributes
    ----------
    messages : list of list
        What each code cell sent. Empty if the process has only imported.
    states : dict of str to dict
        The state of each widget, by its model id.
    obstacles : list of str
        Why it cannot fork; empty if it can.
    ended : asyncio.Event
        Set when the process has ended.
    """

    def __init__(self) -> None:
        self.messages: list[list[dict[str, Any]]] = []
        self.states: dict[str, Any] = {}
        self.obstacles: list[str] = ["it has not started"]
        self.ended = asyncio.Event()
        #: Called when it has ended.
        self.when_ended: Callable[[], None] | None = None
        self.pid = 0
        self._late = 0
        self._free = asyncio.Semaphore(COPIES_AT_ONCE)
        self._control: socket.socket | None = None
        self._watching: asyncio.Task[None] | None = None

    @property
    def ready(self) -> bool:
        """Whether it can be asked for a copy."""
        return not self.obstacles and not self.ended.is_set()

    @property
    def late(self) -> bool:
        """Whether it did not answer the last request in time."""
        return self._late > 0

    async def start(
        self,
        cells: Sequence[str],
        *,
        run_cells: bool,
        rehearsal: str | None = None,
        env: Mapping[str, str],
        cwd: str,
        seconds: float,
    ) -> None:
        """Start the process and wait until it can fork. If it cannot, ``obstacles`` says why.

        Parameters
        ----------
        cells : sequence of str
            The source of the notebook's code cells.
        run_cells : bool
            Whether to run them; else only what they import is imported.
        rehearsal : str or None
            A function that goes through a visit, like ``package.module:function``.
        env : mapping
            The environment of the process and of all copies.
        cwd : str
            Its folder.
        seconds : float
            A process that is not ready by then is ended.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            arguments = [
                "-m",
                "careerpath.serving.forking.process",
                str(theirs.fileno()),
                str(os.getpid()),
            ]
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *arguments,
                pass_fds=[theirs.fileno()],
                env={**env, **NO_THREADS, **LARGE_BLOCKS},
                cwd=cwd,
                stdin=asyncio.subprocess.DEVNULL,
                start_new_session=True,
            )
        self.pid, self._control = process.pid, ours
        self._watching = asyncio.create_task(self._watch(process))
        ours.settimeout(0)
        try:
            reader, writer = await asyncio.open_connection(sock=ours.dup(), limit=LONGEST_REPORT)
            job = {"cells": list(cells), "run_cells": run_cells, "rehearsal": rehearsal}
            with closing(writer):
                writer.write(json.dumps(job).encode() + b"\n")
                report = json.loads(await asyncio.wait_for(reader.readline(), seconds))
        except TimeoutError:
            self.obstacles = [f"the notebook took longer than {seconds:g} s"]
        except (OSError, ValueError):
            self.obstacles = ["the process ended while it ran the notebook"]
        except BaseException:
            self.kill()
            raise
        else:
            self.messages, self.states = report["messages"], report["states"]
            self.obstacles = report["obstacles"]
        if self.obstacles:
            await self.stop()

    async def _watch(self, process: asyncio.subprocess.Process) -> None:
        await process.wait()
        self.ended.set()
        if self.when_ended is not None:
            self.when_ended()

    async def copy(self, connection_file: str) -> Copy:
        """Make a copy that listens as its connection file says.

        Parameters
        ----------
        connection_file : str
            The path of the file.

        Returns
        -------
        Copy
            The process.

        Raises
        ------
        CannotForkError
            If there is no copy that listens. A template process that hangs is ended.
        """
        async with self._free:
            pid, lifeline = await self._ask(connection_file, measure=False, seconds=COPY_SECONDS)
        return Copy(pid, lifeline)

    async def measure(self, connection_file: str) -> int:
        """Make a copy that goes through the rehearsal, and end it.

        Parameters
        ----------
        connection_file : str
            The path of a connection file.

        Returns
        -------
        int
            The bytes of memory that the copy had to itself at the end of the visit.

        Raises
        ------
        CannotForkError
            If it did not come to the end.
        """
        size, lifeline = await self._ask(connection_file, measure=True, seconds=MEASURE_SECONDS)
        lifeline.close()
        return size

    async def _ask(
        self, connection_file: str, *, measure: bool, seconds: float
    ) -> tuple[int, socket.socket]:
        """Ask for a copy, and return the number that it sends, and its lifeline."""
        if not self.ready or self._control is None:
            raise CannotForkError("; ".join(self.obstacles) or "the template process has ended")
        request = json.dumps({"connection_file": connection_file, "measure": measure}).encode()
        lifeline, theirs = socket.socketpair()
        lifeline.settimeout(0)
        try:
            with theirs:
                socket.send_fds(self._control, [request], [theirs.fileno()])
            answer = asyncio.get_running_loop().sock_recv(lifeline, 32)
            number = int(await asyncio.wait_for(answer, seconds))
        except TimeoutError as error:
            lifeline.close()
            self._late += 1
            if self._late >= MOST_LATE:
                self.kill()
            raise CannotForkError("the template process did not answer in time") from error
        except ValueError as error:  # nothing was sent
            lifeline.close()
            raise CannotForkError("the copy ended at once") from error
        except OSError as error:
            lifeline.close()
            raise CannotForkError(f"the template process does not listen: {error}") from error
        except BaseException:
            lifeline.close()  # which ends the copy, if there is one
            raise
        self._late = 0
        return number, lifeline

    def kill(self) -> None:
        """End the process and its child processes, even if it hangs. Its copies go on."""
        if self.pid and not self.ended.is_set():
            with suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)  # its copies have left the group

    async def stop(self) -> None:
        """End the process and wait for its end. Its copies go on."""
        self.kill()
        if self._watching is not None:
            await self._watching
        if self._control is not None:
            self._control.close()
