"""A tally with a name and a source, for the threshold lab and the room."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import narwhals as nw

from careerpath.cohort.reading import Cohort
from careerpath.cohort.reliability import Reliability
from careerpath.cohort.simulation import SimulatedCohort
from careerpath.cohort.tally import Tally
from careerpath.cohort.tally_layout import TallyLayout
from careerpath.core.errors import CareerpathError, did_you_mean, shown
from careerpath.core.instrument import Instrument

Found = TypeVar("Found")

MOST_GROUPS = 40
"""The most groups that the lab offers: a column with more values names people, not groups."""


@dataclass(frozen=True)
class NamedCohort:
    """A tally with a name, and where its answers come from.

    Attributes
    ----------
    name : str
        What screens call it.
    tally : Tally
    source : str
        Where the answers come from; it is written into saved instruments.
    synthetic : bool
        Whether a simulation made up the answers. Every screen with the cohort says so.
    """

    name: str
    tally: Tally
    source: str = ""
    synthetic: bool = False

    @classmethod
    def of(cls, name: str, given: Any, instrument: Instrument, **facts: Any) -> NamedCohort:
        """Make a cohort from anything that holds answers.

        Parameters
        ----------
        name : str
        given : Tally, SimulatedCohort, Cohort or frame
            Simulated people are recognized as synthetic: a SimulatedCohort, a frame whose
            persons have names that begin with "synthetic", and a tally of either.
        instrument : Instrument
        **facts : object
            ``source`` and ``synthetic``; by default the note of a SimulatedCohort, and False.

        Raises
        ------
        CareerpathError
            If a frame has no column for an item.
        """
        if isinstance(given, SimulatedCohort):
            facts = {**facts, "source": facts.get("source") or given.note, "synthetic": True}
        frame = given.frame if isinstance(given, SimulatedCohort | Cohort) else given
        tally = frame if isinstance(frame, Tally) else Tally.of(frame, instrument)
        facts["synthetic"] = facts.get("synthetic") or tally.synthetic
        return cls(name, tally, **facts)

    @cached_property
    def reliability(self) -> Reliability | None:
        """Alpha with its 95 % interval; None if there are too few people, or all are alike."""
        return or_none(self.tally.reliability)


def split_by(
    given: Any, column: str, instrument: Instrument, *, name: str = "everybody", **facts: Any
) -> tuple[NamedCohort, ...]:
    """Make one cohort of everybody, and one for each group in a column.

    Parameters
    ----------
    given : SimulatedCohort, Cohort or frame
    column : str
        Its values are the names of the groups. Rows without a value are in no group.
    instrument : Instrument
    name : str
        The name of everybody together.
    **facts : object
        ``source`` and ``synthetic``, as in `NamedCohort.of`.

    Returns
    -------
    tuple of NamedCohort
        Everybody first, then the groups by name.

    Raises
    ------
    CareerpathError
        If there is no such column, or it has more than `MOST_GROUPS` values.

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
            f"Column {shown(column)} has {len(named):,} groups; the lab compares at most "
            f"{MOST_GROUPS}. Give a column with teams or years, not people."
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
    """Refuse cohorts that one lab cannot show together.

    Raises
    ------
    CareerpathError
        If there is none, two have the same name, or one was tallied with another instrument.
    """
    if not cohorts:
        raise CareerpathError("There is no cohort. Give the threshold lab a tally or a frame.")
    names = [each.name for each in cohorts]
    if len(set(names)) < len(names) or "" in names:
        raise CareerpathError(f"The cohorts are named {shown(names)}. Give each a name of its own.")
    layout = TallyLayout.of(instrument)
    for each in cohorts:
        if each.tally.layout != layout:
            raise CareerpathError(
                f"The items, keys or scale of the cohort {shown(each.name)} are not those of the "
                f"instrument {instrument.id!r}. Tally it with that instrument."
            )


def or_none(compute: Callable[[], Found]) -> Found | None:
    """Compute a statistic; return None if there are too few people for it, or all are alike."""
    try:
        return compute()
    except CareerpathError:
        return None
