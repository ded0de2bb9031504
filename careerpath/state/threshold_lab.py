"""The threshold lab's model: two cut scores over a cohort, and what follows from them.

Every decision of the lab is taken here, without a widget. A view shows this state and calls
its methods. A cohort is a `Tally`, so that a move costs the same for 20 people or a billion.
"""

from __future__ import annotations

import math
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from functools import cached_property, partial
from pathlib import Path
from typing import Any, cast

import numpy as np
from scipy.special import ndtr
from traitlets import HasTraits, Instance, TraitError, Tuple, Unicode, validate

from careerpath.cohort import ItemStatistics
from careerpath.errors import CareerpathError, InstrumentError, did_you_mean, shown
from careerpath.exact import exact
from careerpath.instrument import BANDS, Band, CutScores, Instrument
from careerpath.state.threshold_figures import (
    BandShare,
    Classification,
    Comparison,
    Curve,
    Floats,
    Flow,
    Histogram,
    LabCohort,
    Saved,
    finite,
    or_none,
)

FEWEST_PEOPLE = 30
"""Below this many, accuracy and consistency are held back: their model has too little to fit."""

SURE = 0.8
"""A total is unsure where its most likely band is less likely than this."""

ONE_MOVE_SECONDS = 1.0
"""Moves that follow each other faster than this are one move, to undo at once."""

MOST_UNDO = 200
MOST_BARS = 160
"""A histogram of more possible totals than this puts neighbours into one bar."""

OUTLINE_BARS = 30
"""The compared cohort is drawn as an outline of so many steps."""


class Gesture(StrEnum):
    """How the cut scores were moved last."""

    CODE = "code"
    DRAG = "drag"
    SLIDE = "slide"


class ThresholdLabState(HasTraits):
    """Two cut scores over one cohort, or two.

    Parameters
    ----------
    instrument : Instrument
        Its cut scores are the published ones.
    cohorts : sequence of LabCohort
        The first one is shown.

    Attributes
    ----------
    cuts : CutScores
        Where the cut scores are now.
    shown_name, other_name : str
        The cohort that is shown, and the one it is compared with; empty for none.
    past : tuple of CutScores
        What `undo` goes back to.
    saved : Saved or None
        The instrument that was saved last; None as soon as the cut scores move on.

    Examples
    --------
    >>> from careerpath import load_instrument
    >>> from careerpath.cohort import simulate_cohort
    >>> instrument = load_instrument()
    >>> cohort = LabCohort.of("everybody", simulate_cohort(instrument, seed=1), instrument)
    >>> state = ThresholdLabState(instrument=instrument, cohorts=[cohort])
    >>> state.move(management_below=60, mastery_above=95)
    >>> state.cuts.band(59), state.can_undo
    (<Band.MANAGEMENT: 'management'>, True)
    >>> state.reset()
    >>> state.moved
    False
    """

    instrument = Instance(Instrument)
    cohorts = Tuple()
    cuts = Instance(CutScores)
    shown_name = Unicode()
    other_name = Unicode("")
    past = Tuple()
    saved = Instance(Saved, allow_none=True)

    def __init__(
        self,
        *,
        instrument: Instrument,
        cohorts: Sequence[LabCohort],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        cohorts = tuple(cohorts)
        _check(instrument, cohorts)
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
    def published(self) -> CutScores:
        """The instrument's own cut scores."""
        return self.instrument.cut_scores

    @property
    def moved(self) -> bool:
        """Whether the cut scores are not the published ones."""
        return self.cuts != self.published

    @property
    def can_undo(self) -> bool:
        """Whether there is a move to undo."""
        return bool(self.past)

    @property
    def cohort(self) -> LabCohort:
        """The cohort that is shown."""
        return self._cohort(self.shown_name)

    @property
    def other(self) -> LabCohort | None:
        """The cohort that the shown one is compared with."""
        return self._cohort(self.other_name) if self.other_name else None

    @property
    def names(self) -> tuple[str, ...]:
        """The cohorts, by name."""
        return tuple(each.name for each in self.cohorts)

    @property
    def few(self) -> bool:
        """Whether there are too few people for the model behind accuracy and consistency."""
        return self.cohort.tally.count < FEWEST_PEOPLE

    @cached_property
    def grid(self) -> Floats:
        """The possible totals, from the lowest up."""
        steps = len(self.instrument.items) * self.instrument.scale.steps
        return np.array([self.instrument.total_of(each) for each in range(steps + 1)], dtype=float)

    @property
    def whole(self) -> bool:
        """Whether all possible totals are whole numbers."""
        return isinstance(self.step, int) and isinstance(self.instrument.minimum_total, int)

    @property
    def step(self) -> int | float:
        """How far a possible total is from the next."""
        step = self.instrument.scale.step
        return int(step) if step == int(step) else step

    @property
    def lines(self) -> tuple[float, float]:
        """Where the two lines between the bands lie: between two possible totals."""
        lowest = self.instrument.minimum_total
        low, high = ((start - 0.5) * self.step + lowest for start in self._starts)
        return low, high

    @property
    def shares(self) -> tuple[BandShare, ...]:
        """The bands at the current cut scores, from low to high."""
        return self._shares(self.cohort)

    @property
    def comparison(self) -> tuple[Comparison, ...]:
        """The bands of both cohorts; empty without a second one."""
        if self.other is None:
            return ()
        pairs = zip(self.shares, self._shares(self.other), strict=True)
        return tuple(Comparison(one.band, one, other) for one, other in pairs)

    @property
    def matrix(self) -> Mapping[tuple[Band, Band], int]:
        """How many people have one band at the published and another at the current cut scores."""
        flips = self.cohort.tally.flips(self.published, self.cuts)
        return {(old, new): flips.people(old, new) for old in BANDS for new in BANDS}

    @property
    def flows(self) -> tuple[Flow, ...]:
        """Those who change band, the largest number first."""
        flows = [Flow(count, old, new) for (old, new), count in self.matrix.items() if old != new]
        return tuple(sorted((each for each in flows if each.count), key=lambda each: -each.count))

    @property
    def flows_in_words(self) -> str:
        """Who changes band, in a sentence or two."""
        if not self.moved:
            return "These are the published cut scores. Move one to see who changes band."
        if not self.flows:
            return "Nobody changes band against the published cut scores."
        return ". ".join(map(str, self.flows)) + "."

    @property
    def classification(self) -> Classification:
        """How far the bands can be trusted at the current cut scores."""
        count = self.cohort.tally.count
        if self.few:
            return Classification(
                withheld=f"Held back: {_people(count)}, and the model behind accuracy and "
                f"consistency needs {FEWEST_PEOPLE} at the least."
            )
        alpha = self.cohort.reliability.alpha
        if alpha is None or not 0 < alpha < 1:
            return Classification(
                withheld="Held back: the answers do not hang together (alpha is not between 0 and "
                "1), and without that the model behind accuracy and consistency says nothing."
            )
        try:
            found = self.cohort.tally.classification(self.cuts)
        except CareerpathError as error:
            return Classification(withheld=f"Held back: {error}")
        return Classification(
            accuracy=finite(found.accuracy),
            consistency=finite(found.consistency),
            kappa=finite(found.kappa),
        )

    @property
    def items(self) -> tuple[ItemStatistics, ...]:
        """The statistics of each item, and who changes band without it; none without people."""
        return or_none(partial(self.cohort.tally.items, self.cuts)) or ()

    @property
    def unsure(self) -> tuple[tuple[float, float], ...]:
        """The ranges of totals where the most likely band has less than `SURE`."""
        error = self.cohort.reliability.standard_error
        if not error:
            return ()
        low, high = ((line - self.grid) / error for line in self.lines)
        start, end = self._starts
        management = ndtr(low) if start > 0 else np.zeros_like(low)
        not_mastery = ndtr(high) if end < len(self.grid) else np.ones_like(high)
        chances = np.stack((management, not_mastery - management, 1 - not_mastery))
        inside = np.concatenate(([False], chances.max(axis=0) < SURE, [False]))
        edges = np.flatnonzero(np.diff(inside.astype(np.int8)))
        return tuple(
            (float(self.grid[start]), float(self.grid[end - 1]))
            for start, end in zip(edges[::2], edges[1::2], strict=True)
        )

    @property
    def unsure_share(self) -> float | None:
        """The share of people whose total lies where no band is sure."""
        count = self.cohort.tally.count
        if not count:
            return None
        return sum(self._between(low, high) for low, high in self.unsure) / count

    @property
    def curve(self) -> Curve:
        """The share of each band over all possible cut scores."""
        cohort = self.cohort
        count = max(1, cohort.tally.count)
        return Curve(
            totals=self.grid,
            management=cohort.below[:-1] / count,
            mastery=(cohort.tally.count - cohort.below[1:]) / count,
        )

    @property
    def histogram(self) -> Histogram:
        """The totals as bars, split by band."""
        size = math.ceil(len(self.grid) / MOST_BARS)
        starts = np.arange(0, len(self.grid), size)
        width = size * self.step
        low, high = self._starts
        counts = self.cohort.counts
        place = np.arange(len(counts))
        parts = (place < low, (place >= low) & (place < high), place >= high)
        heights = {
            band: np.add.reduceat(np.where(part, counts, 0), starts).astype(float)
            for band, part in zip(BANDS, parts, strict=True)
        }
        others = None
        if self.other is not None and self.other.tally.count:
            scaled = self.cohort.tally.count / self.other.tally.count
            others = _outline(np.add.reduceat(self.other.counts, starts) * scaled)
        return Histogram(
            middles=self.grid[starts] + (width - self.step) / 2,
            heights=heights,
            others=others,
            width=width,
        )

    @property
    def new_instrument(self) -> Instrument:
        """The instrument with the current cut scores, in a new version."""
        return self.instrument.with_cut_scores(
            management_below=self.cuts.management_below, mastery_above=self.cuts.mastery_above
        )

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
        low, high = self._pair(positions)
        half = self.step / 2
        self._go(self._snapped(low + half, high - half), Gesture.DRAG)

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
        self._go(self._snapped(*self._pair(values)), Gesture.SLIDE)

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
        made = self.new_instrument
        name = f"{made.id}-{made.version}.toml".replace("+", "-")
        with tempfile.TemporaryDirectory() as folder:
            plain = made.save(Path(folder) / "made.toml").read_text(encoding="utf-8")
        lines = self.provenance(now=now)
        text = "".join(f"# {_one_line(line)}\n" for line in lines) + "\n" + plain
        self.saved = Saved(instrument=made, name=name, text=text)
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
        made = self.make(now=now)
        target = Path(path)
        if target.is_dir():
            target = target / made.name
        try:
            with target.open("x", encoding="utf-8", newline="\n") as file:
                file.write(made.text)
        except FileExistsError:
            raise InstrumentError(
                f"{target} is there already, and it may be in use. Choose another name."
            ) from None
        except OSError as error:
            raise InstrumentError(
                f"Cannot write {target}: {error.strerror}. Choose a folder that you may write to."
            ) from error
        except ValueError as error:  # a path with a null byte
            raise InstrumentError(
                f"Cannot write {str(target)!r}: {error}. Choose another name."
            ) from error
        self.saved = Saved(
            instrument=made.instrument, name=target.name, text=made.text, path=target
        )
        return target

    def provenance(self, *, now: datetime | None = None) -> tuple[str, ...]:
        """Tell where the current cut scores come from, a line for each fact."""
        when = (now or datetime.now(tz=UTC)).astimezone(UTC)
        cohort = self.cohort
        old, new = self.published, self.cuts
        source = f" ({cohort.source})" if cohort.source else ""
        alpha = cohort.reliability.alpha
        changed = sum(each.count for each in self.flows)
        lines = [
            f"Made in the threshold lab on {when:%Y-%m-%d at %H:%M} UTC.",
            f"From instrument {self.instrument.id} {self.instrument.version}.",
            f"Published cut scores: {_pair(old)}. Cut scores here: {_pair(new)}.",
            f"Chosen on {_people(cohort.tally.count)}: {cohort.name}{source}.",
            f"Against the published cut scores {_people(changed)} would change band.",
        ]
        if cohort.synthetic:
            lines.insert(4, "These people are synthetic: nobody ever gave these answers.")
        if alpha is not None:
            lines.append(f"Alpha among them: {alpha:.3f}. Alpha is not validity.")
        return tuple(lines)

    # Inside

    @validate("cuts")
    def _valid_cuts(self, proposal: dict[str, Any]) -> CutScores:
        cuts = cast("CutScores", proposal["value"])
        lowest, highest = self.instrument.minimum_total, self.instrument.maximum_total
        if not lowest <= cuts.management_below <= cuts.mastery_above <= highest:
            raise TraitError(f"cut scores must lie between {lowest} and {highest}; use move()")
        return cuts

    @property
    def _starts(self) -> tuple[int, int]:
        """Count the possible totals below "both", and those below mastery."""
        low = int(np.searchsorted(self.grid, self.cuts.management_below, side="left"))
        high = int(np.searchsorted(self.grid, self.cuts.mastery_above, side="right"))
        return low, high

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

    def _pair(self, found: object) -> tuple[float, float]:
        try:
            values = np.asarray(found, dtype=float)
        except (TypeError, ValueError, OverflowError):
            values = np.array([math.nan])
        if values.shape != (2,) or not np.isfinite(values).all():
            raise CareerpathError(
                f"Two cut scores are two numbers, not {shown(found)}. Move a handle again."
            )
        return float(values[0]), float(values[1])

    def _snapped(self, low: float, high: float) -> CutScores:
        """Put two cut scores onto possible totals, in order; the one that moved gives way."""
        old = self.cuts
        first, second = self._nearest(low), self._nearest(high)
        if first > second:
            if second == old.mastery_above:
                first = second
            else:
                second = first
        return CutScores(management_below=first, mastery_above=second)

    def _nearest(self, position: float) -> int | float:
        lowest, highest = self.instrument.minimum_total, self.instrument.maximum_total
        inside = min(max(position, lowest), highest)
        return self.instrument.total_of(round((inside - lowest) / self.step))

    def _between(self, low: float, high: float) -> int:
        start, end = np.searchsorted(self.grid, (low, high), side="left")
        below = self.cohort.below
        return int(below[end + 1] - below[start])

    def _cohort(self, name: str) -> LabCohort:
        for each in self.cohorts:
            if each.name == name:
                return cast("LabCohort", each)
        raise CareerpathError(
            f"There is no cohort {shown(name)} in this lab. {did_you_mean(str(name), self.names)}"
        )

    def _shares(self, cohort: LabCohort) -> tuple[BandShare, ...]:
        tally = cohort.tally
        counts, before = tally.counts(self.cuts), tally.counts(self.published)
        if not tally.count:
            return tuple(BandShare(band, 0, None, None, None, 0) for band in BANDS)
        shares, intervals = tally.shares(self.cuts), tally.share_intervals(self.cuts)
        return tuple(
            BandShare(
                band=band,
                count=int(counts[band]),
                share=float(shares[band]),
                low=float(intervals[band][0]),
                high=float(intervals[band][1]),
                change=int(counts[band]) - int(before[band]),
            )
            for band in BANDS
        )


def _check(instrument: Instrument, cohorts: Sequence[LabCohort]) -> None:
    if not cohorts:
        raise CareerpathError("The threshold lab has no cohort. Give it a tally or a frame.")
    names = [each.name for each in cohorts]
    if len(set(names)) < len(names) or "" in names:
        raise CareerpathError(f"Cohorts need names that differ; these are {shown(names)}.")
    steps = len(instrument.items) * instrument.scale.steps
    for each in cohorts:
        if len(each.counts) != steps + 1:
            raise CareerpathError(
                f"The cohort {shown(each.name)} has {len(each.counts)} possible totals, and the "
                f"instrument {instrument.id!r} has {steps + 1}. Tally it with that instrument."
            )


def _outline(heights: Floats) -> Floats:
    """Level neighbouring bars, so that an outline of them can be read; their sum stays."""
    size = math.ceil(len(heights) / OUTLINE_BARS)
    starts = np.arange(0, len(heights), size)
    sizes = np.diff(np.append(starts, len(heights)))
    return np.repeat(np.add.reduceat(heights, starts) / sizes, sizes)


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{count:,} people"


def _pair(cuts: CutScores) -> str:
    low, high = (
        f"{exact(each).normalize():f}" for each in (cuts.management_below, cuts.mastery_above)
    )
    return f"{low} and {high}"


def _one_line(text: str) -> str:
    """Keep a comment of a TOML file on its line, whatever a name or a source holds."""
    return "".join(each if each.isprintable() else " " for each in text)
