"""Livingston and Lewis's model: its properties, and impossible numbers."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from careerpath import CareerpathError, beta_classification, livingston_lewis

unit = st.floats(0, 1)


def is_sound(found):
    assert 0 <= found.accuracy <= 1
    assert 0 <= found.consistency <= 1
    assert found.kappa is None or -1 <= found.kappa <= 1
    assert 0 <= found.lower < found.upper <= 1
    assert 0 < found.alpha < math.inf
    assert 0 < found.beta < math.inf


@settings(max_examples=300)
@given(
    mean=st.floats(-10, 160),
    sd=st.floats(-1, 200),
    reliability=st.floats(-0.5, 1.5),
    boundaries=st.lists(st.floats(-10, 160), max_size=4).map(sorted),
    count=st.none() | st.integers(2, 10_000),
    skewness=st.none() | st.floats(-5, 5),
    kurtosis=st.none() | st.floats(0, 20),
)
def test_no_moments_crash_the_model(mean, sd, reliability, boundaries, count, skewness, kurtosis):
    try:
        found = livingston_lewis(
            mean,
            sd,
            reliability,
            0,
            150,
            boundaries,
            count=count,
            skewness=skewness,
            kurtosis=kurtosis,
        )
    except CareerpathError:
        return
    is_sound(found)
    if skewness is None or kurtosis is None:
        assert found.fell_back


def test_true_scores_that_hardly_differ_are_all_in_one_band():
    found = livingston_lewis(1.13, 52.86587638544144, 6.2675102747034436e-173, 0, 150, [1.13])
    is_sound(found)


@settings(max_examples=200)
@given(
    ends=st.tuples(unit, unit).map(sorted),
    alpha=st.floats(1e-3, 1e4),
    beta=st.floats(1e-3, 1e4),
    length=st.integers(1, 500),
    boundaries=st.lists(unit, max_size=4).map(sorted),
)
def test_every_beta_gives_possible_shares(ends, alpha, beta, length, boundaries):
    if ends[0] == ends[1]:
        with pytest.raises(CareerpathError):
            beta_classification(*ends, alpha, beta, length, boundaries)
        return
    is_sound(beta_classification(*ends, alpha, beta, length, boundaries))


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("place", range(6))
def test_anything_but_numbers_is_refused(place, value):
    arguments = [100, 20, 0.8, 0, 150, [50, 101]]
    arguments[place] = [50, value] if place == 5 else value
    with pytest.raises(CareerpathError):
        livingston_lewis(*arguments)


def test_four_parameters_are_fitted_if_the_moments_allow_it():
    """The moments of binomial scores on a known beta lead back to that beta."""
    lower, upper, alpha, beta, length = 0.2, 0.9, 4.0, 2.5, 60
    size, span = alpha + beta, upper - lower

    def raw(order):  # of the standard beta
        return math.prod((alpha + i) / (size + i) for i in range(order))

    true = [
        sum(math.comb(order, i) * lower ** (order - i) * span**i * raw(i) for i in range(order + 1))
        for order in range(5)
    ]
    factorial = [true[k] * math.prod(length - i for i in range(k)) for k in range(5)]
    first, second = factorial[1], factorial[2] + factorial[1]
    third = factorial[3] + 3 * factorial[2] + factorial[1]
    fourth = factorial[4] + 6 * factorial[3] + 7 * factorial[2] + factorial[1]
    variance = second - first**2
    skewness = (third - 3 * first * second + 2 * first**3) / variance**1.5
    kurtosis = (fourth - 4 * first * third + 6 * first**2 * second - 3 * first**4) / variance**2
    reliability = (true[2] - true[1] ** 2) * length**2 / variance
    found = livingston_lewis(
        first,
        math.sqrt(variance),
        reliability,
        0,
        length,
        [30],
        skewness=skewness,
        kurtosis=kurtosis,
    )
    assert not found.fell_back
    assert found.effective_length == pytest.approx(length)
    shape = (found.lower, found.upper, found.alpha, found.beta)
    assert shape == pytest.approx((lower, upper, alpha, beta), rel=1e-5)
    known = beta_classification(lower, upper, alpha, beta, length, [0.5])
    assert found.accuracy == pytest.approx(known.accuracy, abs=1e-7)
    assert found.kappa == pytest.approx(known.kappa, abs=1e-7)


def test_everybody_in_one_band_agrees_and_kappa_means_nothing():
    found = livingston_lewis(100, 20, 0.8, 0, 150, [])
    assert (found.accuracy, found.consistency, found.kappa) == (1, 1, None)


def test_a_better_questionnaire_is_more_accurate():
    found = [livingston_lewis(75, 22, r, 0, 150, (50, 101)) for r in (0.5, 0.7, 0.9)]
    assert found[0].accuracy < found[1].accuracy < found[2].accuracy
    assert found[0].consistency < found[1].consistency < found[2].consistency


@pytest.mark.parametrize(
    "wrong",
    [
        {"lower": -0.1},
        {"upper": 1.1},
        {"lower": 0.8},
        {"alpha": 0},
        {"beta": math.inf},
        {"length": 0},
        {"length": 2.5},
        {"boundaries": [0.6, 0.4]},
        {"maximum": 0},
    ],
    ids=str,
)
def test_numbers_that_make_no_model_are_refused(wrong):
    right = {"lower": 0.25, "upper": 0.75, "alpha": 5, "beta": 3, "length": 50, "boundaries": [0.5]}
    with pytest.raises(CareerpathError):
        beta_classification(**(right | wrong))
