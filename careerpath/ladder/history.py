"""A ladder that is being designed, with what it was before: undo and redo."""

from __future__ import annotations

from dataclasses import dataclass

from careerpath.ladder.ladder import DualLadder

MOST_UNDO = 200


@dataclass(frozen=True, slots=True)
class Draft:
    """A ladder, the ladders that it was before, and those that were undone.

    Examples
    --------
    >>> draft = Draft(DualLadder()).changed(DualLadder().with_level("Senior"))
    >>> [len(each.ladder.levels) for each in (draft, draft.undone(), draft.undone().redone())]
    [1, 0, 1]
    """

    ladder: DualLadder
    before: tuple[DualLadder, ...] = ()
    after: tuple[DualLadder, ...] = ()

    def changed(self, ladder: DualLadder) -> Draft:
        """Return the draft with another ladder; the same one is no change."""
        if ladder == self.ladder:
            return self
        return Draft(ladder, (*self.before, self.ladder)[-MOST_UNDO:])

    def undone(self) -> Draft:
        """Return the draft before the last change; the same one where there is none."""
        if not self.before:
            return self
        return Draft(self.before[-1], self.before[:-1], (*self.after, self.ladder))

    def redone(self) -> Draft:
        """Return the draft before the last undo; the same one where there is none."""
        if not self.after:
            return self
        return Draft(self.after[-1], (*self.before, self.ladder), self.after[:-1])
