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

_COHORT_FILES = (".csv", ".tsv", ".xlsx", ".parquet", ".jsonl", ".ndjson")
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

InstrumentOption = Annotated[
    str | None,
    typer.Option(
        "--instrument", metavar="ID|FILE", help="Another instrument than the shipped one."
    ),
]
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
            help="A .json or .toml file with an answer for each item; - reads JSON from stdin. "
            "Or a cohort: .csv, .tsv, .xlsx, .parquet or .jsonl.",
        ),
    ],
    *,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Where a cohort's scores go: .csv, .tsv or .parquet."),
    ] = None,
    instrument: Annotated[
        str | None,
        typer.Option(metavar="ID|FILE", help="Another instrument than the shipped one."),
    ] = None,
    missing: Annotated[
        Missing, typer.Option(help="Unanswered items: refuse, or estimate from the others.")
    ] = Missing.REFUSE,
    as_json: AsJson = False,
) -> None:
    """Score one person's answers and say what the result means, or a whole cohort's."""
    from careerpath.answers_file import read_answers
    from careerpath.scoring import PRORATE_HINT

    questionnaire = careerpath.load_instrument(instrument)
    if output is not None or Path(answers).suffix.lower() in _COHORT_FILES:
        if missing is not Missing.REFUSE:
            raise CareerpathError("A cohort's gaps are not estimated. Leave --missing out.")
        _score_cohort(answers, output, questionnaire, as_json=as_json)
        return
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


@app.command("tally")
def tally_command(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILES...",
            help="Cohorts (.csv, .tsv, .xlsx, .parquet, .jsonl) and tallies (.tally); globs, too.",
        ),
    ],
    *,
    output: Annotated[Path, typer.Option("--output", "-o", help="Where the tally goes.")],
    instrument: InstrumentOption = None,
    as_json: AsJson = False,
) -> None:
    """Reduce cohorts of any size to one small tally."""
    from careerpath.cohort.streaming import tally_files
    from careerpath.cohort.terminal import show_tally, tally_document, tally_progress

    questionnaire = careerpath.load_instrument(instrument)
    with tally_progress() as told:
        tally = tally_files(files, questionnaire, progress=told)
    tally.save(output)
    if as_json:
        _print_json({"file": str(output), **tally_document(tally, questionnaire.cut_scores)})
    else:
        show_tally(_console(), str(output), tally, questionnaire.cut_scores)


@app.command("simulate")
def simulate_command(
    *,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Where it goes: .csv, .tsv or .parquet.")
    ],
    count: Annotated[int, typer.Option(help="How many people.")] = 200,
    mean: Annotated[float | None, typer.Option(help="The mean total.")] = None,
    sd: Annotated[float | None, typer.Option(help="The standard deviation of totals.")] = None,
    reliability: Annotated[float | None, typer.Option(help="Cronbach's alpha.")] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same people.")] = 0,
    instrument: InstrumentOption = None,
) -> None:
    """Make up a synthetic cohort, to try things out with."""
    from careerpath.cohort import simulate_cohort, write_cohort

    made = simulate_cohort(
        careerpath.load_instrument(instrument),
        count=count,
        mean=mean,
        sd=sd,
        reliability=reliability,
        seed=seed,
    )
    write_cohort(made.frame, output)
    typer.echo(f"{output}: {made.note}")


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


def _score_cohort(
    source: str, output: Path | None, instrument: Instrument, *, as_json: bool
) -> None:
    if output is None:
        raise CareerpathError(f"{source} holds a cohort. Say where its scores go: -o OUT.csv.")
    from careerpath.cohort import Tally, read_cohort, score_frame, write_cohort
    from careerpath.cohort.terminal import show_tally, tally_document

    cohort = read_cohort(source, instrument)
    write_cohort(score_frame(cohort.frame, instrument), output)
    tally = Tally.of(cohort.frame, instrument)
    if as_json:
        _print_json({"file": str(output), **tally_document(tally, instrument.cut_scores)})
    else:
        show_tally(_console(), str(output), tally, instrument.cut_scores, said=cohort.summary)


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
