"""A picture of the threshold lab that stands still: for a notebook's output, a page, a mail."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from careerpath.core.instrument import Band
from careerpath.core.wording import show
from careerpath.thresholds.model import ThresholdsModel
from careerpath.thresholds.words import picture_words
from careerpath.ui.templates import render

LEFT, RIGHT, TOP, BOTTOM = 10, 630, 44, 190
COLOURS = {Band.MANAGEMENT: "#b45309", Band.BOTH: "#475569", Band.MASTERY: "#0f766e"}


@dataclass(frozen=True)
class Snapshot:
    """The histogram at the cut scores of one moment, as SVG.

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
    """Draw the histogram as it is now."""
    histogram, cuts = model.histogram, model.cuts
    lowest, highest = float(model.grid[0] - model.step / 2), float(model.grid[-1] + model.step / 2)
    most = max(1.0, float(np.sum(list(histogram.heights.values()), axis=0).max()))

    def across(total: float) -> float:
        return round(LEFT + (total - lowest) / (highest - lowest) * (RIGHT - LEFT), 1)

    edges = (lowest, *model.lines, highest)
    width = round(max(0.6, across(lowest + histogram.width) - LEFT - 0.6), 1)
    groups = []
    above = histogram.middles * 0.0
    for place, share in enumerate(model.shares):
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
        groups.append((share.band, COLOURS[share.band], label, middle, bars))
    low, high = (across(line) for line in model.lines)
    text = picture_words(model)
    svg = render(
        "thresholds/templates/snapshot.html",
        text=text,
        groups=groups,
        lines=(
            (low, show(cuts.management_below), "end"),
            (high, show(cuts.mastery_above), "start"),
        ),
        lowest=show(float(model.grid[0])),
        highest=show(float(model.grid[-1])),
        note="Synthetic: nobody ever gave these answers." if model.cohort.synthetic else "",
    )
    return Snapshot(svg=svg, text=text)
