"""Translations of an instrument: texts only, never keys or numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from careerpath.check import Finding, Level, check_texts
from careerpath.errors import InstrumentError, describe_validation, did_you_mean
from careerpath.instrument import BandTexts, Identifier, Instrument, Text
from careerpath.instrument_file import load_instrument, read_toml, shipped_ids

TEXTS_ONLY = "is not a text that a translation can hold. Remove it; the original has the rest."

_Written = Annotated[Text, Field(min_length=1)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _FacetTexts(_Part):
    id: Identifier
    title: _Written
    description: Text = ""


class _ItemTexts(_Part):
    id: Identifier
    stem: _Written
    management: _Written
    mastery: _Written


class _Translation(_Part):
    """A translation as its file holds it."""

    translates: Identifier
    version: _Written
    language: _Written
    title: _Written
    description: Text = ""
    facets: tuple[_FacetTexts, ...] = ()
    items: tuple[_ItemTexts, ...] = ()
    bands: BandTexts | None = None


def is_translation(data: dict[str, Any]) -> bool:
    """Tell a translation from an instrument by its key ``translates``."""
    return "translates" in data


def translated(instrument: Instrument, path: str | Path) -> Instrument:
    """Return the same instrument with its texts in another language.

    Parameters
    ----------
    instrument : Instrument
        The original; its ids, keys and numbers stay.
    path : str or Path
        The translation's file.

    Returns
    -------
    Instrument

    Raises
    ------
    InstrumentError
        Where the file is missing or wrong, or does not fit the original word for word:
        whoever answers must not meet two languages, or the texts of another version.
    """
    place = str(path)
    translation = _validated(read_toml(Path(path)), place)
    misfits = list(_misfits(instrument, translation))
    if misfits:
        raise InstrumentError(
            "\n".join(f"{place}: {each.place}: {each.fact} {each.mend}" for each in misfits)
        )
    return _applied(instrument, translation, place)


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
        translation = _validated(data, place)
        original = _original(translation.translates, path)
    except InstrumentError as error:
        return tuple(
            Finding(Level.ERROR, place, line.removeprefix(f"{place}: "))
            for line in str(error).splitlines()
        )
    misfits = tuple(_misfits(original, translation))
    if misfits:
        return misfits
    return (
        *_left_as_they_were(original, translation),
        *check_texts(_applied(original, translation, place)),
    )


def _validated(data: dict[str, Any], place: str) -> _Translation:
    try:
        return _Translation.model_validate(data)
    except ValidationError as error:
        raise InstrumentError(
            describe_validation(error, data, place=place, unknown_key=TEXTS_ONLY)
        ) from None


def _original(instrument_id: str, path: Path) -> Instrument:
    beside = path.with_name(f"{instrument_id}.toml")
    if instrument_id not in shipped_ids() and beside.exists():
        return load_instrument(beside)
    return load_instrument(instrument_id)


def _misfits(original: Instrument, translation: _Translation) -> Iterator[Finding]:
    """Find where a translation and its original are not about the same things."""
    if translation.translates != original.id:
        yield Finding(
            Level.ERROR,
            "translates",
            f"It translates {translation.translates!r}, not {original.id!r}.",
            "Give it to the instrument that it was made for.",
        )
    if translation.version != original.version:
        yield Finding(
            Level.ERROR,
            "version",
            f"It was made for version {translation.version!r}; {original.id} is at "
            f"{original.version!r}.",
            "Go through what changed, then write the new version.",
        )
    yield from _other_ids("facets", original.facets, translation.facets)
    yield from _other_ids("items", original.items, translation.items)
    if (original.bands is None) != (translation.bands is None):
        yield Finding(
            Level.ERROR,
            "bands",
            "They are missing." if original.bands else "The original has none.",
            "Add them." if original.bands else "Remove them.",
        )


def _other_ids(key: str, original: Iterable[Any], translation: Iterable[Any]) -> Iterator[Finding]:
    known = [part.id for part in original]
    given = [part.id for part in translation]
    for name in known:
        if name not in given:
            yield Finding(Level.ERROR, f"{key} {name!r}", "It is missing.", "Translate it.")
    for name in dict.fromkeys(given):
        if name not in known:
            yield Finding(
                Level.ERROR,
                f"{key} {name!r}",
                "The original has none of that id.",
                did_you_mean(name, known),
            )
        elif given.count(name) > 1:
            yield Finding(
                Level.ERROR, f"{key} {name!r}", "It is there twice.", "Keep one of the two."
            )


def _left_as_they_were(original: Instrument, translation: _Translation) -> Iterator[Finding]:
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


def _applied(original: Instrument, translation: _Translation, place: str) -> Instrument:
    data = original.model_dump()
    texts = translation.model_dump(exclude={"translates", "version", "facets", "items"})
    for key, parts in (("facets", translation.facets), ("items", translation.items)):
        by_id = {part.id: part.model_dump() for part in parts}
        data[key] = [part | by_id[part["id"]] for part in data[key]]
    return Instrument.validated(data | texts, place=place)
