"""How few is a few: the numbers of a week, as somebody moves them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from traitlets import HasTraits, Instance, Unicode

from careerpath.core.errors import CareerpathError, shown
from careerpath.core.quantities import typed
from careerpath.what_next.capacity import DEFAULTS, Capacity, direct_report_capacity


@dataclass(frozen=True, slots=True)
class Field:
    """A number that is moved, and how it is shown.

    Attributes
    ----------
    low, high, step : float
        In the unit that is shown.
    unit : str
    per : int
        How many of that unit are one: 100 for a share shown in percent.
    """

    low: float
    high: float
    step: float
    unit: str
    per: int = 1


FIELDS: Mapping[str, Field] = MappingProxyType(
    {
        "hours_per_week": Field(10, 80, 1, "h"),
        "mastery_share": Field(0, 100, 5, "%", per=100),
        "admin_share": Field(0, 60, 1, "%", per=100),
        "hours_per_report": Field(0.5, 10, 0.5, "h"),
    }
)
"""By the names of the parameters of `direct_report_capacity`."""


class CapacityPlan(HasTraits):
    """A week, and how many direct reports fit into it.

    Attributes
    ----------
    capacity : Capacity
        What the numbers come to. It starts from the defaults and their sources.
    problem : str
        What cannot be read; the numbers stay as they were.

    Examples
    --------
    >>> plan = CapacityPlan()
    >>> plan.capacity.reports
    4
    >>> plan.move({"mastery_share": "20"})
    >>> plan.capacity.reports, plan.shown("mastery_share")
    (8, 20)
    """

    capacity = Instance(Capacity)
    problem = Unicode("")

    def __init__(self) -> None:
        super().__init__()
        self._numbers: dict[str, float] = {name: each.value for name, each in DEFAULTS.items()}
        self.capacity = direct_report_capacity()

    def shown(self, name: str) -> float:
        """Return one of the numbers in the unit in which it is shown."""
        number = self._numbers[name] * FIELDS[name].per
        return int(number) if number == int(number) else round(number, 4)

    def move(self, fields: Mapping[str, str]) -> None:
        """Take what was moved; what is missing stays as it is."""
        try:
            numbers = self._numbers | _read(fields)
            capacity = direct_report_capacity(**numbers)
        except CareerpathError as error:
            self.problem = str(error)
            return
        self._numbers = numbers
        with self.hold_trait_notifications():
            self.capacity, self.problem = capacity, ""


def _read(fields: Mapping[str, str]) -> dict[str, float]:
    """Read what was moved, and nothing that no control could say."""
    numbers = {}
    for name, field in FIELDS.items():
        what = DEFAULTS[name].meaning
        number = typed(fields.get(name, ""), what)
        if number is None:
            continue
        if not field.low <= number <= field.high:
            raise CareerpathError(
                f"{what}: {shown(number)} is not within {field.low} to {field.high} {field.unit}. "
                "Move it back."
            )
        numbers[name] = number / field.per
    return numbers
