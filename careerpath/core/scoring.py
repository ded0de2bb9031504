"""The scoring rule: from answers to a total and its band."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from numbers import Rational, Real
from typing import Any, Literal

from careerpath.core.errors import AnswerError, CareerpathError, Reason, shown
from careerpath.core.instrument import Band, Instrument, Item
from careerpath.core.numbers import exact

PRORATE_NEEDS = Fraction(4, 5)
"""The share of items that must be answered before the rest may be estimated."""
PRORATE_HINT = 'pass missing="prorate"'
"""How an error suggests an estimate; the command line puts its own option here."""
MOST_DIGITS = 40
"""The longest number that a message shows."""


@dataclass(frozen=True, slots=True)
class FacetScore:
    """The keyed answers to one facet's items, added up.

    Attributes
    ----------
    id : str
        The facet.
    total : int, float or None
        Their sum; None if one of its items is unanswered.
    minimum, maximum : int or float
        The range that the sum can take.
    """

    id: str
    total: int | float | None
    minimum: int | float
    maximum: int | float


@dataclass(frozen=True, slots=True)
class Score:
    """The result of adding up one person's answers.

    Attributes
    ----------
    total : int or float
        The sum of the keyed answers.
    minimum, maximum : int or float
        The range that a total can take.
    band : Band
        The band of the total.
    facets : tuple of FacetScore
        In the instrument's order.
    keyed : mapping of str to int or float
        Each answered item's answer, as it counts toward mastery.
    missing : tuple of str
        Items without an answer; empty unless the total is prorated.
    """

    total: int | float
    minimum: int | float
    maximum: int | float
    band: Band
    facets: tuple[FacetScore, ...]
    keyed: Mapping[str, int | float]
    missing: tuple[str, ...] = ()

    @property
    def prorated(self) -> bool:
        """Whether unanswered items were estimated by the mean of the answered ones."""
        return bool(self.missing)


def check_answer(instrument: Instrument, item_id: str, answer: object) -> int:
    """Check one answer and return it in steps above the scale's minimum.

    Parameters
    ----------
    instrument : Instrument
    item_id : str
    answer : object
        The answer as shown, from left to right.

    Returns
    -------
    int
        0 at the scale's minimum.

    Raises
    ------
    AnswerError
        If the item is unknown, or the answer is not on the scale.

    Examples
    --------
    >>> from careerpath import load_instrument
    >>> check_answer(load_instrument(), "q07", 12)
    Traceback (most recent call last):
        ...
    careerpath.core.errors.AnswerError: Item 'q07' got 12; answers run from 0 to 10. Check item \
'q07'.
    """
    item = instrument.item(item_id)
    scale = instrument.scale
    # Looking up a plain number is much faster than comparing it exactly. True would be found as 1.
    if isinstance(answer, int | float) and not isinstance(answer, bool):
        known = scale.steps_by_answer.get(answer)
        if known is not None:
            return known
    allowed = f"answers run from {scale.minimum} to {scale.maximum}"

    def refusal(reason: Reason, fact: str, next_step: str) -> AnswerError:
        return AnswerError(f"Item {item.id!r} {fact}; {next_step}", reason=reason, items=[item.id])

    if isinstance(answer, bool) or not isinstance(answer, Real | Decimal):
        raise refusal(
            Reason.NOT_A_NUMBER,
            f"got {shown(answer)}, which is not a number",
            f"{allowed}. Write a number without quotes.",
        )
    value = _exactly(answer)
    if value is None:
        raise refusal(
            Reason.NOT_FINITE,
            f"got {_written(answer)}, which is not a finite number",
            f"{allowed}. Leave an unanswered item out.",
        )
    if not scale.exact_value(0) <= value <= scale.exact_value(scale.steps):
        given = _written(answer) if -(10**15) < value < 10**15 else "a number far too large"
        raise refusal(Reason.OUT_OF_RANGE, f"got {given}", f"{allowed}. Check item {item.id!r}.")
    # Compared with the nearest step: a Decimal may have more digits than a Fraction can take.
    steps = round((float(value) - scale.minimum) / scale.step)
    if value != scale.exact_value(steps):
        raise refusal(
            Reason.OFF_THE_STEP,
            f"got {_written(answer)}",
            f"{allowed} in steps of {scale.step}. Choose the nearest step.",
        )
    return steps


def keyed_steps(instrument: Instrument, item: Item, steps: int) -> int:
    """Return an answer's steps toward mastery: reversed if the mastery pole is on the left."""
    return instrument.scale.steps - steps if item.mastery_side == "left" else steps


def score(
    instrument: Instrument,
    answers: Mapping[str, Any],
    *,
    missing: Literal["refuse", "prorate"] = "refuse",
) -> Score:
    """Add up the answers.

    A total below ``management_below`` is management, above ``mastery_above`` mastery,
    and from one to the other, both included, it is both.

    Parameters
    ----------
    instrument : Instrument
    answers : mapping of str to int, float, Decimal or Fraction
        An answer for each item, as shown from left to right. None counts as unanswered.
    missing : {"refuse", "prorate"}
        What to do with unanswered items. ``"prorate"`` estimates them by the mean of the answered
        ones, if at least four fifths are answered.

    Returns
    -------
    Score

    Raises
    ------
    AnswerError
        For an unknown item, an answer that is not on the scale, or an unanswered item.
    CareerpathError
        If ``answers`` or ``missing`` is of another kind.

    Examples
    --------
    >>> from careerpath import load_instrument
    >>> instrument = load_instrument()
    >>> result = score(instrument, dict.fromkeys(instrument.item_ids, 10))
    >>> result.total, result.maximum, str(result.band)
    (80, 150, 'both')
    """
    if missing not in ("refuse", "prorate"):
        raise CareerpathError(f"missing must be 'refuse' or 'prorate', not {shown(missing)}.")
    if not isinstance(answers, Mapping):
        raise CareerpathError(
            f"answers must hold an answer for each item id, as {{'q01': 7}} does; got "
            f"{shown(answers)}."
        )
    steps = {
        item_id: keyed_steps(
            instrument, instrument.item(item_id), check_answer(instrument, item_id, answer)
        )
        for item_id, answer in answers.items()
        if answer is not None or item_id not in instrument.item_ids
    }
    gaps = tuple(item_id for item_id in instrument.item_ids if item_id not in steps)
    if gaps:
        _may_prorate(instrument, gaps, allowed=missing == "prorate")
    total = _total(instrument, steps)
    return Score(
        total=total,
        minimum=instrument.minimum_total,
        maximum=instrument.maximum_total,
        band=instrument.cut_scores.band(total),
        facets=tuple(_facet_score(instrument, facet.id, steps) for facet in instrument.facets),
        keyed={item_id: instrument.total_of(keyed, items=1) for item_id, keyed in steps.items()},
        missing=gaps,
    )


def _may_prorate(instrument: Instrument, gaps: tuple[str, ...], *, allowed: bool) -> None:
    count = len(instrument.items)
    answered = count - len(gaps)
    enough = answered >= PRORATE_NEEDS * count
    named = ", ".join(gaps)
    if not allowed:
        estimate = f", or {PRORATE_HINT} to estimate them from the others" if enough else ""
        raise AnswerError(
            f"{len(gaps)} of {count} items have no answer: {named}. Answer them{estimate}.",
            reason=Reason.UNANSWERED,
            items=gaps,
        )
    if not enough:
        raise AnswerError(
            f"Only {answered} of {count} items are answered; an estimate needs "
            f"{math.ceil(PRORATE_NEEDS * count)}. Answer more of: {named}.",
            reason=Reason.UNANSWERED,
            items=gaps,
        )


def _total(instrument: Instrument, steps: Mapping[str, int]) -> int | float:
    """Sum the keyed steps, scaled up exactly if items are missing."""
    estimated = Fraction(sum(steps.values()) * len(instrument.items), len(steps))
    if estimated.denominator == 1:
        return instrument.total_of(int(estimated))
    return float(instrument.scale.exact_value(estimated, items=len(instrument.items)))


def _facet_score(instrument: Instrument, facet_id: str, steps: Mapping[str, int]) -> FacetScore:
    ids = [item.id for item in instrument.items_of(facet_id)]
    complete = all(item_id in steps for item_id in ids)
    highest = instrument.scale.steps * len(ids)
    return FacetScore(
        id=facet_id,
        total=(
            instrument.total_of(sum(steps[item_id] for item_id in ids), items=len(ids))
            if complete
            else None
        ),
        minimum=instrument.total_of(0, items=len(ids)),
        maximum=instrument.total_of(highest, items=len(ids)),
    )


def _exactly(answer: Any) -> Decimal | Fraction | None:
    """Return the exact number that was given; None if it is not finite."""
    if isinstance(answer, Decimal):
        return answer if answer.is_finite() else None
    if isinstance(answer, Rational):
        return Fraction(int(answer.numerator), int(answer.denominator))
    # NumPy's scalars are real numbers too, but only Python's own print as they were written.
    number = float(answer)
    return exact(number) if math.isfinite(number) else None


def _written(answer: object) -> str:
    """Write a number for a message: short, however many digits it has."""
    try:
        text = str(answer)
    except ValueError:  # Python prints no whole number of thousands of digits.
        return "a number of far too many digits"
    return text if len(text) <= MOST_DIGITS else "a number of far too many digits"
