"""Decides everything on the coach's page of a room, without a widget.

The store is called in a thread, one call at a time, so that a slow database keeps nobody else
waiting. The figures, and NumPy with them, load when there is something to show.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

from traitlets import Bool, HasTraits, Instance, Int, Unicode, UseEnum

from careerpath.core.errors import CareerpathError
from careerpath.core.instrument import CutScores, Instrument
from careerpath.room.coach.slides import Slide, SlideKind, slides_of
from careerpath.room.room import (
    DEFAULT_LIFE,
    MINIMUM_SHOWN,
    UNUSED_LIFE,
    Counts,
    HeldBackError,
    OpenedRoom,
    Room,
    RoomError,
    RoomNotFoundError,
    StoreError,
    StoreUnavailableError,
    left_out,
)
from careerpath.ui.site_address import ADDRESSES_VARIABLE, JoinAddress, join_address
from careerpath.ui.visitor_errors import failure_message, message_if_failed

if TYPE_CHECKING:
    from careerpath.cohort.tally import Tally
    from careerpath.room.coach.figures import RoomFigures
    from careerpath.room.store.store import Store

Found = TypeVar("Found")

log = logging.getLogger("careerpath")

POLL_SECONDS = 0.4
"""How often the page checks whether the room has changed."""
LATE_SECONDS = 5.0
"""After this time without an answer from the database, the page says so and waits on."""
TROUBLED_SECONDS = 5.0
"""How often it checks while checking fails."""

MOST_CREATED = 5
"""After so many rooms a page must be reloaded: a stranger must not fill the database."""
MOST_WRONG_KEYS = 20
"""After so many wrong codes and keys a page must be reloaded, which makes guessing slow."""

BUSY = "This page is already in a room. Leave it first."
ENOUGH_CREATED = f"This page has created {MOST_CREATED} rooms. Reload it to create another."
TOO_MANY_WRONG = "Too many codes and keys were wrong. Reload the page to try another."
WRONG = "No room has this code and coach key. Check both: the key has 16 letters."
TRACES_LEFT = (
    "The room is deleted, but traces of it may still be in the database's files. Ask the person "
    "who runs the server to run: careerpath db upgrade."
)
KEPT = "The room and its answers are kept."
AWAY = "The database does not answer. Try again in a moment."


class RoomStage(StrEnum):
    """How far a coach has come with a room."""

    ENTRY = "entry"
    """The form to create a room or open one."""
    CREATED = "created"
    """The room is new; its key is shown this once."""
    OPEN = "open"
    GONE = "gone"
    """The room was deleted or has expired."""


class Confirmation(StrEnum):
    """What the coach is asked to confirm, because it cannot be undone."""

    NOTHING = "nothing"
    CLOSE = "close"
    RESET = "reset"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class RoomSnapshot:
    """Everything that a coach's page shows of a room, at one moment.

    Attributes
    ----------
    version : int
        The room's version, or an older one if the room changed meanwhile.
    instrument : Instrument
    room : Room
    counts : Counts
    tally : Tally or None
        If the picture is shown and enough people have shared.
    held_back : str
        Why there is no tally although the picture is shown.
    """

    version: int
    instrument: Instrument
    room: Room
    counts: Counts
    tally: Tally | None
    held_back: str


def take_snapshot(store: Store, code: str, *, seen: int) -> RoomSnapshot | None:
    """Read a room from the store; return None if its version is still the one that was seen."""
    # The version is read first: a change in between leads to one more snapshot, never to none.
    version = store.version(code)
    if version == seen:
        return None
    room, counts = store.room(code), store.counts(code)
    tally, held_back = None, ""
    if room.revealed:
        try:
            tally = store.tally(code)
        except HeldBackError as error:
            held_back = str(error)
    return RoomSnapshot(version, store.instrument(code), room, counts, tally, held_back)


class RoomModel(HasTraits):
    """A coach's page: the entry form, and then one room.

    Parameters
    ----------
    open_store : callable
        Returns the store; called when the first room is created or opened.
    instrument : Instrument
        The one that new rooms ask.
    sleep : callable
        Waits this many seconds before a key is tried.

    Attributes
    ----------
    stage : RoomStage
    presenting : bool
        Whether the presenter's view is shown, not the controls.
    base : str
        The site's address, as the browser has it. A visitor can put anything here.
    room : Room or None
        Its present state; None on the entry form.
    counts : Counts or None
    figures : RoomFigures or None
        The picture, if it is revealed and enough people have shared.
    held_back : str
        Why there is no picture although it is revealed.
    connected : bool
        Whether the database answers.
    opening : bool
        Whether a room is being created or a key tried; nothing else starts meanwhile.
    confirming : Confirmation
        What the coach is asked to confirm.
    slide : int
        Which of `slides` the presenter shows, counted from 0.
    trouble : str
        What went wrong, in words for the coach.
    """

    stage = UseEnum(RoomStage, default_value=RoomStage.ENTRY)
    presenting = Bool(default_value=False)
    base = Unicode("")
    room = Instance(Room, allow_none=True)
    counts = Instance(Counts, allow_none=True)
    figures: Any = Instance(object, allow_none=True)
    held_back = Unicode("")
    connected = Bool(default_value=True)
    opening = Bool(default_value=False)
    confirming = UseEnum(Confirmation, default_value=Confirmation.NOTHING)
    slide = Int(0)
    trouble = Unicode("")

    minimum_shown = MINIMUM_SHOWN
    days = DEFAULT_LIFE.days
    unused_hours = int(UNUSED_LIFE.total_seconds() / 3600)

    def __init__(
        self,
        *,
        open_store: Callable[[], Store],
        instrument: Instrument,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        super().__init__()
        self.page_instrument = instrument
        self._open_store = open_store
        self._sleep = sleep
        self._store: Store | None = None
        self._store_lock = asyncio.Lock()
        self._created = self._wrong_keys = 0
        self._seen = 0
        self._wanted: CutScores | None = None
        self._keeping = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._watching = False

    # The entry form

    @property
    def busy(self) -> bool:
        """Whether this page is in a room, or on its way into one."""
        return self.opening or self.stage not in (RoomStage.ENTRY, RoomStage.GONE)

    async def create(self, title: str) -> OpenedRoom:
        """Create a room and enter it.

        Returns
        -------
        OpenedRoom
            With the key, which this model does not keep.

        Raises
        ------
        CareerpathError
            If the title is not allowed, the page is busy with another room, or it has created
            enough.
        """
        if self.busy:
            raise RoomError(BUSY)
        if self._created >= MOST_CREATED:
            raise RoomError(ENOUGH_CREATED)
        self.opening = True
        try:
            made = await self._ask(
                lambda store: store.create_room(title, self.page_instrument, unused_for=UNUSED_LIFE)
            )
            self._created += 1
            await self._enter(made.code, RoomStage.CREATED)
        finally:
            self.opening = False
        return made

    async def open(self, code: str, key: str) -> None:
        """Open a room with its key.

        Raises
        ------
        RoomError
            If the code or the key is wrong, with the same message for both; or if the page is
            busy with another room.
        """
        if self.busy:
            raise RoomError(BUSY)
        if self._wrong_keys >= MOST_WRONG_KEYS:
            raise RoomError(TOO_MANY_WRONG)
        self.opening = True
        try:
            try:
                await self._sleep(await self._ask(lambda store: store.count_attempt(code)))
                fits = await self._ask(lambda store: store.authenticate(code, key))
            except RoomNotFoundError:
                fits = False
            if not fits:
                self._wrong_keys += 1
                raise RoomError(WRONG)
            await self._enter(code, RoomStage.OPEN)
        finally:
            self.opening = False

    def go_in(self) -> None:
        """Go from the new room's key to the room."""
        if self.stage is RoomStage.CREATED:
            self.stage = RoomStage.OPEN

    def leave(self) -> None:
        """Go back to the entry form."""
        self._go(RoomStage.ENTRY)

    # What is true now

    @property
    def address(self) -> JoinAddress:
        """Where participants join the room."""
        elsewhere = os.environ.get(ADDRESSES_VARIABLE, "").split()
        return join_address(self.base, self._inside().code, elsewhere)

    @property
    def too_few(self) -> bool:
        """Whether too few people have shared to show anything."""
        return self.counts is None or self.counts.shared < MINIMUM_SHOWN

    @property
    def missing_from_files(self) -> str:
        """Which answers the room's files lack, in words."""
        if self.room is None or self.counts is None:
            return ""
        return left_out(self.counts.waiting, of="these files", frozen=self.room.frozen)

    @property
    def slides(self) -> tuple[Slide, ...]:
        """What the presenter can show, in order; empty without a picture."""
        return slides_of(self.figures.instrument) if self.figures is not None else ()

    @property
    def shown_slide(self) -> Slide | None:
        """The slide that is shown; None without a picture."""
        slides = self.slides
        return slides[min(self.slide, len(slides) - 1)] if slides else None

    @property
    def announcement(self) -> str:
        """What a screen reader says of the picture; empty without one."""
        slide, figures = self.shown_slide, self.figures
        if slide is None:
            return ""
        if self.presenting and slide.kind is not SlideKind.ROOM:
            return f"{slide.title}. Slide {self.slide + 1} of {len(self.slides)}."
        moved = f" {figures.flows_in_words}" if figures.moved else ""
        return f"{figures.totals_in_words}.{moved}"

    # Reading the room again and again

    async def refresh(self) -> None:
        """Read the room again, if anything in it has changed."""
        if self.room is None:
            return
        code, seen = self.room.code, self._seen
        try:
            snapshot = await self._ask(lambda store: take_snapshot(store, code, seen=seen))
            if snapshot is not None and self._is_in(code):
                self._use(snapshot)
            await self.keep_cuts()
        except StoreUnavailableError:
            self.connected = False
        except RoomNotFoundError:
            self._go(RoomStage.GONE)

    async def watch(self) -> None:
        """Refresh as long as the coach is in a room, even if a refresh fails."""
        if self._watching:
            return
        self._watching = True
        try:
            while self.room is not None:
                trouble = await self._trouble_of(self.refresh)
                self.trouble = trouble or self.trouble
                await asyncio.sleep(TROUBLED_SECONDS if trouble else POLL_SECONDS)
        finally:
            self._watching = False

    # Doing things, and saying what failed

    def attempt(self, action: Callable[[], object]) -> None:
        """Do something at once; `trouble` says if it failed."""
        self.trouble = message_if_failed(action, kept=KEPT)

    def begin(self, action: Callable[[], Awaitable[object]]) -> None:
        """Begin something that takes time; `trouble` says if it failed."""
        task = asyncio.get_running_loop().create_task(self._finish(action))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _finish(self, action: Callable[[], Awaitable[object]]) -> None:
        self.trouble = await self._trouble_of(action)

    async def _trouble_of(self, action: Callable[[], Awaitable[object]]) -> str:
        """Do something, and return what went wrong in plain words; empty if nothing did."""
        try:
            await action()
        except StoreError as error:
            # Anybody can open this page, and must not learn where the database is.
            log.warning("%s", error)
            return AWAY
        except Exception as error:  # noqa: BLE001 (nothing may reach a visitor as a traceback)
            return failure_message(error, kept=KEPT)
        return ""

    # Steering

    def show_presenter(self) -> None:
        """Show the presenter's view, if a room is open."""
        self.presenting = self.stage is RoomStage.OPEN

    def show_controls(self) -> None:
        """Show the controls."""
        self.presenting = False

    def turn(self, steps: int) -> None:
        """Go forward or back by this many slides; do nothing at either end."""
        if 0 <= self.slide + steps < len(self.slides):
            self.slide += steps

    async def reveal(self) -> None:
        """Show the room its picture, and let a frozen one move again."""
        await self._steer(lambda store, code: store.reveal_room(code))

    async def hide(self) -> None:
        """Hide the picture."""
        await self._steer(lambda store, code: store.hide_room(code))

    async def freeze(self) -> None:
        """Keep the picture as it is now."""
        await self._steer(lambda store, code: store.freeze_room(code))

    def ask_to_confirm(self, what: Confirmation) -> None:
        """Ask the coach to confirm something that cannot be undone."""
        self.confirming = what

    async def confirm(self) -> None:
        """Do what the coach was asked to confirm."""
        confirmed, self.confirming = self.confirming, Confirmation.NOTHING
        if confirmed is Confirmation.CLOSE:
            await self._steer(lambda store, code: store.close_room(code))
        elif confirmed is Confirmation.RESET:
            await self._steer(lambda store, code: store.reset_room(code))
        elif confirmed is Confirmation.DELETE:
            try:
                await self._steer(lambda store, code: store.delete_room(code))
            except CareerpathError as error:
                await self.refresh()
                if self.stage is not RoomStage.GONE or not isinstance(error, StoreError):
                    raise
                log.warning("%s", error)
                raise RoomError(TRACES_LEFT) from error

    async def export(self, kind: str) -> tuple[str, str, bytes]:
        """Make a file of the room as it is now.

        Returns
        -------
        tuple of str, str and bytes
            The file's name, its media type and its content.

        Raises
        ------
        HeldBackError
            If too few people have shared.
        """
        from careerpath.room.coach.summary import room_file

        room = self._inside()
        return await self._ask(lambda store: room_file(store, room, kind))

    # Moving the cut scores

    def drag(self, positions: object) -> None:
        """Follow two handles on the picture, as a browser sends them."""
        if self.figures is not None:
            self._move(self.figures.dragged(positions))

    def slid(self, values: object) -> None:
        """Follow a slider with two handles, as a browser sends it."""
        if self.figures is not None:
            self._move(self.figures.slid(values))

    def back_to_published(self) -> None:
        """Put the cut scores back to the published ones."""
        if self.figures is not None:
            self._move(self.figures.published)

    async def keep_cuts(self) -> None:
        """Store the cut scores; after many moves in a row, only the last.

        If the database does not answer, the next `refresh` that reaches it tries again.
        """
        if self._keeping:
            # The call that is running also stores the newest ones.
            return
        self._keeping = True
        try:
            while self._wanted is not None and self.room is not None:
                await self._keep(self.room.code)
        except StoreUnavailableError:
            self.connected = False
        except CareerpathError:
            self._wanted = None
            raise
        finally:
            self._keeping = False

    async def _keep(self, code: str) -> None:
        def write(store: Store) -> CutScores | None:
            # Read here, in the thread: there may be newer ones by then.
            cuts = self._wanted if self._is_in(code) else None
            if cuts is not None:
                store.set_cut_scores(code, cuts)
            return cuts

        if await self._ask(write) == self._wanted:
            self._wanted = None

    # Inside

    def _move(self, cuts: CutScores) -> None:
        if cuts != self.figures.cuts:
            self._wanted = cuts
            self.figures = self.figures.at(cuts)

    def _is_in(self, code: str) -> bool:
        """Return whether the coach is still in this room."""
        return self.room is not None and self.room.code == code

    def _inside(self) -> Room:
        if self.room is None or self.stage is RoomStage.GONE:
            raise RoomError("No room is open here. Open one with its code and coach key.")
        return self.room

    async def _steer(self, change: Callable[[Store, str], None]) -> None:
        code = self._inside().code
        self.confirming = Confirmation.NOTHING
        await self._ask(lambda store: change(store, code))
        await self.refresh()

    async def _ask(self, question: Callable[[Store], Found]) -> Found:
        """Call the store in a thread, after all earlier calls."""

        def ask() -> Found:
            if self._store is None:
                self._store = self._open_store()
            return question(self._store)

        late = asyncio.get_running_loop().call_later(LATE_SECONDS, self._say_that_it_is_late)
        try:
            async with self._store_lock:
                found = await asyncio.to_thread(ask)
        finally:
            late.cancel()
        self.connected = True
        return found

    def _say_that_it_is_late(self) -> None:
        self.connected = False

    async def _enter(self, code: str, stage: RoomStage) -> None:
        snapshot = await self._ask(lambda store: take_snapshot(store, code, seen=0))
        if snapshot is None:
            return
        with self.hold_trait_notifications():
            self.stage = stage
            self._use(snapshot)

    def _use(self, snapshot: RoomSnapshot) -> None:
        self._seen = snapshot.version
        with self.hold_trait_notifications():
            self.room, self.counts = snapshot.room, snapshot.counts
            self.held_back = snapshot.held_back
            self.figures = self._figures_of(snapshot)
            if self.figures is None:
                self.slide = 0

    def _figures_of(self, snapshot: RoomSnapshot) -> RoomFigures | None:
        if snapshot.tally is None:
            return None
        from careerpath.room.coach.figures import RoomFigures

        # A move that is not stored yet is newer than what the store knows.
        cuts = self._wanted or snapshot.room.cut_scores
        old = self.figures
        if old is not None and old.tally is snapshot.tally and old.cuts == cuts:
            return old  # type: ignore[no-any-return]
        return RoomFigures(snapshot.instrument, cuts, snapshot.tally)

    def _go(self, stage: RoomStage) -> None:
        self._wanted, self._seen = None, 0
        with self.hold_trait_notifications():
            self.stage = stage
            self.presenting = False
            self.confirming = Confirmation.NOTHING
            self.room = self.counts = self.figures = None
            self.held_back = ""
            self.connected = True
            self.slide = 0
