"""Pages made without a server."""

import asyncio
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from careerpath.serving.log import LOG
from careerpath.serving.page_maker import PageMaker
from careerpath.serving.server import CareerpathServer
from careerpath.serving.settings import Options


@pytest.fixture(scope="package")
def runner() -> Iterator[asyncio.Runner]:
    """One loop for several tests: a page's kernels belong to it."""
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture
def make_pages(runner: asyncio.Runner) -> Iterator[Callable[..., dict[str, PageMaker]]]:
    """Returns the makers of the pages in a folder. All kernels and processes end after the test."""
    if sys.platform != "linux":
        pytest.skip("only Linux has a safe fork")
    servers: list[CareerpathServer] = []

    def make(folder: Path, **options: object) -> dict[str, PageMaker]:
        async def start() -> CareerpathServer:
            server = CareerpathServer(Options(notebooks=folder, **options))
            server.init_settings()
            return server

        servers.append(runner.run(start()))
        return servers[-1].makers

    yield make
    for each in servers:
        runner.run(end(each))
        LOG.removeHandler(each.metrics)
        shutil.rmtree(each.connection_dir)


async def end(server: CareerpathServer) -> None:
    await server.kernel_manager.end_all()
    for maker in server.makers.values():
        await maker._stop_template()
