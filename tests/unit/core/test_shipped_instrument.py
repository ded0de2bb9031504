"""The shipped questionnaire keeps the rules that its items are written by."""

import re
from itertools import pairwise

import pytest

from careerpath import Band, load_instrument, score
from careerpath.core.instrument import BANDS

SHIPPED = load_instrument()
TEXTS = {
    f"{item.id} {key}": getattr(item, key)
    for item in SHIPPED.items
    for key in ("stem", "management", "mastery")
}
# Gender, age, family and health are nobody's business here.
PRIVATE = re.compile(
    r"\b(he|she|him|his|hers?|m[ae]n|wom[ae]n|male|female|gender|boys?|girls?|ages?|aged|old|"
    r"older|young|younger|youth|famil\w+|child\w*|kids?|parents?|mother\w*|father\w*|husbands?|"
    r"wife|wives|spouses?|partners?|married|marriage|health\w*|ill|illness|sick\w*|disab\w+|"
    r"pregnan\w+|tired|stress\w*|body)\b",
    re.IGNORECASE,
)


def words(text):
    return [word for word in text.split() if any(letter.isalnum() for letter in word)]


def test_it_has_fifteen_items_from_0_to_150_with_cut_scores_at_the_thirds():
    assert len(SHIPPED.items) == 15
    assert (SHIPPED.minimum_total, SHIPPED.maximum_total) == (0, 150)
    assert SHIPPED.cut_scores.management_below * 3 == SHIPPED.maximum_total
    assert SHIPPED.cut_scores.mastery_above * 3 == 2 * SHIPPED.maximum_total


def test_it_has_five_facets_of_three_items():
    assert [len(SHIPPED.items_of(facet.id)) for facet in SHIPPED.facets] == [3] * 5


def test_no_two_neighbours_share_a_facet():
    assert all(one.facet != other.facet for one, other in pairwise(SHIPPED.items))


def test_about_half_of_the_items_show_mastery_on_the_left():
    assert sum(item.mastery_side == "left" for item in SHIPPED.items) in (7, 8)


@pytest.mark.parametrize(("answer", "total"), [(0, 70), (5, 75), (10, 80)])
def test_the_same_answer_everywhere_lands_in_the_middle(answer, total):
    result = score(SHIPPED, dict.fromkeys(SHIPPED.item_ids, answer))
    assert (result.total, result.band) == (total, Band.BOTH)


@pytest.mark.parametrize("place", TEXTS)
def test_each_text_is_short_and_about_work_alone(place):
    text = TEXTS[place]
    assert 1 <= len(words(text)) <= (10 if place.endswith("stem") else 12)
    assert not PRIVATE.search(text)


def test_stems_open_a_sentence_that_the_poles_finish():
    for item in SHIPPED.items:
        assert item.stem.endswith("…")
        assert item.stem[0].isupper()
        for pole in (item.management, item.mastery):
            assert pole[0].islower()
            assert pole[-1].isalnum()


def test_no_two_poles_say_the_same():
    poles = [pole for item in SHIPPED.items for pole in (item.management, item.mastery)]
    assert len({pole.casefold() for pole in poles}) == len(poles)


def test_the_two_poles_of_an_item_are_of_about_the_same_length():
    """A pole that is twice as long as the other draws more eyes."""
    for item in SHIPPED.items:
        short, long = sorted((len(item.management), len(item.mastery)))
        assert long < 2 * short, item.id


def test_each_band_has_its_texts():
    for band in BANDS:
        texts = SHIPPED.bands.of(band)
        assert texts.title
        assert texts.summary
        assert len(texts.advice) >= 3
        assert len(texts.roles) >= 3


def test_the_norms_are_an_assumption_and_say_so():
    assert "assumption" in SHIPPED.norms.source.lower()
    assert "Nobody has measured" in SHIPPED.norms.note
    assert not SHIPPED.norms.measured
