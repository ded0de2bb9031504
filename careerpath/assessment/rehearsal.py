"""A visit that no visitor makes: it loads and warms up what visitors need, before they come."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from ipywidgets import Widget

from careerpath.assessment.view import AssessmentScreen
from careerpath.questionnaire.model import QuestionnaireModel
from careerpath.room.participant.room_access import RoomAccess, Ticket
from careerpath.room.room import Progress
from careerpath.what_next.choices import choices

if TYPE_CHECKING:
    from careerpath.room.store.store import Store


async def visit(send: Callable[[str, dict[str, Any]], Awaitable[None]]) -> None:
    """Answer the questionnaire up to its result, open each choice below it, and share in a room.

    Parameters
    ----------
    send : callable
        Sends a widget a message, as its page does: the widget's model id and the data.
    """
    screen = AssessmentScreen()
    session, model = screen.children[0], screen.model

    async def update(widget: Widget, **state: Any) -> None:
        await send(widget.model_id, {"method": "update", "state": state, "buffer_paths": []})

    async def press(action: str, **values: str) -> None:
        content = {"action": action, "values": {"place": model.place, **values}}
        await send(screen.children[1].model_id, {"method": "custom", "content": content})

    await update(session, found=None, storage=True, looked=True)
    await press("start")
    scale = model.instrument.scale
    for number in range(len(model.instrument.items)):
        slider = screen.children[2]
        # One end and then the other, so that no answer looks careless.
        await update(slider, value=scale.maximum if number % 2 else scale.minimum)
        await send(slider.model_id, {"method": "custom", "content": {"submit": True}})
    await press("next")
    score = screen.value
    if score is None:
        raise RuntimeError("The rehearsal did not come to a result.")
    for choice, _ in choices(score.band):
        await press("open", choice=choice)
    _share(model)


def _share(model: QuestionnaireModel) -> None:
    """Join a room and share the answers in it."""
    store, code = _room()
    access, ticket = RoomAccess(lambda: store), Ticket(code, "rehearsal-of-a-visit")
    access.enter(ticket, progress=Progress.JOINED)
    access.share(ticket, model.answers)


@cache
def _room() -> tuple[Store, str]:
    """Make a room in a database in memory. A copy that measures itself does not make it again."""
    from careerpath.room.store.store import open_store

    store = open_store("sqlite://")
    return store, store.create_room("Rehearsal").code
