"""LadderBrowser: what only the browser can do for two ladders."""

from __future__ import annotations

from careerpath.ui.assets import asset
from careerpath.ui.html_view import Piece


class LadderBrowser(Piece):
    """The ladders that the browser keeps, and what somebody types, for a reload."""

    _esm = asset("ui/browser_storage.js", "ladder/browser.js")
    _css = asset("ui/tokens.css", "ui/base.css", "ladder/templates/picture.css", "ladder/style.css")

    def keep(self, text: str) -> None:
        """Keep a ladder."""
        self.send({"keep": text})

    def put_aside(self) -> None:
        """Keep what cannot be read beside what will be kept from now on."""
        self.send({"aside": True})

    def forget(self) -> None:
        """Keep nothing any more."""
        self.send({"forget": True})
