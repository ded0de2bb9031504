"""What a coach takes away from a room, as files; loaded when the first one is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from careerpath.core.errors import shown
from careerpath.room.entities import Room, RoomError

if TYPE_CHECKING:
    from careerpath.room.store.store import Store

TYPES = {
    "csv": "text/csv",
    "parquet": "application/vnd.apache.parquet",
    "tally": "application/octet-stream",
    "html": "text/html",
    "pdf": "application/pdf",
}


def file_of(store: Store, room: Room, kind: str) -> tuple[str, str, bytes]:
    """Make a file of a room: its name, its type, and what is in it.

    Raises
    ------
    HeldBackError
        Where too few have shared.
    """
    if kind not in TYPES:
        raise RoomError(f"A room is exported as {', '.join(TYPES)}, not as {shown(kind)}.")
    name = f"room-{room.code}.{kind}"
    if kind in ("csv", "parquet", "tally"):
        return name, TYPES[kind], store.export_bytes(room.code, kind)
    from careerpath.room.coach.summary import RoomSummary

    summary = RoomSummary(
        store.room(room.code),
        store.instrument(room.code),
        store.tally(room.code),
        waiting=store.counts(room.code).waiting,
    )
    content = summary.html().encode() if kind == "html" else summary.pdf()
    return name, TYPES[kind], content
