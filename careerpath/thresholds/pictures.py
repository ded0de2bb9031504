"""The threshold lab's two pictures: the histogram with its handles, and the curves."""

from __future__ import annotations

import math
from contextlib import ExitStack

import bqplot
import numpy as np
from ipywidgets import Layout

from careerpath.cohort.cut_effects import CutEffects, Floats
from careerpath.cohort.named_cohort import NamedCohort
from careerpath.core.instrument import BANDS, Band
from careerpath.core.numbers import round_steps
from careerpath.core.wording import show

COLOURS = {band: f"var(--cp-{band})" for band in BANDS}
INK = "var(--cp-ink)"
LETTER = 0.025
"""A band has its name in the picture if it has this share of the width per letter."""


class CutHistogram:
    """The histogram, with the two cut scores on it.

    Attributes
    ----------
    figure : bqplot.Figure
    handles : bqplot.Scatter
        The two handles that can be dragged; ``x`` holds their positions.
    """

    headroom = 1.22
    """The height of the picture in highest bars: it leaves room for the handles and the names."""
    handles_at = 1.04
    names_at = 1.16

    def __init__(self, effects: CutEffects) -> None:
        half = effects.step / 2
        across = bqplot.LinearScale(
            min=float(effects.grid[0] - half), max=float(effects.grid[-1] + half)
        )
        self._up = bqplot.LinearScale(min=0.0, max=1.0)
        scales = {"x": across, "y": self._up}
        self._bars = bqplot.Bars(
            x=np.array([0.0]),
            y=np.zeros((len(BANDS), 1)),
            scales=scales,
            type="stacked",
            colors=list(COLOURS.values()),
            padding=0.12,
            stroke="transparent",
        )
        self._lines = bqplot.Lines(
            x=np.zeros((2, 2)),
            y=np.zeros((2, 2)),
            scales=scales,
            colors=[INK, INK],
            line_style="dashed",
            stroke_width=2,
        )
        # Twice, so that it is visible on the bars and next to them.
        self._other_edge, self._other = (
            bqplot.Lines(
                x=np.array([0.0]),
                y=np.array([0.0]),
                scales=scales,
                colors=[colour],
                stroke_width=width,
                visible=False,
            )
            for colour, width in (("var(--cp-card)", 5), (INK, 2))
        )
        self.handles = bqplot.Scatter(
            x=np.array(effects.lines),
            y=np.zeros(2),
            scales=scales,
            marker="circle",
            default_size=900,
            colors=[INK],
            enable_move=True,
            restrict_x=True,
            update_on_move=True,
            preserve_domain={"x": True, "y": True},
        )
        self._names = bqplot.Label(
            x=np.zeros(len(BANDS)),
            y=np.zeros(len(BANDS)),
            text=[""] * len(BANDS),
            scales=scales,
            align="middle",
            colors=[INK],
            default_size=14,
            font_weight="bold",
        )
        self._numbers = bqplot.Label(
            x=np.zeros(2),
            y=np.zeros(2),
            text=["", ""],
            scales=scales,
            align="middle",
            colors=["var(--cp-ground)"],
            default_size=13,
            font_weight="bold",
        )
        self._people = bqplot.Axis(
            scale=self._up,
            side="left",
            label="people",
            grid_lines="solid",
            tick_format=",",
            label_offset="3em",
        )
        self.figure = bqplot.Figure(
            marks=[
                self._bars,
                self._other_edge,
                self._other,
                self._lines,
                self._names,
                self.handles,
                self._numbers,
            ],
            axes=[_axis_of_totals(effects, across, "total"), self._people],
            display_toolbar=False,
            fig_margin={"top": 8, "bottom": 46, "left": 56, "right": 12},
            padding_x=0,
            padding_y=0,
            min_aspect_ratio=0.01,
            max_aspect_ratio=100,
            layout=Layout(width="100%", height="360px"),
        ).add_class("cp-lab-picture")

    def draw(self, effects: CutEffects) -> None:
        """Show the cohort and its cut scores; where the handles are is left to the caller."""
        histogram = effects.histogram
        heights = np.stack([histogram.heights[band] for band in BANDS])
        highest = float(max(heights.sum(axis=0).max(), 1))
        if histogram.others is not None:
            highest = max(highest, float(histogram.others.max()))
        low, high = effects.lines
        top = np.full(2, highest * self.handles_at)
        if highest * self.headroom != self._up.max:
            self._up.max = highest * self.headroom
            # At most one mark per person.
            self._people.tick_values = _round_numbers(0, highest, about=min(4, int(highest)))
        held = (self._bars, self._lines, self._names, self._numbers, self.handles)
        with ExitStack() as stack:
            for each in held:
                stack.enter_context(each.hold_sync())
            self._bars.x = histogram.middles
            self._bars.y = heights
            self._lines.x = np.array([[low, low], [high, high]])
            self._lines.y = np.array([[0.0, highest * self.handles_at]] * 2)
            self.handles.y = top
            self._numbers.x, self._numbers.y = np.array([low, high]), top
            self._numbers.text = [
                show(effects.cuts.management_below),
                show(effects.cuts.mastery_above),
            ]
            edges = (float(effects.grid[0]), low, high, float(effects.grid[-1]))
            self._names.x = np.array([(edges[i] + edges[i + 1]) / 2 for i in range(len(BANDS))])
            self._names.y = np.full(len(BANDS), highest * self.names_at)
            span = edges[-1] - edges[0]
            self._names.text = [
                str(band) if edges[i + 1] - edges[i] > LETTER * len(band) * span else ""
                for i, band in enumerate(BANDS)
            ]
        for line in (self._other_edge, self._other):
            line.visible = histogram.others is not None
            if histogram.others is not None:
                line.x, line.y = histogram.middles, histogram.others


class CurvePicture:
    """The share of management and of mastery at every possible cut score.

    Attributes
    ----------
    figure : bqplot.Figure
    """

    def __init__(self, effects: CutEffects) -> None:
        across = bqplot.LinearScale(min=float(effects.grid[0]), max=float(effects.grid[-1]))
        up = bqplot.LinearScale(min=0.0, max=1.0)
        scales = {"x": across, "y": up}
        self._management = bqplot.Lines(
            scales=scales, colors=[COLOURS[Band.MANAGEMENT]], stroke_width=3
        )
        self._mastery = bqplot.Lines(
            scales=scales, colors=[COLOURS[Band.MASTERY]], stroke_width=3, line_style="dashed"
        )
        self._dots = bqplot.Scatter(
            x=np.zeros(2), y=np.zeros(2), scales=scales, colors=[INK], default_size=120
        )
        self._drawn: NamedCohort | None = None
        self.figure = bqplot.Figure(
            marks=[self._management, self._mastery, self._dots],
            axes=[
                _axis_of_totals(effects, across, "cut score"),
                bqplot.Axis(
                    scale=up,
                    side="left",
                    tick_format=".0%",
                    tick_values=np.linspace(0, 1, 5),
                    grid_lines="solid",
                ),
            ],
            display_toolbar=False,
            fig_margin={"top": 12, "bottom": 46, "left": 56, "right": 16},
            padding_x=0,
            padding_y=0,
            min_aspect_ratio=0.01,
            max_aspect_ratio=100,
            layout=Layout(width="100%", height="280px"),
        ).add_class("cp-lab-curve")

    def draw(self, effects: CutEffects) -> None:
        """Show the cohort and its cut scores; the lines change only with the cohort."""
        if effects.cohort is not self._drawn:
            curve = effects.curve
            self._drawn = effects.cohort
            self._management.x, self._management.y = curve.totals, curve.management
            self._mastery.x, self._mastery.y = curve.totals, curve.mastery
        management, _both, mastery = effects.shares
        self._dots.x = np.array([effects.cuts.management_below, effects.cuts.mastery_above], float)
        self._dots.y = np.array([management.share or 0.0, mastery.share or 0.0])


def _axis_of_totals(effects: CutEffects, scale: bqplot.Scale, label: str) -> bqplot.Axis:
    ticks = _round_numbers(float(effects.grid[0]), float(effects.grid[-1]), about=6)
    return bqplot.Axis(scale=scale, label=label, tick_values=ticks, grid_lines="none")


def _round_numbers(low: float, high: float, *, about: int) -> Floats:
    """Choose round numbers between two numbers, for the marks of an axis.

    Examples
    --------
    >>> _round_numbers(0, 23, about=4).tolist(), _round_numbers(0, 150, about=6).tolist()
    ([0.0, 10.0, 20.0], [0.0, 50.0, 100.0, 150.0])
    """
    step = float(next(round_steps((high - low) / about * (1 - 1e-9))))
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return np.arange(first, last + 1, dtype=np.float64) * step
