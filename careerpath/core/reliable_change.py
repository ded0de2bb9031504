"""Whether the change between two results is more than measurement error.

The index is that of Jacobson and Truax (1991): the difference of two totals, divided by the
standard error of such a difference, ``SEM * sqrt(2)``. Results of different instruments or versions
are never compared.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

from careerpath.core.errors import CareerpathError, shown
from careerpath.core.instrument import Instrument
from careerpath.core.numbers import exact, plain_number
from careerpath.core.wording import counted, show

CRITERION = 1.96
"""Above this, a change is called reliable: error alone reaches it in 1 of 20 pairs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastResult:
    """A result of one day.

    Attributes
    ----------
    instrument_id, instrument_version : str
        What it was made with.
    total : int or float
    taken : date
    """

    instrument_id: str
    instrument_version: str
    total: int | float
    taken: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliableChange:
    """The change between two results.

    Attributes
    ----------
    difference : int or float
        Later minus earlier; above 0 toward mastery.
    index : float
        The difference divided by its standard error.
    reliable : bool
        Whether it is more than measurement error explains.
    smallest : float
        A difference is reliable if it is larger than this, in points.
    words : str
    """

    difference: int | float
    index: float
    reliable: bool
    smallest: float
    words: str


def reliable_change(
    instrument: Instrument, earlier: PastResult, later: PastResult
) -> ReliableChange:
    """Return whether two results differ by more than measurement error.

    Parameters
    ----------
    instrument : Instrument
        The instrument of both results; its norms give the error of a total.
    earlier, later : PastResult

    Returns
    -------
    ReliableChange
        If the two results are swapped, only the signs of the difference and the index change.

    Raises
    ------
    CareerpathError
        If a result is from another instrument or version, or the instrument has no norms.

    References
    ----------
    Jacobson, N. S., & Truax, P. (1991). Clinical significance: A statistical approach to defining
    meaningful change in psychotherapy research. Journal of Consulting and Clinical Psychology, 59.

    Examples
    --------
    >>> from careerpath import load_instrument
    >>> instrument = load_instrument()
    >>> def on(day, total):
    ...     return PastResult(
    ...         instrument_id=instrument.id,
    ...         instrument_version=instrument.version,
    ...         total=total,
    ...         taken=day,
    ...     )
    >>> change = reliable_change(instrument, on(date(2025, 3, 1), 60), on(date(2026, 3, 1), 93))
    >>> round(change.index, 2), change.reliable, round(change.smallest, 1)
    (2.37, True, 27.3)
    """
    before, after = (_total(instrument, result) for result in (earlier, later))
    if instrument.norms is None:
        raise CareerpathError(
            f"Instrument {instrument.id!r} has no norms, so nothing can be said about its "
            "measurement error. Add [norms] to its file."
        )
    error = instrument.norms.standard_error * math.sqrt(2)
    difference = plain_number(exact(after) - exact(before))
    index = difference / error
    reliable = abs(index) > CRITERION
    return ReliableChange(
        difference=difference,
        index=index,
        reliable=reliable,
        smallest=CRITERION * error,
        words=_words(
            difference, CRITERION * error, reliable=reliable, measured=instrument.norms.measured
        ),
    )


def _total(instrument: Instrument, result: PastResult) -> int | float:
    if (result.instrument_id, result.instrument_version) != (instrument.id, instrument.version):
        raise CareerpathError(
            f"A result of {shown(result.instrument_id)} {shown(result.instrument_version)} cannot "
            f"be compared with one of {instrument.id!r} {instrument.version!r}: other questions or "
            "cut scores give other totals. Compare results of one version."
        )
    low, high = instrument.minimum_total, instrument.maximum_total
    total: object = result.total
    if isinstance(total, bool) or not isinstance(total, int | float) or not low <= total <= high:
        raise CareerpathError(
            f"A total of {shown(total)} cannot be: totals run from {show(low)} to {show(high)}. "
            "Remove that result."
        )
    return total


def _words(difference: float, smallest: float, *, reliable: bool, measured: bool) -> str:
    if not difference:
        return "The two totals are the same."
    way = "mastery" if difference > 0 else "management"
    error = (
        f"In nineteen pairs of twenty, measurement error alone stays within "
        f"{show(round(smallest, 1))} points"
        f"{'' if measured else ', as far as is assumed'}"
    )
    meaning = (
        "so something has probably changed: you, your work, or how you see it"
        if reliable
        else "so this may be no change at all"
    )
    return f"The total moved {counted(abs(difference), 'point')} toward {way}. {error}, {meaning}."
