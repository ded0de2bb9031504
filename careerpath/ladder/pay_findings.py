"""Pay that is not at par: within a level, and from one level to the next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from careerpath.core.instrument_lint import Level
from careerpath.core.interpretation import show
from careerpath.core.numbers import exact
from careerpath.ladder.aspects import Aspect, LadderFinding, finding
from careerpath.ladder.ladder_parts import LadderLevel, Pay, Rung, Side, amount_in_words


def pay_beside(
    level: LadderLevel, mastery: Rung, management: Rung, tolerance: Fraction
) -> Iterator[LadderFinding]:
    """Compare the pay of two rungs at a level."""
    for side, rung in ((Side.MASTERY, mastery), (Side.MANAGEMENT, management)):
        if rung.pay is None:
            yield finding(
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
        yield finding(
            Level.ERROR,
            Aspect.PAY,
            level,
            None,
            f"Pay is in two currencies, {ours.currency} and {theirs.currency}, so it cannot be "
            "compared.",
            "Write both in one currency.",
        )
        return
    gaps = list(_gaps(ours, theirs, tolerance))
    # What masters lack comes before what managers lack.
    for lower, fact in sorted(gaps, key=lambda gap: gap[0] is not Side.MASTERY)[:1]:
        yield finding(
            Level.ERROR if lower is Side.MASTERY else Level.NOTE,
            Aspect.PAY,
            level,
            lower,
            fact,
            f"Bring the two within {show(float(tolerance * 100))} % of each other.",
        )


def pay_below(
    level: LadderLevel, side: Side, pay: Pay, earlier: Sequence[tuple[str, Pay]]
) -> Iterator[LadderFinding]:
    """Compare a rung's pay with that of the rung below it."""
    if not earlier:
        return
    name, below = earlier[-1]
    if below.currency == pay.currency and pay.midpoint <= below.midpoint:
        yield finding(
            Level.WARNING,
            Aspect.PAY,
            level,
            side,
            f"Its pay, {pay}, does not grow from {name!r}, {below}.",
            "Let pay grow with each level.",
        )


def pay_in_another_currency(
    level: LadderLevel, before: LadderLevel | None
) -> Iterator[LadderFinding]:
    """Tell where a level's currency is another one than the level's below it."""
    if before is None or currency_of(before) in (None, currency_of(level)):
        return
    if currency_of(level) is not None:
        yield finding(
            Level.WARNING,
            Aspect.PAY,
            level,
            None,
            f"Pay is in {currency_of(level)}, and at {before.name!r} in {currency_of(before)}, so "
            "nobody sees whether it grows.",
            "Write the whole ladder in one currency.",
        )


def currency_of(level: LadderLevel) -> str | None:
    """Return the currency of a level; None where it has none, or two."""
    found = {
        rung.pay.currency
        for rung in (level.mastery, level.management)
        if rung is not None and rung.pay is not None
    }
    return found.pop() if len(found) == 1 else None


def _gaps(ours: Pay, theirs: Pay, tolerance: Fraction) -> Iterator[tuple[Side, str]]:
    """Find which of midpoint, upper and lower end differ by more than allowed."""
    for what, mine, other in (
        ("the middle of its range", ours.midpoint, theirs.midpoint),
        ("the upper end of its range", ours.maximum, theirs.maximum),
        ("the lower end of its range", ours.minimum, theirs.minimum),
    ):
        gap = Fraction(exact(mine)) - Fraction(exact(other))
        if abs(gap) > tolerance * Fraction(exact(other)):
            lower = Side.MASTERY if gap < 0 else Side.MANAGEMENT
            less = f"{ours.currency} {amount_in_words(float(abs(gap)))}"
            low, high = (ours, theirs) if gap < 0 else (theirs, ours)
            yield lower, f"It pays less: {what} is {less} lower ({low}, beside {high})."
