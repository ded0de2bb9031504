"""Totals over time: to scale, and in words."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from careerpath import load_instrument
from careerpath.core.result_file import KeptResult
from careerpath.what_next.time_line import EDGE, draw_time_line

INSTRUMENT = load_instrument()


def result(day, total):
    return KeptResult(
        instrument_id=INSTRUMENT.id,
        instrument_version=INSTRUMENT.version,
        taken=day,
        answers={},
        total=total,
        band="both",
    )


@st.composite
def pasts(draw):
    days = draw(st.lists(st.dates(date(2020, 1, 1), date(2030, 1, 1)), min_size=1, max_size=12))
    return [result(day, draw(st.integers(0, 150))) for day in sorted(days)]


@given(pasts())
def test_everything_is_to_scale_and_inside(results):
    line = draw_time_line(INSTRUMENT, results)
    span = (results[-1].taken - results[0].taken).days
    for each, point in zip(results, line.points, strict=True):
        assert point.down == (150 - each.total) / 150
        assert 0 <= point.high <= point.down <= point.low <= 1
        assert EDGE - 1e-9 <= point.across <= 1 - EDGE + 1e-9
        if span:
            since = (each.taken - results[0].taken).days / span
            assert abs(point.across - EDGE - (1 - 2 * EDGE) * since) < 1e-9


@given(pasts())
def test_the_words_say_each_result(results):
    words = draw_time_line(INSTRUMENT, results).words
    for each in results:
        assert f"{each.taken.day} {each.taken:%B %Y}: {each.total}, both" in words
    assert "off by about 10" in words


def test_the_band_of_error_is_one_standard_error_to_each_side():
    (point,) = draw_time_line(INSTRUMENT, [result(date(2026, 3, 1), 75)]).points
    assert abs((point.low - point.high) * 150 - 2 * INSTRUMENT.norms.standard_error) < 1e-9


def test_a_single_result_is_drawn_in_the_middle():
    line = draw_time_line(INSTRUMENT, [result(date(2026, 3, 1), 75)])
    assert line.points[0].across == 0.5
    assert (line.first, line.last) == ("1 March 2026", "")
