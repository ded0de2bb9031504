"""Results as JSON: written and read again, and the message for every other file."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kit.strategies import answered

from careerpath import load_instrument, score
from careerpath.core.answers_file import read_answers, read_dated_answers
from careerpath.core.errors import CareerpathError
from careerpath.core.result_file import (
    LARGEST,
    as_json,
    kept_document,
    parse_results,
    read_results,
    result_document,
    score_again,
    several_document,
)

INSTRUMENT = load_instrument()
ANSWERS = dict.fromkeys(INSTRUMENT.item_ids, 7)
DAY = date(2026, 3, 1)
days = st.dates(date(2000, 1, 1), date(2199, 12, 31))


def document(instrument=INSTRUMENT, answers=ANSWERS, taken=DAY):
    return result_document(instrument, score(instrument, answers), answers, taken=taken)


def message(data, place="mine.json"):
    read = parse_results if isinstance(data, bytes) else read_results
    with pytest.raises(CareerpathError) as caught:
        read(data, place=place)
    assert len(str(caught.value)) < 600
    return str(caught.value)


@given(answered(), days)
def test_a_result_comes_back_as_it_was_written(pair, day):
    instrument, answers = pair
    if not instrument.version:
        return
    (back,) = parse_results(as_json(document(instrument, answers, day)), place="x")
    assert (back.instrument_id, back.instrument_version) == (instrument.id, instrument.version)
    assert (dict(back.answers), back.taken) == (answers, day)
    assert back == score_again(back, instrument, place="x")


@given(answered(), st.lists(days, max_size=4))
def test_several_come_back_as_they_were_written(pair, several):
    instrument, answers = pair
    if not instrument.version:
        return
    kept = [read_results(document(instrument, answers, day), place="x")[0] for day in several]
    assert list(parse_results(as_json(several_document(kept)), place="x")) == kept


def test_the_same_answers_of_one_day_are_one_result():
    first, second = (read_results(document(), place="x")[0] for _ in range(2))
    (later,) = read_results(document(taken=date(2026, 3, 2)), place="x")
    assert first.identity == second.identity != later.identity


def test_a_result_is_the_same_after_a_browser_has_written_its_numbers():
    decimal = {**ANSWERS, "q01": 7.0}
    half = {**ANSWERS, "q01": 6.5}
    kept = {**document(), "answers": decimal}
    (before,) = read_results(kept, place="x")
    (after,) = read_results({**kept, "answers": ANSWERS}, place="x")
    (other,) = read_results({**kept, "answers": half}, place="x")
    assert before.identity == after.identity != other.identity
    assert after.identity == "b040ccc2cba73d6d"


def test_a_total_that_somebody_wrote_in_is_added_up_again():
    (kept,) = read_results({**document(), "total": 150, "band": "mastery"}, place="x")
    assert kept.total == 150
    again = score_again(kept, INSTRUMENT, place="x")
    assert (again.total, again.band) == (77, "both")


def test_answers_that_the_instrument_does_not_have_are_refused():
    (kept,) = read_results({**document(), "answers": {**ANSWERS, "q01": 11}}, place="mine.json")
    with pytest.raises(CareerpathError, match=r"mine\.json: Item 'q01' got 11"):
        score_again(kept, INSTRUMENT, place="mine.json")


def test_gaps_are_reported_in_words_that_need_no_python():
    estimated = {**ANSWERS}
    del estimated["q04"]
    result = score(INSTRUMENT, estimated, missing="prorate")
    (kept,) = read_results(result_document(INSTRUMENT, result, estimated, taken=DAY), place="x")
    with pytest.raises(CareerpathError) as caught:
        score_again(kept, INSTRUMENT, place="mine.json")
    assert str(caught.value) == (
        "mine.json: 1 of 15 items have no answer: q04. Answer all items, and save the result again."
    )


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"format_version": 2}, "written by another version of careerpath (its format is 2"),
        ({"format_version": True}, "written by another version of careerpath"),
        ({"format": "something"}, "holds no result of careerpath"),
        ({"taken": None}, "does not say when it was answered"),
        ({"taken": "soon"}, "does not say when it was answered"),
        ({"taken": "1066-10-14"}, "does not say when it was answered"),
        ({"answers": [7]}, 'its "answers" cannot be [7]'),
        ({"answers": {"q01": "7"}}, 'its "answers" cannot be'),
        ({"answers": {"q01": True}}, 'its "answers" cannot be'),
        ({"answers": {"q" * 101: 1}}, 'its "answers" cannot be'),
        ({"answers": {"q01": 10**400}}, 'its "answers" cannot be'),
        ({"total": "a lot"}, 'its "total" cannot be'),
        ({"total": float("nan")}, 'its "total" cannot be'),
        ({"band": ["both"]}, 'its "band" cannot be'),
        ({"instrument": "careerpath-15"}, 'its "instrument" cannot be'),
        ({"instrument": {"id": 15, "version": "1"}}, 'its "instrument" cannot be'),
        ({"instrument": {"id": "", "version": "1"}}, 'its "instrument" cannot be'),
    ],
)
def test_damaged_and_foreign_results_are_refused_with_a_reason(change, told):
    assert told in message({**document(), **change})


@pytest.mark.parametrize(
    ("several", "told"),
    [
        (7, 'its "results" cannot be 7'),
        ([7], "mine.json, result 1 is damaged"),
        ([{"format": "careerpath-result", "format_version": 9}], "another version of careerpath"),
    ],
)
def test_one_of_several_that_is_damaged_is_named(several, told):
    data = {"format": "careerpath-results", "format_version": 1, "results": several}
    assert told in message(data)


@pytest.mark.parametrize("data", [None, 7, "x", [], {}, {"q01": 7}, {"format": ["x"]}])
def test_a_file_without_a_result_is_refused_with_a_reason(data):
    assert "holds no result of careerpath" in message(data)


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"", "is empty"),
        (b"\xff\xfe", "is not UTF-8"),
        (b"{", "is not valid JSON"),
        (b"[" * 100_000, "nests too deeply"),
        (b'{"format": 1, "format": 2}', "holds the key 'format' twice"),
        (b'{"format": NaN}', "NaN"),
        (b" " * (LARGEST + 1), "is larger than 2 MB"),
        (b'{"x": ' + b"9" * 5_000 + b"}", "too many digits"),
    ],
)
def test_a_file_that_is_no_json_of_ours_is_reported(raw, told):
    assert told in message(raw)


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists, max_leaves=5))
def test_anything_a_browser_can_send_gives_at_most_a_plain_message(value):
    for key in document():
        with_it = {**document(), key: value}
        try:
            read_results(with_it, place="x")
        except CareerpathError:
            continue


def test_unread_keys_and_names_are_left_alone():
    kept = read_results({**document(), "more": 1}, place="x")[0]
    assert kept_document(kept)["instrument"] == {
        "id": INSTRUMENT.id,
        "version": INSTRUMENT.version,
    }


# What the command line reads


@pytest.fixture
def write(tmp_path):
    def write(data):
        path = tmp_path / "mine.json"
        path.write_text(json.dumps(data))
        return str(path)

    return write


def test_the_command_line_reads_a_saved_result_and_its_day(write):
    given = read_dated_answers(write(document()), INSTRUMENT)
    assert (given.answers, given.taken) == (ANSWERS, DAY)
    assert read_dated_answers(write(document(taken=None)), INSTRUMENT).taken is None


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"format_version": 2}, "written by another version of careerpath"),
        ({"instrument": {"id": "careerpath-15", "version": "0.9"}}, "careerpath-15 0.9"),
        ({"instrument": None}, "made with another questionnaire"),
        ({"answers": 7}, "is damaged"),
        ({"format": "careerpath-results", "results": []}, "holds 0 results"),
    ],
)
def test_the_command_line_refuses_another_version(write, change, told):
    with pytest.raises(CareerpathError) as caught:
        read_answers(write({**document(), **change}), INSTRUMENT)
    assert told in str(caught.value)
