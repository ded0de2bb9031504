"""A linter for translations: whether one fits its original, and what was left as it was."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from careerpath.core.errors import InstrumentError
from careerpath.core.instrument import Instrument
from careerpath.core.instrument_lint import Finding, Level, check_texts
from careerpath.core.translation import Translation, applied, misfits, original_of, read_translation


def check_translation(data: dict[str, Any], path: Path) -> tuple[Finding, ...]:
    """Check a translation against its original.

    Parameters
    ----------
    data : dict
        What the translation's file holds.
    path : Path
        Where that is. The original is shipped, or lies beside it, as ``<its id>.toml``.

    Returns
    -------
    tuple of Finding
    """
    place = str(path)
    try:
        translation = read_translation(data, place)
        original = original_of(translation, path)
    except InstrumentError as error:
        return tuple(
            Finding(Level.ERROR, place, line.removeprefix(f"{place}: "))
            for line in str(error).splitlines()
        )
    amiss = tuple(
        Finding(Level.ERROR, each.place, each.fact, each.mend)
        for each in misfits(original, translation)
    )
    if amiss:
        return amiss
    return (
        *_left_as_they_were(original, translation),
        *check_texts(applied(original, translation, place)),
    )


def _left_as_they_were(original: Instrument, translation: Translation) -> Iterator[Finding]:
    if translation.language == original.language:
        yield Finding(
            Level.WARNING,
            "language",
            f"It is {original.language!r}, as in the original.",
            "Name the language that this translation is in.",
        )
    for texts in translation.items:
        item = original.item(texts.id)
        for key in ("stem", "management", "mastery"):
            if getattr(texts, key) == getattr(item, key):
                yield Finding(
                    Level.WARNING,
                    f"items {texts.id!r} {key}",
                    "It reads as in the original.",
                    "Translate it.",
                )
