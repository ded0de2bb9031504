"""The pages that are compared: how each is served, and how its first slider is found."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from serving import ROOT, Server

PEERS = ROOT / "benchmarks" / "peers"
#: Here `make bench` installs the peers, whose requirements conflict with ours.
PEERS_PYTHON = ROOT / "build" / "bench" / "bin" / "python"
#: The path at which careerpath says that its pool is full.
READY = "healthz?ready"
SERVE = [sys.executable, "-m", "careerpath", "serve", "--port", "{port}"]
VOILA = [sys.executable, "-m", "voila", "--no-browser", "--port={port}"]


@dataclass(frozen=True)
class Contender:
    """A page to measure. CSS selectors name its parts.

    Attributes
    ----------
    name : str
        Its name in the table.
    server : Server
        The server.
    path : str
        Its path on that server.
    slider : str
        The element that takes the focus to move the first slider.
    heard : str
        The element that shows that Python has got the value.
    says : str
        A regular expression for the text of that element.
    start : str
        The button to press before the first slider is shown; empty for none.
    note : str
        What counts as the memory of a visitor.
    figures : dict of str to list of float
        The figures of each visit.
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
        """Record the figures of one visit."""
        for name, figure in figures.items():
            self.figures.setdefault(name, []).append(figure)


def contenders(folder: Path, *, visits: int) -> list[Contender]:
    """Return all pages.

    Parameters
    ----------
    folder : Path
        An empty folder for a copy of the notebook with the sliders.
    visits : int
        How often each page will be opened, which is the size of the pool.

    Returns
    -------
    list of Contender
        The pages, in the order of the table.
    """
    notebook = folder / "sliders.ipynb"
    notebook.write_bytes((PEERS / "sliders.ipynb").read_bytes())
    pooled = ["--room-size", str(visits)]
    ours = {
        "careerpath, the assessment, no pool": Server([*SERVE, "--room-size", "0"], READY),
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
    """Return the version of a peer from requirements.txt."""
    pins = (ROOT / "benchmarks" / "requirements.txt").read_text("utf-8")
    found = re.search(rf"^{package}==(\S+)", pins, re.MULTILINE)
    return found[1] if found else ""
