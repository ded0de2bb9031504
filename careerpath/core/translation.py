"""Translations of an instrument. They hold texts only, never numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from careerpath.core.checked_data import CheckedData
from careerpath.core.errors import InstrumentError, did_you_mean
from careerpath.core.instrument import BandTexts, Identifier, Instrument, Text

_Written = Annotated[Text, Field(min_length=1)]


class TranslationData(CheckedData):
    """A piece of a translation: texts only."""

    raises = InstrumentError
    unknown_key = "is not a text that a translation can hold. Remove it; the original has the rest."


class _FacetTexts(TranslationData):
    id: Identifier
    title: _Written
    description: Text = ""


class _ItemTexts(TranslationData):
    id: Identifier
    stem: _Written
    management: _Written
    mastery: _Written


class Translation(TranslationData):
    """The content of a translation's file."""

    translates: Identifier
    version: _Written
    language: _Written
    title: _Written
    description: Text = ""
    facets: tuple[_FacetTexts, ...] = ()
    items: tuple[_ItemTexts, ...] = ()
    bands: BandTexts | None = None


@dataclass(frozen=True, slots=True)
class Misfit:
    """A place where a translation and its original do not match."""

    place: str
    fact: str
    mend: str


def misfits(original: Instrument, translation: Translation) -> Iterator[Misfit]:
    """Find where a translation and its original do not match."""
    if translation.translates != original.id:
        yield Misfit(
            "translates",
            f"It translates {translation.translates!r}, not {original.id!r}.",
            "Use it with the instrument that it was made for.",
        )
    # Other cut scores, which a version names after a "+", do not change the texts.
    if translation.version not in (original.version, original.version.partition("+")[0]):
        yield Misfit(
            "version",
            f"It was made for version {translation.version!r}; {original.id} is at "
            f"{original.version!r}.",
            "Go through what changed, then write the new version.",
        )
    yield from _other_ids("facets", original.facets, translation.facets)
    yield from _other_ids("items", original.items, translation.items)
    if (original.bands is None) != (translation.bands is None):
        yield Misfit(
            "bands",
            "They are missing." if original.bands else "The original has none.",
            "Add them." if original.bands else "Remove them.",
        )


def _other_ids(key: str, original: Iterable[Any], translation: Iterable[Any]) -> Iterator[Misfit]:
    known = [part.id for part in original]
    given = [part.id for part in translation]
    for name in known:
        if name not in given:
            yield Misfit(f"{key} {name!r}", "It is missing.", "Translate it.")
    for name in dict.fromkeys(given):
        if name not in known:
            yield Misfit(
                f"{key} {name!r}",
                "The original has none of that id.",
                did_you_mean(name, known),
            )
        elif given.count(name) > 1:
            yield Misfit(f"{key} {name!r}", "It is there twice.", "Keep one of the two.")


def applied(original: Instrument, translation: Translation, place: str) -> Instrument:
    """Replace the original's texts by those of a translation that matches it."""
    data = original.model_dump()
    texts = translation.model_dump(exclude={"translates", "version", "facets", "items"})
    for key, parts in (("facets", translation.facets), ("items", translation.items)):
        by_id = {part.id: part.model_dump() for part in parts}
        data[key] = [part | by_id[part["id"]] for part in data[key]]
    return Instrument.validated(data | texts, place=place)
