"""A network between a browser and a server that can be cut."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from kit.server_process import ServerProcess


class BadNetwork:
    """A relay to a server: what is sent while it is cut arrives later, as after a tunnel.

    Parameters
    ----------
    server : ServerProcess
        The server behind the relay.
    delay : float
        Seconds that everything takes, each way.
    """

    def __init__(self, server: ServerProcess, *, delay: float = 0.0) -> None:
        self.server = server
        self._delay = delay
        self._address = urlsplit(server.url)
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._opened = threading.Event()
        self._lines: set[asyncio.StreamWriter] = set()
        self._relays: set[asyncio.Task[None]] = set()
        #: The server's address by way of this network.
        self.url = ""

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._opened.wait(10)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(10)

    def cut(self, *, both_ways: bool = True) -> None:
        """Let nothing through, or only what the browser sends. Neither end notices at once."""

        def cut() -> None:
            for each in (self._there, self._back) if both_ways else (self._back,):
                each.clear()

        self._loop.call_soon_threadsafe(cut)

    def restore(self, *, forgetful: bool = False) -> None:
        """Let everything through again; if forgetful, close all connections first."""

        def restore() -> None:
            for each in self._lines if forgetful else ():
                each.transport.abort()
            self._there.set()
            self._back.set()

        self._loop.call_soon_threadsafe(restore)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._end, self._there, self._back = (asyncio.Event() for _ in range(3))
        self._there.set()
        self._back.set()
        server = await asyncio.start_server(self._relay, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        self.url = self._address._replace(netloc=f"127.0.0.1:{port}").geturl()
        self._opened.set()
        await self._end.wait()
        server.close()
        for each in self._lines:
            each.transport.abort()
        self._there.set()
        self._back.set()
        await asyncio.gather(*self._relays)

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert self._address.port is not None
        ends, own = {writer}, asyncio.current_task()
        assert own is not None
        self._relays.add(own)
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._address.port)
            ends.add(far_writer)
            self._lines |= ends
            there = asyncio.ensure_future(self._pump(reader, far_writer, self._there))
            back = asyncio.ensure_future(self._pump(far_reader, writer, self._back))
            await asyncio.wait({there, back}, return_when=asyncio.FIRST_COMPLETED)
            there.cancel()
            back.cancel()
        finally:
            self._relays.discard(own)
            self._lines -= ends
            for each in ends:
                each.close()

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, opened: asyncio.Event
    ) -> None:
        with suppress(OSError):
            while piece := await reader.read(65536):
                await asyncio.sleep(self._delay)
                await opened.wait()
                writer.write(piece)
                await writer.drain()
