"""PDFs: a template of Typst and plain values in, the bytes of a tagged file out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from careerpath.errors import CareerpathError

if TYPE_CHECKING:
    from typst import Compiler

HERE = Path(__file__).parent
STANDARD: Final = "ua-1"
"""PDF/UA-1, for screen readers: what falls short of it is not made."""


class TypesettingError(CareerpathError):
    """A PDF that could not be made."""


@cache
def _compiler() -> Compiler:
    """Return the one that reads our fonts and templates, and no others."""
    from typst import Compiler

    return Compiler(root=HERE, font_paths=[HERE / "fonts"], ignore_system_fonts=True)


def typeset(template: str, values: Mapping[str, object], *, made: datetime) -> bytes:
    """Fill a template of ``careerpath/reports`` and set it as a PDF.

    The values reach the template as JSON: text in them stays text, whatever it looks like.

    Parameters
    ----------
    template : str
        Its file name without ``.typ``.
    values : mapping of str to object
        What the template shows; anything that JSON can hold.
    made : datetime
        When, with a time zone; kept in the file.

    Returns
    -------
    bytes
        A PDF/UA-1 file. The same values give the same bytes.

    Raises
    ------
    TypesettingError
        Where Typst cannot set it.
    """
    from typst import TypstError

    try:
        content = _compiler().compile(
            HERE / f"{template}.typ",
            format="pdf",
            sys_inputs={"values": json.dumps({**values, "made": f"{made:%d %B %Y}"})},
            pdf_standards=STANDARD,
            timestamp=int(made.timestamp()),
        )
    except TypstError as error:
        raise TypesettingError(
            f"The PDF could not be made: {error.message} Save it as HTML instead, and tell us."
        ) from error
    if not isinstance(content, bytes):
        raise TypesettingError("The PDF could not be made. Save it as HTML instead, and tell us.")
    return content
