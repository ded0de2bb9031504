"""The ladder designer's screens as HTML: what each piece shows of the model."""

from __future__ import annotations

from careerpath.core.instrument_lint import Level
from careerpath.core.interpretation import show
from careerpath.ladder.ladder import LONGEST_NAME, LONGEST_TEXT, Side, Voice
from careerpath.ladder.markdown import LIMITS
from careerpath.ladder.model import LadderModel
from careerpath.ladder.report import counted
from careerpath.ui.templates import render

BADGES = {Level.ERROR: "To mend", Level.WARNING: "To look at", Level.NOTE: "To know"}


def start(model: LadderModel, trouble: str, *, storage: bool, returned: bool) -> str:
    """Show how to begin."""
    return render(
        "ladder/templates/start.html",
        trouble=trouble,
        said=model.said,
        returned=returned,
        offered=_offered(model),
        unreadable=model.unreadable,
        storage=storage,
        limits=LIMITS,
    )


def head(trouble: str) -> str:
    """Show the title, and what went wrong."""
    return render("ladder/templates/head.html", trouble=trouble)


def bar(model: LadderModel) -> str:
    """Show what is always at hand."""
    return render(
        "ladder/templates/bar.html",
        undo=bool(model.history.before),
        redo=bool(model.history.after),
        figures=model.figures,
        said=model.said,
    )


def drawing(model: LadderModel) -> str:
    """Show the two ladders; the rung that was open before has the focus."""
    level = model.level
    closed = not level.name and level.left
    side = Side.MANAGEMENT if level.focus == "management" else Side.MASTERY
    back = (level.left, side, level.opened) if closed and level.left in model.names else None
    return render(
        "ladder/templates/drawing.html",
        drawn=model.figures.picture,
        open=level.name,
        back=back,
        removed=level.opened if closed and back is None else "",
    )


def open_level(model: LadderModel) -> str:
    """Show the open level with its two rungs."""
    level, place = model.level, model.ladder.place(model.level.name)
    stuck = [
        action
        for action, is_stuck in (
            ("level up", place == len(model.names) - 1),
            ("level down", place == 0),
        )
        if is_stuck
    ]
    return render(
        "ladder/templates/level.html",
        level=level,
        stuck=stuck,
        sides=[
            {
                "side": side,
                "rung": level.rung(side),
                "shown": level.shown_fields(side),
                "findings": [
                    each
                    for each in model.figures.findings
                    if each.level_name == level.name and each.side in (side, None)
                ],
            }
            for side in Side
        ],
        voices=list(Voice),
        longest=LONGEST_TEXT,
        longest_name=LONGEST_NAME,
    )


def check(model: LadderModel) -> str:
    """Show how equally attractive the two are, and what to mend."""
    return render(
        "ladder/templates/check.html",
        figures=model.figures,
        tolerance=show(round(100 * model.kept.pay_tolerance, 2)),
        badges=BADGES,
        limits=LIMITS,
    )


def files(model: LadderModel, *, storage: bool) -> str:
    """Show what can be taken away, and what else there is to do."""
    return render("ladder/templates/files.html", storage=storage, asking=model.asking)


def _offered(model: LadderModel) -> str:
    if model.offered is None:
        return ""
    ladder = model.offered.ladder
    names = [level.name for level in ladder.levels]
    typed = "; what you were typing is there, too" if model.offered.unsent else ""
    return f"{counted(ladder)}, from {names[0]} to {names[-1]}{typed}"
