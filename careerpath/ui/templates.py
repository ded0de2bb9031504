"""The one place where text becomes HTML: Jinja templates, in which every value is escaped."""

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
    """Return Jinja's environment for the templates of the package."""
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
    """Fill a template and return HTML; every value is escaped.

    Parameters
    ----------
    template : str
        The path of the template in the package, such as ``ladder/templates/head.html``.
    **values : object
        What the template shows.

    Returns
    -------
    str
        HTML.
    """
    return environment().get_template(template).render(values)
