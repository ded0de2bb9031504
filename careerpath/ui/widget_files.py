"""The scripts and style sheets of the widgets, as text.

anywidget gets text, not paths: with a path it starts a file watcher in every visitor's process.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parents[1]


@cache
def widget_files(*names: str) -> str:
    """Return the text of one or more files of the package, one after the other."""
    return "\n".join((PACKAGE / name).read_text(encoding="utf-8") for name in names)
