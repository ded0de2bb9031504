"""A ladder as Markdown, to read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from careerpath.core.text_tables import escape_markdown, markdown_table
from careerpath.core.wording import long_date
from careerpath.ladder.findings import LadderFinding, find_disparities
from careerpath.ladder.ladder import PAY_TOLERANCE, DualLadder, Rung, Side
from careerpath.ladder.parity import compare_aspects

NO_RUNG = "(no rung)"
EQUAL = "Nothing: the two ladders are equal."
LIMITS = (
    "The check compares what is written, not what people experience, and reads titles as they are "
    "usually understood in English. It gives no advice on law or pay."
)
"""What the check of a ladder is not."""


def rung_lines(rung: Rung) -> list[tuple[str, str]]:
    """Return what a rung states, as pairs of a name and a text.

    Examples
    --------
    >>> rung_lines(Rung(title="Fellow", voice=["vision", "strategy"]))
    [('Voice', 'vision, strategy')]
    """
    lines = [
        ("Scope", rung.scope),
        ("Decides", rung.decision_rights),
        ("Pay", str(rung.pay) if rung.pay else ""),
        ("Recognition", rung.recognition),
        ("Direct reports", f"{rung.direct_reports} or more" if rung.direct_reports else ""),
        ("Voice", ", ".join(rung.voice)),
        ("Up or out", "yes" if rung.up_or_out else ""),
    ]
    return [(name, text) for name, text in lines if text]


def ladder_markdown(
    ladder: DualLadder,
    title: str = "Two career ladders",
    *,
    pay_tolerance: float = PAY_TOLERANCE,
    made: date | None = None,
) -> str:
    """Write a ladder as Markdown: both sides, how equally attractive they are, and what to fix.

    Parameters
    ----------
    ladder : DualLadder
    title : str
    pay_tolerance : float
        How much pay may differ at a level, as a share of management's pay, 0 to 1.
    made : date, optional
        The day to state in it.

    Raises
    ------
    LadderError
        If the tolerance is not a number from 0 to 1.

    Examples
    --------
    >>> ladder_markdown(DualLadder.example()).splitlines()[0]
    '# Two career ladders'
    """
    findings = find_disparities(ladder, pay_tolerance=pay_tolerance)
    rows = [
        [level.name, *(_cell(level.rung(side)) for side in Side)]
        for level in reversed(ladder.levels)
    ]
    verdicts = [[each.aspect, each.words] for each in compare_aspects(ladder, findings)]
    parts = [
        f"# {escape_markdown(' '.join(title.split()))}",
        markdown_table(["level", *Side], rows),
        "## How equally attractive",
        markdown_table(["aspect", "verdict"], verdicts),
        "## What to fix",
        *(_finding_lines(findings) or [EQUAL]),
        LIMITS if made is None else f"{LIMITS} Made on {long_date(made)}.",
    ]
    return "\n\n".join([*parts, ""])


def _finding_lines(findings: Sequence[LadderFinding]) -> list[str]:
    lines = [
        f"- **{escape_markdown(each.place)}** ({each.level}): "
        f"{escape_markdown(f'{each.fact} {each.why} {each.mend}')}"
        for each in findings
    ]
    return ["\n".join(lines)] if lines else []


def _cell(rung: Rung | None) -> str:
    if rung is None:
        return NO_RUNG
    return "\n".join([rung.title, *(f"{name}: {text}" for name, text in rung_lines(rung))])
