"""How likely a list picked at random is to be as one-sided as yours.

Each person on a random list is a manager with the probability of the organisation's share of
managers, so the number of managers follows the binomial distribution. All chances are exact.

References
----------
Conover, W. J. (1999). Practical Nonparametric Statistics, 3rd edition, on the binomial test.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from careerpath.core.errors import CareerpathError, shown
from careerpath.core.numbers import quantity
from careerpath.core.wording import given_percent, show


@dataclass(frozen=True, slots=True)
class RandomPickComparison:
    """A list compared with random picks from the same organisation.

    Attributes
    ----------
    managers, people : int
        The number of people on the list who manage others, including those who do both, and of
        all people on it.
    managers_share : float
        The share of managers in the organisation, 0 to 1.
    expected : float
        The average number of managers on a random list of this length.
    chances : tuple of float
        The chance of each number of managers on a random list, from 0 to `people`.
    tail : tuple of int
        The numbers of managers that are at least as one-sided as the list's.
    chance : float
        The chance of the whole tail: of as few managers or fewer, if the list has fewer than
        expected; of as many or more, if it has more; 1 if it has exactly as many.
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


def compare_with_random_picks(
    managers: int, people: int, managers_share: float
) -> RandomPickComparison:
    """Compare a list with random picks from the organisation.

    Parameters
    ----------
    managers, people : int
        The number of managers, and of all people, on the list.
    managers_share : float
        The share of managers in the organisation, 0 to 1.

    Raises
    ------
    CareerpathError
        If the share is not a number from 0 to 1.

    Examples
    --------
    >>> round(compare_with_random_picks(5, 10, 0.2).chance, 4)
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
    return RandomPickComparison(
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
    """Return the exact chance of a number of managers among people picked at random.

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
        f"including those who do both. In a random pick it would be {show(float(expected))} on "
        f"average, as {given_percent(share)} of the organisation manage others."
    )
    if managers == expected:
        return f"{counted} The list is no more one-sided than the organisation."
    many = f"{managers} or {'fewer' if managers < expected else 'more'}"
    if not chance:
        return (
            f"{counted} A random pick could never give {many}, so the share does not fit the list. "
            "Check the share."
        )
    return (
        f"{counted} The chance of {many} in a random pick is {chance_in_words(chance)}: "
        f"{_surprise(chance)}"
    )


def chance_in_words(chance: Fraction) -> str:
    """Write a chance above 0 as a person would say it.

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
        return "such a list is not unusual."
    if chance > Fraction(1, 20):
        return "that is a little unusual, but chance could explain it."
    return "chance alone hardly explains it. Talk about what does."
