"""The picture of two ladders: aligned by level, pay to scale, gaps easy to see."""

import pytest
from hypothesis import given, settings
from kit.ladders import ladders

from careerpath import DualLadder, find_disparities
from careerpath.ladder.ladder import Pay, Rung, Side
from careerpath.ladder.picture import SpotKind, draw_ladder

EXAMPLE = DualLadder.example()


def drawn(ladder):
    return draw_ladder(ladder, find_disparities(ladder))


def places(ladder, side):
    """From the lowest level to the highest."""
    return [level.spots[side is Side.MANAGEMENT].kind for level in drawn(ladder).levels[::-1]]


def ladder_of(*pays):
    """A ladder with one mastery rung a level."""
    made = DualLadder()
    for number, pay in enumerate(pays):
        made = made.with_level(str(number)).with_rung(str(number), "mastery", Rung(pay=pay))
    return made


def test_the_highest_level_is_on_top():
    assert [level.name for level in drawn(EXAMPLE).levels] == [
        level.name for level in reversed(EXAMPLE.levels)
    ]


def test_gaps_differ_from_the_ends_of_a_side():
    ladder = EXAMPLE.without_rung("Staff", "mastery").without_rung("Vice president", "mastery")
    assert places(ladder, Side.MASTERY) == [
        SpotKind.RUNG,
        SpotKind.GAP,
        SpotKind.RUNG,
        SpotKind.ABOVE,
    ]
    late = EXAMPLE.without_rung("Senior", "management")
    assert places(late, Side.MANAGEMENT) == [
        SpotKind.BELOW,
        SpotKind.RUNG,
        SpotKind.RUNG,
        SpotKind.RUNG,
    ]
    assert places(DualLadder().with_level("A"), Side.MASTERY) == [SpotKind.NONE]


def test_pay_is_to_scale():
    picture = drawn(
        ladder_of(
            Pay(minimum=0, maximum=50_000, currency="EUR"),
            Pay(minimum=50_000, maximum=100_000, currency="EUR"),
        )
    )
    above, below = (level.spots[0].bar for level in picture.levels)
    assert (below.start, below.middle, below.end) == (0, 0.25, 0.5)
    assert (above.start, above.middle, above.end) == (0.5, 0.75, 1)
    assert picture.ticks[0] == (0, "0")
    assert picture.ticks[-1] == (1, "100,000")


def test_pay_in_another_currency_is_not_on_the_scale():
    pays = [Pay(minimum=1, maximum=2, currency=each) for each in ("EUR", "EUR", "USD")]
    *_, euro = drawn(ladder_of(*pays)).levels
    dollar = drawn(ladder_of(*pays)).levels[0]
    assert euro.spots[0].amounts == "1 to 2"
    assert euro.spots[0].bar is not None
    assert dollar.spots[0].amounts == "USD 1 to 2"
    assert dollar.spots[0].bar is None


def test_one_amount_alone_has_a_scale_too():
    picture = drawn(ladder_of(Pay(minimum=7, maximum=7, currency="EUR")))
    assert [at for at, _ in picture.ticks] == [0, 1]
    assert 0 <= picture.levels[0].spots[0].bar.middle <= 1


def test_without_pay_there_is_no_scale():
    picture = drawn(ladder_of(None))
    assert (picture.currency, picture.ticks) == ("", ())
    assert picture.levels[0].pay_words == "Pay: not stated."


@given(ladders)
@settings(max_examples=60)
def test_every_bar_lies_on_the_scale_and_has_its_length(ladder):
    picture = drawn(ladder)
    assert len(picture.ticks) <= 7
    spots = {(level.name, spot.side): spot for level in picture.levels for spot in level.spots}
    for level in ladder.levels:
        for side in Side:
            rung, bar = level.rung(side), spots[level.name, side].bar
            if bar:
                assert 0 <= bar.start <= bar.middle <= bar.end <= 1
                assert (bar.start == bar.end) == (rung.pay.minimum == rung.pay.maximum)


@pytest.mark.parametrize(
    ("ladder", "words"),
    [
        (
            EXAMPLE,
            "Two ladders with 4 levels. Mastery: 4 rungs. Management: 4 rungs.",
        ),
        (
            EXAMPLE.without_rung("Staff", "mastery"),
            "Two ladders with 4 levels. Mastery: 3 rungs, none at Staff. Management: 4 rungs.",
        ),
        (DualLadder(), "No levels yet."),
    ],
)
def test_the_picture_in_words(ladder, words):
    assert drawn(ladder).words == words


def test_the_words_of_a_level_say_its_pay_and_the_pay_gap():
    rung = EXAMPLE.level("Staff").mastery
    less = rung.model_copy(update={"pay": Pay(minimum=40_000, maximum=50_000, currency="EUR")})
    ladder = EXAMPLE.with_rung("Staff", "mastery", less)
    (level,) = [level for level in drawn(ladder).levels if level.name == "Staff"]
    assert level.pay_words.startswith(
        "Pay: mastery EUR 40,000 to 50,000; management EUR 58,000 to 76,000. Mastery: its pay"
    )
    assert "Mastery: it pays less: the middle of its range" in level.pay_words
    assert "Pay is not equal at Staff." in drawn(ladder).words
    assert [spot.to_fix for spot in level.spots] == [2, 0]
