"""How many people somebody can manage who also keeps time for their own expertise."""

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
"""The fewest hours a report can take: six minutes a week."""
MOST_BESIDE_MASTERY = 5
"""The most direct reports that somebody who also does the work is usually given."""
MOST_BESIDE_MASTERY_SOURCE = (
    "McKinsey, How to identify the right spans of control for your organization, December 2017"
)
AVERAGE_REPORTS = 12.1
AVERAGE_REPORTS_SOURCE = (
    "Gallup, Span of control: what's the optimal team size for managers?, January 2026"
)


@dataclass(frozen=True, slots=True)
class Default:
    """Where a number starts from, before anybody puts in their own.

    Attributes
    ----------
    value : int or float
    meaning : str
        What it is, for a label.
    source : str
        Where it comes from, to be shown with it.
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
        How many fit beside the time kept for one's own expertise.
    hours_per_week, hours_per_report : float
        As given.
    expertise_hours, admin_hours : float
        What the two shares take of the week.
    people_hours : float
        What is left for people; 0 where the two shares take the whole week or more.
    used_hours, spare_hours : float
        Of the hours for people: what the reports take, and what is over.
    overrun_hours : float
        By how much the two shares alone go over the week.
    reports_without_expertise : int
        How many would fit with no time for one's own expertise: from the next one on,
        managing alone is more than the week holds.
    arithmetic : tuple of str
        Each step in a sentence.
    stops_fitting : str
        Where the two "full-time jobs" stop fitting.
    warning : str
        Why to be careful; empty where there is no reason.
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
        """The parts of the week in hours, for a picture: they add up to it unless it overruns."""
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
    """Work out how many people one can manage and still keep time for one's own expertise.

    Parameters
    ----------
    hours_per_week : int or float
        From 0 to 168.
    mastery_share, admin_share : int or float
        Shares of the week, 0 to 1. Where they take all of it together, nobody fits.
    hours_per_report : int or float
        Hours a week that each direct report needs, 0.1 to 168.

    Returns
    -------
    DirectReportCapacity

    Raises
    ------
    CareerpathError
        Where a number is out of its range.

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
            "You keep no time for your own expertise, so this is one job. It stops fitting with "
            f"{counted(alone + 1, 'person')}."
        )
    most = math.floor(people / each)
    said = (
        f"With {counted(most + 1, 'person')} the two jobs no longer fit: they need "
        f"{_hours(week * (mastery + admin) + (most + 1) * each)} of {_hours(week)}."
    )
    managing = (
        f" With {counted(alone + 1, 'person')}, managing takes more than the whole week, with "
        "nothing left for your own expertise."
    )
    return said + (managing if alone > most else "")


def _warning(reports: int, mastery: Fraction) -> str:
    if not mastery or reports <= MOST_BESIDE_MASTERY:
        return ""
    return (
        f"{counted(reports, 'person').capitalize()} fit by the hours. Somebody who also does the "
        f"work is usually given three to five ({MOST_BESIDE_MASTERY_SOURCE}), and "
        "when time is short, it is the people one manages who get too little."
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
