"""The template process: it runs a notebook once, and then forks for each visitor.

``python -m careerpath.serving.forking.process FD PARENT`` talks over the socket with that number.
The first line is the job. The answer is a line, too: what the cells sent, and what forbids a fork.
Each later message asks for a copy. It names a connection file, and comes with a socket, the copy's
lifeline. The copy sends its process id over it as soon as it listens, and is killed by the system
when the server closes the other end. A copy that only measures sends its size instead, and ends.
"""

from __future__ import annotations

import ast
import ctypes
import fcntl
import importlib
import json
import math
import os
import resource
import signal
import socket
import sys
import time
import traceback
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from careerpath.serving.forking.obstacles import Before, obstacles

if TYPE_CHECKING:
    from careerpath.serving.forking.kernel import ForkableApp, Rehearsal

#: Python adapts code to its use in the first few runs. Once adapted, copies share it.
REHEARSALS = 3
#: If memory runs out, the system ends a visitor's process before the template or the server.
VISITOR_OOM_SCORE = "500"
#: Bytes that a visitor's process may take beyond the template's.
VISITOR_MEMORY = 256 * 1024 * 1024
#: A visitor's process that computes for so many seconds without a pause is ended by the system.
BUSY_SECONDS = 20
#: How often a process that pauses is allowed to go on.
PAUSE_SECONDS = 10
#: The server answers before visitors' processes compute.
NICE = 2
PR_SET_PDEATHSIG = 1
PR_SET_NAME = 15
#: ``fcntl`` names it in Python 3.12 and later only.
F_SETSIG = 10


def prctl(option: int, value: Any) -> None:
    """Set a property of this process."""
    ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def import_what_cells_import(cells: list[str]) -> None:
    """Import the modules that the cells import at their top level.

    Parameters
    ----------
    cells : list of str
        The source of each.
    """
    from IPython.core.inputtransformer2 import TransformerManager

    for source in cells:
        with suppress(SyntaxError):
            for node in ast.parse(TransformerManager().transform_cell(source)).body:
                names: list[str] = []
                if isinstance(node, ast.Import):
                    names = [each.name for each in node.names]
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    names = [node.module]
                for name in names:
                    # If the import fails, the cell says so to its visitor.
                    with suppress(Exception):
                        importlib.import_module(name)


def load(name: str | None) -> Rehearsal | None:
    """Import a function, named like ``package.module:function``."""
    if not name:
        return None
    module, _, function = name.partition(":")
    found: Rehearsal = getattr(importlib.import_module(module), function)
    return found


def prepare(job: dict[str, Any]) -> tuple[ForkableApp, Rehearsal | None, dict[str, Any]]:
    """Do the job: run the cells, or import what they import, and rehearse a visit.

    Returns
    -------
    app : ForkableApp
        The kernel.
    rehearsal : callable or None
        Goes through a visit.
    report : dict
        ``messages`` of each cell, ``states`` of all widgets, and ``obstacles``.
    """
    from careerpath.serving.forking.kernel import ForkableApp

    app = ForkableApp.instance()
    app.prepare()
    before = Before()
    # Not sooner: ipywidgets registers with the kernel that it finds when it is imported.
    rehearsal = load(job["rehearsal"])
    messages: list[Any] = []
    states: dict[str, Any] = {}
    left: list[str] = []
    if job["run_cells"]:
        messages, left = app.run_cells(job["cells"])
        kinds = {each["msg_type"] for cell in messages for each in cell}
        if "error" in kinds:
            left.append("a cell that fails")
        if "comm_open" in kinds:
            left.append("an output widget, which the server fills")
        if not left:
            try:
                for _ in range(REHEARSALS):
                    app.rehearse(rehearsal)
            except Exception as error:  # noqa: BLE001 (it can leave anything behind)
                traceback.print_exc(file=sys.__stderr__)
                left.append(f"a rehearsal that fails: {error!r}")
            states = app.widget_states()
    else:
        import_what_cells_import(job["cells"])
        app.rehearse(None)
    left += obstacles(before)
    return app, rehearsal, {"messages": messages, "states": states, "obstacles": left}


def fork_until_closed(control: socket.socket) -> tuple[dict[str, Any], socket.socket] | None:
    """Fork for each request.

    Returns
    -------
    tuple or None
        In each copy, its request and its lifeline. In the template None, when the server has closed
        the socket.
    """
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # so that the system removes ended copies
    while True:
        request, files, _, _ = socket.recv_fds(control, 65536, 1)
        if not request:
            return None
        with socket.socket(fileno=files[0]) as lifeline:
            try:
                copy = not os.fork()
            except OSError as error:  # the server sees the lifeline end
                print(f"could not fork: {error}", file=sys.__stderr__)
                continue
            if copy:
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                return json.loads(request), lifeline.dup()


def limit_memory() -> None:
    """Limit what this process may take. Beyond it Python raises MemoryError."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    most = pages * resource.getpagesize() + VISITOR_MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def allow_computing() -> None:
    """Let this process compute for some more seconds; from then on again and again.

    A process that computes without a pause does not come to the next time, and is ended.
    """
    from tornado.ioloop import IOLoop

    most = math.ceil(time.process_time()) + BUSY_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (most, resource.RLIM_INFINITY))
    IOLoop.current().call_later(PAUSE_SECONDS, allow_computing)


def live(app: ForkableApp, connection_file: str, lifeline: socket.socket) -> None:
    """Be one visitor's kernel until the server or the visitor ends it.

    Parameters
    ----------
    app : ForkableApp
        The kernel.
    connection_file : str
        Names its sockets.
    lifeline : socket
        Connects it to the server.
    """
    os.setsid()
    prctl(PR_SET_NAME, b"visitor")
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(VISITOR_OOM_SCORE, "ascii")
    os.nice(NICE)
    limit_memory()
    allow_computing()
    if "numpy.random" in sys.modules:  # Python's own generator gets a new seed by itself
        sys.modules["numpy.random"].seed()
    # From now on the system kills this process when the server closes the lifeline, even if it
    # hangs or is stopped: the event is delivered as SIGKILL in place of SIGIO.
    fcntl.fcntl(lifeline, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(lifeline, F_SETSIG, signal.SIGKILL)
    fcntl.fcntl(lifeline, fcntl.F_SETFL, fcntl.fcntl(lifeline, fcntl.F_GETFL) | os.O_ASYNC)
    try:
        app.attach(connection_file)
        lifeline.send(str(os.getpid()).encode())
    except (FileNotFoundError, BrokenPipeError):  # the server no longer wants it
        return
    app.start()


def main() -> None:
    """Do the job, then fork until the server closes the socket."""
    control = socket.socket(fileno=int(sys.argv[1]))
    os.set_inheritable(control.fileno(), False)  # noqa: FBT003
    # Before the kernel is imported, which takes a while: a server can be killed at any moment.
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != int(sys.argv[2]):  # the server ended before the line above
        return
    with control.makefile("r", encoding="utf-8") as lines:
        job = json.loads(lines.readline())
    from careerpath.serving.forking.kernel import settle_memory

    app, rehearsal, report = prepare(job)
    control.sendall(json.dumps(report).encode() + b"\n")
    if report["obstacles"]:
        os.killpg(0, signal.SIGKILL)  # with the child processes of the cells
    del job, report
    settle_memory()
    copy = fork_until_closed(control)
    if copy is None:
        return
    control.close()
    request, lifeline = copy
    if request["measure"]:
        app.attach(request["connection_file"])
        lifeline.send(str(app.rehearse(rehearsal)).encode())
    else:
        live(app, request["connection_file"], lifeline)


if __name__ == "__main__":
    try:
        main()
    except BaseException:  # noqa: BLE001 (a copy must never go on as a template)
        traceback.print_exc(file=sys.__stderr__)
    finally:
        # Without the clean-up of the template, which belongs to no copy.
        os._exit(0)
