"""The room's histogram, on which the coach drags the two cut scores."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from ipywidgets import VBox

from careerpath.room.coach.figures import RoomFigures
from careerpath.thresholds.pictures import CutHistogram
from careerpath.thresholds.screen_reader import ScreenReaderText
from careerpath.thresholds.view import cut_slider

HANDLE, LARGE_HANDLE = 900, 1800
"""Areas of a handle in square pixels, on a laptop and in a hall."""
MARGIN = {"top": 8, "bottom": 46, "left": 56, "right": 12}
LARGE_MARGIN = {"top": 4, "bottom": 64, "left": 88, "right": 24}


class LargeCutHistogram(CutHistogram):
    """The histogram, with handles that people see across a hall."""

    headroom = 1.44
    handles_at = 1.13
    names_at = 1.33


class RoomHistogram(VBox):
    """The histogram, its two handles, and a slider that moves them by keyboard.

    Parameters
    ----------
    figures : RoomFigures
    drag, slide : callable
        Called with the new positions of the handles, or of the slider's two ends.
    """

    def __init__(
        self,
        figures: RoomFigures,
        *,
        drag: Callable[[object], None],
        slide: Callable[[object], None],
    ) -> None:
        self._picture = LargeCutHistogram(figures)
        self._slider = cut_slider(figures)
        self._screen_reader = ScreenReaderText()
        self._quiet = self._dragging = False
        self._on_drag, self._on_slide = drag, slide
        super().__init__((self._picture.figure, self._slider, self._screen_reader))
        self.add_class("cp-lab").add_class("cp-room-what-if")
        handles = self._picture.handles
        handles.observe(self._dragged, names="x")
        handles.on_drag_start(lambda *_: self._drag(going=True))
        handles.on_drag_end(lambda *_: self._drag(going=False))
        self._slider.observe(self._slid, names="value")

    def draw(self, figures: RoomFigures, *, large: bool) -> None:
        """Show these figures."""
        self._figures = figures
        picture = self._picture
        picture.handles.default_size = LARGE_HANDLE if large else HANDLE
        picture.figure.fig_margin = LARGE_MARGIN if large else MARGIN
        picture.figure.layout.height = "100%" if large else "300px"
        picture.draw(figures)
        self._put()
        self._screen_reader.pictures = {"cp-lab-picture": figures.totals_in_words}

    def close_all(self) -> None:
        """Close every widget in it, so that none is left for a browser to read."""
        figure = self._picture.figure
        scales = {id(each): each for mark in figure.marks for each in mark.scales.values()}
        parts = (*figure.marks, *figure.axes, *scales.values(), figure, *self.children, self)
        for each in parts:
            each.close()

    def _put(self) -> None:
        self._quiet = True
        try:
            # A handle stays where it is while it is being dragged.
            if not self._dragging:
                self._picture.handles.x = np.array(self._figures.lines)
            self._slider.value = self._figures.handles
        finally:
            self._quiet = False

    def _drag(self, *, going: bool) -> None:
        self._dragging = going
        if not going:
            self._put()

    def _dragged(self, _change: Any) -> None:
        if not self._quiet:
            self._on_drag(self._picture.handles.x)

    def _slid(self, _change: Any) -> None:
        if not self._quiet:
            self._on_slide(self._slider.value)
