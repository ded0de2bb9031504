"""The scoring rule: boundaries, keys, gaps, and everything that is not an answer."""

import math
from contextlib import nullcontext, suppress
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from kit.strategies import answered, answers_with_total, grid, instruments

from careerpath import (
    AnswerError,
    Band,
    CareerpathError,
    Instrument,
    InstrumentError,
    load_instrument,
    score,
)
from careerpath.core.errors import Reason

SHIPPED = load_instrument()


def half_points():
    data = SHIPPED.model_dump()
    data["scale"]["step"] = 0.5
    return Instrument.validated(data, place="half points")


# The three bands


@pytest.mark.parametrize(
    ("total", "band"),
    [
        (0, Band.MANAGEMENT),
        (49, Band.MANAGEMENT),
        (50, Band.BOTH),
        (100, Band.BOTH),
        (101, Band.MASTERY),
        (150, Band.MASTERY),
    ],
)
def test_both_cut_scores_belong_to_both(total, band):
    result = score(SHIPPED, answers_with_total(SHIPPED, total))
    assert (result.total, result.band) == (total, band)


@pytest.mark.parametrize(
    ("total", "band"),
    [(49.5, Band.MANAGEMENT), (50, Band.BOTH), (100, Band.BOTH), (100.5, Band.MASTERY)],
)
def test_half_points_fall_on_the_right_side_of_a_cut_score(total, band):
    instrument = half_points()
    result = score(instrument, answers_with_total(instrument, total))
    assert (result.total, result.band) == (total, band)


def test_equal_cut_scores_leave_one_total_to_both():
    instrument = Instrument.plain(["a", "b"], management_below=10, mastery_above=10)
    bands = [score(instrument, {"a": 5, "b": b}).band for b in (4, 5, 6)]
    assert bands == [Band.MANAGEMENT, Band.BOTH, Band.MASTERY]


def test_the_result_knows_its_range_and_is_complete():
    result = score(SHIPPED, dict.fromkeys(SHIPPED.item_ids, 5))
    assert (result.minimum, result.total, result.maximum) == (0, 75, 150)
    assert not result.prorated
    assert [facet.total for facet in result.facets] == [15] * 5
    assert {(facet.minimum, facet.maximum) for facet in result.facets} == {(0, 30)}


# Scales


def test_tenths_add_up_exactly():
    instrument = Instrument.plain(
        [f"q{n}" for n in range(10)], maximum=1, step=0.1, management_below=1, mastery_above=1
    )
    result = score(instrument, dict.fromkeys(instrument.item_ids, 0.1))
    assert result.total == 1
    assert isinstance(result.total, int)
    assert result.band is Band.BOTH


@pytest.mark.parametrize("answer", [0.1, 0.3, 0.7, 0.9])
def test_tenths_are_on_the_step(answer):
    instrument = Instrument.plain(
        ["a"], maximum=1, step=0.1, management_below=0.3, mastery_above=0.7
    )
    assert score(instrument, {"a": answer}).total == answer


def test_a_scale_may_start_below_zero():
    instrument = Instrument.plain(
        ["a", "b"], minimum=-3, maximum=3, management_below=-2, mastery_above=2
    )
    assert (instrument.minimum_total, instrument.maximum_total) == (-6, 6)
    assert [score(instrument, {"a": 0, "b": b}).band for b in (-3, -2, 2, 3)] == [
        Band.MANAGEMENT,
        Band.BOTH,
        Band.BOTH,
        Band.MASTERY,
    ]


@pytest.mark.parametrize(("answer", "keyed"), [(1, 5), (2, 4), (3, 3), (4, 2), (5, 1)])
def test_an_answer_is_turned_round_within_its_scale(answer, keyed):
    instrument = Instrument.validated(
        {
            "id": "five",
            "version": "1",
            "title": "Five",
            "scale": {"minimum": 1, "maximum": 5},
            "cut_scores": {"management_below": 2, "mastery_above": 4},
            "items": [{"id": "a", "mastery_side": "left"}],
        },
        place="test",
    )
    result = score(instrument, {"a": answer})
    assert result.keyed == {"a": keyed}
    assert result.total == keyed


# Exactly


@pytest.mark.parametrize(
    ("minimum", "answer", "reason"),
    [
        (0, -1.4e-139, Reason.OUT_OF_RANGE),
        (-5, -1.4e-139, Reason.OFF_THE_STEP),
        (-5, 5e-324, Reason.OFF_THE_STEP),
        (0, Decimal("7.0000000000000000000000000000000001"), Reason.OFF_THE_STEP),
        (0, Decimal("-1e-99999999"), Reason.OUT_OF_RANGE),
        (0, Decimal("1e-99999999"), Reason.OFF_THE_STEP),
        (0, Decimal("1e99999999"), Reason.OUT_OF_RANGE),
        (0, Fraction(7 * 10**40 + 1, 10**40), Reason.OFF_THE_STEP),
        (0, Fraction(10**5000 + 1, 10**5000), Reason.OFF_THE_STEP),
        (0, Decimal("NaN"), Reason.NOT_FINITE),
        (0, Decimal("sNaN"), Reason.NOT_FINITE),
        (0, Decimal("-Infinity"), Reason.NOT_FINITE),
    ],
)
def test_next_to_a_step_is_not_on_it(minimum, answer, reason):
    instrument = Instrument.plain(
        ["a"], minimum=minimum, maximum=10, management_below=3, mastery_above=6
    )
    with pytest.raises(AnswerError) as caught:
        score(instrument, {"a": answer})
    assert caught.value.reason is reason
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    "answer", [Decimal(7), Decimal("7.000"), Decimal("0.7E+1"), Fraction(14, 2), 7.0]
)
def test_a_whole_step_counts_however_it_is_written(answer):
    result = score(SHIPPED, dict.fromkeys(SHIPPED.item_ids, answer))
    assert result == score(SHIPPED, dict.fromkeys(SHIPPED.item_ids, 7))


@pytest.mark.parametrize("answer", [Decimal("-0.3"), Decimal("0.1"), Fraction(-3, 10), 0.1])
def test_a_tenth_is_a_tenth_however_it_is_written(answer):
    instrument = Instrument.plain(
        ["a"], minimum=-0.3, maximum=0.3, step=0.1, management_below=-0.1, mastery_above=0.1
    )
    assert Fraction(str(score(instrument, {"a": answer}).total)) == Fraction(str(float(answer)))


# What is not an answer


@pytest.mark.parametrize(
    ("answer", "reason", "message"),
    [
        (
            True,
            Reason.NOT_A_NUMBER,
            (
                "Item 'q07' got True, which is not a number; answers run from 0 to 10. "
                "Write a number without quotes."
            ),
        ),
        (
            "7",
            Reason.NOT_A_NUMBER,
            (
                "Item 'q07' got '7', which is not a number; answers run from 0 to 10. "
                "Write a number without quotes."
            ),
        ),
        (
            [7],
            Reason.NOT_A_NUMBER,
            (
                "Item 'q07' got [7], which is not a number; answers run from 0 to 10. "
                "Write a number without quotes."
            ),
        ),
        (
            7j,
            Reason.NOT_A_NUMBER,
            (
                "Item 'q07' got 7j, which is not a number; answers run from 0 to 10. "
                "Write a number without quotes."
            ),
        ),
        (
            math.nan,
            Reason.NOT_FINITE,
            (
                "Item 'q07' got nan, which is not a finite number; answers run from 0 to 10. "
                "Leave an unanswered item out."
            ),
        ),
        (
            math.inf,
            Reason.NOT_FINITE,
            (
                "Item 'q07' got inf, which is not a finite number; answers run from 0 to 10. "
                "Leave an unanswered item out."
            ),
        ),
        (
            12,
            Reason.OUT_OF_RANGE,
            "Item 'q07' got 12; answers run from 0 to 10. Check item 'q07'.",
        ),
        (
            -1,
            Reason.OUT_OF_RANGE,
            "Item 'q07' got -1; answers run from 0 to 10. Check item 'q07'.",
        ),
        (
            10**5000,
            Reason.OUT_OF_RANGE,
            "Item 'q07' got a number far too large; answers run from 0 to 10. Check item 'q07'.",
        ),
        (
            7.5,
            Reason.OFF_THE_STEP,
            "Item 'q07' got 7.5; answers run from 0 to 10 in steps of 1. Choose the nearest step.",
        ),
    ],
    ids=["bool", "text", "list", "complex", "nan", "infinity", "above", "below", "huge", "half"],
)
def test_each_kind_of_wrong_answer_has_its_message(answer, reason, message):
    with pytest.raises(AnswerError) as caught:
        score(SHIPPED, dict.fromkeys(SHIPPED.item_ids, 5) | {"q07": answer})
    assert str(caught.value) == message
    assert caught.value.reason is reason
    assert caught.value.items == ("q07",)


def test_an_unknown_item_is_reported_with_the_nearest_known_one():
    with pytest.raises(AnswerError) as caught:
        score(SHIPPED, dict.fromkeys(SHIPPED.item_ids, 5) | {"q7": 5})
    assert str(caught.value) == (
        "Unknown item 'q7' in instrument 'careerpath-15'. Did you mean 'q07'?"
    )
    assert caught.value.reason is Reason.UNKNOWN_ITEM


def test_an_unknown_item_without_an_answer_is_unknown_all_the_same():
    with pytest.raises(AnswerError, match="Unknown item 'q99'"):
        score(SHIPPED, dict.fromkeys(SHIPPED.item_ids, 5) | {"q99": None})


def test_a_gap_is_refused_and_named():
    answers = dict.fromkeys(SHIPPED.item_ids, 5)
    del answers["q03"]
    with pytest.raises(AnswerError) as caught:
        score(SHIPPED, answers | {"q11": None})
    assert str(caught.value) == (
        "2 of 15 items have no answer: q03, q11. Answer them, or pass "
        'missing="prorate" to estimate them from the others.'
    )
    assert caught.value.reason is Reason.UNANSWERED
    assert caught.value.items == ("q03", "q11")


@pytest.mark.parametrize(("count", "needed"), [(1, 1), (4, 4), (5, 4), (15, 12), (21, 17)])
def test_an_estimate_is_offered_only_if_it_is_possible(count, needed):
    ids = [f"q{n}" for n in range(count)]
    instrument = Instrument.plain(ids, management_below=3, mastery_above=6)
    for answered_items in range(count):
        answers = dict.fromkeys(ids[:answered_items], 5)
        with pytest.raises(AnswerError) as caught:
            score(instrument, answers)
        offer = (
            ', or pass missing="prorate" to estimate them from the others'
            if answered_items >= needed
            else ""
        )
        assert str(caught.value) == (
            f"{count - answered_items} of {count} items have no answer: "
            f"{', '.join(ids[answered_items:])}. Answer them{offer}."
        )
        with suppress(AnswerError) if not offer else nullcontext():
            assert score(instrument, answers, missing="prorate").prorated is bool(offer)


def test_a_word_for_gaps_that_does_not_exist_is_refused():
    with pytest.raises(CareerpathError, match="'refuse' or 'prorate', not 'guess'"):
        score(SHIPPED, {}, missing="guess")


@pytest.mark.parametrize("answers", [[5] * 15, None, "q01", 7])
def test_answers_without_item_ids_are_refused(answers):
    with pytest.raises(CareerpathError, match="an answer for each item id"):
        score(SHIPPED, answers)


def test_a_megabyte_of_text_makes_a_short_message():
    with pytest.raises(AnswerError) as caught:
        score(SHIPPED, {"q01": "x" * 1_000_000})
    assert len(str(caught.value)) < 200
    with pytest.raises(AnswerError) as caught:
        score(SHIPPED, {"x" * 1_000_000: 1})
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    "answers",
    [{10**5000: 1}, {"q01": [10**5000]}, 10**5000],
    ids=["item", "answer", "answers"],
)
def test_numbers_that_cannot_be_printed_make_a_message_all_the_same(answers):
    with pytest.raises(CareerpathError, match="a number far too large"):
        score(SHIPPED, answers)


numbers = st.integers() | st.floats() | st.decimals() | st.fractions() | st.just(10**30)
garbage = st.recursive(
    st.none() | st.booleans() | numbers | st.text() | st.binary() | st.complex_numbers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(
    answers=st.dictionaries(
        st.sampled_from(SHIPPED.item_ids) | st.text() | st.integers() | st.floats(),
        garbage,
        max_size=20,
    ),
    missing=st.sampled_from(("refuse", "prorate")),
)
def test_any_input_raises_only_careerpath_errors(answers, missing):
    with suppress(CareerpathError):
        score(SHIPPED, answers, missing=missing)


# numpy's numbers


@pytest.mark.parametrize("name", ["int8", "uint8", "int64", "float16", "float32", "float64"])
def test_numpy_scalars_count_as_numbers(name):
    numpy = pytest.importorskip("numpy")
    kind = getattr(numpy, name)
    result = score(SHIPPED, {item: kind(7) for item in SHIPPED.item_ids})
    assert result == score(SHIPPED, dict.fromkeys(SHIPPED.item_ids, 7))
    assert type(result.total) is int


def test_numpy_scalars_are_refused_like_other_numbers():
    numpy = pytest.importorskip("numpy")
    for answer, reason in [
        (numpy.bool_(True), Reason.NOT_A_NUMBER),  # noqa: FBT003
        (numpy.float32("nan"), Reason.NOT_FINITE),
        (numpy.int8(-128), Reason.OUT_OF_RANGE),
        (numpy.uint8(255), Reason.OUT_OF_RANGE),
        (numpy.float64(7.5), Reason.OFF_THE_STEP),
    ]:
        with pytest.raises(AnswerError) as caught:
            score(SHIPPED, {"q01": answer})
        assert caught.value.reason is reason


# Gaps


def test_none_is_unanswered_and_zero_is_not():
    answers = dict.fromkeys(SHIPPED.item_ids, 0)
    assert score(SHIPPED, answers).missing == ()
    assert score(SHIPPED, answers | {"q01": None}, missing="prorate").missing == ("q01",)


def test_four_fifths_are_enough_for_an_estimate():
    answers = answers_with_total(SHIPPED, 75)
    some = {name: answers[name] for name in SHIPPED.item_ids[:12]}
    result = score(SHIPPED, some, missing="prorate")
    assert result.prorated
    assert result.missing == ("q13", "q14", "q15")


def test_less_than_four_fifths_are_too_few_for_an_estimate():
    with pytest.raises(AnswerError) as caught:
        score(SHIPPED, dict.fromkeys(SHIPPED.item_ids[:11], 5), missing="prorate")
    assert str(caught.value) == (
        "Only 11 of 15 items are answered; an estimate needs 12. "
        "Answer more of: q12, q13, q14, q15."
    )


@pytest.mark.parametrize(("count", "needed"), [(1, 1), (4, 4), (5, 4), (20, 16), (21, 17)])
def test_four_fifths_are_counted_exactly(count, needed):
    ids = [f"q{n}" for n in range(count)]
    instrument = Instrument.plain(ids, management_below=3, mastery_above=6)
    assert score(instrument, dict.fromkeys(ids[:needed], 5), missing="prorate").total == 5 * count
    with pytest.raises(AnswerError, match=f"an estimate needs {needed}"):
        score(instrument, dict.fromkeys(ids[: needed - 1], 5), missing="prorate")


@pytest.mark.parametrize("count", [1, 4])
def test_no_answer_at_all_is_never_an_estimate(count):
    instrument = Instrument.plain(
        [f"q{n}" for n in range(count)], management_below=1, mastery_above=2
    )
    with pytest.raises(AnswerError, match="Only 0 of"):
        score(instrument, {}, missing="prorate")


def test_an_estimate_is_the_mean_of_the_answered_items_times_all_items():
    instrument = Instrument.plain(list("abcde"), management_below=20, mastery_above=30)
    result = score(instrument, {"a": 1, "b": 2, "c": 3, "d": 5}, missing="prorate")
    assert result.total == 13.75
    assert dict(result.keyed) == {"a": 1, "b": 2, "c": 3, "d": 5}


def test_an_estimate_that_meets_a_cut_score_is_both():
    instrument = Instrument.plain(
        list("abcde"), maximum=1, step=0.1, management_below=0.5, mastery_above=0.5
    )
    result = score(instrument, dict.fromkeys("abcd", 0.1), missing="prorate")
    assert (result.total, result.band) == (0.5, Band.BOTH)


def test_an_estimate_counts_from_the_scales_minimum():
    instrument = Instrument.plain(
        list("abcde"), minimum=1, maximum=5, management_below=10, mastery_above=20
    )
    assert score(instrument, dict.fromkeys("abcd", 1), missing="prorate").total == 5
    assert score(instrument, dict.fromkeys("abcd", 5), missing="prorate").total == 25


def test_a_facet_with_a_gap_has_no_total():
    answers = dict.fromkeys(SHIPPED.item_ids, 5) | {"q01": None}
    facets = score(SHIPPED, answers, missing="prorate").facets
    assert [facet.total for facet in facets] == [None, 15, 15, 15, 15]


# Properties


def oracle(instrument, answers):
    """The keyed sum, computed in the simplest way."""
    total = Fraction(0)
    ends = Fraction(str(instrument.scale.minimum)) + Fraction(str(instrument.scale.maximum))
    for item in instrument.items:
        answer = Fraction(str(answers[item.id]))
        total += ends - answer if item.mastery_side == "left" else answer
    return total


@given(answered())
def test_complete_answers_give_the_keyed_sum_in_range_and_exactly_one_band(case):
    instrument, answers = case
    result = score(instrument, answers)
    total = oracle(instrument, answers)
    assert Fraction(str(result.total)) == total
    assert instrument.minimum_total <= result.total <= instrument.maximum_total
    below = total < Fraction(str(instrument.cut_scores.management_below))
    above = total > Fraction(str(instrument.cut_scores.mastery_above))
    assert not (below and above)
    expected = Band.MANAGEMENT if below else Band.MASTERY if above else Band.BOTH
    assert result.band is expected


@given(answered(), st.data())
def test_raising_a_keyed_answer_never_lowers_the_total(case, data):
    instrument, answers = case
    item = data.draw(st.sampled_from(instrument.items))
    values = grid(instrument)
    at = values.index(answers[item.id])
    toward_mastery = values[:at] if item.mastery_side == "left" else values[at + 1 :]
    assume(toward_mastery)
    raised = answers | {item.id: data.draw(st.sampled_from(toward_mastery))}
    before, after = score(instrument, answers), score(instrument, raised)
    assert after.total > before.total
    assert list(Band).index(after.band) >= list(Band).index(before.band)


@given(answered())
def test_the_order_of_the_answers_does_not_matter(case):
    instrument, answers = case
    assert score(instrument, dict(reversed(answers.items()))) == score(instrument, answers)


@given(answered())
def test_facets_and_items_without_one_add_up_to_the_total(case):
    instrument, answers = case
    result = score(instrument, answers)
    loose = [result.keyed[item.id] for item in instrument.items if item.facet is None]
    parts = [facet.total for facet in result.facets]
    assert sum(Decimal(str(part)) for part in parts + loose) == Decimal(str(result.total))


@given(answered(), st.data())
def test_other_cut_scores_move_the_band_and_nothing_else(case, data):
    instrument, answers = case
    totals = st.floats(instrument.minimum_total, instrument.maximum_total)
    below, above = sorted((data.draw(totals), data.draw(totals)))
    other = instrument.with_cut_scores(management_below=below, mastery_above=above)
    before, after = score(instrument, answers), score(other, answers)
    assert after.total == before.total
    assert after.band is other.cut_scores.band(before.total)


@given(instruments(), st.floats(0.01, 1e6))
def test_cut_scores_outside_the_range_of_totals_are_refused(instrument, distance):
    for below, above in [
        (instrument.minimum_total - distance, instrument.maximum_total),
        (instrument.minimum_total, instrument.maximum_total + distance),
        (instrument.maximum_total, instrument.minimum_total),
    ]:
        with pytest.raises(InstrumentError):
            instrument.with_cut_scores(management_below=below, mastery_above=above)
