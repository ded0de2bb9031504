"""A simulated visitor without a browser, who sends the same messages as the page's front end."""

from __future__ import annotations

import asyncio
import json
import re
import time
import uuid
from dataclasses import dataclass, field
from html import unescape
from typing import Any

from jupyter_server.services.kernels.connection.base import (
    deserialize_msg_from_ws_v1,
    serialize_msg_to_ws_v1,
)
from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

#: Our page and Voilà's both name it in a JSON element.
KERNEL_ID = re.compile(rb'"kernelId":\s*"([0-9a-f-]{36})"')
VIEW = b"application/vnd.jupyter.widget-view+json"

Message = dict[str, Any]


class VisitError(RuntimeError):
    """A visit failed. The text says how."""


@dataclass
class Visitor:
    """One person's visit, from the page to the result.

    Attributes
    ----------
    page : str
        The page's address.
    root : str
        The server's address, with a slash at the end.
    patience : float
        The most seconds for the whole visit.
    kernel_id : str
        The id of the page's kernel, once it is known.
    """

    page: str
    root: str
    patience: float
    kernel_id: str = field(default="", init=False)
    _session: str = field(default_factory=lambda: uuid.uuid4().hex, init=False)
    _models: dict[str, dict[str, Any]] = field(default_factory=dict, init=False)
    _heard: list[dict[str, Any]] = field(default_factory=list, init=False)
    _socket: WebSocketClientConnection | None = field(default=None, init=False)

    def _request(self, url: str, **options: Any) -> HTTPRequest:
        return HTTPRequest(
            url,
            connect_timeout=self.patience,
            request_timeout=self.patience,
            **options,
        )

    # The page

    async def open(self) -> None:
        """Get the page, and connect to its kernel as soon as the page names it."""
        html = bytearray()
        known = asyncio.Event()

        def receive(chunk: bytes) -> None:
            html.extend(chunk)
            if not self.kernel_id and (found := KERNEL_ID.search(html)):
                self.kernel_id = found[1].decode()
                known.set()

        request = self._request(self.page, streaming_callback=receive)
        getting = asyncio.ensure_future(AsyncHTTPClient().fetch(request, raise_error=False))
        connecting = asyncio.ensure_future(self._connect(known))
        try:
            response = await getting
            if response.code != 200:
                told = f": {response.error}" if response.code == 599 else ""
                raise VisitError(f"the page answered {response.code}{told}")
            if not self.kernel_id:
                raise VisitError(f"the page names no kernel: {words(html)}")
            if VIEW not in html:
                raise VisitError(f"the page has no widget: {words(html)}")
            await connecting
        finally:
            connecting.cancel()

    async def _connect(self, known: asyncio.Event) -> None:
        await known.wait()
        url = f"ws{self.root.removeprefix('http')}api/kernels/{self.kernel_id}/channels"
        self._socket = await websocket_connect(
            self._request(f"{url}?session_id={self._session}"),
            subprotocols=["v1.kernel.websocket.jupyter.org"],
        )

    # The assessment

    async def load(self) -> None:
        """Get the state of all widgets, through ipywidgets' control comm."""
        comm = uuid.uuid4().hex
        opening = {"comm_id": comm, "target_name": "jupyter.widget.control", "data": {}}
        await self._send("comm_open", opening, metadata={"version": "1.0.0"})
        await self._send("comm_msg", {"comm_id": comm, "data": {"method": "request_states"}})
        while True:
            message = await self._receive()
            content = message["content"]
            if message["header"]["msg_type"] == "comm_msg" and content["comm_id"] == comm:
                break
        for model, described in content["data"]["states"].items():
            self._models.setdefault(model, {}).update(described["state"])
        for model, state in list(self._models.items()):
            if "storage" in state:
                # The browser has looked for a draft, and there is none.
                seen = {"found": None, "storage": True, "looked": True}
                await self._set(model, {key: seen[key] for key in seen if key in state})

    async def take(self, think: float) -> None:
        """Press Start, answer each question, and continue until the result is shown.

        Parameters
        ----------
        think : float
            Seconds to think about each question.
        """
        await self._press("start")
        count, last = 0, ""
        while slider := self._shown_slider():
            if self._models[slider]["name"] == last:
                raise VisitError(f"question {last} stayed after it was answered")
            last = self._models[slider]["name"]
            await asyncio.sleep(think)
            count += 1
            await self._set(slider, {"value": count % 11})
            await self._custom(slider, {"submit": True})
        if not count:
            raise VisitError("no question was shown after Start")
        await self._press("next")
        self._screen("How sure is this?")

    async def join(self, code: str) -> None:
        """Join a room, as a browser does that has opened the room's link."""
        await self._custom(self._session_model(), {"join": {**self._claim(code), "shared": None}})
        await self._hear("joined")

    async def share(self, code: str) -> dict[str, int]:
        """Share the result with the room until it has arrived. Returns the shared answers.

        A second tap follows, which must not count.
        """
        model = self._screen('data-action="share"')
        found = re.search('data-answers="([^"]*)"', self._models[model]["html"])
        if found is None:
            raise VisitError("there is nothing to share")
        answers: dict[str, int] = json.loads(unescape(found[1]))
        for _ in range(2):
            outcome = "later"
            while outcome == "later":
                share = {**self._claim(code), "answers": answers}
                await self._custom(self._session_model(), {"share": share})
                outcome = (await self._hear("settled"))["outcome"]
            if outcome != "shared":
                raise VisitError(f"sharing was {outcome}")
        return answers

    def _claim(self, code: str) -> dict[str, str]:
        return {"code": code, "token": self._session}

    def _session_model(self) -> str:
        return next(model for model, state in self._models.items() if "looked" in state)

    async def _hear(self, name: str) -> Any:
        """Return the content of a custom message with that name; wait for it if necessary."""
        while not any(name in each for each in self._heard):
            await self._receive()
        place = next(n for n, each in enumerate(self._heard) if name in each)
        return self._heard.pop(place)[name]

    def _screen(self, text: str) -> str:
        """Return the id of the model that shows a text."""
        for model, state in self._models.items():
            if text in state.get("html", ""):
                return model
        shown = " ".join(state["html"] for state in self._models.values() if state.get("html"))
        raise VisitError(f"no screen shows {text!r}, but: {words(shown.encode())}")

    def _shown_slider(self) -> str:
        for state in self._models.values():
            for child in state.get("children") or []:
                model = str(child).removeprefix("IPY_MODEL_")
                if "low_label" in self._models.get(model, {}):
                    return model
        return ""

    # Messages

    async def _press(self, action: str) -> None:
        """Press a button. The message holds the place of the screen, as html_view.js sends it."""
        model = self._screen(f'data-action="{action}"')
        place = re.search('data-place="([^"]*)"', self._models[model]["html"])
        values = {"place": unescape(place[1])} if place else {}
        await self._custom(model, {"action": action, "values": values})

    async def _set(self, model: str, state: dict[str, Any]) -> None:
        await self._tell(model, {"method": "update", "state": state, "buffer_paths": []})

    async def _custom(self, model: str, content: dict[str, Any]) -> None:
        await self._tell(model, {"method": "custom", "content": content})

    async def _tell(self, model: str, data: dict[str, Any]) -> None:
        """Send a message to a widget, and read all replies until the kernel is idle."""
        sent = await self._send("comm_msg", {"comm_id": model, "data": data})
        while True:
            message = await self._receive()
            if message["parent_header"].get("msg_id") != sent:
                continue
            if message["header"]["msg_type"] == "error":
                raise VisitError(f"the kernel failed: {message['content']['evalue']}")
            if message["content"].get("execution_state") == "idle":
                return

    async def _send(
        self, kind: str, content: dict[str, Any], *, metadata: dict[str, Any] | None = None
    ) -> str:
        if self._socket is None:
            raise VisitError("the page is not open")
        header = {
            "msg_id": uuid.uuid4().hex,
            "msg_type": kind,
            "session": self._session,
            "username": "",
            "date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "version": "5.3",
        }
        parts = [json.dumps(part).encode() for part in (header, {}, metadata or {}, content)]
        frame = serialize_msg_to_ws_v1(parts, "shell")  # type: ignore[no-untyped-call]
        await self._socket.write_message(frame, binary=True)
        return header["msg_id"]

    async def _receive(self) -> Message:
        """Return the next message, after the models have been updated from it."""
        received = await self._socket.read_message() if self._socket else None
        if received is None:
            raise VisitError("the server closed the connection")
        _, parts = deserialize_msg_from_ws_v1(received)  # type: ignore[no-untyped-call]
        names = ("header", "parent_header", "metadata", "content")
        message = {name: json.loads(part) for name, part in zip(names, parts, strict=False)}
        content = message["content"]
        kind, data = message["header"]["msg_type"], content.get("data", {})
        if kind == "comm_open" or (kind == "comm_msg" and data.get("method") == "update"):
            self._models.setdefault(content["comm_id"], {}).update(data.get("state", {}))
        if kind == "comm_msg" and data.get("method") == "custom":
            self._heard.append(data["content"])
        return message

    # The end

    async def leave(self) -> None:
        """Close the page, and ask the server to end its kernel, as the front end does."""
        if self.kernel_id:
            shutdown = f"{self.root}voila/api/shutdown/{self.kernel_id}"
            await AsyncHTTPClient().fetch(
                self._request(shutdown, method="POST", body=b""), raise_error=False
            )
        if self._socket is not None:
            self._socket.close()


def words(html: bytes | bytearray) -> str:
    """Return the start of a page's text."""
    text = re.sub(
        r"<(script|style).*?</\1>|<[^>]*>", " ", html.decode(errors="replace"), flags=re.S
    )
    return " ".join(text.split())[:200]
