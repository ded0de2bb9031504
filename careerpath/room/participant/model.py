"""A participant's half of a room: joining, being there, and sharing, or not.

The room never stands in the way of the questionnaire. Whatever it does, or fails to do, the
questions, the draft and the result stay as they are.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from traitlets import HasTraits, Instance, Unicode, UseEnum

from careerpath.core.errors import CareerpathError
from careerpath.core.instrument import Instrument
from careerpath.room.entities import Progress, Room, RoomExpiredError, RoomNotFoundError, StoreError
from careerpath.room.participant.background import Background
from careerpath.room.participant.claims import Claim, Door, read_claim

if TYPE_CHECKING:
    from careerpath.room.store.store import Store

log = logging.getLogger("careerpath")


UNREACHED = "The room cannot be reached just now."


class Standing(StrEnum):
    """How a participant stands to the room that the page's address names."""

    ALONE = "alone"
    """It names none."""
    JOINING = "joining"
    JOINED = "joined"
    UNREACHED = "unreached"
    """The database has not answered yet."""
    REFUSED = "refused"


class Sharing(StrEnum):
    """What became of the tap on "Share with the room"."""

    OPEN = "open"
    SENDING = "sending"
    WAITING = "waiting"
    """It has not arrived yet: the browser keeps it, and sends it again."""
    SHARED = "shared"
    REFUSED = "refused"


class ParticipantModel(HasTraits):
    """One browser's part in a room.

    Parameters
    ----------
    open_rooms : callable
        Opens the store; called once a room is asked for, and never before.
    perform : Background
        How the store is asked.
    tell : callable
        Takes what the browser has to know, as a dict.

    Attributes
    ----------
    standing : Standing
    room : Room or None
        Once it is joined.
    instrument : Instrument or None
        The room's, frozen when it was made.
    sharing : Sharing
    refusal : str
        Why the room is not joined, or did not take the answers.
    shared : dict or None
        The answers that the room has of this browser; empty where they are not known any more.
    delivered : str
        Says that what waited since an earlier visit has reached another room.
    """

    standing = UseEnum(Standing, Standing.ALONE)
    room = Instance(Room, allow_none=True)
    instrument = Instance(Instrument, allow_none=True)
    sharing = UseEnum(Sharing, Sharing.OPEN)
    refusal = Unicode("")
    shared = Instance(dict, allow_none=True)
    delivered = Unicode("")

    def __init__(
        self,
        open_rooms: Callable[[], Store],
        *,
        perform: Background | None = None,
        tell: Callable[[dict[str, Any]], None] = lambda _message: None,
    ) -> None:
        super().__init__()
        self._door = Door(open_rooms)
        self._perform = perform or Background()
        self._tell = tell
        self._claim: Claim | None = None
        self._progress = Progress.JOINED
        self._sending: dict[Claim, Mapping[str, Any]] = {}

    # Joining

    def join(self, found: object) -> None:
        """Enter the room that the browser names.

        Parameters
        ----------
        found : object
            ``{"code", "token", "shared"}``, or anything else: a visitor can send what they like.
        """
        claim = read_claim(found)
        if claim is None or not isinstance(found, dict):
            self._refuse("This link leads to no room. Check its 6 letters.")
            return
        before = found.get("shared")
        self._claim = claim
        with self.hold_trait_notifications():
            self.shared = before if isinstance(before, dict) else None
            self.sharing = Sharing.OPEN if self.shared is None else Sharing.SHARED
            self.standing = Standing.JOINING
        self._ask(claim)

    def try_again(self) -> None:
        """Ask for the room once more, where it has not answered."""
        if self._claim is not None and self.standing is Standing.UNREACHED:
            self._ask(self._claim)

    def _ask(self, claim: Claim) -> None:
        progress, again = self._progress, self.shared is not None
        self._perform(
            lambda: self._door.enter(claim, progress=progress, again=again),
            done=self._joined,
            failed=self._not_joined,
            late=self._unreached,
        )

    def appear(self, progress: Progress) -> None:
        """Say how far the participant is. It is only the coach's count: a failure is no news."""
        self._progress = progress
        claim = self._claim
        if claim is not None and self.standing is Standing.JOINED:
            self._perform(
                # By then it may be another one.
                lambda: self._door.appear(claim, progress=self._progress),
                done=_nothing,
                failed=lambda error: log.info("presence not told: %s", type(error).__name__),
            )

    def _joined(self, entered: tuple[Room, Instrument]) -> None:
        room, instrument = entered
        with self.hold_trait_notifications():
            self.room, self.instrument, self.refusal = room, instrument, ""
            self.standing = Standing.JOINED
        self._tell({"joined": {"expires": room.expires.timestamp()}})
        self.appear(self._progress)

    def _not_joined(self, error: Exception) -> None:
        if isinstance(error, CareerpathError) and not isinstance(error, StoreError):
            self._refuse(self._reason(error))
            return
        self._unreached()
        _report(error)

    def _unreached(self) -> None:
        if self.standing is Standing.JOINING:
            with self.hold_trait_notifications():
                self.refusal = UNREACHED
                self.standing = Standing.UNREACHED

    def _refuse(self, reason: str) -> None:
        with self.hold_trait_notifications():
            self.refusal = reason
            self.standing = Standing.REFUSED
        self._tell({"refused": True})

    # Sharing

    def share(self, found: object) -> None:
        """Take answers into a room: this one's, or those that wait since an earlier visit.

        Parameters
        ----------
        found : object
            ``{"code", "token", "answers"}``, or anything else. The same twice counts once.
        """
        if not isinstance(found, dict):
            return
        claim, answers = read_claim(found), found.get("answers")
        if claim is None or not isinstance(answers, dict):
            self._settle(found.get("code"), answers, "refused")
            return
        if self._sending.get(claim) == answers:
            return
        self._sending[claim] = answers
        if claim == self._claim:
            self.sharing = Sharing.SENDING

        def send() -> Room | None:
            # Not if it was deleted meanwhile, or replaced by newer answers.
            wanted = self._sending.get(claim) is answers
            return self._door.share(claim, answers) if wanted else None

        self._perform(
            send,
            done=lambda room: self._shared(claim, answers, room),
            failed=lambda error: self._not_shared(claim, answers, error),
            late=lambda: self._wait(claim),
        )

    def forget(self) -> None:
        """Send nothing that has not been sent yet, and remember no answers."""
        self._sending.clear()
        with self.hold_trait_notifications():
            if self.shared is not None:
                self.shared = {}
            self.sharing = Sharing.OPEN if self.shared is None else Sharing.SHARED

    def _shared(self, claim: Claim, answers: dict[str, Any], room: Room | None) -> None:
        if room is None:
            return
        newest = self._take_off(claim, answers)
        self._settle(claim.code, answers, "shared")
        if claim != self._claim:
            self.delivered = f"Your answers from earlier are now shared with “{room.title}”."
            return
        with self.hold_trait_notifications():
            self.shared = answers if newest else {}
            if claim not in self._sending:
                self.sharing = Sharing.SHARED

    def _not_shared(self, claim: Claim, answers: dict[str, Any], error: Exception) -> None:
        newest = self._take_off(claim, answers)
        refused = isinstance(error, CareerpathError) and not isinstance(error, StoreError)
        self._settle(claim.code, answers, "refused" if refused else "later")
        if newest and refused and claim == self._claim:
            with self.hold_trait_notifications():
                self.refusal = self._reason(error)
                self.sharing = Sharing.REFUSED
        elif newest:
            self._wait(claim)
        if not refused:
            _report(error)

    def _wait(self, claim: Claim) -> None:
        if claim == self._claim and self.sharing is Sharing.SENDING:
            self.sharing = Sharing.WAITING

    def _take_off(self, claim: Claim, answers: Mapping[str, Any]) -> bool:
        """Send these no more, and tell whether no newer ones have come since."""
        newest = self._sending.get(claim) is answers
        if newest:
            del self._sending[claim]
        return newest

    def _settle(self, code: object, answers: object, outcome: str) -> None:
        self._tell({"settled": {"code": code, "answers": answers, "outcome": outcome}})

    def _reason(self, error: Exception) -> str:
        if self.room is not None and isinstance(error, RoomNotFoundError):
            return f"The room “{self.room.title}” is over: it takes no more answers."
        if isinstance(error, RoomExpiredError):
            return "The time of this room is over."
        return str(error)


def _report(error: Exception) -> None:
    """Tell the operator, and no participant, where the database is; what is our fault goes on."""
    if not isinstance(error, CareerpathError):
        raise error
    log.warning("%s", error)


def _nothing(_outcome: object) -> None:
    pass
