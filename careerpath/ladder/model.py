"""The designer of two career ladders: every decision of that screen, without a widget."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum

from traitlets import Bool, HasTraits, Instance, Unicode, UseEnum

from careerpath.core.errors import shown
from careerpath.core.interpretation import NO_BREAK
from careerpath.core.quantities import read_percent
from careerpath.ladder.figures import LadderFigures
from careerpath.ladder.files import read_ladder
from careerpath.ladder.history import Draft
from careerpath.ladder.kept import KeptLadder, read_kept
from careerpath.ladder.ladder import MOST_LEVELS, PAY_TOLERANCE, DualLadder
from careerpath.ladder.ladder_parts import LadderError
from careerpath.ladder.open_level import OpenLevel

TYPES = {
    "pdf": "application/pdf",
    "html": "text/html",
    "md": "text/markdown",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
    "toml": "application/toml",
}
FILE_NAME = "career-ladders"


class Stage(StrEnum):
    """How far somebody has come."""

    START = "start"
    DESIGN = "design"


class LadderModel(HasTraits):
    """Two ladders that are being designed.

    Attributes
    ----------
    stage : Stage
    draft : Draft
        The ladder, with undo and redo.
    kept : KeptLadder
        What the browser is to keep: the ladder, and by how much pay may differ.
    figures : LadderFigures
    level : OpenLevel
    offered : KeptLadder or None
        A ladder that the browser had kept, at the start.
    unreadable : str
        Why what it had kept cannot be read; empty where it can.
    said : str
        What has just happened.
    asking : bool
        Whether it is asked once more before all is deleted.

    Examples
    --------
    >>> model = LadderModel()
    >>> model.start_from_example()
    >>> model.level.open("Staff", "mastery")
    >>> model.level.remove_rung(model.level.opened, "mastery")
    >>> model.said
    'Removed: Staff, mastery. 1 to mend.'
    """

    stage = UseEnum(Stage, default_value=Stage.START)
    draft = Instance(Draft)
    kept = Instance(KeptLadder)
    figures = Instance(LadderFigures)
    offered = Instance(KeptLadder, allow_none=True)
    unreadable = Unicode("")
    said = Unicode("")
    asking = Bool(default_value=False)

    def __init__(self) -> None:
        super().__init__()
        self.level = OpenLevel(self)
        self.draft = Draft(DualLadder())
        self.kept = KeptLadder(self.ladder)
        self.figures = LadderFigures.of(self.ladder, PAY_TOLERANCE)

    @property
    def ladder(self) -> DualLadder:
        """The ladder as it is now."""
        return self.draft.ladder

    @property
    def names(self) -> list[str]:
        """The levels' names, from the lowest."""
        return [level.name for level in self.ladder.levels]

    # Beginning

    def offer(self, content: bytes) -> None:
        """Take what the browser has kept; it is offered before anything is begun."""
        if self.stage is not Stage.START:
            return
        self.offered, self.unreadable = None, ""
        if not content:
            return
        try:
            found = read_kept(content)
        except LadderError as error:
            self.unreadable = str(error)
        else:
            self.offered = found if found.ladder.levels else None

    def resume(self) -> None:
        """Go on with the ladder that the browser has kept, and with what was being typed."""
        found = self.offered
        if found is None or self.stage is not Stage.START:
            return
        self._begin(Draft(found.ladder), found.pay_tolerance)
        self._say("Your ladders are back")
        unsent = found.unsent
        if unsent and unsent.level in self.names:
            self.level.open(unsent.level, unsent.side)
            self.level.write_rung(self.level.opened, unsent.side, unsent.fields)

    def start_from_example(self) -> None:
        """Begin with the worked example; undo brings back what was there."""
        self._replace(DualLadder.example(), "The worked example")

    def start_empty(self) -> None:
        """Begin with nothing; undo brings back what was there."""
        self._replace(DualLadder(), "An empty ladder")

    def load(self, name: str, content: bytes) -> None:
        """Begin with a file; undo brings back what was there.

        Raises
        ------
        LadderError
            Where it cannot be read; nothing has changed then.
        """
        self._replace(read_ladder(content, name), f"Opened: {name}")

    def ask(self, *, whether: bool) -> None:
        """Ask once more before all is deleted, or no longer."""
        self.asking = whether

    def forget(self) -> None:
        """Go back to the start, with nothing kept, if that was asked for."""
        if not self.asking:
            return
        self.level.close()
        with self.hold_trait_notifications():
            self._take(Draft(DualLadder()), "", pay_tolerance=PAY_TOLERANCE)
            self.offered, self.unreadable, self.asking = None, "", False
            self.stage = Stage.START
            self.said = "The ladders are deleted from this browser."

    # Back and forth

    def undo(self) -> None:
        """Take back the last change."""
        if self.draft.before:
            self.level.forget_typed()
            self._take(self.draft.undone(), "Undone")

    def redo(self) -> None:
        """Do again what was taken back."""
        if self.draft.after:
            self.level.forget_typed()
            self._take(self.draft.redone(), "Done again")

    # Changing, checking, taking away

    def change(self, ladder: DualLadder, said: str, *, trouble: str = "") -> None:
        """Put another ladder in the place of this one, and say so."""
        self._take(self.draft.changed(ladder), said)
        if trouble:
            self._say_at_last(trouble)

    def add_level(self, above: str = "") -> None:
        """Add a level, above another one or at the top, and open it.

        Raises
        ------
        LadderError
            Where there are as many as there can be.
        """
        names = self.names
        if len(names) >= MOST_LEVELS:
            raise LadderError(f"A ladder has {MOST_LEVELS} levels at most. Remove one first.")
        number = next(each for each in range(1, MOST_LEVELS + 1) if f"Level {each}" not in names)
        name = f"Level {number}"
        at = names.index(above) + 1 if above in names else None
        self.change(self.ladder.with_level(name, at), f"Added: {name}")
        self.level.open(name)

    def lead_to(self, number: int) -> None:
        """Open what a finding is about."""
        if not 0 <= number < len(self.figures.findings):
            return
        finding = self.figures.findings[number]
        if finding.level_name:
            self.level.open(finding.level_name, finding.side or "")
        elif self.names:
            self.level.open(self.names[-1])
        else:
            self.add_level()

    def set_tolerance(self, percent: str) -> None:
        """Say by how much pay may differ, in per cent.

        Raises
        ------
        LadderError
            Where it is no number from 0 to 100.
        """
        found = read_percent(percent)
        if found is None:
            raise LadderError(
                f"Pay can differ by a number from 0 to 100 %, not {shown(percent)}. Write 5 for "
                "5 %."
            )
        self._take(self.draft, "", pay_tolerance=found / 100)

    def file(self, kind: str, *, made: datetime | None = None) -> tuple[str, str, bytes]:
        """Make a file: its name, its media type, and what is in it.

        Raises
        ------
        CareerpathError
            Where there is no such kind, or it cannot be made here.
        """
        if kind not in TYPES:
            raise LadderError(f"A ladder is saved as {', '.join(TYPES)}, not as {shown(kind)}.")
        from careerpath.ladder.report import LadderReport

        name = f"{FILE_NAME}.{kind}"
        report = LadderReport(self.ladder, self.kept.pay_tolerance, made=made or datetime.now(UTC))
        return name, TYPES[kind], report.content(name)

    # Inside

    def _replace(self, ladder: DualLadder, said: str) -> None:
        """Take another ladder; what was there, or kept, comes back with undo."""
        if self.stage is Stage.START:
            kept = self.offered or KeptLadder(ladder)
            self._begin(Draft(kept.ladder), kept.pay_tolerance)
        self.level.close()
        self._take(self.draft.changed(ladder), said)

    def _begin(self, draft: Draft, tolerance: float) -> None:
        with self.hold_trait_notifications():
            self.stage, self.unreadable = Stage.DESIGN, ""
            self._take(draft, "", pay_tolerance=tolerance)

    def _take(self, draft: Draft, said: str, *, pay_tolerance: float | None = None) -> None:
        tolerance = self.kept.pay_tolerance if pay_tolerance is None else pay_tolerance
        figures = LadderFigures.of(draft.ladder, tolerance)
        news = said or figures.in_short != self.figures.in_short
        with self.hold_trait_notifications():
            self.draft, self.kept = draft, KeptLadder(draft.ladder, tolerance)
            self.figures = figures
            if self.level.name and self.level.name not in self.names:
                self.level.close()
            if news:
                self._say(said)

    def _say(self, what: str) -> None:
        said = f"{what}. {self.figures.in_short}" if what else self.figures.in_short
        self._say_at_last(said)

    def _say_at_last(self, said: str) -> None:
        # The same words twice in a row would not be read out.
        self.said = said + NO_BREAK if said == self.said else said
