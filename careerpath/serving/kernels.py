"""What a visitor's browser may ask of its kernel: to connect, whether it lives, and to end it.

There is no login and no cookie. A kernel's id is random and only the page that it runs knows it,
so the id is the key: another site cannot ride on anything, because there is nothing that a browser
would send by itself.
"""

from __future__ import annotations

import json
from typing import Any, cast
from urllib.parse import urlsplit

from jupyter_core.utils import ensure_async
from jupyter_server.auth.identity import IdentityProvider, User
from jupyter_server.services.kernels.connection.base import (
    deserialize_msg_from_ws_v1,
    serialize_msg_to_ws_v1,
)
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from tornado.web import HTTPError, RequestHandler
from tornado.websocket import WebSocketProtocol, WebSocketProtocol13
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler

from careerpath.serving.rendering import log_trouble

KERNEL_ID = r"([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"
#: Jupyter's message format with a header that can be read without reading the rest.
PROTOCOL = "v1.kernel.websocket.jupyter.org"
#: Of that format: bytes of a number, and where the channel and the four parts begin and end.
WORD = 8
FEWEST_OFFSETS = 6


class Visitor(IdentityProvider):
    """Everybody is the same visitor, and no cookie says otherwise."""

    def get_user(self, handler: RequestHandler) -> User:
        """Return the visitor."""
        del handler
        return User(username="visitor")


class PageKernels(AsyncMappingKernelManager):
    """Jupyter's kernels, but a page hears at once that its kernel has been ended.

    Jupyter leaves the websocket of a kernel that it culls open and silent: a visitor would go on
    moving sliders, and nobody would listen.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.sockets: dict[str, set[KernelSocket]] = {}

    async def shutdown_kernel(  # type: ignore[override]
        self,
        kernel_id: str,
        now: bool = False,  # noqa: FBT001, FBT002 (as Jupyter has it)
        restart: bool = False,  # noqa: FBT001, FBT002
    ) -> None:
        """End a kernel, and close the websockets to it."""
        await super().shutdown_kernel(kernel_id, now=now, restart=restart)
        for each in self.sockets.pop(kernel_id, set()):
            each.close(1001, "the kernel has ended")


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
        if kernel_id not in self.settings["kernel_manager"]:
            raise HTTPError(404)
        await super().get(kernel_id=kernel_id)

    def get_websocket_protocol(self) -> WebSocketProtocol | None:
        """Leave pings to Jupyter, which counts in milliseconds what tornado takes for seconds."""
        protocol = super().get_websocket_protocol()
        if isinstance(protocol, WebSocketProtocol13):
            protocol.params.ping_interval = None
        return cast("WebSocketProtocol | None", protocol)

    async def open(self, kernel_id: str) -> None:
        """Connect to the kernel."""
        self.settings["kernel_manager"].sockets.setdefault(kernel_id, set()).add(self)
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
        return None
    if kind != "error":
        return message
    trace = "\n".join(content.get("traceback", []))
    log_id = log_trouble(f"A callback of kernel {kernel_id[:8]}", trace)
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


class KernelStatus(_KernelHandler):
    """Whether a kernel still lives."""

    SUPPORTED_METHODS = ("GET",)

    def get(self, kernel_id: str) -> None:
        """Answer 200 or 404."""
        if kernel_id not in self.settings["kernel_manager"]:
            raise HTTPError(404)
        self.write({"id": kernel_id, "name": "python3"})


class KernelShutdown(_KernelHandler):
    """The end of a kernel, asked for by a page that is being closed."""

    SUPPORTED_METHODS = ("POST",)

    async def post(self, kernel_id: str) -> None:
        """End the kernel. Nothing of it is worth waiting for: the draft lives in the browser."""
        manager = self.settings["kernel_manager"]
        if kernel_id in manager:
            await ensure_async(manager.shutdown_kernel(kernel_id, now=True))
        self.set_status(204)
