"""The pages: which address shows which notebook."""

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

#: The addresses of the built-in workbooks. An address stays even if a file is renamed.
BUILT_IN = {
    "assessment": "assessment.ipynb",
    "room": "room.ipynb",
    "top-ten": "top_ten.ipynb",
    "dual-ladder": "dual_ladder.ipynb",
    "thresholds": "thresholds.ipynb",
}
#: The coach's page.
COACH = "room"
_COPY = "What you typed is still on the screen: copy it before you reload."
#: What a visitor is told about what they have entered: first if a reload finds it again, then if it
#: does not. For other notebooks this is not known.
_KEPT = {
    "assessment": (
        "Your answers are kept on this device.",
        "This browser does not keep your answers: a reload starts again.",
    ),
    "room": (
        "Rooms are kept on the server.",
        "Rooms are kept on the server: open yours again with its code and coach key.",
    ),
    "top-ten": ("", _COPY),
    "dual-ladder": ("Your ladders are kept in this browser.", _COPY),
    "thresholds": ("", "Files that you opened are not kept: open them again after a reload."),
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
        The first screen as HTML, shown until the kernel answers; empty if the page has none.
    kept : str
        A sentence that says where a reload finds what was entered. Empty if nothing is kept, or if
        this is not known.
    unkept : str
        A sentence for a browser that keeps nothing, or a page that does not.
    """

    slug: str
    notebook: Path
    title: str
    skeleton: Markup
    kept: str = ""
    unkept: str = ""


def notebooks_folder() -> Path:
    """Return the folder of the built-in workbooks: in the installed package, or next to it."""
    package = Path(str(importlib.resources.files("careerpath")))
    installed = package / "notebooks"
    return installed if installed.is_dir() else package.parent / "notebooks"


def find_pages(folder: Path | None, instrument: Instrument) -> dict[str, Page]:
    """Give each notebook an address.

    Parameters
    ----------
    folder : Path or None
        A folder of notebooks. Each becomes a page named like its file, with hyphens for characters
        that an address cannot hold. None means the built-in workbooks that have a page.
    instrument : Instrument
        The instrument that the first screen shows.

    Returns
    -------
    dict of str to Page
        Pages by address.

    Raises
    ------
    CareerpathError
        If there is no notebook, or if two would have the same address.
    """
    if folder is None:
        home = notebooks_folder()
        files = {slug: home / name for slug, name in BUILT_IN.items()}
    else:
        if not folder.is_dir():
            message = f"There is no folder {str(folder)!r}. Name a folder that holds notebooks."
            raise CareerpathError(message)
        files = _addressed(sorted(folder.glob("*.ipynb")))
    missing = [str(each) for each in files.values() if not each.is_file()]
    if missing or not files:
        place = ", ".join(missing) or str(folder)
        next_step = "Reinstall careerpath, or name a folder that holds notebooks."
        message = f"There is no notebook to serve at {place}. {next_step}"
        raise CareerpathError(message)
    kept = _KEPT if folder is None else {}
    return {
        slug: _page(slug, notebook, instrument, *kept.get(slug, ()))
        for slug, notebook in files.items()
    }


def _addressed(notebooks: Iterable[Path]) -> dict[str, Path]:
    """Give each notebook its own address, percent-encoded as browsers send it."""
    files: dict[str, Path] = {}
    for each in notebooks:
        name = unicodedata.normalize("NFC", each.stem)
        slug = quote(re.sub(r"[^\w.~-]+", "-", name).strip(".-"))
        if not slug:
            raise CareerpathError(
                f"{str(each)!r} cannot have an address: its name has neither a letter nor a digit. "
                "Rename it."
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
    skeleton = Markup(_skeleton(slug, instrument))  # noqa: S704 (HTML from our own templates)
    return Page(slug, notebook, title, skeleton, kept, unkept)


def _skeleton(slug: str, instrument: Instrument) -> str:
    """Return a page's first screen, if it has one. The page's own view renders it."""
    if slug != "assessment":
        return ""
    try:
        make: Callable[..., str] = import_module("careerpath.assessment.view").skeleton
    except (ImportError, AttributeError):
        return ""
    return make(instrument)
