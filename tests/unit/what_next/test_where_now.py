"""Where are you now: how a result goes with the path, the people and the week."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careerpath import load_instrument
from careerpath.core.errors import CareerpathError
from careerpath.what_next.next_steps import next_steps, reading
from careerpath.what_next.where_now import MOST_REPORTS, CareerPath, Fit, Week, where_now

INSTRUMENT = load_instrument()
paths = st.sampled_from(list(CareerPath))
hours = st.decimals(0, 50, places=1).map(float)
weeks = st.builds(Week, expertise=hours.map(lambda each: each + 0.5), people=hours, other=hours)


def said(outcome):
    return " ".join([outcome.headline, *outcome.words])


@given(band=paths, path=paths, reports=st.integers(0, MOST_REPORTS), week=st.none() | weeks)
def test_every_combination_has_words_three_steps_and_roles(band, path, reports, week):
    outcome = where_now(INSTRUMENT, band, path, reports=reports, week=week)
    assert len(outcome.steps) == 3
    assert outcome.roles
    assert outcome.words
    assert "normal" in outcome.always


@given(band=paths, path=paths, reports=st.integers(0, MOST_REPORTS), week=st.none() | weeks)
def test_it_fits_only_if_band_and_path_are_the_same(band, path, reports, week):
    fit = where_now(INSTRUMENT, band, path, reports=reports, week=week).fit
    assert (fit in (Fit.FITS, Fit.STRAINED)) == (band is path)
    assert (fit is Fit.AGAINST) == ({band, path} == {CareerPath.MASTERY, CareerPath.MANAGEMENT})


def test_suited_to_mastery_managing_nine():
    outcome = where_now(INSTRUMENT, "mastery", "management", reports=9)
    assert outcome.headline == "Suited to mastery, managing nine"
    assert outcome.fit is Fit.AGAINST


def test_for_a_master_more_than_five_people_are_more_than_a_few():
    five = where_now(INSTRUMENT, "both", "both", reports=5)
    six = where_now(INSTRUMENT, "both", "both", reports=6)
    assert five.fit is Fit.FITS
    assert six.fit is Fit.STRAINED
    assert "Six is more than a few" in said(six)
    assert "McKinsey" in said(six)


def test_a_manager_with_more_than_the_average_is_told():
    assert where_now(INSTRUMENT, "management", "management", reports=12).fit is Fit.FITS
    thirteen = where_now(INSTRUMENT, "management", "management", reports=13)
    assert "13 is more than the average manager has" in said(thirteen)


def test_the_week_can_contradict_the_named_path():
    week = Week(expertise=30, people=5, other=5)
    named = where_now(INSTRUMENT, "management", "management", reports=3, week=week)
    assert "75 % of your week is your own work" in said(named)
    assert "People get 12 % of your week" in said(named)
    assert "gets 1.6 hours of your week" in said(named)
    one = where_now(
        INSTRUMENT, "both", "both", reports=3, week=Week(expertise=30, people=3, other=5)
    )
    assert "gets 1 hour of your week" in said(one)
    short = where_now(
        INSTRUMENT, "both", "both", reports=3, week=Week(expertise=30, people=8.9, other=5)
    )
    assert "gets 2.9 hours of your week" in said(short)


@pytest.mark.parametrize("reports", [-1, 2.5, MOST_REPORTS + 1, float("nan"), True, "9"])
def test_invalid_numbers_of_people_are_refused(reports):
    with pytest.raises(CareerpathError, match="not a number of direct reports"):
        where_now(INSTRUMENT, "both", "both", reports=reports)


def test_an_unscored_result_has_no_words():
    with pytest.raises(CareerpathError, match="Choose one of"):
        where_now(INSTRUMENT, "unscored", "both")


@pytest.mark.parametrize(
    "values",
    [
        {"expertise": -1, "people": 0},
        {"expertise": 0, "people": 0},
        {"expertise": 100, "people": 100},
        {"expertise": float("inf"), "people": 0},
    ],
)
def test_impossible_weeks_are_refused(values):
    with pytest.raises(CareerpathError, match="Correct them"):
        Week(**values)


@pytest.mark.parametrize("band", ["mastery", "both", "management"])
def test_each_band_has_steps_and_readings_with_their_sources(band):
    assert len(next_steps(band)) == 3
    assert all(each.says and each.source for each in reading(band))
