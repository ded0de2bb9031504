"""BrowserSession: the draft in the browser, and what is said to screen readers."""

from __future__ import annotations

from collections.abc import Mapping

import anywidget
from traitlets import Any, Bool, Dict, Unicode

from careerpath.widgets.assets import asset


class BrowserSession(anywidget.AnyWidget):
    """The part of an assessment that only a browser can do.

    The draft lives in the browser's localStorage under the instrument's id. The browser
    writes each answer itself, at once; the kernel tells it which screen is shown.

    Attributes
    ----------
    instrument, version : str
        Whose draft it is.
    found : object
        The draft that the browser had when the page opened. A visitor can put anything
        here: `careerpath.state.questionnaire.read_draft` trusts nothing in it.
    looked : bool
        Whether the browser has looked for a draft yet.
    storage : bool
        Whether the browser can keep a draft at all.
    place : dict
        ``{"phase": ..., "item": ...}``: the screen that is shown, kept with the draft.
    announcement : str
        What a screen reader says next.
    trouble : str
        What went wrong, for everybody to see and hear; empty for nothing.
    """

    _esm = asset("browser_session.js")
    _css = asset("tokens.css", "careerpath.css")

    instrument = Unicode("").tag(sync=True)
    version = Unicode("").tag(sync=True)
    found = Any(None, allow_none=True).tag(sync=True)
    looked = Bool(default_value=False).tag(sync=True)
    storage = Bool(default_value=True).tag(sync=True)
    place = Dict().tag(sync=True)
    announcement = Unicode("").tag(sync=True)
    trouble = Unicode("").tag(sync=True)

    def keep(self, answers: Mapping[str, float] | None) -> None:
        """Make these answers the draft, to which the browser adds each new one.

        Parameters
        ----------
        answers : mapping of str to int or float, or None
            None deletes the draft.
        """
        self.send({"answers": None if answers is None else dict(answers)})
