"""The instrument: what it contains, and the instrument that each change gives."""

import math
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kit.strategies import instruments
from pydantic import ValidationError

from careerpath import (
    AnswerError,
    CutScores,
    Facet,
    Instrument,
    InstrumentError,
    Item,
    Norms,
    load_instrument,
)
from careerpath.core.numbers import exact


def test_an_instrument_is_frozen():
    instrument = load_instrument()
    with pytest.raises(ValidationError, match="frozen"):
        instrument.title = "other"
    with pytest.raises(ValidationError, match="frozen"):
        instrument.cut_scores.mastery_above = 90
    with pytest.raises(TypeError):
        instrument.items[0] = instrument.items[1]


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (
            lambda: CutScores(management_below=100, mastery_above=50),
            "CutScores(): management_below must not be above mastery_above.",
        ),
        (
            lambda: CutScores(management_below="50", mastery_above=100),
            "CutScores(): management_below got '50': must be a number.",
        ),
        (
            lambda: CutScores(management_below=math.nan, mastery_above=math.inf),
            (
                "CutScores(): management_below must be a finite number.\n"
                "CutScores(): mastery_above must be a finite number."
            ),
        ),
        (
            lambda: CutScores(management_below=50),
            "CutScores(): mastery_above is missing. Add it.",
        ),
        (
            lambda: CutScores(management_below=50, mastery_above=100, both=75),
            "CutScores(): both is nothing that CutScores has. Remove it or fix its spelling.",
        ),
        (lambda: Item(id="a b"), "Item(): id got 'a b': must be letters, digits,"),
        (lambda: Facet(id="a"), "Facet(): title is missing. Add it."),
        (
            lambda: Norms(mean=1, sd=0, reliability=1, source="x"),
            (
                "Norms(): sd got 0: must be greater than 0.\n"
                "Norms(): reliability got 1: must be less than 1."
            ),
        ),
        (
            lambda: Instrument(
                id="a",
                version="1",
                title="A",
                cut_scores={"management_below": "3", "mastery_above": 6},
                items=[{"id": "q", "stern": "x"}],
            ),
            (
                "Instrument(): cut_scores management_below got '3': must be a number.\n"
                "Instrument(): items 'q' stern is nothing that Instrument has."
            ),
        ),
    ],
)
def test_a_mistake_in_a_part_made_in_code_is_reported(make, told):
    with pytest.raises(InstrumentError) as caught:
        make()
    assert str(caught.value).startswith(told)


def test_an_instrument_made_in_code_equals_one_from_a_file():
    shipped = load_instrument()
    assert Instrument(**{name: getattr(shipped, name) for name in type(shipped).model_fields}) == (
        shipped
    )


def test_measured_norms_make_another_instrument_that_is_saved_with_them(tmp_path):
    norms = Norms(
        mean=71.25,
        sd=20,
        reliability=0.82,
        source="Ours",
        measured=True,
        count=412,
        date=date(2026, 11, 22),
    )
    ours = load_instrument().with_norms(norms)
    assert ours.version == "1.0.0+norms-412"
    assert load_instrument(ours.save(tmp_path / "ours.toml")) == ours
    both = ours.with_cut_scores(management_below=58.5, mastery_above=95)
    assert both.version == "1.0.0+58.5-95.norms-412"
    assert both.with_norms(norms).version == both.version
    assert both.with_cut_scores(management_below=60, mastery_above=95).norms == norms
    assert load_instrument().norms.count is None


def test_other_cut_scores_make_another_instrument():
    instrument = load_instrument()
    ours = instrument.with_cut_scores(management_below=60, mastery_above=95)
    assert ours.cut_scores == CutScores(management_below=60, mastery_above=95)
    assert instrument.cut_scores == CutScores(management_below=50, mastery_above=100)
    assert ours.version == "1.0.0+60-95"
    assert instrument.version == "1.0.0"
    back = ours.with_cut_scores(management_below=50, mastery_above=100)
    assert back.version == "1.0.0+50-100"
    assert back == instrument.model_copy(update={"version": "1.0.0+50-100"})


@pytest.mark.parametrize(
    ("below", "above", "told"),
    [
        (95, 60, "cut_scores management_below must not be above mastery_above."),
        (50, 151, "cut scores 50 and 151 must lie within the range of totals, 0 to 150."),
        (float("nan"), 100, "cut_scores management_below must be a finite number."),
        ("50", 100, "cut_scores management_below got '50': must be a number."),
        (
            10**5000,
            10**5001,
            (
                "cut_scores management_below must lie between -1000000000 and 1000000000.\n"
                "with_cut_scores(): "
                "cut_scores mastery_above must lie between -1000000000 and 1000000000."
            ),
        ),
    ],
    ids=["order", "range", "nan", "text", "huge"],
)
def test_cut_scores_that_make_no_sense_are_refused(below, above, told):
    with pytest.raises(InstrumentError) as caught:
        load_instrument().with_cut_scores(management_below=below, mastery_above=above)
    assert str(caught.value) == f"with_cut_scores(): {told}"


@given(instruments(), st.data())
def test_any_cut_scores_within_the_range_and_in_order_are_taken(instrument, data):
    totals = st.floats(instrument.minimum_total, instrument.maximum_total)
    below, above = sorted((data.draw(totals), data.draw(totals)))
    other = instrument.with_cut_scores(management_below=below, mastery_above=above)
    assert (other.cut_scores.management_below, other.cut_scores.mastery_above) == (below, above)
    assert other.version == f"{instrument.version.partition('+')[0]}+{below}-{above}"
    same = {"cut_scores": instrument.cut_scores, "version": instrument.version}
    assert other.model_copy(update=same) == instrument


@given(instruments())
def test_the_range_of_totals_follows_from_the_scale_and_the_items(instrument):
    count = len(instrument.items)
    assert exact(instrument.minimum_total) == exact(instrument.scale.minimum) * count
    assert exact(instrument.maximum_total) == exact(instrument.scale.maximum) * count


def test_an_item_is_found_by_its_id():
    instrument = load_instrument()
    assert instrument.item("q07").id == "q07"
    with pytest.raises(AnswerError, match="Did you mean 'q07'"):
        instrument.item("q7")


@pytest.mark.parametrize("name", [None, 7, ("q", 1), ["q01"]])
def test_an_item_id_is_a_text(name):
    with pytest.raises(AnswerError, match="Unknown item"):
        load_instrument().item(name)


def test_poles_are_shown_on_their_sides():
    left, right = load_instrument().item("q02"), load_instrument().item("q01")
    assert (left.left, left.right) == (left.mastery, left.management)
    assert (right.left, right.right) == (right.management, right.mastery)


# Plain instruments


def test_a_plain_instrument_has_items_and_no_texts():
    plain = Instrument.plain(["a", "b", "c"], management_below=10, mastery_above=20)
    assert plain.item_ids == ("a", "b", "c")
    assert (plain.bands, plain.norms, plain.facets) == (None, None, ())
    assert all(item.mastery_side == "right" for item in plain.items)


@pytest.mark.parametrize(
    ("ids", "told"),
    [
        ([], "items got []: must not be empty."),
        (["a", "a"], "item ids must differ; used twice: a."),
        (["a"], "cut scores 50 and 100 must lie within the range of totals, 0 to 10."),
    ],
)
def test_a_plain_instrument_is_checked_like_any_other(ids, told):
    with pytest.raises(InstrumentError) as caught:
        Instrument.plain(ids)
    assert str(caught.value).startswith(f"Instrument.plain(): {told}")
