"""Finding and reading instrument files."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

from careerpath.core.errors import InstrumentError, did_you_mean
from careerpath.core.instrument import Instrument

SHIPPED = Path(__file__).parents[1] / "instruments"
DEFAULT_ID = "careerpath-15"
INSTRUMENT_VARIABLE = "CAREERPATH_INSTRUMENT"
"""The environment variable that names another default: so ``careerpath serve`` tells its pages."""


def load_instrument(source: str | Path | None = None) -> Instrument:
    """Read an instrument, or a translation of one.

    Parameters
    ----------
    source : str or Path, optional
        A path to a ``.toml`` file, or the id of a shipped instrument. By default the one
        that the environment variable ``CAREERPATH_INSTRUMENT`` names in the same way, and
        without that the shipped questionnaire. A translation gives its original, which is
        shipped or lies beside it as ``<its id>.toml``, in the translation's words.

    Returns
    -------
    Instrument

    Raises
    ------
    InstrumentError
        Where the file is missing or wrong; the message names the file, the key and the mend.

    Examples
    --------
    >>> instrument = load_instrument()
    >>> len(instrument.items), instrument.maximum_total
    (15, 150)
    """
    if source is None:
        source = os.environ.get(INSTRUMENT_VARIABLE) or DEFAULT_ID
    path = instrument_path(source)
    data = read_toml(path)
    if is_translation(data):
        from careerpath.core.translation import instrument_of

        return instrument_of(data, path)
    return Instrument.validated(data, place=str(path))


def is_translation(data: dict[str, Any]) -> bool:
    """Tell a translation from an instrument by its key ``translates``."""
    return "translates" in data


def shipped_ids() -> list[str]:
    """Return the ids of the instruments that come with the package."""
    return sorted(path.stem for path in SHIPPED.glob("*.toml"))


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file, with errors that say where and what to do."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InstrumentError(
            f"Cannot read {path}: {error.strerror}. Check the path; shipped instruments go by "
            f"their id: {', '.join(shipped_ids())}."
        ) from error
    except UnicodeDecodeError as error:
        raise InstrumentError(
            f"{path} is not UTF-8 text (byte {error.start}). Save it as UTF-8."
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise InstrumentError(f"{path} is not valid TOML: {error}. Mend that line.") from error
    except RecursionError as error:
        raise InstrumentError(f"{path} nests too deeply. Write tables, not nesting.") from error
    except ValueError as error:
        if "\0" in str(path):
            raise InstrumentError(f"Cannot read {str(path)!r}: {error}. Check the path.") from error
        raise InstrumentError(
            f"{path} holds a number with too many digits. Mend that number."
        ) from error


def instrument_path(source: str | Path) -> Path:
    """Return the file that a path or the id of a shipped instrument stands for."""
    if isinstance(source, Path) or source.endswith(".toml") or "/" in source or "\\" in source:
        return Path(source)
    if source not in shipped_ids():
        raise InstrumentError(
            f"No instrument {source!r} is shipped. {did_you_mean(source, shipped_ids())} "
            "For a file of your own give its path, ending in .toml."
        )
    return SHIPPED / f"{source}.toml"
