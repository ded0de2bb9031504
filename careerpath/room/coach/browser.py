"""RoomBrowser: what only the coach's browser can do for a room."""

from __future__ import annotations

from traitlets import Bool, Unicode

from careerpath.ui.html_view import ActionWidget
from careerpath.ui.widget_files import widget_files


class RoomBrowser(ActionWidget):
    """The page's address, the coach key for a refresh of this tab, and the live region.

    Attributes
    ----------
    base : str
        The site's address, as the browser has it. A visitor can put anything here.
    presenting : bool
        Whether the presenter's view is shown.
    wide : bool
        Whether its window is wider than a phone.
    announcement : str
        What a screen reader says next.
    """

    _esm = widget_files("ui/browser_storage.js", "ui/live_region.js", "room/coach/browser.js")
    _css = widget_files(
        "ui/tokens.css",
        "ui/base.css",
        "thresholds/style.css",
        "room/coach/coach.css",
        "room/coach/hall.css",
    )

    base = Unicode("").tag(sync=True)
    presenting = Bool(default_value=False).tag(sync=True)
    wide = Bool(default_value=True).tag(sync=True)
    announcement = Unicode("").tag(sync=True)

    def remember(self, code: str, key: str) -> None:
        """Keep a coach key until the tab is closed, so that a refresh needs no typing."""
        self.send({"remember": {"code": code, "key": key}})

    def forget(self) -> None:
        """Delete the coach key that is kept."""
        self.send({"forget": True})
