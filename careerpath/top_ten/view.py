"""The top-ten exercise on one page: the list, its picture, the comparison, the questions."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from ipywidgets import VBox

from careerpath.top_ten.list import LONGEST_NAME, QUESTIONS, TopTenKind
from careerpath.top_ten.model import TopTenModel
from careerpath.ui.html_view import Action, HtmlView
from careerpath.ui.templates import render
from careerpath.ui.visitor_errors import message_if_failed
from careerpath.ui.widget_files import widget_files

KEPT = "What you typed is still on the screen."


class TopTenView(HtmlView):
    """The page of the top ten."""

    _css = widget_files("ui/tokens.css", "ui/base.css", "top_ten/style.css")


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
        self._page = TopTenView()
        self._trouble = ""
        super().__init__(**options)
        self.add_class("careerpath").add_class("careerpath-app").add_class("cp-top-ten")
        self._page.on_action(self._act)
        self.model.observe(self._draw)
        self._draw()
        self.children = (self._page,)

    def _act(self, action: Action) -> None:
        model, kind = self.model, action.values.get("kind", "")
        actions: dict[str, Callable[[], object]] = {
            "write": partial(model.write, action.values),
            "empty line": partial(model.empty_line, action.values.get("line", "")),
            "ask empty": partial(model.ask, whether=True),
            "keep": partial(model.ask, whether=False),
            "empty": model.empty,
            "save": partial(self._save, kind),
        }
        if action.name in actions:
            self._trouble = message_if_failed(actions[action.name], kept=KEPT)
            self._draw()

    def _save(self, kind: str) -> None:
        self._page.download(*self.model.file(kind))

    def _draw(self, _change: object = None) -> None:
        self._page.html = render(
            "top_ten/templates/page.html",
            model=self.model,
            kinds=list(TopTenKind),
            longest=LONGEST_NAME,
            questions=QUESTIONS,
            trouble=self._trouble,
        )
