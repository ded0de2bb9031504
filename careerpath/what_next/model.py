"""What next: all decisions of that part of the page, without a widget.

`WhatNextModel` holds one model for each choice that needs one. The rules are in `capacity`,
`where_now`, `next_steps` and `time_line`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from traitlets import Bool, Dict, HasTraits, Instance, Int, Tuple, Unicode, UseEnum

from careerpath.core.errors import CareerpathError, shown
from careerpath.core.instrument import Band, Instrument
from careerpath.core.numbers import typed
from careerpath.core.reliable_change import reliable_change
from careerpath.core.result_file import (
    KeptResult,
    as_json,
    kept_document,
    parse_results,
    read_results,
    score_again,
    several_document,
)
from careerpath.core.wording import counted, long_date
from careerpath.questionnaire.model import QuestionnaireModel
from careerpath.questionnaire.shared_link import link_to
from careerpath.ui.site_address import WhoCanOpen, join_address
from careerpath.what_next.capacity import DEFAULTS, DirectReportCapacity, direct_report_capacity
from careerpath.what_next.choices import Choice
from careerpath.what_next.next_steps import Reading, next_steps, reading
from careerpath.what_next.report import TYPES, ResultReport, printable
from careerpath.what_next.time_line import TimeLine, draw_time_line
from careerpath.what_next.where_now import CareerPath, Week, WhereNow, where_now

HOURS = MappingProxyType(
    {
        "expertise": "The hours for your own expertise",
        "people": "The hours for people",
        "other": "The hours for everything else",
    }
)
"""The fields of a week, and what a message calls them."""
MOST = 300
"""The most results that are kept: one a day for ten months, or one a month for 25 years."""
NO_ROOM = (
    "This browser has no room for it, or keeps nothing. Nothing was changed. Save your results as "
    "a file instead, or remove some."
)


class WhatNextModel(HasTraits):
    """What a person can do with a result, one choice at a time.

    Parameters
    ----------
    questionnaire : QuestionnaireModel
        With every item answered.
    page : Instrument
        The instrument that the page asks without a room.
    tell : callable
        Sends the browser what to keep or to drop; see `PastResults`.

    Attributes
    ----------
    opened : Choice or None
        The choice that is open.
    asking : bool
        Whether it asks for confirmation before all past results are deleted.
    kind : str
        The kind of file that was chosen last.
    base : object
        The page's address as the browser sends it: it can be anything.
    path : CurrentPath
    plan : CapacityPlan
    past : PastResults
    files : ResultFiles
    """

    opened = UseEnum(Choice, default_value=None, allow_none=True)
    asking = Bool(default_value=False)
    kind = Unicode("pdf")

    def __init__(
        self,
        questionnaire: QuestionnaireModel,
        *,
        page: Instrument,
        tell: Callable[[dict[str, Any]], None],
    ) -> None:
        super().__init__()
        self.questionnaire = questionnaire
        self.page = page
        self.base: object = ""
        self.path = CurrentPath()
        self.plan = CapacityPlan()
        self.past = PastResults(questionnaire.instrument, tell=tell)
        self.files = ResultFiles()
        self.follow()

    def follow(self) -> None:
        """Take over the answers as they are now."""
        model = self.questionnaire
        if model.score is not None:
            self.past.current = KeptResult(
                instrument_id=model.instrument.id,
                instrument_version=model.instrument.version,
                taken=self.taken,
                answers=dict(model.answers),
                total=model.score.total,
                band=str(model.score.band),
            )
            self.path.follow(model.instrument, model.score.band)

    def show(self, name: str) -> None:
        """Open a choice and close the open one; close it if it is the open one."""
        if name in list(Choice):
            self.opened = None if name == self.opened else Choice(name)
            self.asking = False

    def look(self, fields: Mapping[str, str]) -> None:
        """Say how the result fits what the person does now."""
        model = self.questionnaire
        if model.score is not None:
            self.path.look(model.instrument, model.score.band, fields)

    def file(self, kind: str, name: str) -> tuple[str, str, bytes] | None:
        """Make a file of the result; see `ResultFiles.make`."""
        self.kind = kind
        return self.files.make(
            kind,
            name=name,
            instrument=self.questionnaire.instrument,
            answers=self.questionnaire.answers,
            taken=self.taken,
            now=self.path.outcome,
        )

    def remove_all(self) -> None:
        """Delete all past results."""
        self.asking = False
        self.past.remove_all()

    @property
    def taken(self) -> date:
        """The day of the answers."""
        return self.questionnaire.taken or date.today()

    @property
    def band(self) -> str:
        """The band of the result; empty without one."""
        score = self.questionnaire.score
        return str(score.band) if score else ""

    @property
    def steps(self) -> tuple[str, ...]:
        """Three next steps: for what the person does now, if they said so."""
        now = self.path.outcome
        return now.steps if now else next_steps(self.band)

    @property
    def roles(self) -> tuple[str, ...]:
        """Roles to consider."""
        now, meaning = self.path.outcome, self.questionnaire.interpretation
        return now.roles if now else meaning.roles if meaning else ()

    @property
    def reading(self) -> tuple[Reading, ...]:
        """What to read."""
        return reading(self.band)

    @property
    def link(self) -> str:
        """A link that holds the answers; empty if no page can open it."""
        if not self.asks_as_the_page:
            return ""
        return link_to(self.base, self.page, self.questionnaire.answers)

    @property
    def asks_as_the_page(self) -> bool:
        """Whether the questions are those of the page, and not of a room."""
        return self.questionnaire.instrument == self.page

    @property
    def opens_here_only(self) -> bool:
        """Whether only this computer can open the link."""
        return join_address(self.base, "").who_can_open is WhoCanOpen.THIS_COMPUTER


# Where are you now?


class CurrentPath(HasTraits):
    """The form about the present path, and its outcome. Nothing is stored.

    Attributes
    ----------
    typed : dict of str to str
        The fields as they were typed: path, reports, expertise, people, other.
    outcome : WhereNow or None
        How the result fits; None until the form is sent.
    problem : str
        Why the form cannot be read; empty if it can.

    Examples
    --------
    >>> from careerpath import load_instrument
    >>> model = CurrentPath()
    >>> model.look(load_instrument(), Band.MASTERY, {"path": "management", "reports": "9"})
    >>> model.outcome.headline
    'Suited to mastery, managing nine'
    """

    typed = Dict()
    outcome = Instance(WhereNow, allow_none=True)
    problem = Unicode("")

    def __init__(self) -> None:
        super().__init__()
        self._told: dict[str, Any] = {}

    def look(self, instrument: Instrument, band: Band, fields: Mapping[str, str]) -> None:
        """Read the form and say how the result fits; set `problem` if it cannot be read."""
        with self.hold_trait_notifications():
            self.typed = {name: fields.get(name, "") for name in ("path", "reports", *HOURS)}
            try:
                self._told = _read_path(self.typed)
                self.outcome, self.problem = where_now(instrument, band, **self._told), ""
            except CareerpathError as error:
                self.outcome, self.problem = None, str(error)

    def follow(self, instrument: Instrument, band: Band) -> None:
        """Update the outcome for changed answers, if there is one."""
        if self.outcome is not None:
            self.outcome = where_now(instrument, band, **self._told)


def _read_path(fields: Mapping[str, str]) -> dict[str, Any]:
    if fields["path"] not in list(CareerPath):
        raise CareerpathError("Choose what you do now: mastery, management, or both.")
    hours = {name: typed(fields[name], what) for name, what in HOURS.items()}
    told = {name: each for name, each in hours.items() if each is not None}
    if told and len(told) < len(HOURS):
        raise CareerpathError(
            "The week is not complete. Write all three numbers of hours (0 for none), or leave all "
            "three empty."
        )
    return {
        "path": fields["path"],
        "reports": typed(fields["reports"], "The people you manage"),
        "week": Week(**told) if told else None,
    }


# How few is a few?


@dataclass(frozen=True, slots=True)
class Slider:
    """The slider of one number.

    Attributes
    ----------
    low, high, step : float
        In the unit that is shown.
    unit : str
    per : int
        How many of this unit make 1: 100 for a share shown in per cent.
    """

    low: float
    high: float
    step: float
    unit: str
    per: int = 1


SLIDERS: Mapping[str, Slider] = MappingProxyType(
    {
        "hours_per_week": Slider(10, 80, 1, "h"),
        "mastery_share": Slider(0, 100, 5, "%", per=100),
        "admin_share": Slider(0, 60, 1, "%", per=100),
        "hours_per_report": Slider(0.5, 10, 0.5, "h"),
    }
)
"""By the names of the parameters of `direct_report_capacity`."""


class CapacityPlan(HasTraits):
    """The hours of a week, and how many direct reports fit into it.

    Attributes
    ----------
    capacity : DirectReportCapacity
        The result for the present numbers, which start from `DEFAULTS`.
    problem : str
        Why the numbers cannot be read; then they stay as they were.

    Examples
    --------
    >>> plan = CapacityPlan()
    >>> plan.capacity.reports
    4
    >>> plan.move({"mastery_share": "20"})
    >>> plan.capacity.reports, plan.shown("mastery_share")
    (8, 20)
    """

    capacity = Instance(DirectReportCapacity)
    problem = Unicode("")

    def __init__(self) -> None:
        super().__init__()
        self._numbers: dict[str, float] = {name: each.value for name, each in DEFAULTS.items()}
        self.capacity = direct_report_capacity()

    def shown(self, name: str) -> float:
        """Return one of the numbers in the unit that is shown."""
        number = self._numbers[name] * SLIDERS[name].per
        return int(number) if number == int(number) else round(number, 4)

    def move(self, fields: Mapping[str, str]) -> None:
        """Take over moved sliders; missing ones stay as they are."""
        try:
            numbers = self._numbers | _read_plan(fields)
            capacity = direct_report_capacity(**numbers)
        except CareerpathError as error:
            self.problem = str(error)
            return
        self._numbers = numbers
        with self.hold_trait_notifications():
            self.capacity, self.problem = capacity, ""


def _read_plan(fields: Mapping[str, str]) -> dict[str, float]:
    """Read the sliders; raise an error for values that a slider cannot have."""
    numbers = {}
    for name, slider in SLIDERS.items():
        what = DEFAULTS[name].meaning
        number = typed(fields.get(name, ""), what)
        if number is None:
            continue
        if not slider.low <= number <= slider.high:
            raise CareerpathError(
                f"{what}: {shown(number)} is not within {slider.low} to {slider.high} "
                f"{slider.unit}. Move it back into this range."
            )
        numbers[name] = number / slider.per
    return numbers


# Take it with you


class ResultFiles(HasTraits):
    """Make files of a result on request.

    Attributes
    ----------
    name : str
        The name on the file; it is not kept anywhere else.
    done, problem : str
        What was made last, or why it was not made.
    """

    name = Unicode("")
    done = Unicode("")
    problem = Unicode("")

    def make(
        self,
        kind: str,
        *,
        name: str,
        instrument: Instrument,
        answers: Mapping[str, int | float],
        taken: date,
        now: WhereNow | None = None,
    ) -> tuple[str, str, bytes] | None:
        """Make a file; return None and set `problem` if it cannot be made.

        Returns
        -------
        tuple of str, str, bytes
            Its name, media type and content.

        Examples
        --------
        >>> from careerpath import load_instrument
        >>> instrument = load_instrument()
        >>> made = ResultFiles().make(
        ...     "json",
        ...     name="",
        ...     instrument=instrument,
        ...     answers=dict.fromkeys(instrument.item_ids, 7),
        ...     taken=date(2026, 3, 1),
        ... )
        >>> made[:2]
        ('careerpath-result-2026-03-01.json', 'application/json')
        """
        self.name = printable(name)
        report = ResultReport(
            instrument=instrument,
            answers=answers,
            taken=taken,
            name=self.name,
            now=now,
            apart=True,
        )
        try:
            content = report.file(kind)
        except CareerpathError as error:
            with self.hold_trait_notifications():
                self.done, self.problem = "", str(error)
            return None
        file = f"careerpath-result-{taken.isoformat()}.{kind}"
        with self.hold_trait_notifications():
            self.done, self.problem = f"Saved as {file}.", ""
        return file, TYPES[kind], content


# On this device


class PastResults(HasTraits):
    """The results that a browser keeps, and what changed from one to the next.

    The browser keeps each result under its own key. This model decides, and checks everything that
    the browser sends.

    Parameters
    ----------
    tell : callable
        Sends the browser ``{"keep": {id: document}}`` or ``{"drop": [ids]}``.

    Attributes
    ----------
    current : KeptResult or None
        The result that is shown.
    kept : tuple of KeptResult
        The oldest first.
    looked : bool
        Whether the browser has sent what it keeps.
    unread : int
        The number of entries that this version cannot read; they stay as they are.
    done : str
        What was done last.
    problem : str
        Why the last action was not done.
    """

    instrument = Instance(Instrument)
    current = Instance(KeptResult, allow_none=True)
    kept = Tuple()
    looked = Bool(default_value=False)
    unread = Int(0)
    done = Unicode("")
    problem = Unicode("")

    def __init__(self, instrument: Instrument, *, tell: Callable[[dict[str, Any]], None]) -> None:
        super().__init__(instrument=instrument)
        self._tell = tell
        self._doing = ""

    # The present state

    @property
    def is_kept(self) -> bool:
        """Whether the shown result is kept."""
        return self.current is not None and self.current.identity in self._identities

    @property
    def same(self) -> tuple[KeptResult, ...]:
        """The kept results of this instrument and version."""
        return tuple(each for each in self.kept if each.is_of(self.instrument))

    @property
    def others(self) -> tuple[KeptResult, ...]:
        """The kept results of another instrument or version."""
        return tuple(each for each in self.kept if not each.is_of(self.instrument))

    @property
    def comparable(self) -> tuple[KeptResult, ...]:
        """The kept results of this instrument and version and the shown one, the oldest first."""
        if self.current is None:
            return self.same
        earlier = [each for each in self.same if each.identity != self.current.identity]
        return tuple(sorted((*earlier, self.current), key=lambda each: each.taken))

    @property
    def time_line(self) -> TimeLine | None:
        """The comparable results as a picture; None without one."""
        results = self.comparable
        return draw_time_line(self.instrument, results) if results else None

    @property
    def changes(self) -> tuple[tuple[str, str], ...]:
        """The changes to the newest result, from the one before it and from the first, in words."""
        results = self.comparable
        if len(results) < 2:
            return ()
        newest = results[-1]
        # With two results, the one before the newest is the first.
        before = results[-2:-1] if len(results) == 2 else (results[-2], results[0])
        try:
            return tuple(
                (
                    f"From {long_date(each.taken)} to {long_date(newest.taken)}",
                    reliable_change(self.instrument, each, newest).words,
                )
                for each in before
            )
        except CareerpathError as error:
            return (("Is it more than chance?", str(error)),)

    @property
    def _identities(self) -> set[str]:
        return {each.identity for each in self.kept}

    # What a person can do

    def keep(self) -> None:
        """Keep the shown result."""
        if self.current is not None:
            self._add([self.current], "Kept on this device.")

    def remove(self, identity: str) -> None:
        """Remove a kept result."""
        if identity in self._identities:
            self._drop([identity], "Removed.")

    def remove_all(self) -> None:
        """Remove all kept results, including those that cannot be read."""
        self._doing = "All past results are deleted from this device."
        self._tell({"drop": None})

    def export(self) -> bytes:
        """Return a file with all kept results; `take_in` reads it."""
        return as_json(several_document(self.kept))

    def take_in(self, raw: bytes, *, name: str) -> None:
        """Add the results of a file.

        Parameters
        ----------
        raw : bytes
        name : str
            The name of the file, for messages.

        Raises
        ------
        CareerpathError
            If it cannot be read, or there would be too many results; then nothing changes.
        """
        found = [
            score_again(each, self.instrument, place=name)
            for each in parse_results(raw, place=name)
        ]
        new = {each.identity: each for each in found if each.identity not in self._identities}
        count = len(new)
        if not count:
            self._say(f"Nothing new in {name}: all its results are kept here already.")
            return
        self._add(new.values(), f"{counted(count, 'result')} added from {name}.")

    # What the browser sends

    def found(self, content: Mapping[str, Any]) -> None:
        """Take over what the browser keeps.

        Parameters
        ----------
        content : mapping
            ``{"results": [documents], "refused": bool}``, or anything else: a visitor can send
            anything.
        """
        documents = content.get("results")
        documents = documents if isinstance(documents, list) else []
        kept: dict[str, KeptResult] = {}
        unread = 0
        for document in documents[: 2 * MOST]:
            try:
                for each in read_results(document, place="A kept result"):
                    again = score_again(each, self.instrument, place="A kept result")
                    kept[again.identity] = again
            except CareerpathError:
                unread += 1
        refused = content.get("refused") is True
        with self.hold_trait_notifications():
            self.kept = tuple(sorted(kept.values(), key=lambda each: each.taken))
            self.unread = unread
            self.looked = True
            self.done = "" if refused else self._doing
            self.problem = NO_ROOM if refused else ""
        self._doing = ""

    def _add(self, results: Iterable[KeptResult], done: str) -> None:
        new = {each.identity: kept_document(each) for each in results}
        if len(self._identities | set(new)) > MOST:
            raise CareerpathError(
                f"At most {MOST} results are kept here, and these would be more. Save them as a "
                "file and remove some first."
            )
        self._doing = done
        self._tell({"keep": new})

    def _drop(self, identities: list[str], done: str) -> None:
        self._doing = done
        self._tell({"drop": identities})

    def _say(self, words: str) -> None:
        with self.hold_trait_notifications():
            self.done, self.problem = words, ""
