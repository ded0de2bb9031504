"""What makes mastery less attractive than management: each finding, and the mend."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from careerpath.core.errors import shown
from careerpath.core.instrument_lint import Level
from careerpath.core.numbers import exact
from careerpath.ladder.aspects import Aspect, LadderFinding, finding
from careerpath.ladder.ladder import PAY_TOLERANCE, DualLadder
from careerpath.ladder.ladder_parts import LadderError, LadderLevel, Rung, Side, Voice
from careerpath.ladder.pay_findings import (
    currency_of,
    pay_below,
    pay_beside,
    pay_in_another_currency,
)
from careerpath.ladder.title_standing import standing

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


def _findings(ladder: DualLadder, tolerance: Fraction) -> Iterator[LadderFinding]:
    taken = [level for level in ladder.levels if level.mastery or level.management]
    if not taken:
        yield finding(
            Level.ERROR, Aspect.RUNGS, None, None, "The ladder has no rungs.", "Add some."
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
        yield finding(
            Level.ERROR,
            Aspect.RUNGS,
            level,
            Side.MASTERY,
            fact,
            "Add a mastery rung with the same weight.",
        )
    elif level.management is None:
        yield finding(
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
        yield finding(Level.ERROR, Aspect.TITLES, level, side, "It has no title.", "Give it one.")
    for aspect, key, what in (*_STATED, (Aspect.TITLES, "title", "")):
        text = getattr(rung, key)
        same = [name for name, other in earlier if text and getattr(other, key) == text]
        if same:
            yield finding(
                Level.WARNING,
                aspect,
                level,
                side,
                f"Its {_noun(aspect)} says the same as at {same[-1]!r}, so nothing grows.",
                f"Say {what or 'in the title'} that is more here than there.",
            )
    if rung.pay:
        paid = [(name, other.pay) for name, other in earlier if other.pay]
        yield from pay_below(level, side, rung.pay, paid)
    if side is Side.MASTERY and rung.direct_reports:
        yield finding(
            Level.ERROR,
            Aspect.REPORTS,
            level,
            side,
            f"It needs direct reports: {rung.direct_reports}.",
            "Make it possible without managing anybody.",
        )
    if rung.up_or_out:
        yield finding(
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
            yield finding(
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
    yield finding(
        Level.WARNING if lower is Side.MASTERY else Level.NOTE,
        Aspect.TITLES,
        level,
        lower,
        f"{low!r} reads as lower than {high!r}.",
        "Choose titles that people take for equals, such as principal and director, or fellow and "
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
            Level.ERROR,
            Aspect.VOICE,
            level,
            Side.MASTERY,
            f"It has no voice in {_and(missing)}, {reason}.",
            "Give masters a seat where these are decided.",
        )


def _noun(aspect: Aspect) -> str:
    return "title" if aspect is Aspect.TITLES else str(aspect)


def _and(words: list[Voice]) -> str:
    said = ["the big problems" if word is Voice.BIG_PROBLEMS else str(word) for word in words]
    return " and ".join(filter(None, [", ".join(said[:-1]), said[-1]]))
