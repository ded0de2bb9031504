"""The assessment's model: the way through, without a widget or a browser."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careerpath import AnswerError, Band, load_instrument
from careerpath.questionnaire.model import Draft, Phase, QuestionnaireState, read_draft

INSTRUMENT = load_instrument()
IDS = INSTRUMENT.item_ids


@pytest.fixture
def state() -> QuestionnaireState:
    return QuestionnaireState(instrument=INSTRUMENT)


def answer_all(state: QuestionnaireState, value: int = 5) -> None:
    state.start()
    for item_id in IDS:
        state.answer(item_id, value)
        state.go_on()


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


def test_the_way_leads_from_welcome_through_every_item_to_the_result(state):
    assert state.phase is Phase.WELCOME
    answer_all(state)
    assert state.phase is Phase.REVIEW
    state.go_on()
    assert state.phase is Phase.RESULT
    assert state.score.total == 75
    assert state.interpretation.band is Band.BOTH


def test_it_does_not_go_on_without_an_answer_and_says_why(state):
    state.start()
    assert state.obstacle == "Choose a point on the line to go on."
    with pytest.raises(AnswerError, match="Choose a point on the line"):
        state.go_on()
    assert state.position == 0
    state.answer("q01", 0)
    assert state.obstacle == ""


def test_the_review_names_what_is_unanswered(state):
    state.start()
    for item_id in IDS:
        if item_id not in ("q04", "q09"):
            state.answer(item_id, 5)
    state.review()
    assert state.obstacle.startswith("Still without an answer: 4, 9.")
    with pytest.raises(AnswerError) as caught:
        state.go_on()
    assert caught.value.items == ("q04", "q09")
    assert state.score is None
    assert state.interpretation is None


def test_going_back_leads_the_same_way_and_loses_nothing(state):
    answer_all(state)
    state.go_on()
    seen = []
    for _ in range(len(IDS) + 3):
        state.go_back()
        seen.append((state.phase, state.position))
    assert seen[:2] == [(Phase.REVIEW, 14), (Phase.QUESTION, 14)]
    assert seen[-2:] == [(Phase.WELCOME, 0), (Phase.WELCOME, 0)]
    assert len(state.offered.answers) == 15


def test_an_answer_can_be_changed_from_the_review(state):
    answer_all(state)
    state.go_to("q03")
    assert (state.phase, state.item.id) == (Phase.QUESTION, "q03")
    state.answer("q03", 9)
    assert state.answers["q03"] == 9
    state.review()
    assert state.phase is Phase.REVIEW


def test_a_wrong_answer_changes_nothing(state):
    state.start()
    state.answer("q01", 4)
    with pytest.raises(AnswerError):
        state.answer("q01", 11)
    with pytest.raises(AnswerError):
        state.answer("zzz", 4)
    with pytest.raises(AnswerError):
        state.go_to("zzz")
    assert state.answers == {"q01": 4}


def test_each_answer_is_one_notification_with_a_new_mapping(state):
    state.start()
    changes = []
    state.observe(changes.append, "answers")
    before = state.answers
    state.answer("q01", 4)
    assert before == {}
    assert [change["new"] for change in changes] == [{"q01": 4}]


def test_starting_again_keeps_the_answers_until_a_new_start(state):
    answer_all(state)
    state.go_on()
    state.leave()
    assert state.phase is Phase.WELCOME
    state.resume()
    assert state.phase is Phase.RESULT
    assert state.complete
    state.leave()
    state.start()
    assert state.answers == {}
    assert state.offered is None


def test_forgetting_deletes_every_answer(state):
    answer_all(state)
    state.forget()
    assert (state.answers, state.offered, state.phase) == ({}, None, Phase.WELCOME)


def test_a_kept_draft_is_offered_and_resumed_where_it_stopped(state):
    state.offer(kept())
    assert state.offered == Draft(Phase.QUESTION, 1, {"q01": 7, "q02": 3})
    state.resume()
    assert (state.phase, state.item.id) == (Phase.QUESTION, "q02")
    assert state.answers == {"q01": 7, "q02": 3}


def test_a_complete_draft_is_resumed_at_its_result(state):
    state.offer(kept(answers=dict.fromkeys(IDS, 5), phase="result", item="q15"))
    state.resume()
    assert state.phase is Phase.RESULT


def test_a_draft_that_claims_a_result_too_early_goes_on_with_the_questions(state):
    state.offer(kept(phase="result"))
    state.resume()
    assert state.phase is Phase.QUESTION


def test_nothing_is_offered_to_somebody_who_is_under_way(state):
    state.start()
    state.offer(kept())
    assert state.offered is None


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
def test_what_is_no_draft_of_this_instrument_is_not_offered(state, found):
    state.offer(found)
    assert state.offered is None
    state.resume()
    assert state.phase is Phase.WELCOME


def test_a_draft_keeps_its_good_answers_and_drops_the_bad_ones():
    draft = read_draft(INSTRUMENT, kept(answers={"q01": 7, "q02": "x", "q77": 1}, item="nowhere"))
    assert draft == Draft(Phase.QUESTION, 0, {"q01": 7})


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(answers=st.dictionaries(st.sampled_from(IDS) | st.text(), json_values), rest=json_values)
def test_no_draft_whatever_it_holds_raises_or_smuggles_an_answer_in(answers, rest):
    draft = read_draft(INSTRUMENT, kept(answers=answers, phase=rest, item="q05"))
    if draft is not None:
        assert set(draft.answers) <= set(IDS)
        assert all(0 <= value <= 10 for value in draft.answers.values())


def test_the_time_left_falls_to_less_than_a_minute(state):
    state.start()
    minutes = []
    for item_id in IDS:
        minutes.append(state.minutes_left)
        state.answer(item_id, 5)
        state.go_on()
    assert minutes[0] == 3
    assert minutes == sorted(minutes, reverse=True)
    assert minutes[-1] == 0
