"""Piece: a piece of a screen, which changes in place, and its forms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import anywidget
from traitlets import Unicode

from careerpath.ui.assets import asset

LONGEST_VALUE = 500
LARGEST_UPLOAD = 2_000_000
"""Bytes: what is larger comes as one byte more, for whoever reads it to refuse."""


@dataclass(frozen=True, slots=True)
class Doing:
    """What somebody pressed or sent. It comes from a browser: the texts can be anything.

    Attributes
    ----------
    name : str
    values : mapping of str to str
        The fields of a form.
    content : bytes
        Of a file that was chosen.
    """

    name: str
    values: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""

    def __repr__(self) -> str:
        """Leave the values out: a key may be one."""
        return f"Doing({self.name!r})"


class Piece(anywidget.AnyWidget):
    """HTML from the kernel, of which the browser changes only what differs.

    So bars move instead of flashing, and a button that is being pressed stays the same button.

    Attributes
    ----------
    html : str
        What is shown. It comes from `careerpath.ui.templates.render`, which escapes every value.
    longest : int
        The most characters that a field of a form can hold.
    """

    longest = LONGEST_VALUE

    _esm = asset("ui/html_view.js")
    _css = asset("ui/tokens.css", "ui/base.css")

    html = Unicode("").tag(sync=True)

    def on_doing(self, handler: Callable[[Doing], None]) -> None:
        """Call ``handler(doing)`` when something is pressed, or a form is sent."""

        def receive(_widget: Piece, content: Any, buffers: Any) -> None:
            doing = read_doing(content, buffers, longest=self.longest)
            if doing is None:
                return
            try:
                handler(doing)
            finally:
                turn = content.get("turn")
                if isinstance(turn, int):
                    self.send({"heard": turn})

        self.on_msg(receive)

    def fill(self, **values: str) -> None:
        """Put texts into the elements that are marked for them: shown, and never in a trait."""
        self.send({"fill": values})

    def download(self, name: str, kind: str, content: bytes) -> None:
        """Hand a file to the browser.

        Parameters
        ----------
        name : str
            The file's.
        kind : str
            Its media type.
        content : bytes
        """
        self.send({"download": name, "type": kind}, buffers=[content])


def read_doing(
    content: object, buffers: object = None, *, longest: int = LONGEST_VALUE
) -> Doing | None:
    """Read what a browser has sent; None where it is nothing that our pages send.

    Examples
    --------
    >>> read_doing({"action": "open", "values": {"code": "BCDFGH"}}).values["code"]
    'BCDFGH'
    >>> read_doing({"action": 7}), read_doing({"action": "open", "values": {"code": ["x"]}})
    (None, None)
    """
    if not isinstance(content, dict) or not isinstance(content.get("action"), str):
        return None
    values = content.get("values", {})
    if not isinstance(values, dict) or not all(
        isinstance(each, str) and len(each) <= longest for pair in values.items() for each in pair
    ):
        return None
    return Doing(content["action"], values, _first(buffers))


def _first(buffers: object) -> bytes:
    if not isinstance(buffers, list | tuple) or not buffers:
        return b""
    try:
        return bytes(memoryview(buffers[0])[: LARGEST_UPLOAD + 1])
    except TypeError:
        return b""
