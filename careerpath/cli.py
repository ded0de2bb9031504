"""The command line: ``careerpath score``, ``careerpath check`` and their like.

A command reads, calls the package, and prints; what it imports beyond the core it imports
when it runs. Exit codes: 0 fine, 1 for errors that ``check`` found, 2 for what the caller
got wrong.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

import careerpath
from careerpath.errors import AnswerError, CareerpathError, Reason

if TYPE_CHECKING:
    from rich.console import Console

    from careerpath import Instrument, Interpretation, Score

FOUND_ERRORS = 1
CALLER_ERROR = 2


class _Commands(TyperGroup):
    """The commands; whatever `CareerpathError` one raises becomes a message and exit code 2."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except CareerpathError as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(CALLER_ERROR) from error


app = typer.Typer(
    name="careerpath",
    cls=_Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


class Missing(StrEnum):
    """What to do about unanswered items."""

    REFUSE = "refuse"
    PRORATE = "prorate"


class Template(StrEnum):
    """The front end of a served page."""

    CAREERPATH = "careerpath"
    LAB = "lab"


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # A terminal without a character shows a question mark for it, not a traceback.
            stream.reconfigure(errors="replace")
    app()


def _show_version(wanted: bool) -> None:  # noqa: FBT001 - typer calls it so
    if wanted:
        typer.echo(f"careerpath {careerpath.__version__}")
        raise typer.Exit


@app.callback()
def _careerpath(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Print the version and leave."
        ),
    ] = False,
) -> None:
    """Choose between mastery, management, or both."""


@app.command("score")
def score_command(
    answers: Annotated[
        str,
        typer.Argument(
            metavar="ANSWERS",
            help="A .json or .toml file with an answer for each item; - reads JSON from stdin.",
        ),
    ],
    *,
    instrument: Annotated[
        str | None,
        typer.Option(metavar="ID|FILE", help="Another instrument than the shipped one."),
    ] = None,
    missing: Annotated[
        Missing, typer.Option(help="Unanswered items: refuse, or estimate from the others.")
    ] = Missing.REFUSE,
    as_json: AsJson = False,
) -> None:
    """Score one person's answers and say what the result means."""
    from careerpath.answers_file import read_answers
    from careerpath.scoring import PRORATE_HINT

    questionnaire = careerpath.load_instrument(instrument)
    given = read_answers(answers)
    try:
        result = careerpath.score(questionnaire, given, missing=missing.value)
    except AnswerError as error:
        if error.reason is not Reason.UNANSWERED:
            raise
        told = str(error).replace(PRORATE_HINT, "add --missing prorate")
        raise CareerpathError(told) from error
    meaning = careerpath.interpret(questionnaire, result)
    if as_json:
        _print_json(_score_document(questionnaire, result, meaning))
    else:
        from careerpath.terminal import show_result

        show_result(_console(), meaning)


@app.command("check")
def check_command(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE|ID", help="An instrument, or a translation of one; or a shipped id."
        ),
    ],
    *,
    as_json: AsJson = False,
) -> None:
    """Check an instrument file, or a translation of one."""
    from careerpath.check import Level, check_data
    from careerpath.instrument_file import instrument_path, is_translation, read_toml
    from careerpath.translation_check import check_translation

    path = instrument_path(file)
    data = read_toml(path)
    place = str(path)
    findings = (
        check_translation(data, path) if is_translation(data) else check_data(data, place=place)
    )
    if as_json:
        _print_json({"file": place, "findings": [asdict(finding) for finding in findings]})
    else:
        from careerpath.terminal import show_findings

        show_findings(_console(), file, findings)
    if any(finding.level is Level.ERROR for finding in findings):
        raise typer.Exit(FOUND_ERRORS)


@app.command("serve")
def serve_command(
    *,
    room_size: Annotated[
        int,
        typer.Option(
            min=0,
            envvar="CAREERPATH_ROOM_SIZE",
            help="How many can come at once without waiting: so many pages are made ahead.",
        ),
    ] = 0,
    max_visitors: Annotated[
        int | None,
        typer.Option(
            min=1,
            envvar="CAREERPATH_MAX_VISITORS",
            help="The most visitors at a time. By default what the memory holds.",
        ),
    ] = None,
    per_address: Annotated[
        int | None,
        typer.Option(
            min=0,
            envvar="CAREERPATH_PER_ADDRESS",
            help="The most pages for one address; 0: any number. By default half of all, and at "
            "least a room and a half, because a room shares one address.",
        ),
    ] = None,
    port: Annotated[
        int,
        typer.Option(min=0, max=65535, envvar="CAREERPATH_PORT", help="The port; 0: any free one."),
    ] = 8866,
    host: Annotated[
        str, typer.Option(envvar="CAREERPATH_HOST", help="The address to listen on.")
    ] = "127.0.0.1",
    base_url: Annotated[
        str,
        typer.Option(
            envvar="CAREERPATH_BASE_URL", help="The path of the application, behind a proxy."
        ),
    ] = "/",
    trusted_proxy: Annotated[
        str,
        typer.Option(
            metavar="ADDRESS",
            envvar="CAREERPATH_TRUSTED_PROXY",
            help="The proxy whose X-Forwarded-For is believed: an address or a network, several "
            "separated by commas.",
        ),
    ] = "",
    instrument: Annotated[
        str | None,
        typer.Option(
            metavar="ID|FILE",
            envvar="CAREERPATH_INSTRUMENT",
            help="Another instrument than the shipped one.",
        ),
    ] = None,
    frame_ancestors: Annotated[
        str,
        typer.Option(
            metavar="SITES",
            envvar="CAREERPATH_FRAME_ANCESTORS",
            help="Sites that may show the pages in a frame, like https://portal.example; several "
            "separated by spaces.",
        ),
    ] = "",
    metrics: Annotated[
        bool,
        typer.Option("--metrics", envvar="CAREERPATH_METRICS", help="Answer at /metrics."),
    ] = False,
    template: Annotated[
        Template,
        typer.Option(envvar="CAREERPATH_TEMPLATE", help="Our lean page, or Voilà's own front end."),
    ] = Template.CAREERPATH,
    notebooks: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            envvar="CAREERPATH_NOTEBOOKS",
            help="Serve this folder's notebooks, not the shipped ones.",
        ),
    ] = None,
    verbose: Annotated[
        bool,
        typer.Option("--verbose", envvar="CAREERPATH_VERBOSE", help="Log what Voilà says, too."),
    ] = False,
) -> None:
    """Serve the workbook as web pages, until Ctrl-C."""
    from careerpath.serving.server import serve
    from careerpath.serving.settings import Options

    serve(
        Options(
            room_size=room_size,
            max_visitors=max_visitors,
            per_address=per_address,
            port=port,
            host=host,
            base_url=base_url,
            trusted_proxy=trusted_proxy,
            instrument=instrument,
            frame_ancestors=frame_ancestors,
            metrics=metrics,
            template=template.value,
            notebooks=notebooks,
            verbose=verbose,
        )
    )


def _score_document(
    instrument: Instrument, result: Score, meaning: Interpretation
) -> dict[str, Any]:
    return {
        "instrument": {"id": instrument.id, "version": instrument.version},
        "total": result.total,
        "minimum": result.minimum,
        "maximum": result.maximum,
        "band": result.band,
        "missing": result.missing,
        "headline": meaning.headline,
        "placement": meaning.placement,
        "certainty": meaning.certainty,
        "chances": meaning.chances,
        "standard_error": meaning.standard_error,
        "flips": [asdict(flip) for flip in meaning.flips],
        "facets": [asdict(facet) for facet in result.facets],
    }


def _print_json(document: dict[str, Any]) -> None:
    typer.echo(json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False))


def _console() -> Console:
    from rich.console import Console

    return Console(highlight=False)
