"""What next: what a person can do with a result. It is made when the first choice is opened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import Any

from ipywidgets import VBox

from careerpath.core.instrument import Instrument
from careerpath.questionnaire.model import QuestionnaireModel
from careerpath.questionnaire.shared_link import link_to
from careerpath.ui.assets import asset
from careerpath.ui.html_view import Doing, Piece
from careerpath.ui.site_address import Reach, join_address
from careerpath.ui.templates import render
from careerpath.ui.visitor_errors import guarded
from careerpath.what_next import capacity
from careerpath.what_next.browser import ResultBrowser
from careerpath.what_next.capacity_plan import FIELDS, CapacityPlan
from careerpath.what_next.choices import Part, choices
from careerpath.what_next.current_path import CurrentPath
from careerpath.what_next.next_steps import QUESTIONS, next_steps, reading
from careerpath.what_next.past_results import PastResults, result_of
from careerpath.what_next.time_line import draw_time_line

PLACES = ("choice", "outcome", "done", "asking", "declined")
"""What can take the focus once something was done."""
NO_PAGE = (
    "A link needs a page that opens it: it can be had where the assessment is served as a page, by "
    "careerpath serve, and not inside of a notebook. Take the PDF instead."
)
OTHER_QUESTIONS = (
    "The questions were those of the room, and a link opens only where they are asked. Take the "
    "PDF instead."
)


class AfterPiece(Piece):
    """The card with all choices, one of which is open."""

    _css = asset("what_next/style.css")


class AfterResult(VBox):
    """Six choices below a result: steps, the path now, a plan, files, past results, a link.

    Parameters
    ----------
    questionnaire : QuestionnaireModel
        With every item answered.
    page : Instrument
        The one that the page asks by itself, without a room.

    Attributes
    ----------
    opened : Part or None
    path : CurrentPath
    plan : CapacityPlan
    past : PastResults
    """

    children: Any  # a trait of ipywidgets

    def __init__(self, questionnaire: QuestionnaireModel, *, page: Instrument) -> None:
        self._questionnaire = questionnaire
        self._page = page
        self._browser = ResultBrowser()
        self._piece = AfterPiece()
        self.opened: Part | None = None
        self.path = CurrentPath()
        self.plan = CapacityPlan()
        self.past = PastResults(questionnaire.instrument, tell=self._browser.tell)
        self._files: Any = None
        self._kind = "pdf"
        self._base: object = ""
        self._asking = False
        self._problem = ""
        self._focus, self._turn = "", 0
        super().__init__(children=(self._browser, self._piece))
        self._piece.on_doing(self._act)
        self._browser.on_browser(
            doing=self._act, base=self._found_base, results=self.past.found, file=self._read
        )
        for model in (self.path, self.plan, self.past):
            model.observe(self._draw)
        self.follow()

    # From the visitor to the model

    def show(self, name: str) -> None:
        """Open a choice, and close the one that is open; what no button says does nothing."""
        if name in list(Part):
            part = Part(name)
            self.opened = None if part is self.opened else part
            self._asking = False
            self._move_focus("choice")

    def follow(self) -> None:
        """Take the answers as they are now."""
        model = self._questionnaire
        if model.score is None:
            return
        result = model.score
        self.past.current = result_of(
            model.instrument,
            model.answers,
            total=result.total,
            band=str(result.band),
            taken=self._taken,
        )
        self.path.follow(model.instrument, result.band)
        self._draw()

    def close(self) -> None:
        """Leave nothing of it in the page."""
        for each in self.children:
            each.close()
        super().close()

    @property
    def _taken(self) -> date:
        return self._questionnaire.taken or date.today()

    def _act(self, doing: Doing) -> None:
        values = doing.values
        doings: dict[str, Callable[[], object]] = {
            "open": partial(self.show, values.get("kind", "")),
            "look": partial(self._look, values),
            "plan": partial(self.plan.move, values),
            "file": partial(self._save, values),
            "keep": self.past.keep,
            "remove": partial(self._remove, values.get("kind", "")),
            "ask": partial(self._ask, asking=True),
            "ask not": partial(self._ask, asking=False),
            "remove all": self._remove_all,
            "export": self._export,
        }
        if doing.name in doings and self._questionnaire.score is not None:
            self._focus = ""
            self._problem = guarded(doings[doing.name])
            self._draw()

    def _look(self, values: Mapping[str, str]) -> None:
        model = self._questionnaire
        if model.score is not None:
            self.path.look(model.instrument, model.score.band, values)
            self._move_focus("outcome")

    def _save(self, values: Mapping[str, str]) -> None:
        model = self._questionnaire
        self._kind = values.get("kind", "")
        made = self._result_files().make(
            self._kind,
            name=values.get("name", ""),
            instrument=model.instrument,
            answers=model.answers,
            taken=self._taken,
            now=self.path.outcome,
        )
        if made:
            self._piece.download(*made)

    def _result_files(self) -> Any:
        if self._files is None:
            from careerpath.what_next.result_files import ResultFiles

            self._files = ResultFiles()
        return self._files

    def _remove(self, identity: str) -> None:
        self.past.remove(identity)
        self._move_focus("done")

    def _remove_all(self) -> None:
        self._asking = False
        self.past.remove_all()
        self._move_focus("done")

    def _ask(self, *, asking: bool) -> None:
        self._asking = asking
        self._move_focus("asking" if asking else "declined")

    def _export(self) -> None:
        name = f"careerpath-results-{date.today().isoformat()}.json"
        self._piece.download(name, "application/json", self.past.export())

    def _read(self, name: str, content: bytes | None) -> None:
        # A file that the browser found too large is refused like one that came.
        raw = bytes(3_000_000) if content is None else content
        self._focus = ""
        self._problem = guarded(lambda: self.past.take_in(raw, name=name[:100]))
        self._draw()

    def _found_base(self, base: object) -> None:
        self._base = base
        self._draw()

    def _move_focus(self, place: str) -> None:
        self._focus = place
        self._turn += 1

    # From the model to the visitor

    def _draw(self, _change: object = None) -> None:
        result = self._questionnaire.score
        if result is None:
            return
        parts = choices(result.band)
        values = self._values() if self.opened else {}
        focus = {place: f"{place} {self._turn}" if place == self._focus else "" for place in PLACES}
        told: Any = {Part.DEVICE: self.past, Part.FILES: self._files}.get(self.opened or Part.STEPS)
        self._piece.html = render(
            "what_next/templates/choice_card.html",
            parts=parts,
            opened=str(self.opened or ""),
            focus=focus,
            problem=self._problem,
            said=told.problem or told.said if told else "",
            **values,
        )

    def _values(self) -> dict[str, object]:
        shown: dict[Part | None, Callable[[], dict[str, object]]] = {
            Part.STEPS: self._steps,
            Part.NOW: lambda: {"path": self.path},
            Part.FEW: self._few,
            Part.FILES: lambda: {"files": self._result_files(), "chosen": self._kind},
            Part.DEVICE: self._device,
            Part.LINK: self._link,
        }
        return shown[self.opened]()

    def _steps(self) -> dict[str, object]:
        model = self._questionnaire
        meaning, now = model.interpretation, self.path.outcome
        band = meaning.band if meaning else ""
        return {
            "band": band,
            "now": now,
            "steps": now.steps if now else next_steps(band),
            "roles": now.roles if now else meaning.roles if meaning else (),
            "questions": QUESTIONS,
            "reading": reading(band),
        }

    def _few(self) -> dict[str, object]:
        return {
            "plan": self.plan,
            "fields": FIELDS,
            "defaults": capacity.DEFAULTS,
            "most": "five",
            "most_source": capacity.MOST_BESIDE_MASTERY_SOURCE,
            "average": capacity.AVERAGE_REPORTS,
            "average_source": capacity.AVERAGE_REPORTS_SOURCE,
        }

    def _device(self) -> dict[str, object]:
        past, instrument = self.past, self._questionnaire.instrument
        return {
            "past": past,
            "asking": self._asking,
            "line": draw_time_line(instrument, past.comparable) if past.comparable else None,
            "now": past.comparable.index(past.current) if past.current else None,
            "same": [each for each in past.kept if each.is_of(instrument)],
            "others": [each for each in past.kept if not each.is_of(instrument)],
        }

    def _link(self) -> dict[str, object]:
        model = self._questionnaire
        link = link_to(self._base, self._page, model.answers) if self._is_own else ""
        return {
            "link": link,
            "only_here": join_address(self._base, "").reach is Reach.THIS_COMPUTER,
            "obstacle": NO_PAGE if self._is_own else OTHER_QUESTIONS,
        }

    @property
    def _is_own(self) -> bool:
        return self._questionnaire.instrument == self._page
