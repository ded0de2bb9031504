"""ResultBrowser: what only a browser can do after the result."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import anywidget

from careerpath.ui.assets import asset
from careerpath.ui.html_view import Doing, read_doing


class ResultBrowser(anywidget.AnyWidget):
    """Past results in the browser's localStorage, a file that is read, a link that is copied.

    What it is told comes as messages, so that no trait holds anybody's past answers.
    """

    _esm = asset("ui/browser_storage.js", "what_next/browser.js")

    def tell(self, message: Mapping[str, Any]) -> None:
        """Have the browser ``{"keep": {id: document}}`` or ``{"drop": ids}``; None: all of them."""
        self.send(dict(message))

    def on_browser(
        self,
        *,
        doing: Callable[[Doing], None],
        base: Callable[[object], None],
        results: Callable[[Mapping[str, Any]], None],
        file: Callable[[str, bytes | None], None],
    ) -> None:
        """Call one of these with what the browser sends; a visitor can send anything.

        Parameters
        ----------
        doing : callable
            Takes a form that was moved.
        base : callable
            Takes the page's own address.
        results : callable
            Takes ``{"results": [...], "refused": bool}``.
        file : callable
            Takes a file's name and its bytes; None for one that is too large to be read.
        """

        def receive(_widget: ResultBrowser, content: Any, buffers: Any) -> None:
            if not isinstance(content, dict):
                return
            moved = read_doing(content)
            if moved is not None:
                doing(moved)
            if "base" in content:
                base(content["base"])
            if "results" in content:
                results(content)
            if isinstance(content.get("file"), str):
                file(content["file"], bytes(buffers[0]) if buffers else None)

        self.on_msg(receive)
