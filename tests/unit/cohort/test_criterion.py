"""Cuts against a criterion, and the four fifths rule."""

import math
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from careerpath import Band, CareerpathError, adverse_impact, optimal_cut

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
def test_what_makes_no_cut_is_refused(scores, criterion):
    with pytest.raises(CareerpathError):
        optimal_cut(scores, criterion)


def test_four_fifths_are_exact():
    for favoured, under in [(39, True), (40, False), (41, False)]:
        found = adverse_impact(
            {"a": {"mastery": 50, "both": 50}, "b": {"mastery": favoured, "both": 100 - favoured}},
            "mastery",
        )
        assert found.under_four_fifths == {"a": False, "b": under}
    # .56 / .7 is a hair under .8 in floating point.
    found = adverse_impact(
        {"a": {"both": 70, "mastery": 30}, "b": {"both": 56, "mastery": 44}}, "both"
    )
    assert found.ratio["b"] == 0.8
    assert not found.under_four_fifths["b"]


def test_bands_of_people_and_counts_are_the_same():
    people = {"a": [Band.MASTERY, "both", "unscored"], "b": pd.Series(["both", "both"])}
    counts = {"a": {Band.MASTERY: 1, "both": 1, "unscored": 1}, "b": {"both": 2}}
    found = adverse_impact(people, Band.MASTERY)
    assert found == adverse_impact(counts, "mastery")
    assert found.rate == {"a": 0.5, "b": 0}
    assert found.people == {"a": 2, "b": 2}
    assert found.unscored == {"a": 1, "b": 0}


def test_where_nobody_is_favoured_nobody_is_worse_off():
    found = adverse_impact({"a": ["both"], "b": ["both"]}, "mastery")
    assert found.ratio == {"a": 1, "b": 1}
    assert not any(found.under_four_fifths.values())


@pytest.mark.parametrize(
    ("groups", "favoured"),
    [
        ({}, "mastery"),
        ({"a": []}, "mastery"),
        ({"a": ["unscored"]}, "mastery"),
        ({"a": ["master"]}, "mastery"),
        ({"a": ["both"]}, "master"),
        ({"a": ["both"]}, "unscored"),
        ({"a": "both"}, "mastery"),
        ({"a": {"both": -1}}, "mastery"),
        ({"a": {"both": 1.5}}, "mastery"),
    ],
)
def test_what_cannot_be_compared_is_refused(groups, favoured):
    with pytest.raises(CareerpathError):
        adverse_impact(groups, favoured)
