"""Every statistic computed in the simplest way: loops over people, fractions, no arrays."""

import math
from fractions import Fraction

from careerpath import AnswerError, score
from careerpath.core.instrument import BANDS, Band


def scored(instrument, people):
    """The result of `score` for each person, or the reason why there is no result."""
    results, reasons = [], {}
    for answers in people:
        try:
            # In the instrument's order: the first item that is wrong gives the reason.
            results.append(score(instrument, {item: answers[item] for item in instrument.item_ids}))
        except AnswerError as error:
            reasons[error.reason] = reasons.get(error.reason, 0) + 1
    return results, reasons


def keyed(results, item):
    return [Fraction(str(result.keyed[item])) for result in results]


def totals(results):
    return [Fraction(str(result.total)) for result in results]


def mean(numbers):
    return Fraction(sum(numbers), len(numbers))


def variance(numbers):
    centre = mean(numbers)
    return sum((number - centre) ** 2 for number in numbers) / (len(numbers) - 1)


def correlation(one, other):
    a, b = mean(one), mean(other)
    shared = sum((x - a) * (y - b) for x, y in zip(one, other, strict=True))
    spread = sum((x - a) ** 2 for x in one) * sum((y - b) ** 2 for y in other)
    return float(shared) / math.sqrt(spread) if spread else None


def alpha(columns):
    """Alpha of a list of columns."""
    sums = [sum(row) for row in zip(*columns, strict=True)]
    whole = variance(sums)
    if len(columns) < 2 or not whole:
        return None
    items = len(columns)
    return float(Fraction(items, items - 1) * (1 - sum(map(variance, columns)) / whole))


def counts(results, cuts):
    found = dict.fromkeys(BANDS, 0)
    for result in results:
        found[cuts.band(result.total)] += 1
    return found


def flips(results, old, new):
    matrix = {(before, after): 0 for before in BANDS for after in BANDS}
    for result in results:
        matrix[old.band(result.total), new.band(result.total)] += 1
    return matrix


def changes_if_dropped(instrument, results, item, cuts):
    """Count exactly who changes band if an item is dropped and the others are prorated."""
    items = len(instrument.items)
    changed = 0
    for result in results:
        rest = Fraction(str(result.total)) - Fraction(str(result.keyed[item]))
        prorated = rest * items / (items - 1)
        below = prorated < Fraction(str(cuts.management_below))
        above = prorated > Fraction(str(cuts.mastery_above))
        after = Band.MANAGEMENT if below else Band.MASTERY if above else Band.BOTH
        changed += after is not cuts.band(result.total)
    return changed
