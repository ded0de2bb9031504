"""The four-fifths rule."""

import pandas as pd
import pytest

from careerpath import Band, CareerpathError, adverse_impact


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


def test_if_nobody_is_in_the_favoured_band_all_ratios_are_one():
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
def test_groups_that_cannot_be_compared_are_refused(groups, favoured):
    with pytest.raises(CareerpathError):
        adverse_impact(groups, favoured)
