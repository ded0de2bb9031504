"""Whether a band favours a group of people: the four-fifths rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from careerpath.core.errors import CareerpathError, did_you_mean, shown
from careerpath.core.instrument import BANDS, Band

FOUR_FIFTHS = Fraction(4, 5)


@dataclass(frozen=True, slots=True)
class AdverseImpact:
    """How often the people of each group are in the favoured band.

    Attributes
    ----------
    rate : mapping of group to float
        The share of the group's people, 0 to 1, who are in the favoured band.
    ratio : mapping of group to float
        The rate divided by the highest rate; 1 for all if nobody is in the favoured band.
    under_four_fifths : mapping of group to bool
        Whether the ratio is below .8; exactly .8 is not.
    people, unscored : mapping of group to int
        How many people have a band, and how many have none.
    """

    rate: Mapping[Any, float]
    ratio: Mapping[Any, float]
    under_four_fifths: Mapping[Any, bool]
    people: Mapping[Any, int]
    unscored: Mapping[Any, int]


def adverse_impact(
    bands_by_group: Mapping[Any, Mapping[Any, int] | Iterable[Any]], favoured: Band | str
) -> AdverseImpact:
    """Compare how often the people of each group are in one band, by the four-fifths rule.

    Parameters
    ----------
    bands_by_group : mapping
        For each group, either the band of each person, or how many people are in each band.
    favoured : Band or str

    Returns
    -------
    AdverseImpact

    Raises
    ------
    CareerpathError
        If a band does not exist, or nobody of a group is in a band.

    References
    ----------
    Equal Employment Opportunity Commission (1978). Uniform guidelines on employee selection
    procedures. 29 CFR 1607.4(D). (The four-fifths rule.)

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
        raise CareerpathError("favoured is unscored. Give management, both or mastery.")
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
