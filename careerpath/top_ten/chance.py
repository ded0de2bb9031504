"""A list beside one that is picked blindly: how likely is it to be as lopsided."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from careerpath.core.errors import CareerpathError, shown
from careerpath.core.numbers import quantity
from careerpath.core.wording import given_percent, show


@dataclass(frozen=True, slots=True)
class BlindPickComparison:
    """A list beside the organisation that it was picked from.

    Attributes
    ----------
    managers, people : int
        How many of the people on the list manage others, those who do both among them.
    managers_share : float
        The share of managers in the organisation.
    expected : float
        How many managers a list of so many would have on average, picked blindly.
    chances : tuple of float
        The chance of each number of managers in a list picked blindly, from 0 on.
    tail : tuple of int
        The numbers of managers that are at least as lopsided as the list's.
    chance : float
        Of all those together: that a list picked blindly has as few managers or fewer, where the
        list has fewer than expected; as many or more, where it has more; 1 where it has just as
        many.
    words : str
        The same in words.
    """

    managers: int
    people: int
    managers_share: float
    expected: float
    chances: tuple[float, ...]
    tail: tuple[int, ...]
    chance: float
    words: str


def compare_with_blind_pick(
    managers: int, people: int, managers_share: float
) -> BlindPickComparison:
    """Compare a list with the share of managers in the organisation it was picked from.

    Parameters
    ----------
    managers, people : int
        On the list.
    managers_share : float
        From 0 to 1.

    Raises
    ------
    CareerpathError
        Where the share is none.

    Examples
    --------
    >>> round(compare_with_blind_pick(5, 10, 0.2).chance, 4)
    0.0328
    """
    share = quantity(managers_share, 0, 1)
    if share is None:
        raise CareerpathError(
            f"The share of managers must be a number from 0 to 1, not {shown(managers_share)}. "
            "Write 15 % as 0.15."
        )
    expected = people * share
    if managers < expected:
        tail = range(managers + 1)
    elif managers > expected:
        tail = range(managers, people + 1)
    else:
        tail = range(people + 1)
    chances = [binomial_chance(people, each, share) for each in range(people + 1)]
    chance = sum((chances[each] for each in tail), Fraction(0))
    return BlindPickComparison(
        managers=managers,
        people=people,
        managers_share=float(share),
        expected=float(expected),
        chances=tuple(map(float, chances)),
        tail=tuple(tail),
        chance=float(chance),
        words=_comparison_words(managers, people, share, chance),
    )


def binomial_chance(people: int, managers: int, share: Fraction) -> Fraction:
    """Return the exact chance of so many managers among so many people picked blindly.

    Examples
    --------
    >>> binomial_chance(10, 5, Fraction(1, 2))
    Fraction(63, 256)
    """
    ways = math.comb(people, managers)
    return ways * share**managers * (1 - share) ** (people - managers)


def _comparison_words(managers: int, people: int, share: Fraction, chance: Fraction) -> str:
    expected = people * share
    counted = (
        f"{managers} of {people} on the list {'manages' if managers == 1 else 'manage'} others, "
        f"those who do both among them; picked blindly it would be {show(float(expected))} on "
        f"average, as {given_percent(share)} of the organisation do."
    )
    if managers == expected:
        return f"{counted} The list is no more lopsided than the organisation."
    many = f"{managers} or {'fewer' if managers < expected else 'more'}"
    if not chance:
        return (
            f"{counted} A blind pick could never give {many}: the share and the list do not go "
            "together. Check the share."
        )
    return (
        f"{counted} The chance of {many} in a blind pick is {chance_in_words(chance)}: "
        f"{_surprise(chance)}"
    )


def chance_in_words(chance: Fraction) -> str:
    """Say a chance above 0 as a person would.

    Examples
    --------
    >>> [chance_in_words(Fraction(each)) for each in ("0.376", "0.0061", "0.00001", "1")]
    ['about 38 in 100', 'about 6 in 1,000', 'less than 1 in 1,000', 'more than 99 in 100']
    """
    if chance > Fraction(99, 100):
        return "more than 99 in 100"
    if chance >= Fraction(1, 100):
        return f"about {math.floor(chance * 100 + Fraction(1, 2))} in 100"
    if chance >= Fraction(1, 1000):
        return f"about {math.floor(chance * 1000 + Fraction(1, 2))} in 1,000"
    return "less than 1 in 1,000"


def _surprise(chance: Fraction) -> str:
    if chance > Fraction(1, 5):
        return "such a list is nothing unusual."
    if chance > Fraction(1, 20):
        return "a little unusual, and chance could explain it."
    return "chance alone hardly explains it. Talk about what does."
