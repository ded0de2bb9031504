"""The one door through which text becomes HTML: Jinja with autoescape on."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from careerpath.interpretation import long_date, percent, show, show_error

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
    made.filters["error"] = show_error
    made.filters["percent"] = percent
    made.filters["day"] = long_date
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
