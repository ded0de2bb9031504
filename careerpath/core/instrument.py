"""The instrument: a questionnaire with its scale, items, facets, cut scores, texts and norms."""

from __future__ import annotations

import datetime
import math
import re
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    StringConstraints,
    model_validator,
)

from careerpath.core.checked_data import CheckedData
from careerpath.core.errors import AnswerError, InstrumentError, Reason, did_you_mean, shown
from careerpath.core.files import write_bytes
from careerpath.core.numbers import exact, plain_number

NORMS_IN_VERSION = re.compile(r"(?:^|\.)(norms(?:-\d+)?)$")
"""The part of a version, after its "+", that says the norms were replaced."""
LARGEST_NUMBER = 10**9
MOST_STEPS = 10_000
MOST_DECIMALS = 6
"""Within these three limits, all arithmetic on a scale is exact and fast."""


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
    """The band of a total. ``UNSCORED`` is for a row without a total."""

    MANAGEMENT = "management"
    BOTH = "both"
    MASTERY = "mastery"
    UNSCORED = "unscored"


BANDS = (Band.MANAGEMENT, Band.BOTH, Band.MASTERY)
"""The three bands of a total, from low to high."""


class InstrumentData(CheckedData):
    """A piece of an instrument. It cannot change; an invalid one raises an `InstrumentError`."""

    raises = InstrumentError
    unknown_key = "is not a key of an instrument file. Remove it or fix its spelling."


class Scale(InstrumentData):
    """The numbers an answer can take: ``minimum``, ``minimum + step``, ... ``maximum``."""

    minimum: Number = 0
    maximum: Number = 10
    step: Number = 1

    @model_validator(mode="after")
    def _is_a_grid(self) -> Self:
        if self.step <= 0 or self.minimum >= self.maximum:
            raise ValueError("minimum must be below maximum, and step above 0")
        numbers = (self.minimum, self.maximum, self.step)
        if any(round(number, MOST_DECIMALS) != number for number in numbers):
            raise ValueError(f"minimum, maximum and step can have {MOST_DECIMALS} decimals at most")
        steps = self.steps_to(self.maximum)
        if steps > MOST_STEPS:
            raise ValueError(f"a scale can have {MOST_STEPS} steps at most; make them wider")
        if steps.denominator > 1:
            raise ValueError(f"maximum must be reached from minimum in whole steps of {self.step}")
        return self

    @cached_property
    def steps(self) -> int:
        """How many steps lead from the minimum to the maximum."""
        return int(self.steps_to(self.maximum))

    @cached_property
    def steps_by_answer(self) -> dict[int | float, int]:
        """All answers on the scale, each with its steps above the minimum."""
        return {self.value(steps): steps for steps in range(self.steps + 1)}

    @cached_property
    def exact_step(self) -> Fraction:
        """The step, exactly."""
        return exact(self.step)

    @cached_property
    def _exact_minimum(self) -> Fraction:
        return exact(self.minimum)

    def exact_value(self, steps: int | Fraction, *, items: int = 1) -> Fraction:
        """Return the sum of the answers to some items, from its steps above the lowest sum.

        Parameters
        ----------
        steps : int or Fraction
        items : int
            How many items are summed.

        Examples
        --------
        >>> Scale(minimum=0.1, maximum=1.1, step=0.1).exact_value(2)
        Fraction(3, 10)
        """
        return self._exact_minimum * items + self.exact_step * steps

    def value(self, steps: int | Fraction, *, items: int = 1) -> int | float:
        """Return the same as `exact_value`, as an int if it is whole, else as a float.

        Examples
        --------
        >>> Scale(step=0.5).value(3), Scale().value(75, items=15)
        (1.5, 75)
        """
        return plain_number(self.exact_value(steps, items=items))

    def steps_to(self, value: float, *, items: int = 1) -> Fraction:
        """Return how many steps a sum of answers, or a cut score, is above the lowest sum.

        Examples
        --------
        >>> Scale(step=0.5).steps_to(1.75)
        Fraction(7, 2)
        """
        return (exact(value) - self._exact_minimum * items) / self.exact_step


class CutScores(InstrumentData):
    """The two cut scores between the bands.

    Parameters
    ----------
    management_below : int or float
        A total below this one is management.
    mastery_above : int or float
        A total above this one is mastery. From one to the other, both included, it is both.

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


class Facet(InstrumentData):
    """A theme that several items share."""

    id: Identifier
    title: Text
    description: Text = ""


class Item(InstrumentData):
    """One question: a stem that describes a moment, and two poles that complete it.

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


class BandText(InstrumentData):
    """The title, the summary and the advice for a result in this band."""

    title: Text
    summary: Text
    advice: tuple[Text, ...] = ()
    roles: tuple[Text, ...] = ()


class BandTexts(InstrumentData):
    """The texts of the three bands."""

    management: BandText
    both: BandText
    mastery: BandText

    def of(self, band: Band) -> BandText:
        """Return the texts of one band."""
        texts: BandText = getattr(self, band)
        return texts


class Norms(InstrumentData):
    """How totals spread in a population, and how reliable they are.

    ``source`` says where the numbers come from. Unless they are ``measured``, every text that uses
    them says that they are assumed. ``count`` and ``date`` say among how many people they were
    measured, and when.
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
        """Standard error of measurement: ``sd * sqrt(1 - reliability)``.

        References
        ----------
        Lord, F. M., & Novick, M. R. (1968). Statistical Theories of Mental Test Scores.
        """
        return self.sd * math.sqrt(1 - self.reliability)


class Instrument(InstrumentData):
    """A questionnaire. Frozen: a change makes a new one.

    See Also
    --------
    load_instrument : reads one from a file.
    Instrument.plain : makes one for your own data, without texts.
    """

    schema_version: Literal[1] = 1
    id: Identifier
    version: Text
    title: Text
    description: Text = ""
    language: Text = "en"
    scale: Scale = Scale()
    cut_scores: CutScores
    facets: tuple[Facet, ...] = ()
    items: Annotated[tuple[Item, ...], Field(min_length=1)]
    bands: BandTexts | None = None
    norms: Norms | None = None

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        for kind, ids in (
            ("item", [item.id for item in self.items]),
            ("facet", [facet.id for facet in self.facets]),
        ):
            twice = sorted({name for name in ids if ids.count(name) > 1})
            if twice:
                raise ValueError(f"{kind} ids must differ; used twice: {', '.join(twice)}")
        known = [facet.id for facet in self.facets]
        for item in self.items:
            if item.facet is not None and item.facet not in known:
                raise ValueError(
                    f"item {item.id!r} belongs to the facet {item.facet!r}, which is not in "
                    f"[[facets]]. {did_you_mean(item.facet, known)}"
                )
        cuts = self.cut_scores
        if (
            not self.minimum_total
            <= cuts.management_below
            <= cuts.mastery_above
            <= (self.maximum_total)
        ):
            raise ValueError(
                f"cut scores {cuts.management_below} and {cuts.mastery_above} must lie within the "
                f"range of totals, {self.minimum_total} to {self.maximum_total}"
            )
        return self

    @classmethod
    def plain(
        cls,
        item_ids: list[str],
        *,
        minimum: float = 0,
        maximum: float = 10,
        step: float = 1,
        management_below: float = 50,
        mastery_above: float = 100,
    ) -> Instrument:
        """Make an instrument for an analyst's own data: items without texts or facets.

        Parameters
        ----------
        item_ids : list of str
            The items, in order; each is keyed toward mastery as it is.
        minimum, maximum, step : int or float
            The scale of one answer.
        management_below, mastery_above : int or float
            The cut scores, on the scale of the total.

        Returns
        -------
        Instrument

        Raises
        ------
        InstrumentError
            If the numbers do not fit each other.

        Examples
        --------
        >>> Instrument.plain(["a", "b"], management_below=7, mastery_above=14).maximum_total
        20
        """
        return cls.validated(
            {
                "id": "plain",
                "version": "0",
                "title": "Plain instrument",
                "scale": {"minimum": minimum, "maximum": maximum, "step": step},
                "cut_scores": {
                    "management_below": management_below,
                    "mastery_above": mastery_above,
                },
                "items": [{"id": name} for name in item_ids],
            },
            place="Instrument.plain()",
        )

    @cached_property
    def item_ids(self) -> tuple[str, ...]:
        """The ids of the items, in order."""
        return tuple(item.id for item in self.items)

    @cached_property
    def minimum_total(self) -> int | float:
        """The lowest total that answers can give."""
        return self.total_of(0)

    @cached_property
    def maximum_total(self) -> int | float:
        """The highest total that answers can give."""
        return self.total_of(len(self.items) * self.scale.steps)

    @cached_property
    def _items(self) -> dict[str, Item]:
        return {item.id: item for item in self.items}

    def total_of(self, steps: int, *, items: int | None = None) -> int | float:
        """Return the total, exactly, from its steps above the lowest one.

        Parameters
        ----------
        steps : int
            Steps of the scale, summed over the items.
        items : int, optional
            How many items are summed; all of them by default.
        """
        count = len(self.items) if items is None else items
        return self.scale.value(steps, items=count)

    def item(self, item_id: str) -> Item:
        """Return one item.

        Raises
        ------
        AnswerError
            If no item has this id; the message names the nearest one.
        """
        try:
            return self._items[item_id]
        except (KeyError, TypeError):
            given = shown(item_id)
            name = given.strip("'\"")
            raise AnswerError(
                f"Unknown item {given} in instrument {self.id!r}. "
                f"{did_you_mean(name, self.item_ids)}",
                reason=Reason.UNKNOWN_ITEM,
                items=[name],
            ) from None

    def items_of(self, facet_id: str) -> tuple[Item, ...]:
        """Return the items of one facet, in order."""
        return tuple(item for item in self.items if item.facet == facet_id)

    def with_cut_scores(self, *, management_below: float, mastery_above: float) -> Instrument:
        """Return the same instrument with other cut scores, and a version that says so.

        Parameters
        ----------
        management_below, mastery_above : int or float
            The new cut scores, within the range of totals.

        Returns
        -------
        Instrument

        Raises
        ------
        InstrumentError
            If they are out of order or out of range.

        Examples
        --------
        >>> from careerpath import load_instrument
        >>> ours = load_instrument().with_cut_scores(management_below=60, mastery_above=95)
        >>> ours.cut_scores.band(59), ours.version
        (<Band.MANAGEMENT: 'management'>, '1.0.0+60-95')
        """
        cuts = {"management_below": management_below, "mastery_above": mastery_above}
        other = self.validated(self.model_dump() | {"cut_scores": cuts}, place="with_cut_scores()")
        base, _, build = self.version.partition("+")
        norms = NORMS_IN_VERSION.search(build)
        version = f"{base}+{management_below}-{mastery_above}"
        if norms:
            version = f"{version}.{norms[1]}"
        return other.model_copy(update={"version": version})

    def with_norms(self, norms: Norms) -> Instrument:
        """Return the same instrument with other norms, and a version that says so.

        Parameters
        ----------
        norms : Norms

        Returns
        -------
        Instrument

        Examples
        --------
        >>> from careerpath import load_instrument
        >>> norms = Norms(
        ...     mean=71, sd=20, reliability=0.82, source="Ours", measured=True, count=412
        ... )
        >>> ours = load_instrument().with_norms(norms)
        >>> ours.version, ours.with_cut_scores(management_below=60, mastery_above=95).version
        ('1.0.0+norms-412', '1.0.0+60-95.norms-412')
        """
        base, _, build = self.version.partition("+")
        cuts = NORMS_IN_VERSION.sub("", build)
        mark = f"norms-{norms.count}" if norms.count else "norms"
        version = f"{base}+{cuts}.{mark}" if cuts else f"{base}+{mark}"
        return self.model_copy(update={"norms": norms, "version": version})

    def to_toml(self) -> str:
        """Write the instrument as TOML, which `load_instrument` reads back from a file.

        Examples
        --------
        >>> from careerpath import load_instrument
        >>> print(load_instrument().to_toml()[:39])
        schema_version = 1
        id = "careerpath-15"
        """
        import tomli_w

        return tomli_w.dumps(
            self.model_dump(mode="json", exclude_none=True), multiline_strings=True
        )

    def save(self, path: str | Path) -> Path:
        """Write the instrument to a TOML file that `load_instrument` reads back.

        Parameters
        ----------
        path : str or Path
            The file; an existing one is replaced.

        Returns
        -------
        Path
            The file that was written.

        Raises
        ------
        InstrumentError
            If the file cannot be written.
        """
        return write_bytes(Path(path), self.to_toml().encode(), raises=InstrumentError)
