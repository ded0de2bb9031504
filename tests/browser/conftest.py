"""A real browser: any installed one of the Chromium family."""

import asyncio
import os
import shutil
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
NAMES += ("microsoft-edge", "msedge")
#: Two processes a window, for suggestions in the address bar that nobody sees, cost a third of the
#: time. Chromium uses the last of two such lists, so this one repeats what Playwright turns off.
UNNEEDED = (
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "AimEnabled",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
)
#: A browser that only does what the test says: it checks for no updates and sends no telemetry.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--disable-features={','.join(UNNEEDED)}",
)


def find_browser() -> str | None:
    """The browser that CAREERPATH_BROWSER names, or one on the PATH."""
    named = os.environ.get("CAREERPATH_BROWSER")
    if named:
        return shutil.which(named)
    return next((found for name in NAMES if (found := shutil.which(name))), None)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    executable = find_browser()
    if executable is None:
        message = "no browser: install Chromium, Chrome or Edge, or set CAREERPATH_BROWSER"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    arguments = [*browser_type_launch_args.get("args", []), *ARGUMENTS]
    return {**browser_type_launch_args, "executable_path": executable, "args": arguments}


@pytest.fixture(scope="session")
def loop_of_the_browser(browser: object) -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.get_running_loop()
    yield loop
    asyncio._set_running_loop(loop)


@pytest.fixture(autouse=True)
def no_loop_left_behind(loop_of_the_browser: asyncio.AbstractEventLoop) -> Iterator[None]:
    """Hide Playwright's loop from the tests that come after: it stays the running one."""
    asyncio._set_running_loop(loop_of_the_browser)
    yield
    asyncio._set_running_loop(None)


@pytest.fixture(scope="session")
def base_url() -> None:
    """Replace the fixture of pytest-base-url, which pytest 9 warns of; addresses here are whole."""


#: Where a page may send a request: this machine, and what the page itself holds.
OWN = {"127.0.0.1", "localhost", None}


@pytest.fixture(autouse=True)
def no_request_to_another_host(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Watch each page of each test: no request goes to another host."""
    asked: set[str] = set()
    new_context = Browser.new_context

    def watched(browser: Browser, **options: Any) -> BrowserContext:
        context = new_context(browser, **options)
        context.on("request", lambda request: asked.add(request.url))
        context.on("page", lambda page: page.on("websocket", lambda line: asked.add(line.url)))
        return context

    monkeypatch.setattr(Browser, "new_context", watched)
    yield
    assert [url for url in asked if urlsplit(url).hostname not in OWN] == []
