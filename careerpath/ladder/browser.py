"""What only the browser can do for two ladders."""

from __future__ import annotations

from careerpath.ui.assets import asset
from careerpath.ui.html_view import Piece


class LadderBrowser(Piece):
    """Keep the ladders, and what is being typed, for a reload of the page."""

    _esm = asset("ui/browser_storage.js", "ladder/browser.js")
    _css = asset("ui/tokens.css", "ui/base.css", "ladder/templates/picture.css", "ladder/style.css")

    def keep(self, text: str) -> None:
        """Keep a ladder."""
        self.send({"keep": text})

    def put_aside(self) -> None:
        """Copy the kept text that cannot be read to a place where it stays."""
        self.send({"aside": True})

    def forget(self) -> None:
        """Delete everything that is kept."""
        self.send({"forget": True})
