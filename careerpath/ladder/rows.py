"""A ladder as rows of a sheet: one row for each rung, from the lowest level to the highest."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import zip_longest
from typing import Any

from careerpath.core.errors import did_you_mean, shown
from careerpath.core.numbers import plain_number, read_amount
from careerpath.ladder.ladder import MOST_LEVELS, DualLadder, LadderError, LadderLevel, Rung, Side

COLUMNS = (
    "level",
    "side",
    "title",
    "scope",
    "decision rights",
    "pay minimum",
    "pay maximum",
    "currency",
    "recognition",
    "direct reports",
    "voice",
    "up or out",
)
NEEDED = ("level", "side", "title")
PAY = ("pay minimum", "pay maximum", "currency")
TEXTS = ("title", "scope", "decision rights", "recognition")
MOST_ROWS = 2 * MOST_LEVELS
MOST_TOLD = 20
"""The most errors in a message about one file."""
MOST_DIGITS = 16

Cell = str | int | float | bool | None
Row = tuple[str, Sequence[Cell]]
"""The position of a row, for messages, and its cells."""

_YES_NO = {"": False, "no": False, "false": False, "yes": True, "true": True, "x": True}


def rows_of(ladder: DualLadder) -> list[list[Cell]]:
    """Return a row for each rung, and one for each level without rungs.

    Examples
    --------
    >>> rows = rows_of(DualLadder.example())
    >>> len(rows), rows[0][:3]
    (8, ['Senior', 'mastery', 'Senior specialist'])
    """
    rows: list[list[Cell]] = []
    for level in ladder.levels:
        rungs = [(side, rung) for side in Side if (rung := level.rung(side))]
        rows += [_row(level.name, side, rung) for side, rung in rungs]
        if not rungs:
            rows.append([level.name, *[""] * (len(COLUMNS) - 1)])
    return rows


def _row(name: str, side: Side, rung: Rung) -> list[Cell]:
    pay = rung.pay
    return [
        name,
        str(side),
        rung.title,
        rung.scope,
        rung.decision_rights,
        *((pay.minimum, pay.maximum, pay.currency) if pay else ("", "", "")),
        rung.recognition,
        rung.direct_reports,
        "; ".join(rung.voice),
        "yes" if rung.up_or_out else "no",
    ]


def ladder_of(rows: Iterable[Row], *, place: str) -> DualLadder:
    """Make a ladder from a header and rows; optional columns can be missing.

    Parameters
    ----------
    rows : iterable of Row
        The header first.
    place : str
        The name of the file, for messages.

    Raises
    ------
    LadderError
        If it is not a ladder; the message has one line for each problem.
    """
    rows = iter(rows)
    header = _header(next(rows, ("", ()))[1], place)
    levels: dict[str, dict[str, Rung]] = {}
    wrong: list[str] = []
    taken = 0
    for where, cells in rows:
        if all(cell is None or cell == "" for cell in cells):
            continue
        if taken >= MOST_ROWS or len(wrong) >= MOST_TOLD:
            wrong.append(
                f"{where}: a ladder has at most {MOST_LEVELS} levels, and one row for each rung. "
                "Check that this is the right file."
                if taken >= MOST_ROWS
                else f"{where}: there may be more errors. Fix these first."
            )
            break
        taken += 1
        row = dict(zip_longest(header, cells[: len(header)]))  # a row may end early
        try:
            _add(levels, row, cells[len(header) :], where)
        except LadderError as error:
            wrong.append(str(error))
    if wrong:
        raise LadderError("\n".join(wrong))
    found = [{"name": name, **rungs} for name, rungs in levels.items()]
    return DualLadder.validated({"levels": found}, place=place)


def _header(cells: Sequence[Cell], place: str) -> list[str]:
    names = [" ".join(str(cell or "").replace("_", " ").casefold().split()) for cell in cells]
    while names and not names[-1]:
        names.pop()
    if not names:
        raise LadderError(
            f"{place} is empty. Start with a row of column names: {', '.join(COLUMNS)}."
        )
    for name in names:
        if name not in COLUMNS:
            raise LadderError(
                f"{place}: {shown(name)} is not a ladder column. {did_you_mean(name, COLUMNS)}"
            )
        if names.count(name) > 1:
            raise LadderError(f"{place} has the column {name!r} twice. Remove one.")
    for name in NEEDED:
        if name not in names:
            raise LadderError(f"{place} has no column {name!r}. Add it.")
    return names


def _add(
    levels: dict[str, dict[str, Rung]], row: dict[str, Cell], beyond: Sequence[Cell], where: str
) -> None:
    if any(cell not in (None, "") for cell in beyond):
        raise LadderError(f"{where} has more cells than the header. Name each column.")
    name = " ".join(_text(row["level"], where, "level").split())
    if not name:
        raise LadderError(f"{where} has no level. Write its name in the column 'level'.")
    LadderLevel(name=name)  # raises an error for a name that is not valid
    side = _text(row["side"], where, "side").strip().casefold()
    rungs = levels.setdefault(name, {})
    if not side:
        told = [key for key, cell in row.items() if key != "level" and cell not in (None, "")]
        if told:
            raise LadderError(
                f"{where} has no side. Write mastery or management in the column 'side'."
            )
        return
    if side not in set(Side):
        raise LadderError(
            f"{where}: {shown(side)} is not a side of a ladder. Write mastery or management."
        )
    if side in rungs:
        raise LadderError(
            f"{where} is a second row for {side} at {name!r}. Keep one of the two rows."
        )
    rungs[side] = _rung(row, where)


def _rung(row: dict[str, Cell], where: str) -> Rung:
    data: dict[str, Any] = {key.replace(" ", "_"): _text(row.get(key), where, key) for key in TEXTS}
    pay = {key.removeprefix("pay "): row.get(key) for key in PAY}
    if any(cell not in (None, "") for cell in pay.values()):
        data["pay"] = {
            key: _text(cell, where, key) if key == "currency" else _amount(cell, where, key)
            for key, cell in pay.items()
            if cell not in (None, "")
        }
    if row.get("direct reports") not in (None, ""):
        data["direct_reports"] = _number(row["direct reports"])
    voice = re.split(r"[;,]", _text(row.get("voice"), where, "voice"))
    data["voice"] = [said for each in voice if (said := " ".join(each.casefold().split()))]
    up_or_out = _text(row.get("up or out"), where, "up or out").strip().casefold()
    if up_or_out not in _YES_NO:
        raise LadderError(f"{where}: up or out is {shown(up_or_out)}. Write yes or no.")
    data["up_or_out"] = _YES_NO[up_or_out]
    return Rung.validated(data, place=where)


def _text(cell: Cell, where: str, column: str) -> str:
    match cell:
        case None:
            return ""
        case str():
            return cell
        case bool():
            return "yes" if cell else "no"
        case int() | float():
            return str(plain_number(cell))
    raise LadderError(f"{where}: {column} is {shown(cell)}, not text. Write it as text.")


def _amount(cell: Cell, where: str, key: str) -> Cell:
    """Read pay. A currency sign is refused: $ can mean twenty currencies."""
    if not isinstance(cell, str):
        return _number(cell)
    amount = read_amount(cell)
    if amount is None:
        raise LadderError(
            f"{where}: pay {key} got {shown(cell)}. Write a number such as 48000, and the currency "
            "as three letters, such as EUR, in the column 'currency'."
        )
    return amount


def _number(cell: Cell) -> Cell:
    """Read a number; return anything else as it is, for the rung to refuse."""
    if isinstance(cell, str) and cell.strip().isdecimal() and len(cell) < MOST_DIGITS:
        return int(cell)
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    return cell
