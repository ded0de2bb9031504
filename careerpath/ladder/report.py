"""Two career ladders to read and print: self-contained HTML, and PDF."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from careerpath.core.files import write_bytes
from careerpath.core.wording import counted, long_date, plural, show
from careerpath.ladder.files import by_ending, write_ladder
from careerpath.ladder.ladder import PAY_TOLERANCE, DualLadder, LadderError, LadderLevel, Side
from careerpath.ladder.markdown import LIMITS, ladder_markdown, rung_lines
from careerpath.ladder.picture import LadderFigures
from careerpath.ui.templates import render

VERDICTS = {True: "yes", False: "no", None: "open"}


@dataclass(frozen=True, slots=True)
class LadderReport:
    """A ladder with its check, as a file to hand out.

    Parameters
    ----------
    ladder : DualLadder
    pay_tolerance : float
        How much pay may differ at a level, as a share of management's pay, 0 to 1.
    title : str
    made : datetime
        When it is made, with a time zone.

    Examples
    --------
    >>> LadderReport(DualLadder.example()).values()["lead"]
    '4 levels, 8 rungs. The two ladders are equal.'
    """

    ladder: DualLadder
    pay_tolerance: float = PAY_TOLERANCE
    title: str = "Two career ladders"
    made: datetime = field(default_factory=lambda: datetime.now(UTC))

    def html(self) -> str:
        """Return a self-contained page."""
        return render("ladder/templates/report.html", **self.values(), made=long_date(self.made))

    def pdf(self) -> bytes:
        """Return a tagged PDF."""
        from careerpath.pdf.typeset import typeset

        return typeset("ladder/report", self.values(), made=self.made)

    def content(self, name: str) -> bytes:
        """Return the content of a file; the ending of its name says the format.

        Raises
        ------
        LadderError
            If the format is not known, or the tolerance is not a number from 0 to 1.
        """
        writers: dict[str, Callable[[], bytes]] = {
            ".pdf": self.pdf,
            ".html": lambda: self.html().encode(),
            ".md": lambda: ladder_markdown(
                self.ladder, self.title, pay_tolerance=self.pay_tolerance, made=self.made.date()
            ).encode(),
            ".xlsx": partial(write_ladder, self.ladder, name),
            ".csv": partial(write_ladder, self.ladder, name),
            ".toml": partial(write_ladder, self.ladder, name),
        }
        return by_ending(writers, name)()

    def save(self, path: Path) -> Path:
        """Write a file; the ending of its name says the format.

        Raises
        ------
        LadderError
            If it cannot be written.
        """
        return write_bytes(path, self.content(path.name), raises=LadderError)

    def values(self) -> Mapping[str, Any]:
        """Return everything that is shown, as plain values."""
        ladder = self.ladder
        figures = LadderFigures.of(ladder, self.pay_tolerance)
        return {
            "title": self.title,
            "lead": f"{ladder.size}. {in_short(len(figures.findings))}",
            "drawn": asdict(figures.picture),
            "parity": [
                {
                    "aspect": str(each.aspect),
                    "verdict": VERDICTS[each.at_par],
                    "words": each.words,
                }
                for each in figures.parity
            ],
            "findings": [
                {
                    "level": str(each.level),
                    "place": each.place if each.level_name else "The whole ladder",
                    "fact": each.fact,
                    "why": each.why,
                    "mend": each.mend,
                }
                for each in figures.findings
            ],
            "levels": [_level(level) for level in reversed(ladder.levels)],
            "limits": LIMITS,
            "tolerance": show(round(100 * self.pay_tolerance, 2)),
        }


def in_short(findings: int) -> str:
    """Say how many findings there are.

    Examples
    --------
    >>> in_short(0), in_short(3)
    ('The two ladders are equal.', '3 things are not equal, or worth knowing.')
    """
    if not findings:
        return "The two ladders are equal."
    return f"{counted(findings, 'thing')} {plural(findings, 'is')} not equal, or worth knowing."


def _level(level: LadderLevel) -> dict[str, Any]:
    return {
        "name": level.name,
        "sides": [
            {
                "side": str(side),
                "there": rung is not None,
                "title": rung.title if rung else "",
                "lines": rung_lines(rung) if rung else [],
            }
            for side in Side
            for rung in [level.rung(side)]
        ],
    }
