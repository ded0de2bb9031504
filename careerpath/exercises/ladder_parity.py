"""Whether mastery is as attractive as management: what is not at par, why, and the mend."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType

from careerpath.check import Finding, Level
from careerpath.errors import shown
from careerpath.exact import exact
from careerpath.exercises.dual_ladder import (
    PAY_TOLERANCE,
    DualLadder,
    LadderError,
    LadderLevel,
    Pay,
    Rung,
    Side,
    Voice,
)
from careerpath.interpretation import show


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
            "Where only managers can climb on, experts go into management to climb. There they "
            "often contribute less, and fall behind in their field."
        ),
        Aspect.TITLES: "A title tells everybody, inside and outside, how much somebody counts.",
        Aspect.SCOPE: "A level without a responsibility of its own is a title and no more.",
        Aspect.DECISIONS: "Who may decide nothing is asked for advice and then overruled.",
        Aspect.PAY: "If pay grows with people managed and not with skill, skill moves away.",
        Aspect.RECOGNITION: "What is honoured shows what an organisation wants more of.",
        Aspect.VOICE: (
            "Decisions about the future need those who know the work best; without a voice there, "
            "they look for it elsewhere."
        ),
        Aspect.REPORTS: (
            "With people to manage it is a second full-time job, and one of the two gets too "
            "little."
        ),
        Aspect.STAYING: (
            "Whoever must move up or leave is pushed, often into a path that does not fit."
        ),
    }
)
"""Why an aspect matters."""

_STATED = (
    (Aspect.SCOPE, "scope", "what one is responsible for"),
    (Aspect.DECISIONS, "decision_rights", "what one decides without asking"),
    (Aspect.RECOGNITION, "recognition", "how good work is seen and honoured"),
)

# How titles are commonly read in English: an assumption. The first row with a word of the title
# counts, so "vice president" stands before "president".
_STANDING = tuple(
    (grade, re.compile(rf"\b(?:{words})\b"))
    for grade, words in (
        (5, r"vice.president|vp|fellow|distinguished"),
        (6, r"chief|president|partner|c[etfo]o"),
        (4, r"principal|director|head"),
        (3, r"staff|manager"),
        (2, r"senior|lead|leader|supervisor|foreman"),
        (1, r"junior|assistant|trainee|apprentice"),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderFinding(Finding):
    """One thing that is not at par.

    Attributes
    ----------
    aspect : Aspect
    level_name : str
        Where; empty for the ladder as a whole.
    side : Side or None
        Which rung of that level; None for both.
    why : str
        Why it matters.
    """

    aspect: Aspect
    level_name: str = ""
    side: Side | None = None
    why: str


@dataclass(frozen=True, slots=True)
class AspectParity:
    """One line of "how equally attractive".

    Attributes
    ----------
    aspect : Aspect
    at_par : bool or None
        None where there is nothing to compare.
    where_not : tuple of str
        The levels at which it is not at par.
    words : str
    """

    aspect: Aspect
    at_par: bool | None
    where_not: tuple[str, ...]
    words: str


def find_disparities(
    ladder: DualLadder, *, pay_tolerance: float = PAY_TOLERANCE
) -> tuple[LadderFinding, ...]:
    """Find what makes one ladder less attractive than the other.

    Parameters
    ----------
    ladder : DualLadder
    pay_tolerance : float
        By how much pay may differ at a level, as a share of management's, 0 to 1.

    Returns
    -------
    tuple of LadderFinding
        From the lowest level to the highest; empty for a ladder at par.
    """
    if isinstance(pay_tolerance, bool) or not 0 <= pay_tolerance <= 1:
        raise LadderError(
            f"The tolerance of pay must be a number from 0 to 1, not {shown(pay_tolerance)}. "
            "Write 5 % as 0.05."
        )
    return tuple(_findings(ladder, Fraction(exact(float(pay_tolerance)))))


def compare_aspects(
    ladder: DualLadder, findings: tuple[LadderFinding, ...]
) -> tuple[AspectParity, ...]:
    """Sum the findings up, aspect by aspect: at par or not, and where."""
    either = [level for level in ladder.levels if level.mastery or level.management]
    both = [level for level in either if level.mastery and level.management]
    lines = []
    for aspect in Aspect:
        where = tuple(
            dict.fromkeys(
                finding.level_name
                for finding in findings
                if finding.aspect is aspect and finding.level is not Level.NOTE
            )
        )
        compared = either if aspect in (Aspect.RUNGS, Aspect.REPORTS, Aspect.STAYING) else both
        if where:
            words = f"Not at par: {', '.join(filter(None, where)) or 'the whole ladder'}"
        else:
            words = f"At par at {_levels(len(compared))}" if compared else "Nothing to compare"
        at_par = not where if compared or where else None
        lines.append(AspectParity(aspect, at_par, where, words))
    return tuple(lines)


def standing(title: str) -> int | None:
    """Return how high a title is commonly read, from 1 to 6; None where no word of it tells.

    Examples
    --------
    >>> [standing(title) for title in ("Principal nurse", "Vice president", "Cook", "Senior cook")]
    [4, 5, None, 2]
    """
    plain = title.casefold()
    return next((grade for grade, words in _STANDING if words.search(plain)), None)


def _findings(ladder: DualLadder, tolerance: Fraction) -> Iterator[LadderFinding]:
    taken = [level for level in ladder.levels if level.mastery or level.management]
    if not taken:
        yield _finding(
            Level.ERROR, Aspect.RUNGS, None, None, "The ladder has no rungs.", "Add some."
        )
        return
    top = taken[-1]
    earlier: dict[Side, list[tuple[str, Rung]]] = {side: [] for side in Side}
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
            yield from _pay(level, level.mastery, level.management, tolerance)
        yield from _voice(level, is_top=level is top)


def _rungs(level: LadderLevel, top: LadderLevel) -> Iterator[LadderFinding]:
    if level.mastery is None and level.management is None:
        yield _finding(
            Level.NOTE,
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
        yield _finding(
            Level.ERROR,
            Aspect.RUNGS,
            level,
            Side.MASTERY,
            fact,
            "Add a mastery rung with the same weight.",
        )
    elif level.management is None:
        yield _finding(
            Level.NOTE,
            Aspect.RUNGS,
            level,
            Side.MANAGEMENT,
            f"Only mastery has a rung at {level.name!r}.",
            "That is fine where the two ladders part above it, or where experts climb higher.",
        )


def _alone(
    level: LadderLevel, side: Side, rung: Rung, earlier: list[tuple[str, Rung]]
) -> Iterator[LadderFinding]:
    """Look at one rung, and at the ones below it on its side."""
    if not rung.title:
        yield _finding(Level.ERROR, Aspect.TITLES, level, side, "It has no title.", "Give it one.")
    for aspect, key, what in (*_STATED, (Aspect.TITLES, "title", "")):
        text = getattr(rung, key)
        same = [name for name, other in earlier if text and getattr(other, key) == text]
        if same:
            yield _finding(
                Level.WARNING,
                aspect,
                level,
                side,
                f"Its {_noun(aspect)} says the same as at {same[-1]!r}, so nothing grows.",
                f"Say {what or 'in the title'} that is more here than there.",
            )
    paid = [(name, other.pay) for name, other in earlier if other.pay]
    if rung.pay and paid and paid[-1][1].currency == rung.pay.currency:
        name, below = paid[-1]
        if rung.pay.midpoint <= below.midpoint:
            yield _finding(
                Level.WARNING,
                Aspect.PAY,
                level,
                side,
                f"Its pay, {rung.pay}, does not grow from {name!r}, {below}.",
                "Let pay grow with each level.",
            )
    if side is Side.MASTERY and rung.direct_reports:
        yield _finding(
            Level.ERROR,
            Aspect.REPORTS,
            level,
            side,
            f"It needs direct reports: {rung.direct_reports}.",
            "Make it possible without managing anybody.",
        )
    if rung.up_or_out:
        yield _finding(
            Level.ERROR if side is Side.MASTERY else Level.WARNING,
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
            worst = Level.WARNING if aspect is Aspect.RECOGNITION else Level.ERROR
            yield _finding(
                worst if len(silent) == 1 else Level.WARNING,
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
    yield _finding(
        Level.WARNING if lower is Side.MASTERY else Level.NOTE,
        Aspect.TITLES,
        level,
        lower,
        f"{low!r} reads as lower than {high!r}.",
        "Choose titles that people take for equals, such as principal and director, or fellow and "
        "vice president.",
    )


def _pay(
    level: LadderLevel, mastery: Rung, management: Rung, tolerance: Fraction
) -> Iterator[LadderFinding]:
    for side, rung in ((Side.MASTERY, mastery), (Side.MANAGEMENT, management)):
        if rung.pay is None:
            yield _finding(
                Level.WARNING,
                Aspect.PAY,
                level,
                side,
                "Its pay is not stated, so it cannot be compared.",
                "Write from, to and the currency.",
            )
    ours, theirs = mastery.pay, management.pay
    if ours is None or theirs is None:
        return
    if ours.currency != theirs.currency:
        yield _finding(
            Level.ERROR,
            Aspect.PAY,
            level,
            None,
            f"Pay is in two currencies, {ours.currency} and {theirs.currency}, so it cannot be "
            "compared.",
            "Write both in one currency.",
        )
        return
    found = _pay_gap(ours, theirs, tolerance)
    if found:
        lower, fact = found
        yield _finding(
            Level.ERROR if lower is Side.MASTERY else Level.NOTE,
            Aspect.PAY,
            level,
            lower,
            fact,
            f"Bring the two within {show(float(tolerance * 100))} % of each other.",
        )


def _pay_gap(ours: Pay, theirs: Pay, tolerance: Fraction) -> tuple[Side, str] | None:
    """Find the first of midpoint, upper and lower end that differs by more than allowed."""
    for what, mine, other in (
        ("the middle of its range", ours.midpoint, theirs.midpoint),
        ("the upper end of its range", ours.maximum, theirs.maximum),
        ("the lower end of its range", ours.minimum, theirs.minimum),
    ):
        gap = Fraction(exact(mine)) - Fraction(exact(other))
        if abs(gap) > tolerance * Fraction(exact(other)):
            lower = Side.MASTERY if gap < 0 else Side.MANAGEMENT
            less = f"{ours.currency} {float(abs(gap)):,.2f}".removesuffix(".00")
            low, high = (ours, theirs) if gap < 0 else (theirs, ours)
            return lower, f"It pays less: {what} is {less} lower ({low}, beside {high})."
    return None


def _voice(level: LadderLevel, *, is_top: bool) -> Iterator[LadderFinding]:
    if level.mastery is None:
        return
    beside = level.management.voice if level.management else ()
    wanted = [voice for voice in Voice if is_top or voice in beside]
    missing = [voice for voice in wanted if voice not in level.mastery.voice]
    if missing:
        reason = "at the top" if not set(missing) <= set(beside) else "as management has there"
        yield _finding(
            Level.ERROR,
            Aspect.VOICE,
            level,
            Side.MASTERY,
            f"It has no voice in {_and(missing)}, {reason}.",
            "Give masters a seat where these are decided.",
        )


def _finding(
    severity: Level,
    aspect: Aspect,
    level: LadderLevel | None,
    side: Side | None,
    fact: str,
    mend: str,
) -> LadderFinding:
    place = "ladder" if level is None else f"{level.name}, {side or 'both sides'}"
    return LadderFinding(
        severity,
        place,
        fact,
        mend,
        aspect=aspect,
        level_name=level.name if level else "",
        side=side,
        why=WHY[aspect],
    )


def _noun(aspect: Aspect) -> str:
    return "title" if aspect is Aspect.TITLES else str(aspect)


def _and(words: list[Voice]) -> str:
    said = ["the big problems" if word is Voice.BIG_PROBLEMS else str(word) for word in words]
    return " and ".join(filter(None, [", ".join(said[:-1]), said[-1]]))


def _levels(count: int) -> str:
    return f"{count} level{'' if count == 1 else 's'}"
