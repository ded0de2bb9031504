"""The threshold lab: two cut scores on a histogram, and what follows from them beside it."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from ipywidgets import Dropdown, FloatRangeSlider, HBox, IntRangeSlider, Layout, VBox

from careerpath.cohort.cut_effects import SURE, CutEffects
from careerpath.cohort.named_cohort import NamedCohort, split_by
from careerpath.cohort.tally import Tally
from careerpath.core.errors import CareerpathError
from careerpath.core.instrument import BANDS, CutScores, Instrument
from careerpath.core.instrument_file import load_instrument
from careerpath.core.wording import band_ranges, both_cuts
from careerpath.thresholds.model import ThresholdsModel
from careerpath.thresholds.pictures import CurvePicture, Picture
from careerpath.thresholds.screen_reader import ScreenReaderText
from careerpath.thresholds.snapshot import Snapshot, snapshot
from careerpath.thresholds.words import (
    announcement,
    figure,
    head,
    item_rows,
    picture_words,
    trust,
)
from careerpath.ui.html_view import Action, HtmlView
from careerpath.ui.templates import render
from careerpath.ui.visitor_errors import guarded


class ThresholdsScreen(VBox):
    """Move the two cut scores over a cohort and see what follows.

    Parameters
    ----------
    cohort : Tally, SimulatedCohort, Cohort, a frame, or a mapping of str to them
        The answers. With more than one, one is shown and another can be compared with it.
    instrument : Instrument, optional
        By default the shipped one. Its cut scores are the published ones.
    by : str, optional
        A column that names each person's group: a team, a year, a role. Everybody is shown, and
        each group can be shown and compared too.
    source : str
        Where the answers come from; it goes into what is saved.
    synthetic : bool
        Whether nobody ever gave these answers; it is said on the screen and in what is saved. A
        SimulatedCohort says so by itself.
    save_to : str or Path, optional
        The folder that "Save as instrument" writes to. By default the button offers a download
        and nothing is written where Python runs, which can be a server.

    Attributes
    ----------
    model : ThresholdsModel
        The cut scores, and all that follows from them.
    value : CutScores
        The cut scores as they are now.

    Examples
    --------
    >>> from careerpath.cohort.simulation import simulate_cohort
    >>> instrument = load_instrument()
    >>> lab = ThresholdsScreen(simulate_cohort(instrument, seed=1), instrument)
    >>> lab.move(management_below=60)
    >>> lab.value
    CutScores(management_below=60, mastery_above=100)
    """

    def __init__(
        self,
        cohort: Any,
        instrument: Instrument | None = None,
        *,
        by: str | None = None,
        source: str = "",
        synthetic: bool = False,
        save_to: str | Path | None = None,
        **options: Any,
    ) -> None:
        instrument = instrument or load_instrument()
        self.model = ThresholdsModel(
            instrument=instrument,
            cohorts=_cohorts(cohort, instrument, by=by, source=source, synthetic=synthetic),
        )
        self._save_to = save_to
        self._trouble = ""
        self._quiet = False
        self._dragging = False
        self._head, self._shares, self._comparison = HtmlView(), HtmlView(), HtmlView()
        self._changes, self._trust, self._items = HtmlView(), HtmlView(), HtmlView()
        self._actions = HtmlView()
        self._caption = HtmlView(html=render("thresholds/templates/curve.html"))
        self._assumptions = HtmlView(
            html=render("thresholds/templates/assumptions.html", sure=SURE, step=self.model.step)
        )
        self._slider = cut_slider(self.model)
        self._picture = Picture(self.model)
        self._curve = CurvePicture(self.model)
        self._choices = _choices(self.model)
        self._voice = ScreenReaderText()
        super().__init__(self._parts(), **options)
        self.add_class("careerpath").add_class("careerpath-app").add_class("cp-lab")
        self._listen()
        self._draw()

    # In code

    @property
    def value(self) -> CutScores:
        """The cut scores as they are now."""
        return self.model.cuts

    @property
    def instrument(self) -> Instrument:
        """The instrument with the cut scores as they are now, in a new version."""
        return self.model.new_instrument

    @property
    def tally(self) -> Tally:
        """The tally of the cohort that is shown."""
        return self.model.cohort.tally

    def snapshot(self) -> Snapshot:
        """Draw the histogram as it is now, as a picture that stands still."""
        return snapshot(self.model)

    def __repr__(self) -> str:
        model = self.model
        people = ", ".join(f"{each.name}: {each.tally.count:,}" for each in model.cohorts)
        return f"ThresholdsScreen({people}; cut scores {both_cuts(model.cuts)})"

    def move(
        self, *, management_below: float | None = None, mastery_above: float | None = None
    ) -> None:
        """Put one cut score, or both, somewhere else."""
        self.model.move(management_below=management_below, mastery_above=mastery_above)

    def save(self, path: str | Path) -> Path:
        """Save the cut scores as a new instrument, to a file or into a folder."""
        return self.model.save(path)

    # From the analyst to the model

    def _listen(self) -> None:
        self._picture.handles.observe(self._dragged, names="x")
        self._picture.handles.on_drag_start(self._drag_starts)
        self._picture.handles.on_drag_end(self._drag_ends)
        self._slider.observe(self._slid, names="value")
        self._actions.on_action(self._act)
        shown, other = self._choices
        shown.observe(self._shown, names="value")
        other.observe(self._compared, names="value")
        self.model.observe(self._draw)

    def _act(self, action: Action) -> None:
        actions: dict[str, Callable[[], object]] = {
            "undo": self.model.undo,
            "reset": self.model.reset,
            "norms": lambda: self.model.take_norms(wanted=not self.model.with_norms),
            "save": self._save,
        }
        if action.name in actions:
            self._guarded(actions[action.name])

    def _save(self) -> None:
        if self._save_to is None:
            self.model.make()
        else:
            self.model.save(self._save_to)

    def _dragged(self, _change: object) -> None:
        if not self._quiet:
            self._guarded(partial(self.model.drag, self._picture.handles.x))

    def _drag_starts(self, _name: object, _content: object) -> None:
        self._dragging = True

    def _drag_ends(self, _name: object, _content: object) -> None:
        self._dragging = False
        self._draw_controls()
        self._draw_items()

    def _slid(self, _change: object) -> None:
        if not self._quiet:
            self._guarded(partial(self.model.slide, self._slider.value))

    def _shown(self, change: dict[str, Any]) -> None:
        if not self._quiet:
            self._guarded(partial(self.model.show, change["new"]))

    def _compared(self, change: dict[str, Any]) -> None:
        if not self._quiet:
            self._guarded(partial(self.model.compare, change["new"]))

    def _guarded(self, action: Callable[[], object]) -> None:
        trouble = guarded(action)
        if trouble != self._trouble:
            self._trouble = trouble
            self._draw_actions()

    # From the model to the analyst

    def _parts(self) -> tuple[Any, ...]:
        choices = _classed(HBox, "cp-lab-choices", self._choices)
        picture = (self._picture.figure, self._slider, self._actions)
        words = (self._shares, self._changes, self._trust, self._comparison)
        curve = (self._caption, self._curve.figure)
        return (
            self._voice,
            self._head,
            *((choices,) if len(self.model.cohorts) > 1 else ()),
            _classed(
                VBox,
                "cp-lab-areas",
                (
                    _classed(VBox, "cp-lab-area-picture", picture),
                    _classed(VBox, "cp-lab-area-words", words),
                    _classed(VBox, "cp-lab-area-curve", curve),
                    _classed(VBox, "cp-lab-area-items", (self._items,)),
                    _classed(VBox, "cp-lab-area-assumptions", (self._assumptions,)),
                ),
            ),
        )

    def _draw(self, change: Mapping[str, Any] | None = None) -> None:
        # A change of the saved file, or of the way back, moves nothing.
        if change is None or change["name"] in {"cuts", "shown_name", "other_name"}:
            self._draw_controls()
            self._picture.draw()
            self._curve.draw()
            self._draw_words()
        self._draw_actions()
        self._voice.said = announcement(self.model)

    def _draw_controls(self) -> None:
        model = self.model
        with self._silence():
            if not self._dragging:
                self._picture.handles.x = np.array(model.lines)
            self._slider.value = model.handles
            shown, other = self._choices
            others = [("nobody", "")] + [(name, name) for name in model.names]
            other.options = [each for each in others if each[1] != model.shown_name]
            shown.value, other.value = model.shown_name, model.other_name

    def _draw_words(self) -> None:
        model, name = self.model, self._head.model_id
        self._voice.pictures = {
            "cp-lab-picture": picture_words(model),
            "cp-lab-curve": "Curves: the share of people below, and above, each possible cut score",
        }
        self._head.html = render("thresholds/templates/head.html", **head(model))
        self._shares.html = render(
            "thresholds/templates/shares.html", shares=model.shares, ranges=band_ranges(model.cuts)
        )
        self._changes.html = render(
            "thresholds/templates/changes.html",
            id=name,
            words=model.flows_in_words,
            moved=model.moved,
            matrix=model.matrix,
            bands=BANDS,
        )
        self._trust.html = render(
            "thresholds/templates/trust.html", id=name, figure=figure, **trust(model)
        )
        if not self._dragging:
            self._draw_items()
        other = model.other
        self._comparison.html = (
            render(
                "thresholds/templates/comparison.html",
                id=name,
                shown=model.shown_name,
                other=other.name,
                synthetic=other.synthetic,
                rows=model.comparison,
            )
            if other
            else ""
        )

    def _draw_items(self) -> None:
        self._items.html = render(
            "thresholds/templates/items.html",
            id=self._head.model_id,
            figure=figure,
            items=tuple(item_rows(self.model)),
        )

    def _draw_actions(self) -> None:
        model = self.model
        saved = model.saved
        self._actions.html = render(
            "thresholds/templates/actions.html",
            id=self._head.model_id,
            trouble=self._trouble,
            can_undo=model.can_undo,
            moved=model.moved,
            published=both_cuts(model.published),
            worth_saving=model.worth_saving,
            with_norms=model.with_norms,
            norms_withheld=model.norms_withheld,
            saved=saved,
            content=base64.b64encode(saved.text.encode()).decode() if saved else "",
        )

    @contextmanager
    def _silence(self) -> Iterator[None]:
        """Set the controls without taking that for a move."""
        before, self._quiet = self._quiet, True
        try:
            yield
        finally:
            self._quiet = before


def _cohorts(
    given: Any, instrument: Instrument, *, by: str | None, **facts: Any
) -> tuple[NamedCohort, ...]:
    if by is not None:
        if isinstance(given, Mapping):
            raise CareerpathError(
                f"Groups by {by!r} need one table with that column, not several cohorts. Give the "
                "table alone, or leave out by=."
            )
        return split_by(given, by, instrument, **facts)
    several = given if isinstance(given, Mapping) else {"everybody": given}
    return tuple(
        NamedCohort.of(str(name), each, instrument, **facts) for name, each in several.items()
    )


def cut_slider(model: CutEffects) -> IntRangeSlider | FloatRangeSlider:
    """Make the slider that moves both cut scores by keyboard."""
    options = {
        "min": model.instrument.minimum_total,
        "max": model.instrument.maximum_total,
        "step": model.step,
        "value": model.handles,
        "description": "Cut scores",
        "style": {"description_width": "initial"},
        "layout": Layout(width="auto"),
    }
    made = IntRangeSlider(**options) if model.whole else FloatRangeSlider(**options)
    return made.add_class("cp-lab-slider")


def _choices(model: ThresholdsModel) -> tuple[Dropdown, Dropdown]:
    style = {"description_width": "initial"}
    others = [("nobody", "")] + [(name, name) for name in model.names[1:]]
    return (
        Dropdown(options=list(model.names), description="Show", style=style),
        Dropdown(options=others, description="Compare with", style=style),
    )


def _classed(kind: type[VBox] | type[HBox], name: str, children: Any) -> Any:
    return kind(children).add_class(name)
