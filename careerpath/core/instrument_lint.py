"""A linter for instruments and translations: finds problems that do not stop them from loading."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

from careerpath.core.errors import InstrumentError
from careerpath.core.instrument import BANDS, Band, Instrument, Item
from careerpath.core.instrument_file import original_of
from careerpath.core.scoring import keyed_steps
from careerpath.core.translation import Translation, applied, misfits
from careerpath.core.wording import counted, show

NARROWEST_BAND = 0.1
"""The share of all totals below which a band is called narrow."""
BALANCE = (1 / 3, 2 / 3)
"""The share of items that should show the mastery pole on the left: from, to."""
FEWEST_IN_A_FACET = 3
LONGEST_STEM = 10
"""Words."""
LONGEST_POLE = 12
"""Words."""

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


class Severity(StrEnum):
    """How much a finding matters, the worst first."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing worth knowing about an instrument.

    Attributes
    ----------
    level : Severity
    place : str
        The key it is about.
    fact : str
        What was found.
    mend : str
        The next step; empty if there is nothing to do.
    """

    level: Severity
    place: str
    fact: str
    mend: str = ""


def check_instrument(instrument: Instrument) -> tuple[Finding, ...]:
    """Find what makes a questionnaire hard to answer, or its result hard to trust.

    Parameters
    ----------
    instrument : Instrument

    Returns
    -------
    tuple of Finding
        In the order of the file; empty if nothing was found.

    Examples
    --------
    >>> from careerpath import load_instrument
    >>> [str(finding.level) for finding in check_instrument(load_instrument())]
    ['note', 'note']
    >>> plain = Instrument.plain(["a"], management_below=0, mastery_above=5)
    >>> check_instrument(plain)[0].fact
    'No total reaches the band management.'
    """
    return (
        *_check_cut_scores(instrument),
        *_check_key_balance(instrument),
        *_check_random_answers(instrument),
        *_check_facets(instrument),
        *check_texts(instrument),
        *_check_norms(instrument),
    )


def check_data(data: dict[str, Any], *, place: str) -> tuple[Finding, ...]:
    """Check the content of an instrument's file; each problem that stops loading is an error.

    Parameters
    ----------
    data : dict
        The content of the TOML file.
    place : str
        The file.
    """
    try:
        instrument = Instrument.validated(data, place=place)
    except InstrumentError as error:
        return _errors_of(error, place)
    return check_instrument(instrument)


def check_translation(data: dict[str, Any], path: Path) -> tuple[Finding, ...]:
    """Check a translation against its original.

    Parameters
    ----------
    data : dict
        The content of the translation's file.
    path : Path
        The file. The original is built in, or is in the same folder as ``<its id>.toml``.

    Returns
    -------
    tuple of Finding
    """
    place = str(path)
    try:
        translation = Translation.validated(data, place=place)
        original = original_of(translation, path)
    except InstrumentError as error:
        return _errors_of(error, place)
    amiss = tuple(
        Finding(Severity.ERROR, each.place, each.fact, each.mend)
        for each in misfits(original, translation)
    )
    if amiss:
        return amiss
    return (
        *_left_as_they_were(original, translation),
        *check_texts(applied(original, translation, place)),
    )


def _errors_of(error: InstrumentError, place: str) -> tuple[Finding, ...]:
    return tuple(
        Finding(Severity.ERROR, place, line.removeprefix(f"{place}: "))
        for line in str(error).splitlines()
    )


def check_texts(instrument: Instrument) -> tuple[Finding, ...]:
    """Check the texts: missing, long and repeated ones, and the language.

    Parameters
    ----------
    instrument : Instrument
        The original or a translation.

    Returns
    -------
    tuple of Finding
    """
    return (
        *_check_language_and_titles(instrument),
        *_check_item_texts(instrument),
        *_check_pole_repeats(instrument),
        *_check_band_texts(instrument),
    )


def random_totals(instrument: Instrument) -> list[int]:
    """Count the ways to answer that give each total, from the lowest to the highest.

    If every answer to every item is equally likely, the counts divided by their sum are the
    exact chances of the totals.

    Parameters
    ----------
    instrument : Instrument

    Returns
    -------
    list of int
        One count for each step from the lowest total.

    Examples
    --------
    >>> two = Instrument.plain(["a", "b"], maximum=2, management_below=1, mastery_above=3)
    >>> random_totals(two)
    [1, 2, 3, 2, 1]
    """
    answers = instrument.scale.steps + 1
    ways = [1]
    for _ in instrument.items:
        # Adding one item sums a window of as many neighbours as there are answers.
        sums = [0, *accumulate(ways)]
        last = len(ways)
        ways = [
            sums[min(total + 1, last)] - sums[max(total + 1 - answers, 0)]
            for total in range(last + answers - 1)
        ]
    return ways


def random_shares(instrument: Instrument) -> dict[Band, float]:
    """Return the share of each band among people who answer at random.

    Examples
    --------
    >>> from careerpath import load_instrument
    >>> shares = random_shares(load_instrument())
    >>> [f"{100 * share:.1f} %" for share in shares.values()]
    ['1.8 %', '96.4 %', '1.8 %']
    """
    ways = random_totals(instrument)
    counts = dict.fromkeys(BANDS, 0)
    for steps, number in enumerate(ways):
        counts[instrument.cut_scores.band(instrument.total_of(steps))] += number
    return {band: counts[band] / sum(ways) for band in BANDS}


def _check_cut_scores(instrument: Instrument) -> Iterator[Finding]:
    cuts = instrument.cut_scores
    number = len(instrument.items) * instrument.scale.steps + 1
    reached = dict.fromkeys(BANDS, 0)
    for steps in range(number):
        reached[cuts.band(instrument.total_of(steps))] += 1
    span = f"{show(instrument.minimum_total)} to {show(instrument.maximum_total)}"
    for band, totals in reached.items():
        if not totals:
            yield Finding(
                Severity.ERROR,
                "cut_scores",
                f"No total reaches the band {band}.",
                f"Move the cut scores; totals run from {span}.",
            )
        elif totals < NARROWEST_BAND * number:
            yield Finding(
                Severity.WARNING,
                "cut_scores",
                f"The band {band} is very narrow: {totals} of {number} totals.",
                "Move the cut scores apart, or be ready to say why.",
            )
    for key, cut in (
        ("management_below", cuts.management_below),
        ("mastery_above", cuts.mastery_above),
    ):
        if instrument.scale.steps_to(cut, items=len(instrument.items)).denominator > 1:
            yield Finding(
                Severity.NOTE,
                f"cut_scores {key}",
                f"{show(cut)} lies between two totals: they move in steps of "
                f"{show(instrument.scale.step)}.",
            )


def _check_key_balance(instrument: Instrument) -> Iterator[Finding]:
    count = len(instrument.items)
    left = sum(item.mastery_side == "left" for item in instrument.items)
    fewest, most = BALANCE
    if not fewest <= left / count <= most:
        yield Finding(
            Severity.WARNING,
            "items mastery_side",
            f"{left} of {count} items show the mastery pole on the left.",
            "Show it on the left in about half of them, in no pattern that can be guessed.",
        )
    highest = instrument.scale.steps
    totals = {
        name: instrument.total_of(
            sum(keyed_steps(instrument, item, at) for item in instrument.items)
        )
        for name, at in (("lowest", 0), ("middle", highest // 2), ("highest", highest))
    }
    bands = {name: instrument.cut_scores.band(total) for name, total in totals.items()}
    told = ", ".join(f"{name} {show(total)} ({bands[name]})" for name, total in totals.items())
    outside = [name for name, band in bands.items() if band is not Band.BOTH]
    if outside:
        yield Finding(
            Severity.WARNING,
            "items mastery_side",
            f"The same answer to every item, as shown, gives: {told}.",
            "All three should be in the band both, because nobody read the items. Swap some poles.",
        )
    else:
        yield Finding(
            Severity.NOTE,
            "items mastery_side",
            f"The same answer to every item, as shown, gives: {told}.",
        )


def _check_random_answers(instrument: Instrument) -> Iterator[Finding]:
    shares = random_shares(instrument)
    told = ", ".join(f"{100 * share:.1f} % {band}" for band, share in shares.items())
    yield Finding(Severity.NOTE, "items", f"Answers at random give: {told}.")


def _check_facets(instrument: Instrument) -> Iterator[Finding]:
    sizes = {facet.id: len(instrument.items_of(facet.id)) for facet in instrument.facets}
    without = [item.id for item in instrument.items if item.facet is None]
    if without and sizes:
        yield Finding(
            Severity.WARNING,
            "items facet",
            f"These items belong to no facet: {', '.join(without)}.",
            "Name a facet for each, or for none.",
        )
    for facet, size in sizes.items():
        if size < FEWEST_IN_A_FACET:
            yield Finding(
                Severity.WARNING,
                f"facets {facet!r}",
                f"It has {counted(size, 'item', zero='no')}, too few to say anything about.",
                f"Give it {FEWEST_IN_A_FACET} or more, or remove it.",
            )
    if len(set(sizes.values())) > 1:
        told = ", ".join(f"{facet} {size}" for facet, size in sizes.items())
        yield Finding(
            Severity.WARNING,
            "facets",
            f"They have different numbers of items, so some count for more: {told}.",
            "Give each the same number of items.",
        )
    for one, other in pairwise(instrument.items):
        if one.facet is not None and one.facet == other.facet:
            yield Finding(
                Severity.WARNING,
                f"items {other.id!r}",
                f"It follows {one.id!r}, which is of the same facet, {one.facet}.",
                "Change the order, so that no two neighbours share a facet.",
            )


def _check_language_and_titles(instrument: Instrument) -> Iterator[Finding]:
    if not _LANGUAGE.fullmatch(instrument.language):
        yield Finding(
            Severity.WARNING,
            "language",
            f"{instrument.language!r} is not a language tag.",
            'Write it as in "en" or "pt-BR".',
        )
    for part, place in (
        (instrument, ""),
        *((facet, f"facets {facet.id!r} ") for facet in instrument.facets),
    ):
        for key in ("title", "description"):
            if not getattr(part, key):
                yield Finding(Severity.WARNING, f"{place}{key}", "It is empty.", "Write it.")


def _check_item_texts(instrument: Instrument) -> Iterator[Finding]:
    if not any(item.stem or item.management or item.mastery for item in instrument.items):
        yield Finding(
            Severity.WARNING,
            "items",
            "No item has a text, so it can score data, but it cannot be shown to people.",
            "Write a stem and two poles for each.",
        )
        return
    for item in instrument.items:
        for key, text, longest in (
            ("stem", item.stem, LONGEST_STEM),
            ("management", item.management, LONGEST_POLE),
            ("mastery", item.mastery, LONGEST_POLE),
        ):
            place = f"items {item.id!r} {key}"
            words = _words(text)
            if not words:
                yield Finding(Severity.ERROR, place, "It has no words.", "Write it.")
            elif words > longest:
                yield Finding(
                    Severity.WARNING,
                    place,
                    f"It has {words} words.",
                    f"Say it in {longest} or fewer.",
                )


def _check_pole_repeats(instrument: Instrument) -> Iterator[Finding]:
    first: dict[str, str] = {}
    for place, text in _poles(instrument.items):
        alike = " ".join(text.casefold().split())
        if alike and alike in first:
            yield Finding(
                Severity.ERROR,
                place,
                f"It says the same as {first[alike]}.",
                "Say something else in one of the two.",
            )
        first.setdefault(alike, place)


def _check_band_texts(instrument: Instrument) -> Iterator[Finding]:
    if instrument.bands is None:
        yield Finding(
            Severity.WARNING,
            "bands",
            "They are missing, so a result has no words.",
            "Add [bands.management], [bands.both] and [bands.mastery].",
        )
        return
    for band in BANDS:
        texts = instrument.bands.of(band)
        for key in ("title", "summary", "advice"):
            if not getattr(texts, key):
                yield Finding(Severity.WARNING, f"bands {band} {key}", "It is empty.", "Write it.")


def _check_norms(instrument: Instrument) -> Iterator[Finding]:
    if instrument.norms is None:
        yield Finding(
            Severity.WARNING,
            "norms",
            "They are missing, so nothing can be said about how sure a result is.",
            "Add [norms]; an assumption will do if it says that it is one.",
        )
    elif not instrument.norms.source:
        yield Finding(
            Severity.WARNING,
            "norms source",
            "It is empty, so nobody knows where the numbers come from.",
            'Name the study, or write "An assumption, not a measurement".',
        )


def _poles(items: tuple[Item, ...]) -> Iterator[tuple[str, str]]:
    for item in items:
        yield f"items {item.id!r} management", item.management
        yield f"items {item.id!r} mastery", item.mastery


def _words(text: str) -> int:
    """Count words; a "…" or a dash alone is not one."""
    return sum(any(letter.isalnum() for letter in word) for word in text.split())


def _left_as_they_were(original: Instrument, translation: Translation) -> Iterator[Finding]:
    if translation.language == original.language:
        yield Finding(
            Severity.WARNING,
            "language",
            f"It is {original.language!r}, as in the original.",
            "Name the language that this translation is in.",
        )
    for texts in translation.items:
        item = original.item(texts.id)
        for key in ("stem", "management", "mastery"):
            if getattr(texts, key) == getattr(item, key):
                yield Finding(
                    Severity.WARNING,
                    f"items {texts.id!r} {key}",
                    "It reads as in the original.",
                    "Translate it.",
                )
