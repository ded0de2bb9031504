"""What more than one folder of tests needs."""

import asyncio
import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from kit.server_process import ServerProcess

from careerpath import Store, open_store

pytest_plugins = ["kit.databases"]

# A test must not fail because the machine is busy. What hangs ends by pytest's own timeout.
settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")


@pytest.fixture(scope="session")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a database for rooms."""
    return f"sqlite:///{tmp_path_factory.mktemp('rooms') / 'rooms.db'}"


@pytest.fixture(scope="session")
def store(database_url: str) -> Iterator[Store]:
    """The rooms that the server's pages see."""
    with closing(open_store(database_url)) as opened:
        yield opened


@pytest.fixture(scope="session")
def server(database_url: str, store: Store) -> Iterator[ServerProcess]:
    """``careerpath serve`` with the shipped pages."""
    with ServerProcess(environment={"CAREERPATH_DATABASE_URL": database_url}) as started:
        yield started


# A real browser: one that is installed, whichever of the Chromium family it is

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


@pytest.fixture
def no_loop_left_behind(loop_of_the_browser: asyncio.AbstractEventLoop) -> Iterator[None]:
    """Hide Playwright's loop from the tests that come after: it stays the running one."""
    asyncio._set_running_loop(loop_of_the_browser)
    yield
    asyncio._set_running_loop(None)


@pytest.fixture(scope="session")
def base_url() -> None:
    """Replace the fixture of pytest-base-url, which pytest 9 warns of; addresses here are whole."""
