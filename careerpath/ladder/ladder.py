"""Two parallel career ladders, one for mastery and one for management.

A ladder is a value: every change makes a new one.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    model_validator,
)

from careerpath.core.checked_data import CheckedData
from careerpath.core.errors import CareerpathError, did_you_mean, shown
from careerpath.core.numbers import plain_number
from careerpath.core.wording import counted, money

LONGEST_TEXT = 2_000
LONGEST_NAME = 120
"""The most characters of a title and of a level's name."""
LARGEST_PAY = 10**9
MOST_REPORTS = 100_000
MOST_LEVELS = 50
MOST_VOICES = 100
"""The most entries that are checked one by one; each wrong one takes memory for its error."""
PAY_TOLERANCE = 0.05
"""How much pay may differ at a level, as a share of management's pay: an assumption."""
EXAMPLE = Path(__file__).with_name("example.toml")

_LINE_END = re.compile(r"\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")


class LadderError(CareerpathError):
    """A ladder, a change to a ladder, or a ladder file that is not valid."""


class Side(StrEnum):
    """The two ladders."""

    MASTERY = "mastery"
    MANAGEMENT = "management"


class Voice(StrEnum):
    """What a person has a say in."""

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
                f"contains a character that is not text ({letter!a}). Type it again instead of "
                "pasting it"
            )
    return text


def _one_line(text: str) -> str:
    return " ".join(_plain(text, LONGEST_NAME).split())


def _amount(number: float) -> int | float:
    if not 0 <= number <= LARGEST_PAY:
        raise ValueError(f"must be a number from 0 to {LARGEST_PAY:,}")
    if round(number, 2) != number:
        raise ValueError("can have at most two decimals")
    return plain_number(number)


def _currency(text: str) -> str:
    letters = text.strip().upper()
    if not re.fullmatch("[A-Z]{3}", letters):
        raise ValueError("must be the three letters of a currency, such as EUR")
    return letters


def _few_voices(voices: object) -> object:
    if isinstance(voices, list | tuple) and len(voices) > MOST_VOICES:
        raise ValueError(f"has {len(voices):,} entries. Write each of {len(Voice)} at most once")
    return voices


def _each_once(voices: tuple[Voice, ...]) -> tuple[Voice, ...]:
    return tuple(voice for voice in Voice if voice in voices)


Words = Annotated[str, AfterValidator(_plain)]
Name = Annotated[str, AfterValidator(_one_line)]
Amount = Annotated[StrictInt | StrictFloat, AfterValidator(_amount)]


class LadderData(CheckedData):
    """A piece of a ladder. It cannot change; an invalid one raises a `LadderError`."""

    raises = LadderError
    unknown_key = "is not part of a ladder. Remove it or fix its spelling."


class Pay(LadderData):
    """A range of pay in a currency.

    Parameters
    ----------
    minimum, maximum : int or float
        From 0 to a thousand million, with at most two decimals.
    currency : str
        Three letters, such as EUR.

    Examples
    --------
    >>> print(Pay(minimum=48000, maximum=62000, currency="EUR"))
    EUR 48,000 to 62,000
    """

    minimum: Amount
    maximum: Amount
    currency: Annotated[str, AfterValidator(_currency)]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.minimum > self.maximum:
            raise ValueError("pay: minimum must not be above maximum. Swap them")
        return self

    @property
    def cents(self) -> tuple[int, int]:
        """The two ends in hundredths, to calculate with exactly."""
        return round(self.minimum * 100), round(self.maximum * 100)

    @property
    def midpoint(self) -> float:
        """Halfway between the two ends."""
        return sum(self.cents) / 200

    def __str__(self) -> str:
        ends = (money(end) for end in (self.minimum, self.maximum))
        return f"{self.currency} {' to '.join(dict.fromkeys(ends))}"


class Rung(LadderData):
    """One step of one of the two ladders.

    Parameters
    ----------
    title : str
    scope : str
        What the person is responsible for.
    decision_rights : str
        What the person decides without asking.
    pay : Pay, optional
    recognition : str
        How good work is noticed and rewarded.
    direct_reports : int
        The fewest people that the person must manage, 0 to 100,000.
    voice : tuple of Voice
        What the person has a say in.
    up_or_out : bool
        Whether people who are not promoted must leave.
    """

    title: Name = ""
    scope: Words = ""
    decision_rights: Words = ""
    pay: Pay | None = None
    recognition: Words = ""
    direct_reports: Annotated[StrictInt, Field(ge=0, le=MOST_REPORTS)] = 0
    voice: Annotated[
        tuple[Voice, ...], BeforeValidator(_few_voices), AfterValidator(_each_once)
    ] = ()
    up_or_out: StrictBool = False


class LadderLevel(LadderData):
    """A level with its rung on each side.

    Parameters
    ----------
    name : str
    mastery, management : Rung, optional
    """

    name: Annotated[Name, Field(min_length=1)]
    mastery: Rung | None = None
    management: Rung | None = None

    def rung(self, side: Side | str) -> Rung | None:
        """Return the rung on one side; None if there is none."""
        rung: Rung | None = getattr(self, known_side(side))
        return rung


def known_side(side: Side | str) -> Side:
    """Return the side with a name.

    Raises
    ------
    LadderError
        If there is no such side.
    """
    try:
        return Side(side)
    except ValueError:
        hint = did_you_mean(str(side), [str(each) for each in Side])
        raise LadderError(f"There is no side {shown(side)}. {hint}") from None


def _few_enough(levels: object) -> object:
    if isinstance(levels, list | tuple) and len(levels) > MOST_LEVELS:
        raise ValueError(
            f"are {len(levels):,}, but a ladder has at most {MOST_LEVELS}. Combine some of them"
        )
    return levels


class DualLadder(LadderData):
    """Two ladders side by side, from the lowest level to the highest.

    Parameters
    ----------
    levels : tuple of LadderLevel
        At most 50, with different names.

    Raises
    ------
    LadderError
        If the levels are not valid.

    Examples
    --------
    >>> ladder = DualLadder.example().with_level("Chief")
    >>> [level.name for level in ladder.levels]
    ['Senior', 'Staff', 'Principal', 'Vice president', 'Chief']
    """

    levels: Annotated[tuple[LadderLevel, ...], BeforeValidator(_few_enough)] = ()

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        names = [level.name for level in self.levels]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"names of levels must differ; used twice: {', '.join(twice)}")
        return self

    @classmethod
    def example(cls) -> DualLadder:
        """Return a worked example to start from; its numbers are invented."""
        return cls.validated(tomllib.loads(EXAMPLE.read_text(encoding="utf-8")), place=EXAMPLE.name)

    @property
    def size(self) -> str:
        """How large it is, in words.

        Examples
        --------
        >>> DualLadder.example().size
        '4 levels, 8 rungs'
        """
        rungs = sum(level.rung(side) is not None for level in self.levels for side in Side)
        return f"{counted(len(self.levels), 'level')}, {counted(rungs, 'rung')}"

    # Changes: each gives a new ladder

    def level(self, name: str) -> LadderLevel:
        """Return a level by its name."""
        return self.levels[self.place(name)]

    def place(self, name: str) -> int:
        """Return the position of a level; 0 is the lowest."""
        names = [level.name for level in self.levels]
        if name not in names:
            raise LadderError(f"There is no level {shown(name)}. {did_you_mean(str(name), names)}")
        return names.index(name)

    def with_level(self, name: str, at: int | None = None) -> DualLadder:
        """Add an empty level at a position; without one, at the top."""
        at = len(self.levels) if at is None else at
        return DualLadder(levels=(*self.levels[:at], LadderLevel(name=name), *self.levels[at:]))

    def with_level_renamed(self, name: str, new: str) -> DualLadder:
        """Rename a level."""
        level = self.level(name)
        return self._put(
            name, LadderLevel(name=new, mastery=level.mastery, management=level.management)
        )

    def with_level_moved(self, name: str, to: int) -> DualLadder:
        """Move a level with both of its rungs to another position; 0 is the lowest."""
        level = self.level(name)
        others = [each for each in self.levels if each is not level]
        if not 0 <= to <= len(others):
            raise LadderError(f"There is no position {to}. Positions run from 0 to {len(others)}.")
        return DualLadder(levels=(*others[:to], level, *others[to:]))

    def without_level(self, name: str) -> DualLadder:
        """Remove a level with both of its rungs."""
        place = self.place(name)
        return DualLadder(levels=self.levels[:place] + self.levels[place + 1 :])

    def with_rung(self, name: str, side: Side | str, rung: Rung) -> DualLadder:
        """Set the rung on one side of a level."""
        return self._put(name, self.level(name).model_copy(update={known_side(side): rung}))

    def with_rung_moved(self, name: str, side: Side | str, to: str) -> DualLadder:
        """Swap a rung with the one on the same side of another level."""
        mine, theirs = self.level(name).rung(side), self.level(to).rung(side)
        if mine is None:
            raise LadderError(
                f"There is no {known_side(side)} rung at {name!r}. Choose another level."
            )
        moved = self._put(name, self.level(name).model_copy(update={known_side(side): theirs}))
        return moved.with_rung(to, side, mine)

    def without_rung(self, name: str, side: Side | str) -> DualLadder:
        """Remove a rung; the level stays."""
        return self._put(name, self.level(name).model_copy(update={known_side(side): None}))

    def _put(self, name: str, level: LadderLevel) -> DualLadder:
        place = self.place(name)
        return DualLadder(levels=(*self.levels[:place], level, *self.levels[place + 1 :]))
