"""The top-ten exercise on one page: the list, its picture, the comparison, the questions."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from ipywidgets import VBox

from careerpath.top_ten.list import LONGEST_NAME, QUESTIONS, TopTenKind
from careerpath.top_ten.model import TopTenModel
from careerpath.ui.assets import asset
from careerpath.ui.html_view import Doing, Piece
from careerpath.ui.templates import render
from careerpath.ui.visitor_errors import guarded

KEPT = "What you typed is still on the screen."


class TopTenPiece(Piece):
    """The page of the top ten."""

    _css = asset("ui/tokens.css", "ui/base.css", "top_ten/style.css")


class TopTenScreen(VBox):
    """Name ten people, and see whether they are mostly masters or managers.

    Attributes
    ----------
    model : TopTenModel

    Examples
    --------
    >>> screen = TopTenScreen()
    >>> screen.model.write({"name0": "Ana", "kind0": "master"})
    >>> screen.model.ten.words
    'Of 1 person, 1 is a master, 0 are managers and 0 do both: mostly masters.'
    """

    def __init__(self, **options: Any) -> None:
        self.model = TopTenModel()
        self._piece = TopTenPiece()
        self._trouble = ""
        super().__init__(**options)
        self.add_class("careerpath").add_class("careerpath-app").add_class("cp-top-ten")
        self._piece.on_doing(self._act)
        self.model.observe(self._draw)
        self._draw()
        self.children = (self._piece,)

    def _act(self, doing: Doing) -> None:
        model, kind = self.model, doing.values.get("kind", "")
        doings: dict[str, Callable[[], object]] = {
            "write": partial(model.write, doing.values),
            "empty line": partial(model.empty_line, kind),
            "ask empty": partial(model.ask, whether=True),
            "keep": partial(model.ask, whether=False),
            "empty": model.empty,
            "save": partial(self._save, kind),
        }
        if doing.name in doings:
            self._trouble = guarded(doings[doing.name], kept=KEPT)
            self._draw()

    def _save(self, kind: str) -> None:
        self._piece.download(*self.model.file(kind))

    def _draw(self, _change: object = None) -> None:
        self._piece.html = render(
            "top_ten/templates/page.html",
            model=self.model,
            kinds=list(TopTenKind),
            longest=LONGEST_NAME,
            questions=QUESTIONS,
            trouble=self._trouble,
        )
