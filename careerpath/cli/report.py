"""``careerpath report``: results as files to hand out, one file or a folder."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

import careerpath
from careerpath.cli.app import FOUND_ERRORS, InstrumentOption, app
from careerpath.cli.output_file import Overwrite, check_target
from careerpath.cli.score import Missing, in_options
from careerpath.core.errors import AnswerError, CareerpathError, shown
from careerpath.core.files import write_bytes
from careerpath.core.instrument import Instrument

ANSWER_FILES = (".json", ".toml")


class ReportFormat(StrEnum):
    """A format of a result."""

    PDF = "pdf"
    HTML = "html"
    JSON = "json"


@app.command("report")
def report_command(
    answers: Annotated[
        str,
        typer.Argument(
            metavar="ANSWERS",
            help="A .json or .toml file with an answer for each item, or a result saved as JSON; - "
            "reads JSON from stdin. A folder of such files works too.",
        ),
    ],
    *,
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            help="The file to write: .pdf, .html or .json; for a folder of answers, a folder.",
            show_default=False,
        ),
    ],
    kind: Annotated[
        ReportFormat, typer.Option("--format", help="For a folder: the format of each file.")
    ] = ReportFormat.PDF,
    name: Annotated[
        str | None,
        typer.Option(help="The name on the result. For a folder, each file's name is used."),
    ] = None,
    taken: Annotated[
        str | None,
        typer.Option(
            metavar="DATE",
            help="The day of the answers, such as 2026-03-01, if the file does not state it.",
        ),
    ] = None,
    instrument: InstrumentOption = None,
    missing: Annotated[
        Missing, typer.Option(help="Unanswered items: refuse, or estimate from the others.")
    ] = Missing.REFUSE,
    overwrite: Overwrite = False,
) -> None:
    """Write results as PDF, self-contained HTML or JSON; one file or a folder."""
    questionnaire = careerpath.load_instrument(instrument)
    day = _day(taken)

    def make(source: str, target: Path, *, said: str) -> None:
        check_target(target, overwrite=overwrite, inputs=[source, instrument])
        content = _report(source, target.suffix[1:].lower(), questionnaire, said, day, missing)
        write_bytes(target, content)

    if answers != "-" and not Path(answers).exists():
        raise CareerpathError(f"There is no {answers}. Check the path of the answers.")
    if answers == "-" or not Path(answers).is_dir():
        if output.suffix.lower() not in [f".{each}" for each in ReportFormat]:
            raise CareerpathError(
                f"The format of {output} is not known. End its name in one of: .pdf, .html, .json."
            )
        make(answers, output, said=name or "")
        typer.echo(f"{output} is written.")
        return
    if name:
        raise CareerpathError("A folder of results uses the name of each file. Leave out --name.")
    sources = _sources(Path(answers))
    _make_folder(output)
    failed = 0
    for source in _with_progress(sources):
        try:
            make(str(source), output / f"{source.stem}.{kind}", said=source.stem)
        except CareerpathError as error:
            failed += 1
            typer.echo(str(error), err=True)
    written = len(sources) - failed
    typer.echo(f"{output}: {written} of {len(sources)} results written as {kind.value.upper()}.")
    if failed:
        raise typer.Exit(FOUND_ERRORS)


def _report(
    source: str,
    kind: str,
    instrument: Instrument,
    name: str,
    day: date | None,
    missing: Missing,
) -> bytes:
    from careerpath.core.answers_file import read_dated_answers
    from careerpath.what_next.report import ResultReport

    given = read_dated_answers(source, instrument)
    report = ResultReport(
        instrument=instrument,
        answers=given.answers,
        taken=given.taken or day,
        name=name,
        missing=missing.value,
    )
    try:
        return report.file(kind)
    except CareerpathError as error:
        place = "Standard input" if source == "-" else source
        told = in_options(error) if isinstance(error, AnswerError) else str(error)
        raise CareerpathError(f"{place}: {told}") from error


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CareerpathError(
            f"Cannot write to {folder}: {error.strerror}. Name another folder."
        ) from error


def _sources(folder: Path) -> list[Path]:
    found = sorted(each for each in folder.iterdir() if each.suffix.lower() in ANSWER_FILES)
    if not found:
        raise CareerpathError(
            f"{folder} contains no answers: no file in it ends in .json or .toml. Name another "
            "folder."
        )
    stems = [each.stem for each in found]
    twice = sorted({stem for stem in stems if stems.count(stem) > 1})
    if twice:
        raise CareerpathError(
            f"{folder} contains two files called {shown(twice[0])}. Rename one of them, because "
            "each result gets the name of its answers."
        )
    return found


def _with_progress(sources: list[Path]) -> Iterator[Path]:
    """Yield each file, and show the progress in a terminal."""
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True, highlight=False)
    yield from track(
        sources,
        description="Results",
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )


def _day(written: str | None) -> date | None:
    if written is None:
        return None
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise CareerpathError(
            f"--taken {shown(written)} is not a date. Write it like 2026-03-01."
        ) from None
