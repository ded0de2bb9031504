"""The list of ten people for a new organisation."""

import csv
import io
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from careerpath import TopTen
from careerpath.core.errors import CareerpathError
from careerpath.top_ten.list import TopTenKind, TopTenLine


def ten(*, managers=0, both=0, masters=0):
    kinds = (
        [TopTenKind.MANAGER] * managers + [TopTenKind.BOTH] * both + [TopTenKind.MASTER] * masters
    )
    made = TopTen()
    for place, kind in enumerate(kinds):
        made = made.with_line(place, name=f"P{place}", kind=kind)
    return made


def test_an_empty_list_says_so():
    assert TopTen().words == "Nobody is on the list yet."
    assert set(TopTen().shares.values()) == {0}


def test_counts_and_shares():
    made = ten(managers=2, both=1, masters=7)
    assert made.people == 10
    assert dict(made.counts) == {TopTenKind.MASTER: 7, TopTenKind.MANAGER: 2, TopTenKind.BOTH: 1}
    assert made.shares[TopTenKind.MASTER] == 0.7
    assert made.words == (
        "Of 10 people, 7 are masters, 2 are managers and 1 does both: mostly masters."
    )
    assert "a mixture" in ten(managers=5, masters=5).words


def test_a_change_does_not_alter_the_former_list():
    before = ten(masters=2)
    after = before.with_line(0, kind="manager").without_line(1)
    assert before == ten(masters=2)
    assert after.lines[:2] == (TopTenLine("P0", TopTenKind.MANAGER), TopTenLine())


@given(
    managers=st.integers(0, 10),
    both=st.integers(0, 10),
    share=st.decimals(0, 1, places=3).map(float),
)
def test_the_chance_is_that_of_the_binomial_tail(managers, both, share):
    both = min(both, 10 - managers)
    found = ten(managers=managers, both=both, masters=10 - managers - both).compared(share)
    count = managers + both
    expected = 10 * Fraction(str(share))
    if count < expected:
        tail = binom.cdf(count, 10, share)
    elif count > expected:
        tail = binom.sf(count - 1, 10, share)
    else:
        tail = 1
    assert found.managers == count
    assert found.chance == pytest.approx(tail, rel=1e-9, abs=1e-15)
    assert found.words


def test_the_comparison_in_words():
    assert ten(managers=1, both=0, masters=9).compared(0.5).words == (
        "1 of 10 on the list manages others, including those who do both. In a random pick it "
        "would be 5 on average, as 50 % of the organisation manage others. The chance of 1 or "
        "fewer in a random pick is about 1 in 100: chance alone hardly explains it. Talk about "
        "what does."
    )
    assert "no more one-sided" in ten(managers=2, masters=8).compared(0.2).words
    assert "is not unusual" in ten(managers=1, masters=9).compared(0.2).words
    assert "Check the share" in ten(managers=2, masters=8).compared(0).words


def test_names_are_harmless_in_a_spreadsheet_and_in_markdown():
    name = "=cmd|' <b>x</b>"
    made = TopTen().with_line(0, name=name, kind="both")
    (row, *_) = csv.DictReader(io.StringIO(made.to_csv()))
    assert row == {"line": "1", "name": f"'{name}", "kind": "both"}
    markdown = made.to_markdown(0.1)
    assert "<b>" not in markdown
    assert r"=cmd\|" in markdown
    assert "To talk about" in markdown
    assert "in a random pick" in markdown


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda: TopTen().with_line(10, name="x"), "no line 10"),
        (lambda: TopTen().with_line(0, kind="boss"), "not one of master, manager, both"),
        (lambda: TopTen().with_line(0, name="x" * 61), "Use initials"),
        (lambda: TopTen().with_line(0, name=7), "A name is text"),
        (lambda: TopTen(()), "10 lines, not 0"),
        (lambda: TopTen().compared(0.1), "Nobody is on the list"),
        (lambda: ten(masters=1).compared(15), "Write 15 % as 0.15"),
        (lambda: ten(masters=1).compared(float("nan")), "from 0 to 1"),
    ],
)
def test_invalid_values_are_refused_with_a_reason(change, told):
    with pytest.raises(CareerpathError) as caught:
        change()
    assert told in str(caught.value)
