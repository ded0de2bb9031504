"""BrowserSession: the draft in the browser, and what screen readers say."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import anywidget
from traitlets import Any, Bool, Dict, Unicode

from careerpath.ui.widget_files import widget_files


class BrowserSession(anywidget.AnyWidget):
    """The part of an assessment that only a browser can do.

    The draft is in the browser's localStorage, under the instrument's id. The browser writes each
    answer at once; the kernel tells it which screen is shown. Answers that are shared with a room
    are kept there too, until they have arrived; they come as messages, so that no trait holds a
    participant's token.

    Attributes
    ----------
    instrument, version : str
        The instrument that the draft answers.
    found : object
        The draft that the browser had when the page opened. A visitor can put anything here, so
        `careerpath.questionnaire.model.read_draft` trusts nothing in it.
    looked : bool
        Whether the browser has looked for a draft yet.
    storage : bool
        Whether the browser can keep a draft at all.
    today : str
        The date where the browser is. A visitor can put anything here, too.
    place : dict
        ``{"phase": ..., "item": ...}``: the screen that is shown, kept with the draft.
    announcement : str
        What a screen reader says next.
    trouble : str
        What went wrong, shown and read aloud; empty if nothing did.
    """

    _esm = widget_files(
        "ui/browser_storage.js",
        "ui/live_region.js",
        "room/participant/browser_rooms.js",
        "questionnaire/browser_session.js",
    )
    _css = widget_files("ui/tokens.css", "ui/base.css")

    instrument = Unicode("").tag(sync=True)
    version = Unicode("").tag(sync=True)
    found = Any(None, allow_none=True).tag(sync=True)
    looked = Bool(default_value=False).tag(sync=True)
    storage = Bool(default_value=True).tag(sync=True)
    today = Unicode("").tag(sync=True)
    place = Dict().tag(sync=True)
    announcement = Unicode("").tag(sync=True)
    trouble = Unicode("").tag(sync=True)

    def keep(self, answers: Mapping[str, float] | None) -> None:
        """Replace the draft by these answers; the browser adds each new one to it.

        Parameters
        ----------
        answers : mapping of str to int or float, or None
            None deletes the draft.
        """
        self.send({"answers": None if answers is None else dict(answers)})

    def on_browser(self, **handlers: Callable[[object], None]) -> None:
        """Call a handler with what the browser sends under the handler's name.

        The browser sends ``join`` and ``share`` for a room, and ``link`` if the page's address
        holds another person's answers. A visitor can send anything: handlers must trust nothing.
        """

        def receive(_widget: BrowserSession, content: object, _buffers: object) -> None:
            if isinstance(content, dict):
                for name, handler in handlers.items():
                    if name in content:
                        handler(content[name])

        self.on_msg(receive)
