"""A room's picture on one page, to take away: HTML that needs no network, and PDF."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from careerpath.core.instrument import BANDS, CutScores, Instrument, Item
from careerpath.core.interpretation import DISCLAIMER, percent, show
from careerpath.room.entities import Room, left_out
from careerpath.ui.templates import render

if TYPE_CHECKING:
    from careerpath.cohort.distribution import Spread
    from careerpath.cohort.tally import Tally

MOST_BARS = 31
"""Of the histogram: neighbouring totals share a bar."""


@dataclass(frozen=True, slots=True)
class RoomSummary:
    """What a coach takes away from a room.

    Parameters
    ----------
    room : Room
    instrument : Instrument
        The room's.
    tally : Tally
        Of five people or more: the store gives no other.
    made : datetime
        When, with a time zone.
    waiting : int
        How many newer answers wait behind a frozen picture, and are not in the tally.
    """

    room: Room
    instrument: Instrument
    tally: Tally
    made: datetime = field(default_factory=lambda: datetime.now(UTC))
    waiting: int = 0

    def html(self) -> str:
        """Return a page of its own."""
        return render(
            "room/coach/templates/summary.html", **self.values(), made=f"{self.made:%d %B %Y}"
        )

    def pdf(self) -> bytes:
        """Return a tagged PDF: of one page, as long as an instrument has no more than 15 items."""
        from careerpath.pdf.typeset import typeset

        return typeset("room/coach/summary", self.values(), made=self.made, apart=True)

    def values(self) -> Mapping[str, Any]:
        """Return all that is shown, as plain values."""
        from careerpath.cohort.distribution import split_of

        cuts, tally, instrument = self.room.cut_scores, self.tally, self.instrument
        split = split_of(tally, cuts)
        low, high = split.totals.middle_half
        counts, shares = tally.counts(cuts), tally.shares(cuts)
        return {
            "title": self.room.title,
            "instrument": f"{instrument.title}, version {instrument.version}",
            "people": tally.count,
            "unscored": sum(tally.unscored.values()),
            "waiting": left_out(self.waiting, of="this summary"),
            "cuts": _cuts(cuts),
            "moved": _cuts(self.room.published) if cuts != self.room.published else "",
            "bands": [
                {"band": str(band), "count": counts[band], "share": percent(float(shares[band]))}
                for band in BANDS
            ],
            "split": split.words,
            "apart": percent(split.apart),
            "middle": f"{show(low)} to {show(high)}",
            "histogram": _histogram(split.totals, instrument, cuts),
            "ends": [show(instrument.scale.minimum), show(instrument.scale.maximum)],
            "close": self._close_calls(),
            "groups": self._groups(),
            "disclaimer": DISCLAIMER,
        }

    def _close_calls(self) -> str:
        """Say how many people's band the error of a total can turn."""
        from careerpath.cohort.distribution import near_a_line

        norms = self.instrument.norms
        if norms is None:
            return ""
        error = norms.standard_error
        near = near_a_line(self.tally, self.room.cut_scores, reach=error)
        size = show(round(error, 0 if error >= 1 else 1))
        return (
            f"Close calls: {near} of {self.tally.count} are within {size} of a line, the error "
            f"{'measured' if norms.measured else 'assumed'} of any total."
        )

    def _groups(self) -> list[dict[str, Any]]:
        """Return the items with their answers, in rows: facet by facet, and the rest in threes."""
        from careerpath.cohort.distribution import spread_of_facet, spread_of_items

        tally, instrument = self.tally, self.instrument

        def drawn(item: Item) -> dict[str, Any]:
            return {
                "stem": item.stem or item.id,
                "management": item.management or "low",
                "mastery": item.mastery or "high",
                **_bars(spread_of_items(tally, [item.id])),
            }

        groups: list[dict[str, Any]] = [
            {
                "title": facet.title,
                "whole": _bars(spread_of_facet(tally, instrument, facet.id)),
                "items": [drawn(item) for item in items],
            }
            for facet in instrument.facets
            if (items := instrument.items_of(facet.id))
        ]
        alone = [drawn(item) for item in instrument.items if item.facet is None]
        if alone:
            groups.append({"title": "", "whole": None, "items": alone})
        return groups


def _cuts(cuts: CutScores) -> str:
    return f"{show(cuts.management_below)} and {show(cuts.mastery_above)}"


def _bars(spread: Spread) -> dict[str, Any]:
    low, high = spread.middle_half
    most = max(spread.counts)
    return {
        "bars": [
            {"height": count / most, "inside": low <= value <= high} for value, count in spread.bars
        ],
        "middle": f"{show(low)} to {show(high)}",
        "counts": ", ".join(map(str, spread.counts)),
    }


def _histogram(totals: Spread, instrument: Instrument, cuts: CutScores) -> dict[str, Any]:
    """Draw the totals to scale: bars of neighbouring totals, split where a band begins."""
    values, counts = totals.values, totals.counts
    size = -(-len(values) // MOST_BARS)
    width = len(values)
    bars = []
    for start in range(0, width, size):
        inside: dict[str, int] = {}
        for value, count in zip(
            values[start : start + size], counts[start : start + size], strict=True
        ):
            band = str(cuts.band(value))
            inside[band] = inside.get(band, 0) + count
        bars.append({"start": start / width, "width": min(size, width - start) / width, **inside})
    most = max(sum(bar.get(str(band), 0) for band in BANDS) for bar in bars) or 1
    return {
        "bars": [
            {
                "x": bar["start"],
                "width": bar["width"],
                "parts": [
                    {"band": str(band), "height": bar[str(band)] / most}
                    for band in BANDS
                    if bar.get(str(band))
                ],
            }
            for bar in bars
        ],
        "lines": [
            {
                "at": sum(1 for value in values if str(cuts.band(value)) in below) / width,
                "says": show(cut),
            }
            for cut, below in (
                (cuts.management_below, ("management",)),
                (cuts.mastery_above, ("management", "both")),
            )
        ],
        "ends": [show(instrument.minimum_total), show(instrument.maximum_total)],
        "most": most,
    }
