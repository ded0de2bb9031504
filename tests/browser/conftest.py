"""A real browser: one that is installed, whichever of the Chromium family it is."""

import asyncio
import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
NAMES += ("microsoft-edge", "msedge")
#: Two processes a window, for suggestions in the address bar that nobody sees, cost a third of the
#: time. Chromium takes the last of two such lists, so those are in it that Playwright turns off.
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
#: A browser that only does what the test says: no look for updates, no telemetry.
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
