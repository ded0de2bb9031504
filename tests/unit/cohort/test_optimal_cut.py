"""The best cut against a criterion."""

import math
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from careerpath import CareerpathError, optimal_cut

people = st.lists(st.tuples(st.integers(0, 6), st.booleans()), min_size=2, max_size=20).filter(
    lambda pairs: len({truth for _, truth in pairs}) == 2
)


@given(people)
def test_the_cut_is_the_best_of_all(pairs):
    scores, criterion = zip(*pairs, strict=True)
    found = optimal_cut(scores, criterion)
    yes = [number for number, truth in pairs if truth]
    no = [number for number, truth in pairs if not truth]

    def youden(cut):
        return sum(n >= cut for n in yes) / len(yes) + sum(n < cut for n in no) / len(no) - 1

    best = max(map(youden, scores))
    assert found.youden == pytest.approx(best)
    assert found.cut == min(cut for cut in scores if youden(cut) > best - 1e-12)
    assert found.sensitivity == pytest.approx(sum(n >= found.cut for n in yes) / len(yes))
    assert found.specificity == pytest.approx(sum(n < found.cut for n in no) / len(no))
    pairwise = [(a > b) + (a == b) / 2 for a in yes for b in no]
    assert found.auc == pytest.approx(sum(pairwise) / len(pairwise))


def test_perfect_and_useless_scores():
    assert optimal_cut([1, 2, 3, 4], [False, False, True, True]).auc == 1
    assert optimal_cut([1, 2, 3, 4], [False, False, True, True]).cut == 3
    assert optimal_cut([5, 5], [0, 1]).auc == 0.5


def test_gaps_are_left_out_and_counted():
    scores = pd.Series([40, 60, 90, None, 120], dtype="Int64")
    found = optimal_cut(scores, [0, None, 1, 1, 1])
    assert (found.positives, found.negatives, found.left_out) == (2, 1, 2)
    assert optimal_cut(np.array([40.0, math.nan, 90]), np.array([0, 1, 1])).left_out == 1
    assert optimal_cut(["1", "nan", "2", "-inf"], [0, 1, 1, 0]).left_out == 2


@pytest.mark.parametrize(
    ("scores", "criterion"),
    [
        ([], []),
        ([1, 2], [1, 1]),
        ([1, 2], [0, 0]),
        ([1, 2, 3], [0, 1]),
        ([1, 2], [0, 2]),
        ([1, 2], ["no", "yes"]),
        (["a", 2], [0, 1]),
        ([[1], 2], [0, 1]),
        (["1", "nan"], [0, 1]),
        ([Fraction(10**400), 2], [0, 1]),
    ],
)
def test_data_without_a_cut_are_refused(scores, criterion):
    with pytest.raises(CareerpathError):
        optimal_cut(scores, criterion)
