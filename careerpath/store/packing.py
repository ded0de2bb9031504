"""A person's answers as a short text, so that a database joins thousands into one.

Each answer is its number of steps above the scale's minimum, as shown from left to right, in
hexadecimal digits of one width; they stand in the instrument's order of items.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from careerpath.exact import exact
from careerpath.instrument import Instrument
from careerpath.scoring import keyed_steps, score

if TYPE_CHECKING:
    import pandas as pd


def width(instrument: Instrument) -> int:
    """Return how many digits an answer takes."""
    return len(f"{instrument.scale.steps:x}")


def pack(instrument: Instrument, answers: Mapping[str, Any]) -> str:
    """Check a person's answers, and pack them.

    Parameters
    ----------
    instrument : Instrument
    answers : mapping of str to int or float
        An answer for each item.

    Raises
    ------
    CareerpathError
        For whatever `score` refuses.

    Examples
    --------
    >>> pack(Instrument.plain(["a", "b"], management_below=7, mastery_above=14), {"a": 10, "b": 3})
    'a3'
    """
    keyed = score(instrument, answers).keyed
    lowest, step = exact(instrument.scale.minimum), exact(instrument.scale.step)
    digits = width(instrument)
    return "".join(
        # Keying twice gives what was given.
        f"{keyed_steps(instrument, item, int((exact(keyed[item.id]) - lowest) / step)):0{digits}x}"
        for item in instrument.items
    )


def unpack(instrument: Instrument, packed: str) -> pd.DataFrame:
    """Make a frame of many people's answers, packed one behind the other.

    It loads numpy and pandas.

    Examples
    --------
    >>> unpack(Instrument.plain(["a", "b"], management_below=7, mastery_above=14), "a305")
        a  b
    0  10  3
    1   0  5
    """
    import numpy as np
    import pandas as pd

    digits = width(instrument)
    values = np.frombuffer(packed.encode("ascii"), np.uint8).astype(np.int16)
    values = np.where(values >= ord("a"), values - ord("a") + 10, values - ord("0"))
    places = 16 ** np.arange(digits - 1, -1, -1)
    steps = values.reshape(-1, len(instrument.items), digits) @ places
    grid = np.array(
        [instrument.total_of(step, items=1) for step in range(instrument.scale.steps + 1)]
    )
    return pd.DataFrame(grid[steps], columns=list(instrument.item_ids))
