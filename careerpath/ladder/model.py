"""The designer of two career ladders: all decisions of that screen, without a widget."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from traitlets import Bool, Dict, HasTraits, Instance, Int, Unicode, UseEnum

from careerpath.core.child_process import read_in_child
from careerpath.core.errors import shown
from careerpath.core.numbers import read_percent
from careerpath.core.wording import NO_BREAK
from careerpath.ladder.files import read_ladder
from careerpath.ladder.form import PAY, fields_of, read_fields
from careerpath.ladder.kept import KeptLadder, read_kept
from careerpath.ladder.ladder import (
    MOST_LEVELS,
    PAY_TOLERANCE,
    DualLadder,
    LadderError,
    Rung,
    Side,
    known_side,
)
from careerpath.ladder.picture import LadderFigures

TYPES = {
    "pdf": "application/pdf",
    "html": "text/html",
    "md": "text/markdown",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
    "toml": "application/toml",
}
FILE_NAME = "career-ladders"


class LadderStage(StrEnum):
    """The two phases of the designer."""

    START = "start"
    DESIGN = "design"


MOST_UNDO = 200


@dataclass(frozen=True, slots=True)
class LadderHistory:
    """A ladder with its earlier versions and those that were undone.

    Examples
    --------
    >>> history = LadderHistory(DualLadder()).changed(DualLadder().with_level("Senior"))
    >>> [len(each.ladder.levels) for each in (history, history.undone(), history.undone().redone())]
    [1, 0, 1]
    """

    ladder: DualLadder
    before: tuple[DualLadder, ...] = ()
    after: tuple[DualLadder, ...] = ()

    def changed(self, ladder: DualLadder) -> LadderHistory:
        """Return the history with a new ladder added, if it differs from the present one."""
        if ladder == self.ladder:
            return self
        return LadderHistory(ladder, (*self.before, self.ladder)[-MOST_UNDO:])

    def undone(self) -> LadderHistory:
        """Return the history before the last change; unchanged if there is none."""
        if not self.before:
            return self
        return LadderHistory(self.before[-1], self.before[:-1], (*self.after, self.ladder))

    def redone(self) -> LadderHistory:
        """Return the history before the last undo; unchanged if there is none."""
        if not self.after:
            return self
        return LadderHistory(self.after[-1], (*self.before, self.ladder), self.after[:-1])


class LadderModel(HasTraits):
    """Two ladders while they are designed.

    Attributes
    ----------
    stage : LadderStage
    history : LadderHistory
        The ladder, with undo and redo.
    kept : KeptLadder
        What the browser keeps: the ladder, and how much pay may differ.
    figures : LadderFigures
    level : OpenLevel
    offered : KeptLadder or None
        A ladder from an earlier visit, which the browser kept.
    unreadable : str
        Why the kept ladder cannot be read; empty if it can.
    announcement : str
        What has just happened.
    asking : bool
        Whether it asks for confirmation before everything is deleted.

    Examples
    --------
    >>> model = LadderModel()
    >>> model.start_from_example()
    >>> model.level.open("Staff", "mastery")
    >>> model.level.remove_rung(model.level.opened, "mastery")
    >>> model.announcement
    'Removed: Staff, mastery. 1 to fix.'
    """

    stage = UseEnum(LadderStage, default_value=LadderStage.START)
    history = Instance(LadderHistory)
    kept = Instance(KeptLadder)
    figures = Instance(LadderFigures)
    offered = Instance(KeptLadder, allow_none=True)
    unreadable = Unicode("")
    announcement = Unicode("")
    asking = Bool(default_value=False)

    def __init__(self) -> None:
        super().__init__()
        self.level = OpenLevel(self)
        self.history = LadderHistory(DualLadder())
        self.kept = KeptLadder(self.ladder)
        self.figures = LadderFigures.of(self.ladder, PAY_TOLERANCE)

    @property
    def ladder(self) -> DualLadder:
        """The present ladder."""
        return self.history.ladder

    @property
    def names(self) -> list[str]:
        """The names of the levels, the lowest first."""
        return [level.name for level in self.ladder.levels]

    # Beginning

    def offer(self, content: bytes) -> None:
        """Offer the ladder that the browser has kept, until a design is started."""
        if self.stage is not LadderStage.START:
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
        """Continue with the kept ladder, and with the text that was being typed."""
        found = self.offered
        if found is None or self.stage is not LadderStage.START:
            return
        self._begin(LadderHistory(found.ladder), found.pay_tolerance)
        self._say("Your ladders are back")
        unsent = found.unsent
        if unsent and unsent.level in self.names:
            self.level.open(unsent.level, unsent.side)
            self.level.write_rung(self.level.opened, unsent.side, unsent.fields)

    def start_from_example(self) -> None:
        """Start from the worked example; undo brings the former ladder back."""
        self._replace(DualLadder.example(), "The worked example")

    def start_empty(self) -> None:
        """Start with an empty ladder; undo brings the former ladder back."""
        self._replace(DualLadder(), "An empty ladder")

    def load(self, name: str, content: bytes) -> None:
        """Start from a file; undo brings the former ladder back.

        Raises
        ------
        LadderError
            If it cannot be read; then nothing changes.
        """
        ladder = read_in_child(lambda: read_ladder(content, name), place=name, raises=LadderError)
        self._replace(ladder, f"Opened: {name}")

    def ask(self, *, whether: bool) -> None:
        """Ask for confirmation before everything is deleted, or stop asking."""
        self.asking = whether

    def forget(self) -> None:
        """Delete everything and return to the start, if confirmation was asked for."""
        if not self.asking:
            return
        self.level.close()
        with self.hold_trait_notifications():
            self._take(LadderHistory(DualLadder()), "", pay_tolerance=PAY_TOLERANCE)
            self.offered, self.unreadable, self.asking = None, "", False
            self.stage = LadderStage.START
            self.announcement = "The ladders are deleted from this browser."

    # Back and forth

    def undo(self) -> None:
        """Undo the last change."""
        if self.history.before:
            self.level.forget_typed()
            self._take(self.history.undone(), "Undone")

    def redo(self) -> None:
        """Redo the last undone change."""
        if self.history.after:
            self.level.forget_typed()
            self._take(self.history.redone(), "Redone")

    # Changing, checking, saving

    def change(self, ladder: DualLadder, what: str, *, trouble: str = "") -> None:
        """Replace the ladder, and say so."""
        self._take(self.history.changed(ladder), what)
        if trouble:
            self._say_at_last(trouble)

    def add_level(self, above: str = "") -> None:
        """Add a level above another one, or at the top, and open it.

        Raises
        ------
        LadderError
            If the ladder has the most levels already.
        """
        names = self.names
        if len(names) >= MOST_LEVELS:
            raise LadderError(f"A ladder has at most {MOST_LEVELS} levels. Remove one first.")
        number = next(each for each in range(1, MOST_LEVELS + 1) if f"Level {each}" not in names)
        name = f"Level {number}"
        at = names.index(above) + 1 if above in names else None
        self.change(self.ladder.with_level(name, at), f"Added: {name}")
        self.level.open(name)

    def lead_to(self, number: int) -> None:
        """Open the level and side that a finding is about."""
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
        """Set how much pay may differ, in per cent.

        Raises
        ------
        LadderError
            If it is not a number from 0 to 100.
        """
        found = read_percent(percent)
        if found is None:
            raise LadderError(
                f"Pay may differ by 0 to 100 %, not by {shown(percent)}. Write 5 for 5 %."
            )
        self._take(self.history, "", pay_tolerance=found / 100)

    def file(self, kind: str, *, made: datetime | None = None) -> tuple[str, str, bytes]:
        """Make a file; return its name, media type and content.

        Raises
        ------
        CareerpathError
            If the kind is not known, or the file cannot be made.
        """
        if kind not in TYPES:
            raise LadderError(f"A ladder is saved as {', '.join(TYPES)}, not as {shown(kind)}.")
        from careerpath.ladder.report import LadderReport

        name = f"{FILE_NAME}.{kind}"
        report = LadderReport(self.ladder, self.kept.pay_tolerance, made=made or datetime.now(UTC))
        return name, TYPES[kind], report.content(name)

    # Inside

    def _replace(self, ladder: DualLadder, what: str) -> None:
        """Replace the ladder; undo brings back the former one, or the one that was kept."""
        if self.stage is LadderStage.START:
            kept = self.offered or KeptLadder(ladder)
            self._begin(LadderHistory(kept.ladder), kept.pay_tolerance)
        self.level.close()
        self._take(self.history.changed(ladder), what)

    def _begin(self, history: LadderHistory, tolerance: float) -> None:
        with self.hold_trait_notifications():
            self.stage, self.unreadable = LadderStage.DESIGN, ""
            self._take(history, "", pay_tolerance=tolerance)

    def _take(
        self, history: LadderHistory, what: str, *, pay_tolerance: float | None = None
    ) -> None:
        tolerance = self.kept.pay_tolerance if pay_tolerance is None else pay_tolerance
        figures = LadderFigures.of(history.ladder, tolerance)
        news = what or figures.in_short != self.figures.in_short
        with self.hold_trait_notifications():
            self.history, self.kept = history, KeptLadder(history.ladder, tolerance)
            self.figures = figures
            if self.level.name and self.level.name not in self.names:
                self.level.close()
            if news:
                self._say(what)

    def _say(self, what: str) -> None:
        self._say_at_last(f"{what}. {self.figures.in_short}" if what else self.figures.in_short)

    def _say_at_last(self, words: str) -> None:
        # A screen reader would not read the same words twice in a row.
        self.announcement = words + NO_BREAK if words == self.announcement else words


class Focus(StrEnum):
    """Which part of the open level gets the focus."""

    LEVEL = "level"
    MASTERY = "mastery"
    MANAGEMENT = "management"


class OpenLevel(HasTraits):
    """The open level, if there is one.

    Each opening has a number, and each action names the one that it was meant for. An action for
    an earlier opening, such as the second half of a double click, changes nothing.

    Parameters
    ----------
    design : LadderModel
        The design that the level belongs to.

    Attributes
    ----------
    name : str
        Empty if no level is open.
    opened : int
        The number of the opening.
    focus : Focus
    wrong : dict of Side to dict of str to str
        What is wrong with the fields, by side and field.
    typed : dict of Side to dict of str to str
        Those fields as they were typed.
    left : str
        The name of the level that was open before.
    """

    name = Unicode("")
    opened = Int(0)
    focus = UseEnum(Focus, default_value=Focus.LEVEL)
    wrong: Any = Dict()
    typed: Any = Dict()
    left = Unicode("")

    def __init__(self, design: LadderModel) -> None:
        super().__init__()
        self._design = design

    def rung(self, side: Side | str) -> Rung | None:
        """Return the rung on one side; None without a rung or an open level."""
        return self._design.ladder.level(self.name).rung(side) if self.name else None

    def shown_fields(self, side: Side) -> dict[str, str]:
        """Return the texts in the fields of a rung."""
        rung = self.rung(side)
        if rung is None:
            return {}
        fields = fields_of(rung)
        if rung.pay is None:
            fields["currency"] = self._design.figures.picture.currency
        typed: dict[str, str] = self.typed.get(side, {})
        return fields | typed

    def next_name(self, *, up: bool) -> str | None:
        """Return the name of the next level up or down; None if there is none."""
        if not self.name:
            return None
        place = self._design.ladder.place(self.name) + (1 if up else -1)
        names = self._design.names
        return names[place] if 0 <= place < len(names) else None

    # Opening and closing

    def open(self, name: str, side: Side | str = "") -> None:
        """Open a level; a side, if given, gets the focus."""
        if name not in self._design.names:
            return
        with self.hold_trait_notifications():
            if name != self.name:
                self.forget_typed()
            self.name = name
            self.focus = Focus(known_side(side)) if side else Focus.LEVEL
            self.opened += 1

    def close(self) -> None:
        """Close the level."""
        with self.hold_trait_notifications():
            self.left, self.name = self.name, ""
            self.forget_typed()

    def forget_typed(self) -> None:
        """Show the texts of the ladder in all fields again."""
        self.wrong, self.typed = {}, {}

    # The level

    def rename(self, opened: int, name: str) -> None:
        """Rename the level.

        Raises
        ------
        LadderError
            If the name is empty, or another level has it.
        """
        name = " ".join(name.split())
        if not self._meant(opened) or name == self.name:
            return
        if not name:
            raise LadderError("A level needs a name. Write one.")
        if name in self._design.names:
            raise LadderError(f"There is a level {shown(name)} already. Choose another name.")
        place = self._design.ladder.place(self.name)
        try:
            ladder = self._design.ladder.with_level_renamed(self.name, name)
        except LadderError as error:
            raise LadderError(f"The name {str(error).partition('name ')[2]}") from error
        self.name = ladder.levels[place].name
        self._design.change(ladder, f"Renamed: {self.name}")

    def move(self, opened: int, *, up: bool) -> None:
        """Move the level up or down."""
        beyond = self.next_name(up=up)
        if self._meant(opened) and beyond is not None:
            to = self._design.ladder.place(beyond)
            ladder = self._design.ladder.with_level_moved(self.name, to)
            self._design.change(ladder, f"Moved {'up' if up else 'down'}: {self.name}")

    def remove(self, opened: int) -> None:
        """Remove the level with both of its rungs."""
        if self._meant(opened):
            name = self.name
            self.close()
            self._design.change(self._design.ladder.without_level(name), f"Removed: {name}")

    # Its rungs

    def add_rung(self, opened: int, side: Side | str) -> None:
        """Add an empty rung on one side."""
        if self._meant(opened) and self.rung(side) is None:
            ladder = self._design.ladder.with_rung(self.name, side, Rung())
            self._design.change(ladder, f"Added: {self.name}, {known_side(side)}")
            self.open(self.name, side)

    def remove_rung(self, opened: int, side: Side | str) -> None:
        """Remove a rung."""
        if self._meant(opened) and self.rung(side) is not None:
            self._take_typed(known_side(side), {}, {})
            ladder = self._design.ladder.without_rung(self.name, side)
            self._design.change(ladder, f"Removed: {self.name}, {known_side(side)}")

    def move_rung(self, opened: int, side: Side | str, *, up: bool) -> None:
        """Swap a rung with the one on the next level, and open that level."""
        name = self.next_name(up=up)
        if self._meant(opened) and name is not None and self.rung(side) is not None:
            ladder = self._design.ladder.with_rung_moved(self.name, side, name)
            self._design.change(ladder, f"Moved to {name}: {known_side(side)}")
            self.open(name, side)

    def write_rung(self, opened: int, side: Side | str, fields: Mapping[str, str]) -> None:
        """Take over the fields of a rung; a wrong field is reported and changes nothing."""
        before = self.rung(side)
        if not self._meant(opened) or before is None:
            return
        rung, wrong = read_fields(fields, before)
        # Pay is taken over as a whole or not at all, so all of it is shown as it was typed.
        kept = {*wrong, *(PAY if any(key in wrong for key in PAY) else ())}
        typed = {key: fields.get(key, "") for key in kept}
        self._take_typed(known_side(side), wrong, typed)
        ladder = self._design.ladder.with_rung(self.name, side, rung)
        self._design.change(ladder, "", trouble=" ".join(wrong.values()))

    # Inside

    def _meant(self, opened: int) -> bool:
        return bool(self.name) and opened == self.opened

    def _take_typed(self, side: Side, wrong: dict[str, str], typed: dict[str, str]) -> None:
        with self.hold_trait_notifications():
            self.wrong = {**self.wrong, side: wrong}
            self.typed = {**self.typed, side: typed}
