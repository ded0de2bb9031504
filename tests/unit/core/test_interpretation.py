"""What a score means: chances, words, and the smallest change that flips it."""

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kit.strategies import answered, grid

from careerpath import Band, Instrument, interpret, load_instrument, score
from careerpath.core.certainty import band_chances, find_flips
from careerpath.core.instrument import BANDS
from careerpath.core.interpretation import DISCLAIMER
from careerpath.core.numbers import exact
from careerpath.core.scoring import keyed_answer
from careerpath.core.wording import percent

SHIPPED = load_instrument()


def answers_with_total(total, instrument=SHIPPED):
    rest, answers = total, {}
    for item in instrument.items:
        keyed = min(rest, 10)
        rest -= keyed
        answers[item.id] = keyed if item.mastery_side == "right" else 10 - keyed
    assert rest == 0
    return answers


def meaning_of(total, instrument=SHIPPED):
    return interpret(instrument, score(instrument, answers_with_total(total, instrument)))


def with_norms(**changes):
    data = SHIPPED.model_dump()
    data["norms"] |= changes
    return Instrument.validated(data, place="test")


# Chances


def phi(z):
    return (1 + math.erf(z / math.sqrt(2))) / 2


def test_the_chances_are_those_of_a_normal_distribution_around_the_total():
    chances = band_chances(SHIPPED, 93, 9)
    assert chances[Band.MASTERY] == pytest.approx(1 - phi(7.5 / 9), abs=1e-12)
    assert chances[Band.MASTERY] == pytest.approx(0.2023, abs=5e-5)
    assert chances[Band.MANAGEMENT] == pytest.approx(phi(-43.5 / 9), abs=1e-12)
    assert list(chances) == list(BANDS)


def test_a_total_on_the_line_between_two_bands_is_even_odds():
    assert band_chances(SHIPPED, 49.5, 9)[Band.MANAGEMENT] == pytest.approx(0.5)
    assert band_chances(SHIPPED, 100.5, 9)[Band.MASTERY] == pytest.approx(0.5)


@given(st.integers(0, 150), st.floats(0.001, 1000))
def test_the_chances_mirror_each_other_around_the_middle(total, error):
    here, there = band_chances(SHIPPED, total, error), band_chances(SHIPPED, 150 - total, error)
    assert here[Band.MANAGEMENT] == pytest.approx(there[Band.MASTERY], abs=1e-12)
    assert here[Band.BOTH] == pytest.approx(there[Band.BOTH], abs=1e-12)


@given(answered(), st.floats(0.001, 1000))
def test_the_chances_are_chances_and_add_up_to_one(case, error):
    instrument, answers = case
    chances = band_chances(instrument, score(instrument, answers).total, error)
    assert sum(chances.values()) == pytest.approx(1)
    assert all(0 <= chance <= 1 for chance in chances.values())


def test_a_band_that_no_total_reaches_has_no_chance():
    wide = SHIPPED.with_cut_scores(management_below=0, mastery_above=150)
    assert band_chances(wide, 0, 9) == {Band.MANAGEMENT: 0, Band.BOTH: 1, Band.MASTERY: 0}
    split = SHIPPED.with_cut_scores(management_below=75.5, mastery_above=75.5)
    chances = band_chances(split, 75, 9)
    assert chances[Band.BOTH] == pytest.approx(0, abs=1e-12)
    assert sum(chances.values()) == pytest.approx(1)


def test_a_cut_score_between_two_totals_counts_as_the_total_that_it_cuts_at():
    between = SHIPPED.with_cut_scores(management_below=49.5, mastery_above=100.5)
    assert band_chances(between, 60, 9) == pytest.approx(band_chances(SHIPPED, 60, 9))


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


def test_the_words_tell_the_distance_and_the_change_that_flips():
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


def test_a_total_in_the_middle_says_that_leaning_to_neither_lands_there_too():
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


def test_where_nothing_can_be_said_of_certainty_the_basis_is():
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


def test_a_lean_is_told_once_it_is_larger_than_the_error():
    assert meaning_of(84).headline == "You are drawn to both"
    assert meaning_of(85).headline == "You are drawn to both, with a lean toward mastery"
    assert meaning_of(66).headline == "You are drawn to both"
    assert meaning_of(65).headline == "You are drawn to both, with a lean toward management"


def test_the_placement_says_the_total_and_both_cut_scores():
    assert meaning_of(93).placement == (
        "93 of 150. Below 50 is management, above 100 is mastery, and in between is both."
    )


def test_the_placement_says_the_lowest_total_where_that_is_not_zero():
    instrument = Instrument.plain(
        ["a", "b"], minimum=1, maximum=5, management_below=4.5, mastery_above=8
    )
    assert interpret(instrument, score(instrument, {"a": 2, "b": 3})).placement == (
        "5 of 2 to 10. Below 4.5 is management, above 8 is mastery, and in between is both."
    )


def test_an_estimate_says_that_it_is_one_and_claims_no_flip():
    answers = answers_with_total(75) | {"q01": None, "q05": None}
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
    answers = answers_with_total(0)
    for item in SHIPPED.items_of("focus"):
        answers[item.id] = 0 if item.mastery_side == "left" else 10
    readings = {facet.title: facet for facet in interpret(SHIPPED, score(SHIPPED, answers)).facets}
    assert readings["People time or task time"].position == 1
    assert readings["People time or task time"].band is Band.MASTERY
    assert readings["Breadth or depth"].position == 0
    assert readings["Breadth or depth"].band is Band.MANAGEMENT


def test_a_facet_with_a_gap_has_no_position():
    answers = answers_with_total(75) | {"q01": None}
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
    """7 of 100 on a facet is 14 of 200, where floats make it 14.000000000000002."""
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


# Flips


def moved(instrument, answers, flip, total, points):
    """Carry out a flip: move that many answers, none further than told, by so many points."""
    rising = BANDS.index(flip.band) > BANDS.index(instrument.cut_scores.band(total))
    scale = instrument.scale
    each, rest = exact(flip.each), points

    def room(item):
        keyed = exact(keyed_answer(instrument, item.id, answers[item.id]))
        return exact(scale.maximum) - keyed if rising else keyed - exact(scale.minimum)

    after = dict(answers)
    for item in sorted(instrument.items, key=room, reverse=True)[: flip.answers]:
        move = min(room(item), each, rest)
        rest -= move
        up = rising == (item.mastery_side == "right")
        after[item.id] = float(exact(answers[item.id]) + (move if up else -move))
    assert rest == 0, "the flip cannot be carried out as told"
    return score(instrument, after)


@given(answered())
def test_a_flip_carried_out_as_told_reaches_its_band_and_one_step_less_does_not(case):
    instrument, answers = case
    result = score(instrument, answers)
    for flip in find_flips(instrument, result):
        points = exact(flip.points)
        assert moved(instrument, answers, flip, result.total, points).band is flip.band
        short = points - exact(instrument.scale.step)
        assert moved(instrument, answers, flip, result.total, short).band is result.band


@given(answered(most_items=3, most_steps=3))
def test_no_smaller_change_flips(case):
    """Against every other way to answer."""
    instrument, answers = case
    result = score(instrument, answers)
    here = exact(result.total)
    nearest = {}
    for other in itertools.product(grid(instrument), repeat=len(instrument.items)):
        there = score(instrument, dict(zip(instrument.item_ids, other, strict=True)))
        if there.band is not result.band:
            rising = there.total > result.total
            change = (abs(exact(there.total) - here), there.band)
            nearest[rising] = min(nearest.get(rising, change), change)
    flips = find_flips(instrument, result)
    assert sorted((exact(flip.points), flip.band) for flip in flips) == sorted(nearest.values())
    assert list(flips) == sorted(flips, key=lambda flip: flip.points)


def test_no_flip_leads_into_a_band_that_no_total_reaches():
    instrument = SHIPPED.with_cut_scores(management_below=0, mastery_above=150)
    assert find_flips(instrument, score(instrument, answers_with_total(75))) == ()


def test_a_flip_skips_an_empty_band_between_two_others():
    instrument = SHIPPED.with_cut_scores(management_below=75.5, mastery_above=75.5)
    (flip,) = find_flips(instrument, score(instrument, answers_with_total(75)))
    assert (flip.band, flip.points) == (Band.MASTERY, 1)


def test_points_of_a_flip_are_exact():
    instrument = Instrument.plain(
        ["a", "b"], maximum=1, step=0.1, management_below=0.5, mastery_above=1.5
    )
    (flip, _) = find_flips(instrument, score(instrument, {"a": 0.6, "b": 0.1}))
    assert (flip.band, flip.points, flip.each) == (Band.MANAGEMENT, 0.3, 0.3)


def test_a_flip_prefers_few_answers_and_small_moves():
    (flip, _) = find_flips(SHIPPED, score(SHIPPED, dict.fromkeys(SHIPPED.item_ids, 5)))
    assert (flip.points, flip.answers, flip.each) == (26, 9, 3)


def told_of(flip):
    """A flip in words, from the one sentence that tells it."""
    several = flip.answers > 1
    answers = f"{flip.answers} answer{'s' if several else ''}"
    points = f"{flip.each} point{'' if flip.each == 1 else 's'}"
    moves = f"up to {points} each" if several else points
    return f"Moving {answers} by {moves} toward it changes the result."


@pytest.mark.parametrize("total", range(151))
def test_the_move_that_is_told_is_that_of_the_nearest_flip_and_up_to_for_several(total):
    meaning = meaning_of(total)
    assert told_of(meaning.flips[0]) in meaning.certainty
    assert meaning.certainty.count("Moving") == 1
    near = meaning.flips[0]
    assert near.answers > 1 or near.each == near.points
