"""How answers are distributed and how much people disagree, against counts of the people."""

from collections import Counter
from itertools import combinations

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from careerpath import CutScores, Instrument, Tally, load_instrument
from careerpath.cohort.distribution import (
    APART,
    TOGETHER,
    Distribution,
    distribution_of_facet,
    distribution_of_items,
    measure_disagreement,
    near_a_line,
)

INSTRUMENT = load_instrument()
# Drawn as bytes: drawing each answer by itself takes most of the time.
ROOMS = (
    st.integers(2, 20)
    .flatmap(lambda people: st.binary(min_size=15 * people, max_size=15 * people))
    .map(lambda drawn: np.frombuffer(drawn, np.uint8).reshape(-1, 15) % 11)
    .map(lambda rows: pd.DataFrame(rows.astype(int), columns=list(INSTRUMENT.item_ids)))
)
CUTS = st.tuples(st.integers(0, 150), st.integers(0, 150)).map(sorted)
ONE = Instrument.plain(["a"], maximum=100, management_below=40, mastery_above=60)


def keyed(frame):
    """The answers, toward mastery."""
    turned = [item.id for item in INSTRUMENT.items if item.mastery_side == "left"]
    return frame.assign(**{name: 10 - frame[name] for name in turned})


def tally_of(frame):
    """The tally of a frame: by Polars, which takes a third of the time for so few people."""
    return Tally.of(pl.from_pandas(frame), INSTRUMENT)


def totals_of(*totals):
    return Tally.of(pd.DataFrame({"a": totals}), ONE)


@settings(max_examples=40)
@given(ROOMS)
def test_the_answers_to_a_facet_are_all_answers_to_its_items(frame):
    tally = tally_of(frame)
    for facet in INSTRUMENT.facets:
        names = [item.id for item in INSTRUMENT.items_of(facet.id)]
        given = Counter(keyed(frame)[names].to_numpy().ravel().tolist())
        found = distribution_of_facet(tally, INSTRUMENT, facet.id)
        assert dict(found.bars) == {value: given[value] for value in range(11)}
        assert found.count == 3 * len(frame)
        assert found == distribution_of_items(tally, names)


@given(st.lists(st.integers(0, 10), min_size=1, max_size=50))
def test_the_middle_half_leaves_a_quarter_on_either_side_at_most(values):
    counted = Counter(values)
    found = Distribution(tuple(range(11)), tuple(counted[value] for value in range(11)))
    low, high = found.middle_half
    assert low in counted
    assert high in counted
    assert 4 * sum(value < low for value in values) < len(values)
    assert 4 * sum(value > high for value in values) <= len(values)
    assert 2 * sum(low <= value <= high for value in values) >= len(values)


@settings(max_examples=40)
@given(ROOMS, CUTS)
def test_apart_is_the_share_of_all_pairs_in_different_bands(frame, cuts):
    moved = CutScores(management_below=cuts[0], mastery_above=cuts[1])
    found = measure_disagreement(tally_of(frame), moved)
    bands = [moved.band(total) for total in keyed(frame).sum(axis=1)]
    pairs = list(combinations(bands, 2))
    assert found.apart == pytest.approx(sum(a != b for a, b in pairs) / len(pairs))
    assert found.count == len(frame)
    assert found.in_largest == max(Counter(bands).values()) == Counter(bands)[found.largest]
    assert found.totals.count == len(frame)


def test_words_for_how_much_people_disagree():
    cuts = ONE.cut_scores
    alike, divided, apart = (
        measure_disagreement(totals_of(*totals), cuts)
        for totals in ([50] * 10, [50] * 7 + [90] * 3, [10] * 4 + [50] * 3 + [90] * 3)
    )
    assert (alike.apart, alike.words) == (0, "Mostly of one mind")
    assert TOGETHER < divided.apart < APART
    assert divided.words == "Divided"
    assert apart.apart > APART
    assert apart.words == "Far apart"


def test_two_equal_camps_are_far_apart_and_the_largest_is_the_first():
    found = measure_disagreement(totals_of(10, 10, 90, 90), ONE.cut_scores)
    assert (str(found.largest), found.in_largest, found.words) == ("management", 2, "Far apart")


@pytest.mark.parametrize(
    ("reach", "near"), [(0.4, 0), (0.5, 2), (1.4, 2), (1.5, 4), (10.4, 4), (10.5, 5), (100, 6)]
)
def test_people_near_a_line_are_counted(reach, near):
    # The lines are at 39.5 and 60.5.
    tally = totals_of(0, 39, 41, 50, 59, 61)
    assert near_a_line(tally, ONE.cut_scores, reach=reach) == near


def test_a_band_without_totals_has_no_line():
    everybody = CutScores(management_below=0, mastery_above=100)
    assert near_a_line(totals_of(0, 1, 99, 100), everybody, reach=5) == 0


def test_half_points_have_lines_between_them():
    halves = Instrument.plain(
        ["a", "b"], maximum=1, step=0.5, management_below=0.5, mastery_above=1.5
    )
    tally = Tally.of(pd.DataFrame({"a": [0, 0.5, 1, 1], "b": [0, 0, 0.5, 1]}), halves)
    # Totals 0, 0.5, 1.5, 2; the lines are at 0.25 and 1.75.
    assert near_a_line(tally, halves.cut_scores, reach=0.2) == 0
    assert near_a_line(tally, halves.cut_scores, reach=0.25) == 4
