"""Where are you now: how a result fits the present path, the people managed and the week."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from careerpath.core.errors import CareerpathError, shown
from careerpath.core.instrument import Band, Instrument
from careerpath.core.numbers import quantity
from careerpath.core.wording import counted, number_word, show
from careerpath.what_next.capacity import (
    AVERAGE_REPORTS,
    AVERAGE_REPORTS_SOURCE,
    DEFAULTS,
    HOURS_IN_A_WEEK,
    MOST_BESIDE_MASTERY,
    MOST_BESIDE_MASTERY_SOURCE,
)

TEXTS = Path(__file__).with_name("where_now.toml")
MOST_REPORTS = 1_000
LITTLE = 0.25
"""Less of the week than this share is called little: an assumption."""
MUCH = 0.5
"""This share of the week, or more, is called most of it: an assumption."""


class CareerPath(StrEnum):
    """What a person does now."""

    MASTERY = "mastery"
    MANAGEMENT = "management"
    BOTH = "both"


class Fit(StrEnum):
    """How a result fits what a person does now."""

    FITS = "fits"
    STRAINED = "fits, with a strain"
    PARTLY = "fits in part"
    AGAINST = "does not fit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """How a person really spends a week, in hours from 0 to 168.

    Attributes
    ----------
    expertise : float
        Hours for work and learning in one's own field.
    people : float
        Hours with and for the people one manages.
    other : float
        Hours for administration and everything else.
    """

    expertise: float
    people: float
    other: float = 0

    def __post_init__(self) -> None:
        for name, hours in (
            ("expertise", self.expertise),
            ("people", self.people),
            ("other", self.other),
        ):
            if quantity(hours, 0, HOURS_IN_A_WEEK) is None:
                raise CareerpathError(
                    f"The hours for {name} must be a number from 0 to {HOURS_IN_A_WEEK}, not "
                    f"{shown(hours)}. Correct them."
                )
        if not 0 < self.hours <= HOURS_IN_A_WEEK:
            raise CareerpathError(
                f"The hours add up to {show(self.hours)}; they must be above 0 and at most "
                f"{HOURS_IN_A_WEEK}. Correct them."
            )

    @property
    def hours(self) -> float:
        """The sum of all hours."""
        return self.expertise + self.people + self.other


@dataclass(frozen=True, slots=True, kw_only=True)
class WhereNow:
    """How a result fits what a person does now.

    Attributes
    ----------
    fit : Fit
    headline : str
        Such as "Suited to mastery, managing nine".
    words : tuple of str
        What the path, the people managed and the week say about it.
    steps : tuple of str
        Three next steps.
    roles : tuple of str
        Roles to consider.
    always : str
        A reminder that paths change.
    """

    fit: Fit
    headline: str
    words: tuple[str, ...]
    steps: tuple[str, ...]
    roles: tuple[str, ...]
    always: str


def where_now(
    instrument: Instrument,
    band: Band | str,
    path: CareerPath | str,
    *,
    reports: int | None = None,
    week: Week | None = None,
) -> WhereNow:
    """Say how a result fits the present path, the people managed and the week.

    Parameters
    ----------
    instrument : Instrument
        Its band names the roles if path and band are the same.
    band : Band or str
        The band of the result.
    path : CareerPath
        What the person does now.
    reports : int, optional
        How many people the person manages, 0 to 1,000.
    week : Week, optional
        How the person really spends a week.

    Returns
    -------
    WhereNow

    Raises
    ------
    CareerpathError
        If one of them is not valid, or there is no band.

    Examples
    --------
    >>> from careerpath import load_instrument
    >>> now = where_now(load_instrument(), "mastery", "management", reports=9)
    >>> now.headline, str(now.fit), len(now.steps)
    ('Suited to mastery, managing nine', 'does not fit', 3)
    """
    suited = _one_of(CareerPath, band, "band")
    now = _one_of(CareerPath, path, "path")
    count = quantity(reports or 0, 0, MOST_REPORTS)
    if count is None or count.denominator != 1:
        raise CareerpathError(
            f"{shown(reports)} is not a number of direct reports. Write a whole number from 0 to "
            f"{MOST_REPORTS}. Count only people who report directly to you."
        )
    reports = None if reports is None else int(count)
    text = texts()[suited][now]
    strains = list(_strains(suited, now, reports, week))
    return WhereNow(
        fit=_fit(suited, now, strained=bool(strains)),
        headline=_headline(suited, now, reports),
        words=(text["summary"], *strains),
        steps=tuple(text["steps"]),
        roles=tuple(text.get("roles") or _own_roles(instrument, suited)),
        always=texts()["always"],
    )


@cache
def texts() -> dict[str, Any]:
    """Return the steps and roles for each band and path."""
    return tomllib.loads(TEXTS.read_text(encoding="utf-8"))


def _one_of(kind: type[CareerPath], value: object, what: str) -> CareerPath:
    try:
        return kind(str(value))
    except ValueError:
        raise CareerpathError(
            f"There is no {what} {shown(str(value))}. Choose one of: {', '.join(kind)}."
        ) from None


def _own_roles(instrument: Instrument, suited: CareerPath) -> tuple[str, ...]:
    return instrument.bands.of(Band(suited)).roles if instrument.bands else ()


def _fit(suited: CareerPath, now: CareerPath, *, strained: bool) -> Fit:
    if suited is now:
        return Fit.STRAINED if strained else Fit.FITS
    return Fit.PARTLY if CareerPath.BOTH in (suited, now) else Fit.AGAINST


def _headline(suited: CareerPath, now: CareerPath, reports: int | None) -> str:
    doing = {
        CareerPath.MASTERY: "working as a master",
        CareerPath.MANAGEMENT: "in management",
        CareerPath.BOTH: "doing both",
    }[now]
    if reports:
        doing = (
            f"{'doing both and ' if now is CareerPath.BOTH else ''}managing {number_word(reports)}"
        )
    return f"Suited to {suited}, {doing}"


def _strains(
    suited: CareerPath, now: CareerPath, told: int | None, week: Week | None
) -> Iterator[str]:
    """Say what does not fit, whatever name the person gives the path."""
    reports = told or 0
    if now is CareerPath.MASTERY and reports:
        yield (
            f"You call it mastery, but you manage {number_word(reports)}: in practice that is both."
        )
    if now is not CareerPath.MASTERY and told == 0:
        yield (
            "You manage nobody at present. You will see whether leading suits you only when people "
            "depend on you."
        )
    if reports > MOST_BESIDE_MASTERY and CareerPath.MANAGEMENT not in {suited, now}:
        yield (
            f"{number_word(reports).capitalize()} is more than a few: a manager who also does "
            f"the work usually has three to {number_word(MOST_BESIDE_MASTERY)} people "
            f"({MOST_BESIDE_MASTERY_SOURCE})."
        )
    elif reports > AVERAGE_REPORTS:
        yield (
            f"{number_word(reports).capitalize()} is more than the average manager has: "
            f"{AVERAGE_REPORTS} in the US ({AVERAGE_REPORTS_SOURCE})."
        )
    if week is not None:
        yield from _week_strains(suited, now, reports, week)


def _week_strains(suited: CareerPath, now: CareerPath, reports: int, week: Week) -> Iterator[str]:
    expertise, people = week.expertise / week.hours, week.people / week.hours
    own, theirs = (f"{show(round(100 * share))} %" for share in (expertise, people))
    median = DEFAULTS["hours_per_report"]
    if reports and week.people < reports * median.value:
        # Rounded down, so that less than the median never looks like the median.
        each = math.floor(10 * week.people / reports) / 10
        yield (
            f"Each of the people you manage gets {counted(each, 'hour')} of your week. "
            f"{median.source}"
        )
    if suited is not CareerPath.MANAGEMENT and expertise < LITTLE:
        yield (
            f"Your own expertise gets {own} of your week, although it attracts you"
            + (" as much as people do." if suited is CareerPath.BOTH else " most.")
        )
    if suited is CareerPath.MANAGEMENT and people < LITTLE:
        yield f"People get {theirs} of your week, although leading people attracts you most."
    if now is CareerPath.MANAGEMENT and expertise >= MUCH:
        yield (
            f"You call it management, but {own} of your week is your own work: "
            "in practice that is both or mastery."
        )
    if now is CareerPath.MASTERY and people >= MUCH:
        yield (
            f"You call it mastery, but {theirs} of your week is for people: "
            "in practice that is both or management."
        )
