"""Loading an instrument, or a translation of one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from careerpath.core.instrument import Instrument
from careerpath.core.shipped import DEFAULT_ID, instrument_path, read_toml
from careerpath.core.translation import instrument_of

INSTRUMENT_VARIABLE = "CAREERPATH_INSTRUMENT"
"""The environment variable with another default; ``careerpath serve`` sets it for its pages."""


def load_instrument(source: str | Path | None = None) -> Instrument:
    """Read an instrument, or a translation of one.

    Parameters
    ----------
    source : str or Path, optional
        A path to a ``.toml`` file, or the id of a shipped instrument. The default is the value of
        the environment variable ``CAREERPATH_INSTRUMENT``, or else the shipped questionnaire. From
        a translation you get its original, with the translated texts; the original is shipped, or
        is in the same folder as ``<its id>.toml``.

    Returns
    -------
    Instrument

    Raises
    ------
    InstrumentError
        If the file is missing or invalid; the message names the file, the key and the next step.

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
    """Return whether this is a translation: it has the key ``translates``."""
    return "translates" in data
