"""The instruments that come with the package, and finding and reading an instrument's file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from careerpath.core.errors import InstrumentError, did_you_mean
from careerpath.core.files import decoded, parsed_toml, read_bytes

SHIPPED = Path(__file__).parents[1] / "instruments"
DEFAULT_ID = "careerpath-15"


def shipped_ids() -> list[str]:
    """Return the ids of the instruments that come with the package."""
    return sorted(path.stem for path in SHIPPED.glob("*.toml"))


def instrument_path(source: str | Path) -> Path:
    """Return the file of an instrument, from its path or from the id of a shipped one.

    Raises
    ------
    InstrumentError
        If there is no shipped instrument with that id.
    """
    if isinstance(source, Path) or source.endswith(".toml") or "/" in source or "\\" in source:
        return Path(source)
    if source not in shipped_ids():
        raise InstrumentError(
            f"No instrument {source!r} is shipped. {did_you_mean(source, shipped_ids())} "
            "For a file of your own give its path, ending in .toml."
        )
    return SHIPPED / f"{source}.toml"


def read_toml(path: Path) -> dict[str, Any]:
    """Read the TOML file of an instrument or a translation.

    Raises
    ------
    InstrumentError
        If the file is missing, or is not TOML.
    """
    place = str(path)
    raw = read_bytes(
        path,
        raises=InstrumentError,
        next_step=(
            f"Check the path; shipped instruments go by their id: {', '.join(shipped_ids())}."
        ),
    )
    text = decoded(raw, place=place, raises=InstrumentError)
    return parsed_toml(text, place=place, raises=InstrumentError)
