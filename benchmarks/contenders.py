"""The pages that are compared: how each is served, and how its first slider is found."""

from __future__ import annotations

import re
import statistics
import sys
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version
from pathlib import Path

from serving import ROOT, Server

PEERS = ROOT / "benchmarks" / "peers"
#: Here `make bench` installs the peers, whose requirements conflict with ours.
PEERS_PYTHON = ROOT / "build" / "bench" / "bin" / "python"
#: The path at which careerpath says that all its template processes are ready.
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
    slider : str
        The element that takes the focus to move the first slider.
    heard : str
        The element that shows that Python has got the value.
    path : str
        Its path on that server.
    says : str
        A regular expression for the text of that element.
    start : str
        The button to press before the first slider is shown; empty for none. Then the page is the
        assessment, which has a result.
    goals : dict of str to float
        The most that the assessment's figures may be, as shares of this page's.
    figures : dict of str to list of float
        The figures of each visit.
    """

    name: str
    server: Server
    slider: str
    heard: str
    path: str = ""
    says: str = "Python has [1-9]"
    start: str = ""
    goals: dict[str, float] = field(default_factory=dict)
    figures: dict[str, list[float]] = field(default_factory=dict)

    def add(self, **figures: float) -> None:
        """Record the figures of one visit."""
        for name, figure in figures.items():
            self.figures.setdefault(name, []).append(figure)

    def medians(self) -> dict[str, float]:
        """Return the median of each figure."""
        return {name: statistics.median(each) for name, each in self.figures.items()}


def contenders(folder: Path) -> list[Contender]:
    """Return all pages in the order of the table, the assessment first.

    Parameters
    ----------
    folder : Path
        An empty folder for a copy of the notebook with the sliders.

    Returns
    -------
    list of Contender
        The pages.
    """
    notebook = folder / "sliders.ipynb"
    notebook.write_bytes((PEERS / "sliders.ipynb").read_bytes())
    voila, python = f"Voilà {version('voila')}", str(PEERS_PYTHON)
    streamlit = ["--server.headless=true", "--server.address=127.0.0.1", "--server.port={port}"]
    streamlit += ["--browser.gatherUsageStats=false", str(PEERS / "streamlit_app.py")]
    panel = [str(PEERS / "panel_app.py"), "--address=127.0.0.1", "--port={port}"]
    assessment = partial(
        Contender,
        slider="input.cp-range",
        heard="[data-action=next]:not([disabled], [aria-disabled=true])",
        says="",
        start="[data-action=start]:not([disabled], [aria-disabled=true])",
    )
    sliders = partial(Contender, slider=".noUi-handle", heard=".widget-html-content")
    return [
        assessment("careerpath, the assessment", Server(SERVE, READY), path="assessment"),
        sliders(
            "careerpath, 15 IntSliders",
            Server([*SERVE, "--notebooks", str(folder)], READY),
            path="sliders",
        ),
        assessment(
            f"{voila}, the assessment",
            Server([*VOILA, str(ROOT / "notebooks" / "assessment.ipynb")]),
            goals={"first_paint": 1, "uss_result": 1 / 3, "pss_result": 1 / 3},
        ),
        sliders(
            f"{voila}, 15 IntSliders", Server([*VOILA, str(notebook)]), goals={"first_paint": 1}
        ),
        Contender(
            f"Streamlit {pinned('streamlit')}, 15 sliders",
            Server([python, "-m", "streamlit", "run", *streamlit]),
            slider="input[type=range]",
            heard=".stMarkdown",
            goals={"first_paint": 1},
        ),
        Contender(
            f"Panel {pinned('panel')}, 15 sliders",
            Server([python, "-m", "panel", "serve", *panel]),
            path="panel_app",
            slider=".noUi-handle",
            heard="p",
            goals={"first_paint": 1, "usable": 0.6},
        ),
        Contender(
            f"NiceGUI {pinned('nicegui')}, 15 sliders",
            Server([python, str(PEERS / "nicegui_app.py"), "{port}"]),
            slider="[role=slider] [tabindex], [role=slider][tabindex]",
            heard=".nicegui-content div",
            goals={"first_paint": 1, "usable": 1},
        ),
    ]


def pinned(package: str) -> str:
    """Return the version of a peer from requirements.txt."""
    pins = (ROOT / "benchmarks" / "requirements.txt").read_text("utf-8")
    found = re.search(rf"^{package}==(\S+)", pins, re.MULTILINE)
    return found[1] if found else ""
