"""Screen: HTML from a template, and the actions that its buttons send back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import anywidget
from traitlets import Unicode

from careerpath.ui.assets import asset


@dataclass(frozen=True, slots=True)
class Action:
    """What a visitor pressed. It comes from the browser: the texts can be anything.

    Attributes
    ----------
    name : str
        What to do.
    item : str or None
        The item it is about.
    place : str or None
        The place it was pressed on, as the template had it.
    """

    name: str
    item: str | None = None
    place: str | None = None


class Screen(anywidget.AnyWidget):
    """A piece of a screen.

    ipywidgets' own ``HTML`` and ``Button`` cannot carry headings with a focus, buttons that
    say why they are disabled, or links back into a list of answers; a template can.

    Attributes
    ----------
    html : str
        What is shown. It comes from `careerpath.ui.templates.render`, which escapes every value.
    """

    _esm = asset("ui/screen.js")

    html = Unicode("").tag(sync=True)

    def on_action(self, handler: Callable[[Action], None]) -> None:
        """Call ``handler(action)`` when a visitor presses something."""

        def receive(_widget: Screen, content: Any, _buffers: Any) -> None:
            if not isinstance(content, dict):
                return
            name, item, place = (content.get(key) for key in ("action", "item", "place"))
            if isinstance(name, str) and all(
                isinstance(each, str | None) for each in (item, place)
            ):
                handler(Action(name, item, place))

        self.on_msg(receive)
