"""The application that the commands register with, and what they share."""

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


def print_json(document: dict[str, Any]) -> None:
    """Print one JSON document."""
    typer.echo(json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False))


def console() -> Console:
    """Give the terminal that people read."""
    from rich.console import Console

    return Console(highlight=False)
