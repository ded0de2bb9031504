"""The level of a ladder that is open for change: its name, its place, and its two rungs."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from traitlets import Dict, HasTraits, Int, Unicode, UseEnum

from careerpath.core.errors import shown
from careerpath.ladder.form import PAY, fields_of, read_fields
from careerpath.ladder.ladder_parts import LadderError, Rung, Side, known_side

if TYPE_CHECKING:
    from careerpath.ladder.model import LadderModel


class Focus(StrEnum):
    """What of the open level gets the focus."""

    LEVEL = "level"
    MASTERY = "mastery"
    MANAGEMENT = "management"


class OpenLevel(HasTraits):
    """The level that is open, if one is.

    Whatever is done to it says which opening it was done to: what was meant for the one before,
    such as the second half of a double click, changes nothing.

    Parameters
    ----------
    design : LadderModel
        Whose ladder it is.

    Attributes
    ----------
    name : str
        Empty where none is open.
    opened : int
        Which opening it is.
    focus : Focus
    wrong : dict of Side to dict of str to str
        What makes no sense in the fields, by side and field.
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
        """Return the rung on one side; None where there is none, or no level is open."""
        return self._design.ladder.level(self.name).rung(side) if self.name else None

    def shown_fields(self, side: Side) -> dict[str, str]:
        """Return what the fields of a rung show."""
        rung = self.rung(side)
        if rung is None:
            return {}
        fields = fields_of(rung)
        if rung.pay is None:
            fields["currency"] = self._design.figures.picture.currency
        typed: dict[str, str] = self.typed.get(side, {})
        return fields | typed

    # Opening and closing

    def open(self, name: str, side: Side | str = "") -> None:
        """Open a level; one of its sides gets the focus, if it is said."""
        if name not in self._design.names:
            return
        with self.hold_trait_notifications():
            if name != self.name:
                self.forget_typed()
            self.name = name
            self.focus = Focus(known_side(side)) if side else Focus.LEVEL
            self.opened += 1

    def close(self) -> None:
        """Close it."""
        with self.hold_trait_notifications():
            self.left, self.name = self.name, ""
            self.forget_typed()

    def forget_typed(self) -> None:
        """Show the ladder's words in all fields again."""
        self.wrong, self.typed = {}, {}

    # The level

    def rename(self, opened: int, name: str) -> None:
        """Give it another name.

        Raises
        ------
        LadderError
            Where it has none, or another level has it.
        """
        name = " ".join(name.split())
        if not self._meant(opened) or name == self.name:
            return
        if not name:
            raise LadderError("A level needs a name. Write one.")
        if name in self._design.names:
            raise LadderError(f"There is a level {shown(name)} already. Choose another name.")
        place = self._place
        try:
            ladder = self._design.ladder.with_level_renamed(self.name, name)
        except LadderError as error:
            raise LadderError(f"The name {str(error).partition('name ')[2]}") from error
        self.name = ladder.levels[place].name
        self._design.change(ladder, f"Renamed: {self.name}")

    def move(self, opened: int, *, up: bool) -> None:
        """Move it up or down."""
        to = self._next(up=up)
        if self._meant(opened) and to is not None:
            ladder = self._design.ladder.with_level_moved(self.name, to)
            self._design.change(ladder, f"Moved {'up' if up else 'down'}: {self.name}")

    def remove(self, opened: int) -> None:
        """Remove it with both of its rungs."""
        if self._meant(opened):
            name = self.name
            self.close()
            self._design.change(self._design.ladder.without_level(name), f"Removed: {name}")

    # Its rungs

    def add_rung(self, opened: int, side: Side | str) -> None:
        """Put a rung without words on one side."""
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
        """Move a rung to the next level, and go along; what stands there comes here."""
        to = self._next(up=up)
        if self._meant(opened) and to is not None and self.rung(side) is not None:
            name = self._design.names[to]
            ladder = self._design.ladder.with_rung_moved(self.name, side, name)
            self._design.change(ladder, f"Moved to {name}: {known_side(side)}")
            self.open(name, side)

    def write_rung(self, opened: int, side: Side | str, fields: Mapping[str, str]) -> None:
        """Take a rung's fields; those that make no sense stay as they were, and are told."""
        before = self.rung(side)
        if not self._meant(opened) or before is None:
            return
        rung, wrong = read_fields(fields, before)
        # Pay is taken whole or not at all, so it is shown whole as it was typed.
        kept = {*wrong, *(PAY if any(key in wrong for key in PAY) else ())}
        typed = {key: fields.get(key, "") for key in kept}
        self._take_typed(known_side(side), wrong, typed)
        ladder = self._design.ladder.with_rung(self.name, side, rung)
        self._design.change(ladder, "", trouble=" ".join(wrong.values()))

    # Inside

    def _meant(self, opened: int) -> bool:
        return bool(self.name) and opened == self.opened

    @property
    def _place(self) -> int:
        return self._design.ladder.place(self.name)

    def _next(self, *, up: bool) -> int | None:
        if not self.name:
            return None
        to = self._place + (1 if up else -1)
        return to if 0 <= to < len(self._design.names) else None

    def _take_typed(self, side: Side, wrong: dict[str, str], typed: dict[str, str]) -> None:
        with self.hold_trait_notifications():
            self.wrong = {**self.wrong, side: wrong}
            self.typed = {**self.typed, side: typed}
