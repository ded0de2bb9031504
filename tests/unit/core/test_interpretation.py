"""What a score means, in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kit.strategies import answers_with_total, grid

from careerpath import Band, Instrument, interpret, load_instrument, score
from careerpath.core.interpretation import DISCLAIMER
from careerpath.core.numbers import exact
from careerpath.core.wording import percent

SHIPPED = load_instrument()


def meaning_of(total, instrument=SHIPPED):
    return interpret(instrument, score(instrument, answers_with_total(instrument, total)))


def with_norms(**changes):
    data = SHIPPED.model_dump()
    data["norms"] |= changes
    return Instrument.validated(data, place="test")


# The error


def test_the_standard_error_comes_from_the_norms():
    meaning = interpret(
        instrument := with_norms(sd=20, reliability=0.75),
        score(instrument, dict.fromkeys(SHIPPED.item_ids, 5)),
    )
    assert meaning.standard_error == pytest.approx(10)
    assert (meaning.low, meaning.high) == pytest.approx((65, 85))


@pytest.mark.parametrize("total", [0, 3, 148, 150])
def test_the_span_of_a_total_stays_within_the_range(total):
    meaning = meaning_of(total)
    assert 0 <= meaning.low <= total <= meaning.high <= 150


# Words


@pytest.mark.parametrize(
    ("total", "word"),
    [
        (75, "Quite sure, as far as 15 questions can tell."),
        (20, "Quite sure, as far as 15 questions can tell."),
        (130, "Quite sure, as far as 15 questions can tell."),
        (117, "Quite sure, as far as 15 questions can tell."),
        (116, "Fairly sure."),
        (107, "Fairly sure."),
        (106, "Not very sure."),
        (103, "Not very sure."),
        (102, "Not sure: this is a close call."),
        (99, "Not sure: this is a close call."),
        (101, "Not sure: this is a close call."),
        (49, "Not sure: this is a close call."),
    ],
)
def test_how_sure_it_is_in_words(total, word):
    assert meaning_of(total).certainty.startswith(f"{word} You are ")


@pytest.mark.parametrize(
    ("word", "least"),
    [
        ("Quite sure, as far as 15 questions can tell.", 95),
        ("Fairly sure.", 75),
        ("Not very sure.", 60),
        ("Not sure: this is a close call.", 0),
    ],
)
def test_the_word_goes_with_the_percentage_as_it_is_shown(word, least):
    shown = {
        int("".join(filter(str.isdigit, percent(meaning.chances[meaning.band]))))
        for meaning in map(meaning_of, range(151))
        if meaning.certainty.startswith(word)
    }
    above = min((each for each in (60, 75, 95) if each > least), default=101)
    assert least <= min(shown) <= max(shown) < above


def test_a_chance_that_rounds_up_to_a_line_has_the_word_above_it():
    meaning = meaning_of(107)
    assert meaning.chances[Band.MASTERY] == pytest.approx(0.7456, abs=5e-5)
    assert percent(meaning.chances[Band.MASTERY]) == "75\xa0%"
    assert meaning.certainty.startswith("Fairly sure. ")


def test_the_words_give_the_distance_and_the_change_that_flips():
    assert meaning_of(101).certainty == (
        "Not sure: this is a close call. You are 1 point away from both, and a questionnaire this "
        "short is assumed to be off by about 10, up or down. Moving 1 answer by 1 point toward it "
        "changes the result."
    )
    assert meaning_of(94).certainty == (
        "Fairly sure. You are 7 points away from mastery, and a questionnaire this short is "
        "assumed to be off by about 10, up or down. Moving 3 answers by up to 3 points each toward "
        "it changes the result."
    )


def test_a_measured_error_is_known_and_not_assumed():
    measured = with_norms(measured=True)
    assert meaning_of(94, measured).certainty == (
        "Fairly sure. You are 7 points away from mastery, and a questionnaire this short is known "
        "to be off by about 10, up or down. Moving 3 answers by up to 3 points each toward it "
        "changes the result."
    )


def test_an_error_below_one_point_keeps_a_decimal():
    assert "is assumed to be off by about 0.4, up or down." in (
        meaning_of(94, with_norms(sd=1, reliability=0.8)).certainty
    )
    assert "is assumed to be off by about 1, up or down." in (
        meaning_of(94, with_norms(sd=2, reliability=0.75)).certainty
    )


def test_totals_near_the_middle_mention_answers_that_lean_to_neither_side():
    assert meaning_of(75).certainty == (
        "Quite sure, as far as 15 questions can tell. You are 26 points away from management, and "
        "a questionnaire this short is assumed to be off by about 10, up or down. Moving 7 answers "
        "by up to 4 points each toward it changes the result. Answers that lean to neither side "
        "land here, too."
    )
    said = [
        total
        for total in range(151)
        if meaning_of(total).certainty.endswith(
            " Answers that lean to neither side land here, too."
        )
    ]
    assert said == list(range(66, 85))


def test_without_norms_the_certainty_states_the_basis():
    instrument = Instrument.plain(list("abcde"), management_below=20, mastery_above=30)
    answers = dict.fromkeys("abcd", 10)
    meaning = interpret(instrument, score(instrument, answers, missing="prorate"))
    assert meaning.certainty == meaning.basis
    assert meaning.certainty == (
        "This instrument has no norms, so nothing can be said about its measurement error."
    )


def test_the_headline_is_the_bands_title():
    assert meaning_of(20).headline == "You are drawn to management"
    assert meaning_of(75).headline == "You are drawn to both"
    assert meaning_of(120).headline == "You are drawn to mastery"


def test_a_lean_is_stated_if_it_is_larger_than_the_error():
    assert meaning_of(84).headline == "You are drawn to both"
    assert meaning_of(85).headline == "You are drawn to both, with a lean toward mastery"
    assert meaning_of(66).headline == "You are drawn to both"
    assert meaning_of(65).headline == "You are drawn to both, with a lean toward management"


def test_the_placement_gives_the_total_and_both_cut_scores():
    assert meaning_of(93).placement == (
        "93 of 150. Below 50 is management, above 100 is mastery, and in between is both."
    )


def test_the_placement_gives_the_lowest_total_if_it_is_not_zero():
    instrument = Instrument.plain(
        ["a", "b"], minimum=1, maximum=5, management_below=4.5, mastery_above=8
    )
    assert interpret(instrument, score(instrument, {"a": 2, "b": 3})).placement == (
        "5 of 2 to 10. Below 4.5 is management, above 8 is mastery, and in between is both."
    )


def test_an_estimate_says_that_it_is_one_and_claims_no_flip():
    answers = answers_with_total(SHIPPED, 75) | {"q01": None, "q05": None}
    meaning = interpret(SHIPPED, score(SHIPPED, answers, missing="prorate"))
    assert meaning.placement == (
        "63.46 of 150. Below 50 is management, above 100 is mastery, and in between is both. "
        "Estimated from 13 of 15 answers, so it is less sure than it looks."
    )
    assert meaning.flips == ()
    assert meaning.certainty == "Fairly sure."


def test_the_shipped_norms_say_that_they_are_an_assumption():
    assert meaning_of(75).basis.startswith(
        "An assumption, not a measurement: a standard error of 9.8 points"
    )
    assert "Nobody has measured" in meaning_of(75).basis


def test_every_result_says_what_it_is_not():
    assert meaning_of(75).disclaimer == DISCLAIMER
    assert DISCLAIMER == (
        "This is a help for thinking, not a verdict. The questionnaire has not been validated as a "
        "test, and it must not be used to hire, promote or reject anybody."
    )


def test_both_comes_with_its_caution_and_every_band_with_advice_and_roles():
    assert any("few" in line for line in meaning_of(75).advice)
    assert any("Go carefully" in line for line in meaning_of(75).advice)
    for total in (20, 75, 120):
        assert meaning_of(total).advice
        assert meaning_of(total).roles
        assert meaning_of(total).summary


def test_an_instrument_without_texts_norms_or_facets_is_interpreted_all_the_same():
    instrument = Instrument.plain(list("abc"), management_below=10, mastery_above=20)
    meaning = interpret(instrument, score(instrument, {"a": 9, "b": 6, "c": 4}))
    assert meaning.headline == "Both, with a lean toward mastery"
    assert meaning.certainty == (
        "You are 2 points away from mastery. "
        "Moving 1 answer by 2 points toward it changes the result."
    )
    assert meaning.chances == {}
    assert meaning.standard_error is None
    assert (meaning.low, meaning.high) == (19, 19)
    assert (meaning.summary, meaning.facets, meaning.advice, meaning.roles) == ("", (), (), ())
    assert "no norms" in meaning.basis


# Facets


def test_a_facet_lies_between_all_management_and_all_mastery():
    answers = answers_with_total(SHIPPED, 0)
    for item in SHIPPED.items_of("focus"):
        answers[item.id] = 0 if item.mastery_side == "left" else 10
    readings = {facet.title: facet for facet in interpret(SHIPPED, score(SHIPPED, answers)).facets}
    assert readings["People time or task time"].position == 1
    assert readings["People time or task time"].band is Band.MASTERY
    assert readings["Breadth or depth"].position == 0
    assert readings["Breadth or depth"].band is Band.MANAGEMENT


def test_a_facet_with_a_gap_has_no_position():
    answers = answers_with_total(SHIPPED, 75) | {"q01": None}
    first, *others = interpret(SHIPPED, score(SHIPPED, answers, missing="prorate")).facets
    assert (first.position, first.band) == (None, Band.UNSCORED)
    assert all(facet.position is not None for facet in others)


@given(st.integers(1, 12), st.integers(1, 10), st.sampled_from((1, 0.1)), st.data())
def test_a_single_facet_falls_in_the_band_of_the_whole(count, steps, step, data):
    highest = float(exact(step) * steps)
    total = st.integers(0, count * steps).map(lambda n: float(exact(step) * n))
    below, above = sorted((data.draw(total), data.draw(total)))
    instrument = Instrument.validated(
        {
            "id": "one-facet",
            "version": "1",
            "title": "One facet",
            "scale": {"minimum": 0, "maximum": highest, "step": step},
            "cut_scores": {"management_below": below, "mastery_above": above},
            "facets": [{"id": "all", "title": "All"}],
            "items": [{"id": f"q{n}", "facet": "all"} for n in range(count)],
        },
        place="test",
    )
    answer = st.sampled_from(grid(instrument))
    result = score(instrument, {name: data.draw(answer) for name in instrument.item_ids})
    assert interpret(instrument, result).facets[0].band is result.band


def test_a_facet_right_on_a_cut_score_is_both():
    """7 of 100 on a facet is 14 of 200, but as floats it is 14.000000000000002."""
    instrument = Instrument.validated(
        {
            "id": "two-facets",
            "version": "1",
            "title": "Two facets",
            "scale": {"minimum": 0, "maximum": 100},
            "cut_scores": {"management_below": 10, "mastery_above": 14},
            "facets": [{"id": "a", "title": "A"}, {"id": "b", "title": "B"}],
            "items": [{"id": "q1", "facet": "a"}, {"id": "q2", "facet": "b"}],
        },
        place="test",
    )
    reading = interpret(instrument, score(instrument, {"q1": 7, "q2": 90})).facets[0]
    assert (reading.position, reading.band) == (0.07, Band.BOTH)


def told_of(flip):
    """A flip in words, from the one sentence that describes it."""
    several = flip.answers > 1
    answers = f"{flip.answers} answer{'s' if several else ''}"
    points = f"{flip.each} point{'' if flip.each == 1 else 's'}"
    moves = f"up to {points} each" if several else points
    return f"Moving {answers} by {moves} toward it changes the result."


@pytest.mark.parametrize("total", range(151))
def test_the_text_describes_the_nearest_flip_and_says_up_to_for_several_answers(total):
    meaning = meaning_of(total)
    assert told_of(meaning.flips[0]) in meaning.certainty
    assert meaning.certainty.count("Moving") == 1
    near = meaning.flips[0]
    assert near.answers > 1 or near.each == near.points
