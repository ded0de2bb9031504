"""The one door through which text becomes HTML: Jinja with autoescape on."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from careerpath.core.wording import (
    band_ranges,
    counted,
    long_date,
    percent,
    plural,
    show,
    show_error,
    signed,
    statistic,
)

PACKAGE = Path(__file__).parents[1]


@cache
def environment() -> Environment:
    """Return the templates' environment."""
    made = Environment(
        loader=FileSystemLoader(PACKAGE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["number"] = show
    made.filters["error"] = show_error
    made.filters["percent"] = percent
    made.filters["day"] = long_date
    made.filters["counted"] = counted
    made.filters["signed"] = signed
    made.filters["statistic"] = statistic
    made.filters["band_ranges"] = band_ranges
    made.filters["plural"] = plural
    return made


def render(template: str, **values: object) -> str:
    """Fill a template; every value is escaped.

    Parameters
    ----------
    template : str
        Its path in the package, such as ``ladder/templates/head.html``.
    **values : object
        What the template shows.

    Returns
    -------
    str
        HTML.
    """
    return environment().get_template(template).render(values)
