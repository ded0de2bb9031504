"""``careerpath room``: create, list, show, export, close and delete rooms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import careerpath
from careerpath.cli.app import AsJson, InstrumentOption, app, console, print_json
from careerpath.cli.database import DatabaseOption
from careerpath.cli.output_file import Overwrite, check_target
from careerpath.core.errors import CareerpathError, shown
from careerpath.core.wording import counted, long_date
from careerpath.room.room import DEFAULT_CAPACITY, DEFAULT_LIFE

if TYPE_CHECKING:
    from careerpath.room.room import Counts, Room
    from careerpath.room.store.store import Store

Code = Annotated[str, typer.Argument(metavar="CODE", help="The room's code: six letters.")]
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}

room = typer.Typer(no_args_is_help=True, help="Create, list, show, export, close and delete rooms.")
app.add_typer(room, name="room")


@room.command("create")
def create_command(
    title: Annotated[
        str, typer.Argument(metavar="TITLE", help="The title; participants see it first.")
    ],
    *,
    instrument: InstrumentOption = None,
    expires: Annotated[
        str,
        typer.Option(metavar="TIME", help="Delete the room after this time: 90m, 12h, 7d or 4w."),
    ] = f"{DEFAULT_LIFE.days}d",
    capacity: Annotated[
        int, typer.Option(help="The largest number of participants.")
    ] = DEFAULT_CAPACITY,
    url: DatabaseOption = None,
    as_json: AsJson = False,
) -> None:
    """Create a room and print its code and, this once only, its coach key."""
    life = _time(expires)
    with _store(url) as store:
        opened = store.create_room(
            title, careerpath.load_instrument(instrument), expires_in=life, capacity=capacity
        )
    if as_json:
        print_json({"code": opened.code, "coach_key": opened.coach_key, **_room(opened.room)})
        return
    typer.echo(f"Room {opened.code}: {opened.room.title}")
    typer.echo(f"Coach key: {opened.coach_key}")
    typer.echo("Write the key down: it is shown only this once.")
    ends = opened.room.expires
    typer.echo(f"The room is deleted on {long_date(ends)}, {ends:%H:%M} UTC.")


@room.command("list")
def list_command(*, url: DatabaseOption = None, as_json: AsJson = False) -> None:
    """List all rooms, the newest first."""
    with _store(url) as store:
        rooms = store.rooms()
    if as_json:
        print_json({"rooms": [_room(each) for each in rooms]})
        return
    for each in rooms:
        typer.echo(f"{each.code}  {_state(each):<18}  {each.expires:%Y-%m-%d}  {each.title}")
    if not rooms:
        typer.echo("There are no rooms. Create one with: careerpath room create TITLE.")


@room.command("show")
def show_command(code: Code, *, url: DatabaseOption = None, as_json: AsJson = False) -> None:
    """Show how many people have joined and shared and, from five people on, their bands."""
    from careerpath.cli.cohort_output import show_tally, tally_document
    from careerpath.room.room import HeldBackError

    with _store(url) as store:
        found, counts = store.room(code), store.counts(code)
        try:
            tally = store.tally(code)
            said = ""
        except HeldBackError as error:
            tally, said = None, str(error)
    if as_json:
        shown_tally = tally_document(tally, found.cut_scores) if tally else None
        print_json({**_room(found), **_people(counts), "tally": shown_tally})
        return
    typer.echo(f"Room {found.code}: {found.title} ({_state(found)})")
    typer.echo(f"Instrument {found.instrument_id} {found.instrument_version}.")
    typer.echo(
        f"{counts.joined} joined, {counts.answering} answering, {counts.shared} shared"
        f"{f', {counts.waiting} waiting' if counts.waiting else ''}"
        f"{' behind the frozen picture' if counts.waiting and found.frozen else ''}."
    )
    if tally is None:
        typer.echo(said)
    else:
        show_tally(console(), "In the picture", tally, found.cut_scores)


@room.command("export")
def export_command(
    code: Code,
    *,
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            help="The file to write: .csv, .tsv or .parquet; or .tally for the counts alone.",
        ),
    ],
    overwrite: Overwrite = False,
    url: DatabaseOption = None,
) -> None:
    """Write the answers, totals and bands of a room to a file."""
    from careerpath.room.room import left_out

    check_target(output, overwrite=overwrite, inputs=[url])
    with _store(url) as store:
        store.export_room(code, output)
        frozen = store.room(code).frozen
        missing = left_out(store.counts(code).waiting, of="it", frozen=frozen)
    what = "counts only" if output.suffix == ".tally" else "one row a person, in random order"
    typer.echo(f"{output}: {what}.")
    if missing:
        hint = " Reveal the picture on the coach's page, then export again."
        typer.echo(f"{missing}{hint if frozen else ''}")


@room.command("close")
def close_command(code: Code, *, url: DatabaseOption = None) -> None:
    """Stop joining and sharing; keep everything in the room."""
    with _store(url) as store:
        store.close_room(code)
        typer.echo(f"Room {store.room(code).code} is closed.")


@room.command("delete")
def delete_command(
    code: Annotated[
        str | None, typer.Argument(metavar="[CODE]", help="The room's code: six letters.")
    ] = None,
    *,
    unused: Annotated[
        bool, typer.Option("--unused", help="Delete all rooms that nobody has joined.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Delete without asking.")] = False,
    url: DatabaseOption = None,
) -> None:
    """Delete a room and everything in it, or all rooms that nobody has joined."""
    if (code is None) is not unused:
        raise CareerpathError("Name a room to delete, or write --unused.")
    with _store(url) as store:
        if code is None:
            if not yes:
                typer.confirm("Delete all rooms that nobody has joined?", abort=True)
            typer.echo(f"Deleted {counted(store.delete_unused(), 'room')} that nobody had joined.")
            return
        found, counts = store.room(code), store.counts(code)
        what = f"room {found.code} ({found.title}) with {counts.shared} responses"
        if not yes:
            typer.confirm(f"Delete {what}?", abort=True)
        store.delete_room(code)
    typer.echo(f"Deleted {what}.")


@contextmanager
def _store(url: str | None) -> Iterator[Store]:
    from careerpath.room.store.store import open_store

    store = open_store(url)
    try:
        yield store
    finally:
        store.close()


def _time(text: str) -> timedelta:
    match = re.fullmatch(r"(\d{1,4})([mhdw])", text.strip().lower())
    if match is None:
        raise CareerpathError(f"--expires {shown(text)} is not a time. Write 90m, 12h, 7d or 4w.")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def _state(found: Room) -> str:
    return f"{'closed' if found.closed else 'open'}, {found.picture}"


def _room(found: Room) -> dict[str, Any]:
    return {
        "code": found.code,
        "title": found.title,
        "instrument": {"id": found.instrument_id, "version": found.instrument_version},
        "published": found.published.model_dump(),
        "cut_scores": found.cut_scores.model_dump(),
        "created": found.created.isoformat(),
        "expires": found.expires.isoformat(),
        "capacity": found.capacity,
        "closed": found.closed,
        "picture": str(found.picture),
    }


def _people(counts: Counts) -> dict[str, int]:
    return {
        "joined": counts.joined,
        "answering": counts.answering,
        "shared": counts.shared,
        "waiting": counts.waiting,
    }
