"""The HTML around the notebooks: landing page, head of each page, error pages."""

from __future__ import annotations

import importlib.resources
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from careerpath import Instrument
from careerpath.questionnaire.model import minutes_for
from careerpath.serving.assets import Assets
from careerpath.serving.pages import COACH, Page

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
    """Return the styles of each page: first those that all screens share, then the server's."""
    ui = Path(str(importlib.resources.files("careerpath"))) / "ui"
    sheets = (ui / "tokens.css", ui / "base.css", TEMPLATES / "site" / "site.css")
    return "\n".join(each.read_text("utf-8") for each in sheets)


class Site:
    """Renders the HTML around the notebooks: landing page, head of each page, error pages.

    Parameters
    ----------
    base_url : str
        The path of the application, with a slash at both ends.
    assets : Assets
        The static files.
    start : str
        The address of the page that the landing page starts.
    instrument : Instrument
        The instrument that the landing page describes.
    pages : dict of str to Page, optional
        All pages, by address. The landing page links to those that it knows.
    """

    def __init__(
        self,
        *,
        base_url: str,
        assets: Assets,
        start: str,
        instrument: Instrument,
        pages: Mapping[str, Page] = MappingProxyType({}),
    ) -> None:
        self._start = start
        # In a folder of notebooks a workbook may have another address.
        self._ways = {page.notebook.stem: slug for slug, page in pages.items()}
        self._coach = COACH if COACH in pages else ""
        self._instrument = instrument
        self._common = {
            "base_url": base_url,
            "assets": assets,
            "styles": styles(),
        }

    def _render(self, template: str, **values: object) -> str:
        return _environment().get_template(template).render(**self._common, **values)

    def landing(self) -> str:
        """Return the page at the root. It starts no kernel, so bots cost nothing."""
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
            The code as typed so far.
        problem : str
            What is wrong with it; empty if nothing.

        Returns
        -------
        str
            HTML.
        """
        return self._render("join.html", title="Join a room", code=code, problem=problem)

    def room(self, code: str) -> str:
        """Return the address of the assessment in a room."""
        return f"{self._common['base_url']}{self._start}#room={code}"

    def head(self, page: Page) -> str:
        """Return the start of a notebook's page, up to the skeleton, whose element stays open."""
        return self._render("page.html", title=page.title, page=page)

    def outputs(self, page: Page) -> str:
        """Return the end of the skeleton and the start of the outputs."""
        return self._render("outputs.html", page=page)

    def message(self, *, heading: str, text: str, again: bool = False) -> str:
        """Return a page with a short message.

        Parameters
        ----------
        heading, text : str
            What happened, and what to do next.
        again : bool
            Whether to add a link to the same address.

        Returns
        -------
        str
            HTML.
        """
        return self._render("message.html", title=heading, heading=heading, text=text, again=again)

    def failure(self, log_id: str, *, kept: str) -> str:
        """Return the message that a page shows instead of an output that failed."""
        return self._render("failure.html", log_id=log_id, kept=kept)


def json_element(element_id: str, data: object) -> str:
    r"""Return an element that holds data for the front end.

    Parameters
    ----------
    element_id : str
        Its id.
    data : object
        Anything that JSON can hold.

    Returns
    -------
    str
        HTML. It does not run, so the page's policy allows it.

    Examples
    --------
    >>> json_element("careerpath-config", "</script>")
    '<script id="careerpath-config" type="application/json">"\\u003c/script>"</script>\n'
    """
    # In a script element, JSON needs this character escaped and no other.
    text = json.dumps(data).replace("<", "\\u003c")
    return f'<script id="{element_id}" type="application/json">{text}</script>\n'
