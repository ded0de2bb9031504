"""What makes a ladder attractive, why it matters, and a finding about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from careerpath.core.instrument_lint import Finding, Level
from careerpath.ladder.ladder_parts import LadderLevel, Side


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


def finding(
    severity: Level,
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
