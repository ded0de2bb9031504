"""What makes one ladder less attractive than the other: what it is, and how to fix it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType

from careerpath.core.errors import shown
from careerpath.core.instrument_lint import Finding, Severity
from careerpath.core.numbers import exact
from careerpath.core.wording import given_percent, listed, money
from careerpath.ladder.ladder import (
    PAY_TOLERANCE,
    DualLadder,
    LadderError,
    LadderLevel,
    Pay,
    Rung,
    Side,
    Voice,
)


class Aspect(StrEnum):
    """What makes a ladder attractive."""

    RUNGS = "a mastery rung for each management rung"
    TITLES = "titles"
    SCOPE = "scope of responsibility"
    DECISIONS = "decision rights"
    PAY = "pay"
    RECOGNITION = "recognition"
    VOICE = "voice in vision, strategy and the big problems"
    REPORTS = "no people to manage on the mastery side"
    STAYING = "no up or out"


WHY: Mapping[Aspect, str] = MappingProxyType(
    {
        Aspect.RUNGS: (
            "If only managers can rise further, experts become managers in order to rise. There "
            "they often contribute less, and they fall behind in their field."
        ),
        Aspect.TITLES: "A title tells everyone, inside and outside, how much a person counts.",
        Aspect.SCOPE: "A level without its own responsibility is only a title.",
        Aspect.DECISIONS: (
            "People without decision rights are asked for advice and then overruled."
        ),
        Aspect.PAY: "If pay grows with people managed and not with skill, skilled people leave.",
        Aspect.RECOGNITION: "What an organisation rewards shows what it wants more of.",
        Aspect.VOICE: (
            "Decisions about the future need the people who know the work best. Without a voice, "
            "they leave for a place where they have one."
        ),
        Aspect.REPORTS: (
            "Managing people is a second full-time job, and one of the two jobs gets too little "
            "time."
        ),
        Aspect.STAYING: (
            "People who must move up or leave are pushed, often into a path that does not suit "
            "them."
        ),
    }
)
"""Why an aspect matters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderFinding(Finding):
    """One way in which the two ladders are not equal.

    Attributes
    ----------
    aspect : Aspect
    level_name : str
        The level's name; empty for the ladder as a whole.
    side : Side or None
        The rung of that level; None for both.
    why : str
        Why it matters.
    """

    aspect: Aspect
    level_name: str = ""
    side: Side | None = None
    why: str


def finding(
    severity: Severity,
    aspect: Aspect,
    level: LadderLevel | None,
    side: Side | None,
    fact: str,
    mend: str,
) -> LadderFinding:
    """Make a finding about a rung, about both rungs of a level, or about the whole ladder."""
    return LadderFinding(
        severity,
        "ladder" if level is None else f"{level.name}, {side or 'both sides'}",
        fact,
        mend,
        aspect=aspect,
        level_name=level.name if level else "",
        side=side,
        why=WHY[aspect],
    )


_STATED = (
    (Aspect.SCOPE, "scope", "what one is responsible for"),
    (Aspect.DECISIONS, "decision_rights", "what one decides without asking"),
    (Aspect.RECOGNITION, "recognition", "how good work is seen and honoured"),
)


def find_disparities(
    ladder: DualLadder, *, pay_tolerance: float = PAY_TOLERANCE
) -> tuple[LadderFinding, ...]:
    """Find what makes one ladder less attractive than the other.

    Parameters
    ----------
    ladder : DualLadder
    pay_tolerance : float
        How much pay may differ at a level, as a share of management's pay, 0 to 1.

    Returns
    -------
    tuple of LadderFinding
        From the lowest level to the highest; empty if the two are equal.

    Raises
    ------
    LadderError
        If the tolerance is not a number from 0 to 1.

    Examples
    --------
    >>> worse = DualLadder.example().without_rung("Vice president", "mastery")
    >>> print(find_disparities(worse)[0].fact)
    Management goes on to 'Vice president', and mastery ends below it.
    """
    if isinstance(pay_tolerance, bool) or not 0 <= pay_tolerance <= 1:
        raise LadderError(
            f"The pay tolerance must be a number from 0 to 1, not {shown(pay_tolerance)}. "
            "Write 5 % as 0.05."
        )
    return tuple(_findings(ladder, exact(float(pay_tolerance))))


def _findings(ladder: DualLadder, tolerance: Fraction) -> Iterator[LadderFinding]:
    taken = [level for level in ladder.levels if level.mastery or level.management]
    if not taken:
        yield finding(
            Severity.ERROR, Aspect.RUNGS, None, None, "The ladder has no rungs.", "Add some."
        )
        return
    top = taken[-1]
    earlier: dict[Side, list[tuple[str, Rung]]] = {side: [] for side in Side}
    paid: LadderLevel | None = None
    for level in ladder.levels:
        yield from _rungs(level, top)
        for side in Side:
            rung = level.rung(side)
            if rung is not None:
                yield from _alone(level, side, rung, earlier[side])
                earlier[side].append((level.name, rung))
        if level.mastery and level.management:
            yield from _stated(level, level.mastery, level.management)
            yield from _titles(level, level.mastery, level.management)
            yield from pay_beside(level, level.mastery, level.management, tolerance)
        yield from pay_in_another_currency(level, paid)
        paid = level if currency_of(level) else paid
        yield from _voice(level, is_top=level is top)


def _rungs(level: LadderLevel, top: LadderLevel) -> Iterator[LadderFinding]:
    if level.mastery is None and level.management is None:
        yield finding(
            Severity.NOTE,
            Aspect.RUNGS,
            level,
            None,
            "The level has no rungs.",
            "Add some, or remove it.",
        )
    elif level.mastery is None:
        fact = (
            f"Management goes on to {level.name!r}, and mastery ends below it."
            if level is top
            else f"Management has a rung at {level.name!r}, and mastery has none."
        )
        yield finding(
            Severity.ERROR,
            Aspect.RUNGS,
            level,
            Side.MASTERY,
            fact,
            "Add a mastery rung with the same weight.",
        )
    elif level.management is None:
        yield finding(
            Severity.NOTE,
            Aspect.RUNGS,
            level,
            Side.MANAGEMENT,
            f"Only mastery has a rung at {level.name!r}.",
            "That is fine if the two ladders split above it, or if experts rise higher.",
        )


def _alone(
    level: LadderLevel, side: Side, rung: Rung, earlier: list[tuple[str, Rung]]
) -> Iterator[LadderFinding]:
    """Check one rung by itself and against the rungs below it on its side."""
    if not rung.title:
        yield finding(
            Severity.ERROR, Aspect.TITLES, level, side, "It has no title.", "Give it one."
        )
    for aspect, key, what in (*_STATED, (Aspect.TITLES, "title", "")):
        text = getattr(rung, key)
        same = [name for name, other in earlier if text and getattr(other, key) == text]
        if same:
            yield finding(
                Severity.WARNING,
                aspect,
                level,
                side,
                f"Its {_noun(aspect)} is the same as at {same[-1]!r}, so nothing grows.",
                f"Write {what} here that is more than there." if what else "Choose a higher title.",
            )
    if rung.pay:
        paid = [(name, other.pay) for name, other in earlier if other.pay]
        yield from pay_below(level, side, rung.pay, paid)
    if side is Side.MASTERY and rung.direct_reports:
        yield finding(
            Severity.ERROR,
            Aspect.REPORTS,
            level,
            side,
            f"It needs direct reports: {rung.direct_reports}.",
            "Make it possible without managing people.",
        )
    if rung.up_or_out:
        yield finding(
            Severity.ERROR if side is Side.MASTERY else Severity.WARNING,
            Aspect.STAYING,
            level,
            side,
            'It has an "up or out" rule.',
            "Let people stay as long as they do the work well.",
        )


def _stated(level: LadderLevel, mastery: Rung, management: Rung) -> Iterator[LadderFinding]:
    rungs = {Side.MASTERY: mastery, Side.MANAGEMENT: management}
    for aspect, key, what in _STATED:
        silent = [side for side, rung in rungs.items() if not getattr(rung, key)]
        silence = " here, and stated on the other side" if len(silent) == 1 else ""
        for side in silent:
            worst = Severity.WARNING if aspect is Aspect.RECOGNITION else Severity.ERROR
            yield finding(
                worst if len(silent) == 1 else Severity.WARNING,
                aspect,
                level,
                side,
                f"{_noun(aspect).capitalize()}: not stated{silence}.",
                f"Write {what}.",
            )


def _titles(level: LadderLevel, mastery: Rung, management: Rung) -> Iterator[LadderFinding]:
    ours, theirs = standing(mastery.title), standing(management.title)
    if ours is None or theirs is None or abs(ours - theirs) < 2:
        return
    lower = Side.MASTERY if ours < theirs else Side.MANAGEMENT
    low, high = sorted((mastery.title, management.title), key=lambda title: standing(title) or 0)
    yield finding(
        Severity.WARNING if lower is Side.MASTERY else Severity.NOTE,
        Aspect.TITLES,
        level,
        lower,
        f"{low!r} reads as lower than {high!r}.",
        "Choose titles that people see as equal, such as principal and director, or fellow and "
        "vice president.",
    )


def _voice(level: LadderLevel, *, is_top: bool) -> Iterator[LadderFinding]:
    if level.mastery is None:
        return
    beside = level.management.voice if level.management else ()
    wanted = [voice for voice in Voice if is_top or voice in beside]
    missing = [voice for voice in wanted if voice not in level.mastery.voice]
    if missing:
        reason = "at the top" if not set(missing) <= set(beside) else "as management has there"
        yield finding(
            Severity.ERROR,
            Aspect.VOICE,
            level,
            Side.MASTERY,
            f"It has no voice in {listed(_fields(missing))}, {reason}.",
            "Give masters a seat where decisions about this are made.",
        )


def _noun(aspect: Aspect) -> str:
    return "title" if aspect is Aspect.TITLES else str(aspect)


def _fields(words: list[Voice]) -> list[str]:
    return ["the big problems" if word is Voice.BIG_PROBLEMS else str(word) for word in words]


# Pay


def pay_beside(
    level: LadderLevel, mastery: Rung, management: Rung, tolerance: Fraction
) -> Iterator[LadderFinding]:
    """Compare the pay of two rungs at a level."""
    for side, rung in ((Side.MASTERY, mastery), (Side.MANAGEMENT, management)):
        if rung.pay is None:
            yield finding(
                Severity.WARNING,
                Aspect.PAY,
                level,
                side,
                "Its pay is not stated, so it cannot be compared.",
                "Write the lower end, the upper end and the currency.",
            )
    ours, theirs = mastery.pay, management.pay
    if ours is None or theirs is None:
        return
    if ours.currency != theirs.currency:
        yield finding(
            Severity.ERROR,
            Aspect.PAY,
            level,
            None,
            f"Pay is in two currencies, {ours.currency} and {theirs.currency}, so it cannot be "
            "compared.",
            "Write both in one currency.",
        )
        return
    gaps = list(_gaps(ours, theirs, tolerance))
    # If each side is lower in something, what masters lack counts.
    for lower, fact in sorted(gaps, key=lambda gap: gap[0] is not Side.MASTERY)[:1]:
        yield finding(
            Severity.ERROR if lower is Side.MASTERY else Severity.NOTE,
            Aspect.PAY,
            level,
            lower,
            fact,
            f"Bring the two within {given_percent(tolerance)} of each other.",
        )


def pay_below(
    level: LadderLevel, side: Side, pay: Pay, earlier: Sequence[tuple[str, Pay]]
) -> Iterator[LadderFinding]:
    """Compare the pay of a rung with that of the rung below it."""
    if not earlier:
        return
    name, below = earlier[-1]
    if below.currency == pay.currency and pay.midpoint <= below.midpoint:
        yield finding(
            Severity.WARNING,
            Aspect.PAY,
            level,
            side,
            f"Its pay, {pay}, does not grow from {name!r}, {below}.",
            "Let pay grow with each level.",
        )


def pay_in_another_currency(
    level: LadderLevel, before: LadderLevel | None
) -> Iterator[LadderFinding]:
    """Find a level whose currency differs from that of the level below it."""
    if before is None or currency_of(before) in (None, currency_of(level)):
        return
    if currency_of(level) is not None:
        yield finding(
            Severity.WARNING,
            Aspect.PAY,
            level,
            None,
            f"Pay is in {currency_of(level)}, and at {before.name!r} in {currency_of(before)}, so "
            "it is not clear whether it grows.",
            "Write the whole ladder in one currency.",
        )


def currency_of(level: LadderLevel) -> str | None:
    """Return the currency of a level; None if it has none, or two."""
    found = {
        rung.pay.currency
        for rung in (level.mastery, level.management)
        if rung is not None and rung.pay is not None
    }
    return found.pop() if len(found) == 1 else None


def _gaps(ours: Pay, theirs: Pay, tolerance: Fraction) -> Iterator[tuple[Side, str]]:
    """Find which of the middle, the upper and the lower end differ by more than allowed."""
    (our_low, our_high), (their_low, their_high) = ours.cents, theirs.cents
    # In half cents, so that the middle is a whole number too.
    for what, mine, other in (
        ("the middle of its range", our_low + our_high, their_low + their_high),
        ("the upper end of its range", 2 * our_high, 2 * their_high),
        ("the lower end of its range", 2 * our_low, 2 * their_low),
    ):
        gap = mine - other
        if abs(gap) > tolerance * other:
            lower = Side.MASTERY if gap < 0 else Side.MANAGEMENT
            less = f"{ours.currency} {money(abs(gap) / 200)}"
            low, high = (ours, theirs) if gap < 0 else (theirs, ours)
            yield lower, f"It pays less: {what} is {less} lower ({low}, compared with {high})."


# Titles


# The first row that matches a title counts, so "vice president" comes before "president".
_STANDING = tuple(
    (grade, re.compile(rf"\b(?:{words})\b"))
    for grade, words in (
        (5, r"vice.president|vp|fellow|distinguished"),
        (6, r"chief|president|partner|managing.director|c[etfo]o"),
        (4, r"principal|director|head"),
        (3, r"staff|manager"),
        (2, r"senior|lead|leader|supervisor|foreman"),
        (1, r"junior|assistant|trainee|apprentice"),
    )
)


def standing(title: str) -> int | None:
    """Return how high a title is usually seen, from 1 to 6; None if no word of it says so.

    Examples
    --------
    >>> [standing(title) for title in ("Principal nurse", "Vice president", "Cook", "Senior cook")]
    [4, 5, None, 2]
    """
    plain = title.casefold()
    return next((grade for grade, words in _STANDING if words.search(plain)), None)
