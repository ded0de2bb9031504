"""The browser side of the widgets: scripts and style sheets, as text.

anywidget is given text, not paths: a path starts a file watcher in every visitor's process.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parents[1]


@cache
def asset(*names: str) -> str:
    """Return the text of one or more files of the package, one after the other."""
    return "\n".join((PACKAGE / name).read_text(encoding="utf-8") for name in names)
