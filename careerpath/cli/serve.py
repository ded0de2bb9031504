"""``careerpath serve``: the workbook as web pages."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from careerpath.cli.app import app
from careerpath.cli.database import DatabaseOption


@app.command("serve")
def serve_command(
    *,
    room_size: Annotated[
        int | None,
        typer.Option(
            min=0,
            envvar="CAREERPATH_ROOM_SIZE",
            help="How many can come at once without waiting: so many pages are made ahead. By "
            "default 2 of the shipped page, for those who come one by one.",
        ),
    ] = None,
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
    database: DatabaseOption = None,
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
    _skip_address_grammar()

    from careerpath.serving.server import serve
    from careerpath.serving.settings import ONE_BY_ONE, Options

    if room_size is None:
        # Notebooks of somebody else's may be heavy, or not run at all.
        room_size = 0 if notebooks else min(ONE_BY_ONE, max_visitors or ONE_BY_ONE)

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
            database=database,
            frame_ancestors=frame_ancestors,
            metrics=metrics,
            notebooks=notebooks,
            verbose=verbose,
        )
    )


def _skip_address_grammar() -> None:
    """Make ``import rfc3987_syntax`` fail in this process, as if it were not installed.

    jsonschema, which Jupyter needs, imports this optional package to check addresses. The import
    compiles a grammar, which takes half of the server's start, and nothing here has such a check.
    """
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
