"""HtmlView: HTML from a template, and the actions that its buttons and forms send back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import anywidget
from traitlets import Unicode

from careerpath.ui.widget_files import widget_files

LONGEST_VALUE = 500
LARGEST_UPLOAD = 2_000_000
"""Bytes. Of a larger file one byte more is kept, so that its reader can refuse it."""


@dataclass(frozen=True, slots=True)
class Action:
    """What somebody pressed or sent. It comes from a browser: the texts can be anything.

    Attributes
    ----------
    name : str
        What to do.
    values : mapping of str to str
        The fields of a form, or the values of a button.
    content : bytes
        The content of a chosen file.
    """

    name: str
    values: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""

    def __repr__(self) -> str:
        """Leave out the values: one may be a key."""
        return f"Action({self.name!r})"


class ActionWidget(anywidget.AnyWidget):
    """A widget whose script sends actions.

    Attributes
    ----------
    longest : int
        The most characters that a value can have.
    """

    longest = LONGEST_VALUE

    def on_action(self, handler: Callable[[Action], None]) -> None:
        """Call ``handler(action)`` when the browser sends an action.

        A form that sends its fields by itself is told when they have been handled.
        """

        def receive(_widget: ActionWidget, content: Any, buffers: Any) -> None:
            action = read_action(content, buffers, longest=self.longest)
            if action is None:
                return
            try:
                handler(action)
            finally:
                turn = content.get("turn")
                if isinstance(turn, int):
                    self.send({"confirmed": turn})

        self.on_msg(receive)


class HtmlView(ActionWidget):
    """HTML from Python, of which the browser changes only what differs.

    So bars move instead of flashing, and a button that is being pressed stays the same button.
    ipywidgets' own ``HTML`` and ``Button`` cannot carry headings with a focus, buttons that say
    why they are disabled, or forms; a template can. ``frontend/src/html_view.ts`` lists what
    templates can write. A screen's style sheet comes once, with one of its widgets.

    Attributes
    ----------
    html : str
        What is shown. It comes from `careerpath.ui.templates.render`, which escapes every value.
    """

    _esm = widget_files("ui/html_view.js")

    html = Unicode("").tag(sync=True)

    def fill(self, **values: str) -> None:
        """Show texts in the elements marked with ``data-fill``; they are kept in no trait."""
        self.send({"fill": values})

    def download(self, name: str, media_type: str, content: bytes) -> None:
        """Hand a file to the browser."""
        self.send({"download": name, "type": media_type}, buffers=[content])


def read_action(
    content: object, buffers: object = None, *, longest: int = LONGEST_VALUE
) -> Action | None:
    """Read what a browser has sent; return None if no page of ours sends that.

    Examples
    --------
    >>> read_action({"action": "open", "values": {"code": "BCDFGH"}}).values["code"]
    'BCDFGH'
    >>> read_action({"action": 7}), read_action({"action": "open", "values": {"code": ["x"]}})
    (None, None)
    """
    if not isinstance(content, dict) or not isinstance(content.get("action"), str):
        return None
    values = content.get("values", {})
    if not isinstance(values, dict) or not all(
        isinstance(each, str) and len(each) <= longest for pair in values.items() for each in pair
    ):
        return None
    return Action(content["action"], values, _first(buffers))


def _first(buffers: object) -> bytes:
    if not isinstance(buffers, list | tuple) or not buffers:
        return b""
    try:
        return bytes(memoryview(buffers[0])[: LARGEST_UPLOAD + 1])
    except TypeError:
        return b""
