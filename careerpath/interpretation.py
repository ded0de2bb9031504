"""What a score means, in words that are honest about how sure it is."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from careerpath.exact import exact, plain_number
from careerpath.instrument import BANDS, Band, Instrument
from careerpath.scoring import Score

DISCLAIMER = (
    "A mirror, not a verdict: this questionnaire has not been validated as a test, and it must "
    "not be used to hire, promote or turn down anybody."
)

GENTLE_MOVE = 3
"""The largest move of one answer, in steps, by which a flip is told, where that is enough."""

_NUMERALS: dict[float, str] = dict(
    enumerate(("no", "one", "two", "three", "four", "five", "six", "seven", "eight"))
)


@dataclass(frozen=True, slots=True)
class Flip:
    """The smallest change of the answers that moves the total into a neighbouring band.

    Attributes
    ----------
    band : Band
        The band it leads to.
    points : int or float
        By how much the total must change.
    answers, each : int, int or float
        One way to do it: so many answers, each moved by no more than so many points.
    """

    band: Band
    points: int | float
    answers: int
    each: int | float


@dataclass(frozen=True, slots=True)
class FacetReading:
    """Which way one facet leans: indicative only, it rests on a few items.

    Attributes
    ----------
    title, description : str
    position : float or None
        From 0 (all management) to 1 (all mastery); None where an item is unanswered.
    band : Band
        Where the position falls when the cut scores are drawn to the facet's scale.
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
        The band in words; where the total lies; how sure that is; what it says of a person.
    chances : mapping of Band to float
        The chance of each band, 0 to 1, adding up to 1; empty without norms.
    standard_error : float or None
        Standard error of measurement, in points; None without norms.
    low, high : float
        One standard error below and above the total, within the range of totals.
    flips : tuple of Flip
        Ways into the neighbouring bands, nearest first.
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
    continuous model of whole points. A band that no total reaches has no chance.

    Parameters
    ----------
    instrument : Instrument
        The one the score was made with.
    result : Score

    Returns
    -------
    Interpretation

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
        headline=_headline(instrument, result, reach),
        placement=_placement(instrument, result),
        certainty=_certainty(result, chances, flips, error),
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


def band_chances(instrument: Instrument, total: float, standard_error: float) -> dict[Band, float]:
    """Return the chance of each band for a total that is off by the standard error.

    Parameters
    ----------
    instrument : Instrument
    total : float
    standard_error : float
        In points, above 0.

    Returns
    -------
    dict of Band to float
        From low to high; they add up to 1.

    Examples
    --------
    >>> from careerpath import load_instrument
    >>> chances = band_chances(load_instrument(), 93, 9)
    >>> [round(chance, 3) for chance in chances.values()]
    [0.0, 0.798, 0.202]
    """
    highest = len(instrument.items) * instrument.scale.steps

    def below(steps: int) -> float:
        if steps <= 0:
            return 0.0
        if steps > highest:
            return 1.0
        line = instrument.minimum_total + (steps - 0.5) * instrument.scale.step
        return _normal_cdf((line - total) / standard_error)

    management, not_mastery = (below(steps) for steps in _band_starts(instrument))
    return dict(zip(BANDS, (management, not_mastery - management, 1 - not_mastery), strict=True))


def find_flips(instrument: Instrument, result: Score) -> tuple[Flip, ...]:
    """Find the smallest change of the answers that leads into each neighbouring band.

    Returns
    -------
    tuple of Flip
        Nearest first; empty for a prorated score, whose total moves in uneven steps.

    Examples
    --------
    >>> from careerpath import load_instrument, score
    >>> instrument = load_instrument()
    >>> answers = {i.id: 3 if i.mastery_side == "left" else 7 for i in instrument.items}
    >>> result = score(instrument, answers | {"q01": 2})
    >>> result.total, find_flips(instrument, result)[0]
    (100, Flip(band=<Band.MASTERY: 'mastery'>, points=1, answers=1, each=1))
    """
    if result.prorated:
        return ()
    highest = len(instrument.items) * instrument.scale.steps
    here = int(_steps_up(instrument, result.total))
    starts = _band_starts(instrument)
    # The nearest totals of another band, below and above. An empty band has none.
    targets = (
        max((start - 1 for start in starts if start <= here), default=-1),
        min((start for start in starts if start > here), default=highest + 1),
    )
    flips = []
    for target in targets:
        if not 0 <= target <= highest:
            continue
        steps = abs(target - here)
        rising = target > here
        rooms = [_room(instrument, keyed, rising=rising) for keyed in result.keyed.values()]
        answers, each = _gentlest(rooms, steps)
        flips.append(
            Flip(
                band=instrument.cut_scores.band(instrument.total_of(target)),
                points=_points(instrument, steps),
                answers=answers,
                each=_points(instrument, each),
            )
        )
    return tuple(sorted(flips, key=lambda flip: flip.points))


def _band_starts(instrument: Instrument) -> tuple[int, int]:
    """Count the steps from the lowest total to where "both" and mastery start."""
    cuts = instrument.cut_scores
    return (
        math.ceil(_steps_up(instrument, cuts.management_below)),
        math.floor(_steps_up(instrument, cuts.mastery_above)) + 1,
    )


def _steps_up(instrument: Instrument, total: float) -> Fraction:
    above = Fraction(exact(total)) - Fraction(exact(instrument.minimum_total))
    return above / Fraction(exact(instrument.scale.step))


def _room(instrument: Instrument, keyed: float, *, rising: bool) -> int:
    scale = instrument.scale
    way = exact(scale.maximum) - exact(keyed) if rising else exact(keyed) - exact(scale.minimum)
    return int(way / exact(scale.step))


def _gentlest(rooms: list[int], steps: int) -> tuple[int, int]:
    """Spread a change over few answers without moving any of them far."""
    rooms = sorted(rooms, reverse=True)

    def answers_needed(each: int) -> int | None:
        covered = 0
        for count, room in enumerate(rooms, start=1):
            covered += min(room, each)
            if covered >= steps:
                return count
        return None

    widest = next(each for each in range(GENTLE_MOVE, steps + GENTLE_MOVE) if answers_needed(each))
    fewest = answers_needed(widest)
    each = next(each for each in range(1, widest + 1) if answers_needed(each) == fewest)
    return fewest or 0, each


def _points(instrument: Instrument, steps: int) -> int | float:
    return plain_number(exact(instrument.scale.step) * steps)


def _headline(instrument: Instrument, result: Score, reach: float) -> str:
    texts = instrument.bands
    title = texts.of(result.band).title if texts else result.band.capitalize()
    if result.band is not Band.BOTH:
        return title
    cuts = instrument.cut_scores
    lean = result.total - (cuts.management_below + cuts.mastery_above) / 2
    if abs(lean) <= reach:
        return title
    return f"{title}, with a lean toward {Band.MASTERY if lean > 0 else Band.MANAGEMENT}"


def _placement(instrument: Instrument, result: Score) -> str:
    cuts = instrument.cut_scores
    estimated = (
        f" Estimated from {len(result.keyed)} of {len(instrument.items)} answers."
        if result.prorated
        else ""
    )
    return (
        f"{show(result.total)} of {show(result.maximum)}. Below {show(cuts.management_below)} "
        f"leans to management, above {show(cuts.mastery_above)} to mastery.{estimated}"
    )


def _certainty(
    result: Score,
    chances: Mapping[Band, float],
    flips: tuple[Flip, ...],
    error: float | None,
) -> str:
    sentences = []
    if chances:
        chance = chances[result.band]
        sentences.append(
            "Very."
            if chance >= 0.95
            else "Fairly."
            if chance >= 0.75
            else "Not very."
            if chance >= 0.6
            else "Hardly: this is a close call."
        )
    if flips:
        near = flips[0]
        distance = f"You are {_count(near.points, 'point')} away from {near.band}"
        sentences.append(
            f"{distance}, and a questionnaire this short is off by about {error:.0f} either way."
            if error
            else f"{distance}."
        )
        sentences.append(
            f"Moving {_count(near.answers, 'answer', words=True)} by "
            f"{_count(near.each, 'point', words=True)}{' each' if near.answers > 1 else ''} "
            "would change the word above."
        )
    return " ".join(sentences)


def _facets(instrument: Instrument, result: Score) -> tuple[FacetReading, ...]:
    readings = []
    for facet, part in zip(instrument.facets, result.facets, strict=True):
        position = (
            None
            if part.total is None or part.maximum == part.minimum
            else _share(part.total, part.minimum, part.maximum)
        )
        readings.append(
            FacetReading(
                title=facet.title,
                description=facet.description,
                position=None if position is None else float(position),
                band=(
                    Band.UNSCORED
                    if position is None
                    else instrument.cut_scores.band(
                        _between(result.minimum, result.maximum, position)
                    )
                ),
            )
        )
    return tuple(readings)


def _share(total: float, minimum: float, maximum: float) -> Fraction:
    lowest = Fraction(exact(minimum))
    return (Fraction(exact(total)) - lowest) / (Fraction(exact(maximum)) - lowest)


def _between(minimum: float, maximum: float, share: Fraction) -> float:
    lowest = Fraction(exact(minimum))
    return float(lowest + share * (Fraction(exact(maximum)) - lowest))


def _basis(instrument: Instrument) -> str:
    norms = instrument.norms
    if norms is None:
        return "This instrument has no norms, so nothing can be said about its measurement error."
    return (
        f"{norms.source}: a standard error of {norms.standard_error:.1f} points, from a spread of "
        f"{show(norms.sd)} and a reliability of {show(norms.reliability)}. {norms.note}".strip()
    )


def _count(number: float, noun: str, *, words: bool = False) -> str:
    named = _NUMERALS.get(number) if words else None
    return f"{named or show(number)} {noun}{'' if number == 1 else 's'}"


def show(number: float) -> str:
    """Write a number as a person would: whole numbers without a point, else one or two decimals.

    Examples
    --------
    >>> show(93), show(49.5), show(100.25)
    ('93', '49.5', '100.25')
    """
    return f"{number:.2f}".rstrip("0").rstrip(".")


def _normal_cdf(z: float) -> float:
    return math.erfc(-z / math.sqrt(2)) / 2
