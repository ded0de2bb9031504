"""How soon a page can be used, and what a visitor costs, beside a bare Voilà notebook.

Both pages are opened in turn, in one run, each time in a browser with an empty cache, so that the
noise of the machine falls on both alike. Prints a Markdown table of medians::

    make bench
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

BARE = """\
from ipywidgets import IntSlider, VBox
VBox([IntSlider(description=f"q{i:02d}", max=10) for i in range(1, 16)])"""
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


@dataclass
class Peer:
    """One page to measure: how it is served, and what a person does to reach the first question."""

    name: str
    command: list[str]
    path: str
    reach_first_question: Callable[[Page], None]
    first_paint: list[float] = field(default_factory=list)
    usable: list[float] = field(default_factory=list)
    kilobytes: list[float] = field(default_factory=list)
    megabytes: list[float] = field(default_factory=list)


def ours(page: Page) -> None:
    """Press Start as soon as it can be pressed, and wait for the first slider."""
    page.locator("[data-action=start]:not([disabled])").click()
    page.locator("input.cp-range").wait_for()


def bare(page: Page) -> None:
    """Wait for the first of the fifteen sliders."""
    page.locator(".widget-slider .slider, .widget-slider .noUi-handle").first.wait_for()


def bare_notebook() -> dict[str, object]:
    """Return the notebook to compare with."""
    cell: dict[str, object] = {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "outputs": [],
    }
    return {
        "cells": [{**cell, "source": BARE}],
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        "nbformat": 4,
        "nbformat_minor": 4,
    }


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def served(peer: Peer, log: Path) -> Iterator[tuple[str, int]]:
    """Serve a peer, yield its address and process, and end it."""
    port = free_port()
    command = [part.replace("{port}", str(port)) for part in peer.command]
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out)
        root = f"http://127.0.0.1:{port}/"
        try:
            deadline = time.monotonic() + 60
            while True:
                if process.poll() is not None or time.monotonic() > deadline:
                    sys.exit(f"{peer.name} did not start:\n{log.read_text()}")
                try:
                    urllib.request.urlopen(root + "voila/static/", timeout=5)
                except urllib.error.HTTPError:
                    break
                except OSError:
                    time.sleep(0.1)
                else:
                    break
            yield root + peer.path, process.pid
        finally:
            process.terminate()
            process.wait(20)


def visit(browser: Browser, peer: Peer, address: str, server: int) -> None:
    """Open the page once with an empty cache and note what it took."""
    before = children(server)
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    sent = count_bytes(context.new_cdp_session(page))
    start = time.perf_counter()
    page.goto(address, wait_until="commit")
    peer.reach_first_question(page)
    peer.usable.append(time.perf_counter() - start)
    peer.first_paint.append(
        page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime") / 1000
    )
    peer.kilobytes.append(sum(sent) / 1000)
    visitors = children(server) - before
    peer.megabytes.append(sum(map(proportional_set_size, visitors)))
    page.goto("about:blank")
    context.close()


def count_bytes(session: CDPSession) -> list[float]:
    """Collect the size of everything that is sent to the page, as sent."""
    sizes: list[float] = []
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    session.on(
        "Network.webSocketFrameReceived",
        lambda event: sizes.append(len(event["response"]["payloadData"])),
    )
    return sizes


def children(server: int) -> set[int]:
    """Return the processes below a server: the visitors' kernels."""
    found: set[int] = set()
    waiting = [server]
    while waiting:
        parent = waiting.pop()
        for task in Path(f"/proc/{parent}/task").glob("*/children"):
            for child in map(int, task.read_text().split()):
                found.add(child)
                waiting.append(child)
    return found


def proportional_set_size(process: int) -> float:
    """Return a process's share of memory (PSS) in MB."""
    rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
    match = re.search(r"^Pss:\s+(\d+) kB", rollup, re.MULTILINE)
    return int(match[1]) / 1000 if match else 0.0


def table(peers: list[Peer]) -> str:
    """Write the medians as a Markdown table."""
    rows = [
        "| page | first paint | first question usable | sent | memory a visitor |",
        "|---|--:|--:|--:|--:|",
    ]
    for peer in peers:
        middle = [
            statistics.median(values)
            for values in (peer.first_paint, peer.usable, peer.kilobytes, peer.megabytes)
        ]
        rows.append(
            f"| {peer.name} | {middle[0]:.2f} s | {middle[1]:.2f} s | {middle[2] / 1000:.2f} MB "
            f"| {middle[3]:.0f} MB |"
        )
    return "\n".join(rows)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    executable = os.environ.get("CAREERPATH_BROWSER") or next(
        filter(None, map(shutil.which, BROWSERS)), None
    )
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        notebook = Path(folder, "bare.ipynb")
        notebook.write_text(json.dumps(bare_notebook()))
        python = sys.executable
        peers = [
            Peer(
                "careerpath, the assessment",
                [python, "-m", "careerpath", "serve", "--port", "{port}"],
                "assessment",
                ours,
            ),
            Peer(
                "bare Voilà, 15 IntSliders",
                [python, "-m", "voila", str(notebook), "--no-browser", "--port={port}"],
                "",
                bare,
            ),
        ]
        places = [
            stack.enter_context(served(peer, Path(folder, f"{number}.log")))
            for number, peer in enumerate(peers)
        ]
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        turns = list(zip(peers, places, strict=True))
        for turn in range(rounds + 1):
            for peer, (address, server) in turns if turn % 2 else reversed(turns):
                visit(browser, peer, address, server)
            if turn == 0:  # The first round warms up the disk.
                for peer in peers:
                    for values in (peer.first_paint, peer.usable, peer.kilobytes, peer.megabytes):
                        values.clear()
        browser.close()
        print(table(peers))
        print(f"\nMedians of {rounds} rounds, {os.cpu_count()} cores.")


if __name__ == "__main__":
    main()
