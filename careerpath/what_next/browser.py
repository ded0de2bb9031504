"""ResultBrowser: the past results that the browser keeps, and the page's address."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import anywidget

from careerpath.ui.widget_files import widget_files


class ResultBrowser(anywidget.AnyWidget):
    """Keeps past results in the browser's localStorage.

    They come and go as messages, so that no trait holds anybody's past answers.
    """

    _esm = widget_files("ui/browser_storage.js", "what_next/browser.js")
    _css = widget_files("what_next/style.css")

    def tell(self, message: Mapping[str, Any]) -> None:
        """Send ``{"keep": {id: document}}``, or ``{"drop": ids}``; None for all of them."""
        self.send(dict(message))

    def on_browser(
        self,
        *,
        base: Callable[[object], None],
        results: Callable[[Mapping[str, Any]], None],
    ) -> None:
        """Call one of these with what the browser sends; a visitor can send anything.

        Parameters
        ----------
        base : callable
            Takes the page's own address.
        results : callable
            Takes ``{"results": [...], "refused": bool}``.
        """

        def receive(_widget: ResultBrowser, content: Any, _buffers: Any) -> None:
            if not isinstance(content, dict):
                return
            if "base" in content:
                base(content["base"])
            if "results" in content:
                results(content)

        self.on_msg(receive)
