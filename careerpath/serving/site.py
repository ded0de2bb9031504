"""The HTML around the notebooks: landing page, head of each page, error pages."""

from __future__ import annotations

import importlib.resources
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from careerpath import Instrument
from careerpath.questionnaire.model import minutes_for
from careerpath.serving.assets import Assets
from careerpath.serving.pages import Page

TEMPLATES = Path(__file__).parent / "templates"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES / "site"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["css"] = lambda text: Markup(text.replace("</", "<\\/"))  # noqa: S704
    return environment


@cache
def styles() -> str:
    """Read what goes into each page: the product's stylesheets, then what belongs to serving."""
    ui = Path(str(importlib.resources.files("careerpath"))) / "ui"
    sheets = (ui / "tokens.css", ui / "base.css", TEMPLATES / "site" / "site.css")
    return "\n".join(each.read_text("utf-8") for each in sheets)


class Site:
    """The HTML that is ours: the landing page, the head of a notebook's page, error pages.

    Parameters
    ----------
    base_url : str
        The path of the application, with a slash at both ends.
    assets : Assets
        The static files.
    start : str
        The address of the page that visitors come for.
    instrument : Instrument
        What the landing page tells about.
    coach : str
        The address of the page that a coach comes for; empty where there is none.
    pages : dict of str to Page, optional
        The pages that there are, by address: the landing page leads to those that it knows.
    """

    def __init__(
        self,
        *,
        base_url: str,
        assets: Assets,
        start: str,
        instrument: Instrument,
        coach: str = "",
        pages: Mapping[str, Page] = MappingProxyType({}),
    ) -> None:
        self._start = start
        # A folder of notebooks may give a workbook another address than ours.
        self._ways = {page.notebook.stem: slug for slug, page in pages.items()}
        self._coach = coach
        self._instrument = instrument
        self._common = {
            "base_url": base_url,
            "assets": assets,
            "styles": styles(),
        }

    def _render(self, template: str, **values: object) -> str:
        return _environment().get_template(template).render(**self._common, **values)

    def landing(self) -> str:
        """Return the page at the root. It costs no process: bots and link previews are welcome."""
        instrument = self._instrument
        minutes = minutes_for(instrument)
        return self._render(
            "landing.html",
            title=instrument.title,
            instrument=instrument,
            minutes=minutes,
            start=self._start,
            coach=self._coach,
            ways=self._ways,
        )

    def join(self, code: str, *, problem: str = "") -> str:
        """Return the form that asks for a room's code.

        Parameters
        ----------
        code : str
            What was typed already.
        problem : str
            What is wrong with it.

        Returns
        -------
        str
            HTML.
        """
        return self._render("join.html", title="Join a room", code=code, problem=problem)

    def room(self, code: str) -> str:
        """Return the address that leads into a room."""
        return f"{self._common['base_url']}{self._start}#room={code}"

    def head(self, page: Page) -> str:
        """Return a notebook's page up to the first screen's skeleton, which stays open."""
        return self._render("page.html", title=page.title, page=page)

    def queue(self, before: int | None, *, opens: bool = False) -> str:
        """Return what says inside of the skeleton that a visitor has to wait.

        Parameters
        ----------
        before : int or None
            How many others wait and are before this one; None once it is this one's turn.
        opens : bool
            Whether it is the first time that something is said.

        Returns
        -------
        str
            HTML. Of all that are sent, the last one covers the others. What opens has to be closed.
        """
        return self._render("queue.html", before=before, opens=opens)

    def outputs(self, page: Page) -> str:
        """Return the end of the skeleton and the beginning of the outputs."""
        return self._render("outputs.html", page=page)

    def message(self, *, heading: str, text: str, again: bool = False) -> str:
        """Return a page that says one thing.

        Parameters
        ----------
        heading, text : str
            What to say, and what to do next.
        again : bool
            Whether to offer a link that tries the same address once more.

        Returns
        -------
        str
            HTML.
        """
        return self._render("message.html", title=heading, heading=heading, text=text, again=again)

    def trouble(self, log_id: str, *, kept: str) -> str:
        """Return the sentence that stands in the place of what went wrong."""
        return self._render("trouble.html", log_id=log_id, kept=kept)
