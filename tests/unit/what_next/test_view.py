"""What next, without a browser: when it is loaded, what it sends, what a visitor can send it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from careerpath import AssessmentScreen, Instrument, RatingSlider, load_instrument
from careerpath.core.answers_link import encode_answers
from careerpath.core.result_file import as_json, kept_document
from careerpath.questionnaire.browser_session import BrowserSession
from careerpath.questionnaire.model import Phase
from careerpath.ui.html_view import HtmlView
from careerpath.what_next.browser import ResultBrowser
from careerpath.what_next.view import WhatNextView

INSTRUMENT = load_instrument()
PARTS = ("steps", "now", "few", "files", "device", "link")
BASE = "https://example.org/assessment"


class Visit:
    """An app, and the browser that it is shown in."""

    def __init__(self, monkeypatch, *, instrument=None, value=7):
        self.files = []
        self.kept = {}
        monkeypatch.setattr(
            HtmlView, "download", lambda _self, *file: self.files.append(file), raising=True
        )
        monkeypatch.setattr(ResultBrowser, "tell", lambda _self, message: self.told(message))
        self.app = AssessmentScreen(instrument)
        self.session = self.part(BrowserSession)
        self.session.today = "2026-11-24"
        self.session.looked = True
        for item in self.app.model.instrument.items:
            self.app.model.answer(item.id, value)
        self.app.model.phase = Phase.RESULT

    def part(self, kind, place=None):
        return next(each for each in (place or self.app).children if isinstance(each, kind))

    @property
    def after(self):
        return self.part(WhatNextView)

    @property
    def html(self):
        return self.part(HtmlView, self.after).html

    @property
    def shown(self):
        return " ".join(each.html for each in self.app.children if isinstance(each, HtmlView))

    def press(self, action, choice=None):
        place = re.search('data-place="([^"]+)"', self.shown)[1]
        values = {"place": place} | ({"choice": choice} if choice else {})
        self.part(HtmlView)._handle_custom_msg({"action": action, "values": values}, [])

    def do(self, action, *content, **values):
        view = self.part(HtmlView, self.after)
        view._handle_custom_msg({"action": action, "values": values}, list(content))

    def browser(self, content, *buffers):
        self.part(ResultBrowser, self.after)._handle_custom_msg(content, list(buffers))

    def told(self, message):
        self.kept.update(message.get("keep", {}))
        if "drop" in message:
            for each in self.kept.copy() if message["drop"] is None else message["drop"]:
                del self.kept[each]
        self.answer()

    def answer(self):
        self.browser({"results": list(self.kept.values()), "refused": False})

    def open(self, part):
        self.press("open", part)
        self.browser({"base": BASE})
        self.answer()


@pytest.fixture
def visit(monkeypatch):
    return Visit(monkeypatch)


def test_the_result_lists_the_choices_without_loading_them(visit):
    assert all(f'name="choice" value="{part}"' in visit.shown for part in PARTS)
    assert not any(isinstance(each, WhatNextView) for each in visit.app.children)


def test_nothing_is_loaded_before_the_first_choice():
    code = """
import sys
from careerpath.questionnaire.model import Phase
from careerpath import AssessmentScreen
app = AssessmentScreen()
for item in app.model.instrument.item_ids:
    app.model.answer(item, 7)
app.model.phase = Phase.RESULT
names = ("careerpath.what_next.where_now", "careerpath.what_next.report", "careerpath.pdf.typeset",
         "careerpath.core.result_file", "typst", "careerpath.core.answers_link",
         "careerpath.core.reliable_change", "careerpath.what_next.model",
         "careerpath.what_next.view")
print([name for name in names if name in sys.modules])
app._open("few")
heavy = ("careerpath.pdf.typeset", "typst", "pandas", "numpy")
print([name for name in heavy if name in sys.modules])
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[3],
        timeout=120,
    )
    assert done.stdout.splitlines() == ["[]", "[]"]


@pytest.mark.parametrize("part", PARTS)
def test_each_choice_opens_in_place_and_closes_again(visit, part):
    visit.open(part)
    assert f'name="choice" value="{part}" aria-expanded="true"' in visit.html
    assert visit.html.count('aria-expanded="false"') == len(PARTS) - 1
    assert visit.shown.count("What this is not") == 1
    assert "What next" not in visit.shown
    visit.do("open", choice=part)
    assert 'aria-expanded="true"' not in visit.html


@pytest.mark.parametrize("value", [0, 5, 10])
@pytest.mark.parametrize("part", PARTS)
def test_each_choice_has_something_to_say_for_every_band(monkeypatch, part, value):
    visit = Visit(monkeypatch)
    answers = {
        item.id: 10 - value if item.mastery_side == "left" else value for item in INSTRUMENT.items
    }
    visit.app.model.answers = answers
    visit.open(part)
    assert f'id="cp-part" role="region" aria-labelledby="cp-choice-{part}"' in visit.html


def test_for_the_band_both_the_plan_comes_first(visit):
    choices = visit.shown[visit.shown.index("cp-choices") :]
    first = re.search('name="choice" value="([a-z]+)"', choices)
    assert first[1] == "few"


def test_the_present_path_changes_the_steps_and_the_file(visit):
    visit.open("now")
    visit.do("look", path="management", reports="9")
    assert "Suited to both, managing nine: fits in part" in visit.html
    visit.do("open", choice="steps")
    assert "based on where you are now" in visit.html
    visit.do("open", choice="files")
    visit.do("file", kind="html", name="Ana")
    assert b"Suited to both, managing nine" in visit.files[-1][2]


def test_a_changed_answer_changes_the_text(visit):
    visit.open("now")
    visit.do("look", path="management", reports="9")
    visit.app.model.answers = {
        item.id: 0 if item.mastery_side == "left" else 10 for item in INSTRUMENT.items
    }
    assert "Suited to mastery, managing nine: does not fit" in visit.html


def test_the_plan_is_moved_and_drawn_to_scale(visit):
    visit.open("few")
    assert "<strong>4</strong> people" in visit.html
    visit.do("plan", hours_per_report="6")
    assert "<strong>2</strong> people" in visit.html
    widths = [
        float(each) for each in re.findall(r'cp-week-\d" x="[\d.]+%" width="([\d.]+)%', visit.html)
    ]
    assert widths == [50, 18, 30, 2]


def test_an_overrun_week_is_drawn_past_its_end(visit):
    visit.open("few")
    visit.do("plan", mastery_share="90", admin_share="30")
    assert "<strong>0</strong> people" in visit.html
    assert 'class="cp-mark" x1="83.333%"' in visit.html


@pytest.mark.parametrize("kind", ["pdf", "html", "json"])
def test_files_are_handed_to_the_browser(visit, kind):
    visit.open("files")
    visit.do("file", kind=kind, name="Ana <b>")
    name, media, content = visit.files[-1]
    assert name == f"careerpath-result-{visit.app.model.taken}.{kind}"
    assert media
    assert content
    assert f"Saved as {name}." in visit.html
    assert "Ana &lt;b&gt;" in visit.html


def test_a_file_that_cannot_be_made_is_reported(visit):
    visit.open("files")
    visit.do("file", kind="exe", name="")
    assert visit.files == []
    assert "not as &#39;exe&#39;" in visit.html


def test_a_result_is_kept_exported_removed_and_added_again(visit):
    visit.open("device")
    assert visit.kept == {}
    visit.do("keep")
    assert "Kept on this device." in visit.html
    (identity,) = visit.kept
    visit.do("export")
    name, _, content = visit.files[-1]
    assert name.startswith("careerpath-results-")
    visit.do("remove", identity=identity)
    assert visit.kept == {}
    visit.do("read", content, name="mine.json")
    assert list(visit.kept) == [identity]
    assert "1 result added from mine.json." in visit.html


def test_deleting_all_asks_first(visit):
    visit.open("device")
    visit.do("keep")
    visit.do("ask")
    assert "Yes, delete all past results" in visit.html
    visit.do("ask not")
    assert "Yes, delete all past results" not in visit.html
    assert visit.kept
    visit.do("ask")
    visit.do("remove all")
    assert visit.kept == {}
    assert "All past results are deleted" in visit.html


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (
            b'{"format": "careerpath-result", "format_version": 2}',
            "another version of careerpath",
        ),
        (b"<html>", "is not valid JSON"),
        (bytes(2_000_001), "is larger than 2 MB"),
        (bytes(3_000_000), "is larger than 2 MB"),
    ],
)
def test_a_file_of_another_version_is_a_plain_message(visit, content, told):
    visit.open("device")
    visit.do("read", content, name="<b>.json")
    assert told in visit.html
    assert "&lt;b&gt;.json" in visit.html


def test_past_results_are_drawn_with_their_words(visit):
    visit.open("device")
    visit.do("keep")
    for item in INSTRUMENT.items:
        visit.app.model.answer(item.id, 5)
    assert 'role="img" aria-label="Totals over time.' in visit.html
    assert "The total moved" in visit.html
    assert visit.html.count("<circle") == 2


def test_the_link_holds_the_answers_behind_the_hash(visit):
    visit.open("link")
    fragment = encode_answers(INSTRUMENT, visit.app.model.answers)
    assert f'value="{BASE}#{fragment}"' in visit.html


def test_a_page_that_is_not_served_has_no_link(visit):
    visit.open("link")
    visit.browser({"base": ""})
    assert "and not inside a notebook" in visit.html
    visit.browser({"base": "javascript:alert(1)"})
    assert "javascript" not in visit.html


def test_the_questions_of_a_room_have_no_link(monkeypatch):
    ours = Instrument.plain(["a", "b"], management_below=7, mastery_above=14)
    visit = Visit(monkeypatch)
    visit.app.model.forget()
    visit.app.model.adopt(ours)
    for name in ours.item_ids:
        visit.app.model.answer(name, 5)
    visit.app.model.phase = Phase.RESULT
    visit.open("link")
    assert "These were the questions of the room" in visit.html


def test_an_instrument_without_texts_or_norms_opens_each_choice(monkeypatch):
    ours = Instrument.plain(["a", "b"], management_below=7, mastery_above=14)
    visit = Visit(monkeypatch, instrument=ours, value=5)
    for part in PARTS:
        visit.open(part)
        visit.do("keep")
        assert 'aria-expanded="true"' in visit.html


@pytest.mark.parametrize(
    ("action", "values"),
    [
        ("open", {"choice": "__class__"}),
        ("open", {}),
        ("__init__", {}),
        ("close", {}),
        ("look", {}),
        ("plan", {"hours_per_week": "<b>"}),
        ("remove", {"identity": "../draft"}),
        ("read", {"name": "x.json"}),
        ("file", {}),
    ],
)
def test_unknown_actions_change_nothing(visit, action, values):
    visit.open("few")
    visit.do(action, **values)
    visit.do("open", choice="steps")
    assert 'value="steps" aria-expanded="true"' in visit.html


@pytest.mark.parametrize(
    "content",
    [None, [], 7, {"base": {}}, {"results": 7}, {"file": "x"}, {"action": 7}, {"base": "x"}],
)
def test_unknown_messages_change_nothing(visit, content):
    visit.open("device")
    visit.browser(content)
    visit.do("keep")
    assert len(visit.kept) == 1


def test_a_message_that_comes_too_late_does_nothing(visit):
    visit.open("files")
    after = visit.after
    view = visit.part(HtmlView, after)
    visit.press("forget")
    view._handle_custom_msg({"action": "file", "values": {"kind": "pdf"}}, [])
    assert visit.files == []


def test_deleting_the_answers_leaves_no_widget_of_it(visit):
    visit.open("device")
    after = visit.after
    parts = (after, *after.children)
    visit.press("forget")
    assert all(each.comm is None for each in parts)
    assert WhatNextView not in map(type, visit.app.children)


def test_no_trait_holds_a_past_answer(visit):
    visit.open("device")
    visit.do("keep")
    model = visit.part(ResultBrowser, visit.after).get_state()
    assert "q01" not in repr({name: value for name, value in model.items() if name != "_esm"})


def test_texts_of_an_instrument_are_escaped_in_each_choice(monkeypatch):
    hostile = "<img src=x onerror=alert(1)>"
    data = INSTRUMENT.model_dump() | {"title": hostile}
    for band in data["bands"].values():
        band |= {"title": hostile, "summary": hostile, "advice": [hostile], "roles": [hostile]}
    visit = Visit(monkeypatch, instrument=Instrument.validated(data, place="test"))
    for part in PARTS:
        visit.open(part)
        assert "<img" not in visit.html
    foreign = kept_document(visit.after.model.past.current)
    foreign["instrument"] = {"id": hostile, "version": hostile}
    visit.open("device")
    visit.do("read", as_json(foreign), name="x.json")
    assert hostile not in visit.html


# The day, and somebody's answers from a link


def test_the_day_is_that_of_the_browser_and_of_an_earlier_draft(visit):
    assert "Your result · " in visit.shown
    visit.app.model.forget()
    visit.session.found = {
        "instrument": INSTRUMENT.id,
        "version": INSTRUMENT.version,
        "answers": dict.fromkeys(INSTRUMENT.item_ids, 5),
        "phase": "result",
        "item": "q15",
        "taken": "2025-02-03",
    }
    visit.press("resume")
    assert "Your result · 3 February 2025" in visit.shown


def linked(fragment):
    app = AssessmentScreen()
    session = next(each for each in app.children if isinstance(each, BrowserSession))
    session._handle_custom_msg({"link": fragment}, [])
    session.looked = True
    shown = " ".join(each.html for each in app.children if isinstance(each, HtmlView))
    return app, shown


def test_a_link_shows_its_result_and_changes_no_draft():
    app, shown = linked(encode_answers(INSTRUMENT, dict.fromkeys(INSTRUMENT.item_ids, 9)))
    assert "result, from a link" in shown
    assert "79 of 150" in shown
    assert "What next" not in shown
    assert 'data-action="forget"' not in shown
    assert (app.model.answers, app.model.phase) == ({}, Phase.WELCOME)


def test_a_link_leads_to_your_own_questions():
    app, _ = linked(encode_answers(INSTRUMENT, dict.fromkeys(INSTRUMENT.item_ids, 9)))
    screen = next(each for each in app.children if isinstance(each, HtmlView))
    screen._handle_custom_msg({"action": "own", "values": {"place": "welcome"}}, [])
    assert 'data-action="start"' in screen.html
    screen._handle_custom_msg({"action": "start", "values": {"place": "welcome"}}, [])
    assert any(isinstance(each, RatingSlider) for each in app.children)


@pytest.mark.parametrize("fragment", [None, 7, "answers/1/x", "answers/1/<b>/1/0/0", "y" * 10_000])
def test_a_link_that_cannot_be_read_says_so_before_the_questions(fragment):
    _app, shown = linked(fragment)
    assert "This link cannot be opened" in shown
    assert 'data-action="start"' in shown
    assert "<b>" not in shown
