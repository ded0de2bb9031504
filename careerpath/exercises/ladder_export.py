"""A ladder to read and to print: Markdown, and a page of its own."""

from __future__ import annotations

from careerpath.exercises.cells import escape_markdown, markdown_table
from careerpath.exercises.dual_ladder import DualLadder, Rung, Side

NOBODY = "(no rung)"


def rung_lines(rung: Rung) -> list[tuple[str, str]]:
    """Return what a rung says, each with its name; what it does not say is left out.

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


def ladder_markdown(ladder: DualLadder, title: str) -> str:
    """Write a ladder, how equally attractive its sides are, and what to mend."""
    rows = [
        [level.name, *(_cell(level.rung(side)) for side in Side)]
        for level in reversed(ladder.levels)
    ]
    parts = [
        f"# {escape_markdown(' '.join(title.split()))}",
        markdown_table(["level", *Side], rows),
        "## How equally attractive",
        markdown_table(["aspect", "verdict"], [[row.aspect, row.words] for row in ladder.parity()]),
        "## What to mend",
    ]
    findings = ladder.findings()
    parts += [
        f"- **{escape_markdown(finding.place)}** ({finding.level}): "
        f"{escape_markdown(f'{finding.fact} {finding.why} {finding.mend}')}"
        for finding in findings
    ] or ["Nothing: the two ladders are at par."]
    return "\n\n".join([*parts, ""])


def ladder_html(ladder: DualLadder, title: str) -> str:
    """Write the same as HTML, with nothing that would have to be fetched."""
    from careerpath.markup import render

    return render(
        "dual_ladder",
        title=title,
        levels=[
            (
                level.name,
                [(rung, rung_lines(rung)) if (rung := level.rung(side)) else None for side in Side],
            )
            for level in reversed(ladder.levels)
        ],
        sides=list(Side),
        parity=ladder.parity(),
        findings=ladder.findings(),
    )


def _cell(rung: Rung | None) -> str:
    if rung is None:
        return NOBODY
    return "\n".join([rung.title, *(f"{name}: {text}" for name, text in rung_lines(rung))])
