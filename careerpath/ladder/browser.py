"""What only the browser can do for two ladders."""

from __future__ import annotations

from careerpath.ui.html_view import ActionWidget
from careerpath.ui.widget_files import widget_files


class LadderBrowser(ActionWidget):
    """Keep the ladders, and what is being typed, for a reload of the page."""

    _esm = widget_files("ui/browser_storage.js", "ui/live_region.js", "ladder/browser.js")
    _css = widget_files(
        "ui/tokens.css", "ui/base.css", "ladder/templates/picture.css", "ladder/style.css"
    )

    def keep(self, text: str) -> None:
        """Keep a ladder."""
        self.send({"keep": text})

    def put_aside(self) -> None:
        """Copy the kept text that cannot be read to a place where it stays."""
        self.send({"aside": True})

    def forget(self) -> None:
        """Delete everything that is kept."""
        self.send({"forget": True})
