"""The assessment's view, without a browser: what it sends, and what a visitor can send it."""

from __future__ import annotations

import contextlib
import html
import json
import re

import pytest
from traitlets import TraitError

from careerpath import AssessmentScreen, Instrument, RatingSlider, load_instrument, open_store
from careerpath.assessment.view import skeleton
from careerpath.questionnaire.browser_session import BrowserSession
from careerpath.questionnaire.model import Phase
from careerpath.room.room import StoreUnavailableError
from careerpath.ui.html_view import HtmlView

IDS = load_instrument().item_ids


def opened(instrument: Instrument | None = None) -> AssessmentScreen:
    """An app as it is once the browser has looked for a draft."""
    app = AssessmentScreen(instrument)
    part(app, BrowserSession).looked = True
    return app


@pytest.fixture
def app() -> AssessmentScreen:
    return opened()


def part(app: AssessmentScreen, kind: type) -> object:
    return next(child for child in app.children if isinstance(child, kind))


def send(widget: object, content: object) -> None:
    """Deliver a message as the browser would."""
    widget._handle_custom_msg(content, [])


def place(app: AssessmentScreen) -> str:
    """The place that the shown screen's buttons name."""
    return re.search('data-place="([^"]+)"', shown(app))[1]


def press(app: AssessmentScreen, action: str, item: str | None = None) -> None:
    values = {"place": place(app)} | ({"item": item} if item else {})
    send(part(app, HtmlView), {"action": action, "values": values})


def draft(**answers: int) -> dict[str, object]:
    """A draft as the browser keeps it."""
    instrument = load_instrument()
    identity = {"instrument": instrument.id, "version": instrument.version}
    return {**identity, "answers": answers, "phase": "question", "item": "q02"}


def shown(app: AssessmentScreen) -> str:
    return " ".join(child.html for child in app.children if isinstance(child, HtmlView))


def test_messages_lead_from_the_first_screen_to_the_result(app):
    press(app, "start")
    for item_id in IDS:
        slider = part(app, RatingSlider)
        assert slider.name == item_id
        slider.value = 10
        send(slider, {"submit": True})
    assert app.model.phase is Phase.REVIEW
    press(app, "next")
    assert app.model.phase is Phase.RESULT
    assert app.value.total == 80
    assert "You are drawn to both" in shown(app)


def test_a_slider_has_no_value_until_it_is_touched(app):
    press(app, "start")
    assert part(app, RatingSlider).value is None
    assert "Choose a point on the line" in shown(app)
    press(app, "next")
    assert app.model.position == 0


def test_coming_back_shows_the_answer_that_was_given(app):
    press(app, "start")
    part(app, RatingSlider).value = 3
    press(app, "next")
    press(app, "back")
    assert part(app, RatingSlider).value == 3


def test_the_draft_is_offered_by_the_browser_and_resumed(app, monkeypatch):
    instrument = app.model.instrument
    part(app, BrowserSession).found = {
        "instrument": instrument.id,
        "version": instrument.version,
        "answers": {"q01": 7, "q02": 3},
        "phase": "question",
        "item": "q02",
    }
    assert "You have answered 2 of 15" in shown(app)
    sent = []
    monkeypatch.setattr(BrowserSession, "send", lambda _self, content: sent.append(content))
    press(app, "resume")
    assert part(app, RatingSlider).value == 3
    assert sent == [{"answers": {"q01": 7, "q02": 3}}]


def test_the_browser_is_told_which_screen_is_shown(app):
    press(app, "start")
    assert part(app, BrowserSession).place == {"phase": "question", "item": "q01"}


def test_starting_again_and_deleting_clear_the_draft_in_the_browser(app, monkeypatch):
    sent = []
    monkeypatch.setattr(BrowserSession, "send", lambda _self, content: sent.append(content))
    press(app, "start")
    press(app, "forget")
    assert sent == [{"answers": None}, {"answers": None}]
    assert app.model.answers == {}


def test_a_browser_without_storage_is_warned(app):
    part(app, BrowserSession).storage = False
    assert "does not let us keep a draft" in shown(app)


@pytest.mark.parametrize(
    "content",
    [
        None,
        [],
        "next",
        {},
        {"action": None},
        {"action": "__class__", "values": {}},
        {"action": "next", "values": {"item": ["q01"]}},
        {"action": "next", "values": ["q01"]},
        {"action": "goto", "values": {"item": "q99"}},
        {"action": "goto", "values": {"item": None}},
        {"action": "resume", "values": {}},
        {"action": "goto", "values": {"item": "x" * 1_000_000}},
        {"action": "y" * 1_000_000},
    ],
)
def test_the_app_survives_messages_that_no_button_sends(app, content):
    send(part(app, HtmlView), content)
    assert app.model.phase is Phase.WELCOME
    press(app, "start")
    assert app.model.phase is Phase.QUESTION


@pytest.mark.parametrize("value", [11, -1, 3.5, True, float("nan"), float("inf")])
def test_a_slider_refuses_what_is_not_on_its_scale(value):
    slider = RatingSlider(value=4)
    with pytest.raises(Exception, match="not on the scale"):
        slider.value = value
    assert slider.value == 4


def test_a_slider_moved_for_another_item_answers_no_question(app):
    press(app, "start")
    slider = part(app, RatingSlider)
    slider.name = "q99"
    slider.value = 4
    assert app.model.answers == {}
    assert "Unknown item 'q99'" in part(app, BrowserSession).trouble
    press(app, "back")
    assert part(app, BrowserSession).trouble == ""


def test_a_bug_is_shown_as_a_plain_sentence_with_a_log_id(app, monkeypatch, caplog):
    monkeypatch.setattr(type(app.model), "start", lambda _self: 1 / 0)
    press(app, "start")
    said = part(app, BrowserSession).trouble
    assert said.startswith("Something went wrong on our side (id ")
    assert "ZeroDivisionError" not in said
    reference = said.split("id ")[1].split(")")[0]
    assert reference in caplog.text
    assert "ZeroDivisionError" in caplog.text


def test_texts_of_an_instrument_are_escaped_on_every_screen():
    instrument = load_instrument()
    hostile = "<img src=x onerror=alert(1)>"
    data = instrument.model_dump() | {"title": hostile, "description": hostile}
    for item in data["items"]:
        item |= {"stem": hostile, "management": hostile, "mastery": hostile}
    for band in data["bands"].values():
        band |= {"title": hostile, "summary": hostile, "advice": [hostile], "roles": [hostile]}
    for facet in data["facets"]:
        facet |= {"title": hostile, "description": hostile}
    app = opened(type(instrument).validated(data, place="test"))
    screens = [shown(app)]
    press(app, "start")
    for _ in IDS:
        part(app, RatingSlider).value = 5
        press(app, "next")
    screens.append(shown(app))
    press(app, "next")
    assert app.model.phase is Phase.RESULT
    screens.append(shown(app))
    assert all("&lt;img" in screen and "<img" not in screen for screen in screens)


def test_the_skeleton_is_the_first_screen_with_a_disabled_button(app):
    waiting = skeleton(app.model.instrument)
    assert "Getting ready" in waiting
    assert "disabled" in waiting
    assert app.model.instrument.title in waiting
    ready = waiting.replace(" disabled", "").replace("Getting ready …", "Start")
    assert shown(AssessmentScreen()) == shown(app) == ready


def test_a_start_waits_until_the_browser_has_looked_for_a_draft():
    app = AssessmentScreen()
    press(app, "start")
    assert app.model.phase is Phase.WELCOME
    part(app, BrowserSession).looked = True
    assert app.model.phase is Phase.QUESTION


def test_a_start_before_the_browser_has_looked_does_not_delete_a_draft():
    app = AssessmentScreen()
    press(app, "start")
    session = part(app, BrowserSession)
    with session.hold_trait_notifications():
        session.found, session.looked = draft(q01=3), True
    assert app.model.phase is Phase.WELCOME
    assert "Welcome back" in shown(app)


def test_a_start_that_was_meant_for_the_screen_without_a_draft_does_nothing(app):
    part(app, BrowserSession).found = draft(q01=3)
    send(part(app, HtmlView), {"action": "start", "values": {"place": "welcome"}})
    assert app.model.phase is Phase.WELCOME
    press(app, "start")
    assert app.model.phase is Phase.QUESTION


def test_the_second_click_of_a_double_click_does_nothing(app):
    press(app, "start")
    for item_id in IDS[:2]:
        part(app, RatingSlider).value = 5
        here = place(app)
        for _ in range(2):
            send(part(app, HtmlView), {"action": "next", "values": {"place": here}})
        assert app.model.position == IDS.index(item_id) + 1
        assert part(app, BrowserSession).trouble == ""


def test_enter_held_down_goes_on_once(app):
    press(app, "start")
    for _ in range(3):
        part(app, RatingSlider).value = 5
        press(app, "next")
    press(app, "back")
    press(app, "back")
    slider = part(app, RatingSlider)
    for _ in range(5):
        send(slider, {"submit": True})
    assert app.model.position == 2


def test_the_review_focuses_the_answer_that_was_changed(app):
    press(app, "start")
    for _ in IDS:
        part(app, RatingSlider).value = 5
        press(app, "next")
    press(app, "goto", "q09")
    part(app, RatingSlider).value = 9
    press(app, "review")
    assert 'value="q09" data-focus="q09"' in shown(app)


def test_starting_again_leaves_no_slider_behind(app):
    press(app, "start")
    first = part(app, RatingSlider)
    press(app, "back")
    press(app, "start")
    assert first.comm is None
    assert part(app, RatingSlider) is not first


def test_an_instrument_without_texts_has_a_named_slider_and_a_result():
    app = opened(Instrument.plain(["a", "b"], management_below=7, mastery_above=14))
    press(app, "start")
    assert part(app, RatingSlider).label == "a"
    for _ in range(2):
        part(app, RatingSlider).value = 5
        press(app, "next")
    press(app, "next")
    assert "no norms" in shown(app)
    assert "chances" not in shown(app)


@pytest.mark.parametrize("scale", [{"step": 0}, {"maximum": 1e308}, {"minimum": float("nan")}])
def test_a_tampered_scale_answers_no_question(app, scale):
    press(app, "start")
    slider = part(app, RatingSlider)
    for name, value in scale.items():
        setattr(slider, name, value)
    with contextlib.suppress(TraitError):
        slider.value = 1e307
    assert app.model.answers == {}


def test_two_apps_do_not_share_answers():
    first, second = opened(), opened()
    press(first, "start")
    part(first, RatingSlider).value = 8
    assert second.model.answers == {}
    assert second.model.phase is Phase.WELCOME


# In a room

DEVICE = "0123456789abcdef"


@pytest.fixture
def store(tmp_path):
    with contextlib.closing(open_store(f"sqlite:///{tmp_path / 'rooms.db'}")) as opened:
        yield opened


class Visit:
    """An app in a room, and what it has told the browser."""

    def __init__(self, store, code, monkeypatch):
        self.told = []
        monkeypatch.setattr(
            BrowserSession, "send", lambda _self, content: self.told.append(content)
        )
        self.app = AssessmentScreen(rooms=lambda: store)
        self.session = part(self.app, BrowserSession)
        send(self.session, {"join": {"code": code, "token": DEVICE}})
        self.session.looked = True

    def finish(self, value=5):
        press(self.app, "start")
        for _ in self.app.model.instrument.items:
            part(self.app, RatingSlider).value = value
            press(self.app, "next")
        press(self.app, "next")

    def share(self):
        """Send what the button carries, as the browser does."""
        answers = json.loads(html.unescape(re.search('data-answers="([^"]+)"', self.shown)[1]))
        code = self.app.participant.room.code
        send(self.session, {"share": {"code": code, "token": DEVICE, "answers": answers}})

    @property
    def shown(self):
        return shown(self.app)


def test_the_title_of_the_room_is_shown_before_the_first_question(store, monkeypatch):
    code = store.create_room("Lisbon <b>workshop</b>").code
    visit = Visit(store, code, monkeypatch)
    assert "You are in the room" in visit.shown
    assert "Lisbon &lt;b&gt;workshop&lt;/b&gt;" in visit.shown
    assert visit.session.announcement == "You are in the room Lisbon <b>workshop</b>."


def test_answers_are_shared_only_by_the_button_on_the_result(store, monkeypatch):
    code = store.create_room("Lisbon workshop").code
    visit = Visit(store, code, monkeypatch)
    visit.finish()
    assert "Share with the room" in visit.shown
    assert "Your 15 answers. No name, no address." in visit.shown
    assert "at least 4 others" in visit.shown
    assert store.counts(code).shared == 0
    visit.share()
    assert store.counts(code).shared == 1
    assert "Shared with Lisbon workshop" in visit.shown
    assert visit.session.announcement == "Shared with Lisbon workshop."


def test_a_changed_answer_is_shared_only_by_another_tap(store, monkeypatch):
    code = store.create_room("Lisbon workshop").code
    visit = Visit(store, code, monkeypatch)
    visit.finish()
    visit.share()
    press(visit.app, "review")
    press(visit.app, "goto", "q15")
    part(visit.app, RatingSlider).value = 9
    press(visit.app, "next")
    press(visit.app, "next")
    assert "Share these instead" in visit.shown
    visit.share()
    assert "Shared with Lisbon workshop" in visit.shown
    assert store.counts(code).shared == 1


def test_the_coach_sees_how_far_people_are(store, monkeypatch):
    code = store.create_room("Lisbon workshop").code
    visit = Visit(store, code, monkeypatch)
    assert (store.counts(code).joined, store.counts(code).answering) == (1, 0)
    press(visit.app, "start")
    assert store.counts(code).answering == 1
    press(visit.app, "back")
    visit.finish()
    assert store.counts(code).answering == 0


def test_a_room_asks_its_own_questions_and_keeps_their_draft(store, monkeypatch):
    ours = Instrument.plain(["a", "b"], management_below=7, mastery_above=14)
    visit = Visit(store, store.create_room("Two questions", ours).code, monkeypatch)
    assert visit.app.model.instrument.item_ids == ("a", "b")
    assert (visit.session.instrument, visit.session.version) == (ours.id, ours.version)
    visit.session.found = {
        "instrument": ours.id,
        "version": ours.version,
        "answers": {"a": 7},
        "phase": "question",
        "item": "b",
    }
    assert "You have answered 1 of 2" in visit.shown


def test_nobody_can_start_before_the_draft_for_the_room_has_been_looked_for(store, monkeypatch):
    ours = Instrument.plain(["a", "b"], management_below=7, mastery_above=14)
    code = store.create_room("Two questions", ours).code
    app = AssessmentScreen(rooms=lambda: store)
    session = part(app, BrowserSession)
    session.looked = True
    send(session, {"join": {"code": code, "token": DEVICE, "shared": None}})
    assert "Getting ready" in shown(app)
    session.looked = True
    assert "Getting ready" not in shown(app)


def test_a_room_that_is_reached_late_does_not_change_the_questions(store, monkeypatch):
    ours = Instrument.plain(["a", "b"], management_below=7, mastery_above=14)
    code = store.create_room("Two questions", ours).code
    opened = []

    def open_rooms():
        if not opened:
            opened.append(1)
            raise StoreUnavailableError("away")
        return store

    app = AssessmentScreen(rooms=open_rooms)
    session = part(app, BrowserSession)
    send(session, {"join": {"code": code, "token": DEVICE, "shared": None}})
    session.looked = True
    assert "The room cannot be reached at the moment." in shown(app)
    press(app, "start")
    for _ in IDS:
        part(app, RatingSlider).value = 5
        press(app, "next")
    press(app, "next")
    assert app.model.phase is Phase.RESULT
    assert "asks different questions" in shown(app)
    assert 'data-action="share"' not in shown(app)
    press(app, "leave")
    assert app.model.instrument.item_ids == ("a", "b")


def test_the_questions_work_without_the_room_if_its_code_is_wrong(store, monkeypatch):
    visit = Visit(store, "XXXXXX", monkeypatch)
    assert "There is no room" in visit.shown
    visit.finish()
    assert visit.app.model.phase is Phase.RESULT
    assert 'data-action="share"' not in visit.shown


def test_a_room_closed_before_sharing_keeps_the_result(store, monkeypatch):
    code = store.create_room("Lisbon workshop").code
    visit = Visit(store, code, monkeypatch)
    visit.finish()
    store.close_room(code)
    visit.share()
    assert "Not shared" in visit.shown
    assert "is closed and takes no more answers" in visit.shown
    assert visit.app.value.total == 75


def test_after_a_refresh_the_page_says_that_answers_were_shared(store, monkeypatch):
    code = store.create_room("Lisbon workshop").code
    store.add_response(code, dict.fromkeys(IDS, 5), submission_id=DEVICE)
    visit = Visit(store, code, monkeypatch)
    assert "You have shared your answers with this room." in visit.shown
    visit.finish()
    assert "Shared with Lisbon workshop" in visit.shown


def test_no_trait_holds_the_token(store, monkeypatch):
    visit = Visit(store, store.create_room("Lisbon workshop").code, monkeypatch)
    visit.finish()
    visit.share()
    for widget in visit.app.children:
        assert DEVICE not in repr(widget.get_state())


@pytest.mark.parametrize("content", [{"join": None}, {"share": 7}, {"join": {}, "share": {}}, []])
def test_the_app_survives_invalid_room_messages(app, content):
    send(part(app, BrowserSession), content)
    press(app, "start")
    assert app.model.phase is Phase.QUESTION
