"""The assessment's model: from the first screen to the result, without a widget or a browser."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careerpath import AnswerError, Band, load_instrument
from careerpath.questionnaire.model import Draft, Phase, QuestionnaireModel, read_draft

INSTRUMENT = load_instrument()
IDS = INSTRUMENT.item_ids


@pytest.fixture
def model() -> QuestionnaireModel:
    return QuestionnaireModel(instrument=INSTRUMENT)


def answer_all(model: QuestionnaireModel, value: int = 5) -> None:
    model.start()
    for item_id in IDS:
        model.answer(item_id, value)
        model.go_on()


def kept(**changes: object) -> dict[str, object]:
    """What a browser keeps after two answers, with changes."""
    return {
        "instrument": INSTRUMENT.id,
        "version": INSTRUMENT.version,
        "answers": {"q01": 7, "q02": 3},
        "phase": "question",
        "item": "q02",
        **changes,
    }


def test_the_screens_lead_from_the_welcome_to_the_result(model):
    assert model.phase is Phase.WELCOME
    answer_all(model)
    assert model.phase is Phase.REVIEW
    model.go_on()
    assert model.phase is Phase.RESULT
    assert model.score.total == 75
    assert model.interpretation.band is Band.BOTH


def test_it_does_not_go_on_without_an_answer_and_says_why(model):
    model.start()
    assert model.obstacle == "Choose a point on the line to go on."
    with pytest.raises(AnswerError, match="Choose a point on the line"):
        model.go_on()
    assert model.position == 0
    model.answer("q01", 0)
    assert model.obstacle == ""


def test_the_review_names_what_is_unanswered(model):
    model.start()
    for item_id in IDS:
        if item_id not in ("q04", "q09"):
            model.answer(item_id, 5)
    model.review()
    assert model.obstacle.startswith("Not answered yet: 4, 9.")
    with pytest.raises(AnswerError) as caught:
        model.go_on()
    assert caught.value.items == ("q04", "q09")
    assert model.score is None
    assert model.interpretation is None


def test_going_back_loses_no_answer(model):
    answer_all(model)
    model.go_on()
    seen = []
    for _ in range(len(IDS) + 3):
        model.go_back()
        seen.append((model.phase, model.position))
    assert seen[:2] == [(Phase.REVIEW, 14), (Phase.QUESTION, 14)]
    assert seen[-2:] == [(Phase.WELCOME, 0), (Phase.WELCOME, 0)]
    assert len(model.offered.answers) == 15


def test_an_answer_can_be_changed_from_the_review(model):
    answer_all(model)
    model.go_to("q03")
    assert (model.phase, model.item.id) == (Phase.QUESTION, "q03")
    model.answer("q03", 9)
    assert model.answers["q03"] == 9
    model.review()
    assert model.phase is Phase.REVIEW


def test_a_wrong_answer_changes_nothing(model):
    model.start()
    model.answer("q01", 4)
    with pytest.raises(AnswerError):
        model.answer("q01", 11)
    with pytest.raises(AnswerError):
        model.answer("zzz", 4)
    with pytest.raises(AnswerError):
        model.go_to("zzz")
    assert model.answers == {"q01": 4}


def test_each_answer_is_one_notification_with_a_new_mapping(model):
    model.start()
    changes = []
    model.observe(changes.append, "answers")
    before = model.answers
    model.answer("q01", 4)
    assert before == {}
    assert [change["new"] for change in changes] == [{"q01": 4}]


def test_starting_again_keeps_the_answers_until_a_new_start(model):
    answer_all(model)
    model.go_on()
    model.leave()
    assert model.phase is Phase.WELCOME
    model.resume()
    assert model.phase is Phase.RESULT
    assert model.complete
    model.leave()
    model.start()
    assert model.answers == {}
    assert model.offered is None


def test_forgetting_deletes_every_answer(model):
    answer_all(model)
    model.forget()
    assert (model.answers, model.offered, model.phase) == ({}, None, Phase.WELCOME)


def test_a_kept_draft_is_offered_and_resumed_where_it_stopped(model):
    model.offer(kept())
    assert model.offered == Draft(Phase.QUESTION, 1, {"q01": 7, "q02": 3})
    model.resume()
    assert (model.phase, model.item.id) == (Phase.QUESTION, "q02")
    assert model.answers == {"q01": 7, "q02": 3}


def test_a_complete_draft_is_resumed_at_its_result(model):
    model.offer(kept(answers=dict.fromkeys(IDS, 5), phase="result", item="q15"))
    model.resume()
    assert model.phase is Phase.RESULT


def test_a_draft_that_claims_a_result_too_early_goes_on_with_the_questions(model):
    model.offer(kept(phase="result"))
    model.resume()
    assert model.phase is Phase.QUESTION


def test_no_draft_is_offered_after_the_first_answer(model):
    model.start()
    model.offer(kept())
    assert model.offered is None


@pytest.mark.parametrize(
    "found",
    [
        None,
        "text",
        [],
        {},
        {"answers": None},
        kept(version="0.0.1"),
        kept(instrument="another"),
        kept(answers={}),
        kept(answers={"q01": 11, "q99": 3, "q02": True, "q03": "x" * 1_000_000}),
        kept(answers=[["q01", 7]]),
    ],
)
def test_only_a_draft_of_this_instrument_is_offered(model, found):
    model.offer(found)
    assert model.offered is None
    model.resume()
    assert model.phase is Phase.WELCOME


def test_a_draft_keeps_its_good_answers_and_drops_the_bad_ones():
    draft = read_draft(INSTRUMENT, kept(answers={"q01": 7, "q02": "x", "q77": 1}, item="nowhere"))
    assert draft == Draft(Phase.QUESTION, 0, {"q01": 7})


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(answers=st.dictionaries(st.sampled_from(IDS) | st.text(), json_values), rest=json_values)
def test_no_draft_raises_or_adds_an_invalid_answer(answers, rest):
    draft = read_draft(INSTRUMENT, kept(answers=answers, phase=rest, item="q05"))
    if draft is not None:
        assert set(draft.answers) <= set(IDS)
        assert all(0 <= value <= 10 for value in draft.answers.values())


def test_the_time_left_falls_to_less_than_a_minute(model):
    model.start()
    minutes = []
    for item_id in IDS:
        minutes.append(model.minutes_left)
        model.answer(item_id, 5)
        model.go_on()
    assert minutes[0] == 3
    assert minutes == sorted(minutes, reverse=True)
    assert minutes[-1] == 0
