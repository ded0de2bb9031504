"""What the command line shows of a tally."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from careerpath.cohort.files_to_tally import Progress
from careerpath.cohort.named_cohort import or_none
from careerpath.cohort.tally import Tally
from careerpath.core.instrument import Band, CutScores
from careerpath.core.wording import percent

if TYPE_CHECKING:
    from rich.console import Console

FEW = 30
"""With fewer people than this, shares say little."""


@contextmanager
def tally_progress() -> Iterator[Progress]:
    """Show a progress bar on the error stream, if that is a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.fields[people]:,} people"),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True, highlight=False)
    with Bar(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        tasks: dict[str, Any] = {}

        def told(source: str, done: float | None, people: int) -> None:
            if source not in tasks:
                total = None if done is None else 1
                tasks[source] = bar.add_task(Path(source).name, total=total, people=0)
            bar.update(tasks[source], completed=done or 0, people=people)

        yield told


def tally_document(tally: Tally, cuts: CutScores) -> dict[str, Any]:
    """Return a tally as plain data, for JSON."""
    return {
        "people": tally.count,
        "synthetic": tally.synthetic,
        "unscored": {str(reason): count for reason, count in tally.unscored.items()},
        "mean": tally.mean if tally.count else None,
        "sd": tally.sd if tally.count > 1 else None,
        "alpha": or_none(tally.alpha),
        "bands": {str(band): count for band, count in tally.counts(cuts).items()},
    }


def show_tally(
    console: Console, name: str, tally: Tally, cuts: CutScores, *, said: str = ""
) -> None:
    """Print how many people there are, in which bands, and how well the items agree."""
    lines = [f"{name}: {tally.count:,} people with a total."]
    if tally.synthetic:
        lines.append("Synthetic people are among them: nobody ever gave their answers.")
    if said:
        lines.append(said)
    elif tally.unscored:
        reasons = ", ".join(f"{count:,} {reason}" for reason, count in tally.unscored.items())
        lines.append(f"{sum(tally.unscored.values()):,} unscored: {reasons}.")
    if tally.count:
        intervals = tally.share_intervals(cuts)
        for band, share in tally.shares(cuts).items():
            low, high = intervals[band]
            lines.append(
                f"  {band:<{len(Band.MANAGEMENT)}}  {percent(share):>5}"
                f"  (95 % interval {percent(low)} to {percent(high)})"
            )
    if tally.count > 1:
        lines.append(f"Mean total {tally.mean:.1f}, standard deviation {tally.sd:.1f}.")
    found = or_none(tally.reliability)
    if found:
        lines.append(
            f"Alpha {found.alpha:.2f} ({found.low:.2f} to {found.high:.2f}): how well the items "
            "agree, not whether they measure the right thing."
        )
    if 0 < tally.count < FEW:
        lines.append(f"Fewer than {FEW} people: small differences mean nothing.")
    for line in lines:
        console.print(line, markup=False, soft_wrap=True)
