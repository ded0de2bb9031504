"""A room, as its participant sees it in the assessment: before the questions, and after."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from careerpath.questionnaire.browser_session import BrowserSession
from careerpath.questionnaire.model import Phase, QuestionnaireState
from careerpath.room.entities import MINIMUM_SHOWN
from careerpath.room.entities import Phase as Presence
from careerpath.room.participant.background import Background
from careerpath.room.participant.model import Participation, Sharing, Standing
from careerpath.room.protocols import ResponseStore
from careerpath.ui.templates import render

PRESENCE = {
    Phase.WELCOME: Presence.JOINED,
    Phase.QUESTION: Presence.ANSWERING,
    Phase.REVIEW: Presence.ANSWERING,
    Phase.RESULT: Presence.FINISHED,
}
"""What the coach's counts make of each screen."""

UNSENT = "Not sent yet. It is kept on this device and sent as soon as the connection is back."


def open_rooms() -> ResponseStore:
    """Open the store of rooms. Importing it costs a visitor's process what only a room needs."""
    from careerpath.room.store.store import open_store

    return open_store(keep_connections=False)


class Participant:
    """Leads what the browser says about a room to the state, and shows what comes of it.

    Parameters
    ----------
    questionnaire : QuestionnaireState
        It takes the room's instrument where that is another one.
    session : BrowserSession
    attempt : callable
        Does something, and shows the visitor in plain words if it failed.
    open_rooms : callable
        Opens the store.
    """

    def __init__(
        self,
        questionnaire: QuestionnaireState,
        session: BrowserSession,
        *,
        attempt: Callable[[Callable[[], None]], None],
        open_rooms: Callable[[], ResponseStore],
    ) -> None:
        self._questionnaire = questionnaire
        self.state = Participation(open_rooms, perform=Background(attempt), tell=session.send)
        session.on_room(
            join=lambda found: attempt(partial(self.state.join, found)),
            share=lambda found: attempt(partial(self.state.share, found)),
        )
        questionnaire.observe(self._follow, "phase")
        self.state.observe(self._adopt, "instrument")

    def _follow(self, _change: object) -> None:
        phase = self._questionnaire.phase
        self._adopt()
        self.state.appear(PRESENCE[phase])
        if phase is Phase.RESULT:
            self.state.try_again()

    def _adopt(self, _change: object = None) -> None:
        if self.state.instrument is not None:
            self._questionnaire.adopt(self.state.instrument)

    @property
    def joining(self) -> bool:
        """Whether it is not known yet which room this is, and which questions it asks."""
        return self.state.standing is Standing.JOINING

    @property
    def announcement(self) -> str:
        """What a screen reader hears of the room on the screen that is shown."""
        state = self.state
        title = state.room.title if state.room else ""
        match self._questionnaire.phase:
            case Phase.WELCOME:
                joined = state.standing is Standing.JOINED
                said = f"You are in the room {title}." if joined else state.refusal
                return f"{said} {state.delivered}".strip()
            case Phase.RESULT if state.room:
                return {
                    Sharing.SENDING: "Sharing …",
                    Sharing.SHARED: f"Shared with {title}." if self._is_shared else "",
                    Sharing.WAITING: UNSENT,
                    Sharing.REFUSED: state.refusal,
                }.get(state.sharing, "")
            case _:
                return ""

    @property
    def _is_shared(self) -> bool:
        return self.state.shared == self._questionnaire.answers

    def card(self, place: str) -> str:
        """Return the card on the result that asks whether to share it; empty without a room."""
        state, questionnaire = self.state, self._questionnaire
        if state.standing not in (Standing.JOINED, Standing.UNREACHED):
            return ""
        return render(
            "room/participant/templates/share.html",
            place=place,
            room=state,
            answers=questionnaire.answers,
            same_questions=state.instrument == questionnaire.instrument,
            is_shared=self._is_shared,
            others=MINIMUM_SHOWN - 1,
            unsent=UNSENT,
        )
