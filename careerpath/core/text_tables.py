"""Text in the cells of a table: no formula in a spreadsheet, and no markup in Markdown.

Text that was escaped for a spreadsheet can be read back exactly.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_ESCAPED_FORMULA = re.compile(r"'+[=+\-@\t\r]")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|~&$])")


def escape_formula(text: str) -> str:
    """Put an apostrophe before text that a spreadsheet would take for a formula.

    Examples
    --------
    >>> escape_formula("=1+1"), escape_formula("Ana")
    ("'=1+1", 'Ana')
    """
    return f"'{text}" if _FORMULA.match(text) else text


def unescape_formula(text: str) -> str:
    """Remove the apostrophe that `escape_formula` added.

    Examples
    --------
    >>> [unescape_formula(escape_formula(text)) for text in ("=1", "'=1", "'tis")]
    ['=1', "'=1", "'tis"]
    """
    return text[1:] if _ESCAPED_FORMULA.match(text) else text


def escape_markdown(text: str) -> str:
    r"""Write text so that Markdown, and the HTML in it, shows it as it is.

    Examples
    --------
    >>> print(escape_markdown("a|b <b>*c*"))
    a\|b \<b\>\*c\*
    """
    return "<br>".join(_MARKDOWN.sub(r"\\\1", line) for line in text.splitlines())


def markdown_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table in Markdown; every cell is escaped.

    Examples
    --------
    >>> print(markdown_table(["who", "what"], [["Ana", "both"]]))
    | who | what |
    |---|---|
    | Ana | both |
    """
    lines = [header, *rows]
    written = [f"| {' | '.join(escape_markdown(cell) for cell in line)} |" for line in lines]
    written.insert(1, f"|{'---|' * len(header)}")
    return "\n".join(written)
