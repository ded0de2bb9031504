"""The room's histogram, with the two cut scores to drag before everybody."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from ipywidgets import VBox

from careerpath.room.coach.figures import RoomFigures
from careerpath.room.coach.screens import histogram_in_words
from careerpath.thresholds.pictures import Picture
from careerpath.thresholds.screen_reader import ScreenReaderText
from careerpath.thresholds.view import cut_slider

HANDLE, LARGE_HANDLE = 900, 1800
"""Areas in square pixels: for a laptop, and for a hall."""
MARGIN = {"top": 8, "bottom": 46, "left": 56, "right": 12}
LARGE_MARGIN = {"top": 4, "bottom": 64, "left": 88, "right": 24}


class RoomPicture(Picture):
    """The histogram, with handles that are seen across a hall."""

    headroom = 1.44
    handles_at = 1.13
    names_at = 1.33


class WhatIf(VBox):
    """The histogram, its two handles, and a slider that moves them by keyboard.

    Parameters
    ----------
    figures : RoomFigures
    drag, slide : callable
        Told where the handles, or the slider's two ends, have been put.
    """

    def __init__(
        self,
        figures: RoomFigures,
        *,
        drag: Callable[[object], None],
        slide: Callable[[object], None],
    ) -> None:
        self._picture = RoomPicture(figures)
        self._slider = cut_slider(figures)
        self._voice = ScreenReaderText()
        self._quiet = self._dragging = False
        self._told = drag, slide
        super().__init__((self._picture.figure, self._slider, self._voice))
        self.add_class("cp-lab").add_class("cp-room-what-if")
        handles = self._picture.handles
        handles.observe(self._dragged, names="x")
        handles.on_drag_start(lambda *_: self._drag(going=True))
        handles.on_drag_end(lambda *_: self._drag(going=False))
        self._slider.observe(self._slid, names="value")

    def draw(self, figures: RoomFigures, *, large: bool) -> None:
        """Show the room as it is."""
        self._figures = figures
        picture = self._picture
        picture.handles.default_size = LARGE_HANDLE if large else HANDLE
        picture.figure.fig_margin = LARGE_MARGIN if large else MARGIN
        picture.figure.layout.height = "100%" if large else "300px"
        picture.draw(figures)
        self._put()
        self._voice.pictures = {"cp-lab-picture": histogram_in_words(figures)}

    def close_all(self) -> None:
        """Let go of everything: no model of it is left for a browser to read."""
        figure = self._picture.figure
        scales = {id(each): each for mark in figure.marks for each in mark.scales.values()}
        parts = (*figure.marks, *figure.axes, *scales.values(), figure, *self.children, self)
        for each in parts:
            each.close()

    def _put(self) -> None:
        self._quiet = True
        try:
            # A handle that a hand holds stays where the hand is.
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
            self._told[0](self._picture.handles.x)

    def _slid(self, _change: Any) -> None:
        if not self._quiet:
            self._told[1](self._slider.value)
