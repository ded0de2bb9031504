"""What follows from a ladder: computed once for each change, and shown in several places."""

from __future__ import annotations

from dataclasses import dataclass

from careerpath.core.instrument_lint import Level
from careerpath.ladder.aspects import LadderFinding
from careerpath.ladder.ladder import DualLadder
from careerpath.ladder.parity import AspectParity, compare_aspects
from careerpath.ladder.picture import LadderPicture, draw_ladder


@dataclass(frozen=True, slots=True)
class LadderFigures:
    """The check, the summary and the picture of a ladder.

    Examples
    --------
    >>> worse = DualLadder.example().without_rung("Staff", "mastery")
    >>> LadderFigures.of(worse, 0.05).in_short
    '1 to mend.'
    """

    findings: tuple[LadderFinding, ...]
    parity: tuple[AspectParity, ...]
    picture: LadderPicture

    @classmethod
    def of(cls, ladder: DualLadder, pay_tolerance: float) -> LadderFigures:
        """Compute them."""
        findings = ladder.findings(pay_tolerance=pay_tolerance)
        return cls(findings, compare_aspects(ladder, findings), draw_ladder(ladder, findings))

    @property
    def to_mend(self) -> int:
        """How many findings are more than notes."""
        return sum(each.level is not Level.NOTE for each in self.findings)

    @property
    def in_short(self) -> str:
        """The check in a few words."""
        return f"{self.to_mend} to mend." if self.to_mend else "Nothing to mend."
