"""A cohort as the threshold lab takes it: a tally with a name, and where it comes from."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from careerpath.cohort.reading import Cohort
from careerpath.cohort.simulation import SimulatedCohort
from careerpath.cohort.tally import Tally
from careerpath.cohort.tally_layout import TallyLayout
from careerpath.core.errors import CareerpathError, did_you_mean, shown
from careerpath.core.instrument import Instrument

Found = TypeVar("Found")

MOST_GROUPS = 40
"""A column that names more groups than this is none to choose from."""


@dataclass(frozen=True)
class NamedCohort:
    """The answers of many people, and where they come from.

    Attributes
    ----------
    name : str
        What the lab calls it.
    tally : Tally
    source : str
        Where the answers come from; it goes into what is saved.
    synthetic : bool
        Whether nobody ever gave these answers. It is said wherever the cohort is shown.
    """

    name: str
    tally: Tally
    source: str = ""
    synthetic: bool = False

    @classmethod
    def of(cls, name: str, given: Any, instrument: Instrument, **facts: Any) -> NamedCohort:
        """Make a cohort of whatever holds answers.

        Parameters
        ----------
        name : str
        given : Tally, SimulatedCohort, Cohort or frame
            A simulated cohort says by itself that it is synthetic, and how it was made; so do a
            table of simulated people, whose names begin with "synthetic", and its tally.
        instrument : Instrument
        **facts : object
            ``source`` and ``synthetic``.
        """
        if isinstance(given, SimulatedCohort):
            facts = {**facts, "source": facts.get("source") or given.note, "synthetic": True}
        frame = given.frame if isinstance(given, SimulatedCohort | Cohort) else given
        tally = frame if isinstance(frame, Tally) else Tally.of(frame, instrument)
        facts["synthetic"] = facts.get("synthetic") or tally.synthetic
        return cls(name, tally, **facts)

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """How many people have each possible total, from the lowest up."""
        return np.asarray(self.tally.totals, dtype=np.int64)

    @cached_property
    def below(self) -> NDArray[np.int64]:
        """How many people lie below each possible total, and below one more than the highest."""
        return np.concatenate(([0], np.cumsum(self.counts)))

    @cached_property
    def reliability(self) -> Reliability:
        """How far the items hang together in this cohort."""
        low, high = or_none(lambda: self.tally.alpha_interval(level=0.95)) or (None, None)
        return Reliability(
            alpha=finite(or_none(self.tally.alpha)),
            low=finite(low),
            high=finite(high),
            standard_error=finite(or_none(self.tally.standard_error)),
        )


@dataclass(frozen=True, slots=True)
class Reliability:
    """Cronbach's alpha with its 95 % interval, and the SEM; None where they cannot be had."""

    alpha: float | None
    low: float | None
    high: float | None
    standard_error: float | None


def split_by(
    given: Any, column: str, instrument: Instrument, *, name: str = "everybody", **facts: Any
) -> tuple[NamedCohort, ...]:
    """Make a cohort of everybody, and one of each group that a column names.

    Parameters
    ----------
    given : SimulatedCohort, Cohort or frame
    column : str
        Whose values name the groups. Rows without one are in no group.
    instrument : Instrument
    name : str
        What everybody together is called.
    **facts : object
        As for `NamedCohort.of`.

    Returns
    -------
    tuple of NamedCohort
        Everybody first, then the groups by name.

    Raises
    ------
    CareerpathError
        Where there is no such column, or it names too many groups to choose from.

    Examples
    --------
    >>> from careerpath.cohort.simulation import simulate_cohort
    >>> instrument = Instrument.plain(["a", "b"], management_below=7, mastery_above=13)
    >>> frame = simulate_cohort(instrument, count=4, seed=1).frame.assign(team=list("xyxx"))
    >>> [(each.name, each.tally.count) for each in split_by(frame, "team", instrument)]
    [('everybody', 4), ('x', 3), ('y', 1)]
    """
    everybody = NamedCohort.of(name, given, instrument, **facts)
    facts = {"source": everybody.source, "synthetic": everybody.synthetic}
    native = given.frame if isinstance(given, SimulatedCohort | Cohort) else given
    frame = nw.from_native(native)
    columns = frame.collect_schema().names()
    if column not in columns:
        raise CareerpathError(
            f"There is no column {shown(column)} to group people by. "
            f"{did_you_mean(column, columns)}"
        )
    named = frame.lazy().select(column).unique().collect()[column].drop_nulls().to_list()
    if len(named) > MOST_GROUPS:
        raise CareerpathError(
            f"Column {shown(column)} names {len(named):,} groups; the lab compares "
            f"{MOST_GROUPS} at the most. Give a column that names teams or years, not people."
        )
    groups = {
        str(value): frame.filter(nw.col(column) == value).to_native()
        for value in sorted(named, key=str)
    }
    return (
        everybody,
        *(NamedCohort.of(each, part, instrument, **facts) for each, part in groups.items()),
    )


def check_cohorts(cohorts: Sequence[NamedCohort], instrument: Instrument) -> None:
    """Refuse cohorts that one lab cannot show.

    Raises
    ------
    CareerpathError
        Where there is none, two have one name, or one was tallied with something else.
    """
    if not cohorts:
        raise CareerpathError("The threshold lab has no cohort. Give it a tally or a frame.")
    names = [each.name for each in cohorts]
    if len(set(names)) < len(names) or "" in names:
        raise CareerpathError(f"Cohorts need names that differ; these are {shown(names)}.")
    layout = TallyLayout.of(instrument)
    for each in cohorts:
        if each.tally.layout != layout:
            raise CareerpathError(
                f"The cohort {shown(each.name)} was tallied with other items, keys or another "
                f"scale than the instrument {instrument.id!r} has. Tally it with that instrument."
            )


def or_none(compute: Callable[[], Found]) -> Found | None:
    """Compute a statistic; None where these people are too few or too much alike for it."""
    try:
        return compute()
    except CareerpathError:
        return None


def finite(value: float | None) -> float | None:
    """Return a number, and None for what is none."""
    return None if value is None or not math.isfinite(value) else float(value)
