"""Reading an instrument, or a translation of one: from a file, or built in by its id."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from careerpath.core.errors import InstrumentError, did_you_mean
from careerpath.core.files import decoded, parsed_toml, read_bytes
from careerpath.core.instrument import Instrument
from careerpath.core.translation import Translation, applied, misfits

BUILT_IN = Path(__file__).parents[1] / "instruments"
"""The folder of the built-in instruments."""
DEFAULT_ID = "careerpath-15"
INSTRUMENT_VARIABLE = "CAREERPATH_INSTRUMENT"
"""The environment variable with another default; ``careerpath serve`` sets it for its pages."""


def load_instrument(source: str | Path | None = None) -> Instrument:
    """Read an instrument, or a translation of one.

    Parameters
    ----------
    source : str or Path, optional
        A path to a ``.toml`` file, or the id of a built-in instrument. The default is the value of
        the environment variable ``CAREERPATH_INSTRUMENT``, or else the built-in questionnaire. From
        a translation you get its original, with the translated texts; the original is built in, or
        is in the same folder as ``<its id>.toml``.

    Returns
    -------
    Instrument

    Raises
    ------
    InstrumentError
        If the file is missing or invalid; the message names the file, the key and the next step.
        Also if a translation does not match its original: people must not see two languages, or
        the texts of another version.

    Examples
    --------
    >>> instrument = load_instrument()
    >>> len(instrument.items), instrument.maximum_total
    (15, 150)
    """
    if source is None:
        source = os.environ.get(INSTRUMENT_VARIABLE) or DEFAULT_ID
    path = instrument_path(source)
    place = str(path)
    data = read_toml(path)
    if not is_translation(data):
        return Instrument.validated(data, place=place)
    translation = Translation.validated(data, place=place)
    original = original_of(translation, path)
    amiss = list(misfits(original, translation))
    if amiss:
        raise InstrumentError(
            "\n".join(f"{place}: {each.place}: {each.fact} {each.mend}" for each in amiss)
        )
    return applied(original, translation, place)


def is_translation(data: dict[str, Any]) -> bool:
    """Return whether this is a translation: it has the key ``translates``."""
    return "translates" in data


def original_of(translation: Translation, path: Path) -> Instrument:
    """Return the original of a translation: a built-in instrument, or one in the same folder.

    Raises
    ------
    InstrumentError
        If there is no such original, or it is invalid.
    """
    name = translation.translates
    folder = BUILT_IN if name in built_in_ids() else path.parent
    original = folder / f"{name}.toml"
    if not original.exists():
        raise InstrumentError(
            f"{path}: There is no built-in instrument {name!r}, and no {original.name} in the same "
            f"folder. {did_you_mean(name, built_in_ids())}"
        )
    return Instrument.validated(read_toml(original), place=str(original))


def built_in_ids() -> list[str]:
    """Return the ids of the built-in instruments."""
    return sorted(path.stem for path in BUILT_IN.glob("*.toml"))


def instrument_path(source: str | Path) -> Path:
    """Return the file of an instrument, from its path or from the id of a built-in one.

    Raises
    ------
    InstrumentError
        If there is no built-in instrument with that id.
    """
    if isinstance(source, Path) or source.endswith(".toml") or "/" in source or "\\" in source:
        return Path(source)
    if source not in built_in_ids():
        raise InstrumentError(
            f"There is no built-in instrument {source!r}. {did_you_mean(source, built_in_ids())} "
            "For a file of your own give its path, ending in .toml."
        )
    return BUILT_IN / f"{source}.toml"


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
            f"Check the path; built-in instruments go by their id: {', '.join(built_in_ids())}."
        ),
    )
    text = decoded(raw, place=place, raises=InstrumentError)
    return parsed_toml(text, place=place, raises=InstrumentError)
