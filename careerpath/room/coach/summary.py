"""What a coach takes away from a room: its picture on one page, and its files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from careerpath.core.errors import shown
from careerpath.core.instrument import BANDS, Instrument, Item
from careerpath.core.interpretation import DISCLAIMER
from careerpath.core.wording import both_cuts, long_date, percent, show
from careerpath.room.room import Room, RoomError, left_out
from careerpath.ui.templates import render

if TYPE_CHECKING:
    from careerpath.cohort.distribution import Distribution
    from careerpath.cohort.tally import Tally
    from careerpath.room.coach.figures import RoomFigures
    from careerpath.room.store.store import Store

MEDIA_TYPES = {
    "csv": "text/csv",
    "parquet": "application/vnd.apache.parquet",
    "tally": "application/octet-stream",
    "html": "text/html",
    "pdf": "application/pdf",
}


@dataclass(frozen=True, slots=True)
class RoomSummary:
    """A room's picture on one page, as HTML that needs no network and as PDF.

    Parameters
    ----------
    room : Room
    instrument : Instrument
        The room's.
    tally : Tally
        Of at least five people; the store gives no other.
    made : datetime
        The time of the summary, with a time zone.
    waiting : int
        How many newer answers are not in the tally yet.
    """

    room: Room
    instrument: Instrument
    tally: Tally
    made: datetime = field(default_factory=lambda: datetime.now(UTC))
    waiting: int = 0

    def html(self) -> str:
        """Return a complete page."""
        return render(
            "room/coach/templates/summary.html", **self.values(), made=long_date(self.made)
        )

    def pdf(self) -> bytes:
        """Return a tagged PDF, of one page if the instrument has no more than 15 items."""
        from careerpath.pdf.typeset import typeset

        return typeset("room/coach/summary", self.values(), made=self.made, apart=True)

    def values(self) -> Mapping[str, Any]:
        """Return everything that is shown, as plain values."""
        from careerpath.room.coach.figures import RoomFigures

        figures = RoomFigures(self.instrument, self.room.cut_scores, self.tally)
        instrument, close_calls = self.instrument, figures.close_calls
        low, high = figures.disagreement.totals.middle_half
        return {
            "title": self.room.title,
            "instrument": f"{instrument.title}, version {instrument.version}",
            "people": self.tally.count,
            "unscored": sum(self.tally.unscored.values()),
            "waiting": left_out(self.waiting, of="this summary", frozen=self.room.frozen),
            "cuts": both_cuts(figures.cuts),
            "moved": both_cuts(figures.published) if figures.moved else "",
            "bands": [
                {"band": str(each.band), "count": each.count, "share": percent(each.share or 0)}
                for each in figures.shares
            ],
            "totals": figures.totals_in_words,
            "split": figures.disagreement.words,
            "apart": percent(figures.disagreement.apart),
            "middle": f"{show(low)} to {show(high)}",
            "histogram": _histogram(figures),
            "ends": [show(instrument.scale.minimum), show(instrument.scale.maximum)],
            "close": f"Close calls: {close_calls}" if close_calls else "",
            "groups": _groups(figures),
            "disclaimer": DISCLAIMER,
        }


def room_file(store: Store, room: Room, kind: str) -> tuple[str, str, bytes]:
    """Make a file of a room.

    Parameters
    ----------
    store : Store
    room : Room
    kind : str
        "csv", "parquet", "tally", "html" or "pdf".

    Returns
    -------
    tuple of str, str and bytes
        The file's name, its media type and its content.

    Raises
    ------
    RoomError
        If there is no such kind of file.
    HeldBackError
        If too few people have shared.
    """
    if kind not in MEDIA_TYPES:
        raise RoomError(
            f"A room has no file of the kind {shown(kind)}. Choose {', '.join(MEDIA_TYPES)}."
        )
    name = f"room-{room.code}.{kind}"
    if kind in ("csv", "parquet", "tally"):
        return name, MEDIA_TYPES[kind], store.export_bytes(room.code, kind)
    summary = RoomSummary(
        store.room(room.code),
        store.instrument(room.code),
        store.tally(room.code),
        waiting=store.counts(room.code).waiting,
    )
    content = summary.html().encode() if kind == "html" else summary.pdf()
    return name, MEDIA_TYPES[kind], content


def _groups(figures: RoomFigures) -> list[dict[str, Any]]:
    """Return the items with their answers: one group per facet, then the items without one."""
    instrument = figures.instrument
    groups: list[dict[str, Any]] = [
        {
            "title": facet.title,
            "whole": _bars(distribution),
            "items": _items(figures, instrument.items_of(facet.id)),
        }
        for facet, distribution in figures.facets
    ]
    alone = tuple(item for item in instrument.items if item.facet is None)
    if alone:
        groups.append({"title": "", "whole": None, "items": _items(figures, alone)})
    return groups


def _items(figures: RoomFigures, items: tuple[Item, ...]) -> list[dict[str, Any]]:
    return [
        {
            "stem": item.stem or item.id,
            "management": item.management or "low",
            "mastery": item.mastery or "high",
            **_bars(distribution),
        }
        for item, distribution in figures.questions(items)
    ]


def _bars(distribution: Distribution) -> dict[str, Any]:
    low, high = distribution.middle_half
    most = max(distribution.counts)
    return {
        "bars": [
            {"height": count / most, "inside": low <= value <= high}
            for value, count in distribution.bars
        ],
        "middle": f"{show(low)} to {show(high)}",
        "counts": ", ".join(map(str, distribution.counts)),
    }


def _histogram(figures: RoomFigures) -> dict[str, Any]:
    """Return the bars and lines of the histogram, as shares of its width and height."""
    histogram, totals = figures.histogram, len(figures.grid)
    size = round(histogram.width / figures.step)
    starts = range(0, totals, size)
    most = max(map(sum, zip(*histogram.heights.values(), strict=True))) or 1
    cuts = figures.cuts
    return {
        "bars": [
            {
                "x": start / totals,
                "width": min(size, totals - start) / totals,
                "parts": [
                    {"band": str(band), "height": float(histogram.heights[band][place] / most)}
                    for band in BANDS
                    if histogram.heights[band][place]
                ],
            }
            for place, start in enumerate(starts)
        ],
        "lines": [
            {"at": below / totals, "says": show(cut)}
            for below, cut in zip(
                figures.layout.starts(cuts),
                (cuts.management_below, cuts.mastery_above),
                strict=True,
            )
        ],
        "ends": [show(figures.grid[0]), show(figures.grid[-1])],
        "most": float(most),
    }
