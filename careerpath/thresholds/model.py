"""The threshold lab's model: the two cut scores, and how they are moved.

It takes every decision of the lab, without a widget. The view shows it and calls its methods.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, cast

from traitlets import Bool, Dict, HasTraits, Instance, TraitError, Tuple, Unicode, validate

from careerpath.cohort.cut_effects import CutEffects
from careerpath.cohort.named_cohort import NamedCohort, check_cohorts
from careerpath.core.errors import CareerpathError, did_you_mean, shown
from careerpath.core.instrument import CutScores, Instrument, Norms
from careerpath.core.wording import band_ranges, both_cuts, counted
from careerpath.thresholds.saving import (
    Saved,
    measured_norms,
    no_norms_because,
    provenance,
    write_saved,
)
from careerpath.thresholds.upload import read_upload

MOST_UNDO = 200
MOST_FILES = 10
"""The most files that the lab holds at the same time."""
ONE_MOVE_SECONDS = 1.0
"""Moves of one kind that follow each other faster than this are undone together."""


class Gesture(StrEnum):
    """How the cut scores were last moved."""

    CODE = "code"
    DRAG = "drag"
    SLIDE = "slide"


class ThresholdsModel(HasTraits):
    """Two cut scores, moved over a cohort, which can be compared with another.

    Parameters
    ----------
    instrument : Instrument
        Its cut scores are the published ones.
    cohorts : sequence of NamedCohort
        The first one is shown.

    Attributes
    ----------
    cuts : CutScores
        The current cut scores.
    shown_name, other_name : str
        The name of the cohort that is shown, and of the one it is compared with; empty for none.
    past : tuple of CutScores
        Earlier cut scores, for `undo`.
    with_norms : bool
        Whether the saved instrument gets the shown cohort's mean, standard deviation and
        reliability as its norms.
    saved : Saved or None
        The instrument that was saved last; None again after any change.
    files : mapping of str to str
        The opened files, by name, and what was read from each.

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
    >>> model.effects.flows_in_words
    '24 people move from both to management. 9 people move from both to mastery.'
    >>> model.reset()
    >>> model.effects.moved
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
    files = Dict()

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
        self._effects: CutEffects | None = None
        super().__init__(
            instrument=instrument,
            cohorts=cohorts,
            cuts=instrument.cut_scores,
            shown_name=cohorts[0].name,
        )

    # The current state

    @property
    def effects(self) -> CutEffects:
        """What the current cut scores make of the shown cohort."""
        old = self._effects
        now = (self.cuts, self.cohort, self.other)
        if old is None or (old.cuts, old.cohort, old.other) != now:
            self._effects = CutEffects(self.instrument, *now)
        return cast("CutEffects", self._effects)

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
        """The names of the cohorts."""
        return tuple(each.name for each in self.cohorts)

    @property
    def new_instrument(self) -> Instrument:
        """The instrument with the current cut scores, in a new version."""
        return self._new_instrument()

    @property
    def norms_withheld(self) -> str:
        """Why the shown cohort gives no norms; empty if it does."""
        return no_norms_because(self.cohort)

    @property
    def worth_saving(self) -> bool:
        """Whether a saved instrument would differ from the published one."""
        return self.effects.moved or self.with_norms

    @property
    def totals_in_words(self) -> str:
        """What the histogram shows."""
        return (
            f"{self.shown_name}, {counted(self.cohort.tally.count, 'person')}, cut scores "
            f"{both_cuts(self.cuts)}: "
            + ", ".join(f"{each.count:,} {each.band}" for each in self.effects.shares)
        )

    @property
    def announcement(self) -> str:
        """What has changed, for a screen reader."""
        if self.saved:
            return f"{self.saved.name} is {'saved' if self.saved.path else 'ready to download'}."
        ranges = band_ranges(self.cuts)
        bands = ", ".join(
            f"{each.band} {ranges[each.band]}: "
            + ("nobody" if each.share is None else f"{100 * each.share:.1f} %")
            for each in self.effects.shares
        )
        return f"{self.shown_name}: {bands}. {self.effects.flows_in_words}"

    # What an analyst can do

    def move(
        self, *, management_below: float | None = None, mastery_above: float | None = None
    ) -> None:
        """Move one cut score, or both.

        Raises
        ------
        CareerpathError
            If they are not numbers, out of order or out of range; then nothing moves.
        """
        cuts = {
            "management_below": self.cuts.management_below,
            "mastery_above": self.cuts.mastery_above,
        }
        given = {"management_below": management_below, "mastery_above": mastery_above}
        cuts |= {name: value for name, value in given.items() if value is not None}
        self._go(self.instrument.with_cut_scores(**cuts).cut_scores, Gesture.CODE)

    def drag(self, positions: object) -> None:
        """Move the cut scores to two handles on the picture; see `CutEffects.dragged`.

        Parameters
        ----------
        positions : object
            Two numbers, in points, as a browser sends them.

        Raises
        ------
        CareerpathError
            If they are anything but two finite numbers; then nothing moves.
        """
        self._go(self.effects.dragged(positions), Gesture.DRAG)

    def slide(self, values: object) -> None:
        """Move the cut scores to the two handles of a slider; see `CutEffects.slid`.

        Parameters
        ----------
        values : object
            Two numbers, in points, as a browser sends them.

        Raises
        ------
        CareerpathError
            If they are anything but two finite numbers; then nothing moves.
        """
        self._go(self.effects.slid(values), Gesture.SLIDE)

    def undo(self) -> None:
        """Undo the last move of the cut scores."""
        if not self.past:
            return
        self._last = (Gesture.CODE, -math.inf)
        with self.hold_trait_notifications():
            self.saved = None
            self.cuts = self.past[-1]
            self.past = self.past[:-1]

    def reset(self) -> None:
        """Go back to the published cut scores; this can be undone."""
        self._go(self.instrument.cut_scores, Gesture.CODE)

    def open(self, name: str, content: bytes) -> None:
        """Add the people in a file as a cohort, and show it.

        A file with the name of an earlier one takes its place.

        Parameters
        ----------
        name : str
            The file's name, as a browser sends it.
        content : bytes

        Raises
        ------
        CareerpathError
            If the file cannot be read, or there are too many files; then nothing changes.
        """
        cohort, summary = read_upload(name, content, self.instrument)
        check_cohorts([cohort], self.instrument)
        files = {**self.files, cohort.name: summary}
        if len(files) > MOST_FILES:
            raise CareerpathError(
                f"The lab holds {MOST_FILES} files at most. Give this one the name of a file that "
                "it can replace, or reload the page to start again."
            )
        others = tuple(each for each in self.cohorts if each.name != cohort.name)
        with self.hold_trait_notifications():
            self.cohorts = (*others, cohort)
            self.files = files
            self.show(cohort.name)

    def show(self, name: str) -> None:
        """Show another cohort.

        Raises
        ------
        CareerpathError
            If there is no cohort of that name.
        """
        self._cohort(name)
        with self.hold_trait_notifications():
            self.saved = None
            self.with_norms = False
            if name == self.other_name:
                self.other_name = self.shown_name
            self.shown_name = name

    def compare(self, name: str) -> None:
        """Compare the shown cohort with another; an empty name ends the comparison.

        Raises
        ------
        CareerpathError
            If there is no cohort of that name, or it is the one that is shown.
        """
        if name:
            self._cohort(name)
            if name == self.shown_name:
                raise CareerpathError(
                    f"{shown(name)} is already shown. Choose another cohort to compare it with."
                )
        self.other_name = name

    def take_norms(self, *, wanted: object) -> None:
        """Choose whether the saved instrument gets the shown cohort's norms.

        Parameters
        ----------
        wanted : object
            As a browser sends it; anything but True means no.

        Raises
        ------
        CareerpathError
            If the cohort gives no norms, with the reason.
        """
        if wanted is True and self.norms_withheld:
            raise CareerpathError(f"{self.norms_withheld} Save without norms, or load more people.")
        with self.hold_trait_notifications():
            self.saved = None
            self.with_norms = wanted is True

    def make(self, *, now: datetime | None = None) -> Saved:
        """Make the file of the new instrument, but write it nowhere.

        Parameters
        ----------
        now : datetime, optional
            By default, now.

        Returns
        -------
        Saved
            Without a path. `saved` keeps it, so that a browser can offer it as a download.

        Raises
        ------
        CareerpathError
            If norms are wanted and the cohort gives none.
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
            The file; or a folder, in which the file is named after the instrument and its version.
            An existing file is never replaced.
        now : datetime, optional
            By default, now.

        Returns
        -------
        Path
            The new file, for `load_instrument` or ``careerpath serve --instrument``.

        Raises
        ------
        InstrumentError
            If it cannot be written, or exists.
        """
        self.saved = written = write_saved(self.make(now=now), path)
        return cast("Path", written.path)

    def provenance(self, *, now: datetime | None = None) -> tuple[str, ...]:
        """Say where the current cut scores come from, one line per fact."""
        return provenance(
            self.instrument,
            self.cuts,
            self.cohort,
            changed=sum(each.count for each in self.effects.flows),
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
            f"There is no cohort {shown(name)}. {did_you_mean(str(name), self.names)}"
        )
