"""``careerpath ladder``: create, check and convert dual career ladders."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from careerpath.cli.app import FOUND_ERRORS, AsJson, app, console, print_json
from careerpath.cli.output_file import Overwrite, check_target
from careerpath.ladder.ladder import PAY_TOLERANCE, DualLadder

File = Annotated[
    Path, typer.Argument(metavar="FILE", help="A ladder: .csv, .xlsx or .toml.", show_default=False)
]
Tolerance = Annotated[
    float,
    typer.Option(help="How much pay may differ, as a share of management's pay: 0.05 is 5 %."),
]
Output = Annotated[
    Path, typer.Option("--output", "-o", help="The file to write.", show_default=False)
]

ladder = typer.Typer(no_args_is_help=True, help="Create, check and convert dual career ladders.")
app.add_typer(ladder, name="ladder")


@ladder.command("check")
def check_command(
    file: File,
    *,
    pay_tolerance: Tolerance = PAY_TOLERANCE,
    as_json: AsJson = False,
) -> None:
    """Check a ladder: what is not equal, why it matters and how to fix it."""
    from careerpath.core.instrument_lint import Finding, Severity
    from careerpath.ladder.files import load_ladder
    from careerpath.ladder.findings import find_disparities
    from careerpath.ladder.parity import compare_aspects

    read = load_ladder(file)
    findings = find_disparities(read, pay_tolerance=pay_tolerance)
    parity = compare_aspects(read, findings)
    if as_json:
        print_json(
            {
                "file": str(file),
                "findings": [asdict(finding) for finding in findings],
                "parity": [asdict(row) for row in parity],
            }
        )
    else:
        from careerpath.cli.output import show_findings

        width = max(len(row.aspect) for row in parity)
        for row in parity:
            typer.echo(f"  {row.aspect.capitalize():<{width}}  {row.words}")
        show_findings(
            console(),
            str(file),
            [
                Finding(each.level, each.place, each.fact, f"{each.why} {each.mend}")
                for each in findings
            ],
        )
    if any(finding.level is Severity.ERROR for finding in findings):
        raise typer.Exit(FOUND_ERRORS)


@ladder.command("example")
def example_command(*, output: Output, overwrite: Overwrite = False) -> None:
    """Write a worked example to start from: .csv, .xlsx or .toml."""
    check_target(output, overwrite=overwrite)
    _write(DualLadder.example(), output, pay_tolerance=PAY_TOLERANCE)


@ladder.command("export")
def export_command(
    file: File,
    *,
    output: Output,
    pay_tolerance: Tolerance = PAY_TOLERANCE,
    overwrite: Overwrite = False,
) -> None:
    """Write a ladder in another format.

    Use .pdf, .html or .md to read it with the check; .csv, .xlsx or .toml to continue with it.
    """
    from careerpath.ladder.files import load_ladder

    check_target(output, overwrite=overwrite, inputs=[file])
    _write(load_ladder(file), output, pay_tolerance=pay_tolerance)


def _write(made: DualLadder, output: Path, *, pay_tolerance: float) -> None:
    from careerpath.ladder.report import LadderReport

    saved = LadderReport(made, pay_tolerance).save(output)
    typer.echo(f"{saved}: {made.size}.")
