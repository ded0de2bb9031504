"""Synthetic cohorts: their statistics, their seed, and their mark."""

import pandas as pd
import pytest

from careerpath import CareerpathError, Instrument, Tally, load_instrument, simulate_cohort

SHIPPED = load_instrument()


@pytest.mark.parametrize(
    ("mean", "sd", "reliability"), [(75, 22, 0.8), (110, 25, 0.9), (75, 10, 0.3), (140, 8, 0.8)]
)
def test_a_large_cohort_has_what_was_asked_for(mean, sd, reliability):
    made = simulate_cohort(SHIPPED, count=50_000, mean=mean, sd=sd, reliability=reliability, seed=7)
    tally = Tally.of(made.frame, SHIPPED)
    assert tally.count == 50_000
    assert tally.mean == pytest.approx(mean, abs=sd / 50)
    assert tally.sd == pytest.approx(sd, rel=0.02)
    assert tally.alpha() == pytest.approx(reliability, abs=0.015)


@pytest.mark.parametrize("step", [0.5, 2, 5])
def test_other_scales_and_their_answers(step):
    instrument = Instrument.plain(["a", "b", "c"], step=step, management_below=9, mastery_above=20)
    made = simulate_cohort(instrument, count=20_000, sd=30 / 7)
    tally = Tally.of(made.frame, instrument)
    assert not tally.unscored
    assert tally.mean == pytest.approx(15, abs=0.2)
    assert tally.sd == pytest.approx(30 / 7, rel=0.03)
    assert tally.alpha() == pytest.approx(0.8, abs=0.02)


@pytest.mark.parametrize("items", [1, 2, 15, 60])
@pytest.mark.parametrize(
    ("minimum", "maximum", "step"),
    [(1, 7, 1), (0, 10, 0.5), (1, 4, 1), (0, 3, 1), (0, 1, 1), (0, 10, 5), (-3, 3, 1), (0, 50, 1)],
)
def test_the_defaults_suit_every_scale(items, minimum, maximum, step):
    instrument = Instrument.plain(
        [f"q{number}" for number in range(items)],
        minimum=minimum,
        maximum=maximum,
        step=step,
        management_below=minimum * items,
        mastery_above=maximum * items,
    )
    made = simulate_cohort(instrument, count=5_000)
    tally = Tally.of(made.frame, instrument)
    assert not tally.unscored
    assert tally.mean == pytest.approx((minimum + maximum) / 2 * items, abs=made.sd / 15)
    assert tally.sd == pytest.approx(made.sd, rel=0.05)
    if items > 1:
        assert tally.alpha() == pytest.approx(0.8, abs=0.04)


def test_one_item():
    instrument = Instrument.plain(["a"], management_below=3, mastery_above=7)
    tally = Tally.of(simulate_cohort(instrument, count=20_000, sd=2).frame, instrument)
    assert tally.sd == pytest.approx(2, rel=0.03)


def test_the_same_seed_gives_the_same_people_and_another_others():
    one, same, other = (simulate_cohort(SHIPPED, count=20, seed=seed).frame for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(one, same)
    assert not one.equals(other)


def test_the_norms_are_the_default():
    made = simulate_cohort(SHIPPED, count=5)
    norms = SHIPPED.norms
    assert (made.mean, made.sd, made.reliability) == (norms.mean, norms.sd, norms.reliability)


def test_it_says_that_it_is_synthetic():
    made = simulate_cohort(SHIPPED, count=12, seed=3)
    assert made.note == (
        "Synthetic: 12 made-up people from a one-factor model with mean 75, sd 22 and reliability "
        "0.8 (seed 3). No real person answered."
    )
    assert made.frame["person"].tolist()[::11] == ["synthetic-01", "synthetic-12"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"count": 0},
        {"count": 1.5},
        {"count": True},
        {"count": 10**12},
        {"seed": -1},
        {"seed": "x"},
        {"mean": 0},
        {"mean": 151},
        {"mean": float("nan")},
        {"sd": 0},
        {"sd": 80},
        {"mean": 148, "sd": 20},
        {"reliability": 1},
        {"reliability": 0},
        {"reliability": float("nan")},
    ],
    ids=str,
)
def test_statistics_that_no_answers_can_have_are_refused(wrong):
    with pytest.raises(CareerpathError):
        simulate_cohort(SHIPPED, **wrong)
