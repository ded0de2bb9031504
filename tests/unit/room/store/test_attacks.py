"""Attacks on the store: guessing codes and keys, floods of rooms, and data that is too large."""

import hashlib
import math
from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from careerpath import AnswerError, load_instrument
from careerpath.room.room import RoomError, RoomNotFoundError
from careerpath.room.store import store as store_module
from careerpath.room.store.codes_and_keys import (
    CODE_LENGTH,
    FORGOTTEN_AFTER,
    FREE_ATTEMPTS,
    LETTERS,
    LONGEST_WAIT,
    new_code,
    new_key,
)
from careerpath.room.store.store import MOST_ROOMS
from careerpath.room.store.tables import rooms

INSTRUMENT = load_instrument()
MEGABYTE = "x" * 2**20


def answers(value):
    return dict.fromkeys(INSTRUMENT.item_ids, value)


@pytest.fixture
def opened(store):
    return store.create_room("Lisbon workshop", INSTRUMENT)


# Guessing


def test_there_are_64_million_codes_and_too_many_keys_to_try():
    assert len(LETTERS) ** CODE_LENGTH == 64_000_000
    letters = len(new_key().replace("-", ""))
    assert math.log2(len(LETTERS) ** letters) > 64


def test_codes_and_keys_are_random():
    codes, keys = {new_code() for _ in range(2000)}, {new_key() for _ in range(2000)}
    # Of 64 million codes, two of 2,000 are the same once in 32 runs; three never.
    assert len(codes) > 1990
    assert len(keys) == 2000
    for place in range(CODE_LENGTH):
        assert {code[place] for code in codes} == set(LETTERS)


def test_each_wrong_key_waits_longer_until_the_right_key_resets_the_wait(store, opened):
    waits = [store.count_attempt(opened.code) for _ in range(FREE_ATTEMPTS + 6)]
    assert waits == [0, 0, 0, 1, 2, 4, 8, LONGEST_WAIT, LONGEST_WAIT]
    assert not store.authenticate(opened.code, "BCDF-GHJK-MNPQ-RSTV")
    assert store.count_attempt(opened.code) == LONGEST_WAIT
    assert store.authenticate(opened.code, opened.coach_key)
    assert store.count_attempt(opened.code) == 0


def test_guessing_the_key_of_one_room_delays_no_other_room(store, opened):
    other = store.create_room("Porto workshop", INSTRUMENT)
    for _ in range(20):
        store.count_attempt(opened.code)
    assert store.count_attempt(other.code) == 0


def test_attempts_are_forgotten_after_a_while(store, opened, clock):
    for _ in range(20):
        store.count_attempt(opened.code)
    clock.now += FORGOTTEN_AFTER
    assert store.count_attempt(opened.code) == 0


def test_attempts_are_deleted_with_the_room(store, opened):
    store.count_attempt(opened.code)
    store.delete_room(opened.code)
    with store.database.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM attempts").scalar_one() == 0


@pytest.mark.parametrize("code", ["nonsense", "' OR '1'='1", "", None, MEGABYTE])
def test_an_attempt_on_what_is_no_code_is_not_counted(store, opened, code):
    with pytest.raises(RoomNotFoundError):
        store.count_attempt(code)
    assert not store.authenticate(code, opened.coach_key)


def test_the_wait_does_not_say_whether_a_room_has_a_code(store, opened):
    waits = [
        [store.count_attempt(code) for _ in range(FREE_ATTEMPTS + 3)]
        for code in (opened.code, "BCDFGH")
    ]
    assert waits[0] == waits[1] == [0, 0, 0, 1, 2, 4]


def test_attempts_that_are_forgotten_are_not_kept(store, clock):
    for number in range(20):
        store.count_attempt("BCDFG" + LETTERS[number])
    clock.now += FORGOTTEN_AFTER
    store.count_attempt("BCDFGH")
    with store.database.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM attempts").scalar_one() == 1


def test_a_wrong_code_takes_as_long_as_a_wrong_key(store, opened, monkeypatch):
    """Each makes one hash of the same cost, which takes nearly all of the time."""
    hashes = []
    scrypt = hashlib.scrypt

    def counted(key, **cost):
        hashes.append((key, cost["n"], cost["r"], cost["p"]))
        return scrypt(key, **cost)

    monkeypatch.setattr(hashlib, "scrypt", counted)
    for code in (opened.code, "BCDFGH", "nonsense"):
        assert not store.authenticate(code, "BCDF-GHJK-MNPQ-RSTV")
    assert hashes == [(b"BCDFGHJKMNPQRSTV", 2**14, 8, 1)] * 3


# Two rooms


def test_a_key_opens_no_other_room(store, opened):
    other = store.create_room("Porto workshop", INSTRUMENT)
    assert not store.authenticate(other.code, opened.coach_key)
    assert not store.authenticate(opened.code, other.coach_key)


def test_the_same_token_in_two_rooms_is_two_participants(store, opened):
    other = store.create_room("Porto workshop", INSTRUMENT)
    store.add_response(opened.code, answers(3), submission_id="me")
    store.add_response(other.code, answers(8), submission_id="me")
    assert store.counts(opened.code).shared == store.counts(other.code).shared == 1
    store.reset_room(other.code)
    assert store.counts(opened.code).shared == 1


# Flooding


@pytest.fixture
def full(store):
    """A database with as many rooms as it may have, inserted directly: hashing keys is slow."""
    opened = store.create_room("The first", INSTRUMENT)
    with store.database.writing() as connection:
        known = dict(connection.execute(select(rooms)).mappings().one())
        del known["id"]
        codes = {new_code() for _ in range(MOST_ROOMS + 100)} - {opened.code}
        connection.execute(
            insert(rooms),
            [
                {**known, "code": code, "moved": None, "title": f"Room {number}"}
                for number, code in zip(range(2, MOST_ROOMS + 1), sorted(codes), strict=False)
            ],
        )
    return opened


def test_a_database_with_10_000_rooms_works_and_refuses_the_next(store, full, clock):
    assert len(store.rooms()) == MOST_ROOMS == 10_000
    with pytest.raises(RoomError, match=r"There are 10,000 rooms already.*careerpath room list"):
        store.create_room("One too many", INSTRUMENT)
    assert store.authenticate(full.code, full.coach_key)
    for number in range(6):
        store.add_response(full.code, answers(number), submission_id=str(number))
    assert store.tally(full.code).count == 6
    clock.now += timedelta(days=7).total_seconds()
    assert store.create_room("The time of all others is over", INSTRUMENT).code
    assert len(store.rooms()) == 1


def test_two_rooms_never_get_the_same_code(store, opened, monkeypatch):
    codes = iter([opened.code, opened.code, "BCDFGH"])
    monkeypatch.setattr(store_module, "new_code", lambda: next(codes))
    assert store.create_room("Another", INSTRUMENT).code == "BCDFGH"
    assert store.room(opened.code).title == "Lisbon workshop"


# Too large


@pytest.mark.parametrize(
    "sent",
    [
        {MEGABYTE: 5},
        {**answers(5), MEGABYTE: 5},
        {**answers(5), "q01": MEGABYTE},
        {**answers(5), "q01": 10**4000},
        {f"q{number:06}": 5 for number in range(50_000)},
    ],
    ids=["name", "another", "text", "digits", "many"],
)
def test_a_response_of_a_megabyte_is_refused_briefly_and_nothing_is_stored(store, opened, sent):
    with pytest.raises(AnswerError) as caught:
        store.add_response(opened.code, sent, submission_id="me")
    assert len(str(caught.value)) < 300
    counts = store.counts(opened.code)
    assert (counts.joined, counts.shared) == (0, 0)


def test_titles_tokens_and_keys_of_a_megabyte_are_refused(store, opened):
    with pytest.raises(RoomError, match="title"):
        store.create_room(MEGABYTE, INSTRUMENT)
    with pytest.raises(RoomError, match="submission id"):
        store.add_response(opened.code, answers(5), submission_id=MEGABYTE)
    assert not store.authenticate(opened.code, MEGABYTE)
    assert not store.authenticate(MEGABYTE, opened.coach_key)
