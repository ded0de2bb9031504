"""The designer of two career ladders: start, picture, the open level, check, files."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from ipywidgets import VBox

from careerpath.ladder.browser import LadderBrowser
from careerpath.ladder.kept import write_kept
from careerpath.ladder.ladder import LONGEST_NAME, LONGEST_TEXT, Side, Voice
from careerpath.ladder.markdown import LIMITS
from careerpath.ladder.model import LadderModel, LadderStage
from careerpath.ui.html_view import Action, HtmlView
from careerpath.ui.templates import render
from careerpath.ui.visitor_errors import message_if_failed

VIEWS = ("start", "head", "bar", "drawing", "level", "check", "files")
KEPT = "Your ladders are kept in this browser."


class LadderView(HtmlView):
    """A part of the designer; its fields take longer texts than those of other screens."""

    longest = 2 * LONGEST_TEXT  # a browser may send a line end as two characters


class LadderScreen(VBox):
    """Design two parallel career ladders, and see whether both are equally attractive.

    Attributes
    ----------
    model : LadderModel

    Examples
    --------
    >>> screen = LadderScreen()
    >>> screen.model.start_from_example()
    >>> len(screen.model.ladder.levels), screen.model.figures.to_fix
    (4, 0)
    """

    children: Any  # a trait of ipywidgets

    def __init__(self, **options: Any) -> None:
        self.model = LadderModel()
        self._browser = LadderBrowser()
        self._views = {name: LadderView() for name in VIEWS}
        self._trouble = ""
        self._found = b""
        self._kept: object = self.model.kept
        self._storage = True
        self._returned = self._acting = False
        super().__init__(**options)
        self.add_class("careerpath").add_class("careerpath-app").add_class("cp-ladder")
        self._views["bar"].add_class("cp-ladder-bar")
        for each in (self._browser, *self._views.values()):
            each.on_action(self._act)
        self.model.observe(self._changed)
        self.model.level.observe(self._changed)
        self._draw()

    # From the visitor to the model

    def _act(self, action: Action) -> None:
        actions = self._actions(action)
        if action.name not in actions:
            return
        self._acting = True
        try:
            self._trouble = message_if_failed(actions[action.name], kept=KEPT)
        finally:
            self._acting = False
        self._draw()

    def _actions(self, action: Action) -> dict[str, Callable[[], object]]:
        model, level, values = self.model, self.model.level, action.values
        kind, name, side = (values.get(key, "") for key in ("kind", "name", "side"))
        opened = _number(values.get("opened", ""))
        return {
            "kept": partial(self._look, values.get("storage", ""), action.content),
            "resume": model.resume,
            "example": partial(self._begin, model.start_from_example),
            "empty": partial(self._begin, model.start_empty),
            "load": partial(self._begin, partial(model.load, name, action.content)),
            "save kept": self._save_kept,
            "undo": model.undo,
            "redo": model.redo,
            "open": partial(level.open, values.get("level", ""), side),
            "close": level.close,
            "add level": model.add_level,
            "add above": partial(model.add_level, level.name),
            "rename": partial(level.rename, opened, name),
            "level up": partial(level.move, opened, up=True),
            "level down": partial(level.move, opened, up=False),
            "remove level": partial(level.remove, opened),
            "add rung": partial(level.add_rung, opened, side),
            "rung up": partial(level.move_rung, opened, side, up=True),
            "rung down": partial(level.move_rung, opened, side, up=False),
            "remove rung": partial(level.remove_rung, opened, side),
            "rung": partial(level.write_rung, opened, side, values),
            "lead": partial(model.lead_to, _number(values.get("finding", ""))),
            "tolerance": partial(model.set_tolerance, values.get("percent", "")),
            "save": partial(self._save, kind),
            "ask forget": partial(model.ask, whether=True),
            "keep": partial(model.ask, whether=False),
            "forget": self._forget,
        }

    def _look(self, storage: str, content: bytes) -> None:
        self._storage = storage != "no"
        self._found = content
        self.model.offer(content)

    def _begin(self, beginning: Callable[[], None]) -> None:
        """Start a design; a kept ladder that cannot be read is put aside first."""
        if self.model.unreadable:
            self._browser.put_aside()
        beginning()

    def _save_kept(self) -> None:
        self._views["start"].download("careerpath-kept.json", "application/json", self._found)

    def _save(self, kind: str) -> None:
        self._views["files"].download(*self.model.file(kind))

    def _forget(self) -> None:
        if self.model.asking:
            self._returned = True
            self.model.forget()
            self._browser.forget()

    # From the model to the visitor

    def _changed(self, _change: object) -> None:
        if not self._acting:  # one action is drawn once, at its end
            self._draw()

    def _draw(self) -> None:
        model = self.model
        shown: tuple[str, ...] = ("start",)
        if model.stage is LadderStage.DESIGN:
            opened = ("level",) if model.level.name else ()
            shown = ("head", "bar", "drawing", *opened, "check", "files")
        for name in shown:
            self._views[name].html = render(
                f"ladder/templates/{name}.html",
                model=model,
                trouble=self._trouble,
                storage=self._storage,
                returned=self._returned,
                sides=tuple(Side),
                voices=tuple(Voice),
                longest=LONGEST_TEXT,
                longest_name=LONGEST_NAME,
                limits=LIMITS,
            )
        children = (self._browser, *(self._views[name] for name in shown))
        if children != self.children:
            self.children = children
        if model.stage is LadderStage.DESIGN and model.kept is not self._kept:
            self._kept = model.kept
            self._browser.keep(write_kept(model.kept))


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else -1
