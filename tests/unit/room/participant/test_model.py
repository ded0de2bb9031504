"""A participant's side of a room, without a browser: joining, sharing, and failures."""

from __future__ import annotations

import asyncio
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from traitlets import HasTraits

from careerpath import load_instrument, open_store
from careerpath.questionnaire.model import QuestionnaireModel
from careerpath.room.participant.background_work import BackgroundWork
from careerpath.room.participant.model import (
    UNREACHED,
    JoinState,
    ParticipantModel,
    ShareState,
)
from careerpath.room.participant.room_access import LONGEST_CODE, MOST_WRONG_CODES
from careerpath.room.room import (
    Outcome,
    Progress,
    Room,
    RoomClosedError,
    RoomExpiredError,
    RoomFullError,
    RoomNotFoundError,
    StoreUnavailableError,
    Visibility,
)

INSTRUMENT = load_instrument()
CODE = "BCDFGH"
DEVICE = "0123456789abcdef"
ANSWERS = dict.fromkeys(INSTRUMENT.item_ids, 7)
OTHERS = dict.fromkeys(INSTRUMENT.item_ids, 3)
AWAY = StoreUnavailableError("The rooms' database postgresql://db.example does not answer.")
WRONG = [None, [], "BCDFGH", 7, {}, {"code": CODE}, {"code": 7, "token": DEVICE}]
WRONG += [{"code": CODE, "token": token} for token in ("", "short", "a b" * 9, "x" * 1_000_000, 7)]
WRONG += [{"code": "B" * (LONGEST_CODE + 1), "token": DEVICE}]


def questionnaire() -> QuestionnaireModel:
    return QuestionnaireModel(instrument=INSTRUMENT)


class FakeRooms:
    """A store with one room, which can be told to fail."""

    def __init__(self) -> None:
        self.problem: Exception | None = None
        self.changes: dict[str, object] = {}
        self.touched: list[Progress] = []
        self.shared: dict[str, dict[str, int]] = {}
        self.sent = 0

    def room(self, code):
        if self.problem:
            raise self.problem
        if code != CODE:
            raise RoomNotFoundError(f"There is no room {code!r}. Check its 6 letters.")
        now = datetime(2026, 11, 22, tzinfo=UTC)
        cuts = INSTRUMENT.cut_scores
        values = {
            "code": CODE,
            "title": "Lisbon workshop",
            "instrument_id": INSTRUMENT.id,
            "instrument_version": INSTRUMENT.version,
            "published": cuts,
            "cut_scores": cuts,
            "created": now,
            "expires": now + timedelta(days=7),
            "capacity": 500,
            "closed": False,
            "picture": Visibility.HIDDEN,
            "version": 1,
        }
        return Room(**{**values, **self.changes})

    def instrument(self, code):
        return INSTRUMENT

    def answers_of(self, code, token):
        return self.shared.get(token)

    def touch(self, code, token, *, progress=Progress.JOINED):
        if self.problem:
            raise self.problem
        self.touched.append(progress)

    def add_response(self, code, answers, *, submission_id):
        if self.problem:
            raise self.problem
        self.sent += 1
        self.shared[submission_id] = answers
        return Outcome.ADDED


class Browser:
    """What a browser does with a participation, and what it is told."""

    def __init__(self, rooms, **options) -> None:
        self.told: list[dict[str, object]] = []
        self.model = ParticipantModel(
            questionnaire(), lambda: rooms, tell=self.told.append, **options
        )

    def join(self, code=CODE, *, device=DEVICE, **claims) -> None:
        self.model.join({"code": code, "token": device, **claims})

    def share(self, answers=ANSWERS, *, code=CODE, device=DEVICE) -> None:
        self.model.share({"code": code, "token": device, "answers": dict(answers)})

    @property
    def outcomes(self) -> list[object]:
        return [each["settled"]["outcome"] for each in self.told if "settled" in each]


@pytest.fixture
def rooms() -> FakeRooms:
    return FakeRooms()


@pytest.fixture
def browser(rooms) -> Browser:
    return Browser(rooms)


# Joining


def test_a_room_is_joined_with_its_title_and_its_instrument(browser, rooms):
    browser.join()
    assert browser.model.join_state is JoinState.JOINED
    assert browser.model.room.title == "Lisbon workshop"
    assert browser.model.instrument == INSTRUMENT
    expires = datetime(2026, 11, 29, tzinfo=UTC).timestamp()
    assert browser.told == [{"joined": {"expires": expires, "shared": False}}]
    assert rooms.touched == [Progress.JOINED]


def test_joining_shares_nothing(browser, rooms):
    browser.join()
    for progress in (Progress.ANSWERING, Progress.FINISHED):
        browser.model.report_progress(progress)
    assert rooms.shared == {}
    assert browser.model.share_state is ShareState.OPEN


def test_the_store_is_opened_only_by_somebody_who_joins():
    opened = []
    model = ParticipantModel(questionnaire(), lambda: opened.append(1) or FakeRooms())
    model.report_progress(Progress.ANSWERING)
    model.try_again()
    model.forget()
    assert opened == []
    model.join({"code": CODE, "token": DEVICE})
    model.report_progress(Progress.ANSWERING)
    assert opened == [1]


@pytest.mark.parametrize("found", WRONG, ids=range(len(WRONG)))
def test_without_a_valid_code_and_token_nothing_is_joined(found):
    def never():
        raise AssertionError("opened")

    model = ParticipantModel(questionnaire(), never)
    model.join(found)
    assert model.join_state is JoinState.REFUSED
    assert model.refusal == "This link does not lead to a room. Check its 6 letters."
    model.share(found)
    assert model.join_state is JoinState.REFUSED


def test_a_wrong_code_gets_a_message(browser):
    browser.join("XXXXXX")
    assert browser.model.join_state is JoinState.REFUSED
    assert browser.model.refusal == "There is no room 'XXXXXX'. Check its 6 letters."
    assert browser.told == [{"refused": True}]


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        (RoomExpiredError("Open a new one."), "This room has expired."),
        (RoomFullError("Room BCDFGH is full."), "Room BCDFGH is full."),
        (RoomClosedError("Room BCDFGH is closed."), "Room BCDFGH is closed."),
    ],
)
def test_a_refusal_gets_a_message(browser, rooms, problem, said):
    rooms.problem = problem
    browser.join()
    assert (browser.model.join_state, browser.model.refusal) == (JoinState.REFUSED, said)


def test_a_closed_room_lets_in_only_those_who_have_shared(rooms):
    rooms.changes = {"closed": True}
    rooms.shared = {DEVICE: ANSWERS}
    stranger, known = Browser(rooms), Browser(rooms)
    stranger.join(device="another-device-001", shared=ANSWERS)
    assert stranger.model.join_state is JoinState.REFUSED
    assert "“Lisbon workshop” is closed" in stranger.model.refusal
    known.join()
    assert known.model.join_state is JoinState.JOINED
    assert known.model.share_state is ShareState.SHARED
    assert known.model.shared == ANSWERS


def test_joining_can_be_tried_again_after_the_database_was_away(browser, rooms):
    rooms.problem = AWAY
    browser.join()
    assert browser.model.join_state is JoinState.UNREACHED
    assert browser.model.refusal == UNREACHED
    browser.model.try_again()
    assert browser.model.join_state is JoinState.UNREACHED
    rooms.problem = None
    browser.model.try_again()
    assert browser.model.join_state is JoinState.JOINED
    assert browser.model.refusal == ""


def test_a_page_can_try_a_limited_number_of_codes(rooms):
    asked = []
    rooms.room = lambda code, found=rooms.room: asked.append(code) or found(code)
    browser = Browser(rooms)
    for number in range(MOST_WRONG_CODES + 5):
        browser.join(f"NO{number:04}")
    assert len(asked) == MOST_WRONG_CODES
    browser.join()
    assert browser.model.join_state is JoinState.REFUSED
    assert "Reload the page" in browser.model.refusal


# Presence


def test_each_step_of_progress_is_reported_once(browser, rooms):
    browser.join()
    for progress in (Progress.JOINED, Progress.ANSWERING, Progress.ANSWERING, Progress.FINISHED):
        browser.model.report_progress(progress)
    assert rooms.touched == [Progress.JOINED, Progress.ANSWERING, Progress.FINISHED]


def test_progress_that_was_not_reported_comes_with_the_next_step(browser, rooms):
    browser.join()
    for problem in (AWAY, RoomClosedError("closed"), RuntimeError("ours")):
        rooms.problem = problem
        browser.model.report_progress(Progress.ANSWERING)
        assert browser.model.join_state is JoinState.JOINED
    rooms.problem = None
    browser.model.report_progress(Progress.FINISHED)
    assert rooms.touched == [Progress.JOINED, Progress.FINISHED]


# Sharing


def test_sharing_stores_the_answers_and_tells_the_browser(browser, rooms):
    browser.join()
    browser.share()
    assert rooms.shared == {DEVICE: ANSWERS}
    assert browser.model.share_state is ShareState.SHARED
    assert browser.model.shared == ANSWERS
    assert browser.told[-1] == {
        "settled": {"code": CODE, "answers": ANSWERS, "outcome": "shared"},
    }


def test_answers_wait_while_the_database_is_away(browser, rooms):
    browser.join()
    rooms.problem = AWAY
    browser.share()
    assert browser.model.share_state is ShareState.WAITING
    assert browser.model.shared is None
    rooms.problem = None
    browser.share()
    assert browser.model.share_state is ShareState.SHARED
    assert browser.outcomes == ["later", "shared"]


def test_a_bug_loses_no_answers_and_is_raised(browser, rooms):
    browser.join()
    rooms.problem = ZeroDivisionError("ours")
    with pytest.raises(ZeroDivisionError):
        browser.share()
    assert browser.outcomes == ["later"]
    assert browser.model.share_state is ShareState.WAITING


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        (RoomNotFoundError("no"), "The room “Lisbon workshop” is over: it takes no more answers."),
        (RoomExpiredError("no"), "The room “Lisbon workshop” is over: it takes no more answers."),
        (RoomClosedError("Room BCDFGH is closed."), "Room BCDFGH is closed."),
        (RoomFullError("Room BCDFGH is full."), "Room BCDFGH is full."),
    ],
)
def test_a_room_that_has_ended_is_not_tried_forever(browser, rooms, problem, said):
    browser.join()
    rooms.problem = problem
    browser.share()
    assert browser.model.share_state is ShareState.REFUSED
    assert browser.model.refusal == said
    assert browser.outcomes == ["refused"]


def test_answers_from_an_earlier_visit_are_delivered(browser, rooms):
    browser.share()
    assert rooms.shared == {DEVICE: ANSWERS}
    assert browser.model.join_state is JoinState.ALONE
    assert browser.model.delivered == (
        "Your answers from earlier are now shared with “Lisbon workshop”."
    )


@pytest.mark.parametrize("answers", [None, [], "7", 7])
def test_invalid_answers_are_refused_so_that_the_browser_drops_them(browser, rooms, answers):
    browser.model.share({"code": CODE, "token": DEVICE, "answers": answers})
    assert browser.outcomes == ["refused"]
    assert rooms.sent == 0


def test_one_page_is_one_participant(browser, rooms):
    browser.join()
    browser.share()
    for number in range(9):
        browser.share(device=f"another-device-{number:03}")
    assert list(rooms.shared) == [DEVICE]
    assert browser.outcomes == ["shared", *9 * ["refused"]]


def test_deleting_forgets_what_was_shared_and_what_waits(browser, rooms):
    browser.join()
    rooms.problem = AWAY
    browser.share()
    browser.model.forget()
    assert browser.model.share_state is ShareState.OPEN
    rooms.problem = None
    browser.share()
    browser.model.forget()
    assert browser.model.shared == {}
    assert browser.model.share_state is ShareState.SHARED


# While the screen goes on


class Gate(FakeRooms):
    """A store whose database takes its time."""

    def __init__(self) -> None:
        super().__init__()
        self.open = threading.Event()
        self.threads: set[int] = set()

    def room(self, code):
        self.threads.add(threading.get_ident())
        assert self.open.wait(10)
        return super().room(code)


async def until(model: HasTraits, holds) -> None:
    """Wait for a change that makes something hold."""
    changed = asyncio.Event()
    model.observe(lambda _change: changed.set())
    async with asyncio.timeout(10):
        while not holds():
            await changed.wait()
            changed.clear()


def test_a_slow_database_stops_nobody():
    async def visit() -> None:
        rooms = Gate()
        browser = Browser(rooms, perform=BackgroundWork(late_after=0.0))
        model = browser.model
        browser.join()
        assert model.join_state is JoinState.JOINING
        await until(model, lambda: model.join_state is JoinState.UNREACHED)
        model.report_progress(Progress.ANSWERING)
        rooms.open.set()
        await until(model, lambda: model.join_state is JoinState.JOINED)
        rooms.open.clear()
        browser.share()
        browser.share()
        await until(model, lambda: model.share_state is ShareState.WAITING)
        rooms.open.set()
        await until(model, lambda: model.share_state is ShareState.SHARED)
        assert rooms.sent == 1
        assert threading.get_ident() not in rooms.threads
        assert len(rooms.threads) == 1

    asyncio.run(visit())


def test_answers_deleted_before_they_are_sent_are_never_sent():
    async def visit() -> None:
        rooms = Gate()
        browser = Browser(rooms, perform=BackgroundWork())
        browser.join()
        browser.share()
        browser.model.forget()
        rooms.open.set()
        await until(browser.model, lambda: browser.model.join_state is JoinState.JOINED)
        done = asyncio.Event()
        browser.model._perform(lambda: 0, done=lambda _: done.set(), failed=print)
        await done.wait()
        assert rooms.sent == 0

    asyncio.run(visit())


def test_newer_answers_replace_those_that_wait():
    async def visit() -> None:
        rooms = Gate()
        browser = Browser(rooms, perform=BackgroundWork())
        browser.join()
        browser.share(ANSWERS)
        browser.share(OTHERS)
        rooms.open.set()
        await until(browser.model, lambda: browser.model.share_state is ShareState.SHARED)
        assert rooms.shared == {DEVICE: OTHERS}
        assert rooms.sent == 1
        assert browser.model.shared == OTHERS

    asyncio.run(visit())


# With the real store


@pytest.fixture
def store(tmp_path):
    with closing(open_store(f"sqlite:///{tmp_path / 'rooms.db'}")) as opened:
        yield opened


def test_a_retry_counts_once_and_a_retake_replaces(store):
    code = store.create_room("Lisbon workshop", INSTRUMENT).code
    browser = Browser(store)
    browser.join(code.lower())
    for answers in (ANSWERS, ANSWERS, OTHERS):
        browser.share(answers, code=code)
    again = Browser(store)
    again.join(code)
    assert again.model.shared == OTHERS
    again.share(OTHERS, code=f"{code[:3]}-{code[3:]}")
    assert store.counts(code).joined == store.counts(code).shared == 1
    assert again.model.share_state is ShareState.SHARED


def test_the_store_says_what_it_has_whatever_a_browser_remembers(store):
    code = store.create_room("Lisbon workshop", INSTRUMENT).code
    never = Browser(store)
    never.join(code, device="another-device-001", shared=ANSWERS)
    assert (never.model.share_state, never.model.shared) == (ShareState.OPEN, None)
    browser = Browser(store)
    browser.join(code)
    browser.share(code=code)
    again = Browser(store)
    again.join(code, shared=OTHERS)
    assert (again.model.share_state, again.model.shared) == (ShareState.SHARED, ANSWERS)
    assert again.told[-1]["joined"]["shared"] is True
    store.reset_room(code)
    browser.join(code)  # as it does when its connection is back
    assert browser.told[-1]["joined"]["shared"] is False
    assert (browser.model.share_state, browser.model.shared) == (ShareState.OPEN, None)
    assert (browser.model.join_state, store.counts(code).joined) == (JoinState.JOINED, 1)
    browser.share(code=code)
    assert store.counts(code).shared == 1


def test_after_a_reset_and_a_closed_door_a_phone_is_told_so(store):
    code = store.create_room("Lisbon workshop", INSTRUMENT).code
    browser, kept = Browser(store), Browser(store)
    browser.join(code)
    browser.share(code=code)
    store.reset_room(code)
    kept.join(code, device="another-device-001")
    kept.share(code=code, device="another-device-001")
    store.close_room(code)
    browser.join(code)
    assert browser.model.join_state is JoinState.REFUSED
    assert "is closed" in browser.model.refusal
    kept.join(code, device="another-device-001")
    assert kept.model.join_state is JoinState.JOINED
    assert kept.model.share_state is ShareState.SHARED


def test_connecting_again_disturbs_nothing(browser, rooms):
    browser.join()
    rooms.problem = RoomFullError("Room BCDFGH is full.")
    browser.share()
    rooms.problem = AWAY
    browser.join()
    assert browser.model.join_state is JoinState.JOINED
    rooms.problem = None
    browser.join()
    assert browser.model.share_state is ShareState.REFUSED
    assert browser.model.refusal == "Room BCDFGH is full."


def test_a_room_has_its_own_instrument(store):
    ours = INSTRUMENT.with_cut_scores(management_below=60, mastery_above=95)
    code = store.create_room("Lisbon workshop", ours).code
    browser = Browser(store)
    browser.join(code)
    assert browser.model.instrument == ours


@pytest.mark.parametrize(
    "answers",
    [{}, {"q01": 7}, ANSWERS | {"q01": 99}, ANSWERS | {"q01": "7"}, ANSWERS | {"zzz": 1}],
    ids=["none", "some", "off the scale", "text", "unknown"],
)
def test_answers_that_the_room_cannot_count_are_refused(store, answers):
    code = store.create_room("Lisbon workshop", INSTRUMENT).code
    browser = Browser(store)
    browser.join(code)
    browser.share(answers, code=code)
    assert browser.model.share_state is ShareState.REFUSED
    assert store.counts(code).shared == 0


def test_a_deleted_room_takes_no_answers(store):
    code = store.create_room("Lisbon workshop", INSTRUMENT).code
    browser = Browser(store)
    browser.join(code)
    store.delete_room(code)
    browser.share(code=code)
    assert browser.model.refusal == "The room “Lisbon workshop” is over: it takes no more answers."


def test_a_full_room_refuses_the_next_participant(store):
    code = store.create_room("Lisbon workshop", INSTRUMENT, capacity=1).code
    first, second = Browser(store), Browser(store)
    first.join(code)
    second.join(code, device="another-device-001")
    assert first.model.join_state is JoinState.JOINED
    assert second.model.join_state is JoinState.REFUSED
    assert "full" in second.model.refusal
