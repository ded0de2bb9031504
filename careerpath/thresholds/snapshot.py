"""A static picture of the histogram: for the output of a notebook, a page, a mail."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from careerpath.core.instrument import Band
from careerpath.thresholds.model import ThresholdsModel
from careerpath.ui.templates import render

LEFT, RIGHT, TOP, BOTTOM = 10, 630, 44, 190
# Those of ui/tokens.css in light: this picture is used without a style sheet.
COLOURS = {Band.MANAGEMENT: "#b45309", Band.BOTH: "#475569", Band.MASTERY: "#0f766e"}


@dataclass(frozen=True)
class Snapshot:
    """The histogram at one pair of cut scores, as SVG.

    Attributes
    ----------
    svg : str
    text : str
        The same in words.
    """

    svg: str
    text: str

    def __repr__(self) -> str:
        return self.text

    def _repr_svg_(self) -> str:
        return self.svg


def snapshot(model: ThresholdsModel) -> Snapshot:
    """Draw the histogram at the current cut scores."""
    effects = model.effects
    histogram, half = effects.histogram, effects.step / 2
    lowest, highest = float(effects.grid[0] - half), float(effects.grid[-1] + half)
    most = max(1.0, float(np.sum(list(histogram.heights.values()), axis=0).max()))

    def across(total: float) -> float:
        return round(LEFT + (total - lowest) / (highest - lowest) * (RIGHT - LEFT), 1)

    edges = (lowest, *effects.lines, highest)
    width = round(max(0.6, across(lowest + histogram.width) - LEFT - 0.6), 1)
    groups = []
    above = histogram.middles * 0.0
    for place, share in enumerate(effects.shares):
        heights = histogram.heights[share.band]
        bars = []
        for middle, height, base in zip(histogram.middles, heights, above, strict=True):
            if height:
                tall = round((BOTTOM - TOP) * float(height) / most, 1)
                y = round(BOTTOM - tall - (BOTTOM - TOP) * float(base) / most, 1)
                bars.append((across(float(middle) - histogram.width / 2), y, width, tall))
        above = above + heights
        label = "" if share.share is None else f"{share.band} {100 * share.share:.1f} %"
        middle = across((edges[place] + edges[place + 1]) / 2)
        groups.append((COLOURS[share.band], label, middle, bars))
    lines = [across(line) for line in effects.lines]
    svg = render("thresholds/templates/snapshot.html", model=model, groups=groups, lines=lines)
    return Snapshot(svg=svg, text=model.totals_in_words)
