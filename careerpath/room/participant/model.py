"""Decides everything about a participant's room: joining it, and sharing answers or not.

A room never stops the questionnaire. If the room fails, the questions, the draft and the result
stay as they are.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from traitlets import HasTraits, Instance, Unicode, UseEnum

from careerpath.core.errors import CareerpathError
from careerpath.core.instrument import Instrument
from careerpath.questionnaire.model import Phase, QuestionnaireModel
from careerpath.room.participant.background_work import BackgroundWork
from careerpath.room.participant.room_access import RoomAccess, Ticket, read_ticket
from careerpath.room.room import (
    MINIMUM_SHOWN,
    Progress,
    Room,
    RoomExpiredError,
    RoomNotFoundError,
    StoreError,
)

if TYPE_CHECKING:
    from careerpath.room.store.store import Store

log = logging.getLogger("careerpath")

PROGRESS = {
    Phase.WELCOME: Progress.JOINED,
    Phase.QUESTION: Progress.ANSWERING,
    Phase.REVIEW: Progress.ANSWERING,
    Phase.RESULT: Progress.FINISHED,
}
"""What the coach's counts show for each phase of the questionnaire."""

UNREACHED = "The room cannot be reached at the moment."
UNSENT = "Not sent yet. It is kept on this device and sent as soon as the connection is back."


class JoinState(StrEnum):
    """Whether the participant is in the room that the page's address names."""

    ALONE = "alone"
    """The address names no room."""
    JOINING = "joining"
    JOINED = "joined"
    UNREACHED = "unreached"
    """The database has not answered yet."""
    REFUSED = "refused"


class ShareState(StrEnum):
    """Whether the room has the participant's answers."""

    OPEN = "open"
    """The participant has not chosen yet."""
    SENDING = "sending"
    WAITING = "waiting"
    """They have not arrived yet: the browser keeps them and sends them again."""
    SHARED = "shared"
    REFUSED = "refused"


class ParticipantModel(HasTraits):
    """One browser's part in a room.

    Parameters
    ----------
    questionnaire : QuestionnaireModel
        Takes the room's instrument if that is a different one.
    open_rooms : callable
        Opens the store; called when the first room is entered.
    perform : BackgroundWork
        Calls the store.
    tell : callable
        Sends a dict to the browser.

    Attributes
    ----------
    join_state : JoinState
    room : Room or None
        The room, once it is joined.
    instrument : Instrument or None
        The room's own, which never changes.
    share_state : ShareState
    refusal : str
        Why the room was not joined, or did not take the answers.
    shared : dict or None
        The answers that the room has from this browser; empty if they were forgotten here.
    delivered : str
        Says that answers from an earlier visit have now reached another room.
    """

    join_state = UseEnum(JoinState, JoinState.ALONE)
    room = Instance(Room, allow_none=True)
    instrument = Instance(Instrument, allow_none=True)
    share_state = UseEnum(ShareState, ShareState.OPEN)
    refusal = Unicode("")
    shared = Instance(dict, allow_none=True)
    delivered = Unicode("")

    others_needed = MINIMUM_SHOWN - 1
    unsent = UNSENT

    def __init__(
        self,
        questionnaire: QuestionnaireModel,
        open_rooms: Callable[[], Store],
        *,
        perform: BackgroundWork | None = None,
        tell: Callable[[dict[str, Any]], None] = lambda _message: None,
    ) -> None:
        super().__init__()
        self.questionnaire = questionnaire
        self._access = RoomAccess(open_rooms)
        self._perform = perform or BackgroundWork()
        self._tell = tell
        self._ticket: Ticket | None = None
        self._progress = Progress.JOINED
        self._sending: dict[Ticket, Mapping[str, Any]] = {}
        questionnaire.observe(self._follow, "phase")
        self.observe(self._adopt, "instrument")

    # What is true now

    @property
    def joining(self) -> bool:
        """Whether it is not known yet which questions the room asks."""
        return self.join_state is JoinState.JOINING

    @property
    def asks_to_share(self) -> bool:
        """Whether the result shows a card about sharing with the room."""
        return self.join_state in (JoinState.JOINED, JoinState.UNREACHED)

    @property
    def same_questions(self) -> bool:
        """Whether the room asks the questions that were answered."""
        return self.instrument == self.questionnaire.instrument

    @property
    def has_these_answers(self) -> bool:
        """Whether the room has the present answers."""
        return self.shared == self.questionnaire.answers

    @property
    def announcement(self) -> str:
        """What a screen reader says about the room in this phase."""
        title = self.room.title if self.room else ""
        match self.questionnaire.phase:
            case Phase.WELCOME:
                joined = self.join_state is JoinState.JOINED
                said = f"You are in the room {title}." if joined else self.refusal
                return f"{said} {self.delivered}".strip()
            case Phase.RESULT if self.room:
                return {
                    ShareState.SENDING: "Sharing …",
                    ShareState.SHARED: f"Shared with {title}." if self.has_these_answers else "",
                    ShareState.WAITING: UNSENT,
                    ShareState.REFUSED: self.refusal,
                }.get(self.share_state, "")
            case _:
                return ""

    # Following the questionnaire

    def _follow(self, _change: object) -> None:
        phase = self.questionnaire.phase
        self._adopt()
        self.report_progress(PROGRESS[phase])
        if phase is Phase.RESULT:
            self.try_again()

    def _adopt(self, _change: object = None) -> None:
        if self.instrument is not None:
            self.questionnaire.adopt(self.instrument)

    # Joining

    def join(self, found: object) -> None:
        """Join the room that the browser names.

        Parameters
        ----------
        found : object
            ``{"code", "token"}``, or anything else: a visitor can send anything. A browser sends
            it again when its connection is back, because the room may have changed meanwhile.
        """
        ticket = read_ticket(found)
        if ticket is None:
            self._refuse("This link does not lead to a room. Check its 6 letters.")
            return
        if ticket != self._ticket or self.join_state is not JoinState.JOINED:
            self._ticket = ticket
            with self.hold_trait_notifications():
                self.shared, self.share_state = None, ShareState.OPEN
                self.join_state = JoinState.JOINING
        self._enter(ticket)

    def try_again(self) -> None:
        """Try to join again, if the room was not reached."""
        if self._ticket is not None and self.join_state is JoinState.UNREACHED:
            self._enter(self._ticket)

    def report_progress(self, progress: Progress) -> None:
        """Tell the room how far the participant is. It only matters to the coach's counts."""
        self._progress = progress
        ticket = self._ticket
        if ticket is not None and self.join_state is JoinState.JOINED:
            self._perform(
                # Read in the thread: it may have changed by then.
                lambda: self._access.report_progress(ticket, self._progress),
                done=_nothing,
                failed=lambda error: log.info("progress not reported: %s", type(error).__name__),
            )

    def _enter(self, ticket: Ticket) -> None:
        progress = self._progress
        self._perform(
            lambda: self._access.enter(ticket, progress=progress),
            done=self._joined,
            failed=self._not_joined,
            late=self._unreached,
        )

    def _joined(self, entered: tuple[Room, Instrument, dict[str, float] | None]) -> None:
        room, instrument, shared = entered
        with self.hold_trait_notifications():
            self.room, self.instrument, self.shared = room, instrument, shared
            if self.share_state in (ShareState.OPEN, ShareState.SHARED):
                self.share_state = ShareState.OPEN if shared is None else ShareState.SHARED
            if self.share_state is not ShareState.REFUSED:
                self.refusal = ""
            self.join_state = JoinState.JOINED
        has_shared = shared is not None
        self._tell({"joined": {"expires": room.expires.timestamp(), "shared": has_shared}})
        self.report_progress(self._progress)

    def _not_joined(self, error: Exception) -> None:
        if _is_refusal(error):
            self._refuse(self._reason(error))
            return
        self._unreached()
        _log_or_raise(error)

    def _unreached(self) -> None:
        if self.join_state is JoinState.JOINING:
            with self.hold_trait_notifications():
                self.refusal = UNREACHED
                self.join_state = JoinState.UNREACHED

    def _refuse(self, reason: str) -> None:
        with self.hold_trait_notifications():
            self.refusal = reason
            self.join_state = JoinState.REFUSED
        self._tell({"refused": True})

    # Sharing

    def share(self, found: object) -> None:
        """Share answers with a room: with this one, or with one from an earlier visit.

        Parameters
        ----------
        found : object
            ``{"code", "token", "answers"}``, or anything else. The same answers twice count once.
        """
        if not isinstance(found, dict):
            return
        ticket, answers = read_ticket(found), found.get("answers")
        if ticket is None or not isinstance(answers, dict):
            self._settle(found.get("code"), answers, "refused")
            return
        if self._sending.get(ticket) == answers:
            return
        self._sending[ticket] = answers
        if ticket == self._ticket:
            self.share_state = ShareState.SENDING

        def send() -> Room | None:
            # Not if they were deleted meanwhile, or replaced by newer answers.
            wanted = self._sending.get(ticket) is answers
            return self._access.share(ticket, answers) if wanted else None

        self._perform(
            send,
            done=lambda room: self._shared(ticket, answers, room),
            failed=lambda error: self._not_shared(ticket, answers, error),
            late=lambda: self._wait(ticket),
        )

    def forget(self) -> None:
        """Send nothing that was not sent yet, and forget all answers."""
        self._sending.clear()
        with self.hold_trait_notifications():
            if self.shared is not None:
                self.shared = {}
            self.share_state = ShareState.OPEN if self.shared is None else ShareState.SHARED

    def _shared(self, ticket: Ticket, answers: dict[str, Any], room: Room | None) -> None:
        if room is None:
            return
        newest = self._take_off(ticket, answers)
        self._settle(ticket.code, answers, "shared")
        if ticket != self._ticket:
            self.delivered = f"Your answers from earlier are now shared with “{room.title}”."
            return
        with self.hold_trait_notifications():
            self.shared = answers if newest else {}
            if ticket not in self._sending:
                self.share_state = ShareState.SHARED

    def _not_shared(self, ticket: Ticket, answers: dict[str, Any], error: Exception) -> None:
        newest = self._take_off(ticket, answers)
        refused = _is_refusal(error)
        self._settle(ticket.code, answers, "refused" if refused else "later")
        if newest and refused and ticket == self._ticket:
            with self.hold_trait_notifications():
                self.refusal = self._reason(error)
                self.share_state = ShareState.REFUSED
        elif newest:
            self._wait(ticket)
        if not refused:
            _log_or_raise(error)

    def _wait(self, ticket: Ticket) -> None:
        if ticket == self._ticket and self.share_state is ShareState.SENDING:
            self.share_state = ShareState.WAITING

    def _take_off(self, ticket: Ticket, answers: Mapping[str, Any]) -> bool:
        """Stop sending these answers; return whether there are no newer ones."""
        newest = self._sending.get(ticket) is answers
        if newest:
            del self._sending[ticket]
        return newest

    def _settle(self, code: object, answers: object, outcome: str) -> None:
        self._tell({"settled": {"code": code, "answers": answers, "outcome": outcome}})

    def _reason(self, error: Exception) -> str:
        if self.room is not None and isinstance(error, RoomNotFoundError):
            return f"The room “{self.room.title}” is over: it takes no more answers."
        if isinstance(error, RoomExpiredError):
            return "This room has expired."
        return str(error)


def _is_refusal(error: Exception) -> bool:
    """Return whether a room said no; if not, the same can be tried again later."""
    return isinstance(error, CareerpathError) and not isinstance(error, StoreError)


def _log_or_raise(error: Exception) -> None:
    """Log where the database is, which no participant may see; raise what is a bug of ours."""
    if not isinstance(error, CareerpathError):
        raise error
    log.warning("%s", error)


def _nothing(_outcome: object) -> None:
    pass
