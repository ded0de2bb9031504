"""How many people somebody can manage and still work as an expert."""

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careerpath import direct_report_capacity
from careerpath.core.errors import CareerpathError
from careerpath.what_next.capacity import DEFAULTS

weeks = st.decimals(0, 168, places=1).map(float) | st.floats(0, 168)
shares = st.decimals(0, 1, places=2).map(float) | st.floats(0, 1)
each_hours = st.decimals("0.1", 168, places=1).map(float) | st.floats(0.1, 168)
inputs = st.fixed_dictionaries(
    {
        "hours_per_week": weeks,
        "mastery_share": shares,
        "admin_share": shares,
        "hours_per_report": each_hours,
    }
)


def test_the_default_week_has_room_for_four():
    capacity = direct_report_capacity()
    assert capacity.reports == 4
    assert dict(capacity.week) == {
        "own expertise": 20,
        "administration": 7.2,
        "people": 12,
        "spare": 0.8,
    }
    assert capacity.people_hours == 12.8
    assert capacity.arithmetic == (
        "50 % of 40 h for your own expertise = 20 h.",
        "18 % of 40 h for administration = 7.2 h.",
        "40 h - 20 h - 7.2 h = 12.8 h left for people.",
        "12.8 h / 3 h for each person = 4 people, with 0.8 h to spare.",
    )
    assert capacity.warning == ""


def test_six_hours_for_each_person_leave_room_for_two():
    assert direct_report_capacity(hours_per_report=6).reports == 2


def test_the_defaults_are_those_that_carry_a_source():
    told = {name: default.value for name, default in DEFAULTS.items()}
    assert direct_report_capacity(**told) == direct_report_capacity()
    assert all(default.source and default.meaning for default in DEFAULTS.values())


def test_it_says_where_the_two_jobs_stop_fitting():
    capacity = direct_report_capacity()
    assert capacity.stops_fitting == (
        "With 5 people the two jobs no longer fit: they need 42.2 h of 40 h. With 11 people, "
        "managing alone takes more than the week, with nothing left for your own expertise."
    )
    rest = capacity.expertise_hours + capacity.admin_hours
    assert rest + 5 * capacity.hours_per_report > 40 >= rest + 4 * capacity.hours_per_report
    assert capacity.reports_without_expertise == 10


def test_more_than_five_people_to_manage_give_a_warning():
    assert not direct_report_capacity(hours_per_report=2.56).warning  # five, to the minute
    capacity = direct_report_capacity(hours_per_report=2)
    assert capacity.reports == 6
    assert "three to five (McKinsey" in capacity.warning
    assert not direct_report_capacity(mastery_share=0, hours_per_report=2).warning


def test_shares_above_the_week_leave_no_room_and_state_the_overrun():
    capacity = direct_report_capacity(mastery_share=0.9)
    assert (capacity.reports, capacity.people_hours, capacity.overrun_hours) == (0, 0, 3.2)
    assert capacity.arithmetic[-1] == (
        "Nothing is left for people; the two together go over by 3.2 h."
    )


@given(inputs)
def test_never_negative_and_the_parts_make_the_week(given_):
    capacity = direct_report_capacity(**given_)
    assert capacity.reports >= 0
    assert min(capacity.week.values()) >= 0
    whole = sum(capacity.week.values())
    assert math.isclose(
        whole, capacity.hours_per_week + capacity.overrun_hours, rel_tol=1e-9, abs_tol=1e-9
    )


@given(inputs)
def test_nobody_fits_if_no_hours_are_left(given_):
    mastery = Fraction(str(given_["mastery_share"]))
    given_["admin_share"] = float(1 - mastery)
    if mastery + Fraction(str(given_["admin_share"])) >= 1:
        assert direct_report_capacity(**given_).reports == 0
    assert direct_report_capacity(**(given_ | {"hours_per_week": 0})).reports == 0


@given(inputs, st.sampled_from(list(DEFAULTS)), st.data())
def test_monotone_in_each_input(given_, name, data):
    of = {"hours_per_week": weeks, "hours_per_report": each_hours}.get(name, shares)
    low, high = sorted((given_[name], data.draw(of)))
    fewer, more = (
        direct_report_capacity(**(given_ | {name: each})).reports for each in (low, high)
    )
    assert fewer <= more if name == "hours_per_week" else fewer >= more


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("hours_per_week", 169, "from 0 to 168, not 169"),
        ("hours_per_week", -1, "from 0 to 168"),
        ("mastery_share", 50, "from 0 to 1, not 50. Write 50 % as 0.5."),
        ("admin_share", math.nan, "not nan"),
        ("hours_per_report", 0, "from 0.1 to 168, not 0"),
        ("hours_per_report", "three", "not 'three'"),
        ("mastery_share", True, "not True"),
        ("hours_per_week", math.inf, "not inf"),
        ("hours_per_week", 10**400, "hours_per_week must be"),
    ],
)
def test_invalid_numbers_are_refused(name, value, told):
    with pytest.raises(CareerpathError, match=name) as caught:
        direct_report_capacity(**{name: value})
    assert told in str(caught.value)
