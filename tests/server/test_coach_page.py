"""The coach's page on a server: the links to it, and what a stranger can do with a websocket."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from kit.server_process import ServerProcess, until

from careerpath import load_instrument

INSTRUMENT = load_instrument()
TITLE = "A title that stands nowhere else"
MEGABYTE = "x" * 2**20
FOREIGN = "a text that another page must not show " * 1000


@pytest.fixture
def opened(store):
    """A room whose result is revealed: six people have shared."""
    made = store.create_room(TITLE, INSTRUMENT)
    for number in range(6):
        answers = dict.fromkeys(INSTRUMENT.item_ids, number)
        store.add_response(made.code, answers, submission_id=str(number))
    store.reveal_room(made.code)
    return made


class Page:
    """A coach's page, and somebody who can send anything to it."""

    def __init__(self, server: ServerProcess) -> None:
        self.socket = server.connect(server.kernel_of("room"))
        self.heard: list[dict] = []

    def states(self):
        return self.socket.widget_states()

    def screen(self):
        """The state of all widgets, as it is sent to the page."""
        return json.dumps(self.states())

    def pieces(self):
        return [model for model, each in self.states().items() if "html" in each["state"]]

    def send(self, action, model=None, **values):
        data = {"method": "custom", "content": {"action": action, "values": values}}
        message = {"comm_id": model or self.pieces()[0], "data": data}
        self.socket.answer_to(self.socket.send("comm_msg", message))

    def open(self, opened):
        self.send("open", code=opened.code, key=opened.coach_key)
        until(lambda: opened.code in self.screen(), "the room is open")

    def file(self, model, **values):
        """Ask for a file. Returns its name and its content."""
        data = {"method": "custom", "content": {"action": "export", "values": values}}
        self.socket.send("comm_msg", {"comm_id": model, "data": data})

        def is_file(message):
            content = message["content"].get("data", {}).get("content") or {}
            return "download" in content

        message = self.socket.wait_for(is_file)
        return message["content"]["data"]["content"]["download"], message["buffers"][0]


@pytest.fixture
def coach(server) -> Iterator[Page]:
    found = Page(server)
    with found.socket:
        yield found


# The links to it


def test_the_server_prints_the_address_of_the_coachs_page(server):
    line = f"  for a coach, to open a room: {server.url}room\n"
    until(lambda: line in server.said, "it is printed, a line after the address")


def test_the_landing_page_has_a_link_for_participants_and_one_for_coaches(server):
    landing = server.get().text
    assert landing.index('href="/join">Join a room</a>') < landing.index('href="/room">Open a room')
    assert landing.index(">Start</a>") < landing.index('href="/join"')


def test_without_a_coachs_page_there_is_no_link_to_it(odd):
    assert "/room" not in odd.get().text
    assert "coach" not in odd.said


# Without a key


def test_a_page_without_a_key_holds_no_data_of_any_room(coach, opened):
    held = coach.screen()
    assert "Open a new room" in held
    for secret in (TITLE, opened.code, opened.coach_key):
        assert secret not in held


def test_without_a_key_no_button_does_anything(coach, store, opened):
    version = store.version(opened.code)
    for action in ("reveal", "hide", "freeze", "confirm", "export", "presenter"):
        for model in coach.pieces():
            coach.send(action, model, code=opened.code, kind="csv")
        assert store.version(opened.code) == version, action
        assert opened.code not in coach.screen(), action


def test_a_wrong_key_opens_no_room_and_shows_no_data(coach, opened):
    coach.send("open", code=opened.code, key="BCDF-GHJK-MNPQ-RSTV")
    until(lambda: "No room has this code" in coach.screen(), "the key is refused")
    assert TITLE not in coach.screen()
    assert "BCDF-GHJK" not in coach.screen()


def test_the_page_withstands_anything_that_is_typed_instead_of_a_code_and_a_key(
    coach, store, opened
):
    rooms = len(store.rooms())
    for typed in (
        {"code": MEGABYTE, "key": MEGABYTE},
        {"code": "' OR 1=1 --", "key": "' OR 1=1 --"},
        {"code": "<script>alert(1)</script>", "key": "{{ 7 * 7 }}"},
        {"title": MEGABYTE},
    ):
        coach.send("open" if "code" in typed else "create", **typed)
        until(lambda: "One moment" not in coach.screen(), "what was typed has been tried")
        assert "<script>alert" not in coach.screen()
        assert len(store.rooms()) == rooms
    coach.open(opened)


def test_html_and_sql_in_a_title_are_only_text(coach, store):
    title = "'); DROP TABLE rooms; -- <script>alert(1)</script>"
    coach.send("create", title=title)
    until(lambda: "is ready" in coach.screen(), "the room is made")
    assert store.rooms()[0].title == title
    assert "<script>alert" not in coach.screen()


# With a key


def test_the_key_opens_the_room_and_is_in_no_trait(coach, opened):
    coach.open(opened)
    assert TITLE in coach.screen()
    assert opened.coach_key not in coach.screen()


def test_the_key_of_one_room_opens_no_other_room(coach, store, opened):
    other = store.create_room("Another title", INSTRUMENT)
    for number in range(7):
        answers = dict.fromkeys(INSTRUMENT.item_ids, 9)
        store.add_response(other.code, answers, submission_id=str(number))
    coach.open(opened)
    for model in coach.pieces():
        coach.send("open", model, code=other.code, key=opened.coach_key)
        coach.send("open", model, code=other.code, key=other.coach_key)
    name, content = coach.file(coach.pieces()[0], kind="csv", code=other.code)
    assert name == f"room-{opened.code}.csv"
    assert len(content.splitlines()) == 7
    assert "Another title" not in coach.screen()


def test_tampered_traits_change_the_tamperers_page_and_nothing_else(server, coach, store, opened):
    coach.open(opened)
    before = store.room(opened.code)
    for model, each in coach.states().items():
        for name in ("html", "announcement", "base", "presenting", "children", "value", "x"):
            if name in each["state"]:
                coach.socket.set_state(model, **{name: FOREIGN})
    assert store.room(opened.code) == before
    other = Page(server)
    with other.socket:
        other.open(opened)
        assert FOREIGN not in other.screen()


def test_tampered_answers_are_refused_and_so_is_sharing_with_a_closed_room(server, store, opened):
    socket = server.connect(server.kernel_of("assessment"))
    with socket:
        states = socket.widget_states()
        (session,) = [model for model, each in states.items() if "looked" in each["state"]]

        def settled(code, answers):
            share = {"code": code, "token": "a" * 32, "answers": answers}
            data = {"method": "custom", "content": {"share": share}}
            socket.send("comm_msg", {"comm_id": session, "data": data})

            def is_it(message):
                data = message["content"].get("data") or {}
                return data.get("method") == "custom" and "settled" in data["content"]

            return socket.wait_for(is_it)["content"]["data"]["content"]["settled"]["outcome"]

        fine = dict.fromkeys(INSTRUMENT.item_ids, 7)
        assert settled(opened.code, {**fine, "q01": MEGABYTE}) == "refused"
        assert settled(opened.code, {MEGABYTE: 5}) == "refused"
        assert settled(opened.code, {**fine, "q01": 11}) == "refused"
        assert settled("BCDFGH", fine) == "refused"
        closed = store.create_room("Closed", INSTRUMENT)
        store.close_room(closed.code)
        assert settled(closed.code, fine) == "refused"
        assert store.counts(opened.code).shared == 6
        assert settled(opened.code, fine) == "shared"
        assert store.counts(opened.code).shared == 7
