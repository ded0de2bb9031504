"""The coach's page on a server: how it is found, and what a stranger can do to it by hand."""

from __future__ import annotations

import ipaddress
import json
import socket
from collections import namedtuple
from collections.abc import Iterator
from contextlib import closing

import pytest
from kit.server_process import ServerProcess, until, write_notebook

from careerpath import load_instrument, open_store
from careerpath.serving import addresses as listening
from careerpath.serving.admission import Admission, RefusedError

INSTRUMENT = load_instrument()
TITLE = "A title that stands nowhere else"
MEGABYTE = "x" * 2**20


@pytest.fixture(scope="module")
def url(tmp_path_factory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('rooms') / 'rooms.db'}"


@pytest.fixture(scope="module")
def store(url):
    with closing(open_store(url)) as opened:
        yield opened


@pytest.fixture(scope="module")
def served(url, store) -> Iterator[ServerProcess]:
    with ServerProcess(environment={"CAREERPATH_DATABASE_URL": url}) as started:
        yield started


@pytest.fixture
def opened(store):
    """A room with a picture: six have shared."""
    made = store.create_room(TITLE, INSTRUMENT)
    for number in range(6):
        answers = dict.fromkeys(INSTRUMENT.item_ids, number)
        store.add_response(made.code, answers, submission_id=str(number))
    store.reveal_room(made.code)
    return made


class Page:
    """A coach's page, in the hands of somebody who can send anything."""

    def __init__(self, server: ServerProcess) -> None:
        self.socket = server.connect(server.kernel_of("room"))
        self.heard: list[dict] = []

    def states(self):
        return self.socket.widget_states()

    def screen(self):
        """All that the page holds, as it goes over the wire."""
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
        """Ask for a file, and return its name and what is in it."""
        data = {"method": "custom", "content": {"action": "export", "values": values}}
        self.socket.send("comm_msg", {"comm_id": model, "data": data})

        def is_file(message):
            content = message["content"].get("data", {}).get("content") or {}
            return "download" in content

        message = self.socket.wait_for(is_file)
        return message["content"]["data"]["content"]["download"], message["buffers"][0]


@pytest.fixture
def coach(served) -> Iterator[Page]:
    found = Page(served)
    with found.socket:
        yield found


# Finding it


def test_the_server_tells_a_coach_where_to_open_a_room(served):
    told = f"  for a coach, to open a room: {served.url}room\n"
    until(lambda: told in served.said, "it is said, a line after the address")


def test_the_first_page_leads_participants_and_coaches_apart(served):
    landing = served.get().text
    assert landing.index('href="/join">Join a room</a>') < landing.index('href="/room">Open a room')
    assert landing.index(">Start</a>") < landing.index('href="/join"')


def test_without_that_page_nobody_is_led_to_it(tmp_path):
    write_notebook(tmp_path / "other.ipynb", "print('hello')")
    with ServerProcess(notebooks=tmp_path) as server:
        assert "/room" not in server.get().text
        assert "coach" not in server.said


Address = namedtuple("Address", ["address", "family"])


def test_of_several_addresses_the_likeliest_comes_first(monkeypatch):
    networks = {
        "lo": [Address("127.0.0.1", socket.AF_INET)],
        "bridge": [Address("172.17.0.1", socket.AF_INET), Address("fe80::1", socket.AF_INET6)],
        "none": [Address("169.254.7.7", socket.AF_INET)],
        "wifi": [Address("192.168.1.20", socket.AF_INET)],
    }
    monkeypatch.setattr(listening.psutil, "net_if_addrs", lambda: networks)
    monkeypatch.setattr(listening, "_outgoing", lambda: "192.168.1.20")
    assert listening.addresses("::") == [
        "127.0.0.1",
        "192.168.1.20",
        "172.17.0.1",
        "169.254.7.7",
    ]
    monkeypatch.setattr(listening, "_outgoing", lambda: "")
    assert listening.addresses("::")[-1] == "169.254.7.7"


def test_the_outgoing_address_is_one_of_this_computers_or_none():
    found = listening._outgoing()
    assert not found or ipaddress.ip_address(found)


def test_a_full_house_has_two_places_left_for_its_coach():
    admission = Admission(limit=lambda: 3, per_address=3, room_size=3)
    for _ in range(3):
        admission.admit("192.168.1.1")
    for address in ("192.168.1.1", "10.0.0.1"):
        with pytest.raises(RefusedError):
            admission.admit(address)
    for _ in range(2):
        admission.admit("192.168.1.1", spare=2)
    with pytest.raises(RefusedError):
        admission.admit("192.168.1.1", spare=2)


def test_a_coach_comes_in_where_participants_are_turned_away(url):
    environment = {"CAREERPATH_DATABASE_URL": url}
    arguments = ("--max-visitors", "1")
    with (
        ServerProcess(arguments=arguments, environment=environment) as server,
        server.connect(server.kernel_of("assessment")),
    ):
        assert server.get("assessment").status == 503
        assert server.get("room").status == 200


# Without a key


def test_a_page_without_a_key_holds_nothing_of_any_room(coach, opened):
    held = coach.screen()
    assert "Open a new room" in held
    for secret in (TITLE, opened.code, opened.coach_key):
        assert secret not in held


@pytest.mark.parametrize("action", ["reveal", "hide", "freeze", "confirm", "export", "presenter"])
def test_without_a_key_no_button_does_anything(coach, store, opened, action):
    version = store.version(opened.code)
    for model in coach.pieces():
        coach.send(action, model, code=opened.code, kind="csv")
    assert store.version(opened.code) == version
    assert opened.code not in coach.screen()


def test_a_wrong_key_opens_nothing_and_tells_nothing(coach, opened):
    coach.send("open", code=opened.code, key="BCDF-GHJK-MNPQ-RSTV")
    until(lambda: "No room has this code" in coach.screen(), "the key is refused")
    assert TITLE not in coach.screen()
    assert "BCDF-GHJK" not in coach.screen()


@pytest.mark.parametrize(
    "values",
    [
        {"code": MEGABYTE, "key": MEGABYTE},
        {"code": "' OR 1=1 --", "key": "' OR 1=1 --"},
        {"code": "<script>alert(1)</script>", "key": "{{ 7 * 7 }}"},
        {"title": MEGABYTE},
    ],
    ids=lambda each: str(each)[:30],
)
def test_whatever_is_typed_at_the_door_it_stands(coach, store, opened, values):
    rooms = len(store.rooms())
    coach.send("open" if "code" in values else "create", **values)
    until(lambda: "One moment" not in coach.screen(), "what was typed has been tried")
    assert "<script>alert" not in coach.screen()
    assert len(store.rooms()) == rooms
    coach.open(opened)


def test_a_title_of_html_and_sql_is_a_title(coach, store):
    title = "'); DROP TABLE rooms; -- <script>alert(1)</script>"
    coach.send("create", title=title)
    until(lambda: "is ready" in coach.screen(), "the room is made")
    assert store.rooms()[0].title == title
    assert "<script>alert" not in coach.screen()


# With a key


def test_the_key_is_in_no_trait_and_whoever_has_it_is_inside(coach, opened):
    coach.open(opened)
    assert TITLE in coach.screen()
    assert opened.coach_key not in coach.screen()


def test_one_rooms_key_reads_no_other_room(coach, store, opened):
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


def test_tampered_traits_change_the_tamperers_page_and_nothing_else(served, coach, store, opened):
    coach.open(opened)
    before = store.room(opened.code)
    for model, each in coach.states().items():
        for name in ("html", "said", "base", "presenting", "children", "value", "x"):
            if name in each["state"]:
                coach.socket.set_state(model, **{name: MEGABYTE})
    assert store.room(opened.code) == before
    other = Page(served)
    with other.socket:
        other.open(opened)
        assert MEGABYTE not in other.screen()


def test_a_participant_of_a_page_by_hand_shares_no_megabyte_and_nothing_with_a_closed_room(
    served, store, opened
):
    socket = served.connect(served.kernel_of("assessment"))
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
