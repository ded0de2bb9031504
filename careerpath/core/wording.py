"""Words for numbers, counts, lists, dates, per cents, money and cut scores."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from math import isfinite
from typing import TYPE_CHECKING

from careerpath.core.instrument import Band

if TYPE_CHECKING:
    from fractions import Fraction

    from careerpath.core.instrument import CutScores

NO_BREAK = "\xa0"
"""A space at which no line breaks."""
MINUS = "\N{MINUS SIGN}"

_PLURALS = {"person": "people", "is": "are", "does": "do"}
_NUMBER_WORDS = tuple(
    "nobody one two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905
)


def show(number: float) -> str:
    """Write a number as a person would: whole numbers without a point, else one or two decimals.

    Examples
    --------
    >>> show(93), show(49.5), show(100.25)
    ('93', '49.5', '100.25')
    """
    return f"{number:.2f}".rstrip("0").rstrip(".")


def show_error(points: float) -> str:
    """Write a standard error in whole points, and one below 1 in tenths.

    Examples
    --------
    >>> show_error(9.31), show_error(0.24)
    ('9', '0.2')
    """
    return show(round(points, 0 if points >= 1 else 1))


def signed(number: int) -> str:
    """Write a change with its sign.

    Examples
    --------
    >>> signed(1500), signed(-3) == MINUS + "3"
    ('+1,500', True)
    """
    return f"{number:+,}".replace("-", MINUS)


def statistic(value: float | None, decimals: int = 3) -> str:
    """Write a statistic, or a dash if there is none or it is not finite.

    Examples
    --------
    >>> statistic(0.81234), statistic(-0.5, 2) == MINUS + "0.50"
    ('0.812', True)
    >>> statistic(None) == statistic(float("nan")) == statistic(float("-inf")) == "\N{EN DASH}"
    True
    """
    if value is None or not isfinite(value):
        return "\N{EN DASH}"
    return f"{value:.{decimals}f}".replace("-", MINUS)


def number_word(people: int) -> str:
    """Write a number of people as in a sentence.

    Examples
    --------
    >>> number_word(0), number_word(9), number_word(13)
    ('nobody', 'nine', '13')
    """
    return _NUMBER_WORDS[people] if people < len(_NUMBER_WORDS) else str(people)


def plural(number: float, noun: str) -> str:
    """Return the noun, or the verb, that goes with a number.

    Examples
    --------
    >>> plural(1, "point"), plural(2, "point"), plural(0, "person"), plural(3, "is")
    ('point', 'points', 'people', 'are')
    """
    return noun if number == 1 else _PLURALS.get(noun, f"{noun}s")


def counted(number: float, noun: str, *, zero: str = "0") -> str:
    """Write how many there are of something.

    Parameters
    ----------
    number : int or float
    noun : str
        In the singular.
    zero : str
        The word for none.

    Examples
    --------
    >>> counted(1, "person"), counted(2500, "person"), counted(0.5, "point")
    ('1 person', '2,500 people', '0.5 points')
    >>> counted(0, "error", zero="no")
    'no errors'
    """
    written = f"{number:,.2f}".rstrip("0").rstrip(".") if number else zero
    return f"{written} {plural(number, noun)}"


def listed(words: Sequence[str]) -> str:
    """Write a list as in a sentence.

    Examples
    --------
    >>> listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])
    ('a', 'a and b', 'a, b and c')
    """
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def shortened(words: Sequence[str], *, most: int = 5) -> str:
    """Write the first words of a list, and three points for the rest.

    Examples
    --------
    >>> shortened(["a", "b"]), shortened(["a", "b", "c"], most=2)
    ('a, b', 'a, b, ...')
    """
    return ", ".join([*words[:most], *(["..."] if len(words) > most else [])])


def percent(share: float) -> str:
    """Write an estimated share in whole per cents; it never claims certainty.

    Examples
    --------
    >>> percent(0.777) == "78" + NO_BREAK + "%"
    True
    >>> percent(0.001)[:2], percent(0.9999)[:3]
    ('<1', '>99')
    """
    if 0 < share < 0.01:
        return f"<1{NO_BREAK}%"
    if 0.99 < share < 1:
        return f">99{NO_BREAK}%"
    return f"{share * 100:.0f}{NO_BREAK}%"


def given_percent(share: Fraction) -> str:
    """Write a share that a person chose, as exactly as it was typed.

    Examples
    --------
    >>> from fractions import Fraction
    >>> given_percent(Fraction("0.125"))
    '12.5 %'
    """
    return f"{show(float(share * 100))} %"


def money(amount: float) -> str:
    """Write an amount of money, without its currency.

    Examples
    --------
    >>> money(48000), money(48000.5)
    ('48,000', '48,000.50')
    """
    return f"{amount:,.2f}".removesuffix(".00")


def long_date(day: date) -> str:
    """Write a date with the month as a word, so that nobody takes the month for the day.

    Examples
    --------
    >>> long_date(date(2026, 3, 1))
    '1 March 2026'
    """
    return f"{day.day} {day:%B %Y}"


def both_cuts(cuts: CutScores) -> str:
    """Write the two cut scores.

    Examples
    --------
    >>> from careerpath.core.instrument import CutScores
    >>> both_cuts(CutScores(management_below=50, mastery_above=100))
    '50 and 100'
    """
    return f"{show(cuts.management_below)} and {show(cuts.mastery_above)}"


def band_ranges(cuts: CutScores) -> dict[Band, str]:
    """Say which totals belong to each band.

    Examples
    --------
    >>> from careerpath.core.instrument import CutScores
    >>> list(band_ranges(CutScores(management_below=50, mastery_above=100)).values())
    ['below 50', '50 to 100', 'above 100']
    """
    low, high = show(cuts.management_below), show(cuts.mastery_above)
    return {
        Band.MANAGEMENT: f"below {low}",
        Band.BOTH: f"{low} to {high}",
        Band.MASTERY: f"above {high}",
    }
