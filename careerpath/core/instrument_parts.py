"""What an instrument is made of: its scale, cut scores, items, facets, texts and norms."""

from __future__ import annotations

import datetime
import math
from enum import StrEnum
from functools import cached_property, update_wrapper
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    StringConstraints,
    ValidationError,
    model_validator,
)

from careerpath.core.errors import InstrumentError
from careerpath.core.numbers import exact
from careerpath.core.validation import describe_validation

LARGEST_NUMBER = 10**9
MOST_STEPS = 10_000
MOST_DECIMALS = 6
"""Within these three, all that is computed from a scale is exact and stays small."""


def _usable(value: float) -> float:
    if not -math.inf < value < math.inf:
        raise ValueError("must be a finite number")
    if not -LARGEST_NUMBER <= value <= LARGEST_NUMBER:
        raise ValueError(f"must lie between -{LARGEST_NUMBER} and {LARGEST_NUMBER}")
    return value


def _with_plain_line_ends(text: str) -> str:
    """Write line ends as TOML reads them, so that what is saved is what is loaded."""
    return text.replace("\r\n", "\n")


Number = Annotated[StrictInt | StrictFloat, AfterValidator(_usable)]
Text = Annotated[
    str, StringConstraints(strip_whitespace=True), AfterValidator(_with_plain_line_ends)
]
Identifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
Side = Literal["left", "right"]


class Band(StrEnum):
    """Where a total falls. ``UNSCORED`` is for a row whose total cannot be had."""

    MANAGEMENT = "management"
    BOTH = "both"
    MASTERY = "mastery"
    UNSCORED = "unscored"


BANDS = (Band.MANAGEMENT, Band.BOTH, Band.MASTERY)
"""The three bands of a total, from low to high."""


class Part(BaseModel):
    """A piece of an instrument. Frozen; what is wrong with it is told as an `InstrumentError`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def __init__(self, /, **data: Any) -> None:
        try:
            super().__init__(**data)
        except ValidationError as error:
            name = type(self).__name__
            raise InstrumentError(
                describe_validation(
                    error,
                    data,
                    place=f"{name}()",
                    unknown_key=f"is nothing that {name} has. Remove it or mend its spelling.",
                )
            ) from None


# With it comes pydantic's mark of its own constructor, without which it would call this one for the
# parts within a part, too, and a finding there would lose the rest of its place.
update_wrapper(Part.__init__, BaseModel.__init__)


class Scale(Part):
    """The numbers an answer can take: ``minimum``, ``minimum + step``, ... ``maximum``."""

    minimum: Number = 0
    maximum: Number = 10
    step: Number = 1

    @model_validator(mode="after")
    def _is_a_grid(self) -> Self:
        if self.step <= 0 or self.minimum >= self.maximum:
            raise ValueError("minimum must be below maximum, and step above 0")
        written = (exact(number).normalize() for number in (self.minimum, self.maximum, self.step))
        if any(int(number.as_tuple().exponent) < -MOST_DECIMALS for number in written):
            raise ValueError(f"minimum, maximum and step can have {MOST_DECIMALS} decimals at most")
        if (exact(self.maximum) - exact(self.minimum)) > MOST_STEPS * exact(self.step):
            raise ValueError(f"a scale can have {MOST_STEPS} steps at most; make them wider")
        if (exact(self.maximum) - exact(self.minimum)) % exact(self.step):
            raise ValueError(f"maximum must be reached from minimum in whole steps of {self.step}")
        return self

    @cached_property
    def steps(self) -> int:
        """How many steps lead from the minimum to the maximum."""
        return int((exact(self.maximum) - exact(self.minimum)) / exact(self.step))


class CutScores(Part):
    """The two thresholds between the bands.

    Parameters
    ----------
    management_below : int or float
        A total below this one is management.
    mastery_above : int or float
        A total above this one is mastery. From one to the other, both ends included: both.

    Examples
    --------
    >>> cuts = CutScores(management_below=50, mastery_above=100)
    >>> [str(cuts.band(total)) for total in (49, 50, 100, 101)]
    ['management', 'both', 'both', 'mastery']
    """

    management_below: Number
    mastery_above: Number

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.management_below > self.mastery_above:
            raise ValueError("management_below must not be above mastery_above")
        return self

    def band(self, total: float) -> Band:
        """Return the band that a total falls in."""
        if total < self.management_below:
            return Band.MANAGEMENT
        if total > self.mastery_above:
            return Band.MASTERY
        return Band.BOTH


class Facet(Part):
    """A theme that a few items share."""

    id: Identifier
    title: Text
    description: Text = ""


class Item(Part):
    """One question: a stem that sets the moment, and two poles that finish it.

    ``mastery_side`` says on which side of the scale the mastery pole is shown.
    """

    id: Identifier
    facet: Identifier | None = None
    stem: Text = ""
    management: Text = ""
    mastery: Text = ""
    mastery_side: Side = "right"

    @property
    def left(self) -> str:
        """The pole at the low end of the scale."""
        return self.mastery if self.mastery_side == "left" else self.management

    @property
    def right(self) -> str:
        """The pole at the high end of the scale."""
        return self.management if self.mastery_side == "left" else self.mastery


class BandText(Part):
    """What a result in this band is called, and what to make of it."""

    title: Text
    summary: Text
    advice: tuple[Text, ...] = ()
    roles: tuple[Text, ...] = ()


class BandTexts(Part):
    """The texts of the three bands."""

    management: BandText
    both: BandText
    mastery: BandText

    def of(self, band: Band) -> BandText:
        """Return the texts of one band."""
        texts: BandText = getattr(self, band)
        return texts


class Norms(Part):
    """How totals spread in a population, and how reliable they are.

    ``source`` says where the numbers come from. Unless they are ``measured``, every text that
    rests on them says that they are assumed. ``count`` and ``date``: among how many people they
    were measured, and when.
    """

    mean: Number
    sd: Annotated[Number, Field(gt=0)]
    reliability: Annotated[Number, Field(ge=0, lt=1)]
    source: Text
    note: Text = ""
    measured: StrictBool = False
    count: Annotated[StrictInt, Field(gt=0)] | None = None
    date: datetime.date | None = None

    @cached_property
    def standard_error(self) -> float:
        """Standard error of measurement: ``sd * sqrt(1 - reliability)``."""
        return self.sd * math.sqrt(1 - self.reliability)
