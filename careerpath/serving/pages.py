"""The pages: which address shows which notebook, and the HTML around it."""

from __future__ import annotations

import importlib.resources
import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from careerpath import CareerpathError, Instrument
from careerpath.questionnaire.model import SECONDS_PER_ITEM
from careerpath.serving.assets import Assets

TEMPLATES = Path(__file__).parent / "templates"

#: The addresses of the shipped workbooks. An address stays when a file is renamed.
SHIPPED = {
    "assessment": "assessment.ipynb",
    "room": "room.ipynb",
    "top-ten": "top_ten.ipynb",
    "dual-ladder": "dual_ladder.ipynb",
}
#: The one that coaches come for.
COACH = "room"
_COPY = "What you typed is still on the screen: copy it before you reload."
#: What is said of what a visitor has entered: where a reload finds it, and where it does not,
#: because the page or the browser keeps nothing. Of somebody else's notebooks nobody knows.
_KEPT = {
    "assessment": (
        "Your answers are kept on this device.",
        "This browser does not keep your answers: a reload begins anew.",
    ),
    "room": (
        "Rooms are kept on the server.",
        "Rooms are kept on the server: open yours again with its code and coach key.",
    ),
    "top-ten": ("", _COPY),
    "dual-ladder": ("Your ladders are kept in this browser.", _COPY),
}


@dataclass(frozen=True)
class Page:
    """A notebook with an address.

    Attributes
    ----------
    slug : str
        Its address below the base URL.
    notebook : Path
        The file.
    title : str
        For the browser's tab.
    skeleton : Markup
        The first screen as HTML, for the time until the kernel answers; empty for none.
    kept : str
        Where a reload finds what was entered; empty where nothing is kept, or nobody knows.
    unkept : str
        What to say where it is not kept, or where a browser keeps nothing.
    """

    slug: str
    notebook: Path
    title: str
    skeleton: Markup
    kept: str = ""
    unkept: str = ""


def notebooks_folder() -> Path:
    """Find the shipped workbooks: beside the package in a checkout, inside of it once installed."""
    package = Path(str(importlib.resources.files("careerpath")))
    installed = package / "notebooks"
    return installed if installed.is_dir() else package.parent / "notebooks"


def find_pages(folder: Path | None, instrument: Instrument) -> dict[str, Page]:
    """Give each notebook its address.

    Parameters
    ----------
    folder : Path or None
        A folder of notebooks: each one in it becomes a page named like its file, with a hyphen for
        what an address can't hold. Without a folder, the shipped workbooks that have a page.
    instrument : Instrument
        What the first screen tells about.

    Returns
    -------
    dict of str to Page
        Pages by address.
    """
    if folder is None:
        home = notebooks_folder()
        files = {slug: home / name for slug, name in SHIPPED.items()}
    else:
        if not folder.is_dir():
            message = f"There is no folder {str(folder)!r}. Name a folder that holds notebooks."
            raise CareerpathError(message)
        files = _addressed(sorted(folder.glob("*.ipynb")))
    missing = [str(each) for each in files.values() if not each.is_file()]
    if missing or not files:
        place = ", ".join(missing) or str(folder)
        mend = "Reinstall careerpath, or name a folder that holds notebooks."
        message = f"There is no notebook to serve at {place}. {mend}"
        raise CareerpathError(message)
    kept = _KEPT if folder is None else {}
    return {
        slug: _page(slug, notebook, instrument, *kept.get(slug, ()))
        for slug, notebook in files.items()
    }


def _addressed(notebooks: Iterable[Path]) -> dict[str, Path]:
    """Give each notebook an address of its own, as browsers ask for it."""
    files: dict[str, Path] = {}
    for each in notebooks:
        name = unicodedata.normalize("NFC", each.stem)
        slug = quote(re.sub(r"[^\w.~-]+", "-", name).strip(".-"))
        if not slug:
            raise CareerpathError(
                f"{str(each)!r} can have no address: there is neither a letter nor a digit in its "
                "name. Rename it."
            )
        if slug in files:
            raise CareerpathError(
                f"{files[slug].name!r} and {each.name!r} in {str(each.parent)!r} would have the "
                f"same address, {slug!r}. Rename one of them."
            )
        files[slug] = each
    return files


def _page(
    slug: str, notebook: Path, instrument: Instrument, kept: str = "", unkept: str = ""
) -> Page:
    metadata = json.loads(notebook.read_text("utf-8")).get("metadata", {})
    title = metadata.get("title") or notebook.stem.replace("_", " ").replace("-", " ").capitalize()
    skeleton = Markup(_skeleton(slug, instrument))  # noqa: S704 (made by our own templates)
    return Page(slug, notebook, title, skeleton, kept, unkept)


def _skeleton(slug: str, instrument: Instrument) -> str:
    """Return a page's first screen, if it has one. Its view makes it, so that they look alike."""
    if slug != "assessment":
        return ""
    try:
        make: Callable[..., str] = import_module("careerpath.assessment.view").skeleton
    except (ImportError, AttributeError):
        return ""
    return make(instrument)


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
        minutes = max(1, round(len(instrument.items) * SECONDS_PER_ITEM / 60))
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
