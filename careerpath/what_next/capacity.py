"""How many people you can manage and still keep time for your own expertise."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType

from careerpath.core.errors import CareerpathError, shown
from careerpath.core.numbers import quantity
from careerpath.core.wording import counted, given_percent, show

HOURS_IN_A_WEEK = 168
FEWEST_HOURS = 0.1
"""The fewest hours for each report: six minutes a week."""
MOST_BESIDE_MASTERY = 5
"""The most direct reports that a manager who also does the work usually has."""
MOST_BESIDE_MASTERY_SOURCE = (
    "McKinsey, How to identify the right spans of control for your organization, December 2017"
)
AVERAGE_REPORTS = 12.1
AVERAGE_REPORTS_SOURCE = (
    "Gallup, Span of control: what's the optimal team size for managers?, January 2026"
)


@dataclass(frozen=True, slots=True)
class Default:
    """The start value of a number that the person can change.

    Attributes
    ----------
    value : int or float
    meaning : str
        What it is, for a label.
    source : str
        Where the value comes from, shown with it.
    """

    value: int | float
    meaning: str
    source: str


DEFAULTS: Mapping[str, Default] = MappingProxyType(
    {
        "hours_per_week": Default(
            40, "Hours you work in a week", "An assumption: a usual full-time week."
        ),
        "mastery_share": Default(
            0.5, "Share kept for your own expertise", "An assumption: half of the week."
        ),
        "admin_share": Default(
            0.18,
            "Share that administration takes",
            "Managers' time by their own account: 28 % people, 31 % individual work, 23 % "
            "strategy, 18 % administration (McKinsey, 2023; from a secondary source).",
        ),
        "hours_per_report": Default(
            3,
            "Hours a week for each person you manage",
            "People spend a median of 3 hours a week with their leader, and are most inspired at "
            "6 (Leadership IQ, a vendor's survey of 32,410; from a secondary source).",
        ),
    }
)
"""By the names of the parameters of `direct_report_capacity`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectReportCapacity:
    """How many direct reports fit into a week, and the arithmetic.

    Attributes
    ----------
    reports : int
        How many fit into the week together with the time for your own expertise.
    hours_per_week, hours_per_report : float
        The given hours.
    expertise_hours, admin_hours : float
        The hours of the two shares.
    people_hours : float
        The hours left for people; 0 if the two shares fill the week.
    used_hours, spare_hours : float
        Of the hours for people, those that the reports take and those left over.
    overrun_hours : float
        The hours by which the two shares exceed the week.
    reports_without_expertise : int
        How many would fit without time for your own expertise.
    arithmetic : tuple of str
        Each step of the calculation in a sentence.
    stops_fitting : str
        From how many people on the two jobs no longer fit.
    warning : str
        Why to be careful; empty if there is no reason.
    """

    reports: int
    hours_per_week: float
    hours_per_report: float
    expertise_hours: float
    admin_hours: float
    people_hours: float
    used_hours: float
    spare_hours: float
    overrun_hours: float
    reports_without_expertise: int
    arithmetic: tuple[str, ...]
    stops_fitting: str
    warning: str

    @property
    def week(self) -> Mapping[str, float]:
        """The parts of the week in hours. They add up to the week unless it is overrun."""
        return {
            "own expertise": self.expertise_hours,
            "administration": self.admin_hours,
            "people": self.used_hours,
            "spare": self.spare_hours,
        }


def direct_report_capacity(
    hours_per_week: float = 40,
    mastery_share: float = 0.5,
    admin_share: float = 0.18,
    hours_per_report: float = 3,
) -> DirectReportCapacity:
    """Calculate how many people you can manage and still keep time for your own expertise.

    The hours that are left after expertise and administration are divided by the hours for each
    person, and rounded down. The sources of the default values are in `DEFAULTS`.

    Parameters
    ----------
    hours_per_week : int or float
        From 0 to 168.
    mastery_share, admin_share : int or float
        Shares of the week, 0 to 1.
    hours_per_report : int or float
        Hours a week that each direct report needs, 0.1 to 168.

    Returns
    -------
    DirectReportCapacity

    Raises
    ------
    CareerpathError
        If a number is out of its range.

    References
    ----------
    McKinsey (2017). How to identify the right spans of control for your organization.

    Gallup (2026). Span of control: what's the optimal team size for managers?

    Examples
    --------
    >>> capacity = direct_report_capacity()
    >>> capacity.reports, capacity.people_hours
    (4, 12.8)
    >>> direct_report_capacity(hours_per_report=6).reports
    2
    >>> print(capacity.arithmetic[-1])
    12.8 h / 3 h for each person = 4 people, with 0.8 h to spare.
    >>> direct_report_capacity(mastery_share=0.9).reports
    0
    """
    week = _checked("hours_per_week", hours_per_week, 0, HOURS_IN_A_WEEK)
    mastery = _checked("mastery_share", mastery_share, 0, 1)
    admin = _checked("admin_share", admin_share, 0, 1)
    each = _checked("hours_per_report", hours_per_report, FEWEST_HOURS, HOURS_IN_A_WEEK)
    left = week * (1 - mastery - admin)
    people = max(left, Fraction(0))
    reports = math.floor(people / each)
    used = reports * each
    alone = math.floor(week * (1 - admin) / each)
    return DirectReportCapacity(
        reports=reports,
        hours_per_week=float(week),
        hours_per_report=float(each),
        expertise_hours=float(week * mastery),
        admin_hours=float(week * admin),
        people_hours=float(people),
        used_hours=float(used),
        spare_hours=float(people - used),
        overrun_hours=float(max(-left, Fraction(0))),
        reports_without_expertise=alone,
        arithmetic=_arithmetic(week, mastery, admin, each),
        stops_fitting=_stops_fitting(week, mastery, admin, each),
        warning=_warning(reports, mastery),
    )


def _arithmetic(
    week: Fraction, mastery: Fraction, admin: Fraction, each: Fraction
) -> tuple[str, ...]:
    left = week * (1 - mastery - admin)
    own = week * mastery
    sentences = [
        f"{given_percent(mastery)} of {_hours(week)} for your own expertise = {_hours(own)}.",
        f"{given_percent(admin)} of {_hours(week)} for administration = {_hours(week * admin)}.",
    ]
    if left <= 0:
        over = f"; the two together go over by {_hours(-left)}" if left else ""
        return (*sentences, f"Nothing is left for people{over}.")
    reports = math.floor(left / each)
    return (
        *sentences,
        (
            f"{_hours(week)} - {_hours(week * mastery)} - {_hours(week * admin)} = "
            f"{_hours(left)} left for people."
        ),
        (
            f"{_hours(left)} / {_hours(each)} for each person = {counted(reports, 'person')}, with "
            f"{_hours(left - reports * each)} to spare."
        ),
    )


def _stops_fitting(week: Fraction, mastery: Fraction, admin: Fraction, each: Fraction) -> str:
    people = max(week * (1 - mastery - admin), Fraction(0))
    alone = math.floor(week * (1 - admin) / each)
    if not mastery:
        return (
            "You keep no time for your own expertise, so this is one job. It no longer fits with "
            f"{counted(alone + 1, 'person')}."
        )
    most = math.floor(people / each)
    said = (
        f"With {counted(most + 1, 'person')} the two jobs no longer fit: they need "
        f"{_hours(week * (mastery + admin) + (most + 1) * each)} of {_hours(week)}."
    )
    managing = (
        f" With {counted(alone + 1, 'person')}, managing alone takes more than the week, with "
        "nothing left for your own expertise."
    )
    return said + (managing if alone > most else "")


def _warning(reports: int, mastery: Fraction) -> str:
    if not mastery or reports <= MOST_BESIDE_MASTERY:
        return ""
    return (
        f"{counted(reports, 'person').capitalize()} fit by the hours. A manager who also does the "
        f"work usually has three to five ({MOST_BESIDE_MASTERY_SOURCE}), and "
        "when time is short, the people managed get too little."
    )


def _checked(name: str, value: object, lowest: float, highest: float) -> Fraction:
    said = f"{name} must be a number from {show(lowest)} to {show(highest)}"
    number = quantity(value, lowest, highest)
    if number is None:
        hint = " Write 50 % as 0.5." if name.endswith("_share") else " Change it."
        raise CareerpathError(f"{said}, not {shown(value)}.{hint}")
    return number


def _hours(hours: Fraction) -> str:
    return f"{show(float(hours))} h"
