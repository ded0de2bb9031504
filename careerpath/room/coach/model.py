"""A room as its coach steers and shows it: every decision of that screen, without a widget.

The store is asked in a thread, one question at a time, so that a database that takes its time keeps
nobody else waiting. Figures, and with them numpy, are loaded once there is something to show.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar

from traitlets import Bool, HasTraits, Instance, Int, Unicode, UseEnum

from careerpath.core.errors import CareerpathError
from careerpath.core.instrument import CutScores, Instrument
from careerpath.room.coach.look import RoomLook, look_at
from careerpath.room.coach.slides import Slide, slides_of
from careerpath.room.coach.stages import Question, Stage, View
from careerpath.room.entities import (
    Counts,
    OpenedRoom,
    Room,
    RoomError,
    RoomNotFoundError,
    StoreError,
    StoreUnavailableError,
)

if TYPE_CHECKING:
    from careerpath.room.coach.figures import RoomFigures
    from careerpath.room.store.store import Store

Found = TypeVar("Found")

log = logging.getLogger("careerpath")

BUSY = "This page is in a room already. Leave it first."
WRONG = "That code and coach key open no room. Check both; the key has sixteen letters."
TRACES_LEFT = (
    "The room is deleted, but traces of it may still be in the database's files. Ask whoever runs "
    "the server to run: careerpath db upgrade."
)


class RoomModel(HasTraits):
    """A coach's page: a door, and behind it one room.

    Parameters
    ----------
    open_store : callable
        Gives the store; called when the first room is made or opened, and no sooner.
    instrument : Instrument
        What a new room asks.
    sleep : callable
        Waits so many seconds before a key is tried.

    Attributes
    ----------
    stage : Stage
    view : View
    room : Room or None
        As it stands; None at the door.
    counts : Counts or None
    figures : RoomFigures or None
        The picture, where it is revealed and enough have shared.
    held_back : str
        Why there is no picture though it is revealed.
    connected : bool
        Whether the database answers.
    opening : bool
        Whether a room is being made, or a key tried; nothing else is begun meanwhile.
    asking : Question
        What is asked once more.
    slide : int
        Which of `slides` the presenter shows.
    """

    stage = UseEnum(Stage, default_value=Stage.DOOR)
    view = UseEnum(View, default_value=View.CONTROL)
    room = Instance(Room, allow_none=True)
    counts = Instance(Counts, allow_none=True)
    figures: Any = Instance(object, allow_none=True)
    held_back = Unicode("")
    connected = Bool(default_value=True)
    opening = Bool(default_value=False)
    asking = UseEnum(Question, default_value=Question.NOTHING)
    slide = Int(0)

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
        self._turn = asyncio.Lock()
        self._seen = 0
        self._wanted: CutScores | None = None
        self._keeping = False

    # The door

    async def create(self, title: str) -> OpenedRoom:
        """Make a room and go in.

        Returns
        -------
        OpenedRoom
            With the key, which is kept nowhere here.

        Raises
        ------
        CareerpathError
            Where the title will not do, or the page is busy with another room.
        """
        if self._is_busy():
            raise RoomError(BUSY)
        self.opening = True
        try:
            made = await self._ask(lambda store: store.create_room(title, self.page_instrument))
            await self._enter(made.code, Stage.CREATED)
        finally:
            self.opening = False
        return made

    async def open(self, code: str, key: str) -> None:
        """Open a room with its key.

        Raises
        ------
        RoomError
            Where the two do not fit, in the same words whichever is wrong; or where the page is
            busy with another room.
        """
        if self._is_busy():
            raise RoomError(BUSY)
        self.opening = True
        try:
            try:
                await self._sleep(await self._ask(lambda store: store.count_attempt(code)))
                fits = await self._ask(lambda store: store.authenticate(code, key))
            except RoomNotFoundError:
                fits = False
            if not fits:
                raise RoomError(WRONG)
            await self._enter(code, Stage.OPEN)
        finally:
            self.opening = False

    def go_in(self) -> None:
        """Leave the new room's key behind."""
        if self.stage is Stage.CREATED:
            self.stage = Stage.OPEN

    def leave(self) -> None:
        """Go back to the door."""
        self._go(Stage.DOOR)

    # Looking

    async def refresh(self) -> None:
        """Look at the room again, if anything has changed in it."""
        if self.room is None:
            return
        code, seen = self.room.code, self._seen
        try:
            look = await self._ask(lambda store: look_at(store, code, seen=seen))
            self.connected = True
            if look is not None and self._is_in(code):
                self._take(look)
            await self.keep_cuts()
        except StoreUnavailableError:
            self.connected = False
        except RoomNotFoundError:
            self._go(Stage.GONE)

    @property
    def slides(self) -> tuple[Slide, ...]:
        """What the presenter can show, in order."""
        return slides_of(self.figures.instrument) if self.figures is not None else ()

    @property
    def shown(self) -> Slide:
        """The slide that is shown."""
        return self.slides[min(self.slide, len(self.slides) - 1)]

    def turn(self, steps: int) -> None:
        """Go on to another slide, or back; at the ends nothing happens."""
        if self.figures is not None and 0 <= self.slide + steps < len(self.slides):
            self.slide += steps

    def show(self, view: View) -> None:
        """Show the control, or the presenter's view."""
        self.view = view

    # Steering

    async def reveal(self) -> None:
        """Show the room its picture; a frozen one moves on."""
        await self._steer(lambda store, code: store.reveal_room(code))

    async def hide(self) -> None:
        """Hide the picture."""
        await self._steer(lambda store, code: store.hide_room(code))

    async def freeze(self) -> None:
        """Let the picture stand still."""
        await self._steer(lambda store, code: store.freeze_room(code))

    def ask_for(self, question: Question) -> None:
        """Ask once more before something that cannot be undone."""
        self.asking = question

    async def confirm(self) -> None:
        """Do what was asked for."""
        question, self.asking = self.asking, Question.NOTHING
        if question is Question.CLOSE:
            await self._steer(lambda store, code: store.close_room(code))
        elif question is Question.RESET:
            await self._steer(lambda store, code: store.reset_room(code))
        elif question is Question.DELETE:
            try:
                await self._steer(lambda store, code: store.delete_room(code))
            except CareerpathError as error:
                await self.refresh()
                if self.stage is not Stage.GONE or not isinstance(error, StoreError):
                    raise
                log.warning("%s", error)
                raise RoomError(TRACES_LEFT) from error

    async def export(self, write: Callable[[Store, Room], Found]) -> Found:
        """Make a file of the room as it is now.

        Raises
        ------
        HeldBackError
            Where too few have shared.
        """
        room = self._inside()
        return await self._ask(lambda store: write(store, room))

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
        """Put the cut scores back."""
        if self.figures is not None:
            self._move(self.figures.published)

    async def keep_cuts(self) -> None:
        """Tell the room where the cut scores are; of many moves in a row, the last.

        Where the database does not answer, the next `refresh` that reaches it tries again.
        """
        if self._keeping:
            # Whoever is at it takes the newest, too.
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
            # Not before it is our turn: there may be newer ones by then.
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

    def _is_busy(self) -> bool:
        return self.opening or self.stage not in (Stage.DOOR, Stage.GONE)

    def _is_in(self, code: str) -> bool:
        """Tell whether the coach is still in the room that was asked for."""
        return self.room is not None and self.room.code == code

    def _inside(self) -> Room:
        if self.room is None or self.stage is Stage.GONE:
            raise RoomError("No room is open here. Open one with its code and coach key.")
        return self.room

    async def _steer(self, change: Callable[[Store, str], None]) -> None:
        code = self._inside().code
        self.asking = Question.NOTHING
        await self._ask(lambda store: change(store, code))
        await self.refresh()

    async def _ask(self, question: Callable[[Store], Found]) -> Found:
        """Ask the store, in a thread; questions stand in line."""

        def ask() -> Found:
            if self._store is None:
                self._store = self._open_store()
            return question(self._store)

        async with self._turn:
            return await asyncio.to_thread(ask)

    async def _enter(self, code: str, stage: Stage) -> None:
        look = await self._ask(lambda store: look_at(store, code, seen=0))
        if look is None:
            return
        with self.hold_trait_notifications():
            self.stage = stage
            self._take(look)

    def _take(self, look: RoomLook) -> None:
        self._seen = look.version
        with self.hold_trait_notifications():
            self.room, self.counts = look.room, look.counts
            self.held_back = look.held_back
            self.figures = self._figures(look)
            if self.figures is None:
                self.slide = 0

    def _figures(self, look: RoomLook) -> RoomFigures | None:
        if look.tally is None:
            return None
        from careerpath.room.coach.figures import RoomFigures

        # A move that is on its way is newer than what the room knows.
        cuts = self._wanted or look.room.cut_scores
        old = self.figures
        if old is not None and old.tally is look.tally and old.cuts == cuts:
            return old  # type: ignore[no-any-return]
        return RoomFigures(look.instrument, cuts, look.tally)

    def _go(self, stage: Stage) -> None:
        self._wanted, self._seen = None, 0
        with self.hold_trait_notifications():
            self.stage = stage
            self.view = View.CONTROL
            self.asking = Question.NOTHING
            self.room = self.counts = self.figures = None
            self.held_back = ""
            self.connected = True
            self.slide = 0
