"""Where are you now, as a form: what is typed, and what comes of it."""

import pytest

from careerpath import Band, load_instrument
from careerpath.what_next.current_path import CurrentPath

INSTRUMENT = load_instrument()


def looked(band=Band.MASTERY, **fields):
    model = CurrentPath()
    model.look(INSTRUMENT, band, fields)
    return model


def test_path_and_reports_are_enough():
    model = looked(path="management", reports="9")
    assert model.outcome.headline == "Suited to mastery, managing nine"
    assert model.problem == ""


def test_no_reports_are_none():
    assert looked(path="mastery").outcome.headline == "Suited to mastery, working as a master"


def test_the_week_is_read_with_a_comma_or_a_point():
    words = looked(
        path="both", reports="2", expertise="3,5", people="16.5", other="20"
    ).outcome.words
    assert any("9 % of your week" in each for each in words)


def test_what_is_left_blank_is_not_taken_for_none():
    blank, none = looked(path="management"), looked(path="management", reports="0")
    assert not any("You manage nobody" in each for each in blank.outcome.words)
    assert any("You manage nobody" in each for each in none.outcome.words)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({}, "Choose first what you do now"),
        ({"path": "unscored"}, "Choose first what you do now"),
        ({"path": "both", "reports": "nine"}, "The people you manage cannot be 'nine'"),
        ({"path": "both", "reports": "2.5"}, "no number of direct reports"),
        ({"path": "both", "reports": "-1"}, "no number of direct reports"),
        ({"path": "both", "reports": "\u0661"}, "cannot be '\u0661'"),
        ({"path": "both", "people": "lots"}, "The hours for people cannot be 'lots'"),
        (
            {"path": "both", "expertise": "0", "people": "200", "other": "0"},
            "must be a number from 0 to 168",
        ),
        ({"path": "both", "expertise": "0", "people": "0", "other": "0"}, "add up to 0"),
        ({"path": "both", "reports": "8", "expertise": "10"}, "The week is not complete"),
        ({"path": "both", "expertise": "9" * 500}, "cannot be"),
    ],
)
def test_what_cannot_be_read_is_told_and_what_was_typed_stays(fields, told):
    model = looked(**fields)
    assert told in model.problem
    assert model.outcome is None
    assert {name: text for name, text in model.typed.items() if text} == fields


def test_changed_answers_change_what_is_said():
    model = looked(path="management", reports="9")
    model.follow(INSTRUMENT, Band.MANAGEMENT)
    assert model.outcome.headline == "Suited to management, managing nine"


def test_nothing_is_said_before_it_is_asked_for():
    model = CurrentPath()
    model.follow(INSTRUMENT, Band.MANAGEMENT)
    assert model.outcome is None
