"""The coach's screen of a room: a door, the control, and what the room sees."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from ipywidgets import VBox

from careerpath.core.instrument import Instrument
from careerpath.core.instrument_file import load_instrument
from careerpath.room.coach import screens as words
from careerpath.room.coach.browser import RoomBrowser
from careerpath.room.coach.model import RoomModel
from careerpath.room.coach.slides import Kind
from careerpath.room.coach.stages import Question, Stage, View
from careerpath.room.entities import Room, RoomError, StoreError
from careerpath.ui.assets import asset
from careerpath.ui.html_view import Doing, Piece
from careerpath.ui.site_address import ADDRESSES_VARIABLE, JoinAddress, join_address
from careerpath.ui.visitor_errors import guarded

if TYPE_CHECKING:
    from careerpath.room.store.store import Store

POLL_SECONDS = 0.4
"""How often the room is asked whether anything has changed."""
TROUBLED_SECONDS = 5.0
"""How often it is asked while that fails."""
KEPT = "The room and its answers are kept."
AWAY = "The database does not answer. Try again in a moment."

log = logging.getLogger("careerpath")

PIECES = ("door", "head", "live", "steer", "words", "files", "top", "main", "bands", "foot")


class RoomPiece(Piece):
    """A piece of a room's screen."""

    _css = asset(
        "ui/tokens.css",
        "ui/base.css",
        "thresholds/style.css",
        "room/coach/coach.css",
        "room/coach/hall.css",
    )


def default_store() -> Store:
    """Open the store that the environment names."""
    from careerpath.room.store.store import open_store

    return open_store()


class RoomScreen(VBox):
    """Open a room, steer it, and show its picture.

    Parameters
    ----------
    instrument : Instrument, optional
        What a new room asks. By default that of the page.
    open_store : callable, optional
        Gives the store; by default the one that ``CAREERPATH_DATABASE_URL`` names.

    Attributes
    ----------
    model : RoomModel

    Examples
    --------
    >>> screen = RoomScreen()
    >>> str(screen.model.stage)
    'door'
    """

    children: Any  # a trait of ipywidgets

    def __init__(
        self,
        instrument: Instrument | None = None,
        *,
        open_store: Callable[[], Store] = default_store,
        **options: Any,
    ) -> None:
        self.model = RoomModel(open_store=open_store, instrument=instrument or load_instrument())
        self._browser = RoomBrowser()
        self._pieces = {name: RoomPiece() for name in PIECES}
        self._what_if: Any = None
        self._trouble = ""
        self._tasks: set[asyncio.Task[None]] = set()
        self._watching = False
        super().__init__(**options)
        self.add_class("careerpath").add_class("careerpath-app").add_class("cp-room")
        for each in (self._browser, *self._pieces.values()):
            each.on_doing(self._act)
        self._browser.observe(self._draw, names=("base", "wide"))
        self.model.observe(self._draw)
        self._draw()

    # From the coach to the model

    def _act(self, doing: Doing) -> None:
        model, values = self.model, doing.values
        code, key = values.get("code", ""), values.get("key", "")
        now: dict[str, Callable[[], None]] = {
            "go in": self._go_in,
            "leave": self._leave,
            "control": partial(model.show, View.CONTROL),
            "presenter": partial(model.show, View.PRESENTER),
            "next": partial(model.turn, 1),
            "previous": partial(model.turn, -1),
            "ask close": partial(model.ask_for, Question.CLOSE),
            "ask reset": partial(model.ask_for, Question.RESET),
            "ask delete": partial(model.ask_for, Question.DELETE),
            "cancel": partial(model.ask_for, Question.NOTHING),
            "published": self._back_to_published,
            "dismiss": lambda: None,
        }
        later: dict[str, Callable[[], Awaitable[object]]] = {
            "create": partial(self._create, values.get("title", "")),
            "open": partial(self._open, code, key, values.get("view", "")),
            "reveal": model.reveal,
            "hide": model.hide,
            "freeze": model.freeze,
            "confirm": model.confirm,
            "export": partial(self._export, values.get("kind", "")),
        }
        if doing.name in now:
            self._say(guarded(now[doing.name], kept=KEPT))
        elif doing.name in later:
            self._begin(later[doing.name])

    async def _create(self, title: str) -> None:
        if self.model.opening:  # the second click of a double click
            return
        made = await self.model.create(title)
        self._pieces["door"].fill(key=made.coach_key)
        self._browser.remember(made.code, made.coach_key)
        self._watch()

    async def _open(self, code: str, key: str, view: str) -> None:
        if self.model.opening or self.model.stage not in (Stage.DOOR, Stage.GONE):
            # The second click of a double click, or a browser that has come back.
            return
        try:
            await self.model.open(code, key)
        except RoomError:
            self._browser.forget()
            raise
        if view == View.PRESENTER:
            self.model.show(View.PRESENTER)
        self._browser.remember(code, key)
        self._watch()

    def _go_in(self) -> None:
        self._pieces["door"].fill()
        self.model.go_in()

    def _leave(self) -> None:
        self._browser.forget()
        self.model.leave()

    def _back_to_published(self) -> None:
        self.model.back_to_published()
        self._begin(self.model.keep_cuts)

    async def _export(self, kind: str) -> None:
        from careerpath.room.coach.downloads import file_of

        def write(store: Store, room: Room) -> tuple[str, str, bytes]:
            return file_of(store, room, kind)

        self._pieces["files"].download(*await self.model.export(write))

    def _moved(self, move: Callable[[], None]) -> None:
        self._say(guarded(move, kept=KEPT))
        self._begin(self.model.keep_cuts)

    # Beside the coach

    def _begin(self, doing: Callable[[], Awaitable[object]]) -> None:
        """Do something that takes its time, and tell what went wrong."""
        task = asyncio.get_running_loop().create_task(self._finish(doing))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _finish(self, doing: Callable[[], Awaitable[object]]) -> None:
        self._say(await self._tried(doing))

    async def _tried(self, doing: Callable[[], Awaitable[object]]) -> str:
        """Do something, and say in plain words if it failed."""
        failed: list[BaseException] = []
        try:
            await doing()
        except StoreError as error:
            # Anybody can stand at the door, and where the database is, is not for them.
            log.warning("%s", error)
            return AWAY
        except Exception as error:  # noqa: BLE001 (told below)
            failed.append(error)

        def tell() -> None:
            if failed:
                raise failed[0]

        return guarded(tell, kept=KEPT)

    def _watch(self) -> None:
        if not self._watching:
            self._begin(self._look_again)

    async def _look_again(self) -> None:
        """Look at the room as long as the coach is in one, whatever goes wrong meanwhile."""
        self._watching = True
        try:
            while self.model.room is not None:
                trouble = await self._tried(self.model.refresh)
                if trouble:
                    self._say(trouble)
                await asyncio.sleep(TROUBLED_SECONDS if trouble else POLL_SECONDS)
        finally:
            self._watching = False

    def _say(self, trouble: str) -> None:
        if trouble != self._trouble:
            self._trouble = trouble
            self._draw()

    # From the model to the coach

    def _draw(self, _change: object = None) -> None:
        model, pieces = self.model, self._pieces
        if model.stage is Stage.GONE:
            self._browser.forget()
        if model.stage is not Stage.OPEN or model.room is None or model.counts is None:
            pieces["door"].html = words.door(model, self._trouble)
            self._show(("door",), presenting=False)
            self._clear()
            return
        presenting = model.view is View.PRESENTER
        elsewhere = os.environ.get(ADDRESSES_VARIABLE, "").split()
        address = join_address(self._browser.base, model.room.code, elsewhere)
        if presenting:
            self._draw_presenter(address)
        else:
            self._draw_control(address)
        if model.figures is not None:
            self._browser.said = words.announcement(model)

    def _clear(self) -> None:
        """Leave nothing of a room behind in what a browser can read."""
        for name, piece in self._pieces.items():
            if name != "door":
                piece.html = ""
        self._browser.said = ""
        if self._what_if is not None:
            self._what_if.close_all()
            self._what_if = None

    def _draw_control(self, address: JoinAddress) -> None:
        model, pieces = self.model, self._pieces
        pieces["head"].html = words.head(model, address, self._trouble)
        pieces["live"].html = words.live(model)
        pieces["steer"].html = words.steer(model)
        pieces["files"].html = words.files(model)
        shown: tuple[str, ...] = ("head", "live", "steer")
        if model.figures is not None:
            pieces["bands"].html = words.bands(model)
            pieces["words"].html = words.what_if(model)
            shown += ("bands", "what if", "words")
        self._show((*shown, "files"), presenting=False)

    def _draw_presenter(self, address: JoinAddress) -> None:
        model, pieces = self.model, self._pieces
        pieces["top"].html = words.top(model, address)
        pieces["foot"].html = words.foot(model)
        shown: tuple[str, ...] = ("main",)
        if model.figures is None:
            pieces["main"].html = words.lobby(model, address)
        elif model.shown.kind is Kind.ROOM:
            pieces["bands"].html = words.bands(model)
            shown = ("bands", "what if")
        else:
            pieces["main"].html = words.slide(model)
        self._show(("top", *shown, "foot"), presenting=True)

    def _show(self, names: tuple[str, ...], *, presenting: bool) -> None:
        if "what if" in names:
            self._draw_what_if(presenting=presenting)
        parts = tuple(self._what_if if name == "what if" else self._pieces[name] for name in names)
        children = (self._browser, *parts)
        if presenting != self._browser.presenting:
            (self.add_class if presenting else self.remove_class)("cp-presenting")
            self._browser.presenting = presenting
        if children != self.children:
            self.children = children

    def _draw_what_if(self, *, presenting: bool) -> None:
        if self._what_if is None:
            # Only here: it brings bqplot and numpy along.
            from careerpath.room.coach.what_if import WhatIf

            self._what_if = WhatIf(
                self.model.figures,
                drag=lambda found: self._moved(partial(self.model.drag, found)),
                slide=lambda found: self._moved(partial(self.model.slid, found)),
            )
        self._what_if.draw(self.model.figures, large=presenting and self._browser.wide)
