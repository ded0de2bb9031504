"""ScreenReaderText: what the threshold lab tells those who cannot see it."""

from __future__ import annotations

import anywidget
from traitlets import Dict, Tuple, Unicode

from careerpath.ui.widget_files import widget_files


class ScreenReaderText(anywidget.AnyWidget):
    """Names for the slider's handles and for the pictures, and a voice for what changes.

    Attributes
    ----------
    handles : tuple of str
        What the two handles of the slider are called.
    pictures : dict of str to str
        For the class of a picture, what it shows in words.
    said : str
        What a screen reader says once the hand rests.
    """

    _esm = widget_files("ui/live_region.js", "thresholds/screen_reader.js")
    _css = widget_files("ui/tokens.css", "ui/base.css", "thresholds/style.css")

    handles = Tuple(("Management below", "Mastery above")).tag(sync=True)
    pictures = Dict().tag(sync=True)
    said = Unicode("").tag(sync=True)
