"""The application to which the commands belong, and the options and functions they share."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

import careerpath
from careerpath.core.errors import CareerpathError

if TYPE_CHECKING:
    from rich.console import Console

FOUND_ERRORS = 1
CANNOT_RUN = 2


class _Commands(TyperGroup):
    """Prints a `CareerpathError` of any command as a message and exits with status 2."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except CareerpathError as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(CANNOT_RUN) from error


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
        "--instrument", metavar="ID|FILE", help="Use this instrument instead of the built-in one."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # If a terminal lacks a character, print a question mark, not a traceback.
            stream.reconfigure(errors="replace")
    app()


def _show_version(wanted: bool) -> None:  # noqa: FBT001 (typer calls it so)
    if wanted:
        typer.echo(f"careerpath {careerpath.__version__}")
        raise typer.Exit


@app.callback()
def _careerpath(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    """Choose between mastery, management, or both."""


def print_json(document: dict[str, Any]) -> None:
    """Print one JSON document."""
    typer.echo(json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False))


def console() -> Console:
    """Return the console for text that people read."""
    from rich.console import Console

    return Console(highlight=False)
