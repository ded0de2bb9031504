"""The top-ten exercise, without a widget: everything that it decides."""

from datetime import date

import pytest

from careerpath.core.errors import CareerpathError
from careerpath.top_ten.list import TopTen, TopTenKind
from careerpath.top_ten.model import TopTenModel


@pytest.fixture
def model():
    return TopTenModel()


def fields(*kinds, share="", **more):
    made = {f"kind{place}": kind for place, kind in enumerate(kinds)}
    return {**{f"name{place}": f"P{place}" for place in range(10)}, **made, "share": share, **more}


def test_it_begins_with_ten_empty_lines(model):
    assert model.ten == TopTen()
    assert model.comparison is None


def test_the_whole_list_is_taken_over(model):
    model.write(fields("master", "manager", "both"))
    assert [line.kind for line in model.ten.lines[:4]] == [*TopTenKind, None]
    assert model.ten.lines[9].name == "P9"
    model.write({"name0": "Ana"})
    assert model.ten.lines[0].name == "Ana"
    assert model.ten.lines[0].kind is TopTenKind.MASTER  # a line keeps its kind until it is emptied
    assert model.ten.lines[9].name == ""


def test_a_line_is_emptied(model):
    model.write(fields("master", "manager"))
    model.empty_line("0")
    assert (model.ten.lines[0].name, model.ten.lines[0].kind) == ("", None)
    for nonsense in ("", "10", "-1", "x", "9" * 400):
        model.empty_line(nonsense)
    assert model.ten.people == 1


def test_the_list_is_emptied_only_after_confirmation(model):
    model.write(fields("master", share="20"))
    model.empty()
    assert model.ten.people == 1
    model.ask(whether=True)
    model.write(fields("master", share="20"))
    model.empty()
    assert model.ten.people == 1
    model.ask(whether=True)
    model.empty()
    assert model.ten == TopTen()
    assert model.share == "20"


@pytest.mark.parametrize(
    ("typed", "share"), [("20", 0.2), ("20 %", 0.2), ("12,5", 0.125), ("0.015", 0.00015)]
)
def test_the_list_is_compared_with_the_share(model, typed, share):
    model.write(fields(*["master"] * 10, share=typed))
    assert model.wrong == ""
    assert model.comparison.managers_share == share
    assert sum(model.comparison.chances) == pytest.approx(1)
    assert model.comparison.chance == pytest.approx(
        sum(model.comparison.chances[each] for each in model.comparison.tail)
    )


@pytest.mark.parametrize("typed", ["x", "101", "-1", "9" * 400, "1e5", "%"])
def test_an_invalid_share_is_reported_and_stays_as_typed(model, typed):
    model.write(fields("master", share=typed))
    assert "Write 15 for 15 %" in model.wrong
    assert model.share == typed
    assert model.comparison is None
    assert model.ten.people == 1


def test_without_a_list_nothing_is_compared(model):
    model.write({"share": "20"})
    assert (model.comparison, model.wrong) == (None, "")


@pytest.mark.parametrize("wrong", [{"kind0": "boss"}, {"name0": "x" * 61}])
def test_an_invalid_line_is_reported_and_changes_nothing(model, wrong):
    model.write(fields("master"))
    before = model.ten
    with pytest.raises(CareerpathError):
        model.write(fields("manager", **({"share": ""} | wrong)))
    assert model.ten == before


def test_the_list_can_be_exported(model):
    model.write(fields("master", "both", share="30", name0='=HYPERLINK("x") <b>'))
    name, media, content = model.file("csv")
    assert (name, media) == ("top-ten.csv", "text/csv")
    assert "'=HYPERLINK" in content.decode("utf-8-sig")
    name, media, content = model.file("md", made=date(2026, 11, 22))
    text = content.decode()
    assert (name, media) == ("top-ten.md", "text/markdown")
    assert "Made on 22 November 2026." in text
    assert "in a random pick" in text
    assert "<b>" not in text.replace(r"\<b\>", "")
    with pytest.raises(CareerpathError, match="not as 'pdf'"):
        model.file("pdf")
