"""How equally attractive the two ladders are: one line for each aspect, and no total score."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from careerpath.core.instrument_lint import Severity
from careerpath.core.wording import counted
from careerpath.ladder.findings import Aspect, LadderFinding, standing
from careerpath.ladder.ladder import DualLadder, LadderLevel, Side


@dataclass(frozen=True, slots=True)
class AspectParity:
    """One line of "how equally attractive".

    Attributes
    ----------
    aspect : Aspect
    at_par : bool or None
        Whether mastery is behind at no level; None if there is nothing to compare.
    where_not : tuple of str
        The levels at which the two are not equal.
    words : str
        The same in words.
    """

    aspect: Aspect
    at_par: bool | None
    where_not: tuple[str, ...]
    words: str


def compare_aspects(
    ladder: DualLadder, findings: tuple[LadderFinding, ...]
) -> tuple[AspectParity, ...]:
    """Sum up the findings for each aspect: equal or not, and where.

    Parameters
    ----------
    ladder : DualLadder
    findings : tuple of LadderFinding
        What `find_disparities` found in it.

    Returns
    -------
    tuple of AspectParity
        One for each aspect.

    Examples
    --------
    >>> from careerpath.ladder.findings import find_disparities
    >>> worse = DualLadder.example().without_rung("Staff", "mastery")
    >>> compare_aspects(worse, find_disparities(worse))[0].words
    'Not equal: Staff'
    """
    return tuple(_compare(aspect, ladder, findings) for aspect in Aspect)


def _compare(
    aspect: Aspect, ladder: DualLadder, findings: tuple[LadderFinding, ...]
) -> AspectParity:
    about = [each for each in findings if each.aspect is aspect]
    where = _levels(each for each in about if each.level is not Severity.NOTE)
    if where:
        words = f"Not equal: {', '.join(filter(None, where)) or 'the whole ladder'}"
        return AspectParity(aspect, at_par=False, where_not=where, words=words)
    beside = [level for level in ladder.levels if _COMPARED.get(aspect, _both)(level)]
    behind = _levels(each for each in about if each.side is Side.MANAGEMENT)
    if beside and behind:
        words = f"Mastery is not behind; management is: {', '.join(behind)}"
        return AspectParity(aspect, at_par=True, where_not=(), words=words)
    if beside:
        words = f"Equal at {counted(len(beside), 'level')}"
        return AspectParity(aspect, at_par=True, where_not=(), words=words)
    words = (
        "Not compared: nothing in these titles says how high they are. Ask people."
        if aspect is Aspect.TITLES and any(map(_both, ladder.levels))
        else "Nothing to compare"
    )
    return AspectParity(aspect, at_par=None, where_not=(), words=words)


def _levels(findings: Iterable[LadderFinding]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.level_name for each in findings))


def _either(level: LadderLevel) -> bool:
    return bool(level.mastery or level.management)


def _both(level: LadderLevel) -> bool:
    return bool(level.mastery and level.management)


def _titles_tell(level: LadderLevel) -> bool:
    return all(
        rung is not None and standing(rung.title) is not None
        for rung in (level.mastery, level.management)
    )


def _master(level: LadderLevel) -> bool:
    return level.mastery is not None


_COMPARED: dict[Aspect, Callable[[LadderLevel], bool]] = {
    Aspect.RUNGS: _either,
    Aspect.TITLES: _titles_tell,
    Aspect.VOICE: _master,
    Aspect.REPORTS: _master,
    Aspect.STAYING: _either,
}
"""Which levels an aspect can be compared at; without an entry, those with both rungs."""
