"""The pages: which address shows which notebook, and the HTML around it."""

from __future__ import annotations

import importlib.resources
import json
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from urllib.parse import quote

from markupsafe import Markup

from careerpath import CareerpathError, Instrument

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
