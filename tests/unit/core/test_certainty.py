"""The chance of each band, and the smallest change that flips it."""

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kit.strategies import answered, answers_with_total, grid

from careerpath import Band, Instrument, load_instrument, score
from careerpath.core.certainty import band_chances, find_flips
from careerpath.core.instrument import BANDS
from careerpath.core.numbers import exact

SHIPPED = load_instrument()


# Chances


def phi(z):
    return (1 + math.erf(z / math.sqrt(2))) / 2


def test_the_chances_are_those_of_a_normal_distribution_around_the_total():
    chances = band_chances(SHIPPED, 93, 9)
    assert chances[Band.MASTERY] == pytest.approx(1 - phi(7.5 / 9), abs=1e-12)
    assert chances[Band.MASTERY] == pytest.approx(0.2023, abs=5e-5)
    assert chances[Band.MANAGEMENT] == pytest.approx(phi(-43.5 / 9), abs=1e-12)
    assert list(chances) == list(BANDS)


def test_a_total_on_the_line_between_two_bands_is_even_odds():
    assert band_chances(SHIPPED, 49.5, 9)[Band.MANAGEMENT] == pytest.approx(0.5)
    assert band_chances(SHIPPED, 100.5, 9)[Band.MASTERY] == pytest.approx(0.5)


@given(st.integers(0, 150), st.floats(0.001, 1000))
def test_the_chances_mirror_each_other_around_the_middle(total, error):
    here, there = band_chances(SHIPPED, total, error), band_chances(SHIPPED, 150 - total, error)
    assert here[Band.MANAGEMENT] == pytest.approx(there[Band.MASTERY], abs=1e-12)
    assert here[Band.BOTH] == pytest.approx(there[Band.BOTH], abs=1e-12)


@given(answered(), st.floats(0.001, 1000))
def test_the_chances_are_chances_and_add_up_to_one(case, error):
    instrument, answers = case
    chances = band_chances(instrument, score(instrument, answers).total, error)
    assert sum(chances.values()) == pytest.approx(1)
    assert all(0 <= chance <= 1 for chance in chances.values())


def test_a_band_that_no_total_reaches_has_no_chance():
    wide = SHIPPED.with_cut_scores(management_below=0, mastery_above=150)
    assert band_chances(wide, 0, 9) == {Band.MANAGEMENT: 0, Band.BOTH: 1, Band.MASTERY: 0}
    split = SHIPPED.with_cut_scores(management_below=75.5, mastery_above=75.5)
    chances = band_chances(split, 75, 9)
    assert chances[Band.BOTH] == pytest.approx(0, abs=1e-12)
    assert sum(chances.values()) == pytest.approx(1)


def test_a_cut_score_between_two_totals_counts_as_the_total_that_it_cuts_at():
    between = SHIPPED.with_cut_scores(management_below=49.5, mastery_above=100.5)
    assert band_chances(between, 60, 9) == pytest.approx(band_chances(SHIPPED, 60, 9))


# Flips


def moved(instrument, answers, flip, total, points):
    """Carry out a flip: move as many answers as it says, each by at most the points it says."""
    rising = BANDS.index(flip.band) > BANDS.index(instrument.cut_scores.band(total))
    scale = instrument.scale
    keyed_answers = score(instrument, answers).keyed
    each, rest = exact(flip.each), points

    def room(item):
        keyed = exact(keyed_answers[item.id])
        return exact(scale.maximum) - keyed if rising else keyed - exact(scale.minimum)

    after = dict(answers)
    for item in sorted(instrument.items, key=room, reverse=True)[: flip.answers]:
        move = min(room(item), each, rest)
        rest -= move
        up = rising == (item.mastery_side == "right")
        after[item.id] = float(exact(answers[item.id]) + (move if up else -move))
    assert rest == 0, "the flip cannot be carried out as told"
    return score(instrument, after)


@given(answered())
def test_a_flip_carried_out_as_told_reaches_its_band_and_one_step_less_does_not(case):
    instrument, answers = case
    result = score(instrument, answers)
    for flip in find_flips(instrument, result):
        points = exact(flip.points)
        assert moved(instrument, answers, flip, result.total, points).band is flip.band
        short = points - exact(instrument.scale.step)
        assert moved(instrument, answers, flip, result.total, short).band is result.band


@given(answered(most_items=3, most_steps=3))
def test_no_smaller_change_flips(case):
    """Against every other way to answer."""
    instrument, answers = case
    result = score(instrument, answers)
    here = exact(result.total)
    nearest = {}
    for other in itertools.product(grid(instrument), repeat=len(instrument.items)):
        there = score(instrument, dict(zip(instrument.item_ids, other, strict=True)))
        if there.band is not result.band:
            rising = there.total > result.total
            change = (abs(exact(there.total) - here), there.band)
            nearest[rising] = min(nearest.get(rising, change), change)
    flips = find_flips(instrument, result)
    assert sorted((exact(flip.points), flip.band) for flip in flips) == sorted(nearest.values())
    assert list(flips) == sorted(flips, key=lambda flip: flip.points)


def test_no_flip_leads_into_a_band_that_no_total_reaches():
    instrument = SHIPPED.with_cut_scores(management_below=0, mastery_above=150)
    assert find_flips(instrument, score(instrument, answers_with_total(SHIPPED, 75))) == ()


def test_a_flip_skips_an_empty_band_between_two_others():
    instrument = SHIPPED.with_cut_scores(management_below=75.5, mastery_above=75.5)
    (flip,) = find_flips(instrument, score(instrument, answers_with_total(SHIPPED, 75)))
    assert (flip.band, flip.points) == (Band.MASTERY, 1)


def test_points_of_a_flip_are_exact():
    instrument = Instrument.plain(
        ["a", "b"], maximum=1, step=0.1, management_below=0.5, mastery_above=1.5
    )
    (flip, _) = find_flips(instrument, score(instrument, {"a": 0.6, "b": 0.1}))
    assert (flip.band, flip.points, flip.each) == (Band.MANAGEMENT, 0.3, 0.3)


def test_a_flip_prefers_few_answers_and_small_moves():
    (flip, _) = find_flips(SHIPPED, score(SHIPPED, dict.fromkeys(SHIPPED.item_ids, 5)))
    assert (flip.points, flip.answers, flip.each) == (26, 9, 3)
