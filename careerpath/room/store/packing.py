"""A person's answers as a short text, so that a database joins thousands into one.

Each answer is its number of steps above the scale's minimum, as shown from left to right, in
hexadecimal digits of one width; they stand in the instrument's order of items.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from careerpath.core.instrument import Instrument, Scale
from careerpath.core.numbers import exact, plain_number
from careerpath.core.scoring import check_answer, score

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from careerpath.cohort.tally import Tally


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
    packed = _packed_at_once(instrument, answers)
    if packed is None:
        score(instrument, answers)
        digits = width(instrument)
        packed = "".join(
            f"{check_answer(instrument, name, answers[name]):0{digits}x}"
            for name in instrument.item_ids
        )
    return packed


def _packed_at_once(instrument: Instrument, answers: object) -> str | None:
    """Pack what consists of plain numbers of the scale, one for each item; None for all else."""
    names = instrument.item_ids
    if not isinstance(answers, Mapping) or len(answers) != len(names):
        return None
    known = _digits(instrument.scale)
    packed = []
    for name in names:
        answer = answers.get(name)
        # Not isinstance: True is an int, and 1.
        if type(answer) not in (int, float) or answer not in known:
            return None
        packed.append(known[answer])
    return "".join(packed)


@cache
def _digits(scale: Scale) -> Mapping[object, str]:
    """Write all answers that a scale has."""
    digits = len(f"{scale.steps:x}")
    lowest, step = exact(scale.minimum), exact(scale.step)
    return {
        plain_number(lowest + step * steps): f"{steps:0{digits}x}"
        for steps in range(scale.steps + 1)
    }


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

    grid = np.array(
        [instrument.total_of(step, items=1) for step in range(instrument.scale.steps + 1)]
    )
    return pd.DataFrame(grid[_steps(instrument, packed)], columns=list(instrument.item_ids))


def count(instrument: Instrument, packed: str) -> Tally:
    """Tally many people's answers, packed one behind the other.

    It is what `Tally.of` makes of `unpack`, many times as fast: what was packed has been checked.

    Examples
    --------
    >>> tally = count(Instrument.plain(["a", "b"], management_below=7, mastery_above=14), "a305")
    >>> tally.count, tally.mean
    (2, 9.0)
    """
    import numpy as np

    from careerpath.cohort.tally import Tally
    from careerpath.cohort.tally_layout import TallyLayout

    layout = TallyLayout.of(instrument)
    _, answers, totals = layout.shape
    keyed = [
        instrument.scale.steps - column if turned else column
        for column, turned in zip(_steps(instrument, packed).T, layout.reversed, strict=True)
    ]
    sums = np.zeros(len(keyed[0]), np.int64)
    for column in keyed:
        sums += column
    cells = [
        np.bincount(sums + column * np.int64(totals), minlength=answers * totals)
        for column in keyed
    ]
    return Tally(layout, np.stack(cells).reshape(layout.shape))


def _steps(instrument: Instrument, packed: str) -> NDArray[np.integer[Any]]:
    """Return each person's answers in steps above the scale's minimum, a row a person."""
    import numpy as np

    digits = width(instrument)
    worth = np.zeros(128, np.uint8)
    for value, letter in enumerate(b"0123456789abcdef"):
        worth[letter] = value
    values = worth[np.frombuffer(packed.encode("ascii"), np.uint8)]
    values = values.reshape(-1, len(instrument.items), digits)
    if digits == 1:
        return values[:, :, 0]
    found: NDArray[np.int64] = values @ (16 ** np.arange(digits - 1, -1, -1))
    return found
