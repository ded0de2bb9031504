"""What a coach and a room's participants can do, on each database."""

import io
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from kit.strategies import answered

from careerpath import (
    AnswerError,
    CutScores,
    Instrument,
    InstrumentError,
    Tally,
    load_instrument,
    open_store,
    read_cohort,
    score,
)
from careerpath.room.room import (
    MINIMUM_SHOWN,
    HeldBackError,
    Outcome,
    Progress,
    RoomClosedError,
    RoomError,
    RoomExpiredError,
    RoomFullError,
    RoomNotFoundError,
    StoreError,
    Visibility,
)
from careerpath.room.store.codes_and_keys import LETTERS
from careerpath.room.store.shared_answers import frame_of, steps_of, tally_of
from careerpath.room.store.store import SECOND_LOOK

INSTRUMENT = load_instrument()


def answers(number):
    """A person's answers; they differ from person to person."""
    return {name: (number + place) % 11 for place, name in enumerate(INSTRUMENT.item_ids)}


def share(store, code, people, *, start=0):
    for number in range(start, start + people):
        store.add_response(code, answers(number), submission_id=f"person {number}")


def expected(people):
    frame = pd.DataFrame([answers(number) for number in people])
    return Tally.of(frame, INSTRUMENT)


@pytest.fixture
def opened(store):
    return store.create_room("Lisbon workshop", INSTRUMENT)


@pytest.fixture
def code(opened):
    return opened.code


# Creating and finding rooms


def test_a_new_room_is_what_was_asked_for(store, clock):
    opened = store.create_room("  Two \n lines ", INSTRUMENT, expires_in=timedelta(hours=2))
    room = store.room(opened.code)
    assert room == opened.room
    assert (room.title, room.instrument_id, room.closed) == ("Two lines", INSTRUMENT.id, False)
    assert room.published == room.cut_scores == INSTRUMENT.cut_scores
    assert room.picture is Visibility.HIDDEN
    assert not room.revealed
    assert room.created.timestamp() == clock()
    assert room.expires - room.created == timedelta(hours=2)


def test_a_code_is_six_letters_that_are_hard_to_misread(opened):
    assert len(opened.code) == 6
    assert set(opened.code) <= set(LETTERS)
    assert not set(LETTERS) & set("AEIOUL")


def test_a_code_is_found_however_it_is_typed(store, code):
    for typed in (code.lower(), f" {code[:3]} {code[3:]}\n", f"{code[:3]}-{code[3:]}"):
        assert store.room(typed).code == code


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "BCDFG",
        "BCDFGHJ",
        "ABCDEF",
        "' OR 1=1",
        "<b>hi</b>",
        "\0" * 6,
        "ß" * 6,
        None,
        7,
        "B" * 10**6,
    ],
    ids=repr,
)
def test_a_wrong_code_finds_nothing(store, code, wrong):
    with pytest.raises(RoomNotFoundError, match="There is no room") as caught:
        store.room(wrong)
    assert len(str(caught.value)) < 100


def test_a_room_keeps_its_own_copy_of_the_instrument(store, url):
    own = INSTRUMENT.with_cut_scores(management_below=60, mastery_above=95)
    code = store.create_room("Own", own).code
    assert store.instrument(code) == own
    with_nothing_remembered = open_store(url, clock=store._clock)
    assert with_nothing_remembered.instrument(code) == own
    with_nothing_remembered.close()


def test_rooms_are_listed_the_newest_first(store, clock):
    codes = []
    for title in ("one", "two", "three"):
        codes.insert(0, store.create_room(title).code)
        clock.now += 1
    assert [room.code for room in store.rooms()] == codes


@pytest.mark.parametrize("title", ["", "   ", "x" * 121, "nul\0", "\ud800", None, 5], ids=repr)
def test_a_title_that_cannot_be_shown_is_refused(store, title):
    with pytest.raises(RoomError, match="title"):
        store.create_room(title)


@pytest.mark.parametrize(
    "title", ["'; DROP TABLE rooms; --", "<script>alert(1)</script>", "👩‍💻 %s"]
)
def test_any_other_title_is_kept_as_it_is(store, title):
    assert store.room(store.create_room(title).code).title == title


@pytest.mark.parametrize(
    "options",
    [{"capacity": 0}, {"capacity": True}, {"capacity": 10**7}]
    + [{"expires_in": timedelta(days=days)} for days in (-1, 0, 400)],
    ids=str,
)
def test_a_capacity_or_a_time_out_of_range_is_refused(store, options):
    with pytest.raises(RoomError, match=r"up to 366 days|holds 1 to"):
        store.create_room("Room", **options)


def test_an_instrument_that_could_not_be_exported_is_refused(store):
    with pytest.raises(RoomError, match="'band'"):
        store.create_room("Room", Instrument.plain([*"abcdefghijklmn", "band"]))


# The coach key


def test_the_key_opens_the_room_and_nothing_else_does(store, opened):
    other = store.create_room("Other")
    assert store.authenticate(opened.code, opened.coach_key)
    assert store.authenticate(opened.code.lower(), f" {opened.coach_key.lower()} ".replace("-", ""))
    for wrong in (
        "",
        other.coach_key,
        opened.coach_key[:-1],
        opened.code,
        None,
        "x" * 10**6,
        "é\ud800",
    ):
        assert not store.authenticate(opened.code, wrong)
    assert not store.authenticate("BCDFGH", opened.coach_key)
    assert not store.authenticate("nonsense", "")


def test_only_the_hash_of_the_key_is_stored(store, opened):
    assert opened.coach_key not in repr(opened)
    with store.database.reading() as connection:
        rows = repr(connection.exec_driver_sql("SELECT * FROM rooms").all())
    assert "scrypt$" in rows
    assert opened.coach_key not in rows
    assert opened.coach_key.replace("-", "") not in rows


# Sharing


def test_the_same_answers_count_once_and_other_answers_replace_them(store, code):
    share(store, code, MINIMUM_SHOWN - 1)
    assert store.add_response(code, answers(70), submission_id="me") is Outcome.ADDED
    assert store.add_response(code, answers(70), submission_id="me") is Outcome.UNCHANGED
    assert store.tally(code) == expected([0, 1, 2, 3, 70])
    assert store.add_response(code, answers(8), submission_id="me") is Outcome.REPLACED
    store.close_room(code)
    assert store.tally(code) == expected([0, 1, 2, 3, 8])
    assert store.counts(code).shared == MINIMUM_SHOWN


def test_a_retry_changes_no_version(store, code):
    share(store, code, 1)
    before = store.version(code)
    share(store, code, 1)
    assert store.version(code) == before


def test_rooms_do_not_mix(store, code):
    other = store.create_room("Other").code
    share(store, code, 6)
    share(store, other, 7, start=100)
    assert store.tally(code) == expected(range(6))
    assert store.tally(other) == expected(range(100, 107))


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"q01": 3},
        {**answers(1), "q01": 12},
        {**answers(1), "q99": 1},
        {**answers(1), "q02": "7"},
        {**answers(1), "q03": None},
        {f"{n}" * 100: n for n in range(5_000)},
    ],
    ids=lambda each: str(each)[-30:],
)
def test_answers_that_cannot_be_scored_are_refused(store, code, wrong):
    with pytest.raises(AnswerError):
        store.add_response(code, wrong, submission_id="me")
    assert store.counts(code).joined == 0


@pytest.mark.parametrize("token", ["", "x" * 201, None, 3, b"bytes"], ids=repr)
def test_an_unusable_submission_id_is_refused(store, code, token):
    with pytest.raises(RoomError, match="submission id"):
        store.add_response(code, answers(1), submission_id=token)
    with pytest.raises(RoomError, match="submission id"):
        store.touch(code, token)


@pytest.mark.parametrize(
    "token", ["'; DELETE FROM rooms; --", "nul\0", "\ud800", "é", "x" * 200], ids=repr
)
def test_any_other_submission_id_is_one_person(store, code, token):
    for number in (1, 1, 2):
        store.add_response(code, answers(number), submission_id=token)
    assert store.counts(code).shared == 1


def test_no_token_and_nothing_about_a_device_is_stored(store, code):
    store.add_response(code, answers(1), submission_id="a token that is long enough to find")
    with store.database.reading() as connection:
        result = connection.exec_driver_sql("SELECT * FROM participants")
        assert set(result.keys()) == {"room_id", "token", "phase", "answers", "waiting"}
        (row,) = result.all()
    assert "long enough" not in repr(row)


def test_progress_is_counted_and_written_only_when_it_changes(store, code):
    store.touch(code, "a")
    store.touch(code, "b")
    store.touch(code, "b", progress=Progress.ANSWERING)
    version = store.version(code)
    store.touch(code, "b", progress=Progress.ANSWERING)
    assert store.version(code) == version
    counts = store.counts(code)
    assert (counts.joined, counts.answering, counts.shared, counts.version) == (2, 1, 0, version)
    store.add_response(code, answers(1), submission_id="b")
    counts = store.counts(code)
    assert (counts.joined, counts.answering, counts.shared) == (2, 0, 1)
    store.touch(code, "b", progress=Progress.ANSWERING)  # takes it again, and what is shared stays
    counts = store.counts(code)
    assert (counts.joined, counts.answering, counts.shared) == (2, 1, 1)


def test_progress_that_has_not_changed_does_not_wait_for_others_who_write(store, code):
    store.touch(code, "a")
    with ThreadPoolExecutor(1) as thread, store.database.writing() as connection:
        connection.exec_driver_sql("UPDATE rooms SET version = version")
        thread.submit(store.touch, code, "a").result(timeout=10)


def test_a_full_room_lets_in_nobody_new(store):
    code = store.create_room("Small", capacity=2).code
    store.touch(code, "a")
    share(store, code, 1)
    with pytest.raises(RoomFullError, match="is full: 2 people"):
        store.touch(code, "c")
    with pytest.raises(RoomFullError):
        store.add_response(code, answers(1), submission_id="c")
    assert store.add_response(code, answers(1), submission_id="a") is Outcome.ADDED
    assert store.counts(code).joined == 2


def test_a_closed_room_takes_no_answers_but_accepts_a_retry(store, code):
    share(store, code, 5)
    store.touch(code, "joined")
    store.close_room(code)
    with pytest.raises(RoomClosedError, match="closed"):
        store.add_response(code, answers(1), submission_id="joined")
    with pytest.raises(RoomClosedError):
        store.add_response(code, answers(9), submission_id="person 1")
    with pytest.raises(RoomClosedError):
        store.touch(code, "new")
    assert store.add_response(code, answers(1), submission_id="person 1") is Outcome.UNCHANGED
    assert store.tally(code) == expected(range(5))
    assert store.room(code).closed


# The picture


def test_nothing_is_shown_of_fewer_than_five(store, code, tmp_path):
    share(store, code, MINIMUM_SHOWN - 1)
    store.reveal_room(code)
    for look in (
        lambda: store.tally(code),
        lambda: store.answers(code),
        lambda: store.export_bytes(code),
        lambda: store.export_room(code, tmp_path / "room.csv"),
        lambda: store.export_bytes(code, "tally"),
        lambda: store.export_room(code, tmp_path / "room.tally"),
    ):
        with pytest.raises(HeldBackError, match="Wait for 1 more"):
            look()
    assert list(tmp_path.glob("room.csv")) + list(tmp_path.glob("room.tally")) == []
    share(store, code, MINIMUM_SHOWN)
    assert store.tally(code).count == MINIMUM_SHOWN


def test_a_frozen_picture_does_not_change_and_no_answers_are_lost(store, code):
    share(store, code, 6)
    store.freeze_room(code)
    assert (store.room(code).revealed, store.room(code).frozen) == (True, True)
    share(store, code, 2, start=10)
    store.add_response(code, answers(50), submission_id="person 0")
    store.add_response(code, answers(50), submission_id="person 0")
    store.add_response(code, answers(51), submission_id="person 1")
    store.add_response(code, answers(52), submission_id="person 2")
    assert store.tally(code) == expected(range(6))
    counts = store.counts(code)
    assert (counts.shared, counts.waiting) == (8, 5)
    store.reveal_room(code)
    assert store.tally(code) == expected([50, 51, 52, 3, 4, 5, 10, 11])
    counts = store.counts(code)
    assert (counts.shared, counts.waiting) == (8, 0)
    store.hide_room(code)
    assert store.room(code).picture is Visibility.HIDDEN


def test_earlier_answers_shared_again_while_frozen_count_as_the_newest(store, code):
    share(store, code, 5)
    store.freeze_room(code)
    store.add_response(code, answers(50), submission_id="person 0")
    assert store.add_response(code, answers(0), submission_id="person 0") is Outcome.REPLACED
    store.reveal_room(code)
    assert store.tally(code) == expected(range(5))


def shown(store, code):
    """What a coach can take away: the rows, and the counts in each kind of file."""
    rows = store.answers(code).to_dict("records")
    assert store.tally(code) == Tally.of(pd.DataFrame(rows), INSTRUMENT)
    assert len(store.export_bytes(code).decode().splitlines()) == len(rows) + 1
    return rows


@pytest.mark.parametrize("steer", [None, "reveal_room", "hide_room", "freeze_room"])
def test_two_exports_never_differ_by_fewer_than_five_people(store, code, steer):
    share(store, code, 7)
    first = shown(store, code)
    assert len(first) == 7
    for number in range(MINIMUM_SHOWN - 1):
        # A sixth person, or somebody who answers again, would be what one has more than the other.
        person = number if number % 2 else number + 10
        store.add_response(code, answers(60 + number), submission_id=f"person {person}")
        if steer == "freeze_room":
            store.freeze_room(code)
            store.reveal_room(code)
        elif steer:
            getattr(store, steer)(code)
        assert shown(store, code) == first
        assert store.counts(code).waiting == number + 1
    share(store, code, 1, start=20)
    assert store.counts(code).waiting == 0
    assert len(shown(store, code)) == 10


def test_answers_that_are_shared_again_as_they_were_are_no_change(store, code):
    share(store, code, 5)
    first = shown(store, code)
    store.add_response(code, answers(50), submission_id="person 0")
    assert store.counts(code).waiting == 1
    share(store, code, 1)
    assert store.counts(code).waiting == 0
    share(store, code, 4, start=10)
    assert shown(store, code) == first


def test_a_closed_room_shows_all_answers(store, code):
    share(store, code, 6)
    shown(store, code)
    share(store, code, 2, start=10)
    assert len(shown(store, code)) == 6
    store.freeze_room(code)
    store.close_room(code)
    assert len(shown(store, code)) == 6
    store.reveal_room(code)
    assert store.tally(code) == expected([*range(6), 10, 11])


def test_a_room_keeps_its_published_cut_scores_when_they_are_moved(store, code):
    moved = CutScores(management_below=60, mastery_above=95)
    store.set_cut_scores(code, moved)
    room = store.room(code)
    assert (room.published, room.cut_scores) == (INSTRUMENT.cut_scores, moved)
    assert store.instrument(code) == INSTRUMENT
    with pytest.raises(InstrumentError, match="range of totals"):
        store.set_cut_scores(code, CutScores(management_below=-1, mastery_above=95))
    store.set_cut_scores(code, None)
    assert store.room(code).cut_scores == INSTRUMENT.cut_scores


def test_every_change_in_a_room_increments_its_version(store, code):
    versions = [store.version(code)]
    for change in (
        lambda: store.touch(code, "a"),
        lambda: share(store, code, 1),
        lambda: store.reveal_room(code),
        lambda: store.freeze_room(code),
        lambda: store.hide_room(code),
        lambda: store.set_cut_scores(code, CutScores(management_below=1, mastery_above=2)),
        lambda: store.reset_room(code),
        lambda: store.close_room(code),
    ):
        change()
        versions.append(store.version(code))
    assert versions == sorted(set(versions))


def test_a_tally_is_cached_until_the_picture_changes(store, code):
    share(store, code, 5)
    first = store.tally(code)
    store.touch(code, "somebody")
    assert store.tally(code) is first
    share(store, code, 4, start=5)
    assert store.tally(code) is first
    share(store, code, 1, start=9)
    assert store.tally(code).count == 10


# Ending


def test_a_reset_empties_the_room_and_hides_the_picture(store, code):
    share(store, code, 6)
    store.reveal_room(code)
    store.reset_room(code)
    assert (store.counts(code).joined, store.room(code).picture) == (0, Visibility.HIDDEN)
    with pytest.raises(HeldBackError):
        store.tally(code)
    share(store, code, 5, start=3)
    assert store.tally(code) == expected(range(3, 8))


def test_a_deleted_room_is_gone(store, code):
    share(store, code, 6)
    store.delete_room(code)
    for look in (store.room, store.counts, store.tally, store.version, store.delete_room):
        with pytest.raises(RoomNotFoundError):
            look(code)
    assert store.rooms() == []


def test_an_expired_room_is_refused_and_then_gone(store, clock):
    opened = store.create_room("Short", expires_in=timedelta(hours=1))
    other = store.create_room("Long")
    share(store, opened.code, 6)
    clock.now += 3599
    assert store.tally(opened.code).count == 6
    clock.now += 1
    assert [room.code for room in store.rooms()] == [other.code]
    assert not store.authenticate(opened.code, opened.coach_key)
    with pytest.raises(RoomNotFoundError):
        store.add_response(opened.code, answers(1), submission_id="late")
    clock.now += SECOND_LOOK
    with pytest.raises(RoomNotFoundError):
        store.room(opened.code)
    with store.database.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM rooms").scalar_one() == 1
        assert connection.exec_driver_sql("SELECT count(*) FROM participants").scalar_one() == 0


def test_a_clock_that_jumps_forward_erases_no_room(store, clock, url):
    code = store.create_room("Lisbon workshop").code
    share(store, code, 6)
    right = clock.now
    for day in (8, 9):
        clock.now = right + timedelta(days=day).total_seconds()
        with pytest.raises(RoomExpiredError):
            store.room(code)
        clock.now = right
        assert store.tally(code).count == 6
        open_store(url, clock=clock).close()  # which notices that the room has not expired


def test_a_clock_that_is_put_back_leaves_no_expired_room_forever(store, clock):
    store.create_room("Short", expires_in=timedelta(hours=1))
    clock.now += 10 * SECOND_LOOK
    assert store.purge_expired() == 0
    clock.now -= 8 * SECOND_LOOK
    assert store.purge_expired() == 0
    clock.now += SECOND_LOOK
    assert store.purge_expired() == 1


def test_a_room_that_nobody_joins_ends_earlier(store, clock):
    unused = store.create_room("Unused", unused_for=timedelta(hours=24))
    used = store.create_room("Used", unused_for=timedelta(hours=24))
    assert unused.room.expires - unused.room.created == timedelta(hours=24)
    assert unused.room.expires_if_used - unused.room.created == timedelta(days=7)
    clock.now += 23 * 3600
    store.touch(used.code, "somebody")
    room = store.room(used.code)
    assert (room.expires - room.created, room.expires_if_used) == (timedelta(days=7), None)
    clock.now += 3600
    assert [each.code for each in store.rooms()] == [used.code]
    clock.now += 6 * 24 * 3600
    assert store.rooms() == []
    brief = timedelta(hours=1)
    short = store.create_room("Short", expires_in=brief, unused_for=timedelta(hours=24)).room
    assert (short.expires - short.created, short.expires_if_used) == (brief, None)


def test_all_rooms_that_nobody_has_joined_are_deleted(store, code):
    for number in range(3):
        store.create_room(f"Unused {number}")
    store.touch(code, "somebody")
    assert store.delete_unused() == 3
    assert [room.code for room in store.rooms()] == [code]
    assert store.delete_unused() == 0


def test_an_expired_room_says_that_its_time_is_over(store, clock):
    code = store.create_room("Short", expires_in=timedelta(hours=1)).code
    clock.now += 3600
    with pytest.raises(RoomExpiredError, match=r"time of room .* is over"):
        store.room(code)


def test_expired_rooms_are_deleted_on_start(store, clock, url):
    store.create_room("Short", expires_in=timedelta(hours=1))
    for _ in range(2):
        clock.now += 3600
        open_store(url, clock=clock).close()
    with store.database.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM rooms").scalar_one() == 0


# Exports


def test_an_export_contains_only_answers_totals_and_bands(store, code, tmp_path):
    share(store, code, 12)
    for name in ("room.csv", "room.parquet"):
        path = store.export_room(code, tmp_path / name)
        cohort = read_cohort(path, INSTRUMENT)
        assert list(cohort.frame) == [*INSTRUMENT.item_ids, "total", "band"]
        assert Tally.of(cohort.frame, INSTRUMENT) == store.tally(code)
        for row in cohort.frame.to_dict("records"):
            result = score(INSTRUMENT, {name: row[name] for name in INSTRUMENT.item_ids})
            assert (row["total"], row["band"]) == (result.total, str(result.band))


def test_an_export_for_a_download_writes_no_file(store, code):
    """A page's process may be killed at any time and would leave the file behind."""
    share(store, code, 6)
    store.export_bytes(code, "parquet")  # what is imported and read for the first time is
    opened = []
    recording = True
    sys.addaudithook(lambda event, given: recording and event == "open" and opened.append(given))
    for kind in ("csv", "parquet", "tally"):
        assert store.export_bytes(code, kind)
    recording = False
    written = [path for path, mode, flags in opened if flags & (os.O_WRONLY | os.O_RDWR)]
    assert [path for path in written if "rooms.db" not in str(path)] == []


def test_an_export_for_a_download_equals_the_exported_file(store, code, tmp_path):
    share(store, code, 5)
    assert store.export_bytes(code) == store.export_room(code, tmp_path / "a.csv").read_bytes()
    written = store.export_room(code, tmp_path / "a.parquet").read_bytes()
    assert store.export_bytes(code, "parquet") == written
    assert len(pd.read_parquet(io.BytesIO(written))) == 5
    with pytest.raises(StoreError, match="csv, parquet, tally"):
        store.export_bytes(code, "xlsx")


def test_an_exported_tally_is_the_tally_of_the_room(store, code, tmp_path):
    share(store, code, 6)
    path = store.export_room(code, tmp_path / "room.tally")
    assert Tally.load(path) == store.tally(code)
    assert store.export_bytes(code, "tally") == path.read_bytes()


def test_an_export_does_not_show_who_came_when(store, code):
    share(store, code, 40)
    totals = [list(row) for row in store.answers(code).to_numpy()]
    came = [list(answers(number).values()) for number in range(40)]
    assert totals != came
    assert sorted(totals) == sorted(came)


def test_answers_of_half_points_are_stored_exactly(store):
    halves = Instrument.plain(
        ["a", "b"], maximum=1, step=0.5, management_below=0.5, mastery_above=1.5
    )
    code = store.create_room("Halves", halves).code
    for number in range(5):
        given = {"a": number % 3 / 2, "b": 0.5}
        store.add_response(code, given, submission_id=str(number))
    assert sorted(store.answers(code)["a"]) == [0, 0, 0.5, 0.5, 1]


@given(answered(most_steps=300))
def test_answers_come_out_of_the_store_as_they_went_in(pair):
    instrument, given = pair
    frame = frame_of(instrument, [steps_of(instrument, given)] * 2)
    assert frame.to_dict("records") == [given, given]


@given(answered())
def test_stored_answers_are_tallied_as_their_frame_is(pair):
    instrument, given = pair
    steps = [steps_of(instrument, given)] * 3
    assert tally_of(instrument, steps) == Tally.of(frame_of(instrument, steps), instrument)


@pytest.mark.parametrize("wrong", [True, "7", None, 7.5, float("nan"), 11, -1, [7], 10**400])
def test_a_wrong_answer_is_never_stored(wrong):
    given = {**dict.fromkeys(INSTRUMENT.item_ids, 1), "q05": wrong}
    with pytest.raises(AnswerError, match="q05"):
        steps_of(INSTRUMENT, given)


@pytest.mark.parametrize("seven", [7, 7.0, Decimal(7), Fraction(7), np.int64(7), np.float32(7)])
def test_all_types_of_numbers_are_stored_alike(seven):
    assert steps_of(INSTRUMENT, dict.fromkeys(INSTRUMENT.item_ids, seven)) == [7] * 15
