"""Where are you now: how a result fits the path, the people managed and the week."""

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
"""The share of the week below which an activity that draws one is called little: an assumption."""
MUCH = 0.5
"""The share from which it is called most of the week."""


class CareerPath(StrEnum):
    """What one does now."""

    MASTERY = "mastery"
    MANAGEMENT = "management"
    BOTH = "both"


class Fit(StrEnum):
    """How a result goes with what one does now."""

    FITS = "fits"
    STRAINED = "fits, with a strain"
    PARTLY = "fits in part"
    AGAINST = "does not fit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """How a week is really spent, in hours.

    Attributes
    ----------
    expertise : float
        Own work in one's field, and what feeds it.
    people : float
        With and for the people one manages.
    other : float
        Administration and the rest.
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
                    f"{shown(hours)}. Change them."
                )
        if not 0 < self.hours <= HOURS_IN_A_WEEK:
            raise CareerpathError(
                f"The hours add up to {show(self.hours)}; a week has up to {HOURS_IN_A_WEEK}. "
                "Change them."
            )

    @property
    def hours(self) -> float:
        """All of them."""
        return self.expertise + self.people + self.other


@dataclass(frozen=True, slots=True, kw_only=True)
class WhereNow:
    """How a result fits what one does now.

    Attributes
    ----------
    fit : Fit
    headline : str
        Such as "Suited to mastery, managing nine".
    words : tuple of str
        What the path, the people and the week say.
    steps : tuple of str
        Three next steps.
    roles : tuple of str
        Work to look at.
    always : str
        That paths change.
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
    """Say how a result fits the current path, the people managed and the week.

    Parameters
    ----------
    instrument : Instrument
        Its band names the roles where path and band are the same.
    band : Band
        Where the total fell.
    path : CareerPath
        What one does now.
    reports : int, optional
        How many people one manages; nothing is said of them where it is not told.
    week : Week, optional
        How a week is really spent.

    Returns
    -------
    WhereNow

    Raises
    ------
    CareerpathError
        Where one of them makes no sense, or there is no band.

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
            f"{shown(reports)} is no number of direct reports. Write a whole number from 0 to "
            f"{MOST_REPORTS}: those who report to you, not those who report to them."
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
    """Tell what does not go together, whatever the path is called."""
    reports = told or 0
    if now is CareerPath.MASTERY and reports:
        yield (
            f"You call it mastery and manage {number_word(reports)}: by the calendar, that is both."
        )
    if now is not CareerPath.MASTERY and told == 0:
        yield (
            "You manage nobody at present. Leading shows how it suits you only once somebody "
            "counts on you."
        )
    if reports > MOST_BESIDE_MASTERY and CareerPath.MANAGEMENT not in {suited, now}:
        yield (
            f"{number_word(reports).capitalize()} is more than a few: who also does the work is "
            f"usually given three to {number_word(MOST_BESIDE_MASTERY)} "
            f"({MOST_BESIDE_MASTERY_SOURCE})."
        )
    elif reports > AVERAGE_REPORTS:
        yield (
            f"{number_word(reports).capitalize()} is more than the average manager has, "
            f"{AVERAGE_REPORTS} in the US ({AVERAGE_REPORTS_SOURCE})."
        )
    if week is not None:
        yield from _week_strains(suited, now, reports, week)


def _week_strains(suited: CareerPath, now: CareerPath, reports: int, week: Week) -> Iterator[str]:
    expertise, people = week.expertise / week.hours, week.people / week.hours
    own, theirs = (f"{show(round(100 * share))} %" for share in (expertise, people))
    median = DEFAULTS["hours_per_report"]
    if reports and week.people < reports * median.value:
        # Cut, not rounded: what is short of the median does not read as the median.
        each = math.floor(10 * week.people / reports) / 10
        yield (
            f"Each of the people you manage gets {counted(each, 'hour')} of your week. "
            f"{median.source}"
        )
    if suited is not CareerPath.MANAGEMENT and expertise < LITTLE:
        yield (
            f"Your own expertise gets {own} of your week, and it is what draws "
            "you" + (" as much as people do." if suited is CareerPath.BOTH else ".")
        )
    if suited is CareerPath.MANAGEMENT and people < LITTLE:
        yield f"People get {theirs} of your week, and they are what draws you."
    if now is CareerPath.MANAGEMENT and expertise >= MUCH:
        yield (
            f"You call it management, and {own} of your week is your own work: "
            "by the calendar, that is both or mastery."
        )
    if now is CareerPath.MASTERY and people >= MUCH:
        yield (
            f"You call it mastery, and {theirs} of your week is for people: by the "
            "calendar, that is both or management."
        )
