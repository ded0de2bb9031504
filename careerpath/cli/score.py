"""``careerpath score``: scores one person's answers, or a cohort."""

from __future__ import annotations

from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import careerpath
from careerpath.cli.app import AsJson, InstrumentOption, app, console, print_json
from careerpath.cli.output_file import Overwrite, check_target
from careerpath.core.errors import AnswerError, CareerpathError
from careerpath.core.scoring import PRORATE_HINT

if TYPE_CHECKING:
    from careerpath import Instrument, Interpretation, Score

_COHORT_FILES = (".csv", ".tsv", ".xlsx", ".parquet", ".jsonl", ".ndjson")


class Missing(StrEnum):
    """How to treat unanswered items."""

    REFUSE = "refuse"
    PRORATE = "prorate"


@app.command("score")
def score_command(
    answers: Annotated[
        str,
        typer.Argument(
            metavar="ANSWERS",
            help="One person's answers: a .json or .toml file, or - to read JSON from stdin. "
            "Or a cohort: .csv, .tsv, .xlsx, .parquet, .jsonl, or sqlite:///answers.db#table.",
        ),
    ],
    *,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="Write a cohort's scores to this .csv, .tsv or .parquet file."
        ),
    ] = None,
    instrument: InstrumentOption = None,
    missing: Annotated[
        Missing,
        typer.Option(help="Unanswered items: refuse them, or estimate them from the others."),
    ] = Missing.REFUSE,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Score one person's answers and explain the result, or score a whole cohort."""
    from careerpath.core.answers_file import read_answers

    questionnaire = careerpath.load_instrument(instrument)
    if output is not None or "://" in answers or Path(answers).suffix.lower() in _COHORT_FILES:
        if missing is not Missing.REFUSE:
            raise CareerpathError(
                "Unanswered items of a cohort are not estimated. Remove --missing."
            )
        if output is None:
            raise CareerpathError(
                f"{answers} holds a cohort. Name a file for its scores: -o OUT.csv."
            )
        check_target(output, overwrite=overwrite, inputs=[answers, instrument])
        _score_cohort(answers, output, questionnaire, as_json=as_json)
        return
    given = read_answers(answers, questionnaire)
    try:
        result = careerpath.score(questionnaire, given, missing=missing.value)
    except AnswerError as error:
        raise CareerpathError(in_options(error)) from error
    meaning = careerpath.interpret(questionnaire, result)
    if as_json:
        print_json(_score_document(questionnaire, result, meaning))
    else:
        from careerpath.cli.output import show_result

        show_result(console(), meaning)


def in_options(error: AnswerError) -> str:
    """Return the message with this command's option instead of the Python argument."""
    return str(error).replace(PRORATE_HINT, "add --missing prorate")


def _score_cohort(source: str, output: Path, instrument: Instrument, *, as_json: bool) -> None:
    from careerpath.cli.cohort_output import show_tally, tally_document
    from careerpath.cohort.reading import read_cohort
    from careerpath.cohort.score_frame import ADDED, score_frame
    from careerpath.cohort.tally import Tally
    from careerpath.cohort.writing import write_cohort

    cohort = read_cohort(source, instrument)
    # A room's export, or an output of this command, already has scores.
    before = [name for name in ADDED if name in cohort.others]
    said = cohort.summary + (f" Computed again: {', '.join(before)}." if before else "")
    write_cohort(score_frame(cohort.frame.drop(columns=before), instrument), output)
    tally = Tally.of(cohort.frame, instrument)
    if as_json:
        print_json({"file": str(output), **tally_document(tally, instrument.cut_scores)})
    else:
        show_tally(console(), str(output), tally, instrument.cut_scores, said=said)


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
