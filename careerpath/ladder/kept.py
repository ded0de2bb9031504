"""The ladder that a browser keeps, as text. What comes back is checked like any input."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from careerpath.core.files import check_size, decoded, parsed_json
from careerpath.ladder.files import LARGEST, brief
from careerpath.ladder.ladder import LONGEST_TEXT, PAY_TOLERANCE, DualLadder, LadderError, Side

VERSION = 1
NAME = "What this browser kept"


@dataclass(frozen=True, slots=True)
class Unsent:
    """What a person had typed into the fields of a rung when the page was lost."""

    level: str
    side: Side
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class KeptLadder:
    """A ladder as a browser keeps it.

    Examples
    --------
    >>> kept = KeptLadder(DualLadder.example())
    >>> read_kept(write_kept(kept).encode()) == kept
    True
    """

    ladder: DualLadder
    pay_tolerance: float = PAY_TOLERANCE
    unsent: Unsent | None = field(default=None, compare=False)


def write_kept(kept: KeptLadder) -> str:
    """Write a ladder for the browser to keep."""
    data = {
        "version": VERSION,
        "pay_tolerance": kept.pay_tolerance,
        "ladder": kept.ladder.model_dump(mode="json", exclude_defaults=True),
    }
    return json.dumps(data, ensure_ascii=False)


def read_kept(content: bytes) -> KeptLadder:
    """Read what a browser has kept.

    Raises
    ------
    LadderError
        If it is not a ladder, or of another version.
    """
    check_size(content, LARGEST, place=NAME, holds="a ladder", raises=LadderError)
    try:
        text = decoded(content, place=NAME, raises=LadderError)
        data = parsed_json(text, place=NAME, raises=LadderError, allow_nan=True)
    except LadderError as error:
        raise LadderError(f"{NAME} is not a ladder: it cannot be read.") from error
    if not isinstance(data, dict) or not isinstance(data.get("ladder"), dict):
        raise LadderError(f"{NAME} is not a ladder.")
    if data.get("version") != VERSION:
        raise LadderError(f"{NAME} was written by another version of careerpath.")
    tolerance = data.get("pay_tolerance", PAY_TOLERANCE)
    if isinstance(tolerance, bool) or not isinstance(tolerance, int | float):
        tolerance = PAY_TOLERANCE
    if not 0 <= tolerance <= 1:
        tolerance = PAY_TOLERANCE
    try:
        ladder = DualLadder.validated(data["ladder"], place=NAME)
    except LadderError as error:
        raise LadderError(brief(str(error))) from error
    return KeptLadder(ladder, tolerance, _unsent(data.get("unsent")))


def _unsent(data: Any) -> Unsent | None:
    """Read the typed fields; return None for anything that our page cannot send."""
    if not isinstance(data, dict):
        return None
    level, side, fields = (data.get(key) for key in ("level", "side", "fields"))
    if not isinstance(level, str) or side not in set(Side) or not isinstance(fields, dict):
        return None
    texts = [each for pair in fields.items() for each in pair]
    if len(fields) > 20 or not all(
        isinstance(each, str) and len(each) <= 2 * LONGEST_TEXT for each in texts
    ):
        return None
    return Unsent(level, Side(side), fields)
