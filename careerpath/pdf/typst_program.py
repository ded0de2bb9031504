"""Makes one PDF with Typst: as a function, or as a program that frees its memory at its end.

The program imports nothing from careerpath, so that it starts quickly.
"""

from __future__ import annotations

import json
import sys
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from typst import Compiler

STANDARD: Final = "ua-1"
"""PDF/UA-1, for screen readers: a file that does not meet it is not made."""
REFUSED = 3
"""The exit status of the program if Typst refuses; the reason is on standard error."""


@cache
def _compiler(folder: str, *, borrowing: bool) -> Compiler:
    """Return a compiler for a folder's templates and fonts; borrowing adds the system's fonts."""
    from typst import Compiler

    return Compiler(
        root=folder, font_paths=[f"{folder}/pdf/fonts"], ignore_system_fonts=not borrowing
    )


def compiled(folder: str, template: str, values: str, *, made: int, borrowing: bool) -> bytes:
    """Fill in a template of a folder and return the PDF.

    Parameters
    ----------
    folder, template : str
        The folder, and the file's name in it without ``.typ``.
    values : str
        What the template shows, as JSON.
    made : int
        When it is made, in seconds since 1970.
    borrowing : bool
        Whether to use the system's fonts for letters that the folder's fonts lack.

    Raises
    ------
    typst.TypstError
        If Typst refuses.
    """
    content = _compiler(folder, borrowing=borrowing).compile(
        f"{folder}/{template}.typ",
        format="pdf",
        sys_inputs={"values": values},
        pdf_standards=STANDARD,
        timestamp=made,
    )
    return content if isinstance(content, bytes) else b""


def main() -> None:
    """Read the arguments from standard input, and write the PDF to standard output."""
    from typst import TypstError

    try:
        content = compiled(**json.load(sys.stdin.buffer))
    except TypstError as error:
        sys.stderr.buffer.write(error.message.encode())
        sys.exit(REFUSED)
    sys.stdout.buffer.write(content)


if __name__ == "__main__":
    main()
