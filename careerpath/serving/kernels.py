"""The visitors' kernels, and the requests that a page may send to its kernel.

A page may connect, ask whether the kernel runs, and end it. There is no login and no cookie. Each
page has a random key, which only its own browser knows. The kernel's id is no key: other users of
the machine can read it in the list of processes. Because the browser adds nothing to a request,
another site cannot misuse a visitor's browser.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import re
import time
import traceback
import uuid
from collections.abc import Callable
from contextlib import suppress
from typing import Any, cast
from urllib.parse import urlsplit

import zmq
from jupyter_core.utils import ensure_async
from jupyter_server.auth.identity import IdentityProvider, User
from jupyter_server.services.kernels.connection.base import (
    deserialize_msg_from_ws_v1,
    serialize_msg_to_ws_v1,
)
from jupyter_server.services.kernels.kernelmanager import (
    AsyncMappingKernelManager,
    ServerKernelManager,
)
from jupyter_server.utils import ApiPath
from tornado.iostream import StreamBufferFullError
from tornado.web import HTTPError, RequestHandler
from tornado.websocket import WebSocketProtocol, WebSocketProtocol13
from traitlets import Int, default, observe
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler

from careerpath.serving.admission import Admission, Visit
from careerpath.serving.forking.template import Copy, Template
from careerpath.serving.log import log_event, log_failure, log_wrong_value, spending
from careerpath.serving.traffic import LARGEST_QUEUE, TooMuchTrafficError, Traffic

#: The key of a page, as it stands in addresses.
KEY = r"([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"
#: Jupyter's message format whose header can be read without parsing the rest.
PROTOCOL = "v1.kernel.websocket.jupyter.org"
#: In that format: the bytes of a number, and the offsets of the channel and the four parts.
WORD = 8
FEWEST_OFFSETS = 6
SESSION_ID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
#: The channels that a page needs. Kernels never read ``stdin``, so messages would pile up there.
CHANNELS = ("shell", "control")
#: The only comm that a page opens: it asks for the states of all widgets. Any other would make a
#: new widget, which the kernel keeps.
CONTROL_COMM = "jupyter.widget.control"
#: A page opens one, and again after a lost connection.
MOST_COMMS = 200
#: A page has one. After lost connections a few old ones may remain for a while.
MOST_SOCKETS = 8
#: In a traceback as IPython writes it: colours, the place of each frame, the libraries that set the
#: traits of widgets, and the functions by which they call ours.
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
FRAME = re.compile(r"^(?:File|Cell) .*", re.MULTILINE)
LIBRARY = re.compile(r"[/\\](?:traitlets|ipywidgets|anywidget)[/\\]")
CALLBACK = re.compile(
    r", in \S*\b(?:notify_change|_notify_observers|CallbackDispatcher.__call__)\("
)
#: Seconds in which kernels that are starting or ending must be done when the server stops.
END_SECONDS = 5
#: ZeroMQ allows 1023 sockets by default, and each visitor needs five.
MOST_CHANNELS = 60_000


class AnonymousVisitor(IdentityProvider):
    """Treats everybody as the same visitor, without a cookie."""

    def get_user(self, handler: RequestHandler) -> User:
        """Return the visitor."""
        del handler
        return User(username="visitor")


class EventlessKernel(ServerKernelManager):
    """A kernel's manager without Jupyter's events, which take a quarter of the server's work.

    Nobody listens to them, and each kernel would check their schema anew.

    Attributes
    ----------
    used : float
        When it was last active, by a clock that never jumps: ``last_activity`` is the time of day.
    """

    used = 0.0

    @observe("last_activity")
    def _note_use(self, _change: object) -> None:
        self.used = time.monotonic()

    def emit(self, schema_id: str, data: dict[str, Any]) -> None:
        """Do nothing."""


class PageKernels(AsyncMappingKernelManager):
    """Starts and ends the kernels. Each belongs to an open page.

    When a kernel ends, its websockets are closed, so that the page learns it at once. Jupyter
    leaves them open: a visitor would go on moving sliders and get no answer.
    """

    connect_timeout = Int(60, config=True, help="Seconds in which a page must connect.")

    @default("kernel_manager_class")
    def _kernel_manager_class(self) -> str:
        return f"{__name__}.{EventlessKernel.__name__}"

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.context.set(zmq.MAX_SOCKETS, MOST_CHANNELS)
        self.sockets: dict[str, set[KernelSocket]] = {}
        #: The open page of each kernel.
        self.visits: dict[str, Visit] = {}
        self._ids: dict[bytes, str] = {}
        self.admission: Admission
        #: Environment variables for the kernels, added to those of the server.
        self.environment: dict[str, str] = {}
        self._background: set[asyncio.Future[Any]] = set()
        self._ending: set[str] = set()

    async def start(self, kernel_name: str, template: Template | None = None) -> str:
        """Start a kernel. If the caller is cancelled meanwhile, end it again.

        Parameters
        ----------
        kernel_name : str
            The kernel's specification, such as ``python3``.
        template : Template or None
            The process to copy; None for an ordinary start.

        Returns
        -------
        str
            Its id.
        """
        kernel_id = str(uuid.uuid4())
        starting: asyncio.Future[str] = asyncio.ensure_future(
            self.start_kernel(
                kernel_id=kernel_id,
                kernel_name=kernel_name,
                path=ApiPath(""),
                env={**os.environ, **self.environment},
                # Keep visitors' pages out of the operator's IPython history.
                # ipykernel's log would get past the budget of what a visitor may log.
                extra_arguments=["--HistoryManager.enabled=False", "--log-level=CRITICAL"],
                template=template,
            )
        )
        self._keep(starting)
        try:
            await asyncio.shield(starting)
        except asyncio.CancelledError:
            await asyncio.wait([starting])
            await self.end(kernel_id)
            raise
        process = cast("Any", self.get_kernel(kernel_id)).provisioner.process
        if isinstance(process, Copy):
            process.when_ended = lambda: self._keep(asyncio.ensure_future(self._check(kernel_id)))
            if process.returncode is not None:
                process.when_ended()
        return kernel_id

    def _keep(self, task: asyncio.Future[Any]) -> None:
        """Hold a task until it is done: the loop itself does not."""
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def _check(self, kernel_id: str) -> None:
        """Check now whether a kernel has died; Jupyter checks each second."""
        if kernel_id in self and kernel_id not in self._ending:
            await cast("Any", self.get_kernel(kernel_id))._restarter.poll()  # noqa: SLF001

    def process_of(self, kernel_id: str) -> int:
        """Return the process id of a kernel."""
        provisioner: Any = self.get_kernel(kernel_id).provisioner
        return int(provisioner.pid)

    def hand_over(self, kernel_id: str, visit: Visit) -> str:
        """Give a kernel to an open page. Its idle time starts now.

        Parameters
        ----------
        kernel_id : str
            The kernel.
        visit : Visit
            The open page.

        Returns
        -------
        str
            The page's key.
        """
        kernel: Any = self.get_kernel(kernel_id)
        kernel.used = time.monotonic()
        key = str(uuid.uuid4())
        self._ids[_digest(key)] = kernel_id
        self.visits[kernel_id] = visit
        visit.kernel_id, visit.since = kernel_id, time.monotonic()
        return key

    def id_of(self, key: str) -> str:
        """Return the kernel of a page's key.

        Raises
        ------
        HTTPError
            404, if no open page has this key.
        """
        # By its digest, so that the time of the search tells nothing of the keys.
        kernel_id = self._ids.get(_digest(key))
        if kernel_id is None:
            raise HTTPError(404)
        return kernel_id

    async def end(self, kernel_id: str) -> None:
        """Kill a kernel, if it still runs. Nothing in it has to be saved."""
        if kernel_id in self and kernel_id not in self._ending:
            await self.shutdown_kernel(kernel_id, now=True)

    def end_flooded(self, kernel_id: str, reason: str) -> None:
        """Kill the kernel of a page that floods the server, with all that waits for either."""
        if kernel_id in self.visits:
            log_event("flooded", kernel=kernel_id, reason=reason)
            self._keep(asyncio.ensure_future(self.end(kernel_id)))

    async def end_all(self) -> None:
        """End all kernels, including those that are starting."""
        if self._background:
            await asyncio.wait(self._background, timeout=END_SECONDS)
        await asyncio.gather(
            *(self.end(each) for each in self.list_kernel_ids()), return_exceptions=True
        )

    async def shutdown_kernel(  # type: ignore[override]
        self,
        kernel_id: str,
        now: bool = False,  # noqa: FBT001, FBT002 (Jupyter's signature)
        restart: bool = False,  # noqa: FBT001, FBT002
    ) -> None:
        """End a kernel, and close the websockets to it."""
        self._ending.add(kernel_id)
        # From now on no page may connect to it.
        self._forget(kernel_id)
        try:
            await super().shutdown_kernel(kernel_id, now=now, restart=restart)
        finally:
            self._ending.discard(kernel_id)
        for each in self.sockets.pop(kernel_id, set()):
            each.close(1001, "the kernel has ended")

    def start_buffering(self, kernel_id: str, session_key: str, channels: dict[str, Any]) -> None:
        """Keep messages for a page whose connection was lost, but not without end."""
        super().start_buffering(kernel_id, session_key, channels)
        self._kernel_buffers[kernel_id]["buffer"] = _Buffer(
            lambda: self.end_flooded(kernel_id, "asks for much and is not connected")
        )

    def _forget(self, kernel_id: str) -> None:
        visit = self.visits.pop(kernel_id, None)
        if visit is not None:
            visit.ended.set()
            self._ids = {key: each for key, each in self._ids.items() if each != kernel_id}
            self.admission.leave(visit)

    def _handle_kernel_died(self, kernel_id: str) -> None:
        """Clean up after a kernel that died. Jupyter tells its pages."""
        log_event("kernel_died", kernel=kernel_id)
        self.stop_watching_activity(kernel_id)
        manager = self.get_kernel(kernel_id)
        super()._handle_kernel_died(kernel_id)
        self._forget(kernel_id)
        self._keep(asyncio.ensure_future(ensure_async(manager.cleanup_resources())))

    async def cull_kernel_if_idle(self, kernel_id: str) -> None:
        """End a kernel that nobody uses any more, and log why."""
        visit = self.visits.get(kernel_id)
        if visit is None:
            return
        kernel: Any = self.get_kernel(kernel_id)
        # Even if it is busy: a kernel that is busy for so long without output hangs.
        idle = time.monotonic() - kernel.used
        if not visit.connected and time.monotonic() - visit.since > self.connect_timeout:
            reason = "never-connected"
        elif idle > self.cull_idle_timeout:
            reason = "idle"
        else:
            return
        log_event("culled", kernel=kernel_id, reason=reason)
        await self.end(kernel_id)


class _Buffer(list[tuple[str, list[bytes]]]):
    """Messages for a page that is not connected.

    Parameters
    ----------
    full : callable
        Called when too many bytes wait.
    """

    def __init__(self, full: Callable[[], None]) -> None:
        super().__init__()
        self._full = full
        self._size = 0

    def append(self, message: tuple[str, list[bytes]]) -> None:
        """Add a message, if there is room."""
        self._size += sum(map(len, message[1]))
        if self._size > LARGEST_QUEUE:
            self._full()
        else:
            super().append(message)


class KernelSocket(VoilaKernelWebsocketHandler):
    """The websocket between a page and its kernel.

    Voilà's filter lets only harmless messages in: messages to widgets, but no code. Outgoing
    messages are filtered here: a traceback goes to the log, and the page gets the id of the entry.
    """

    async def get(self, key: str) -> None:
        """Open the websocket."""
        if not SESSION_ID.fullmatch(self.get_query_argument("session_id", "none")):
            raise HTTPError(400, "The session_id is malformed.")
        offered = self.request.headers.get("Sec-WebSocket-Protocol", "")
        if PROTOCOL not in [each.strip() for each in offered.split(",")]:
            # The filter for outgoing messages does not see Jupyter's older format.
            raise HTTPError(400, f"This server speaks only {PROTOCOL}.")
        kernels: PageKernels = self.settings["kernel_manager"]
        kernel_id = kernels.id_of(key)
        self._log_budget = kernels.visits[kernel_id].log_budget
        sockets = kernels.sockets.setdefault(kernel_id, set())
        if len(sockets) >= MOST_SOCKETS:
            raise HTTPError(429)
        sockets.add(self)  # now, because opening takes a while
        try:
            await super().get(kernel_id=kernel_id)
        except BaseException:
            sockets.discard(self)
            raise

    async def pre_get(self) -> None:
        """Connect to the kernel, unless it ends meanwhile: Jupyter would wait for it a minute."""
        kernels: PageKernels = self.settings["kernel_manager"]
        preparing = asyncio.ensure_future(super().pre_get())
        ended = asyncio.ensure_future(kernels.visits[self.kernel_id].ended.wait())
        await asyncio.wait({preparing, ended}, return_when=asyncio.FIRST_COMPLETED)
        if ended.done():
            preparing.cancel()
            raise HTTPError(404)
        ended.cancel()
        preparing.result()

    def log_exception(self, *error: Any) -> None:
        """Log the server's failures. Tornado would log the visitor's address, too."""
        kind, value, trace = error
        if not isinstance(value, HTTPError):
            detail = "".join(traceback.format_exception(kind, value, trace))
            log_failure("A websocket", detail)

    def write_error(self, status_code: int, **kwargs: object) -> None:
        """Send the status code only. Jupyter's page would need files that are not served."""
        del kwargs
        self.finish({"status": status_code})

    def get_websocket_protocol(self) -> WebSocketProtocol | None:
        """Turn tornado's pings off: Jupyter sends its own, with an interval in milliseconds."""
        protocol = super().get_websocket_protocol()
        if isinstance(protocol, WebSocketProtocol13):
            protocol.params.ping_interval = None
        return cast("WebSocketProtocol | None", protocol)

    async def open(self, kernel_id: str) -> None:
        """Connect to the kernel."""
        # A kernel answers in several small messages. Without this, each but the first would wait
        # 40 ms for the browser to acknowledge the one before.
        self.set_nodelay(True)
        self._traffic = Traffic()
        self._stream = cast("Any", self.ws_connection).stream
        self._stream.max_write_buffer_size = LARGEST_QUEUE
        kernels: PageKernels = self.settings["kernel_manager"]
        if kernel_id in kernels.visits:
            kernels.visits[kernel_id].connected = True
        # Of two websockets with the same identity, a kernel listens to the newer one only. If that
        # one is closed first, the page would speak on a line that nobody reads.
        self.connection.session.bsession = uuid.uuid4().hex.encode()
        await super().open(kernel_id)
        if kernel_id not in kernels.visits:  # it has ended meanwhile, and nobody told this page
            self.close(1001, "the kernel has ended")

    def on_close(self) -> None:
        """Forget this websocket."""
        self.settings["kernel_manager"].sockets.get(self.kernel_id, set()).discard(self)
        super().on_close()

    def on_message(self, ws_message: str | bytes) -> None:
        """Pass a message on. A malformed one closes this connection and does nothing else."""
        if not well_formed(ws_message):
            self.close(1003, "malformed message")
            return
        try:
            channel, parts = deserialize_msg_from_ws_v1(ws_message)
            header = json.loads(parts[0])
            self._traffic.received(header["msg_id"], len(ws_message))
            if channel in CHANNELS and self._may_send(header["msg_type"], parts[3]):
                with spending(self._log_budget):
                    super().on_message(ws_message)
        except TooMuchTrafficError as error:
            self._refuse(str(error))
        except (ValueError, KeyError, TypeError, IndexError, AssertionError, AttributeError):
            self.close(1003, "malformed message")

    def _may_send(self, kind: str, content: bytes) -> bool:
        """Return whether a page needs such a message; Voilà's filter checks its kind only."""
        if kind != "comm_open":
            return True
        visit = self.settings["kernel_manager"].visits.get(self.kernel_id)
        if visit is None or json.loads(content).get("target_name") != CONTROL_COMM:
            return False
        visit.comms += 1
        return bool(visit.comms <= MOST_COMMS)

    def write_message(self, message: bytes | str | dict[str, Any], binary: bool = False) -> Any:  # noqa: FBT001, FBT002
        """Send a message to the page, without the parts that belong in the log."""
        if isinstance(message, bytes):
            with spending(self._log_budget):
                done = self._traffic.answered
                masked = mask_outgoing(message, kernel_id=self.kernel_id, done=done)
            if masked is None:
                return None
            message = masked
        try:
            sent = super().write_message(message, binary)
        except StreamBufferFullError:
            self._refuse("does not read what it asked for")
            return None
        if sent is not None:
            # A page that has left needs no message, and nobody waits for this one.
            sent.add_done_callback(lambda each: each.cancelled() or each.exception())
        return sent

    def _refuse(self, reason: str) -> None:
        """End the page of a visitor who floods the server, with all that waits for it."""
        self.close(1008, reason)
        self._stream.close()
        kernels: PageKernels = self.settings["kernel_manager"]
        kernels.end_flooded(self.kernel_id, reason)


def well_formed(frame: str | bytes) -> bool:
    r"""Check the table of offsets at the start of a frame.

    Jupyter trusts the count that a frame begins with, and would fill the memory with a table of
    10^18 entries.

    Parameters
    ----------
    frame : str or bytes
        The frame as received.

    Returns
    -------
    bool
        Whether it can be parsed in Jupyter's v1 format.

    Examples
    --------
    >>> well_formed("text"), well_formed(b""), well_formed(b"\xff" * 64)
    (False, False, False)
    """
    if not isinstance(frame, bytes) or len(frame) < WORD:
        return False
    count = int.from_bytes(frame[:WORD], "little")
    if not FEWEST_OFFSETS <= count < len(frame) // WORD:
        return False
    table = frame[WORD : WORD * (count + 1)]
    offsets = [
        int.from_bytes(table[each : each + WORD], "little") for each in range(0, len(table), WORD)
    ]
    return offsets == sorted(offsets) and offsets[0] >= WORD and offsets[-1] <= len(frame)


def mask_outgoing(
    message: bytes, *, kernel_id: str, done: Callable[[str], None] = lambda _message_id: None
) -> bytes | None:
    """Move errors out of a message to a page and into the log.

    Parameters
    ----------
    message : bytes
        A message in Jupyter's v1 format.
    kernel_id : str
        The kernel, for the log.
    done : callable, optional
        Called with the id of a message when the kernel has done what it asked for.

    Returns
    -------
    bytes or None
        The message, with the id of the log entry instead of a traceback. None for a message of the
        error stream.
    """
    channel, parts = deserialize_msg_from_ws_v1(message)
    kind = json.loads(parts[0])["msg_type"]
    content = json.loads(parts[3]) if kind in {"error", "stream", "status"} else {}
    if content.get("execution_state") == "idle":
        done(json.loads(parts[1]).get("msg_id", ""))
    if kind == "stream" and content.get("name") == "stderr":
        # Our failing callbacks write here, with the id that the visitor sees.
        log_event("kernel_said", kernel=kernel_id, text=content.get("text", ""))
        return None
    if kind != "error":
        return message
    trace = COLOUR.sub("", "\n".join(content.get("traceback", [])))
    if is_wrong_value(content.get("ename", ""), trace):
        log_id = log_wrong_value(kernel_id)
    else:
        log_id = log_failure(f"callback of {kernel_id}", trace)
    plain = {"ename": "Error", "evalue": log_id, "traceback": []}
    masked = [*parts[:3], json.dumps(plain).encode(), *parts[4:]]
    return bytes(serialize_msg_to_ws_v1(masked, channel))


def is_wrong_value(kind: str, trace: str) -> bool:
    r"""Check whether an error only says that a page has sent a value that a widget does not take.

    Parameters
    ----------
    kind : str
        The class of the error.
    trace : str
        The traceback, as IPython writes it.

    Returns
    -------
    bool
        Whether it came up before any callback was called: in the widget's own checks, or in the
        libraries. An error in our own code is a failure of ours.

    Examples
    --------
    >>> checked = "File /lib/traitlets/traitlets.py:2680, in CInt.validate(self, obj, value)"
    >>> is_wrong_value("ValueError", checked)
    True
    >>> is_wrong_value("ValueError", checked + "\nFile /lib/careerpath/x.py:7, in f(change)")
    False
    """
    if CALLBACK.search(trace):
        return False
    return kind == "TraitError" or all(map(LIBRARY.search, FRAME.findall(trace)))


class _KernelHandler(RequestHandler):
    """A request about one kernel."""

    def check_xsrf_cookie(self) -> None:
        """Check no cookie: the kernel's id is the key (see the module's docstring)."""

    def prepare(self) -> None:
        """Refuse requests from other sites."""
        origin = self.request.headers.get("Origin")
        if origin is not None and urlsplit(origin).netloc != self.request.host:
            raise HTTPError(403)
        self.set_header("Cache-Control", "no-store")

    def write_error(self, status_code: int, **kwargs: object) -> None:
        """Send the status code only."""
        del kwargs
        self.finish({"status": status_code})


class KernelStatusHandler(_KernelHandler):
    """Says whether a page's kernel still runs."""

    SUPPORTED_METHODS = ("GET",)

    def get(self, key: str) -> None:
        """Answer 200 or 404."""
        self.settings["kernel_manager"].id_of(key)
        self.write({"id": key, "name": "python3"})


class KernelShutdownHandler(_KernelHandler):
    """Ends the kernel of a page that is being closed."""

    SUPPORTED_METHODS = ("POST",)

    async def post(self, key: str) -> None:
        """End the kernel. Nothing is lost: the browser keeps the draft."""
        kernels: PageKernels = self.settings["kernel_manager"]
        with suppress(HTTPError):
            await kernels.end(kernels.id_of(key))
        self.set_status(204)


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()
