"""Finding and reading instrument files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from careerpath.core.instrument import Instrument
from careerpath.core.shipped import DEFAULT_ID, instrument_path, read_toml
from careerpath.core.translation import instrument_of

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
        return instrument_of(data, path)
    return Instrument.validated(data, place=str(path))


def is_translation(data: dict[str, Any]) -> bool:
    """Tell a translation from an instrument by its key ``translates``."""
    return "translates" in data
