"""A coach's page, without a widget: the entry form, looking, steering, moving the cut scores."""

from __future__ import annotations

import asyncio
import threading
import time
from contextlib import closing
from datetime import timedelta

import numpy as np
import pytest

from careerpath import (
    CareerpathError,
    CutScores,
    Instrument,
    Tally,
    load_instrument,
    open_store,
)
from careerpath.cohort.named_cohort import NamedCohort
from careerpath.core.instrument import Band
from careerpath.room.coach.model import (
    MOST_CREATED,
    MOST_WRONG_KEYS,
    Confirmation,
    RoomModel,
    RoomStage,
)
from careerpath.room.coach.slides import SlideKind, slides_of
from careerpath.room.room import (
    MINIMUM_SHOWN,
    HeldBackError,
    Progress,
    RoomError,
    RoomNotFoundError,
    StoreError,
    StoreUnavailableError,
    Visibility,
)
from careerpath.thresholds.model import ThresholdsModel

INSTRUMENT = load_instrument()
OWN = INSTRUMENT.with_cut_scores(management_below=60, mastery_above=95)


class Clock:
    now = 1_800_000_000.0

    def __call__(self):
        return self.now


class Failing:
    """A store that can be away, or do one thing wrongly."""

    def __init__(self, store):
        self._store = store
        self.problems: dict[str, Exception] = {}
        self.away = False
        self.asked: list[str] = []

    def __getattr__(self, name):
        def call(*arguments, **options):
            self.asked.append(name)
            if self.away:
                raise StoreUnavailableError("The rooms' database does not answer.")
            if name in self.problems:
                raise self.problems[name]
            return getattr(self._store, name)(*arguments, **options)

        return call


class Waits:
    """Does not sleep, but records how long it should have slept."""

    def __init__(self):
        self.seconds = []

    async def __call__(self, seconds):
        self.seconds.append(seconds)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def store(clock):
    with closing(open_store("sqlite://", clock=clock)) as opened:
        yield opened


@pytest.fixture
def failing(store):
    return Failing(store)


@pytest.fixture
def waits():
    return Waits()


@pytest.fixture
def model(failing, waits):
    return RoomModel(open_store=lambda: failing, instrument=INSTRUMENT, sleep=waits)


@pytest.fixture
def opened(store):
    return store.create_room("Lisbon workshop", INSTRUMENT)


@pytest.fixture
def inside(model, opened):
    """A coach who has opened the room."""
    do(model.open(opened.code, opened.coach_key))
    return model


def do(coroutine):
    return asyncio.run(coroutine)


def answers(value):
    """All answers alike, toward mastery."""
    turned = INSTRUMENT.scale.maximum - value
    return {item.id: turned if item.mastery_side == "left" else value for item in INSTRUMENT.items}


def share(store, code, values):
    for number, value in enumerate(values):
        store.add_response(code, answers(value), submission_id=f"person {number}")


def counts_of(model):
    return {share.band: share.count for share in model.figures.shares}


# The entry form


def test_the_store_is_not_opened_before_a_coach_acts(waits):
    def never():
        raise AssertionError("opened")

    model = RoomModel(open_store=never, instrument=INSTRUMENT, sleep=waits)
    assert (model.stage, model.room, model.figures) == (RoomStage.ENTRY, None, None)
    do(model.refresh())


def test_a_new_room_shows_its_key_once_and_then_is_open(model, store):
    made = do(model.create("Lisbon workshop"))
    assert model.stage is RoomStage.CREATED
    assert store.authenticate(made.code, made.coach_key)
    assert (model.room.title, model.room.code) == ("Lisbon workshop", made.code)
    assert (model.room.expires - model.room.created) == timedelta(hours=24)
    assert (model.room.expires_if_used - model.room.created) == timedelta(days=7)
    assert made.coach_key not in repr({name: getattr(model, name) for name in model.trait_names()})
    model.go_in()
    assert model.stage is RoomStage.OPEN


def test_a_page_creates_only_a_few_rooms(model, store):
    for _ in range(MOST_CREATED):
        do(model.create("Room"))
        model.leave()
    with pytest.raises(RoomError, match="has created 5 rooms"):
        do(model.create("Room"))
    assert len(store.rooms()) == MOST_CREATED


def test_a_page_tries_a_limited_number_of_codes_and_keys(model, store, opened, failing):
    for number in range(MOST_WRONG_KEYS):
        with pytest.raises(RoomError, match="No room has this code"):
            do(model.open(opened.code if number % 2 else f"BCDFG{number}", "WRONG"))
    failing.asked.clear()
    with pytest.raises(RoomError, match="Reload the page"):
        do(model.open(opened.code, opened.coach_key))
    assert failing.asked == []


def test_a_new_room_asks_the_questions_of_the_page(store, waits):
    model = RoomModel(open_store=lambda: store, instrument=OWN, sleep=waits)
    made = do(model.create("Ours"))
    assert store.instrument(made.code) == OWN


@pytest.mark.parametrize("title", ["", "x" * 121, "nul\0"])
def test_a_wrong_title_leaves_the_coach_on_the_entry_form(model, title):
    with pytest.raises(RoomError, match="title"):
        do(model.create(title))
    assert (model.stage, model.opening) == (RoomStage.ENTRY, False)


def test_the_key_opens_the_room(inside, opened):
    assert (inside.stage, inside.presenting) == (RoomStage.OPEN, False)
    assert inside.room.code == opened.code
    assert inside.counts.joined == 0


@pytest.mark.parametrize("wrong", ["code", "key", "both", "nothing"])
def test_wrong_codes_and_wrong_keys_get_the_same_message(model, opened, wrong):
    code = "BCDFGH" if wrong in ("code", "both") else opened.code
    key = "BCDF-GHJK-MNPQ-RSTV" if wrong in ("key", "both") else opened.coach_key
    code, key = ("", "") if wrong == "nothing" else (code, key)
    with pytest.raises(RoomError) as caught:
        do(model.open(code, key))
    assert str(caught.value).startswith("No room has this code and coach key.")
    assert (model.stage, model.room, model.opening) == (RoomStage.ENTRY, None, False)


def test_each_attempt_waits_as_long_as_the_store_says(model, opened, failing, waits):
    for _ in range(6):
        with pytest.raises(RoomError):
            do(model.open(opened.code, "wrong"))
    assert waits.seconds == [0, 0, 0, 1, 2, 4]
    assert failing.asked == ["count_attempt", "authenticate"] * 6


def test_two_keys_are_not_tried_at_once(failing, opened):
    tried = asyncio.Event()

    async def sleep(_seconds):
        await tried.wait()

    model = RoomModel(open_store=lambda: failing, instrument=INSTRUMENT, sleep=sleep)

    async def both():
        first = asyncio.create_task(model.open(opened.code, opened.coach_key))
        while not model.opening:
            await asyncio.sleep(0)
        with pytest.raises(RoomError, match="already in a room"):
            await model.open(opened.code, "wrong")
        with pytest.raises(RoomError, match="already in a room"):
            await model.create("Another")
        tried.set()
        await first

    do(both())
    assert failing.asked.count("authenticate") == 1
    assert model.stage is RoomStage.OPEN


def test_a_coach_in_a_room_cannot_open_another_one(inside, store):
    other = store.create_room("Porto workshop", INSTRUMENT)
    with pytest.raises(RoomError, match="already in a room"):
        do(inside.open(other.code, other.coach_key))
    with pytest.raises(RoomError, match="already in a room"):
        do(inside.create("Another"))
    assert inside.room.title == "Lisbon workshop"


def test_a_key_works_again_after_the_database_was_away(model, opened, failing):
    failing.away = True
    with pytest.raises(StoreUnavailableError):
        do(model.open(opened.code, opened.coach_key))
    assert (model.stage, model.opening) == (RoomStage.ENTRY, False)
    failing.away = False
    do(model.open(opened.code, opened.coach_key))
    assert model.stage is RoomStage.OPEN


@pytest.mark.parametrize(
    "act",
    [
        RoomModel.reveal,
        RoomModel.hide,
        RoomModel.freeze,
        lambda model: model.export("csv"),
    ],
)
def test_without_a_key_nothing_can_be_done_to_any_room(model, opened, store, failing, act):
    share(store, opened.code, range(6))
    with pytest.raises(RoomError, match="No room is open here"):
        do(act(model))
    assert failing.asked == []


@pytest.mark.parametrize("what", Confirmation)
def test_without_a_key_nothing_is_confirmed(model, opened, store, what):
    model.ask_to_confirm(what)
    if what is Confirmation.NOTHING:
        do(model.confirm())
    else:
        with pytest.raises(RoomError, match="No room is open here"):
            do(model.confirm())
    assert not store.room(opened.code).closed


def test_without_a_picture_nothing_is_dragged(inside, failing):
    failing.asked.clear()
    inside.drag([10, 20])
    inside.slid((10, 20))
    inside.back_to_published()
    do(inside.keep_cuts())
    assert failing.asked == []


# Looking


def test_the_counts_follow_the_room(inside, store, opened):
    store.touch(opened.code, "a")
    store.touch(opened.code, "b", progress=Progress.ANSWERING)
    share(store, opened.code, [5])
    do(inside.refresh())
    counts = inside.counts
    assert (counts.joined, counts.answering, counts.shared) == (3, 1, 1)


def test_an_unchanged_room_costs_one_call_and_notifies_nobody(inside, failing):
    failing.asked.clear()
    heard = []
    inside.observe(heard.append)
    do(inside.refresh())
    assert (failing.asked, heard) == (["version"], [])


def test_there_is_no_picture_before_the_reveal(inside, store, opened, failing):
    share(store, opened.code, range(8))
    do(inside.refresh())
    assert (inside.figures, inside.slides, inside.held_back) == (None, (), "")
    assert "tally" not in failing.asked


def test_nothing_is_shown_before_five(inside, store, opened):
    share(store, opened.code, range(MINIMUM_SHOWN - 1))
    do(inside.reveal())
    assert inside.room.revealed
    assert inside.figures is None
    assert inside.held_back.startswith("4 of at least 5 people")
    share(store, opened.code, range(MINIMUM_SHOWN))
    do(inside.refresh())
    assert (inside.figures.tally.count, inside.held_back) == (5, "")


def test_the_picture_shows_the_shared_answers(inside, store, opened):
    values = [1, 2, 5, 5, 6, 9, 10]
    share(store, opened.code, values)
    do(inside.reveal())
    assert counts_of(inside) == {Band.MANAGEMENT: 2, Band.BOTH: 3, Band.MASTERY: 2}
    assert inside.figures.tally == store.tally(opened.code)
    for person in range(5):
        assert counts_of(inside) == {Band.MANAGEMENT: 2, Band.BOTH: 3, Band.MASTERY: 2}
        store.add_response(opened.code, answers(9), submission_id=f"person {person}")
        do(inside.refresh())
    assert counts_of(inside) == {Band.MANAGEMENT: 0, Band.BOTH: 0, Band.MASTERY: 7}


def test_a_person_who_only_joins_does_not_change_the_picture(inside, store, opened):
    share(store, opened.code, range(6))
    do(inside.reveal())
    before = inside.figures
    store.touch(opened.code, "late")
    do(inside.refresh())
    assert inside.figures is before
    assert inside.counts.joined == 7


def test_the_picture_stays_while_the_database_is_away(inside, store, opened, failing):
    share(store, opened.code, range(6))
    do(inside.reveal())
    failing.away = True
    do(inside.refresh())
    assert (inside.connected, inside.stage) == (False, RoomStage.OPEN)
    assert inside.figures.tally.count == 6
    for number in range(5):
        store.add_response(opened.code, answers(5), submission_id=f"meanwhile {number}")
    failing.away = False
    do(inside.refresh())
    assert inside.connected
    assert inside.figures.tally.count == 11


def test_a_room_that_another_page_deletes_is_gone(inside, store, opened):
    store.delete_room(opened.code)
    do(inside.refresh())
    assert (inside.stage, inside.room, inside.counts) == (RoomStage.GONE, None, None)


def test_after_a_room_has_expired_another_can_be_created(inside, store, opened, clock):
    inside.show_presenter()
    clock.now += timedelta(days=7).total_seconds()
    do(inside.refresh())
    assert (inside.stage, inside.presenting) == (RoomStage.GONE, False)
    do(inside.create("The next one"))
    assert inside.stage is RoomStage.CREATED


def test_after_leaving_nothing_of_the_room_is_shown(model, store, opened, failing):
    async def leave_meanwhile():
        await model.open(opened.code, opened.coach_key)
        store.touch(opened.code, "a")
        looking = asyncio.create_task(model.refresh())
        await asyncio.sleep(0)
        model.leave()
        await looking

    do(leave_meanwhile())
    assert (model.stage, model.room, model.counts) == (RoomStage.ENTRY, None, None)


# Steering


def test_reveal_freeze_and_hide(inside, store, opened):
    share(store, opened.code, [2] * 6)
    do(inside.reveal())
    do(inside.freeze())
    share(store, opened.code, [9] * 6)
    do(inside.refresh())
    assert (inside.room.picture, inside.counts.waiting) == (Visibility.FROZEN, 6)
    assert counts_of(inside)[Band.MANAGEMENT] == 6
    do(inside.reveal())
    assert (inside.room.picture, inside.counts.waiting) == (Visibility.REVEALED, 0)
    assert counts_of(inside)[Band.MASTERY] == 6
    inside.turn(3)
    do(inside.hide())
    assert (inside.room.picture, inside.figures, inside.slide) == (Visibility.HIDDEN, None, 0)


def test_a_database_that_is_silent_is_named_while_the_page_waits(inside, failing, monkeypatch):
    monkeypatch.setattr("careerpath.room.coach.model.LATE_SECONDS", 0.01)
    version, answers = failing.version, threading.Event()
    monkeypatch.setattr(
        failing, "version", lambda code: answers.wait(10) and version(code), raising=False
    )
    said = []
    inside.observe(lambda change: said.append(change.new) or answers.set(), "connected")
    do(inside.refresh())
    assert said == [False, True]


def test_a_second_page_of_a_room_sees_what_the_first_one_does(
    inside, opened, failing, store, waits
):
    presenter = RoomModel(open_store=lambda: failing, instrument=INSTRUMENT, sleep=waits)
    do(presenter.open(opened.code, opened.coach_key))
    share(store, opened.code, range(6))
    do(inside.reveal())
    inside.slid((60, 90))
    do(inside.keep_cuts())
    do(presenter.refresh())
    assert presenter.figures.cuts == CutScores(management_below=60, mastery_above=90)
    assert not presenter.presenting


@pytest.mark.parametrize("what", [Confirmation.CLOSE, Confirmation.RESET, Confirmation.DELETE])
def test_what_cannot_be_undone_must_be_confirmed(inside, store, opened, what):
    share(store, opened.code, range(6))
    inside.ask_to_confirm(what)
    inside.ask_to_confirm(Confirmation.NOTHING)
    do(inside.confirm())
    assert not store.room(opened.code).closed
    assert store.counts(opened.code).shared == 6


def test_closing(inside, store, opened):
    inside.ask_to_confirm(Confirmation.CLOSE)
    do(inside.confirm())
    assert inside.room.closed
    assert inside.confirming is Confirmation.NOTHING
    assert store.room(opened.code).closed


def test_a_reset_leaves_an_empty_hidden_room(inside, store, opened):
    share(store, opened.code, range(6))
    do(inside.reveal())
    inside.ask_to_confirm(Confirmation.RESET)
    do(inside.confirm())
    assert (inside.counts.joined, inside.room.picture, inside.figures) == (
        0,
        Visibility.HIDDEN,
        None,
    )
    assert store.counts(opened.code).shared == 0


def test_deleting(inside, store, opened):
    inside.ask_to_confirm(Confirmation.DELETE)
    do(inside.confirm())
    assert inside.stage is RoomStage.GONE
    with pytest.raises(RoomNotFoundError):
        store.room(opened.code)


def test_deleting_a_room_says_if_traces_are_left(inside, store, failing, opened, caplog):
    class Reading:
        """Somebody else reads, so that the log cannot be emptied."""

        def __getattr__(self, name):
            return getattr(store, name)

        def delete_room(self, code):
            store.delete_room(code)
            raise StoreUnavailableError("The rows are deleted, but another program reads /rooms.db")

    failing._store = Reading()
    inside.ask_to_confirm(Confirmation.DELETE)
    with pytest.raises(RoomError, match=r"traces of it .* careerpath db upgrade") as caught:
        do(inside.confirm())
    assert inside.stage is RoomStage.GONE
    assert "/rooms.db" not in str(caught.value)
    assert "/rooms.db" in caplog.text


def test_a_failure_is_raised_and_changes_nothing(inside, failing):
    failing.problems["reveal_room"] = StoreError("The disk is full.")
    with pytest.raises(StoreError, match="disk is full"):
        do(inside.reveal())
    assert not inside.room.revealed


def test_an_export_of_too_few_is_refused(inside, store, opened):
    share(store, opened.code, range(4))
    with pytest.raises(HeldBackError):
        do(inside.export("csv"))
    share(store, opened.code, range(5))
    _name, _media_type, made = do(inside.export("csv"))
    assert made.count(b"\n") == 6


# Moving the cut scores


@pytest.fixture
def revealed(inside, store, opened):
    share(store, opened.code, [1, 3, 5, 6, 7, 9])  # totals 15, 45, 75, 90, 105, 135
    do(inside.reveal())
    return inside


def test_a_handle_that_is_dragged_moves_people_at_once(revealed):
    revealed.drag(np.array([49.5, 80.2]))
    assert revealed.figures.cuts == CutScores(management_below=50, mastery_above=80)
    assert counts_of(revealed) == {Band.MANAGEMENT: 2, Band.BOTH: 1, Band.MASTERY: 3}
    assert revealed.figures.flows_in_words == "1 person moves from both to mastery."
    assert revealed.figures.published == INSTRUMENT.cut_scores


def test_the_slider_does_the_same(revealed):
    revealed.slid((40, 100))
    assert revealed.figures.cuts == CutScores(management_below=40, mastery_above=100)
    assert counts_of(revealed)[Band.MANAGEMENT] == 1


def test_only_the_last_of_many_moves_is_stored(revealed, store, opened, failing):
    failing.asked.clear()
    for high in range(99, 80, -1):
        revealed.slid((50, high))
    do(revealed.keep_cuts())
    assert failing.asked == ["set_cut_scores"]
    assert store.room(opened.code).cut_scores.mastery_above == 81
    do(revealed.refresh())
    assert revealed.figures.cuts.mastery_above == 81


def test_a_fast_drag_stores_only_the_newest_cut_scores(
    revealed, store, opened, failing, monkeypatch
):
    """Only one task writes, and it writes the newest cut scores when its turn comes."""
    real = store.set_cut_scores

    def slow(code, cuts):
        time.sleep(0.05)
        real(code, cuts)

    monkeypatch.setattr(store, "set_cut_scores", slow)
    failing.asked.clear()

    async def drag():
        tasks = []
        for high in range(99, 69, -1):
            revealed.slid((50, high))
            tasks.append(asyncio.create_task(revealed.keep_cuts()))
            await asyncio.sleep(0)
        tasks.append(asyncio.create_task(revealed.refresh()))
        await revealed.freeze()
        await asyncio.gather(*tasks)

    do(drag())
    assert failing.asked.count("set_cut_scores") <= 2
    assert store.room(opened.code).cut_scores.mastery_above == 70
    assert revealed.room.frozen


def test_leaving_during_a_drag_moves_no_other_room(revealed, store, opened, failing):
    other = store.create_room("Porto workshop", INSTRUMENT)

    async def leave_meanwhile():
        await revealed._store_lock.acquire()
        revealed.slid((50, 70))
        keeping = asyncio.create_task(revealed.keep_cuts())
        await asyncio.sleep(0)
        revealed.leave()
        revealed._store_lock.release()
        await revealed.open(other.code, other.coach_key)
        await keeping

    do(leave_meanwhile())
    for room in (opened, other):
        assert store.room(room.code).cut_scores == INSTRUMENT.cut_scores


def test_a_refresh_does_not_undo_a_move(revealed, store, opened):
    revealed.slid((50, 70))
    store.touch(opened.code, "late")
    do(revealed.refresh())
    assert revealed.figures.cuts.mastery_above == 70
    assert store.room(opened.code).cut_scores.mastery_above == 70


def test_a_move_is_stored_once_the_database_is_back(revealed, store, opened, failing):
    failing.away = True
    revealed.slid((50, 70))
    do(revealed.keep_cuts())
    assert not revealed.connected
    assert revealed.figures.cuts.mastery_above == 70
    failing.away = False
    do(revealed.refresh())
    assert revealed.connected
    assert store.room(opened.code).cut_scores.mastery_above == 70


def test_the_cut_scores_go_back_to_the_published_ones(revealed, store, opened):
    revealed.slid((10, 140))
    do(revealed.keep_cuts())
    revealed.back_to_published()
    do(revealed.keep_cuts())
    assert not revealed.figures.moved
    assert store.room(opened.code).cut_scores == INSTRUMENT.cut_scores


@pytest.mark.parametrize(
    "sent",
    [
        None,
        "50",
        [1],
        [1, 2, 3],
        [float("nan"), 5],
        [float("inf"), 5],
        {"a": 1},
        [[1], [2]],
        ["a", "b"],
        [None, None],
        [10**400, 5],
        b"\xff" * 16,
    ],
    ids=lambda each: str(each)[:20],
)
def test_anything_but_two_numbers_moves_nothing(revealed, sent):
    for move in (revealed.drag, revealed.slid):
        with pytest.raises(CareerpathError, match="Two cut scores"):
            move(sent)
    assert not revealed.figures.moved


@pytest.mark.parametrize("sent", [[-1e300, 1e300], [200, -200], [150, 0]])
def test_cut_scores_stay_in_order_and_within_the_totals(revealed, sent):
    revealed.drag(sent)
    cuts = revealed.figures.cuts
    assert 0 <= cuts.management_below <= cuts.mastery_above <= 150


# Slides


def test_the_slides_are_the_room_the_themes_and_every_question_once(revealed):
    kinds = [each.kind for each in revealed.slides]
    assert kinds[:2] == [SlideKind.ROOM, SlideKind.FACETS]
    assert set(kinds[2:]) == {SlideKind.QUESTIONS}
    asked = [item.id for each in revealed.slides for item in each.items]
    assert sorted(asked) == sorted(INSTRUMENT.item_ids)


def test_turning_stops_at_both_ends(revealed):
    revealed.turn(-1)
    assert revealed.slide == 0
    for _ in range(20):
        revealed.turn(1)
    assert revealed.slide == len(revealed.slides) - 1
    assert revealed.shown_slide == revealed.slides[-1]


def test_an_instrument_without_facets_has_no_themes_and_all_its_questions():
    names = [f"i{number}" for number in range(7)]
    plain = Instrument.plain(names, management_below=20, mastery_above=50)
    slides = slides_of(plain)
    assert [each.kind for each in slides] == [SlideKind.ROOM] + [SlideKind.QUESTIONS] * 3
    assert [len(each.items) for each in slides[1:]] == [3, 3, 1]


# The figures


def test_close_calls_are_those_within_the_error_of_a_line(revealed):
    close = revealed.figures.close_calls
    assert close.error == INSTRUMENT.norms.standard_error
    assert not close.measured
    assert close.count == 2  # 45 and 105; the lines are at 49.5 and 100.5, the error is 9.8
    revealed.slid((50, 95))
    assert revealed.figures.close_calls.count == 3  # 90, too


def test_an_instrument_without_norms_has_no_close_calls(store, waits):
    plain = Instrument.plain(["a", "b"], management_below=7, mastery_above=13)
    made = store.create_room("Plain", plain)
    for number in range(5):
        store.add_response(made.code, {"a": number, "b": 5}, submission_id=str(number))
    model = RoomModel(open_store=lambda: store, instrument=INSTRUMENT, sleep=waits)
    do(model.open(made.code, made.coach_key))
    do(model.reveal())
    assert model.figures.close_calls is None
    assert model.figures.facets == ()
    assert len(model.figures.questions(plain.items)) == 2


def test_facets_and_questions_have_the_distribution_of_the_answers(revealed):
    for _facet, found in revealed.figures.facets:
        assert found.bars == tuple(
            (value, 3 if value in (1, 3, 5, 6, 7, 9) else 0) for value in range(11)
        )
        assert found.middle_half == (3, 7)
    ((item, found),) = revealed.figures.questions(INSTRUMENT.items[:1])
    assert item is INSTRUMENT.items[0]
    assert found.counts == (0, 1, 0, 1, 0, 1, 1, 1, 0, 1, 0)


def test_the_figures_are_those_of_the_lab(revealed, store, opened):
    tally = store.tally(opened.code)
    lab = ThresholdsModel(
        instrument=INSTRUMENT, cohorts=[NamedCohort.of("room", tally, INSTRUMENT)]
    )
    revealed.slid((60, 100))
    lab.move(management_below=60, mastery_above=100)
    assert revealed.figures.shares == lab.effects.shares
    assert revealed.figures.flows_in_words == lab.effects.flows_in_words
    assert isinstance(tally, Tally)
