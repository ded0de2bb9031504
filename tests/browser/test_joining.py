"""Participants of a room in real browsers: they join, answer, share, and lose their connection."""

from __future__ import annotations

import json
import sys
from contextlib import ExitStack, closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from kit.accessibility import everybody_can_use
from kit.assessment_page import IDS, PHONE, shows_result, start, walk
from kit.bad_network import BadNetwork
from kit.server_process import ServerProcess, until
from playwright.sync_api import Browser, Page, expect

from careerpath import Store, open_store

pytestmark = pytest.mark.browser
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="stops processes")

TITLE = "Lisbon workshop"
UNSENT = "Not sent yet. It is kept on this device and sent as soon as the connection is back."
PATIENCE = 30_000


@pytest.fixture
def code(store: Store) -> str:
    return store.create_room(TITLE).code


def join(page: Page, server: ServerProcess | BadNetwork, code: str) -> None:
    page.goto(f"{server.url}join/{code}")
    expect(page.get_by_role("heading", name=f"You are in the room {TITLE}")).to_be_visible()


def finish(page: Page, value: int = 7) -> dict[str, int]:
    """Answer all questions alike, up to the result."""
    answers = dict.fromkeys(IDS, value)
    walk(page, answers)
    page.get_by_role("button", name="See my result").click()
    shows_result(page, answers)
    return answers


def may_share(page: Page) -> None:
    """The room has answered, and the card is there."""
    expect(page.get_by_role("button", name="Share with the room")).to_be_visible()


def share(page: Page) -> None:
    page.get_by_role("button", name="Share with the room").click()


def is_shared(page: Page) -> None:
    expect(page.get_by_role("heading", name=f"Shared with {TITLE}")).to_be_visible(timeout=PATIENCE)


def see_result(page: Page) -> None:
    page.get_by_role("button", name="See my result").click()


def kept(page: Page, code: str) -> dict[str, object]:
    """What the browser keeps of a room."""
    found = page.evaluate("(code) => localStorage.getItem(`careerpath/room/${code}`)", code)
    return dict(json.loads(found)) if found else {}


def test_three_people_join_by_link_answer_and_share(browser: Browser, server, store, code):
    pages = [browser.new_context(**PHONE).new_page() for _ in range(3)]
    for page in pages:
        join(page, server, code.lower())
    until(lambda: store.counts(code).joined == 3, "three have joined")
    for value, page in zip((2, 5, 9), pages, strict=True):
        start(page)
        finish(page, value)
    assert store.counts(code).shared == 0
    for page in pages:
        # The second tap of a double tap does not count again.
        page.get_by_role("button", name="Share with the room").dblclick()
        is_shared(page)
    counts = store.counts(code)
    assert (counts.joined, counts.answering, counts.shared) == (3, 0, 3)
    everybody_can_use(pages[0])
    for page in pages:
        page.context.close()


def test_a_refresh_knows_what_is_shared_and_a_retake_replaces_it(page: Page, server, store, code):
    join(page, server, code)
    start(page)
    finish(page, 2)
    share(page)
    is_shared(page)
    page.reload()
    expect(page.get_by_text("You have shared your answers with this room.")).to_be_visible()
    see_result(page)
    is_shared(page)
    page.get_by_role("button", name="Start again").click()
    page.get_by_role("button", name="Start from the beginning").click()
    finish(page, 9)
    page.get_by_role("button", name="Share these instead").click()
    is_shared(page)
    assert store.counts(code).shared == store.counts(code).joined == 1


def test_without_a_tap_nothing_is_shared(page: Page, server, store, code):
    join(page, server, code)
    start(page)
    finish(page)
    page.reload()
    see_result(page)
    expect(page.get_by_role("button", name="Share with the room")).to_be_visible()
    assert store.counts(code).shared == 0


def test_answers_shared_offline_are_sent_when_the_connection_is_back(
    page: Page, server, store, code
):
    with BadNetwork(server) as network:
        join(page, network, code)
        start(page)
        finish(page)
        may_share(page)
        network.cut()
        page.clock.install()
        share(page)
        page.clock.run_for("00:15")
        expect(page.get_by_text(UNSENT).last).to_be_visible()
        assert kept(page, code)["pending"] == dict.fromkeys(IDS, 7)
        assert store.counts(code).shared == 0
        network.restore(forgetful=True)
        page.clock.resume()
        is_shared(page)
        expect(page.get_by_text(UNSENT)).to_have_count(0)
    assert store.counts(code).shared == 1
    assert "pending" not in kept(page, code)


@POSIX
def test_answers_shared_with_a_dead_server_are_sent_by_the_next_visit_even_without_the_room(
    page: Page, database_url, store, code
):
    with ExitStack() as stack:
        environment = {"CAREERPATH_DATABASE_URL": database_url}
        server = stack.enter_context(ServerProcess(environment=environment))
        join(page, server, code)
        start(page)
        finish(page)
        may_share(page)
        server.kill_kernels()
        expect(page.get_by_text("This page went to sleep")).to_be_visible(timeout=PATIENCE)
        share(page)
        expect(page.get_by_text(UNSENT).last).to_be_visible()
        server.stop()
        port = urlsplit(server.url).port or 0
        again = stack.enter_context(ServerProcess(environment=environment, port=port))
        page.goto(f"{again.url}assessment")
        said = f"Your answers from earlier are now shared with “{TITLE}”."
        expect(page.get_by_role("note")).to_have_text(said)
    assert store.counts(code).shared == 1


def test_deleting_the_answers_drops_those_waiting_to_be_sent(page: Page, server, store, code):
    join(page, server, code)
    start(page)
    finish(page)
    may_share(page)
    server.kill_kernels()
    expect(page.get_by_text("This page went to sleep")).to_be_visible(timeout=PATIENCE)
    share(page)
    assert "pending" in kept(page, code)
    page.get_by_role("button", name="Delete my answers from this device").click()
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_enabled()
    assert set(kept(page, code)) == {"token", "expires"}
    assert store.counts(code).shared == 0


def test_deleting_after_sharing_leaves_no_answer_on_the_device(page: Page, server, store, code):
    join(page, server, code)
    start(page)
    finish(page)
    share(page)
    is_shared(page)
    page.get_by_role("button", name="Delete my answers from this device").click()
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_visible()
    assert "q01" not in page.evaluate("JSON.stringify(localStorage)")
    start(page)
    finish(page, 2)
    page.get_by_role("button", name="Share these instead").click()
    is_shared(page)
    assert store.counts(code).shared == 1


def test_a_wrong_code_and_a_closed_room_leave_the_questions_as_they_are(
    page: Page, server, store, code
):
    page.goto(f"{server.url}join/BCDFGH")
    expect(page.get_by_role("heading", name="There is no room 'BCDFGH'")).to_be_visible()
    assert kept(page, "BCDFGH") == {}
    page.get_by_role("link", name="Enter another code").click()
    page.get_by_label("Room code").fill(f"{code[:3]} {code[3:]}".lower())
    store.close_room(code)
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_role("heading", name=f"“{TITLE}” is closed")).to_be_visible()
    start(page)
    finish(page)
    expect(page.get_by_role("button", name="Share with the room")).to_have_count(0)


def test_a_room_that_closes_before_the_tap_says_so_and_loses_nothing(
    page: Page, server, store, code
):
    join(page, server, code)
    start(page)
    answers = finish(page)
    store.close_room(code)
    share(page)
    expect(page.get_by_role("heading", name="Not shared")).to_be_visible()
    shows_result(page, answers)
    page.reload()
    see_result(page)
    shows_result(page, answers)


def test_people_can_answer_while_the_database_is_unreachable(page: Page, tmp_path: Path):
    file = tmp_path / "rooms.db"
    environment = {"CAREERPATH_DATABASE_URL": f"sqlite:///{file}"}
    with closing(open_store(environment["CAREERPATH_DATABASE_URL"])) as store:
        code = store.create_room(TITLE).code
        with ServerProcess(environment=environment) as server:
            moved = file.rename(tmp_path / "away.db")
            file.mkdir()
            page.goto(f"{server.url}join/{code}")
            unreached = page.get_by_role(
                "heading", name="The room cannot be reached at the moment."
            )
            expect(unreached).to_be_visible()
            assert str(tmp_path) not in page.content()
            start(page)
            finish(page)
            expect(unreached).to_be_visible()
            file.rmdir()
            moved.rename(file)
            page.get_by_role("button", name="Try again").click()
            share(page)
            is_shared(page)
        assert store.counts(code).shared == 1


def test_another_code_in_the_address_leads_into_the_other_room(page: Page, server, store, code):
    join(page, server, code)
    other = store.create_room("Porto workshop").code
    page.evaluate("(code) => { location.hash = `room=${code}` }", other)
    expect(page.get_by_role("heading", name="Porto workshop")).to_be_visible()


def test_the_code_is_in_no_request_but_the_first(page: Page, server, code):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("websocket", lambda socket: asked.append(socket.url))
    join(page, server, code)
    named = [each for each in asked if code in each.partition("#")[0]]
    assert named == [f"{server.url}join/{code}"]
