"""``careerpath db``: migrate, back up and check the database of the rooms."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from careerpath.cli.app import FOUND_ERRORS, AsJson, app, print_json
from careerpath.cli.output_file import Overwrite, check_target

DatabaseOption = Annotated[
    str | None,
    typer.Option(
        "--database",
        metavar="URL",
        envvar="CAREERPATH_DATABASE_URL",
        help="sqlite:///rooms.db or postgresql://user@host/name. Default: a file in your data "
        "folder.",
    ),
]

database = typer.Typer(
    no_args_is_help=True, help="Migrate, back up and check the database of the rooms."
)
app.add_typer(database, name="db")


@database.command("upgrade")
def upgrade_command(*, url: DatabaseOption = None) -> None:
    """Migrate the database and erase expired rooms and traces of deleted ones.

    Runs automatically when the database is used; use this to do it in advance.
    """
    from contextlib import closing

    from careerpath.room.store.store import open_store

    with closing(open_store(url)) as store:
        store.database.erase_traces()
        typer.echo(f"{store.database.place} is up to date.")


@database.command("backup")
def backup_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write.")],
    *,
    overwrite: Overwrite = False,
    url: DatabaseOption = None,
) -> None:
    """Copy an SQLite database to a file, even while it is in use."""
    from contextlib import closing

    from careerpath.room.store.store import open_store

    with closing(open_store(url)) as store:
        check_target(file, overwrite=overwrite, inputs=[store.database.place])
        store.backup(file)
    typer.echo(f"{file} contains all rooms and their answers. Protect it like the database.")


@database.command("check")
def check_command(*, url: DatabaseOption = None, as_json: AsJson = False) -> None:
    """Check that the database answers, is up to date and is not damaged. Changes nothing."""
    from careerpath.room.store.maintenance import check_database

    found = check_database(url)
    if as_json:
        print_json(asdict(found))
    else:
        typer.echo(f"{found.place}: {found.summary}")
        for problem in found.problems:
            typer.echo(problem)
    if found.problems:
        raise typer.Exit(FOUND_ERRORS)
