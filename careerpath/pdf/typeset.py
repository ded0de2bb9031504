"""Makes a tagged PDF from a Typst template and plain values."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from careerpath.core.errors import CareerpathError
from careerpath.core.wording import long_date
from careerpath.pdf import typst_program

PACKAGE = Path(__file__).parents[1]
PATIENCE = 60.0
"""The most seconds that a separate process may take; it usually takes less than one."""


class TypesettingError(CareerpathError):
    """A PDF that could not be made."""


def typeset(
    template: str, values: Mapping[str, object], *, made: datetime, apart: bool = False
) -> bytes:
    """Fill in a template and return it as a PDF.

    The template gets the values as JSON, so text in them is never read as Typst code.

    Parameters
    ----------
    template : str
        Its path in the package without ``.typ``, such as ``ladder/report``.
    values : mapping of str to object
        What the template shows; anything that JSON can hold.
    made : datetime
        When it is made, with a time zone; the file states it.
    apart : bool
        Use a separate process, which frees its memory at the end: a visitor's process would keep
        30 MB for one file.

    Returns
    -------
    bytes
        A PDF/UA-1 file. The same values give the same bytes.

    Raises
    ------
    TypesettingError
        If Typst cannot make it.
    """
    told = {
        "folder": str(PACKAGE),
        "template": template,
        "values": json.dumps({**values, "made": long_date(made)}),
        "made": int(made.timestamp()),
    }
    compiled = _apart if apart else _here
    content, refusal = compiled({**told, "borrowing": False})
    if _letter(refusal):
        # A name can have letters that our fonts lack.
        content, refusal = compiled({**told, "borrowing": True})
    if letter := _letter(refusal):
        raise TypesettingError(
            f"The PDF could not be made: no font here has the letter {letter}. Save it as HTML "
            "instead, or remove that letter."
        )
    if not content:
        reason = f": {refusal}" if refusal else "."
        raise TypesettingError(
            f"The PDF could not be made{reason} Save it as HTML instead, and report this error."
        )
    return content


def _here(told: dict[str, Any]) -> tuple[bytes, str]:
    from typst import TypstError

    try:
        return typst_program.compiled(**told), ""
    except TypstError as error:
        return b"", error.message


def _apart(told: dict[str, Any]) -> tuple[bytes, str]:
    program = [sys.executable, "-P", typst_program.__file__]
    try:
        done = subprocess.run(  # noqa: S603 (our own program, which reads only data)
            program,
            input=json.dumps(told).encode(),
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise TypesettingError(
            "The PDF could not be made just now. Try again, or save it as HTML instead."
        ) from error
    if done.returncode not in (0, typst_program.REFUSED):
        raise RuntimeError(done.stderr.decode(errors="replace"))
    refused = done.returncode == typst_program.REFUSED
    return done.stdout, done.stderr.decode() if refused else ""


def _letter(refusal: str) -> str:
    """Return the letter that no font has, if that is the reason for the refusal."""
    found = re.search(r"the text `\"([^`]+)\"` could not be displayed", refusal)
    return found[1] if found else ""
