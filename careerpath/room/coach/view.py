"""The coach's screen of a room: the entry form, the controls, and what the room sees."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import segno
from ipywidgets import VBox
from markupsafe import Markup
from traitlets import directional_link

from careerpath.core.instrument import Instrument
from careerpath.core.instrument_file import load_instrument
from careerpath.room.coach.browser import RoomBrowser
from careerpath.room.coach.model import Confirmation, RoomModel, RoomStage
from careerpath.room.coach.slides import SlideKind
from careerpath.room.room import RoomError
from careerpath.ui.html_view import Action, HtmlView
from careerpath.ui.templates import render

if TYPE_CHECKING:
    from careerpath.room.store.store import Store

VIEWS = ("entry", "head", "counts", "steer", "what_if", "files", "top", "main", "bands", "foot")
"""The parts of the page; each but "main" has a template of the same name."""
CONTROLS = ("head", "counts", "steer", "bands", "histogram", "what_if", "files")
CONTROLS_WITHOUT_PICTURE = ("head", "counts", "steer", "files")
QUIET_ZONE = 4
"""Modules of white around a QR code; with fewer, phones cannot read it."""


def default_store() -> Store:
    """Open the store that the environment names."""
    from careerpath.room.store.store import open_store

    return open_store()


@cache
def qr_code(address: str) -> Markup:
    """Draw an address for phones: black on white, with a white border.

    Examples
    --------
    >>> qr_code("http://example.org/join/BCDFGH")[:12]
    Markup('<svg viewBox')
    """
    drawn = segno.make(address, error="m", micro=False).svg_inline(
        border=QUIET_ZONE, dark="#000", light="#fff", omitsize=True
    )
    return Markup(drawn)  # noqa: S704 (drawn by segno; the address is not in it)


class RoomScreen(VBox):
    """Open a room, steer it, and show its picture.

    Parameters
    ----------
    instrument : Instrument, optional
        The one that new rooms ask. By default the built-in one.
    open_store : callable, optional
        Returns the store; by default the one that ``CAREERPATH_DATABASE_URL`` names.

    Attributes
    ----------
    model : RoomModel

    Examples
    --------
    >>> screen = RoomScreen()
    >>> str(screen.model.stage)
    'entry'
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
        self._views = {name: HtmlView() for name in VIEWS}
        self._histogram: Any = None
        super().__init__(**options)
        self.add_class("careerpath").add_class("careerpath-app").add_class("cp-room")
        for each in (self._browser, *self._views.values()):
            each.on_action(self._act)
        directional_link((self._browser, "base"), (self.model, "base"))
        self._browser.observe(self._draw, names="wide")
        self.model.observe(self._draw)
        self._draw()

    # From the coach to the model

    def _act(self, action: Action) -> None:
        model, values = self.model, action.values
        at_once: dict[str, Callable[[], None]] = {
            "go in": self._go_in,
            "leave": self._leave,
            "control": model.show_controls,
            "presenter": model.show_presenter,
            "next": partial(model.turn, 1),
            "previous": partial(model.turn, -1),
            "ask close": partial(model.ask_to_confirm, Confirmation.CLOSE),
            "ask reset": partial(model.ask_to_confirm, Confirmation.RESET),
            "ask delete": partial(model.ask_to_confirm, Confirmation.DELETE),
            "cancel": partial(model.ask_to_confirm, Confirmation.NOTHING),
            "dismiss": lambda: None,
        }
        slowly: dict[str, Callable[[], Awaitable[object]]] = {
            "create": partial(self._create, values.get("title", "")),
            "open": partial(
                self._open, *(values.get(name, "") for name in ("code", "key", "view"))
            ),
            "reveal": model.reveal,
            "hide": model.hide,
            "freeze": model.freeze,
            "confirm": model.confirm,
            "published": self._back_to_published,
            "export": partial(self._export, values.get("kind", "")),
        }
        if action.name in at_once:
            model.attempt(at_once[action.name])
        elif action.name in slowly:
            model.begin(slowly[action.name])

    async def _create(self, title: str) -> None:
        if self.model.opening:  # the second click of a double click
            return
        made = await self.model.create(title)
        self._views["entry"].fill(key=made.coach_key)
        self._browser.remember(made.code, made.coach_key)
        self.model.begin(self.model.watch)

    async def _open(self, code: str, key: str, view: str) -> None:
        if self.model.busy:  # the second click of a double click, or a browser that reconnects
            return
        try:
            await self.model.open(code, key)
        except RoomError:
            self._browser.forget()
            raise
        if view == "presenter":
            self.model.show_presenter()
        self._browser.remember(code, key)
        self.model.begin(self.model.watch)

    def _go_in(self) -> None:
        self._views["entry"].fill()
        self.model.go_in()

    def _leave(self) -> None:
        self._browser.forget()
        self.model.leave()

    async def _back_to_published(self) -> None:
        self.model.back_to_published()
        await self.model.keep_cuts()

    async def _export(self, kind: str) -> None:
        self._views["files"].download(*await self.model.export(kind))

    def _move(self, move: Callable[[], None]) -> None:
        self.model.attempt(move)
        self.model.begin(self.model.keep_cuts)

    # From the model to the coach

    def _draw(self, _change: object = None) -> None:
        model = self.model
        if model.stage is RoomStage.GONE:
            self._browser.forget()
        if model.stage is not RoomStage.OPEN:
            self._show("entry")
            self._clear()
        elif model.presenting:
            self._show("top", *self._slide(), "foot")
        else:
            self._show(*(CONTROLS if model.figures is not None else CONTROLS_WITHOUT_PICTURE))
        if announcement := model.announcement:
            self._browser.announcement = announcement

    def _slide(self) -> tuple[str, ...]:
        """Fill the main part with the shown slide; return the names of the parts that show it."""
        slide = self.model.shown_slide
        if slide is not None and slide.kind is SlideKind.ROOM:
            return ("bands", "histogram")
        self._fill("main", template=slide.kind if slide else "lobby")
        return ("main",)

    def _show(self, *names: str) -> None:
        """Fill the parts with these names, and show only them."""
        for name in names:
            if name == "histogram":
                self._draw_histogram()
            elif name != "main":
                self._fill(name, template=name)
        parts = (self._histogram if name == "histogram" else self._views[name] for name in names)
        children = (self._browser, *parts)
        presenting = self.model.presenting
        if presenting != self._browser.presenting:
            (self.add_class if presenting else self.remove_class)("cp-presenting")
            self._browser.presenting = presenting
        if children != self.children:
            self.children = children

    def _fill(self, name: str, *, template: str) -> None:
        path = f"room/coach/templates/{template}.html"
        self._views[name].html = render(path, model=self.model, qr_code=qr_code)

    def _clear(self) -> None:
        """Leave nothing of a room behind in what a browser can read."""
        for name, view in self._views.items():
            if name != "entry":
                view.html = ""
        self._browser.announcement = ""
        if self._histogram is not None:
            self._histogram.close_all()
            self._histogram = None

    def _draw_histogram(self) -> None:
        if self._histogram is None:
            # Imported only here, because it loads bqplot and NumPy.
            from careerpath.room.coach.room_histogram import RoomHistogram

            self._histogram = RoomHistogram(
                self.model.figures,
                drag=lambda found: self._move(partial(self.model.drag, found)),
                slide=lambda found: self._move(partial(self.model.slid, found)),
            )
        self._histogram.draw(self.model.figures, large=self.model.presenting and self._browser.wide)
