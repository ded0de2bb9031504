"""Prints results and findings: coloured text in a terminal, plain text in a pipe."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from careerpath.core.instrument import Band
from careerpath.core.instrument_lint import Finding, Severity
from careerpath.core.wording import counted, percent

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from careerpath.core.interpretation import FacetReading, Interpretation

WIDEST = 80
"""The most columns of a line: longer lines are hard to read."""
BAR = 25
"""The columns of a bar and of a facet's line."""

_COLOURS = {
    Band.MANAGEMENT: "yellow",
    Band.BOTH: "blue",
    Band.MASTERY: "cyan",
    Band.UNSCORED: "default",
}
_LEVELS = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.NOTE: "bold blue"}


def show_result(console: Console, meaning: Interpretation) -> None:
    """Print one person's result."""
    blocks: list[RenderableType] = [
        Group(
            Text(meaning.headline, style=f"bold {_COLOURS[meaning.band]}"), Text(meaning.placement)
        )
    ]
    if meaning.certainty:
        blocks.append(Group(_heading("How sure is this?"), Text(meaning.certainty)))
    if meaning.chances:
        blocks.append(_chances(console, meaning))
    if meaning.facets:
        blocks.append(
            Group(
                _heading("Where it comes from"),
                Text("Indicative only: each rests on a few answers.", style="dim"),
                _facets(console, meaning.facets),
            )
        )
    blocks.append(Text(meaning.disclaimer, style="italic"))
    if meaning.basis != meaning.certainty:
        blocks.append(Text(meaning.basis, style="dim"))
    _print(console, blocks)


def show_findings(console: Console, name: str, findings: Sequence[Finding]) -> None:
    """Print the findings of a check, errors first, and how many there are of each kind."""
    counts = {level: sum(finding.level is level for finding in findings) for level in Severity}
    blocks: list[RenderableType] = [
        Group(
            Text.assemble((level.capitalize(), _LEVELS[level]), f"  {finding.place}"),
            Padding(Text(finding.fact), (0, 0, 0, 2)),
            *([Padding(Text(finding.mend, style="dim"), (0, 0, 0, 2))] if finding.mend else []),
        )
        for level in Severity
        for finding in findings
        if finding.level is level
    ]
    fine = not counts[Severity.ERROR] and not counts[Severity.WARNING]
    summary = Text.assemble(
        (name, "bold"),
        ": ",
        ("fine", "bold green") if fine else ("to fix", "bold yellow"),
        f" ({', '.join(counted(number, level, zero='no') for level, number in counts.items())})",
    )
    _print(console, blocks, unbroken=summary)


def _chances(console: Console, meaning: Interpretation) -> Table:
    full = "#" if console.options.ascii_only else "█"
    table = _columns()
    table.add_column(justify="right")
    table.add_column(no_wrap=True)
    for band, chance in meaning.chances.items():
        table.add_row(band, percent(chance), Text(full * round(chance * BAR), style=_COLOURS[band]))
    return table


def _facets(console: Console, facets: Sequence[FacetReading]) -> Table:
    line, mark = ("-", "o") if console.options.ascii_only else ("─", "●")
    table = _columns()
    table.add_column(no_wrap=True)
    ends = Text(f"{Band.MANAGEMENT}{Band.MASTERY.rjust(BAR - len(Band.MANAGEMENT))}", style="dim")
    table.add_row("", ends)
    for facet in facets:
        if facet.position is None:
            table.add_row(facet.title, Text("not all answered", style="dim"))
            continue
        before = round(facet.position * (BAR - 1))
        table.add_row(
            facet.title,
            Text.assemble(
                (line * before, "dim"),
                (mark, f"bold {_COLOURS[facet.band]}"),
                (line * (BAR - 1 - before), "dim"),
            ),
        )
    return table


def _columns() -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(overflow="fold")
    return table


def _heading(text: str) -> Text:
    return Text(text, style="bold")


def _print(
    console: Console, blocks: Sequence[RenderableType], *, unbroken: Text | None = None
) -> None:
    width = min(WIDEST, console.width)
    with console.capture() as capture:
        console.print()
        for block in blocks:
            console.print(Padding(block, (0, 0, 1, 2)), width=width)
        if unbroken:  # It holds a path, which people copy in one piece.
            console.print(Text("  ") + unbroken + "\n", soft_wrap=True)
    # Rich pads every line with spaces, which a pipe does not need.
    console.out("\n".join(line.rstrip() for line in capture.get().split("\n")), end="")
