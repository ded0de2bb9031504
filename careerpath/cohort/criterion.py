"""Cut scores against what is known of people, and whether a band favours a group."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from careerpath.core.errors import CareerpathError, did_you_mean, shown
from careerpath.core.instrument import BANDS, Band

FOUR_FIFTHS = Fraction(4, 5)


@dataclass(frozen=True, slots=True)
class OptimalCut:
    """The cut that best tells two groups apart.

    Attributes
    ----------
    cut : int or float
        A score at or above it counts as positive.
    youden : float
        Sensitivity + specificity - 1, the largest there is; of equal ones, the lowest cut.
    auc : float
        The chance that a positive person scores above a negative one, ties counting half.
    sensitivity, specificity : float
        The share of positive people at or above the cut, and of negative people below it.
    positives, negatives : int
        How many people it rests on.
    left_out : int
        People without a score or without a criterion.
    """

    cut: int | float
    youden: float
    auc: float
    sensitivity: float
    specificity: float
    positives: int
    negatives: int
    left_out: int


@dataclass(frozen=True, slots=True)
class AdverseImpact:
    """How often each group lands in the favoured band, by the four fifths rule.

    Attributes
    ----------
    rate : mapping of group to float
        The share of a group's people who are in the favoured band.
    ratio : mapping of group to float
        The rate over the highest rate; 1 for all where nobody is in the favoured band.
    under_four_fifths : mapping of group to bool
        Whether the ratio is below .8; exactly .8 is not.
    people, unscored : mapping of group to int
        How many each rate rests on, and how many have no band.
    """

    rate: Mapping[Any, float]
    ratio: Mapping[Any, float]
    under_four_fifths: Mapping[Any, bool]
    people: Mapping[Any, int]
    unscored: Mapping[Any, int]


def optimal_cut(scores: Iterable[Any], criterion: Iterable[Any]) -> OptimalCut:
    """Find the cut with the largest Youden index against a criterion.

    A cut that is best here fits the people it was found with; expect less of it on others.

    Parameters
    ----------
    scores : iterable of numbers
    criterion : iterable of bool, or 0 and 1
        Whether a person is positive: in a mastery role, say. As many as scores.

    Returns
    -------
    OptimalCut

    Raises
    ------
    CareerpathError
        Where the two differ in length, or there are no positive or no negative people.

    Examples
    --------
    >>> found = optimal_cut([40, 60, 90, 110, 120], [0, 0, 1, 0, 1])
    >>> found.cut, round(found.youden, 3), round(found.auc, 3)
    (90, 0.667, 0.833)
    """
    pairs = list(_pairs(list(scores), list(criterion)))
    whole = [pair for pair in pairs if pair is not None]
    at: dict[float, list[int]] = {}
    for number, positive in whole:
        at.setdefault(number, [0, 0])[positive] += 1
    negatives = sum(counts[0] for counts in at.values())
    positives = len(whole) - negatives
    if not positives or not negatives:
        raise CareerpathError(
            f"There are {positives} positive and {negatives} negative people; a cut needs both "
            "kinds. Check the criterion."
        )
    best: tuple[int, float, int, int] | None = None
    wins = false_alarms = hits = 0  # wins: pairs in which the positive one is above, doubled
    for number in sorted(at, reverse=True):
        here_no, here_yes = at[number]
        wins += here_no * (2 * hits + here_yes)
        false_alarms += here_no
        hits += here_yes
        youden = hits * negatives - false_alarms * positives  # whole numbers: ties are exact
        if best is None or youden >= best[0]:
            best = (youden, number, hits, false_alarms)
    _, cut, hits, false_alarms = best or (0, math.nan, 0, 0)
    sensitivity = Fraction(hits, positives)
    specificity = 1 - Fraction(false_alarms, negatives)
    return OptimalCut(
        cut=cut,
        youden=float(sensitivity + specificity - 1),
        auc=float(Fraction(wins, 2 * positives * negatives)),
        sensitivity=float(sensitivity),
        specificity=float(specificity),
        positives=positives,
        negatives=negatives,
        left_out=len(pairs) - len(whole),
    )


def adverse_impact(
    bands_by_group: Mapping[Any, Mapping[Any, int] | Iterable[Any]], favoured: Band | str
) -> AdverseImpact:
    """Compare how often each group lands in one band (the four fifths rule).

    Parameters
    ----------
    bands_by_group : mapping
        For each group, the band of each person, or a count for each band.
    favoured : Band or str

    Returns
    -------
    AdverseImpact

    Raises
    ------
    CareerpathError
        For a band that does not exist, or a group without anybody in a band.

    Examples
    --------
    >>> found = adverse_impact(
    ...     {"a": {"mastery": 50, "both": 50}, "b": {"mastery": 40, "both": 60}}, "mastery"
    ... )
    >>> found.ratio["b"], found.under_four_fifths["b"]
    (0.8, False)
    """
    wanted = _band(favoured)
    if wanted not in BANDS:
        raise CareerpathError("favoured must be management, both or mastery, not unscored.")
    rates: dict[Any, Fraction] = {}
    people: dict[Any, int] = {}
    unscored: dict[Any, int] = {}
    for group, given in bands_by_group.items():
        counts = _band_counts(given)
        people[group] = sum(counts[band] for band in BANDS)
        unscored[group] = counts[Band.UNSCORED]
        if not people[group]:
            raise CareerpathError(
                f"Group {shown(group)} has nobody in a band, so it has no rate. Leave it out."
            )
        rates[group] = Fraction(counts[wanted], people[group])
    if not rates:
        raise CareerpathError("There is no group to compare. Give at least one.")
    highest = max(rates.values())
    ratios = {group: rate / highest if highest else Fraction(1) for group, rate in rates.items()}
    return AdverseImpact(
        rate={group: float(rate) for group, rate in rates.items()},
        ratio={group: float(ratio) for group, ratio in ratios.items()},
        under_four_fifths={group: ratio < FOUR_FIFTHS for group, ratio in ratios.items()},
        people=people,
        unscored=unscored,
    )


def _pairs(scores: list[Any], criterion: list[Any]) -> Iterable[tuple[int | float, bool] | None]:
    if len(scores) != len(criterion):
        raise CareerpathError(
            f"There are {len(scores)} scores and {len(criterion)} criteria. Give one for each."
        )
    for row, (number, truth) in enumerate(zip(scores, criterion, strict=True), start=1):
        if _missing(number) or _missing(truth):
            yield None
            continue
        try:
            positive = {0: False, 1: True}[truth]
            value = number if isinstance(number, int) else float(number)
        except (KeyError, TypeError, ValueError, OverflowError):
            raise CareerpathError(
                f"Row {row} has the score {shown(number)} and the criterion {shown(truth)}. "
                "Scores must be numbers, and the criterion true or false, or 1 or 0."
            ) from None
        if _missing(value):  # as text: "nan"
            yield None
            continue
        yield (int(value) if value == int(value) else value), positive


def _missing(value: Any) -> bool:
    """Tell None, NaN, infinity and what pandas writes for a gap."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    try:
        return not math.isfinite(value)
    except (TypeError, ValueError, OverflowError):
        return False


def _band_counts(given: Mapping[Any, int] | Iterable[Any]) -> Counter[Band]:
    counts: Counter[Band] = Counter()
    if isinstance(given, Mapping):
        for name, count in given.items():
            if isinstance(count, float) or count < 0:
                raise CareerpathError(
                    f"Band {shown(name)} has the count {shown(count)}. "
                    "Give a whole number, 0 or more."
                )
            counts[_band(name)] += int(count)
    else:
        if isinstance(given, str):
            raise CareerpathError(f"A group holds {shown(given)}; give a list of bands.")
        for name, count in Counter(given).items():
            counts[_band(name)] += count
    return counts


def _band(name: Any) -> Band:
    try:
        return Band(name)
    except ValueError:
        raise CareerpathError(
            f"There is no band {shown(name)}. {did_you_mean(str(name), list(Band))}"
        ) from None
