"""The coach's screen without a browser: what it shows, gets, and must never contain."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from contextlib import closing

import numpy as np
import pytest
from ipywidgets import Widget
from ipywidgets.widgets import widget as widget_module

from careerpath import load_instrument, open_store
from careerpath.room.coach import model as room_module
from careerpath.room.coach.model import Confirmation, RoomStage
from careerpath.room.coach.view import RoomScreen, qr_code
from careerpath.room.room import StoreError, StoreUnavailableError
from careerpath.ui.html_view import HtmlView
from careerpath.ui.site_address import ADDRESSES_VARIABLE

INSTRUMENT = load_instrument()
TITLE = "Porto <b>workshop</b> & more"
MEGABYTE = "x" * 2**20
HOME = "http://192.168.1.20:8866/"


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    Widget.close_all()
    monkeypatch.setattr(room_module, "POLL_SECONDS", 0.01)
    monkeypatch.setattr(room_module, "TROUBLED_SECONDS", 0.02)
    monkeypatch.delenv(ADDRESSES_VARIABLE, raising=False)


@pytest.fixture
def store():
    with closing(open_store("sqlite://")) as opened:
        yield opened


@pytest.fixture
def opened(store):
    return store.create_room(TITLE, INSTRUMENT)


def answers(value):
    turned = INSTRUMENT.scale.maximum - value
    return {item.id: turned if item.mastery_side == "left" else value for item in INSTRUMENT.items}


def share(store, code, values):
    for number, value in enumerate(values):
        store.add_response(code, answers(value), submission_id=f"person {number}")


class Coach:
    """Somebody at the screen, who presses, waits and looks."""

    def __init__(self, store):
        self.sent = []
        self.screen = RoomScreen(INSTRUMENT, open_store=lambda: store)
        self.model = self.screen.model
        for name, view in self.views.items():
            view.send = self._hear(name)
        self.screen._browser.send = self._hear("browser")

    def _hear(self, name):
        return lambda content, buffers=None: self.sent.append((name, content, buffers))

    @property
    def views(self) -> dict[str, HtmlView]:
        return self.screen._views

    @property
    def html(self):
        """What is shown now, from top to bottom."""
        return "\n".join(each.html for each in self.screen.children if isinstance(each, HtmlView))

    @property
    def words(self):
        return " ".join(re.sub(r"<[^>]+>", " ", self.html).split())

    def press(self, action, **values):
        self.views["entry"]._handle_custom_msg({"action": action, "values": values}, [])

    async def until(self, condition):
        async with asyncio.timeout(20):
            while not condition():
                await asyncio.sleep(0.005)

    async def open(self, opened, view=""):
        self.press("open", code=opened.code, key=opened.coach_key, view=view)
        await self.until(lambda: self.model.stage is RoomStage.OPEN)

    async def reveal(self):
        self.press("reveal")
        await self.until(lambda: self.model.figures is not None)

    def found(self, name):
        return [content for where, content, _ in self.sent if where == name]


def visit(scene, store):
    """Play a scene with a coach, in an event loop as a kernel has one."""

    async def play():
        await scene(Coach(store))

    asyncio.run(play())


def all_state():
    """Every synced trait of every widget, as it is sent to the browser."""
    return json.dumps(
        [each.get_state() for each in list(widget_module._instances.values())], default=repr
    )


# Secrets


def test_before_a_key_is_given_no_trait_holds_anything_of_a_room(store, opened):
    share(store, opened.code, range(8))
    store.reveal_room(opened.code)

    async def scene(coach):
        for _ in range(3):
            coach.press("open", code=opened.code, key="BCDF-GHJK-MNPQ-RSTV")
            await coach.until(lambda: not coach.model.opening and coach.model.trouble)
        held = all_state()
        assert "No room has this code and coach key" in held
        for secret in ("Porto", opened.code, opened.coach_key, "BCDF-GHJK"):
            assert secret not in held

    visit(scene, store)


def test_the_coach_key_is_in_no_trait_ever_and_goes_to_the_browser_once(store):
    async def scene(coach):
        coach.press("create", title=TITLE)
        await coach.until(lambda: coach.model.stage is RoomStage.CREATED and coach.found("browser"))
        ((key,),) = (each["fill"].values() for each in coach.found("entry"))
        assert store.authenticate(coach.model.room.code, key)
        assert coach.model.room.code in coach.html
        remembered = {"code": coach.model.room.code, "key": key}
        assert coach.found("browser") == [{"remember": remembered}]
        for _ in range(2):
            assert key not in all_state()
            assert key.replace("-", "") not in all_state()
            coach.press("go in")
        assert coach.model.stage is RoomStage.OPEN
        assert coach.found("entry")[-1] == {"fill": {}}

    visit(scene, store)


def test_leaving_leaves_nothing_of_the_room_in_any_widget(store, opened):
    share(store, opened.code, range(8))

    async def scene(coach):
        await coach.open(opened)
        await coach.reveal()
        coach.press("presenter")
        assert "Porto" in all_state() or opened.code in all_state()
        before = len(widget_module._instances)
        coach.press("leave")
        assert coach.model.stage is RoomStage.ENTRY
        held = all_state()
        assert opened.code not in held
        assert "Porto" not in held
        assert "8 answers" not in held
        assert len(widget_module._instances) < before
        assert coach.found("browser")[-1] == {"forget": True}
        # And can come back.
        await coach.open(opened)
        await coach.until(lambda: coach.model.figures is not None)
        assert "People by band" in coach.html

    visit(scene, store)


def test_a_refused_key_is_forgotten_and_one_that_could_not_be_tried_is_kept(store, opened):
    class Away:
        def __getattr__(self, name):
            def call(*_arguments, **_options):
                raise StoreUnavailableError("The rooms' database does not answer.")

            return call

    async def scene(coach):
        coach.press("open", code=opened.code, key="wrong")
        await coach.until(lambda: coach.found("browser"))
        assert coach.found("browser") == [{"forget": True}]

    async def away(coach):
        coach.press("open", code=opened.code, key=opened.coach_key)
        await coach.until(lambda: coach.model.trouble)
        assert "does not answer" in coach.words
        assert coach.found("browser") == []

    visit(scene, store)
    visit(away, Away())


# What is shown


def test_a_title_is_shown_as_text(store, opened):
    async def scene(coach):
        for view in ("", "presenter"):
            await coach.open(opened, view)
            assert "<b>" not in coach.html
            assert "Porto &lt;b&gt;workshop&lt;/b&gt; &amp; more" in coach.html
            coach.press("leave")

    visit(scene, store)


def test_the_controls_say_why_nothing_can_be_revealed_yet(store, opened):
    share(store, opened.code, range(3))

    async def scene(coach):
        await coach.open(opened)
        assert "3 joined" in re.sub(r"(joined|shared) (\d+)", r"\2 \1", coach.words)
        assert "Nothing is shown before 5 people have shared their answers." in coach.words
        reveal = re.search(r"<button[^>]*data-action=\"reveal\"[^>]*>", coach.html)[0]
        assert 'aria-disabled="true"' in reveal
        assert 'aria-describedby="cp-few-room"' in reveal
        share(store, opened.code, range(5))
        await coach.until(lambda: coach.model.counts.shared == 5)
        reveal = re.search(r"<button[^>]*data-action=\"reveal\"[^>]*>", coach.html)[0]
        assert "aria-disabled" not in reveal

    visit(scene, store)


def test_the_three_buttons_of_the_picture_stay_where_they_are(store, opened):
    share(store, opened.code, range(6))

    async def scene(coach):
        await coach.open(opened)
        steps = [("reveal", 1), ("freeze", 2), ("reveal", 1), ("hide", 0)]
        for action, pressed in steps:
            before = coach.model.room.picture
            coach.press(action)
            await coach.until(lambda before=before: coach.model.room.picture is not before)
            buttons = re.findall(r'data-action="(\w+)" aria-pressed="(\w+)"', coach.html)
            assert [name for name, _ in buttons] == ["hide", "reveal", "freeze"]
            assert [model == "true" for _, model in buttons].index(True) == pressed

    visit(scene, store)


def test_the_screen_follows_the_room(store, opened):
    share(store, opened.code, range(5))

    async def scene(coach):
        await coach.open(opened)
        await coach.reveal()
        share(store, opened.code, range(9))
        await coach.until(lambda: coach.model.counts.shared == 9)
        store.close_room(opened.code)
        await coach.until(lambda: "closed" in coach.words)
        store.delete_room(opened.code)
        await coach.until(lambda: "This room is gone" in coach.words)
        assert coach.found("browser")[-1] == {"forget": True}

    visit(scene, store)


def test_after_a_failed_refresh_the_next_one_comes(store, opened, monkeypatch, caplog):
    async def scene(coach):
        await coach.open(opened)
        real = store.version
        for problem in (StoreError("/data is full."), LookupError("a bug of ours")):

            def fail(code, problem=problem):
                raise problem

            monkeypatch.setattr(store, "version", fail)
            await coach.until(lambda: coach.model.trouble)
            told = coach.words
            assert "does not answer" in told or re.search(r"Something went wrong .*id \w{8}", told)
            assert "a bug of ours" not in told
            assert "/data" not in told
            monkeypatch.setattr(store, "version", real)
            store.touch(opened.code, f"somebody {problem!r}")
            joined = store.counts(opened.code).joined
            await coach.until(lambda joined=joined: coach.model.counts.joined == joined)
            coach.press("dismiss")
            assert coach.model.trouble == ""
        assert "The room and its answers are kept" in told

    visit(scene, store)
    assert "a bug of ours" in caplog.text
    assert "/data is full" in caplog.text


@pytest.mark.parametrize("address", ["postgresql://coach:s3cret@127.0.0.1:1/rooms", "sqlite:///{}"])
def test_the_entry_form_never_shows_where_the_database_is(tmp_path, caplog, address):
    (tmp_path / "file").write_text("")
    url = address.format(tmp_path / "file" / "rooms.db")

    async def scene(coach):
        coach.model._open_store = lambda: open_store(url)
        for action, values in (
            ("create", {"title": "Lisbon"}),
            ("open", {"code": "BCDFGH", "key": "BCDF-GHJK-MNPQ-RSTV"}),
        ):
            coach.press(action, **values)
            await coach.until(lambda: coach.model.trouble)
            assert coach.model.trouble == room_module.AWAY
            coach.press("dismiss")

    visit(scene, None)
    assert ("127.0.0.1:1/rooms" if "postgresql" in url else "rooms.db") in caplog.text
    assert "s3cret" not in caplog.text


def test_the_presenter_keeps_the_picture_while_the_database_is_away(store, opened, monkeypatch):
    share(store, opened.code, range(6))

    async def scene(coach):
        await coach.open(opened, "presenter")
        await coach.reveal()

        def fail(_code):
            raise StoreUnavailableError("The rooms' database sqlite:///secret does not answer.")

        with monkeypatch.context() as patched:
            patched.setattr(store, "version", fail)
            await coach.until(lambda: not coach.model.connected)
            assert "Not connected at the moment" in coach.words
            assert "secret" not in coach.html
            assert "People by band" in coach.html
        await coach.until(lambda: coach.model.connected)
        assert "Not connected" not in coach.words

    visit(scene, store)


def test_the_presenter_shows_code_and_counts_until_the_reveal_then_slides(store, opened):
    share(store, opened.code, range(6))

    async def scene(coach):
        coach.screen._browser.base = HOME
        await coach.open(opened, "presenter")
        assert "192.168.1.20:8866/join/" in coach.words
        assert opened.code in coach.words
        assert 'aria-label="QR code for http://192.168.1.20:8866/join/' in coach.html
        assert "<svg" in coach.html
        await coach.reveal()
        assert "How this room leans" in coach.words
        assert "Of any two people here" in coach.words
        assert "Close calls:" in coach.words
        assert "QR code" not in coach.html
        titles = []
        for _ in range(7):
            titles.append(re.search(r"<h1[^>]*>([^<]*)", coach.html)[1])
            coach.press("next")
        assert titles[:2] == ["How this room leans", "Theme by theme"]
        assert len(set(titles)) == 7
        assert coach.screen._browser.announcement.endswith("Slide 7 of 7.")
        coach.press("previous")
        assert coach.model.slide == 5
        coach.press("control")
        assert not coach.model.presenting

    visit(scene, store)


def test_a_closed_room_invites_nobody(store, opened):
    store.close_room(opened.code)

    async def scene(coach):
        coach.screen._browser.base = HOME
        await coach.open(opened, "presenter")
        assert "This room is closed" in coach.words
        assert "<svg" not in coach.html
        assert opened.code not in coach.words

    visit(scene, store)


@pytest.mark.parametrize(
    ("base", "elsewhere", "said"),
    [
        ("", "", "People join on a page that careerpath serve serves"),
        (HOME, "", "Join at 192.168.1.20:8866/join/"),
        ("http://127.0.0.1:8866/", "", "careerpath serve --host 0.0.0.0"),
        ("http://127.0.0.1:8866/", HOME, "Join at 192.168.1.20:8866/join/"),
        ("http://127.0.0.1:8866/", f"{HOME} http://10.0.0.5:8866/", "http://10.0.0.5:8866/room"),
        ("javascript:alert(1)", "", "People join on a page that careerpath serve serves"),
    ],
)
def test_the_controls_say_where_phones_join(store, opened, monkeypatch, base, elsewhere, said):
    monkeypatch.setenv(ADDRESSES_VARIABLE, elsewhere)

    async def scene(coach):
        coach.screen._browser.base = base
        await coach.open(opened)
        assert said in coach.words
        assert "javascript" not in coach.html

    visit(scene, store)


def test_a_qr_code_is_black_on_white_with_its_quiet_zone():
    drawn = str(qr_code(f"{HOME}join/BCDFGH"))
    assert '"#fff"' in drawn
    assert '"#000"' in drawn
    size = int(re.search(r'viewBox="0 0 (\d+) \1"', drawn)[1])
    assert (size - 8 - 17) % 4 == 0  # a version's modules, and four of white on each side


# What is pressed


def test_a_double_click_makes_one_room(store):
    async def scene(coach):
        coach.press("create", title=TITLE)
        coach.press("create", title=TITLE)
        await coach.until(
            lambda: coach.model.stage is RoomStage.CREATED and not coach.model.opening
        )
        await asyncio.sleep(0.05)
        assert len(store.rooms()) == 1
        assert coach.model.trouble == ""

    visit(scene, store)


def test_a_confirmation_focuses_the_harmless_answer(store, opened):
    share(store, opened.code, range(6))

    async def scene(coach):
        await coach.open(opened)
        for question, words in (
            (Confirmation.CLOSE, "Nobody can join or share any more."),
            (Confirmation.RESET, "Remove all 6 answers"),
            (Confirmation.DELETE, "with its 6 answers?"),
        ):
            coach.press(f"ask {question}")
            assert words in coach.words
            focused = re.search(r"<button[^>]*data-focus=[^>]*>([^<]*)", coach.html)
            assert focused[1] == "No, keep it"
            coach.press("cancel")
            assert words not in coach.words
        coach.press("ask delete")
        coach.press("confirm")
        await coach.until(lambda: coach.model.stage is RoomStage.GONE)
        assert store.rooms() == []

    visit(scene, store)


@pytest.mark.parametrize(
    ("kind", "begins"),
    [
        ("html", b"<!doctype html>"),
        ("pdf", b"%PDF-"),
        ("csv", b"q01,q02"),
        ("parquet", b"PAR1"),
        ("tally", b""),
    ],
)
def test_a_file_is_sent_to_the_browser(store, opened, kind, begins):
    share(store, opened.code, range(6))

    async def scene(coach):
        await coach.open(opened)
        coach.press("export", kind=kind)
        await coach.until(lambda: coach.found("files"))
        ((message, (content,)),) = [
            (message, buffers) for where, message, buffers in coach.sent if where == "files"
        ]
        assert message["download"] == f"room-{opened.code}.{kind}"
        assert content.lstrip().startswith(begins)

    visit(scene, store)


def test_the_screen_says_which_answers_the_files_lack(store, opened):
    share(store, opened.code, range(6))
    store.freeze_room(opened.code)
    share(store, opened.code, range(10))  # four more

    async def scene(coach):
        await coach.open(opened)
        said = "4 newer answers wait behind the frozen picture and are not in these files."
        assert f"{said} Reveal first." in coach.words
        coach.press("ask delete")
        assert said in coach.words
        coach.press("cancel")
        coach.press("export", kind="html")
        await coach.until(lambda: coach.found("files"))
        assert "4 newer answers wait behind" in coach.sent[-1][2][0].decode()
        await coach.reveal()
        await coach.until(lambda: said not in coach.words)

    visit(scene, store)


@pytest.mark.parametrize(
    ("kind", "people", "said"),
    [("csv", 4, "4 of at least 5"), ("../etc", 6, "html"), ("", 6, "html"), ("exe", 6, "html")],
)
def test_the_screen_says_why_a_file_cannot_be_made(store, opened, kind, people, said):
    share(store, opened.code, range(people))

    async def scene(coach):
        await coach.open(opened)
        coach.press("export", kind=kind)
        await coach.until(lambda: coach.model.trouble)
        assert said in coach.words
        assert coach.found("files") == []

    visit(scene, store)


@pytest.mark.parametrize(
    "content",
    [
        None,
        MEGABYTE,
        {"action": MEGABYTE},
        {"action": "create", "values": {"title": MEGABYTE}},
        {"action": "create", "values": {MEGABYTE: "title"}},
        {"action": "create", "values": [1]},
        {"action": "open", "values": {"code": 7, "key": None}},
        {"action": ["open"], "values": {}},
        {"action": "__init__", "values": {}},
        {"action": "confirm", "values": {}},
        {"action": "next", "values": {}},
        {"action": "presenter", "values": {}},
        {"action": "go in", "values": {}},
        {"action": "published", "values": {}},
        {"action": "reveal", "values": {}},
        {"action": "export", "values": {"kind": "csv"}},
        {"action": "ask delete", "values": {}},
        {"action": "here"},
    ],
    ids=lambda each: str(each)[:50],
)
def test_the_entry_form_survives_anything_a_stranger_sends(store, opened, content):
    share(store, opened.code, range(8))
    store.reveal_room(opened.code)

    async def scene(coach):
        for view in (*coach.views.values(), coach.screen._browser):
            view._handle_custom_msg(content, [])
        await asyncio.sleep(0.05)
        assert coach.model.stage is RoomStage.ENTRY
        assert "Porto" not in all_state()
        assert len(store.rooms()) == 1
        await coach.open(opened)
        assert coach.model.room.revealed

    visit(scene, store)


@pytest.mark.parametrize(
    "tampering",
    [
        {"html": "<script>alert(1)</script>"},
        {"html": MEGABYTE},
        {"_dom_classes": [MEGABYTE]},
        {"no such trait": 1},
    ],
    ids=lambda each: str(each)[:40],
)
def test_tampering_with_a_view_affects_no_other_visitor(store, opened, tampering):
    async def scene(coach):
        await coach.open(opened)
        for view in coach.views.values():
            view.set_state(tampering)
        store.touch(opened.code, "somebody")
        await coach.until(lambda: coach.model.counts.joined == 1)
        other = Coach(store)
        assert "alert(1)" not in other.html

    visit(scene, store)


@pytest.mark.parametrize("base", [MEGABYTE, "http://evil.example/<script>", "\n", "//x"])
def test_a_tampered_address_is_shown_only_as_text(store, opened, base):
    async def scene(coach):
        coach.screen._browser.set_state({"base": base})
        for view in ("", "presenter"):
            await coach.open(opened, view)
            assert "<script" not in coach.html
            assert MEGABYTE not in coach.html
            coach.press("leave")

    visit(scene, store)


# What if


def handles(coach):
    return coach.screen._histogram._picture.handles


def test_dragging_a_handle_moves_people_and_is_stored(store, opened):
    share(store, opened.code, [1, 3, 5, 6, 7, 9])

    async def scene(coach):
        await coach.open(opened)
        await coach.reveal()
        handles(coach).x = np.array([49.5, 80.2])
        assert "1 person moves from both to mastery." in coach.words
        assert "50 to 80" in coach.words
        await coach.until(lambda: store.room(opened.code).cut_scores.mastery_above == 80)
        assert coach.screen._histogram._slider.value == (50, 80)
        coach.press("published")
        await coach.until(lambda: store.room(opened.code).cut_scores == INSTRUMENT.cut_scores)
        assert "These are the published cut scores." in coach.words

    visit(scene, store)


def test_the_slider_moves_the_handles_and_both_views_agree(store, opened):
    share(store, opened.code, [1, 3, 5, 6, 7, 9])

    async def scene(coach):
        await coach.open(opened)
        await coach.reveal()
        coach.screen._histogram._slider.value = (40, 100)
        assert handles(coach).x.tolist() == [39.5, 100.5]
        coach.press("presenter")
        assert "below 40" in coach.words
        assert "What if? 1 person moves from management to both." in coach.words

    visit(scene, store)


def test_a_dragged_handle_is_not_moved_until_it_is_released(store, opened):
    share(store, opened.code, [1, 3, 5, 6, 7, 9])

    async def scene(coach):
        await coach.open(opened)
        await coach.reveal()
        handle = handles(coach)
        handle._handle_custom_msgs(handle, {"event": "drag_start"})
        handle.x = np.array([49.5, 80.2])
        assert handle.x.tolist() == [49.5, 80.2]
        share(store, opened.code, [1, 3, 5, 6, 7, 9, 9])
        await coach.until(lambda: coach.model.counts.shared == 7)
        assert handle.x.tolist() == [49.5, 80.2]
        handle._handle_custom_msgs(handle, {"event": "drag_end"})
        assert handle.x.tolist() == [49.5, 80.5]

    visit(scene, store)


@pytest.mark.parametrize("sent", [[1.0], [np.nan, 1.0], [np.inf, -np.inf], [1.0, 2.0, 3.0]])
def test_a_tampered_handle_moves_nothing(store, opened, sent):
    share(store, opened.code, [1, 3, 5, 6, 7, 9])

    async def scene(coach):
        await coach.open(opened)
        await coach.reveal()
        handles(coach).x = np.array(sent)
        assert "Two cut scores are two numbers" in coach.words
        assert not coach.model.figures.moved

    visit(scene, store)


# Memory


def test_a_page_loads_no_numpy_before_there_is_a_picture(tmp_path):
    script = f"""
import asyncio, sys
from careerpath.room.coach.model import RoomStage
from careerpath import open_store
from careerpath.ui.html_view import Action
from careerpath.room.coach.view import RoomScreen
screen = RoomScreen(open_store=lambda: open_store("sqlite:///{tmp_path}/rooms.db"))
heavy = {{"numpy", "pandas", "scipy", "bqplot"}}
async def scene():
    screen._act(Action("create", {{"title": "x"}}))
    while screen.model.stage is not RoomStage.CREATED:
        await asyncio.sleep(0.01)
    screen.model.go_in()
    await screen.model.refresh()
asyncio.run(scene())
print(sorted(heavy & set(sys.modules)))
"""
    done = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    )
    assert done.stdout.strip() == "[]"
