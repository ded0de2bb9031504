"""The pages that are compared: how each is served, and where its first question is."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from serving import ROOT, Server

PEERS = ROOT / "benchmarks" / "peers"
#: Where `make bench` installs the peers: their pins and ours do not fit into one environment.
PEERS_PYTHON = ROOT / "build" / "bench" / "bin" / "python"
#: Where ours tells that its pool is full.
READY = "healthz?ready"
SERVE = [sys.executable, "-m", "careerpath", "serve", "--port", "{port}"]
VOILA = [sys.executable, "-m", "voila", "--no-browser", "--port={port}"]


@dataclass(frozen=True)
class Contender:
    """A page to measure; its parts are named by CSS selectors.

    Attributes
    ----------
    name : str
        For the table.
    server : Server
        What serves it.
    path : str
        Its address on that server.
    slider : str
        What takes the focus to move the first slider.
    heard : str
        What is there when Python has heard of it; with ``says``, what says so.
    says : str
        A regular expression for its text.
    start : str
        What to press before the first slider comes; empty for nothing.
    note : str
        What the memory of a visitor is.
    figures : dict of str to list of float
        What each visit took.
    """

    name: str
    server: Server
    path: str
    slider: str
    heard: str
    says: str = "Python has [1-9]"
    start: str = ""
    note: str = "a process"
    figures: dict[str, list[float]] = field(default_factory=dict)

    def add(self, **figures: float) -> None:
        """Note what one visit took."""
        for name, figure in figures.items():
            self.figures.setdefault(name, []).append(figure)


def contenders(folder: Path, *, visits: int) -> list[Contender]:
    """Return all pages.

    Parameters
    ----------
    folder : Path
        An empty one, for a copy of the notebook with the sliders.
    visits : int
        How often each will be opened: the size of the pool.

    Returns
    -------
    list of Contender
        In the order of the table.
    """
    notebook = folder / "sliders.ipynb"
    notebook.write_bytes((PEERS / "sliders.ipynb").read_bytes())
    pooled = ["--room-size", str(visits)]
    ours = {
        "careerpath, the assessment, nothing made ahead": Server(
            [*SERVE, "--room-size", "0"], READY
        ),
        "careerpath, the assessment, from a pool": Server([*SERVE, *pooled], READY),
    }
    python = str(PEERS_PYTHON)
    streamlit = ["--server.headless=true", "--server.address=127.0.0.1", "--server.port={port}"]
    streamlit += ["--browser.gatherUsageStats=false", str(PEERS / "streamlit_app.py")]
    panel = [str(PEERS / "panel_app.py"), "--address=127.0.0.1", "--port={port}"]
    return [
        *(
            Contender(
                name,
                server,
                path="assessment",
                start="[data-action=start]:not([disabled], [aria-disabled=true])",
                slider="input.cp-range",
                heard="[data-action=next]:not([disabled], [aria-disabled=true])",
                says="",
            )
            for name, server in ours.items()
        ),
        Contender(
            "careerpath, 15 IntSliders",
            Server([*SERVE, "--notebooks", str(folder)], READY),
            path="sliders",
            slider=".noUi-handle",
            heard=".widget-html-content",
        ),
        Contender(
            f"Voilà {version('voila')}, 15 IntSliders",
            Server([*VOILA, str(notebook)]),
            path="",
            slider=".noUi-handle",
            heard=".widget-html-content",
        ),
        Contender(
            f"Streamlit {pinned('streamlit')}, 15 sliders",
            Server([python, "-m", "streamlit", "run", *streamlit]),
            path="",
            slider="input[type=range]",
            heard=".stMarkdown",
            note="in the one process",
        ),
        Contender(
            f"Panel {pinned('panel')}, 15 sliders",
            Server([python, "-m", "panel", "serve", *panel]),
            path="panel_app",
            slider=".noUi-handle",
            heard="p",
            note="in the one process",
        ),
        Contender(
            f"NiceGUI {pinned('nicegui')}, 15 sliders",
            Server([python, str(PEERS / "nicegui_app.py"), "{port}"]),
            path="",
            slider="[role=slider] [tabindex], [role=slider][tabindex]",
            heard=".nicegui-content div",
            note="in the one process",
        ),
    ]


def pinned(package: str) -> str:
    """Return the release of a peer that requirements.txt names."""
    pins = (ROOT / "benchmarks" / "requirements.txt").read_text("utf-8")
    found = re.search(rf"^{package}==(\S+)", pins, re.MULTILINE)
    return found[1] if found else ""
