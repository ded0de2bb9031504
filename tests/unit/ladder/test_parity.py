"""What makes one ladder less attractive than the other, and how to fix it."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kit.ladders import ladders

from careerpath import DualLadder, compare_aspects, find_disparities, ladder_markdown
from careerpath.core.instrument_lint import Severity
from careerpath.ladder.findings import WHY, Aspect, standing
from careerpath.ladder.ladder import LadderError, Pay, Rung, Side, Voice
from careerpath.ladder.report import LadderReport

PERFECT = DualLadder.example()
NAMES = [level.name for level in PERFECT.levels]


def changed(name, side, **changes):
    """The perfect ladder with one rung changed."""
    rung = PERFECT.level(name).rung(side)
    data = {key: getattr(rung, key) for key in type(rung).model_fields} | changes
    return PERFECT.with_rung(name, side, type(rung)(**data))


def paid(minimum, maximum, currency="EUR"):
    return Pay(minimum=minimum, maximum=maximum, currency=currency)


def told(ladder, **options):
    return [
        (finding.level, finding.aspect, finding.level_name, finding.side)
        for finding in find_disparities(ladder, **options)
    ]


def compared(ladder):
    return compare_aspects(ladder, find_disparities(ladder))


def test_a_perfect_ladder_has_no_findings():
    assert find_disparities(PERFECT) == ()
    assert all(row.at_par and row.words == "Equal at 4 levels" for row in compared(PERFECT))
    assert [row.aspect for row in compared(PERFECT)] == list(Aspect)


@pytest.mark.parametrize("name", NAMES)
def test_removing_a_mastery_rung_yields_exactly_its_finding(name):
    ladder = PERFECT.without_rung(name, "mastery")
    assert told(ladder) == [(Severity.ERROR, Aspect.RUNGS, name, Side.MASTERY)]
    (finding,) = find_disparities(ladder)
    assert ("ends below it" in finding.fact) == (name == NAMES[-1])
    assert repr(name) in finding.fact


@pytest.mark.parametrize("name", NAMES)
def test_removing_a_management_rung_yields_exactly_its_finding(name):
    ladder = PERFECT.without_rung(name, "management")
    assert told(ladder) == [(Severity.NOTE, Aspect.RUNGS, name, Side.MANAGEMENT)]


@pytest.mark.parametrize("name", NAMES[:-1])
def test_without_one_level_the_others_are_equal(name):
    assert find_disparities(PERFECT.without_level(name)) == ()


def test_without_its_top_level_the_next_one_needs_the_voice_of_the_top():
    left = PERFECT.without_level(NAMES[-1])
    assert told(left) == [(Severity.ERROR, Aspect.VOICE, NAMES[-2], Side.MASTERY)]


MASTERY, MANAGEMENT = Side
TWICE = PERFECT.level("Staff").mastery.scope


@pytest.mark.parametrize(
    ("name", "side", "changes", "expected"),
    [
        ("Staff", "mastery", {"direct_reports": 2}, (Severity.ERROR, Aspect.REPORTS, MASTERY)),
        ("Staff", "mastery", {"up_or_out": True}, (Severity.ERROR, Aspect.STAYING, MASTERY)),
        (
            "Staff",
            "management",
            {"up_or_out": True},
            (Severity.WARNING, Aspect.STAYING, MANAGEMENT),
        ),
        ("Staff", "mastery", {"scope": ""}, (Severity.ERROR, Aspect.SCOPE, MASTERY)),
        ("Staff", "management", {"scope": ""}, (Severity.ERROR, Aspect.SCOPE, MANAGEMENT)),
        ("Staff", "mastery", {"decision_rights": ""}, (Severity.ERROR, Aspect.DECISIONS, MASTERY)),
        ("Staff", "mastery", {"recognition": ""}, (Severity.WARNING, Aspect.RECOGNITION, MASTERY)),
        ("Principal", "mastery", {"scope": TWICE}, (Severity.WARNING, Aspect.SCOPE, MASTERY)),
        ("Staff", "mastery", {"pay": None}, (Severity.WARNING, Aspect.PAY, MASTERY)),
        ("Staff", "mastery", {"pay": paid(58, 76, "USD")}, (Severity.ERROR, Aspect.PAY, None)),
        ("Staff", "mastery", {"pay": paid(56000, 70000)}, (Severity.ERROR, Aspect.PAY, MASTERY)),
        ("Staff", "mastery", {"pay": paid(65000, 69000)}, (Severity.ERROR, Aspect.PAY, MASTERY)),
        ("Staff", "mastery", {"pay": paid(60000, 80000)}, (Severity.NOTE, Aspect.PAY, MANAGEMENT)),
        ("Staff", "mastery", {"voice": ()}, (Severity.ERROR, Aspect.VOICE, MASTERY)),
        (
            "Vice president",
            "mastery",
            {"voice": ["vision"]},
            (Severity.ERROR, Aspect.VOICE, MASTERY),
        ),
        ("Staff", "mastery", {"title": ""}, (Severity.ERROR, Aspect.TITLES, MASTERY)),
        ("Staff", "mastery", {"title": "Junior cook"}, (Severity.WARNING, Aspect.TITLES, MASTERY)),
        ("Staff", "management", {"title": "Junior"}, (Severity.NOTE, Aspect.TITLES, MANAGEMENT)),
        (
            "Principal",
            "mastery",
            {"title": "Staff specialist"},
            (Severity.WARNING, Aspect.TITLES, MASTERY),
        ),
    ],
)
def test_each_difference_is_one_finding(name, side, changes, expected):
    ladder = changed(name, side, **changes)
    level, aspect, found_side = expected
    assert told(ladder) == [(level, aspect, name, found_side)]
    (finding,) = find_disparities(ladder)
    assert finding.why == WHY[aspect]
    assert finding.mend
    assert finding.place.startswith(name)
    (row,) = [row for row in compared(ladder) if row.aspect is aspect]
    assert row.at_par == (level is Severity.NOTE)
    assert row.where_not == (() if level is Severity.NOTE else (name,))
    behind = f"Mastery is not behind; management is: {name}"
    assert row.words == (behind if level is Severity.NOTE else f"Not equal: {name}")


def test_pay_that_does_not_grow_is_found_on_both_sides():
    flat = paid(48000, 62000)
    ladder = changed("Staff", "mastery", pay=flat).with_rung(
        "Staff", "management", PERFECT.level("Staff").management.model_copy(update={"pay": flat})
    )
    assert told(ladder) == [
        (Severity.WARNING, Aspect.PAY, "Staff", Side.MASTERY),
        (Severity.WARNING, Aspect.PAY, "Staff", Side.MANAGEMENT),
    ]


def test_lower_pay_of_masters_comes_before_lower_pay_of_managers():
    """The middle is higher than management's 67,000, and the upper end lower."""
    ladder = changed("Staff", "mastery", pay=paid(71000, 71500))
    assert told(ladder) == [(Severity.ERROR, Aspect.PAY, "Staff", Side.MASTERY)]
    assert "the upper end of its range" in find_disparities(ladder)[0].fact


def test_a_change_of_currency_is_found_once():
    ladder = PERFECT
    for name in NAMES[2:]:
        for side in Side:
            rung = PERFECT.level(name).rung(side)
            pay = paid(rung.pay.minimum, rung.pay.maximum, "USD")
            ladder = ladder.with_rung(name, side, rung.model_copy(update={"pay": pay}))
    assert told(ladder) == [(Severity.WARNING, Aspect.PAY, NAMES[2], None)]
    assert "at 'Staff' in EUR" in find_disparities(ladder)[0].fact


def test_unknown_titles_are_not_called_equal():
    ladder = DualLadder().with_level("A")
    for side, title in zip(Side, ("Cook", "Sous chef"), strict=True):
        ladder = ladder.with_rung("A", side, Rung(title=title))
    (row,) = [row for row in compared(ladder) if row.aspect is Aspect.TITLES]
    assert row.at_par is None
    assert "Ask people" in row.words


@pytest.mark.parametrize(
    ("maximum", "tolerance", "at_par"),
    [(69000, 0, False), (72200, 0.05, True), (72199, 0.05, False)],
)
def test_the_tolerance_of_pay_is_exact(maximum, tolerance, at_par):
    """The upper end is 76,000: 5 % less is 72,200."""
    ladder = changed("Staff", "mastery", pay=paid(58000, maximum))
    findings = find_disparities(ladder, pay_tolerance=tolerance)
    assert (not findings) == at_par


def test_a_gap_on_both_sides_is_only_a_warning():
    rung = PERFECT.level("Staff").management.model_copy(update={"scope": ""})
    ladder = changed("Staff", "mastery", scope="").with_rung("Staff", "management", rung)
    assert told(ladder) == [
        (Severity.WARNING, Aspect.SCOPE, "Staff", Side.MASTERY),
        (Severity.WARNING, Aspect.SCOPE, "Staff", Side.MANAGEMENT),
    ]


def test_masters_have_a_voice_at_the_top_whatever_managers_have():
    name = NAMES[-1]
    manager = PERFECT.level(name).management.model_copy(update={"voice": ()})
    ladder = changed(name, "mastery", voice=[Voice.VISION]).with_rung(name, "management", manager)
    (finding,) = find_disparities(ladder)
    assert finding.fact == "It has no voice in strategy and the big problems, at the top."


def test_a_ladder_without_rungs_has_nothing_to_compare():
    for ladder in (DualLadder(), DualLadder().with_level("Senior")):
        (finding,) = find_disparities(ladder)
        assert finding.fact == "The ladder has no rungs."
        assert {row.at_par for row in compared(ladder)[1:]} == {None}


def test_an_empty_level_among_others_is_noted():
    assert told(PERFECT.with_level("Chief")) == [(Severity.NOTE, Aspect.RUNGS, "Chief", None)]


@pytest.mark.parametrize("tolerance", [-0.1, 5, float("nan"), True])
def test_a_tolerance_is_a_share(tolerance):
    with pytest.raises(LadderError, match=r"Write 5 % as 0\.05"):
        find_disparities(PERFECT, pay_tolerance=tolerance)


@pytest.mark.parametrize(
    ("lower", "higher"),
    [
        ("Senior engineer", "Principal engineer"),
        ("Team lead", "Director of nursing"),
        ("Manager", "Vice-President"),
        ("Junior lawyer", "Senior lawyer"),
        ("Staff engineer", "Chief engineer"),
    ],
)
def test_titles_are_read_as_people_read_them(lower, higher):
    assert standing(lower) < standing(higher)


@given(ladders)
@settings(max_examples=50)
def test_every_ladder_can_be_checked_and_written(ladder):
    findings = find_disparities(ladder)
    assert {finding.level_name for finding in findings} <= {
        "",
        *(level.name for level in ladder.levels),
    }
    assert all(finding.fact and finding.why and finding.mend for finding in findings)
    assert not re.search(r"(?<!\\)<i onload", ladder_markdown(ladder) + LadderReport(ladder).html())


@given(ladders, st.sampled_from(Side))
@settings(max_examples=50)
def test_a_rung_without_its_counterpart_is_always_found(ladder, side):
    findings = find_disparities(ladder)
    for level in ladder.levels:
        if level.rung(side) is None and (level.mastery or level.management):
            assert any(
                (finding.aspect, finding.level_name, finding.side)
                == (Aspect.RUNGS, level.name, side)
                for finding in findings
            )
