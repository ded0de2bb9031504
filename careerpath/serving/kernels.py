"""What a visitor's browser may ask of its kernel: to connect, whether it lives, and to end it.

There is no login and no cookie. A kernel's id is random and only the page that it runs knows it,
so the id is the key: another site cannot ride on anything, because there is nothing that a browser
would send by itself.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
import traceback
import uuid
from typing import Any, cast
from urllib.parse import urlsplit

import zmq
from jupyter_client.session import utcnow
from jupyter_core.utils import ensure_async
from jupyter_server.auth.identity import IdentityProvider, User
from jupyter_server.services.kernels.connection.base import (
    deserialize_msg_from_ws_v1,
    serialize_msg_to_ws_v1,
)
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from jupyter_server.utils import ApiPath
from tornado.web import HTTPError, RequestHandler
from tornado.websocket import WebSocketProtocol, WebSocketProtocol13
from traitlets import Int
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler

from careerpath.serving.admission import Admission, Visit
from careerpath.serving.log import log_event, log_trouble

KERNEL_ID = r"([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"
#: Jupyter's message format with a header that can be read without reading the rest.
PROTOCOL = "v1.kernel.websocket.jupyter.org"
#: Of that format: bytes of a number, and where the channel and the four parts begin and end.
WORD = 8
FEWEST_OFFSETS = 6
#: A page has one; a network that comes and goes may leave a few behind for a while.
MOST_SOCKETS = 8
#: ZeroMQ allows 1023 sockets unless told otherwise, and each visitor has five.
MOST_CHANNELS = 60_000


class AnonymousVisitor(IdentityProvider):
    """Everybody is the same visitor, and no cookie says otherwise."""

    def get_user(self, handler: RequestHandler) -> User:
        """Return the visitor."""
        del handler
        return User(username="visitor")


class PageKernels(AsyncMappingKernelManager):
    """Jupyter's kernels, each from its start to its end; most of them belong to somebody's visit.

    A page hears at once that its kernel has been ended. Jupyter leaves the websocket of a kernel
    that it culls open and silent: a visitor would go on moving sliders, and nobody would listen.
    """

    connect_timeout = Int(60, config=True, help="Seconds until a page must have connected.")

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.context.set(zmq.MAX_SOCKETS, MOST_CHANNELS)
        self.sockets: dict[str, set[KernelSocket]] = {}
        #: Whose kernel it is. A kernel that is nobody's is being made ahead, and is never culled.
        self.visits: dict[str, Visit] = {}
        self.admission: Admission
        #: What kernels find in their environment beside our own.
        self.environment: dict[str, str] = {}
        self._beginning: set[asyncio.Future[Any]] = set()
        self._ending: set[str] = set()

    async def begin(self, kernel_name: str) -> str:
        """Start a kernel: whole, or not at all where whoever wants it is cancelled.

        Parameters
        ----------
        kernel_name : str
            The kernel's kind.

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
                # Nothing that happens in a page belongs into the operator's IPython history.
                extra_arguments=["--HistoryManager.enabled=False"],
            )
        )
        self._beginning.add(starting)
        starting.add_done_callback(self._beginning.discard)
        try:
            return await asyncio.shield(starting)
        except asyncio.CancelledError:
            await asyncio.wait([starting])
            await self.end(kernel_id)
            raise

    def process_of(self, kernel_id: str) -> int:
        """Return the id of a kernel's process."""
        provisioner: Any = self.get_kernel(kernel_id).provisioner
        return int(provisioner.pid)

    def hand_over(self, kernel_id: str, visit: Visit) -> None:
        """Give a kernel to whoever has come for it. Its time begins now."""
        self.visits[kernel_id] = visit
        visit.kernel_id, visit.since = kernel_id, time.monotonic()
        kernel: Any = self.get_kernel(kernel_id)
        kernel.last_activity = utcnow()

    async def end(self, kernel_id: str) -> None:
        """End a kernel, if it is still there. Nothing of it is worth waiting for."""
        if kernel_id in self and kernel_id not in self._ending:
            await self.shutdown_kernel(kernel_id, now=True)

    async def end_all(self) -> None:
        """End all kernels, those too that are just starting."""
        if self._beginning:
            await asyncio.wait(self._beginning)
        await asyncio.gather(
            *(self.end(each) for each in self.list_kernel_ids()), return_exceptions=True
        )

    async def shutdown_kernel(  # type: ignore[override]
        self,
        kernel_id: str,
        now: bool = False,  # noqa: FBT001, FBT002 (as Jupyter has it)
        restart: bool = False,  # noqa: FBT001, FBT002
    ) -> None:
        """End a kernel, and close the websockets to it."""
        self._ending.add(kernel_id)
        # From now on it is nobody's: nobody may connect to it any more.
        self._forget(kernel_id)
        try:
            await super().shutdown_kernel(kernel_id, now=now, restart=restart)
        finally:
            self._ending.discard(kernel_id)
        for each in self.sockets.pop(kernel_id, set()):
            each.close(1001, "the kernel has ended")

    def _forget(self, kernel_id: str) -> None:
        visit = self.visits.pop(kernel_id, None)
        if visit is not None:
            self.admission.leave(visit)

    def _handle_kernel_died(self, kernel_id: str) -> None:
        """Put away what is left of a kernel. Its pages hear of it by themselves."""
        log_event("kernel_died", kernel=kernel_id, pooled=kernel_id not in self.visits)
        self.stop_watching_activity(kernel_id)
        remains = self.get_kernel(kernel_id)
        super()._handle_kernel_died(kernel_id)
        self._forget(kernel_id)
        cleaning = asyncio.ensure_future(ensure_async(remains.cleanup_resources()))
        self._beginning.add(cleaning)
        cleaning.add_done_callback(self._beginning.discard)

    async def cull_kernel_if_idle(self, kernel_id: str) -> None:
        """End a kernel that has no reader any more, and tell why."""
        visit = self.visits.get(kernel_id)
        if visit is None:
            return
        kernel: Any = self.get_kernel(kernel_id)
        # Busy or not: what has been busy for so long without a word hangs.
        idle = (utcnow() - kernel.last_activity).total_seconds()
        if not visit.connected and time.monotonic() - visit.since > self.connect_timeout:
            reason = "never-connected"
        elif idle > self.cull_idle_timeout:
            reason = "idle"
        else:
            return
        log_event("culled", kernel=kernel_id, reason=reason)
        await self.end(kernel_id)


class KernelSocket(VoilaKernelWebsocketHandler):
    """The websocket between a page and its kernel.

    Voilà's filter decides what may go in: comm messages, but no code. What goes out is filtered
    here: a traceback goes to the log, and the page gets its id.
    """

    async def get(self, kernel_id: str) -> None:
        """Open the websocket."""
        offered = self.request.headers.get("Sec-WebSocket-Protocol", "")
        if PROTOCOL not in [each.strip() for each in offered.split(",")]:
            # Jupyter's older format would pass by the filters for what goes out.
            raise HTTPError(400, f"Only {PROTOCOL} is spoken here.")
        kernels: PageKernels = self.settings["kernel_manager"]
        if kernel_id not in kernels.visits:
            raise HTTPError(404)
        if len(kernels.sockets.get(kernel_id, ())) >= MOST_SOCKETS:
            raise HTTPError(429)
        await super().get(kernel_id=kernel_id)

    def log_exception(self, *error: Any) -> None:
        """Log what is our fault; tornado would tell the visitor's address, too."""
        kind, value, trace = error
        if not isinstance(value, HTTPError):
            detail = "".join(traceback.format_exception(kind, value, trace))
            log_trouble("A websocket", detail)

    def get_websocket_protocol(self) -> WebSocketProtocol | None:
        """Leave pings to Jupyter, which counts in milliseconds what tornado takes for seconds."""
        protocol = super().get_websocket_protocol()
        if isinstance(protocol, WebSocketProtocol13):
            protocol.params.ping_interval = None
        return cast("WebSocketProtocol | None", protocol)

    async def open(self, kernel_id: str) -> None:
        """Connect to the kernel."""
        # A kernel answers in several small messages; without this each but the first would wait
        # for the browser to acknowledge the one before, 40 ms later.
        self.set_nodelay(True)
        kernels: PageKernels = self.settings["kernel_manager"]
        kernels.sockets.setdefault(kernel_id, set()).add(self)
        if kernel_id in kernels.visits:
            kernels.visits[kernel_id].connected = True
        await super().open(kernel_id)

    def on_close(self) -> None:
        """Let go of the kernel."""
        self.settings["kernel_manager"].sockets.get(self.kernel_id, set()).discard(self)
        super().on_close()

    def on_message(self, ws_message: str | bytes) -> None:
        """Pass a message on; what makes no sense ends the connection and nothing else."""
        if not well_formed(ws_message):
            self.close(1003, "malformed message")
            return
        try:
            super().on_message(ws_message)
        except (ValueError, KeyError, TypeError, IndexError, AssertionError, AttributeError):
            self.close(1003, "malformed message")

    def write_message(self, message: bytes | str | dict[str, Any], binary: bool = False) -> Any:  # noqa: FBT001, FBT002
        """Send a message to the page."""
        if isinstance(message, bytes):
            masked = mask_outgoing(message, kernel_id=self.kernel_id)
            if masked is None:
                return None
            message = masked
        return super().write_message(message, binary)


def well_formed(frame: str | bytes) -> bool:
    r"""Tell whether a frame's table of parts fits the frame.

    Jupyter believes the count that a frame begins with, and would fill the memory with a table of
    10^18 entries.

    Parameters
    ----------
    frame : str or bytes
        What came over the websocket.

    Returns
    -------
    bool
        Whether it can be read in Jupyter's v1 format.

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


def mask_outgoing(message: bytes, *, kernel_id: str) -> bytes | None:
    """Keep what is for the log out of a message to a page.

    Parameters
    ----------
    message : bytes
        A message in Jupyter's v1 format.
    kernel_id : str
        Whose message it is, for the log.

    Returns
    -------
    bytes or None
        The message; with an id in the place of a traceback; None for the error stream.
    """
    channel, parts = deserialize_msg_from_ws_v1(message)
    kind = json.loads(parts[0])["msg_type"]
    content = json.loads(parts[3]) if kind in {"error", "stream"} else {}
    if kind == "stream" and content.get("name") == "stderr":
        # Our own callbacks end here when they fail: they have told the visitor the id in it.
        log_event("kernel_said", kernel=kernel_id, text=content.get("text", ""))
        return None
    if kind != "error":
        return message
    trace = "\n".join(content.get("traceback", []))
    log_id = log_trouble(f"callback of {kernel_id}", trace)
    plain = {"ename": "Error", "evalue": log_id, "traceback": []}
    masked = [*parts[:3], json.dumps(plain).encode(), *parts[4:]]
    return bytes(serialize_msg_to_ws_v1(masked, channel))


class _KernelHandler(RequestHandler):
    """A request about one kernel."""

    def check_xsrf_cookie(self) -> None:
        """Need no cookie: see the module's text."""

    def prepare(self) -> None:
        """Refuse other sites."""
        origin = self.request.headers.get("Origin")
        if origin is not None and urlsplit(origin).netloc != self.request.host:
            raise HTTPError(403)
        self.set_header("Cache-Control", "no-store")

    def write_error(self, status_code: int, **kwargs: object) -> None:
        """Say as little as there is to say."""
        del kwargs
        self.finish({"status": status_code})


class KernelStatusHandler(_KernelHandler):
    """Whether a kernel still lives."""

    SUPPORTED_METHODS = ("GET",)

    def get(self, kernel_id: str) -> None:
        """Answer 200 or 404."""
        if kernel_id not in self.settings["kernel_manager"].visits:
            raise HTTPError(404)
        self.write({"id": kernel_id, "name": "python3"})


class KernelShutdownHandler(_KernelHandler):
    """The end of a kernel, asked for by a page that is being closed."""

    SUPPORTED_METHODS = ("POST",)

    async def post(self, kernel_id: str) -> None:
        """End the kernel. Nothing of it is worth waiting for: the draft lives in the browser."""
        kernels: PageKernels = self.settings["kernel_manager"]
        if kernel_id in kernels.visits:
            await kernels.end(kernel_id)
        self.set_status(204)
