"""A room that nobody joins: it loads and warms up what coaches need, before they come."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from careerpath.core.instrument_file import load_instrument
from careerpath.room.coach.view import RoomScreen
from careerpath.room.store.store import open_store

#: A room shows its picture from five answers on.
PARTICIPANTS = 6


async def visit(send: Callable[[str, dict[str, Any]], Awaitable[None]]) -> None:
    """Create a room in a database in memory, reveal its picture, and show all slides.

    Parameters
    ----------
    send : callable
        Sends a widget a message, as its page does. Not needed: the model does the same.
    """
    del send
    store = open_store("sqlite://")
    instrument = load_instrument()
    model = RoomScreen(instrument, open_store=lambda: store).model
    try:
        room = await model.create("Rehearsal")
        model.go_in()
        scale = instrument.scale
        for number in range(PARTICIPANTS):
            answer = scale.maximum if number % 2 else scale.minimum
            answers = dict.fromkeys(instrument.item_ids, answer)
            store.add_response(room.code, answers, submission_id=f"rehearsal {number}")
        await model.refresh()
        await model.reveal()
        model.show_presenter()
        for _ in model.slides:
            model.turn(1)
        if model.figures is None:
            raise RuntimeError("The rehearsal did not come to a picture.")
    finally:
        model.leave()
        store.close()
