"""The threshold lab's screen: two cut scores on a histogram, and what follows from them."""

from __future__ import annotations

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
from careerpath.core.instrument import CutScores, Instrument
from careerpath.core.instrument_file import load_instrument
from careerpath.core.wording import both_cuts
from careerpath.thresholds.model import ThresholdsModel
from careerpath.thresholds.pictures import CurvePicture, CutHistogram
from careerpath.thresholds.screen_reader import ScreenReaderText
from careerpath.thresholds.snapshot import Snapshot, snapshot
from careerpath.thresholds.upload import LARGEST
from careerpath.ui.html_view import Action, HtmlView
from careerpath.ui.templates import render
from careerpath.ui.visitor_errors import message_if_failed
from careerpath.ui.widget_files import widget_files

VIEWS = (
    "head",
    "file",
    "actions",
    "shares",
    "changes",
    "trust",
    "comparison",
    "curve",
    "items",
    "assumptions",
)
"""The names of the lab's templates, each in a piece of its own."""
KEPT = "The lab keeps nothing."


class LabHeading(HtmlView):
    """The lab's heading, which brings the lab's style sheet."""

    _css = widget_files("ui/tokens.css", "ui/base.css", "thresholds/style.css")


class ThresholdsScreen(VBox):
    """Move the two cut scores over a cohort and see what follows.

    Parameters
    ----------
    cohort : Tally, SimulatedCohort, Cohort, a frame, or a mapping of str to them
        The answers. Of several, the first is shown, and another can be compared with it.
    instrument : Instrument, optional
        By default the built-in one. Its cut scores are the published ones.
    by : str, optional
        A column with each person's group: a team, a year, a role. Everybody is shown; each group
        can be shown and compared.
    source : str
        Where the answers come from; it is written into saved instruments.
    synthetic : bool
        Whether a simulation made up the answers; the screen and saved instruments say so. Simulated
        people are also recognized by their names.
    save_to : str or Path, optional
        The folder for "Save as instrument". By default the button offers a download, and nothing
        is written on the machine that runs Python, which may be a server.

    Attributes
    ----------
    model : ThresholdsModel
        The cut scores and their effects.
    value : CutScores
        The current cut scores.

    Examples
    --------
    >>> from careerpath.cohort.simulation import simulate_cohort
    >>> instrument = load_instrument()
    >>> lab = ThresholdsScreen(simulate_cohort(instrument, seed=1), instrument)
    >>> lab.move(management_below=60)
    >>> lab.value
    CutScores(management_below=60, mastery_above=100)
    """

    children: Any  # a trait of ipywidgets

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
        self._trouble = self._unread = ""
        self._quiet = False
        self._dragging = False
        self._views = {name: HtmlView() for name in VIEWS} | {"head": LabHeading()}
        self._render("curve", "assumptions")
        self._slider = cut_slider(self.model.effects)
        self._histogram = CutHistogram(self.model.effects)
        self._curve = CurvePicture(self.model.effects)
        self._choices = _choices(self.model)
        self._choices_row = _classed(HBox, "cp-lab-choices", self._choices)
        self._screen_reader = ScreenReaderText()
        self._areas = self._make_areas()
        super().__init__(**options)
        self.add_class("careerpath").add_class("careerpath-app").add_class("cp-lab")
        self._listen()
        self._draw()

    # In code

    @property
    def value(self) -> CutScores:
        """The current cut scores."""
        return self.model.cuts

    @property
    def instrument(self) -> Instrument:
        """The instrument with the current cut scores, in a new version."""
        return self.model.new_instrument

    @property
    def tally(self) -> Tally:
        """The tally of the cohort that is shown."""
        return self.model.cohort.tally

    def snapshot(self) -> Snapshot:
        """Draw the histogram at the current cut scores, as a static picture."""
        return snapshot(self.model)

    def __repr__(self) -> str:
        model = self.model
        people = ", ".join(f"{each.name}: {each.tally.count:,}" for each in model.cohorts)
        return f"ThresholdsScreen({people}; cut scores {both_cuts(model.cuts)})"

    def move(
        self, *, management_below: float | None = None, mastery_above: float | None = None
    ) -> None:
        """Move one cut score, or both."""
        self.model.move(management_below=management_below, mastery_above=mastery_above)

    def save(self, path: str | Path) -> Path:
        """Save the cut scores as a new instrument, to a file or into a folder."""
        return self.model.save(path)

    # From the analyst to the model

    def _listen(self) -> None:
        self._histogram.handles.observe(self._dragged, names="x")
        self._histogram.handles.on_drag_start(self._drag_starts)
        self._histogram.handles.on_drag_end(self._drag_ends)
        self._slider.observe(self._slid, names="value")
        self._views["actions"].on_action(self._act)
        self._views["file"].on_action(self._open)
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
            self._run(actions[action.name])

    def _open(self, action: Action) -> None:
        if action.name == "open":
            name = action.values.get("name", "")
            self._unread = message_if_failed(
                partial(self.model.open, name, action.content), kept=KEPT
            )
            self._render("file")

    def _save(self) -> None:
        if self._save_to is None:
            self.model.make()
        else:
            self.model.save(self._save_to)

    def _dragged(self, _change: object) -> None:
        if not self._quiet:
            self._run(partial(self.model.drag, self._histogram.handles.x))

    def _drag_starts(self, _name: object, _content: object) -> None:
        self._dragging = True

    def _drag_ends(self, _name: object, _content: object) -> None:
        self._dragging = False
        self._draw_controls()
        self._render("items")

    def _slid(self, _change: object) -> None:
        if not self._quiet:
            self._run(partial(self.model.slide, self._slider.value))

    def _shown(self, change: dict[str, Any]) -> None:
        if not self._quiet:
            self._run(partial(self.model.show, change["new"]))

    def _compared(self, change: dict[str, Any]) -> None:
        if not self._quiet:
            self._run(partial(self.model.compare, change["new"]))

    def _run(self, action: Callable[[], object]) -> None:
        trouble = message_if_failed(action, kept=KEPT)
        if trouble != self._trouble:
            self._trouble = trouble
            self._render("actions")

    # From the model to the analyst

    def _make_areas(self) -> VBox:
        views = self._views
        picture = (self._histogram.figure, self._slider, views["actions"])
        words = [views[name] for name in ("shares", "changes", "trust", "comparison")]
        curve = (views["curve"], self._curve.figure)
        areas = (
            _classed(VBox, "cp-lab-area-picture", picture),
            _classed(VBox, "cp-lab-area-words", words),
            _classed(VBox, "cp-lab-area-curve", curve),
            _classed(VBox, "cp-lab-area-items", (views["items"],)),
            _classed(VBox, "cp-lab-area-assumptions", (views["assumptions"],)),
        )
        made: VBox = _classed(VBox, "cp-lab-areas", areas)
        return made

    def _draw_parts(self) -> None:
        """Show the choice of cohorts if there is more than one."""
        choices = (self._choices_row,) if len(self.model.names) > 1 else ()
        top = (self._screen_reader, self._views["head"], self._views["file"])
        parts = (*top, *choices, self._areas)
        if parts != self.children:
            self.children = parts

    def _draw(self, change: Mapping[str, Any] | None = None) -> None:
        # Changes of what was saved, or of the moves to undo, move nothing.
        if change is None or change["name"] in {"cuts", "shown_name", "other_name", "cohorts"}:
            self._draw_parts()
            self._draw_controls()
            self._histogram.draw(self.model.effects)
            self._curve.draw(self.model.effects)
            self._screen_reader.pictures = {
                "cp-lab-picture": self.model.totals_in_words,
                "cp-lab-curve": "Curves: the share of people below, and above, each possible cut "
                "score",
            }
            self._render("head", "file", "shares", "changes", "trust", "comparison")
            if not self._dragging:
                self._render("items")
        self._render("actions")
        self._screen_reader.announcement = self.model.announcement

    def _draw_controls(self) -> None:
        model = self.model
        with self._silence():
            if not self._dragging:
                self._histogram.handles.x = np.array(model.effects.lines)
            self._slider.value = model.effects.handles
            shown, other = self._choices
            shown.options = list(model.names)
            others = [("nobody", "")] + [(name, name) for name in model.names]
            other.options = [each for each in others if each[1] != model.shown_name]
            shown.value, other.value = model.shown_name, model.other_name

    def _render(self, *names: str) -> None:
        for name in names:
            self._views[name].html = render(
                f"thresholds/templates/{name}.html",
                model=self.model,
                effects=self.model.effects,
                id=self._views["head"].model_id,
                sure=SURE,
                trouble=self._trouble,
                unread=self._unread,
                largest=LARGEST,
            )

    @contextmanager
    def _silence(self) -> Iterator[None]:
        """Set the controls, and do not take the change for a move of the analyst."""
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
                f"Groups by {by!r} need one table with that column, not several cohorts. Give only "
                "the table, or leave out by=."
            )
        return split_by(given, by, instrument, **facts)
    several = given if isinstance(given, Mapping) else {"everybody": given}
    return tuple(
        NamedCohort.of(str(name), each, instrument, **facts) for name, each in several.items()
    )


def cut_slider(effects: CutEffects) -> IntRangeSlider | FloatRangeSlider:
    """Make the slider that moves both cut scores by keyboard."""
    options = {
        "min": effects.instrument.minimum_total,
        "max": effects.instrument.maximum_total,
        "step": effects.step,
        "value": effects.handles,
        "description": "Cut scores",
        "style": {"description_width": "initial"},
        "layout": Layout(width="auto"),
    }
    made = IntRangeSlider(**options) if effects.whole else FloatRangeSlider(**options)
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
