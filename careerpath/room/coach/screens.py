"""A room's screens as HTML and in words: what each piece shows of the model."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import segno
from markupsafe import Markup

from careerpath.core.instrument import Band, CutScores
from careerpath.core.interpretation import show
from careerpath.room.coach.model import RoomModel
from careerpath.room.coach.slides import Kind
from careerpath.room.coach.stages import Question, View
from careerpath.room.entities import DEFAULT_LIFE, MINIMUM_SHOWN, Counts, Room, left_out
from careerpath.ui.site_address import JoinAddress
from careerpath.ui.templates import render

if TYPE_CHECKING:
    from careerpath.room.coach.figures import RoomFigures

KINDS = (
    ("html", "Summary (HTML)"),
    ("pdf", "Summary (PDF)"),
    ("csv", "Answers (CSV)"),
    ("parquet", "Answers (Parquet)"),
    ("tally", "Counts (tally)"),
)
QUIET_ZONE = 4
"""Modules of white around a QR code: fewer, and phones miss it."""


def door(model: RoomModel, trouble: str) -> str:
    """Show the door, the new room's credentials, or that the room is gone."""
    return render(
        "room/coach/templates/door.html",
        stage=model.stage,
        room=model.room,
        instrument=model.page_instrument,
        opening=model.opening,
        trouble=trouble,
        days=DEFAULT_LIFE.days,
    )


def head(model: RoomModel, address: JoinAddress, trouble: str) -> str:
    """Show which room it is, and how it is joined."""
    return render(
        "room/coach/templates/head.html",
        room=model.room,
        address=address,
        connected=model.connected,
        trouble=trouble,
    )


def live(model: RoomModel) -> str:
    """Show the counts."""
    return render("room/coach/templates/live.html", counts=model.counts, room=model.room)


def steer(model: RoomModel) -> str:
    """Show what can be done with the picture."""
    return render(
        "room/coach/templates/steer.html",
        id="room",
        room=model.room,
        held_back=model.held_back,
        few=_few(model),
        minimum=MINIMUM_SHOWN,
    )


def files(model: RoomModel) -> str:
    """Show what can be taken away, and how a room ends."""
    counts, room = _inside(model)
    asked = {
        Question.NOTHING: "",
        Question.CLOSE: "Close it? Nobody can join or share any more. This cannot be undone.",
        Question.RESET: (
            f"Remove all {counts.shared} answers, and everybody who has joined? This cannot be "
            "undone."
        ),
        Question.DELETE: (
            f"Delete the room {room.title} with its {counts.shared} answers? This cannot be undone."
        ),
    }
    return render(
        "room/coach/templates/files.html",
        id="room",
        room=room,
        kinds=KINDS,
        left_out=left_out(counts.waiting, of="these files"),
        few=_few(model),
        minimum=MINIMUM_SHOWN,
        asking=model.asking,
        asked=asked[model.asking],
    )


def what_if(model: RoomModel) -> str:
    """Say who changes band."""
    figures: RoomFigures = model.figures
    return render(
        "room/coach/templates/words.html",
        id="room",
        flows=figures.flows_in_words,
        moved=figures.moved,
        published=both(figures.published),
    )


def bands(model: RoomModel) -> str:
    """Show how many are in each band."""
    figures: RoomFigures = model.figures
    return render(
        "room/coach/templates/bands.html", shares=figures.shares, ranges=ranges(figures.cuts)
    )


def top(model: RoomModel, address: JoinAddress) -> str:
    """Show the presenter's first line."""
    counts, room = _inside(model)
    return render(
        "room/coach/templates/top.html",
        title=model.shown.title if model.figures is not None else room.title,
        counts=counts,
        frozen=room.frozen,
        joinable=not room.closed and model.figures is not None,
        code=room.code,
        address=address,
        connected=model.connected,
    )


def lobby(model: RoomModel, address: JoinAddress) -> str:
    """Show how to join, while people do."""
    counts, room = _inside(model)
    return render(
        "room/coach/templates/lobby.html",
        room=room,
        counts=counts,
        address=address,
        qr=qr_code(address.whole) if address.whole and not room.closed else "",
        held_back=model.held_back,
    )


def slide(model: RoomModel) -> str:
    """Show one of the presenter's slides beside the first."""
    figures: RoomFigures = model.figures
    if model.shown.kind is Kind.FACETS:
        return render(
            "room/coach/templates/facets.html",
            facets=figures.facets,
            scale=figures.instrument.scale,
        )
    return render("room/coach/templates/questions.html", items=figures.questions(model.shown.items))


def foot(model: RoomModel) -> str:
    """Show how split the room is, and the presenter's buttons."""
    figures: RoomFigures | None = model.figures
    at_room = figures is not None and model.shown.kind is Kind.ROOM
    return render(
        "room/coach/templates/foot.html",
        split=figures.split if figures is not None and at_room else None,
        close=figures.close_calls if figures is not None and at_room else None,
        flows=figures.flows_in_words if figures is not None and figures.moved else "",
        published=both(figures.published) if figures is not None else "",
        slides=len(model.slides) if figures is not None else 0,
        place=model.slide,
    )


def announcement(model: RoomModel) -> str:
    """Say the picture in one breath, for who hears it."""
    figures: RoomFigures = model.figures
    if model.view is View.PRESENTER and model.shown.kind is not Kind.ROOM:
        return f"{model.shown.title}. Slide {model.slide + 1} of {len(model.slides)}."
    moved = f" {figures.flows_in_words}" if figures.moved else ""
    return f"{histogram_in_words(figures)}.{moved}"


def histogram_in_words(figures: RoomFigures) -> str:
    """Say what the histogram shows."""
    return f"The room's totals, cut scores {both(figures.cuts)}: " + ", ".join(
        f"{each.count:,} {each.band}" for each in figures.shares
    )


def ranges(cuts: CutScores) -> dict[Band, str]:
    """Say which totals each band takes."""
    return {
        Band.MANAGEMENT: f"below {show(cuts.management_below)}",
        Band.BOTH: f"{show(cuts.management_below)} to {show(cuts.mastery_above)}",
        Band.MASTERY: f"above {show(cuts.mastery_above)}",
    }


def both(cuts: CutScores) -> str:
    """Write two cut scores."""
    return f"{show(cuts.management_below)} and {show(cuts.mastery_above)}"


@cache
def qr_code(address: str) -> Markup:
    """Draw an address for phones: black on white, with its quiet zone.

    Examples
    --------
    >>> qr_code("http://example.org/join/BCDFGH")[:12]
    Markup('<svg viewBox')
    """
    drawn = segno.make(address, error="m", micro=False).svg_inline(
        border=QUIET_ZONE, dark="#000", light="#fff", omitsize=True
    )
    return Markup(drawn)  # noqa: S704 (drawn by segno; the address is not in it)


def _few(model: RoomModel) -> bool:
    return _inside(model)[0].shared < MINIMUM_SHOWN


def _inside(model: RoomModel) -> tuple[Counts, Room]:
    if model.counts is None or model.room is None:
        raise RuntimeError("a piece of an open room was drawn without one")
    return model.counts, model.room
