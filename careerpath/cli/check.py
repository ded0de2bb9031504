"""``careerpath check``: checks an instrument or a translation."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from careerpath.cli.app import FOUND_ERRORS, AsJson, app, console, print_json


@app.command("check")
def check_command(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE|ID",
            help="The file of an instrument or a translation, or the id of a built-in one.",
        ),
    ],
    *,
    as_json: AsJson = False,
) -> None:
    """Check an instrument or a translation.

    Exits with status 1 if it finds errors, and with status 2 if it cannot run.
    """
    from careerpath.core.instrument_file import instrument_path, is_translation, read_toml
    from careerpath.core.instrument_lint import Severity, check_data, check_translation

    path = instrument_path(file)
    data = read_toml(path)
    place = str(path)
    findings = (
        check_translation(data, path) if is_translation(data) else check_data(data, place=place)
    )
    if as_json:
        print_json({"file": place, "findings": [asdict(finding) for finding in findings]})
    else:
        from careerpath.cli.output import show_findings

        show_findings(console(), file, findings)
    if any(finding.level is Severity.ERROR for finding in findings):
        raise typer.Exit(FOUND_ERRORS)
