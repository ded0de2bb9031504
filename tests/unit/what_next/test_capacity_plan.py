"""How few is a few, as it is moved."""

import pytest

from careerpath.what_next.capacity import DEFAULTS
from careerpath.what_next.capacity_plan import FIELDS, CapacityPlan


def test_it_starts_from_the_numbers_with_a_source():
    plan = CapacityPlan()
    assert plan.capacity.reports == 4
    assert {name: plan.shown(name) for name in FIELDS} == {
        "hours_per_week": 40,
        "mastery_share": 50,
        "admin_share": 18,
        "hours_per_report": 3,
    }


@pytest.mark.parametrize("name", FIELDS)
def test_every_start_is_a_step_of_its_control(name):
    field, start = FIELDS[name], DEFAULTS[name].value * FIELDS[name].per
    assert field.low <= start <= field.high
    assert ((start - field.low) / field.step).is_integer()


def test_moving_one_leaves_the_others():
    plan = CapacityPlan()
    plan.move({"hours_per_report": "6"})
    plan.move({"mastery_share": "20"})
    assert plan.capacity.reports == 4
    assert (plan.shown("hours_per_report"), plan.shown("mastery_share")) == (6, 20)


def test_shares_are_exact():
    plan = CapacityPlan()
    plan.move({"mastery_share": "29", "admin_share": "0"})
    assert plan.capacity.arithmetic[0] == "29 % of 40 h for your own expertise = 11.6 h."


@pytest.mark.parametrize("text", ["9", "9999", "-1", "a lot", "NaN", "1e3", "٣"])
def test_what_no_control_can_say_changes_nothing(text):
    plan = CapacityPlan()
    plan.move({"hours_per_week": text})
    assert plan.problem
    assert plan.shown("hours_per_week") == 40
    plan.move({"hours_per_week": "60"})
    assert plan.problem == ""


def test_the_warning_comes_with_more_than_a_few():
    plan = CapacityPlan()
    assert plan.capacity.warning == ""
    plan.move({"mastery_share": "10"})
    assert "three to five" in plan.capacity.warning
