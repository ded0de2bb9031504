"""The threshold lab's model: where the two cut scores are, and how they are moved.

Every decision of the lab is taken here, without a widget. A view shows this model and calls
its methods.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from traitlets import Bool, HasTraits, Instance, TraitError, Tuple, Unicode, validate

from careerpath.cohort.cut_effects import CutEffects
from careerpath.cohort.cut_moves import ONE_MOVE_SECONDS, Gesture, snapped, two_numbers
from careerpath.cohort.named_cohort import NamedCohort, check_cohorts
from careerpath.core.errors import CareerpathError, did_you_mean, shown
from careerpath.core.instrument import CutScores, Instrument, Norms
from careerpath.thresholds.saving import (
    Saved,
    measured_norms,
    no_norms_because,
    provenance,
    write_saved,
)

MOST_UNDO = 200


class ThresholdsModel(CutEffects, HasTraits):
    """Two cut scores over one cohort, or two.

    Parameters
    ----------
    instrument : Instrument
        Its cut scores are the published ones.
    cohorts : sequence of NamedCohort
        The first one is shown.

    Attributes
    ----------
    cuts : CutScores
        Where the cut scores are now.
    shown_name, other_name : str
        The cohort that is shown, and the one it is compared with; empty for none.
    past : tuple of CutScores
        What `undo` goes back to.
    with_norms : bool
        Whether what is saved gets the shown cohort's mean, spread and reliability as its norms.
    saved : Saved or None
        The instrument that was saved last; None as soon as something moves on.

    Examples
    --------
    >>> from careerpath import load_instrument
    >>> from careerpath.cohort.simulation import simulate_cohort
    >>> instrument = load_instrument()
    >>> cohort = NamedCohort.of("everybody", simulate_cohort(instrument, seed=1), instrument)
    >>> model = ThresholdsModel(instrument=instrument, cohorts=[cohort])
    >>> model.move(management_below=60, mastery_above=95)
    >>> model.cuts.band(59), model.can_undo
    (<Band.MANAGEMENT: 'management'>, True)
    >>> model.reset()
    >>> model.moved
    False
    """

    instrument = Instance(Instrument)
    cohorts = Tuple()
    cuts = Instance(CutScores)
    shown_name = Unicode()
    other_name = Unicode("")
    past = Tuple()
    with_norms = Bool(default_value=False)
    saved = Instance(Saved, allow_none=True)

    def __init__(
        self,
        *,
        instrument: Instrument,
        cohorts: Sequence[NamedCohort],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        cohorts = tuple(cohorts)
        check_cohorts(cohorts, instrument)
        self._clock = clock
        self._last: tuple[Gesture, float] = (Gesture.CODE, -math.inf)
        super().__init__(
            instrument=instrument,
            cohorts=cohorts,
            cuts=instrument.cut_scores,
            shown_name=cohorts[0].name,
        )

    # What is true now

    @property
    def can_undo(self) -> bool:
        """Whether there is a move to undo."""
        return bool(self.past)

    @property
    def cohort(self) -> NamedCohort:
        """The cohort that is shown."""
        return self._cohort(self.shown_name)

    @property
    def other(self) -> NamedCohort | None:
        """The cohort that the shown one is compared with."""
        return self._cohort(self.other_name) if self.other_name else None

    @property
    def names(self) -> tuple[str, ...]:
        """The cohorts, by name."""
        return tuple(each.name for each in self.cohorts)

    @property
    def new_instrument(self) -> Instrument:
        """The instrument with the current cut scores, in a new version."""
        return self._new_instrument()

    @property
    def norms_withheld(self) -> str:
        """Why the shown cohort gives no norms; empty where it can."""
        return no_norms_because(self.cohort)

    @property
    def worth_saving(self) -> bool:
        """Whether a saved instrument would differ from the published one."""
        return self.moved or self.with_norms

    # What an analyst can do

    def move(
        self, *, management_below: float | None = None, mastery_above: float | None = None
    ) -> None:
        """Put one cut score, or both, somewhere else.

        Raises
        ------
        CareerpathError
            Where they are no numbers, out of order or out of range; nothing moves then.
        """
        cuts = {
            "management_below": self.cuts.management_below,
            "mastery_above": self.cuts.mastery_above,
        }
        given = {"management_below": management_below, "mastery_above": mastery_above}
        cuts |= {name: value for name, value in given.items() if value is not None}
        self._go(self.instrument.with_cut_scores(**cuts).cut_scores, Gesture.CODE)

    def drag(self, positions: object) -> None:
        """Follow two handles on the picture, as a browser sends them.

        The handle that moved snaps to the next possible total and stops at the other one.

        Parameters
        ----------
        positions : object
            Two numbers, in points; anything else is refused.

        Raises
        ------
        CareerpathError
            Where they are no two finite numbers; nothing moves then.
        """
        low, high = two_numbers(positions)
        half = self.step / 2
        self._go(snapped(self.instrument, self.cuts, low + half, high - half), Gesture.DRAG)

    def slide(self, values: object) -> None:
        """Follow a slider with two handles, as a browser sends it.

        Parameters
        ----------
        values : object
            The two cut scores; anything but two numbers is refused.

        Raises
        ------
        CareerpathError
            Where they are no two finite numbers; nothing moves then.
        """
        self._go(snapped(self.instrument, self.cuts, *two_numbers(values)), Gesture.SLIDE)

    def undo(self) -> None:
        """Go back to where the cut scores were before the last move."""
        if not self.past:
            return
        self._last = (Gesture.CODE, -math.inf)
        with self.hold_trait_notifications():
            self.saved = None
            self.cuts = self.past[-1]
            self.past = self.past[:-1]

    def reset(self) -> None:
        """Go back to the published cut scores; this can be undone."""
        self._go(self.published, Gesture.CODE)

    def show(self, name: str) -> None:
        """Show another cohort.

        Raises
        ------
        CareerpathError
            Where there is none of that name.
        """
        self._cohort(name)
        with self.hold_trait_notifications():
            self.saved = None
            self.with_norms = False
            if name == self.other_name:
                self.other_name = self.shown_name
            self.shown_name = name

    def compare(self, name: str) -> None:
        """Compare the shown cohort with another; an empty name ends that.

        Raises
        ------
        CareerpathError
            Where there is none of that name, or it is the one that is shown.
        """
        if name:
            self._cohort(name)
            if name == self.shown_name:
                raise CareerpathError(
                    f"{shown(name)} is the cohort that is shown. Choose another to compare it with."
                )
        self.other_name = name

    def take_norms(self, *, wanted: object) -> None:
        """Choose whether what is saved gets the shown cohort's norms.

        Parameters
        ----------
        wanted : object
            As a browser sends it; anything but True means no.

        Raises
        ------
        CareerpathError
            Where the cohort gives none, with the reason.
        """
        if wanted is True and self.norms_withheld:
            raise CareerpathError(f"{self.norms_withheld} Save without norms, or load more people.")
        with self.hold_trait_notifications():
            self.saved = None
            self.with_norms = wanted is True

    def make(self, *, now: datetime | None = None) -> Saved:
        """Make the new instrument's file as text, with where it comes from in its first lines.

        Parameters
        ----------
        now : datetime, optional
            By default, now.

        Returns
        -------
        Saved
            Without a path. It is kept in `saved` too, for a browser to offer as a download.
        """
        made = self._new_instrument(now)
        name = f"{made.id}-{made.version}.toml".replace("+", "-")
        self.saved = Saved(instrument=made, name=name, provenance=self.provenance(now=now))
        return self.saved

    def save(self, path: str | Path, *, now: datetime | None = None) -> Path:
        """Save the current cut scores as a new instrument.

        Parameters
        ----------
        path : str or Path
            The file, or a folder, in which the file is named after the instrument and its
            version. A file that is there already is never replaced.
        now : datetime, optional
            By default, now.

        Returns
        -------
        Path
            The file that was written: for `load_instrument`, or ``careerpath serve --instrument``.

        Raises
        ------
        InstrumentError
            Where it cannot be written.
        """
        self.saved = written = write_saved(self.make(now=now), path)
        return cast("Path", written.path)

    def provenance(self, *, now: datetime | None = None) -> tuple[str, ...]:
        """Tell where the current cut scores come from, a line for each fact."""
        return provenance(
            self.instrument,
            self.cuts,
            self.cohort,
            changed=sum(each.count for each in self.flows),
            norms=self._norms(now),
            now=now,
        )

    # Inside

    @validate("cuts")
    def _valid_cuts(self, proposal: dict[str, Any]) -> CutScores:
        cuts = cast("CutScores", proposal["value"])
        lowest, highest = self.instrument.minimum_total, self.instrument.maximum_total
        if not lowest <= cuts.management_below <= cuts.mastery_above <= highest:
            raise TraitError(f"cut scores must lie between {lowest} and {highest}; use move()")
        return cuts

    def _norms(self, now: datetime | None) -> Norms | None:
        return measured_norms(self.cohort, now=now) if self.with_norms else None

    def _new_instrument(self, now: datetime | None = None) -> Instrument:
        made = self.instrument.with_cut_scores(
            management_below=self.cuts.management_below, mastery_above=self.cuts.mastery_above
        )
        norms = self._norms(now)
        return made.with_norms(norms) if norms else made

    def _go(self, cuts: CutScores, gesture: Gesture) -> None:
        if cuts == self.cuts:
            return
        now = self._clock()
        before, then = self._last
        goes_on = gesture is not Gesture.CODE and gesture is before
        goes_on = goes_on and now - then < ONE_MOVE_SECONDS and bool(self.past)
        self._last = (gesture, now)
        with self.hold_trait_notifications():
            self.saved = None
            if not goes_on:
                self.past = (*self.past, self.cuts)[-MOST_UNDO:]
            self.cuts = cuts

    def _cohort(self, name: str) -> NamedCohort:
        for each in self.cohorts:
            if each.name == name:
                return cast("NamedCohort", each)
        raise CareerpathError(
            f"There is no cohort {shown(name)} in this lab. {did_you_mean(str(name), self.names)}"
        )
