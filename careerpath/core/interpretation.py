"""What a score means, and how sure it is, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from careerpath.core.certainty import Flip, band_chances, find_flips
from careerpath.core.instrument import Band, Instrument
from careerpath.core.scoring import Score
from careerpath.core.wording import counted, show, show_error

DISCLAIMER = (
    "This is a help for thinking, not a verdict. The questionnaire has not been validated as a "
    "test, and it must not be used to hire, promote or reject anybody."
)


@dataclass(frozen=True, slots=True)
class FacetReading:
    """Which way one facet leans. A facet has few items, so this is only a hint.

    Attributes
    ----------
    title, description : str
    position : float or None
        From 0 (all management) to 1 (all mastery); None if an item is unanswered.
    band : Band
        The band of that position, with the cut scores scaled to the facet's range.
    """

    title: str
    description: str
    position: float | None
    band: Band


@dataclass(frozen=True, slots=True)
class Interpretation:
    """A score in words and chances.

    Attributes
    ----------
    band : Band
    headline, placement, certainty, summary : str
        The band; the total and the cut scores; how sure the band is; what it says about a person.
    chances : mapping of Band to float
        The chance of each band, 0 to 1, adding up to 1; empty without norms.
    standard_error : float or None
        Standard error of measurement, in points; None without norms.
    low, high : float
        One standard error below and above the total, within the range of totals.
    flips : tuple of Flip
        The smallest changes that lead to a neighbouring band, nearest first.
    facets : tuple of FacetReading
    advice, roles : tuple of str
    basis : str
        Where the standard error comes from.
    disclaimer : str
        What the score is not.
    """

    band: Band
    headline: str
    placement: str
    certainty: str
    summary: str
    chances: Mapping[Band, float]
    standard_error: float | None
    low: float
    high: float
    flips: tuple[Flip, ...]
    facets: tuple[FacetReading, ...]
    advice: tuple[str, ...]
    roles: tuple[str, ...]
    basis: str
    disclaimer: str = DISCLAIMER


def interpret(instrument: Instrument, result: Score) -> Interpretation:
    """Say what a score means, how sure it is, and what would change it.

    The chance of each band is that of a normal distribution around the total with the
    standard error of measurement, ``sd * sqrt(1 - reliability)``, cut half a step
    outside the totals of the "both" band (49.5 and 100.5 for cut scores of 50 and 100): a
    continuous model of whole points. A band that no total reaches has the chance 0.

    Parameters
    ----------
    instrument : Instrument
        The one the score was made with.
    result : Score

    Returns
    -------
    Interpretation

    References
    ----------
    Lord, F. M., & Novick, M. R. (1968). Statistical Theories of Mental Test Scores: the normal
    error model. Addison-Wesley.

    Examples
    --------
    >>> from careerpath import load_instrument, score
    >>> instrument = load_instrument()
    >>> result = score(instrument, dict.fromkeys(instrument.item_ids, 5))
    >>> meaning = interpret(instrument, result)
    >>> meaning.headline
    'You are drawn to both'
    >>> round(meaning.chances[Band.BOTH], 2)
    0.99
    """
    error = instrument.norms.standard_error if instrument.norms else None
    chances = band_chances(instrument, result.total, error) if error else {}
    flips = find_flips(instrument, result)
    texts = instrument.bands.of(result.band) if instrument.bands else None
    reach = error or 0.0
    return Interpretation(
        band=result.band,
        headline=_headline(instrument, result),
        placement=_placement(instrument, result),
        certainty=_certainty(instrument, result, chances, flips),
        summary=texts.summary if texts else "",
        chances=chances,
        standard_error=error,
        low=max(result.minimum, result.total - reach),
        high=min(result.maximum, result.total + reach),
        flips=flips,
        facets=_facets(instrument, result),
        advice=texts.advice if texts else (),
        roles=texts.roles if texts else (),
        basis=_basis(instrument),
    )


def _headline(instrument: Instrument, result: Score) -> str:
    texts = instrument.bands
    title = texts.of(result.band).title if texts else result.band.capitalize()
    lean = _lean(instrument, result) if result.band is Band.BOTH else None
    return f"{title}, with a lean toward {lean}" if lean else title


def _placement(instrument: Instrument, result: Score) -> str:
    cuts = instrument.cut_scores
    lowest = f"{show(result.minimum)} to " if result.minimum else ""
    estimated = (
        f" Estimated from {len(result.keyed)} of {counted(len(instrument.items), 'answer')}, so it "
        "is less sure than it looks."
        if result.prorated
        else ""
    )
    return (
        f"{show(result.total)} of {lowest}{show(result.maximum)}. Below "
        f"{show(cuts.management_below)} is management, above {show(cuts.mastery_above)} is "
        f"mastery, and in between is both.{estimated}"
    )


def _certainty(
    instrument: Instrument, result: Score, chances: Mapping[Band, float], flips: tuple[Flip, ...]
) -> str:
    sentences = []
    if chances:
        sentences.append(_how_sure(instrument, chances[result.band]))
    if flips:
        sentences += _nearest(instrument, flips[0])
    if result.band is Band.BOTH and not _lean(instrument, result):
        sentences.append("Answers that lean to neither side land here, too.")
    return " ".join(sentences) or _basis(instrument)


def _how_sure(instrument: Instrument, chance: float) -> str:
    # Rounded as it is shown, so that one number never goes with two words.
    chance = round(chance, 2)
    if chance >= 0.95:
        return f"Quite sure, as far as {counted(len(instrument.items), 'question')} can tell."
    if chance >= 0.75:
        return "Fairly sure."
    if chance >= 0.6:
        return "Not very sure."
    return "Not sure: this is a close call."


def _nearest(instrument: Instrument, near: Flip) -> list[str]:
    distance = f"You are {counted(near.points, 'point')} away from {near.band}"
    norms = instrument.norms
    error = ""
    if norms:
        size = show_error(norms.standard_error)
        known = "is known" if norms.measured else "is assumed"
        error = f", and a questionnaire this short {known} to be off by about {size}, up or down"
    several = near.answers > 1
    each = counted(near.each, "point")
    moves = f"up to {each} each" if several else each
    return [
        f"{distance}{error}.",
        f"Moving {counted(near.answers, 'answer')} by {moves} toward it changes the result.",
    ]


def _lean(instrument: Instrument, result: Score) -> Band | None:
    """Return the side that a total in the middle leans to by more than the error."""
    cuts = instrument.cut_scores
    reach = instrument.norms.standard_error if instrument.norms else 0.0
    lean = result.total - (cuts.management_below + cuts.mastery_above) / 2
    if abs(lean) <= reach:
        return None
    return Band.MASTERY if lean > 0 else Band.MANAGEMENT


def _facets(instrument: Instrument, result: Score) -> tuple[FacetReading, ...]:
    scale, cuts = instrument.scale, instrument.cut_scores
    readings = []
    for facet, part in zip(instrument.facets, result.facets, strict=True):
        items = len(instrument.items_of(facet.id))
        position: float | None = None
        band = Band.UNSCORED
        if part.total is not None and items:
            share = scale.steps_to(part.total, items=items) / (scale.steps * items)
            position = float(share)
            # The same share of the way from the lowest total to the highest one.
            every = len(instrument.items)
            band = cuts.band(float(scale.exact_value(share * scale.steps * every, items=every)))
        readings.append(FacetReading(facet.title, facet.description, position, band))
    return tuple(readings)


def _basis(instrument: Instrument) -> str:
    norms = instrument.norms
    if norms is None:
        return "This instrument has no norms, so nothing can be said about its measurement error."
    return (
        f"{norms.source}: a standard error of {norms.standard_error:.1f} points, from a spread of "
        f"{show(norms.sd)} and a reliability of {show(norms.reliability)}. {norms.note}".strip()
    )
