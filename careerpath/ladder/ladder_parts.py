"""What a ladder is made of: rungs with their pay, and the levels at which they stand."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from functools import update_wrapper
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    model_validator,
)

from careerpath.core.errors import CareerpathError, InstrumentError, did_you_mean, shown
from careerpath.core.instrument_parts import Part
from careerpath.core.numbers import exact, plain_number

LONGEST_TEXT = 2_000
LONGEST_NAME = 120
"""Of a title and of a level's name, in characters."""
LARGEST_PAY = 10**9
MOST_REPORTS = 100_000

_LINE_END = re.compile(r"\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")


class LadderError(CareerpathError):
    """A ladder, a change to one, or a file of one that does not make sense."""


class Side(StrEnum):
    """The two ladders."""

    MASTERY = "mastery"
    MANAGEMENT = "management"


class Voice(StrEnum):
    """Where somebody is heard."""

    VISION = "vision"
    STRATEGY = "strategy"
    BIG_PROBLEMS = "big problems"


def _plain(text: str, longest: int = LONGEST_TEXT) -> str:
    """Keep what every file format can hold: line ends of one kind, no control characters."""
    text = _LINE_END.sub("\n", text).replace("\t", " ").strip()
    if len(text) > longest:
        raise ValueError(f"is longer than {longest:,} characters. Shorten it")
    for letter in text:
        odd = unicodedata.category(letter) in ("Cc", "Cs") and letter != "\n"
        if odd or letter in "\ufffe\uffff":
            raise ValueError(
                f"holds a character that is no text ({letter!a}). Type it again instead of "
                "pasting it"
            )
    return text


def _one_line(text: str) -> str:
    return " ".join(_plain(text, LONGEST_NAME).split())


def _amount(number: float) -> int | float:
    if not 0 <= number <= LARGEST_PAY:
        raise ValueError(f"must be a number from 0 to {LARGEST_PAY:,}")
    if exact(number) * 100 % 1:
        raise ValueError("can have two decimals at most")
    return plain_number(exact(number))


def _currency(text: str) -> str:
    letters = text.strip().upper()
    if not re.fullmatch("[A-Z]{3}", letters):
        raise ValueError("must be the three letters of a currency, such as EUR")
    return letters


def _each_once(voices: tuple[Voice, ...]) -> tuple[Voice, ...]:
    return tuple(voice for voice in Voice if voice in voices)


Words = Annotated[str, AfterValidator(_plain)]
Name = Annotated[str, AfterValidator(_one_line)]
Amount = Annotated[StrictInt | StrictFloat, AfterValidator(_amount)]


class LadderPart(Part):
    """A piece of a ladder. Frozen; what is wrong with it is told as a `LadderError`."""

    def __init__(self, /, **data: Any) -> None:
        try:
            super().__init__(**data)
        except InstrumentError as error:
            raise LadderError(str(error)) from None


# See `Part`: pydantic's mark of its own constructor.
update_wrapper(LadderPart.__init__, BaseModel.__init__)


class Pay(LadderPart):
    """A range of pay in a currency, such as EUR."""

    minimum: Amount
    maximum: Amount
    currency: Annotated[str, AfterValidator(_currency)]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.minimum > self.maximum:
            raise ValueError("pay: minimum must not be above maximum. Swap them")
        return self

    @property
    def midpoint(self) -> float:
        """Halfway between the two ends."""
        return float((exact(self.minimum) + exact(self.maximum)) / 2)

    def __str__(self) -> str:
        ends = (amount_in_words(end) for end in (self.minimum, self.maximum))
        return f"{self.currency} {' to '.join(dict.fromkeys(ends))}"


class Rung(LadderPart):
    """What one step of one of the two ladders is.

    Parameters
    ----------
    title : str
    scope : str
        What one is responsible for.
    decision_rights : str
        What one decides without asking.
    pay : Pay, optional
    recognition : str
        How good work is seen and honoured.
    direct_reports : int
        The fewest people that one must manage to stand here; 0: none.
    voice : tuple of Voice
        Where one takes part.
    up_or_out : bool
        Whether who does not move up has to go.
    """

    title: Name = ""
    scope: Words = ""
    decision_rights: Words = ""
    pay: Pay | None = None
    recognition: Words = ""
    direct_reports: Annotated[StrictInt, Field(ge=0, le=MOST_REPORTS)] = 0
    voice: Annotated[tuple[Voice, ...], AfterValidator(_each_once)] = ()
    up_or_out: StrictBool = False


class LadderLevel(LadderPart):
    """One height, and what stands at it on either side."""

    name: Annotated[Name, Field(min_length=1)]
    mastery: Rung | None = None
    management: Rung | None = None

    def rung(self, side: Side | str) -> Rung | None:
        """Return the rung on one side; None where there is none."""
        rung: Rung | None = getattr(self, known_side(side))
        return rung


def known_side(side: Side | str) -> Side:
    """Return the side of that name.

    Raises
    ------
    LadderError
        Where there is none.
    """
    try:
        return Side(side)
    except ValueError:
        hint = did_you_mean(str(side), [str(each) for each in Side])
        raise LadderError(f"There is no side {shown(side)}. {hint}") from None


def amount_in_words(amount: float) -> str:
    """Write an amount of money, without its currency.

    Examples
    --------
    >>> amount_in_words(48000), amount_in_words(48000.5)
    ('48,000', '48,000.50')
    """
    return f"{amount:,.2f}".removesuffix(".00")
