"""Screen: HTML from a template, and the actions that its buttons send back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anywidget
from traitlets import Unicode

from careerpath.widgets.assets import asset


class Screen(anywidget.AnyWidget):
    """A piece of a screen.

    ipywidgets' own ``HTML`` and ``Button`` cannot carry headings with a focus, buttons that
    say why they are disabled, or links back into a list of answers; a template can.

    Attributes
    ----------
    html : str
        What is shown. It comes from `careerpath.markup.render`, which escapes every value.
    """

    _esm = asset("screen.js")

    html = Unicode("").tag(sync=True)

    def on_action(self, handler: Callable[[str, str | None], None]) -> None:
        """Call ``handler(action, item)`` when a visitor presses something.

        Parameters
        ----------
        handler : callable
            Takes the action's name and the item it is about, or None. Both come from the
            browser: anything can be in them, but they are text.
        """

        def receive(_widget: Screen, content: Any, _buffers: Any) -> None:
            if not isinstance(content, dict):
                return
            action, item = content.get("action"), content.get("item")
            if isinstance(action, str) and (item is None or isinstance(item, str)):
                handler(action, item)

        self.on_msg(receive)
