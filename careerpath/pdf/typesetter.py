"""One PDF by Typst: as a function, or run as a program, whose memory is given back at its end.

The program imports nothing of careerpath, so that it starts at once.
"""

from __future__ import annotations

import json
import sys
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from typst import Compiler

STANDARD: Final = "ua-1"
"""PDF/UA-1, for screen readers: what falls short of it is not made."""
REFUSED = 3
"""How the program ends where Typst refuses; the reason is on its error stream."""


@cache
def _compiler(folder: str, *, borrowing: bool) -> Compiler:
    """Return the one that reads a folder's templates and fonts; it may borrow letters elsewhere."""
    from typst import Compiler

    return Compiler(
        root=folder, font_paths=[f"{folder}/pdf/fonts"], ignore_system_fonts=not borrowing
    )


def compiled(folder: str, template: str, values: str, *, made: int, borrowing: bool) -> bytes:
    """Fill a template of a folder.

    Parameters
    ----------
    folder, template : str
        Where, and the file's name without ``.typ``.
    values : str
        What it shows, as JSON.
    made : int
        When, in seconds.
    borrowing : bool
        Whether the system's fonts may be used where the folder's lack a letter.

    Raises
    ------
    typst.TypstError
        Where Typst refuses.
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
    """Read what to set from standard input, and write the PDF."""
    from typst import TypstError

    try:
        content = compiled(**json.load(sys.stdin.buffer))
    except TypstError as error:
        sys.stderr.buffer.write(error.message.encode())
        sys.exit(REFUSED)
    sys.stdout.buffer.write(content)


if __name__ == "__main__":
    main()
