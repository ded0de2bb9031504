"""A room, as its participant sees it in the assessment: before the questions, and after."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from careerpath.questionnaire.browser_session import BrowserSession
from careerpath.questionnaire.model import Phase, QuestionnaireModel
from careerpath.room.entities import MINIMUM_SHOWN, Progress
from careerpath.room.participant.background import Background
from careerpath.room.participant.model import ParticipantModel, Sharing, Standing
from careerpath.ui.templates import render

if TYPE_CHECKING:
    from careerpath.room.store.store import Store

PROGRESS = {
    Phase.WELCOME: Progress.JOINED,
    Phase.QUESTION: Progress.ANSWERING,
    Phase.REVIEW: Progress.ANSWERING,
    Phase.RESULT: Progress.FINISHED,
}
"""What the coach's counts make of each screen."""

UNSENT = "Not sent yet. It is kept on this device and sent as soon as the connection is back."


def open_rooms() -> Store:
    """Open the store of rooms. Importing it costs a visitor's process what only a room needs."""
    from careerpath.room.store.store import open_store

    return open_store(keep_connections=False)


class Participant:
    """Leads what the browser says about a room to the model, and shows what comes of it.

    Parameters
    ----------
    questionnaire : QuestionnaireModel
        It takes the room's instrument where that is another one.
    session : BrowserSession
    attempt : callable
        Does something, and shows the visitor in plain words if it failed.
    open_rooms : callable
        Opens the store.
    """

    def __init__(
        self,
        questionnaire: QuestionnaireModel,
        session: BrowserSession,
        *,
        attempt: Callable[[Callable[[], None]], None],
        open_rooms: Callable[[], Store],
    ) -> None:
        self._questionnaire = questionnaire
        self.model = ParticipantModel(open_rooms, perform=Background(attempt), tell=session.send)
        session.on_room(
            join=lambda found: attempt(partial(self.model.join, found)),
            share=lambda found: attempt(partial(self.model.share, found)),
        )
        questionnaire.observe(self._follow, "phase")
        self.model.observe(self._adopt, "instrument")

    def _follow(self, _change: object) -> None:
        phase = self._questionnaire.phase
        self._adopt()
        self.model.appear(PROGRESS[phase])
        if phase is Phase.RESULT:
            self.model.try_again()

    def _adopt(self, _change: object = None) -> None:
        if self.model.instrument is not None:
            self._questionnaire.adopt(self.model.instrument)

    @property
    def joining(self) -> bool:
        """Whether it is not known yet which room this is, and which questions it asks."""
        return self.model.standing is Standing.JOINING

    @property
    def announcement(self) -> str:
        """What a screen reader hears of the room on the screen that is shown."""
        model = self.model
        title = model.room.title if model.room else ""
        match self._questionnaire.phase:
            case Phase.WELCOME:
                joined = model.standing is Standing.JOINED
                said = f"You are in the room {title}." if joined else model.refusal
                return f"{said} {model.delivered}".strip()
            case Phase.RESULT if model.room:
                return {
                    Sharing.SENDING: "Sharing …",
                    Sharing.SHARED: f"Shared with {title}." if self._is_shared else "",
                    Sharing.WAITING: UNSENT,
                    Sharing.REFUSED: model.refusal,
                }.get(model.sharing, "")
            case _:
                return ""

    @property
    def _is_shared(self) -> bool:
        return self.model.shared == self._questionnaire.answers

    def card(self, place: str) -> str:
        """Return the card on the result that asks whether to share it; empty without a room."""
        model, questionnaire = self.model, self._questionnaire
        if model.standing not in (Standing.JOINED, Standing.UNREACHED):
            return ""
        return render(
            "room/participant/templates/share.html",
            place=place,
            room=model,
            answers=questionnaire.answers,
            same_questions=model.instrument == questionnaire.instrument,
            is_shared=self._is_shared,
            others=MINIMUM_SHOWN - 1,
            unsent=UNSENT,
        )
