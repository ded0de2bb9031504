"""The top-ten exercise, without a widget: everything that it decides."""

from datetime import date

import pytest

from careerpath.core.errors import CareerpathError
from careerpath.top_ten.list import Kind, TopTen
from careerpath.top_ten.model import TopTenState


@pytest.fixture
def state():
    return TopTenState()


def fields(*kinds, share="", **more):
    made = {f"kind{place}": kind for place, kind in enumerate(kinds)}
    return {**{f"name{place}": f"P{place}" for place in range(10)}, **made, "share": share, **more}


def test_it_begins_with_ten_empty_lines(state):
    assert state.ten == TopTen()
    assert state.comparison is None


def test_the_whole_list_is_taken_as_it_stands(state):
    state.write(fields("master", "manager", "both"))
    assert [line.kind for line in state.ten.lines[:4]] == [*Kind, None]
    assert state.ten.lines[9].name == "P9"
    state.write({"name0": "Ana"})
    assert state.ten.lines[0].name == "Ana"
    assert state.ten.lines[0].kind is Kind.MASTER  # a line keeps its kind until it is emptied
    assert state.ten.lines[9].name == ""


def test_a_line_is_emptied(state):
    state.write(fields("master", "manager"))
    state.empty_line("0")
    assert (state.ten.lines[0].name, state.ten.lines[0].kind) == ("", None)
    for nonsense in ("", "10", "-1", "x", "9" * 400):
        state.empty_line(nonsense)
    assert state.ten.people == 1


def test_the_list_is_emptied_only_if_it_was_asked(state):
    state.write(fields("master", share="20"))
    state.empty()
    assert state.ten.people == 1
    state.ask(whether=True)
    state.write(fields("master", share="20"))
    state.empty()
    assert state.ten.people == 1
    state.ask(whether=True)
    state.empty()
    assert state.ten == TopTen()
    assert state.share == "20"


@pytest.mark.parametrize(
    ("typed", "share"), [("20", 0.2), ("20 %", 0.2), ("12,5", 0.125), ("0.015", 0.00015)]
)
def test_the_list_is_compared_with_the_share(state, typed, share):
    state.write(fields(*["master"] * 10, share=typed))
    assert state.wrong == ""
    assert state.comparison.managers_share == share
    assert sum(state.comparison.chances) == pytest.approx(1)
    assert state.comparison.chance == pytest.approx(
        sum(state.comparison.chances[each] for each in state.comparison.tail)
    )


@pytest.mark.parametrize("typed", ["x", "101", "-1", "9" * 400, "1e5", "%"])
def test_a_share_that_is_none_is_told_and_stays_as_typed(state, typed):
    state.write(fields("master", share=typed))
    assert "Write 15 for 15 %" in state.wrong
    assert state.share == typed
    assert state.comparison is None
    assert state.ten.people == 1


def test_without_a_list_nothing_is_compared(state):
    state.write({"share": "20"})
    assert (state.comparison, state.wrong) == (None, "")


@pytest.mark.parametrize("wrong", [{"kind0": "boss"}, {"name0": "x" * 61}])
def test_what_is_no_line_is_told_and_changes_nothing(state, wrong):
    state.write(fields("master"))
    before = state.ten
    with pytest.raises(CareerpathError):
        state.write(fields("manager", **({"share": ""} | wrong)))
    assert state.ten == before


def test_the_list_is_taken_away(state):
    state.write(fields("master", "both", share="30", name0='=HYPERLINK("x") <b>'))
    name, media, content = state.file("csv")
    assert (name, media) == ("top-ten.csv", "text/csv")
    assert "'=HYPERLINK" in content.decode("utf-8-sig")
    name, media, content = state.file("md", made=date(2026, 11, 22))
    text = content.decode()
    assert (name, media) == ("top-ten.md", "text/markdown")
    assert "Made on 22 November 2026." in text
    assert "in a blind pick" in text
    assert "<b>" not in text.replace(r"\<b\>", "")
    with pytest.raises(CareerpathError, match="not as 'pdf'"):
        state.file("pdf")
