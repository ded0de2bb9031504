"""Whether a change is more than measurement error."""

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from careerpath import Instrument, load_instrument
from careerpath.core.errors import CareerpathError
from careerpath.core.reliable_change import CRITERION, PastResult, reliable_change

INSTRUMENT = load_instrument()
totals = st.integers(INSTRUMENT.minimum_total, INSTRUMENT.maximum_total)


def result(total, *, version=INSTRUMENT.version, instrument=INSTRUMENT.id, taken=date(2026, 3, 1)):
    return PastResult(
        instrument_id=instrument, instrument_version=version, total=total, taken=taken
    )


@given(totals, totals)
def test_it_is_symmetric(first, second):
    there = reliable_change(INSTRUMENT, result(first), result(second))
    back = reliable_change(INSTRUMENT, result(second), result(first))
    assert back.difference == -there.difference
    assert back.index == -there.index
    assert (back.reliable, back.smallest) == (there.reliable, there.smallest)


@given(totals, totals)
def test_a_change_is_reliable_if_it_is_larger_than_the_smallest_reliable_one(first, second):
    change = reliable_change(INSTRUMENT, result(first), result(second))
    assert change.reliable == (abs(second - first) > change.smallest)
    assert change.reliable == (abs(change.index) > CRITERION)


def test_the_index_is_that_of_jacobson_and_truax():
    # SEM 22 * sqrt(1 - .8) = 9.8387, times sqrt(2) = 13.9140.
    change = reliable_change(INSTRUMENT, result(60), result(93))
    assert change.index == pytest.approx(33 / 13.914021707)
    assert change.smallest == pytest.approx(1.96 * 13.914021707)


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        (70, 70, "The two totals are the same."),
        (70, 71, "The total moved 1 point toward mastery."),
        (71, 70, "The total moved 1 point toward management."),
    ],
)
def test_the_words_say_which_way(first, second, words):
    assert reliable_change(INSTRUMENT, result(first), result(second)).words.startswith(words)


def test_the_words_differ_for_a_change_and_for_none():
    assert "no change at all" in reliable_change(INSTRUMENT, result(70), result(97)).words
    assert "something has probably changed" in (
        reliable_change(INSTRUMENT, result(70), result(98)).words
    )


@given(totals, st.text(max_size=8), st.text(max_size=8))
def test_other_versions_are_never_compared(total, instrument, version):
    assume((instrument, version) != (INSTRUMENT.id, INSTRUMENT.version))
    other = result(total, instrument=instrument, version=version)
    for pair in ((other, result(total)), (result(total), other)):
        with pytest.raises(CareerpathError, match="Compare results of one version"):
            reliable_change(INSTRUMENT, *pair)


@pytest.mark.parametrize("total", [-1, 151, float("nan"), True, "70", None])
def test_a_total_that_cannot_be_is_refused(total):
    with pytest.raises(CareerpathError, match="cannot be"):
        reliable_change(INSTRUMENT, result(total), result(70))


def test_without_norms_nothing_is_said_about_error():
    plain = Instrument.plain(["a", "b"], management_below=7, mastery_above=14)
    one = result(5, instrument=plain.id, version=plain.version)
    with pytest.raises(CareerpathError, match="has no norms"):
        reliable_change(plain, one, one)
