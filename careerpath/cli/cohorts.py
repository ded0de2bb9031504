"""``careerpath tally`` and ``careerpath simulate``: cohorts of any size."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import careerpath
from careerpath.cli.app import AsJson, InstrumentOption, app, console, print_json
from careerpath.cli.output_file import Overwrite, check_target


@app.command("tally")
def tally_command(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILES...",
            help="Cohorts (.csv, .tsv, .xlsx, .parquet, .jsonl), tallies (.tally), globs, and "
            "database tables, such as sqlite:///answers.db#table.",
        ),
    ],
    *,
    output: Annotated[Path, typer.Option("--output", "-o", help="The file for the tally.")],
    engine: Annotated[
        str,
        typer.Option(
            metavar="pandas|polars|duckdb|spark",
            help="What reads and counts Parquet files; the tally is the same.",
        ),
    ] = "pandas",
    master: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="The master of a Spark cluster, such as spark://host:7077; default: this machine.",
        ),
    ] = None,
    instrument: InstrumentOption = None,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Reduce cohorts of any size to one small tally."""
    from careerpath.cli.cohort_output import show_tally, tally_document, tally_progress
    from careerpath.cohort.files_to_tally import find_files, tally_files

    questionnaire = careerpath.load_instrument(instrument)
    check_target(output, overwrite=overwrite, inputs=[*find_files(files), instrument])
    with tally_progress() as told:
        tally = tally_files(files, questionnaire, engine=engine, master=master, progress=told)
    tally.save(output)
    if as_json:
        print_json({"file": str(output), **tally_document(tally, questionnaire.cut_scores)})
    else:
        show_tally(console(), str(output), tally, questionnaire.cut_scores)


@app.command("simulate")
def simulate_command(
    *,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The new file: .csv, .tsv or .parquet.")
    ],
    count: Annotated[int, typer.Option(help="How many people.")] = 200,
    mean: Annotated[float | None, typer.Option(help="The mean total.")] = None,
    sd: Annotated[float | None, typer.Option(help="The standard deviation of totals.")] = None,
    reliability: Annotated[float | None, typer.Option(help="Cronbach's alpha.")] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same people.")] = 0,
    instrument: InstrumentOption = None,
    overwrite: Overwrite = False,
) -> None:
    """Simulate a synthetic cohort, to try things out."""
    from careerpath.cohort.simulation import simulate_cohort
    from careerpath.cohort.writing import write_cohort

    check_target(output, overwrite=overwrite, inputs=[instrument])
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
