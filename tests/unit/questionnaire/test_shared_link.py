"""Another person's answers from a link, and the link itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careerpath import load_instrument
from careerpath.core.answers_link import encode_answers
from careerpath.questionnaire.shared_link import link_to, read_link

INSTRUMENT = load_instrument()
ANSWERS = dict.fromkeys(INSTRUMENT.item_ids, 9)


def opened(fragment):
    return read_link(INSTRUMENT, fragment)


def test_a_link_shows_the_result_that_its_answers_have():
    model = opened(encode_answers(INSTRUMENT, ANSWERS))
    assert model.answers == ANSWERS
    assert model.score.total == 79
    assert model.interpretation.headline == "You are drawn to both"
    assert model.refusal == ""


@pytest.mark.parametrize(
    "fragment", [None, 7, [], {}, "", "answers/", "x" * 100_000, "answers/1/a"]
)
def test_an_invalid_link_gets_a_plain_message(fragment):
    model = opened(fragment)
    assert model.refusal
    assert (model.score, model.interpretation, model.answers) == (None, None, {})


def test_a_link_with_gaps_names_the_missing_answers():
    partly = {**ANSWERS, "q04": None}
    assert opened(encode_answers(INSTRUMENT, partly)).refusal == (
        "This link lacks 1 of 15 answers: q04. Ask for a link to a complete result."
    )


def test_a_link_of_another_version_is_refused():
    moved = INSTRUMENT.with_cut_scores(management_below=60, mastery_above=95)
    assert "another questionnaire" in opened(encode_answers(moved, ANSWERS)).refusal


def test_a_link_opens_the_answers_it_was_made_from():
    link = link_to("https://example.org/career/assessment", INSTRUMENT, ANSWERS)
    address, _, fragment = link.partition("#")
    assert address == "https://example.org/career/assessment"
    assert opened(fragment).answers == ANSWERS


@pytest.mark.parametrize(
    "base",
    [
        None,
        7,
        "",
        "/assessment",
        "javascript:alert(1)",
        "file:///x",
        "http://",
        "http://a@b/",
        "h" * 600,
        "http://[",
        "https://example.org/\n",
    ],
)
def test_only_the_address_of_a_page_gives_a_link(base):
    assert link_to(base, INSTRUMENT, ANSWERS) == ""


@given(st.text(max_size=60))
def test_no_address_raises(base):
    link = link_to(base, INSTRUMENT, ANSWERS)
    assert link == "" or link.startswith(("http://", "https://"))
