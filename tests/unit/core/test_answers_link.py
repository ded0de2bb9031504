"""Answers in an address: written and read again; a changed address is refused."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kit.strategies import answered, instruments

from careerpath import load_instrument
from careerpath.core.answers_link import LONGEST, ShareLinkError, decode_answers, encode_answers
from careerpath.core.errors import AnswerError, CareerpathError

INSTRUMENT = load_instrument()
SEVENS = dict.fromkeys(INSTRUMENT.item_ids, 7)
#: Characters that a program or a typing person could put in the place of another.
TYPED = string.printable + "äß\u2013€İ\u202e\u00ad\U0001f600"
MARKS = set(string.ascii_letters + string.digits + "-._~!$&'()*+,;=:@/?%")


@given(answered())
def test_a_link_gives_back_the_answers_it_was_made_from(pair):
    instrument, answers = pair
    fragment = encode_answers(instrument, answers)
    assert decode_answers(instrument, fragment) == answers
    assert decode_answers(instrument, f"#{fragment}") == answers


@given(answered(), st.data())
def test_gaps_stay_gaps(pair, data):
    instrument, answers = pair
    kept = data.draw(st.sets(st.sampled_from(instrument.item_ids)))
    partly = {item_id: answers[item_id] if item_id in kept else None for item_id in answers}
    expected = {item_id: answers[item_id] for item_id in answers if item_id in kept}
    assert decode_answers(instrument, encode_answers(instrument, partly)) == expected


@given(answered())
def test_every_address_may_have_its_characters(pair):
    assert set(encode_answers(*pair)) <= MARKS


def damaged(fragment):
    """Every way to change, drop, double or exchange one character."""
    for place in range(len(fragment)):
        before, after = fragment[:place], fragment[place + 1 :]
        yield before + after
        yield before + fragment[place] * 2 + after
        if after:
            yield before + after[0] + fragment[place] + after[1:]
        yield from (before + other + after for other in TYPED)
    yield from (fragment[:place] for place in range(len(fragment)))


def test_every_one_character_corruption_is_detected():
    fragment = encode_answers(INSTRUMENT, {**SEVENS, "q03": 0, "q09": 10})
    tried = 0
    for other in damaged(fragment):
        if other == fragment:
            continue
        tried += 1
        with pytest.raises(ShareLinkError):
            decode_answers(INSTRUMENT, other)
    assert tried > len(fragment) * len(TYPED)


@given(answered(), st.data())
def test_a_changed_character_is_detected_in_every_instrument(pair, data):
    instrument, answers = pair
    fragment = encode_answers(instrument, answers)
    place = data.draw(st.integers(0, len(fragment) - 1))
    other = data.draw(st.characters(exclude_categories=["Cs"], exclude_characters=fragment[place]))
    with pytest.raises(ShareLinkError):
        decode_answers(instrument, fragment[:place] + other + fragment[place + 1 :])


@given(st.text(max_size=200))
def test_an_invalid_link_gets_a_plain_message(text):
    with pytest.raises(ShareLinkError) as caught:
        decode_answers(INSTRUMENT, text)
    assert len(str(caught.value)) < 300


@given(instruments(), instruments())
def test_another_questionnaires_link_is_refused(first, second):
    fragment = encode_answers(first, {})
    if (first.id, first.version) == (second.id, second.version):
        return
    with pytest.raises(ShareLinkError, match="another questionnaire"):
        decode_answers(second, fragment)


@pytest.mark.parametrize("fragment", ["", "#", "room=BCDFGH", "answers", "answers/2/x/1/0/0"])
def test_a_link_from_elsewhere_is_refused_with_a_reason(fragment):
    with pytest.raises(ShareLinkError):
        decode_answers(INSTRUMENT, fragment)


def test_a_very_long_text_is_not_read():
    with pytest.raises(ShareLinkError, match="holds no answers"):
        decode_answers(INSTRUMENT, "answers/1/" + "0" * LONGEST)


def test_answers_that_cannot_be_make_no_link():
    with pytest.raises(AnswerError):
        encode_answers(INSTRUMENT, {**SEVENS, "q01": 11})
    with pytest.raises(CareerpathError, match="Unknown item"):
        encode_answers(INSTRUMENT, {"q99": 1})


def test_a_link_stays_short_enough_for_a_message():
    assert len(encode_answers(INSTRUMENT, SEVENS)) < 60
