"""RoomBrowser: what only the coach's browser can do for a room."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anywidget
from traitlets import Bool, Unicode

from careerpath.ui.assets import asset
from careerpath.ui.html_view import Doing, read_doing


class RoomBrowser(anywidget.AnyWidget):
    """Where the page is, the key for a refresh of this tab, and a voice.

    Attributes
    ----------
    base : str
        The site's address, as the browser has it. A visitor can put anything here.
    presenting : bool
        Whether the presenter's view is shown.
    wide : bool
        Whether its window is wider than a phone.
    said : str
        What a screen reader says next.
    """

    _esm = asset("room/coach/browser.js")

    base = Unicode("").tag(sync=True)
    presenting = Bool(default_value=False).tag(sync=True)
    wide = Bool(default_value=True).tag(sync=True)
    said = Unicode("").tag(sync=True)

    def on_doing(self, handler: Callable[[Doing], None]) -> None:
        """Call ``handler(doing)`` when the browser has something to say."""

        def receive(_widget: RoomBrowser, content: Any, _buffers: Any) -> None:
            doing = read_doing(content)
            if doing is not None:
                handler(doing)

        self.on_msg(receive)

    def remember(self, code: str, key: str) -> None:
        """Keep a key for as long as the tab is open, so that a refresh needs no typing."""
        self.send({"remember": {"code": code, "key": key}})

    def forget(self) -> None:
        """Keep no key any more."""
        self.send({"forget": True})
