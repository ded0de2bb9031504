"""A Jupyter kernel that runs cells before it has sockets, and gets its sockets after a fork."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import json
import os
import sys
import threading
import uuid
import weakref
from collections.abc import Awaitable, Callable
from contextlib import contextmanager, suppress
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import tornado.platform.asyncio  # noqa: F401 (a loop imports it; so a copy need not)
import zmq
from ipykernel.iostream import BackgroundSocket, IOPubThread
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from tornado.ioloop import IOLoop
from zmq.eventloop.zmqstream import ZMQStream

if TYPE_CHECKING:
    from collections.abc import Iterator

#: A message of a cell: its type and its content.
Message = dict[str, Any]
#: Sends a widget a message, as its page does: the widget's model id and the data.
Send = Callable[[str, dict[str, Any]], Awaitable[None]]
#: Goes through a visit. What it loads and warms up is then shared by all copies.
Rehearsal = Callable[[Send], Awaitable[None]]

#: The messages that become a cell's output.
OUTPUTS = frozenset(
    (
        "stream",
        "display_data",
        "update_display_data",
        "execute_result",
        "error",
        "clear_output",
    )
)
#: The kind of the socket that sends messages to the page. ipykernel 7.0 has the older kind.
IOPUB = zmq.XPUB if hasattr(IOPubThread, "_setup_xpub_listener") else zmq.PUB
#: Milliseconds that a closing socket goes on sending, as in ipykernel.
LINGER = 1000
#: The sizes of Python's small blocks, and how many bytes of each are filled before a fork: more
#: than are free after a visit.
SMALL_BLOCKS, FILLING = range(48, 513, 16), 1 << 18
_filling: list[bytes] = []


class _NoLoop:
    """Replaces the loop that flushes printed text. Before the fork, each cell flushes it."""

    def call_later(self, *_: Any) -> None:
        """Do nothing."""

    add_callback = call_later


class Outbox(IOPubThread):
    """The kernel's messages to its page: kept before the fork, and sent after it.

    ipykernel sends them from a thread, and a process with threads cannot be forked. This one has no
    thread. Streams, display hooks and comms that hold it before the fork can use it after the fork.
    """

    def __init__(self, session: Any) -> None:  # not that of the base class, which makes sockets
        self.socket = None
        self.session = session
        self.io_loop: Any = _NoLoop()
        self.background_socket = BackgroundSocket(self)
        self.thread = threading.Thread(name="never started")
        self.kept: list[list[bytes]] = []
        self._stopped = self._pipe_flag = False
        self._master_pid = os.getpid()
        self._main = threading.get_ident()

    def connect(self, socket: Any, loop: Any) -> None:
        """Send from now on."""
        self.socket, self.io_loop = socket, loop
        self._master_pid = os.getpid()
        self._main = threading.get_ident()
        if IOPUB == zmq.XPUB:
            self._setup_xpub_listener()

    def schedule(self, f: Callable[[], None]) -> None:
        """Call a function now; from another thread, let the main thread call it."""
        if threading.get_ident() == self._main:
            f()
        else:
            self.io_loop.add_callback(f)

    def _really_send(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        if self.socket is None:
            self.kept.append([bytes(part) for part in msg])
        else:
            with suppress(zmq.ZMQError):
                self.socket.send_multipart(msg, *args, **kwargs)


class _NoReply:
    """Takes the replies to the template's own requests."""

    def send_multipart(self, *_: Any, **__: Any) -> None:
        """Drop the reply."""

    def flush(self, *_: Any) -> None:
        """Do nothing."""


class ForkableKernel(IPythonKernel):
    """An IPython kernel without threads, so without a debugger and without subshells."""

    @property
    def _supports_kernel_subshells(self) -> bool:
        return False

    def start(self) -> None:
        """Listen."""
        if self.shell:
            self.shell.exit_now = False
        # Cells that await something need to know the main thread, but there is no such thread.
        main, self.shell_channel_thread = self.shell_channel_thread, None
        # Not that of IPythonKernel, which starts the debugger's thread.
        super(IPythonKernel, self).start()
        self.shell_channel_thread = main

    def _abort_queues(self, *args: Any) -> None:
        # After a cell that fails. The base class would let the missing thread do it.
        main, self.shell_channel_thread = self.shell_channel_thread, None
        super()._abort_queues(*args)
        self.shell_channel_thread = main


class ForkableApp(IPKernelApp):
    """Jupyter's kernel in two halves: all that needs no socket, and after a fork the rest."""

    name = "ipython-kernel"

    def prepare(self) -> None:
        """Do all that a kernel does until it listens, without sockets and threads."""
        # Not that of IPKernelApp, which makes sockets.
        super(IPKernelApp, self).initialize(["--HistoryManager.enabled=False"])
        self.capture_fd_output = False
        self.init_pdb()
        self.init_blackhole()
        self.session.key = b""
        self.outbox = self.iopub_thread = Outbox(self.session)
        self.iopub_socket = self.outbox.background_socket
        self.init_io()
        self.init_signal()
        self.kernel = ForkableKernel.instance(
            parent=self,
            session=self.session,
            iopub_thread=self.iopub_thread,
            iopub_socket=self.iopub_socket,
            log=self.log,
            profile_dir=self.profile_dir,
            user_ns=self.user_ns,
        )
        self.kernel.shell_channel_thread = SimpleNamespace(parent_thread=threading.main_thread())
        self.displayhook.get_execution_count = lambda: self.kernel.execution_count
        self.init_path()
        self.init_shell()
        self.init_gui_pylab()
        self.init_extensions()
        self.init_code()
        self._take()

    def run_cells(self, cells: list[str]) -> tuple[list[list[Message]], list[str]]:
        """Run code cells one after the other. Stops after a cell that fails.

        Parameters
        ----------
        cells : list of str
            The source of each.

        Returns
        -------
        messages : list of list
            What each cell sent.
        obstacles : list of str
            What the cells left on the loop; empty if a copy misses nothing.
        """
        ran: list[list[Message]] = []
        left: list[str] = []
        with _new_loop() as loop:
            loop.run_until_complete(self._run_cells(cells, ran))
            # What is due now belongs to the cells.
            loop.run_until_complete(asyncio.sleep(0))
            left += [f"a task: {each!r:.200}" for each in asyncio.all_tasks(loop)]
            left += [f"a timer: {each!r:.200}" for each in getattr(loop, "_scheduled", ())]
            loop_used = weakref.ref(loop)
        del loop
        self.kernel.set_parent([], {})
        gc.collect()
        if loop_used() is not None:
            left.append("an object that holds the loop of the cells")
        return ran, left

    async def _run_cells(self, cells: list[str], ran: list[list[Message]]) -> None:
        for source in cells:
            content = {"code": source, "silent": False, "store_history": False}
            content |= {"user_expressions": {}, "allow_stdin": False, "stop_on_error": False}
            request = self.session.msg("execute_request", content)
            self.kernel.set_parent([b"template"], request)
            await self.kernel.execute_request(_NoReply(), [b"template"], request)
            ran.append(self._take())
            if any(each["msg_type"] == "error" for each in ran[-1]):
                break

    def _take(self) -> list[Message]:
        """Return what was sent since the last call, as plain data."""
        sys.stdout.flush()
        sys.stderr.flush()
        taken = []
        for parts in self.outbox.kept:
            message = self.session.deserialize(self.session.feed_identities(parts)[1])
            state = message["content"].get("data", {}).get("state", {})
            # An output widget collects outputs on the server's side.
            if message["msg_type"] in OUTPUTS or state.get("_model_name") == "OutputModel":
                taken.append({"msg_type": message["msg_type"], "content": message["content"]})
        self.outbox.kept.clear()
        self.session.digest_history.clear()
        plain: list[Message] = json.loads(json.dumps(taken, default=str))
        return plain

    def rehearse(self, rehearsal: Rehearsal | None) -> int:
        """Do what a visitor does, so that what it loads and warms up is shared by all copies.

        All widgets are asked for their states, as each page does. Then the rehearsal is called.
        Widgets that were made meanwhile are closed.

        Parameters
        ----------
        rehearsal : callable or None
            Goes through a visit of its own.

        Returns
        -------
        int
            The bytes of memory that the process had to itself at the end of the visit.
        """
        from ipywidgets.widgets.widget import _instances

        manager = self.kernel.comm_manager
        known = set(manager.comms)

        async def dispatch(kind: str, content: dict[str, Any], **metadata: Any) -> None:
            parts = self.session.serialize(self.session.msg(kind, content, metadata=metadata))
            await self.kernel.dispatch_shell([zmq.Frame(b"template"), *map(zmq.Frame, parts)])

        async def send(model_id: str, data: dict[str, Any]) -> None:
            await dispatch("comm_msg", {"comm_id": model_id, "data": data})

        async def visit() -> None:
            await dispatch("kernel_info_request", {})
            control = {"comm_id": uuid.uuid4().hex, "target_name": "jupyter.widget.control"}
            await dispatch("comm_open", {**control, "data": {}}, version="1.0.0")
            await send(control["comm_id"], {"method": "request_states"})
            if rehearsal is not None:
                await rehearsal(send)

        self.kernel.shell_stream = None
        with _new_loop() as loop:
            loop.run_until_complete(visit())
            loop.run_until_complete(loop.shutdown_default_executor())
        size = own_memory()
        for each in manager.comms.keys() - known:
            if each in _instances:
                _instances[each].close()
            elif each in manager.comms:  # not closed by another
                manager.comms[each].close()
        self.kernel.set_parent([], {})
        self._take()
        return size

    def widget_states(self) -> dict[str, Any]:
        """Return the state of each widget by its model id, in ipywidgets' format for pages."""
        if "ipywidgets" not in sys.modules:
            return {}
        from ipywidgets import Widget

        states: dict[str, Any] = Widget.get_manager_state(drop_defaults=False)["state"]
        return states

    def attach(self, connection_file: str) -> None:
        """Get identity and sockets, in a copy.

        Parameters
        ----------
        connection_file : str
            The file in which Jupyter names the addresses of the sockets and the key.
        """
        session, kernel = self.session, self.kernel
        session.pid, session.session, session.message_count = os.getpid(), uuid.uuid4().hex, 0
        # ZeroMQ sends a long message without copying it, for which it starts three threads.
        session.copy_threshold = sys.maxsize
        self.connection_file = connection_file
        self.load_connection_file()
        kernel.ident = str(uuid.uuid4())
        kernel.shell.displayhook.topic = kernel._topic("execute_result")  # noqa: SLF001
        self.context = context = zmq.Context()
        loop = IOLoop.current()
        kernel.shell_stream = ZMQStream(self._bind(context, zmq.ROUTER, self.shell_port), loop)
        kernel.control_stream = ZMQStream(self._bind(context, zmq.ROUTER, self.control_port), loop)
        kernel.stdin_socket = self._bind(context, zmq.ROUTER, self.stdin_port)
        self.outbox.connect(self._bind(context, IOPUB, self.iopub_port), loop)
        for handler in self.log.handlers:  # to the server, which limits what a visitor may log
            handler.stream = sys.stderr
        for stream in (sys.stdout, sys.stderr):
            stream._master_pid = os.getpid()  # type: ignore[union-attr]  # noqa: SLF001
            stream._io_loop = loop  # type: ignore[union-attr]  # noqa: SLF001

    def _bind(self, context: zmq.Context[Any], kind: int, port: int) -> Any:
        socket = context.socket(kind)
        socket.linger = LINGER
        if kind == zmq.ROUTER:
            socket.router_handover = 1
        self._bind_socket(socket, port)
        return socket


@contextmanager
def _new_loop() -> Iterator[asyncio.AbstractEventLoop]:
    """Make a loop that leaves nothing behind: each copy makes its own."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        yield loop
    finally:
        asyncio.set_event_loop(None)
        loop.close()
        IOLoop._ioloop_for_asyncio.pop(loop, None)  # noqa: SLF001


def own_memory() -> int:
    """Return the bytes of memory that this process shares with no other."""
    lines = Path("/proc/self/smaps_rollup").read_text("ascii").splitlines()
    return sum(int(each.split()[1]) * 1024 for each in lines if each.startswith("Private_"))


def settle_memory() -> None:
    """Arrange the memory so that copies share as much as possible for as long as possible."""
    gc.collect()
    # A copy would fill free blocks in shared pages, and then no longer share these pages. So large
    # ones go back to the system, and small ones are filled: new ones then lie side by side.
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
    _filling.extend(bytes(size - 33) for size in SMALL_BLOCKS for _ in range(FILLING // size))
    # A later collection would write into each object, so into each page.
    gc.freeze()
