"""Two parallel career ladders, one for mastery and one for management.

A ladder is a value: every change makes a new one.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import BeforeValidator, ValidationError, model_validator

from careerpath.core.errors import did_you_mean, shown
from careerpath.core.validation import describe_validation
from careerpath.ladder.ladder_parts import (
    LadderError,
    LadderLevel,
    LadderPart,
    Rung,
    Side,
    known_side,
)

if TYPE_CHECKING:
    from datetime import date

    from careerpath.ladder.aspects import LadderFinding
    from careerpath.ladder.parity import AspectParity

MOST_LEVELS = 50
PAY_TOLERANCE = 0.05
"""By how much pay may differ at a level, as a share of management's: an assumption."""
EXAMPLE = Path(__file__).with_name("example.toml")


def _few_enough(levels: object) -> object:
    if isinstance(levels, list | tuple) and len(levels) > MOST_LEVELS:
        raise ValueError(
            f"are {len(levels):,}, and a ladder has {MOST_LEVELS} at most. Make one of several"
        )
    return levels


class DualLadder(LadderPart):
    """Two ladders side by side, from the lowest level to the highest.

    Examples
    --------
    >>> ladder = DualLadder.example()
    >>> ladder.findings()
    ()
    >>> worse = ladder.without_rung(ladder.levels[-1].name, "mastery")
    >>> print(worse.findings()[0].fact)
    Management goes on to 'Vice president', and mastery ends below it.
    """

    levels: Annotated[tuple[LadderLevel, ...], BeforeValidator(_few_enough)] = ()

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        names = [level.name for level in self.levels]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"names of levels must differ; used twice: {', '.join(twice)}")
        return self

    @classmethod
    def validated(cls, data: dict[str, Any], *, place: str) -> DualLadder:
        """Make a ladder from plain data, as a TOML file holds it.

        Raises
        ------
        LadderError
            With a line for each thing that is wrong.
        """
        try:
            return cls.model_validate(data)
        except ValidationError as error:
            raise LadderError(
                describe_validation(
                    error,
                    data,
                    place=place,
                    unknown_key="is nothing that a ladder has. Remove it or mend its spelling.",
                )
            ) from None

    @classmethod
    def example(cls) -> DualLadder:
        """Return a worked example to start from; its numbers are invented."""
        return cls.load(EXAMPLE)

    @classmethod
    def load(cls, path: str | Path) -> DualLadder:
        """Read a ladder from a file: CSV, Excel or TOML, by what its name ends in.

        Raises
        ------
        LadderError
            Where it cannot be read; the message says where and what to do.
        """
        from careerpath.ladder.files import load_ladder

        return load_ladder(Path(path))

    def save(self, path: str | Path) -> Path:
        """Write a ladder: CSV, Excel, TOML or Markdown, by what the name ends in.

        The first three can be read back, exactly. An existing file is replaced. HTML and PDF are
        made by `careerpath.ladder.report`.
        """
        from careerpath.ladder.files import save_ladder

        return save_ladder(self, Path(path))

    def findings(self, *, pay_tolerance: float = PAY_TOLERANCE) -> tuple[LadderFinding, ...]:
        """Say what is not at par, why it matters and how to mend it; see `ladder_findings`."""
        from careerpath.ladder.findings import find_disparities

        return find_disparities(self, pay_tolerance=pay_tolerance)

    def parity(self, *, pay_tolerance: float = PAY_TOLERANCE) -> tuple[AspectParity, ...]:
        """Say how equally attractive the two ladders are, aspect by aspect."""
        from careerpath.ladder.parity import compare_aspects

        return compare_aspects(self, self.findings(pay_tolerance=pay_tolerance))

    def to_markdown(
        self,
        title: str = "Two career ladders",
        *,
        pay_tolerance: float = PAY_TOLERANCE,
        made: date | None = None,
    ) -> str:
        """Write both ladders, how equally attractive they are and what to mend as Markdown."""
        from careerpath.ladder.markdown import ladder_markdown

        return ladder_markdown(self, title, pay_tolerance=pay_tolerance, made=made)

    # Changes: each gives a new ladder

    def level(self, name: str) -> LadderLevel:
        """Return a level by its name."""
        return self.levels[self.place(name)]

    def place(self, name: str) -> int:
        """Return where a level stands, from 0 at the bottom."""
        names = [level.name for level in self.levels]
        if name not in names:
            raise LadderError(f"There is no level {shown(name)}. {did_you_mean(str(name), names)}")
        return names.index(name)

    def with_level(self, name: str, at: int | None = None) -> DualLadder:
        """Add an empty level, at the top or where it is said."""
        at = len(self.levels) if at is None else at
        return DualLadder(levels=(*self.levels[:at], LadderLevel(name=name), *self.levels[at:]))

    def with_level_renamed(self, name: str, new: str) -> DualLadder:
        """Give a level another name."""
        level = self.level(name)
        return self._put(
            name, LadderLevel(name=new, mastery=level.mastery, management=level.management)
        )

    def with_level_moved(self, name: str, to: int) -> DualLadder:
        """Move a level, with both of its rungs, to another place; 0 is the bottom."""
        level = self.level(name)
        others = [each for each in self.levels if each is not level]
        if not 0 <= to <= len(others):
            raise LadderError(f"There is no place {to}. Places run from 0 to {len(others)}.")
        return DualLadder(levels=(*others[:to], level, *others[to:]))

    def without_level(self, name: str) -> DualLadder:
        """Remove a level with both of its rungs."""
        place = self.place(name)
        return DualLadder(levels=self.levels[:place] + self.levels[place + 1 :])

    def with_rung(self, name: str, side: Side | str, rung: Rung) -> DualLadder:
        """Put a rung at a level, in place of one that is there."""
        return self._put(name, self.level(name).model_copy(update={known_side(side): rung}))

    def with_rung_moved(self, name: str, side: Side | str, to: str) -> DualLadder:
        """Move a rung to another level of its side; what stands there comes here instead."""
        mine, theirs = self.level(name).rung(side), self.level(to).rung(side)
        if mine is None:
            raise LadderError(
                f"There is no {known_side(side)} rung at {name!r}. Choose another one."
            )
        moved = self._put(name, self.level(name).model_copy(update={known_side(side): theirs}))
        return moved.with_rung(to, side, mine)

    def without_rung(self, name: str, side: Side | str) -> DualLadder:
        """Remove a rung; the level stays."""
        return self._put(name, self.level(name).model_copy(update={known_side(side): None}))

    def _put(self, name: str, level: LadderLevel) -> DualLadder:
        place = self.place(name)
        return DualLadder(levels=(*self.levels[:place], level, *self.levels[place + 1 :]))
