"""Published figures, and R's, from public data: to seven decimals."""

import math

import numpy as np
import pytest
from scipy import special, stats
from scipy.integrate import quad

from careerpath import (
    Band,
    CutScores,
    Instrument,
    Tally,
    beta_classification,
    cronbach_alpha,
    livingston_lewis,
    true_score,
)


def to_seven_decimals(number):
    return pytest.approx(number, abs=5e-8, rel=0)


def to_the_digits_given(number, digits):
    return pytest.approx(number, abs=0.6 * 10**-digits, rel=0)


# attitude


def test_attitude_alpha(attitude):
    found = cronbach_alpha(attitude)
    assert found.alpha == to_seven_decimals(0.8431427696)
    assert found.low == to_seven_decimals(0.7393756857)
    assert found.high == to_seven_decimals(0.9157730722)
    assert (found.n, found.left_out) == (30, 0)
    assert found.mean == to_seven_decimals(423.0666667)
    assert found.sd == to_seven_decimals(57.74852339)
    assert found.standard_error == to_seven_decimals(22.87142137)


def test_attitude_from_a_tally(attitude):
    instrument = Instrument.plain(
        list(attitude.columns), maximum=100, management_below=200, mastery_above=500
    )
    tally = Tally.of(attitude, instrument)
    assert tally.alpha() == to_seven_decimals(0.8431427696)
    assert tally.alpha_interval() == (
        to_seven_decimals(0.7393756857),
        to_seven_decimals(0.9157730722),
    )
    assert tally.mean == to_seven_decimals(423.0666667)
    assert tally.sd == to_seven_decimals(57.74852339)
    assert tally.standard_error() == to_seven_decimals(22.87142137)
    items = {each.item: each for each in tally.items()}
    assert items["rating"].item_rest == to_seven_decimals(0.6712620572)
    assert items["critical"].item_rest == to_seven_decimals(0.2650343392)
    assert items["rating"].alpha_if_dropped == to_seven_decimals(0.8097602063)
    assert items["critical"].alpha_if_dropped == to_seven_decimals(0.8638723114)


# bfi


def test_bfi_agreeableness(bfi):
    frame = bfi[["A1", "A2", "A3", "A4", "A5"]].assign(A1=lambda f: 7 - f["A1"])
    found = cronbach_alpha(frame)
    assert found.alpha == to_seven_decimals(0.7037558944)
    assert (found.n, found.left_out) == (2709, 91)


@pytest.fixture(scope="module")
def tally(bfi15, plain15):
    return Tally.of(bfi15, plain15)


def test_bfi15_totals_and_bands(tally, plain15):
    assert tally.count == 2563
    assert tally.mean == to_seven_decimals(100.4042138)
    assert tally.sd == to_seven_decimals(21.78832626)
    assert tally.alpha() == to_seven_decimals(0.8062896363)
    assert tally.alpha_interval() == (
        to_seven_decimals(0.7951348544),
        to_seven_decimals(0.8170954421),
    )
    assert tally.standard_error() == to_seven_decimals(9.589595709)
    assert list(tally.counts(plain15.cut_scores).values()) == [45, 1190, 1328]


def test_bfi15_livingston_lewis(tally, plain15):
    found = tally.classification(plain15.cut_scores)
    assert found.effective_length == to_the_digits_given(49.98736, 5)
    assert found.fell_back
    assert (found.lower, found.upper) == (0, 1)
    assert found.alpha == to_seven_decimals(8.042943822)
    assert found.beta == to_seven_decimals(3.972902202)
    assert found.accuracy == to_seven_decimals(0.8464419826)
    assert found.consistency == to_seven_decimals(0.7856304612)
    assert found.kappa == to_seven_decimals(0.5817337107)


def test_bfi15_livingston_lewis_from_the_moments(tally):
    moments = (tally.mean, tally.sd, tally.alpha(), 0, 150, (50, 101))
    found = livingston_lewis(*moments, count=tally.count)
    assert found.alpha == to_seven_decimals(8.042943822)
    assert found.accuracy == to_seven_decimals(0.8464419826)
    # Without the number of people the sample's sd is used as theirs, which differs very little.
    assert livingston_lewis(*moments).accuracy == pytest.approx(found.accuracy, abs=1e-3)


def test_bfi15_kelley(tally):
    found = tally.true_score(101)
    assert found.mean == to_the_digits_given(100.88459, 5)
    assert found.sd == to_the_digits_given(8.610846, 6)
    assert stats.norm.sf(100.5, found.mean, found.sd) == to_the_digits_given(0.517812, 6)
    assert found == true_score(101, mean=tally.mean, sd=tally.sd, reliability=tally.alpha())


# Livingston and Lewis on a beta that is known


def r_integrates(shape, length, start):
    """Accuracy, consistency and kappa as R's betafunctions gets them.

    It integrates from 0 to 1, also where the beta ends before, with R's default tolerance, and
    divides by what it gets for the whole.
    """
    lower, upper, alpha, beta = shape
    tolerance = np.finfo(float).eps ** 0.25

    def density(p):
        return stats.beta.pdf((p - lower) / (upper - lower), alpha, beta) / (upper - lower)

    def below(p):
        return special.bdtr(start - 1, length, p)

    def integral(function, low, high):
        return quad(
            lambda p: density(p) * function(p), low, high, epsabs=tolerance, epsrel=tolerance
        )[0]

    cut = start / length
    right = integral(below, 0, cut) + integral(lambda p: 1 - below(p), cut, 1)
    wrong = integral(below, cut, 1) + integral(lambda p: 1 - below(p), 0, cut)
    low, high = (
        integral(lambda p: below(p) ** 2, 0, 1),
        integral(lambda p: (1 - below(p)) ** 2, 0, 1),
    )
    mixed = integral(lambda p: below(p) * (1 - below(p)), 0, 1)
    consistency = (low + high) / (low + high + 2 * mixed)
    chance = (low + mixed) ** 2 + (high + mixed) ** 2
    return right / (right + wrong), consistency, (consistency - chance) / (1 - chance)


def exactly(shape, length, start):
    """Consistency and kappa by Gauss-Jacobi quadrature, which is exact for a polynomial."""
    lower, upper, alpha, beta = shape
    nodes, weights = special.roots_jacobi(length + 1, beta - 1, alpha - 1)
    below = special.bdtr(start - 1, length, lower + (upper - lower) * (nodes + 1) / 2)
    weights = weights / weights.sum()
    consistency = weights @ (below**2 + (1 - below) ** 2)
    share = weights @ below
    chance = share**2 + (1 - share) ** 2
    return consistency, (consistency - chance) / (1 - chance)


def test_beta_classification():
    found = beta_classification(
        lower=0.25, upper=0.75, alpha=5, beta=3, length=50, boundaries=[0.5]
    )
    # R's figures have an integration error of up to 2e-7. r_integrates repeats it to ten
    # decimals, which shows that R's figures and the exact ones differ only by this error.
    published = (0.836980917, 0.7749908311, 0.3978855608)
    shape = (0.25, 0.75, 5, 3)
    assert r_integrates(shape, 50, 25) == pytest.approx(published, abs=1e-10, rel=0)
    assert (found.consistency, found.kappa) == pytest.approx(exactly(shape, 50, 25), abs=1e-12)
    assert found.accuracy == to_seven_decimals(published[0])
    assert found.consistency == to_seven_decimals(published[1])
    assert found.kappa == pytest.approx(published[2], abs=2e-7, rel=0)


@pytest.mark.parametrize("reliability", [0.5, 0.7, 0.8, 0.9])
def test_the_normal_limit_cut_at_the_median(reliability):
    """Bivariate normal, cut at the median: consistency = 1/2 + asin(r) / pi."""
    # A long test whose totals differ little is close to normal.
    found = livingston_lewis(0.5, 0.004, reliability, 0, 1, [0.5])
    assert found.consistency == pytest.approx(
        0.5 + math.asin(reliability) / math.pi, abs=1.5 / math.sqrt(found.effective_length)
    )


def test_cut_scores_on_whole_points(tally):
    cuts = CutScores(management_below=50, mastery_above=100)
    shares = tally.shares(cuts)
    assert shares[Band.MASTERY] == tally.totals[101:].sum() / 2563
    assert shares[Band.MANAGEMENT] == tally.totals[:50].sum() / 2563
