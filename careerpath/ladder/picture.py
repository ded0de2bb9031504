"""Two ladders as a picture: rungs aligned by level, pay to scale, and visible gaps.

It holds numbers and words only. Screens, HTML and PDF draw the same picture from them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from careerpath.core.instrument_lint import Severity
from careerpath.core.numbers import round_steps
from careerpath.core.wording import counted, money
from careerpath.ladder.findings import Aspect, LadderFinding, find_disparities
from careerpath.ladder.ladder import DualLadder, LadderLevel, Pay, Rung, Side
from careerpath.ladder.parity import AspectParity, compare_aspects

MOST_TICKS = 5


class SpotKind(StrEnum):
    """What a side has at a level."""

    RUNG = "rung"
    GAP = "gap"
    """No rung here, but some above and below."""
    ABOVE = "above"
    """This side ends below."""
    BELOW = "below"
    """This side begins above."""
    NONE = "none"
    """This side has no rungs at all."""


@dataclass(frozen=True, slots=True)
class PayBar:
    """A range of pay on the scale of the picture, from 0 to 1."""

    start: float
    end: float
    middle: float


@dataclass(frozen=True, slots=True)
class Spot:
    """One side of one level.

    Attributes
    ----------
    side : Side
    kind : SpotKind
    title : str
        The title of the rung; empty if there is none.
    pay : str
        The pay in words; empty if it is not stated.
    amounts : str
        The same without the currency, if that is the currency of the scale.
    bar : PayBar or None
        The pay to scale; None if there is no pay or it is in another currency.
    to_fix : int
        The number of findings that are more than notes.
    """

    side: Side
    kind: SpotKind
    title: str
    pay: str
    amounts: str
    bar: PayBar | None
    to_fix: int


@dataclass(frozen=True, slots=True)
class PictureLevel:
    """One level: a spot on each side.

    Attributes
    ----------
    name : str
    spots : tuple of Spot
        Mastery, then management.
    pay_gap : str
        How pay is not equal; empty if it is equal.
    pay_words : str
        The pay of the level, for people who cannot see the bars.
    """

    name: str
    spots: tuple[Spot, ...]
    pay_gap: str
    pay_words: str


@dataclass(frozen=True, slots=True)
class LadderPicture:
    """Both ladders, from the highest level to the lowest.

    Attributes
    ----------
    levels : tuple of PictureLevel
    currency : str
        The currency of the scale; empty if no pay is stated.
    ticks : tuple of (float, str)
        The marks of the scale: the position, from 0 to 1, and the amount.
    words : str
        What the picture shows, for people who cannot see it.
    """

    levels: tuple[PictureLevel, ...]
    currency: str
    ticks: tuple[tuple[float, str], ...]
    words: str


def draw_ladder(ladder: DualLadder, findings: Iterable[LadderFinding]) -> LadderPicture:
    """Draw the rungs and the pay of a ladder.

    Examples
    --------
    >>> example = DualLadder.example()
    >>> picture = draw_ladder(example, find_disparities(example))
    >>> picture.levels[0].name, picture.currency, [text for _, text in picture.ticks]
    ('Vice president', 'EUR', ['40,000', '60,000', '80,000', '100,000', '120,000', '140,000'])
    """
    findings = tuple(findings)
    pays = [rung.pay for level in ladder.levels for rung in _rungs(level).values() if rung.pay]
    counted = Counter(pay.currency for pay in pays)
    currency = max(counted, key=lambda name: counted[name], default="")
    scale = _scale([pay for pay in pays if pay.currency == currency])

    def drawn(place: int, name: str) -> PictureLevel:
        spots = tuple(
            _spot(ladder, place, side, findings, currency=currency, scale=scale) for side in Side
        )
        paid = [f"{spot.side} {spot.pay}" for spot in spots if spot.pay]
        gap = _pay_gap(name, findings)
        words = f"Pay: {'; '.join(paid) or 'not stated'}. {gap}".strip()
        return PictureLevel(name, spots, gap, words)

    levels = tuple(drawn(place, level.name) for place, level in enumerate(ladder.levels))
    ticks = tuple((_on(scale, mark), money(mark / 100)) for mark in scale)
    return LadderPicture(levels[::-1], currency, ticks if pays else (), _words(ladder, findings))


def _rungs(level: LadderLevel) -> Mapping[Side, Rung]:
    return {side: rung for side in Side if (rung := level.rung(side)) is not None}


def _spot(
    ladder: DualLadder,
    place: int,
    side: Side,
    findings: tuple[LadderFinding, ...],
    *,
    currency: str,
    scale: tuple[int, ...],
) -> Spot:
    level = ladder.levels[place]
    rung = level.rung(side)
    pay = rung.pay if rung else None
    return Spot(
        side=side,
        kind=_kind(ladder, place, side),
        title=rung.title if rung else "",
        pay=str(pay) if pay else "",
        amounts=str(pay).removeprefix(f"{currency} ") if pay else "",
        bar=_bar(pay, scale) if pay and pay.currency == currency else None,
        to_fix=sum(
            each.level_name == level.name
            and each.side in (side, None)
            and each.level is not Severity.NOTE
            for each in findings
        ),
    )


def _kind(ladder: DualLadder, place: int, side: Side) -> SpotKind:
    standing = [number for number, level in enumerate(ladder.levels) if level.rung(side)]
    if place in standing:
        return SpotKind.RUNG
    if not standing:
        return SpotKind.NONE
    if place > standing[-1]:
        return SpotKind.ABOVE
    return SpotKind.BELOW if place < standing[0] else SpotKind.GAP


def _pay_gap(name: str, findings: tuple[LadderFinding, ...]) -> str:
    told = [
        f"{each.side.capitalize()}: {each.fact[0].lower()}{each.fact[1:]}"
        if each.side
        else each.fact
        for each in findings
        if each.level_name == name and each.aspect is Aspect.PAY
    ]
    return " ".join(told)


def _scale(pays: list[Pay]) -> tuple[int, ...]:
    """Return a few round amounts, in cents; all pay lies between the first and the last."""
    if not pays:
        return (0, 100)
    low = min(pay.cents[0] for pay in pays)
    high = max(pay.cents[1] for pay in pays)
    for step in map(int, round_steps(100)):
        first, last = low // step, -(-high // step)
        if last - first <= MOST_TICKS:
            break
    return tuple(step * mark for mark in range(first, max(last, first + 1) + 1))


def _on(scale: tuple[int, ...], cents: int) -> float:
    return (cents - scale[0]) / (scale[-1] - scale[0])


def _bar(pay: Pay, scale: tuple[int, ...]) -> PayBar:
    start, end = (_on(scale, cents) for cents in pay.cents)
    return PayBar(start, end, (start + end) / 2)


def _words(ladder: DualLadder, findings: tuple[LadderFinding, ...]) -> str:
    count = len(ladder.levels)
    if not count:
        return "No levels yet."
    said = [f"Two ladders with {counted(count, 'level')}."]
    for side in Side:
        missing = [level.name for level in ladder.levels if level.rung(side) is None]
        rungs = count - len(missing)
        lacks = f", none at {', '.join(missing)}" if missing else ""
        said.append(f"{side.capitalize()}: {counted(rungs, 'rung')}{lacks}.")
    gaps = list(
        dict.fromkeys(
            each.level_name
            for each in findings
            if each.aspect is Aspect.PAY and each.level is Severity.ERROR
        )
    )
    if gaps:
        said.append(f"Pay is not equal at {', '.join(gaps)}.")
    return " ".join(said)


@dataclass(frozen=True, slots=True)
class LadderFigures:
    """The findings, their summary and the picture of a ladder, computed once for each change.

    Examples
    --------
    >>> worse = DualLadder.example().without_rung("Staff", "mastery")
    >>> LadderFigures.of(worse, 0.05).in_short
    '1 to fix.'
    """

    findings: tuple[LadderFinding, ...]
    parity: tuple[AspectParity, ...]
    picture: LadderPicture

    @classmethod
    def of(cls, ladder: DualLadder, pay_tolerance: float) -> LadderFigures:
        """Compute them for a ladder."""
        findings = find_disparities(ladder, pay_tolerance=pay_tolerance)
        return cls(findings, compare_aspects(ladder, findings), draw_ladder(ladder, findings))

    @property
    def to_fix(self) -> int:
        """The number of findings that are more than notes."""
        return sum(each.level is not Severity.NOTE for each in self.findings)

    @property
    def in_short(self) -> str:
        """The number to fix, in words."""
        return f"{self.to_fix} to fix." if self.to_fix else "Nothing to fix."
