"""The store does what a model in plain dictionaries does, in any order of calls."""

from collections import Counter
from datetime import timedelta

import pandas as pd
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    rule,
    run_state_machine_as_test,
)

from careerpath import CutScores, Instrument, Tally
from careerpath.room.room import (
    MINIMUM_SHOWN,
    HeldBackError,
    Outcome,
    Progress,
    RoomClosedError,
    RoomFullError,
    RoomNotFoundError,
    Visibility,
)

INSTRUMENT = Instrument.plain(["a", "b"], maximum=3, management_below=2, mastery_above=4)
CUTS = INSTRUMENT.cut_scores
HOUR = 3600
TOKENS = st.sampled_from([f"token {number}" for number in range(9)])
ANSWERS = st.fixed_dictionaries({"a": st.integers(0, 3), "b": st.integers(0, 3)})
CAPACITY = 8


class Modelled:
    """What the store should know of a room."""

    def __init__(self, expires):
        self.expires = expires
        self.closed = False
        self.picture = Visibility.HIDDEN
        self.cuts = CUTS
        self.progress = {}
        self.shown = {}
        self.waiting = {}
        self.seen = {}

    @property
    def newest(self):
        return self.shown | self.waiting

    def refuses(self, token):
        if self.closed:
            return RoomClosedError
        if token not in self.progress and len(self.progress) >= CAPACITY:
            return RoomFullError
        return None

    @property
    def due(self):
        enough = self.closed or len(self.shown) < MINIMUM_SHOWN
        return self.picture is not Visibility.FROZEN and (
            len(self.waiting) >= MINIMUM_SHOWN or bool(self.waiting and enough)
        )

    def move_on(self):
        if self.due:
            self.shown, self.waiting = self.newest, {}

    def show(self, picture):
        if picture is Visibility.FROZEN:
            self.move_on()
        self.picture = picture

    def look(self):
        """Nobody can see what fewer than five people shared by comparing two pictures."""
        if len(self.shown) >= MINIMUM_SHOWN:
            changed = [token for token in self.shown if self.shown[token] != self.seen.get(token)]
            assert self.closed or not changed or len(changed) >= MINIMUM_SHOWN
            self.seen = self.shown


def refusal(call):
    """The kind of error that a call ends with, or None, and what it returned."""
    try:
        return None, call()
    except (RoomClosedError, RoomFullError, RoomNotFoundError) as error:
        return type(error), None


class Rooms(RuleBasedStateMachine):
    codes = Bundle("codes")
    sent = Bundle("sent")

    def __init__(self, store, clock):
        super().__init__()
        self.store, self.clock = store, clock
        self.model = {}
        self.versions = {}

    def teardown(self):
        for _ in range(2):
            self.clock.now += 10**9
            self.store.purge_expired()

    def there(self, code):
        """The model of a room, or None if it is gone; then the store must say so, too."""
        if code in self.model and self.model[code].expires > self.clock():
            return self.model[code]
        if self.model.pop(code, None) or code:
            kind, _ = refusal(lambda: self.store.room(code))
            assert issubclass(kind, RoomNotFoundError)
        return None

    @rule(target=codes, hours=st.integers(1, 5))
    def create(self, hours):
        opened = self.store.create_room(
            "Room", INSTRUMENT, expires_in=timedelta(hours=hours), capacity=CAPACITY
        )
        assert opened.code not in self.model
        self.model[opened.code] = Modelled(self.clock() + hours * HOUR)
        return opened.code

    @rule(code=codes, token=TOKENS, progress=st.sampled_from(Progress))
    def join(self, code, token, progress):
        room = self.there(code)
        if room is None:
            return
        known = room.progress.get(token) == progress
        expected = None if known or token in room.progress else room.refuses(token)
        kind, _ = refusal(lambda: self.store.touch(code, token, progress=progress))
        assert kind is expected
        if kind is None:
            room.progress[token] = progress

    @rule(target=sent, code=codes, token=TOKENS, answers=ANSWERS)
    def submit(self, code, token, answers):
        self.send(code, token, answers)
        return code, token, answers

    @rule(one=sent)
    def retry(self, one):
        self.send(*one)

    @rule(code=codes, answers=ANSWERS)
    def a_whole_group_submits(self, code, answers):
        for number in range(MINIMUM_SHOWN):
            self.send(code, f"token {number}", answers)

    def send(self, code, token, answers):
        room = self.there(code)
        if room is None:
            return
        before = room.newest.get(token)
        expected = None if before == answers else room.refuses(token)
        kind, outcome = refusal(lambda: self.store.add_response(code, answers, submission_id=token))
        assert kind is expected
        if kind is not None:
            return
        if before == answers:
            assert outcome is Outcome.UNCHANGED
            return
        assert outcome is (Outcome.ADDED if before is None else Outcome.REPLACED)
        room.progress[token] = Progress.FINISHED
        room.waiting[token] = answers
        if room.shown.get(token) == answers:
            del room.waiting[token]

    @rule(code=codes, picture=st.sampled_from(Visibility))
    def steer(self, code, picture):
        room = self.there(code)
        if room is not None:
            room.show(picture)
            verb = {"hidden": "hide", "revealed": "reveal", "frozen": "freeze"}[picture]
            getattr(self.store, f"{verb}_room")(code)

    @rule(code=codes, cuts=st.none() | st.tuples(st.integers(0, 3), st.integers(3, 6)))
    def move_cut_scores(self, code, cuts):
        room = self.there(code)
        if room is not None:
            moved = cuts and CutScores(management_below=cuts[0], mastery_above=cuts[1])
            self.store.set_cut_scores(code, moved)
            room.cuts = moved or CUTS

    @rule(code=codes)
    def close(self, code):
        room = self.there(code)
        if room is not None:
            room.closed = True
            self.store.close_room(code)

    @rule(code=codes)
    def reset(self, code):
        room = self.there(code)
        if room is not None:
            room.progress, room.shown, room.waiting, room.seen = {}, {}, {}, {}
            room.picture = Visibility.HIDDEN
            self.store.reset_room(code)

    @rule(code=consumes(codes))
    def delete(self, code):
        if self.there(code) is not None:
            self.store.delete_room(code)
            del self.model[code]
            assert self.there(code) is None

    @rule(hours=st.integers(0, 3))
    def time_goes_by(self, hours):
        self.clock.now += hours * HOUR
        for code in list(self.model):
            self.there(code)

    @invariant()
    def the_store_agrees(self):
        assert {room.code for room in self.store.rooms()} == set(self.model)
        for code, room in self.model.items():
            found, counts = self.store.room(code), self.store.counts(code)
            assert (found.closed, found.picture) == (room.closed, room.picture)
            assert (found.published, found.cut_scores) == (CUTS, room.cuts)
            assert (counts.joined, counts.shared, counts.waiting) == (
                len(room.progress),
                len(room.newest),
                0 if room.due else len(room.waiting),
            )
            assert counts.answering == Counter(room.progress.values())[Progress.ANSWERING]
            assert self.store.version(code) == found.version == counts.version
            assert found.version >= self.versions.get(code, 0)
            self.versions[code] = found.version
            room.move_on()
            room.look()
            if len(room.shown) < MINIMUM_SHOWN:
                kind = None
                try:
                    self.store.tally(code)
                except HeldBackError as error:
                    kind = error.count
                assert kind == len(room.shown)
            else:
                frame = pd.DataFrame(list(room.shown.values()))
                assert self.store.tally(code) == Tally.of(frame, INSTRUMENT)


def test_the_store_agrees_with_a_dictionary(store, clock):
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large]
    run_state_machine_as_test(
        lambda: Rooms(store, clock),
        settings=settings(
            max_examples=20 if store.database.is_sqlite else 10,
            stateful_step_count=30,
            suppress_health_check=checks,
        ),
    )
