"""``careerpath serve``: serves the workbook as web pages."""

from __future__ import annotations

import os
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
            hidden=True,
            help="Not needed any more: each page is made when its visitor comes.",
        ),
    ] = None,
    max_visitors: Annotated[
        int | None,
        typer.Option(
            min=1,
            envvar="CAREERPATH_MAX_VISITORS",
            help="The most visitors at a time. By default as many as fit into memory.",
        ),
    ] = None,
    per_address: Annotated[
        int | None,
        typer.Option(
            min=0,
            envvar="CAREERPATH_PER_ADDRESS",
            help="The most pages for one network address; 0 means no limit. By default three "
            "quarters of all, because a room often shares one address.",
        ),
    ] = None,
    port: Annotated[
        int,
        typer.Option(
            min=0, max=65535, envvar="CAREERPATH_PORT", help="The port; 0 takes any free port."
        ),
    ] = 8866,
    host: Annotated[
        str,
        typer.Option(
            envvar="CAREERPATH_HOST",
            help="The network address to listen on. 0.0.0.0 lets other devices connect.",
        ),
    ] = "127.0.0.1",
    base_url: Annotated[
        str,
        typer.Option(
            envvar="CAREERPATH_BASE_URL",
            help="The path of the pages behind a proxy, such as /careerpath/.",
        ),
    ] = "/",
    trusted_proxy: Annotated[
        str,
        typer.Option(
            metavar="ADDRESS",
            envvar="CAREERPATH_TRUSTED_PROXY",
            help="The proxy whose X-Forwarded-For header is trusted: an address or a network; "
            "separate several with commas.",
        ),
    ] = "",
    allowed_host: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            envvar="CAREERPATH_ALLOWED_HOST",
            help="A name under which visitors reach the server, such as career.example; separate "
            "several with commas. Addresses and this computer's names are always allowed.",
        ),
    ] = "",
    instrument: Annotated[
        str | None,
        typer.Option(
            metavar="ID|FILE",
            envvar="CAREERPATH_INSTRUMENT",
            help="Use this instrument instead of the built-in one.",
        ),
    ] = None,
    database: DatabaseOption = None,
    frame_ancestors: Annotated[
        str,
        typer.Option(
            metavar="SITES",
            envvar="CAREERPATH_FRAME_ANCESTORS",
            help="Websites that may show the pages in a frame, such as https://portal.example; "
            "separate several with spaces.",
        ),
    ] = "",
    metrics: Annotated[
        bool,
        typer.Option(
            "--metrics",
            envvar="CAREERPATH_METRICS",
            help="Publish figures for Prometheus at /metrics.",
        ),
    ] = False,
    notebooks: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            envvar="CAREERPATH_NOTEBOOKS",
            help="Serve the notebooks of this folder instead of the built-in ones.",
        ),
    ] = None,
    verbose: Annotated[
        bool,
        typer.Option("--verbose", envvar="CAREERPATH_VERBOSE", help="Log Voilà's messages, too."),
    ] = False,
) -> None:
    """Serve the workbook as web pages until Ctrl-C."""
    _skip_address_grammar()

    from careerpath.serving.addresses import is_loopback
    from careerpath.serving.server import serve
    from careerpath.serving.settings import Options

    if room_size is not None:
        typer.echo(
            "--room-size (CAREERPATH_ROOM_SIZE) has no effect any more: each page is made when its "
            "visitor comes. Leave it out.",
            err=True,
        )
    if getattr(os, "geteuid", lambda: None)() == 0 and not is_loopback(host):
        typer.echo(
            "You run this as root, and other devices can connect. Use an account without rights: "
            "docs/deploying.md sets one up.",
            err=True,
        )

    serve(
        Options(
            max_visitors=max_visitors,
            per_address=per_address,
            port=port,
            host=host,
            base_url=base_url,
            trusted_proxy=trusted_proxy,
            allowed_host=allowed_host,
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
