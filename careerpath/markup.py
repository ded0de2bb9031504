"""The one door through which text becomes HTML: Jinja with autoescape on."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from careerpath.interpretation import show

NO_BREAK = "\xa0"
TEMPLATES = Path(__file__).parent / "templates"


@cache
def environment() -> Environment:
    """Return the templates' environment."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["number"] = show
    made.filters["percent"] = percent
    return made


def render(template: str, **values: object) -> str:
    """Fill a template of ``careerpath/templates``; every value is escaped.

    Parameters
    ----------
    template : str
        Its file name without ``.html``.
    **values : object
        What the template shows.

    Returns
    -------
    str
        HTML.
    """
    return environment().get_template(f"{template}.html").render(values)


def percent(share: float) -> str:
    """Write a share as a percentage that never claims certainty.

    Examples
    --------
    >>> percent(0.777) == "78" + NO_BREAK + "%"
    True
    >>> percent(0.001)[:2], percent(0.9999)[:3]
    ('<1', '>99')
    """
    if 0 < share < 0.01:
        return f"<1{NO_BREAK}%"
    if 0.99 < share < 1:
        return f">99{NO_BREAK}%"
    return f"{share * 100:.0f}{NO_BREAK}%"
