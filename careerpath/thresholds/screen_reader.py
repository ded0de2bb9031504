"""Texts for screen readers: names for the slider's handles and the pictures, and announcements."""

from __future__ import annotations

import anywidget
from traitlets import Dict, Tuple, Unicode

from careerpath.ui.widget_files import widget_files


class ScreenReaderText(anywidget.AnyWidget):
    """Names for the slider's handles and the pictures, and announcements of changes.

    Attributes
    ----------
    handles : tuple of str
        The names of the slider's two handles.
    pictures : dict of str to str
        The CSS class of each picture, and what it shows in words.
    announcement : str
        What a screen reader says after the last move.
    """

    _esm = widget_files("ui/live_region.js", "thresholds/screen_reader.js")

    handles = Tuple(("Management below", "Mastery above")).tag(sync=True)
    pictures = Dict().tag(sync=True)
    announcement = Unicode("").tag(sync=True)
