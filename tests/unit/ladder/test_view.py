"""The designer of two ladders: what a browser sends, and what it is shown."""

import html
import re
import subprocess
import sys

import pytest
from hypothesis import given, settings
from kit.ladders import ladders

from careerpath import DualLadder
from careerpath.ladder.files import LARGEST, write_ladder
from careerpath.ladder.form import fields_of
from careerpath.ladder.kept import KeptLadder, write_kept
from careerpath.ladder.ladder import LONGEST_TEXT, Rung
from careerpath.ladder.model import LadderStage
from careerpath.ladder.view import LadderScreen
from careerpath.ui.html_view import Action

EXAMPLE = DualLadder.example()
HOSTILE = '<script>x</script><b onload="y">{{ 7 * 7 }}'


@pytest.fixture
def screen():
    made = LadderScreen()
    do(made, "example")
    return made


def do(screen, name, content=b"", /, **values):
    screen._act(Action(name, values, content))


def shown(screen):
    """All that is shown, as HTML."""
    return "".join(each.html for each in screen.children if hasattr(each, "html"))


def words(screen):
    return " ".join(html.unescape(re.sub("<[^>]+>", " ", shown(screen))).split())


def opened(screen):
    return str(screen.model.level.opened)


def sent_by(widget, monkeypatch):
    sent = []
    monkeypatch.setattr(
        widget, "send", lambda content, buffers=None: sent.append((content, buffers))
    )
    return sent


def test_it_begins_with_three_ways_in():
    text = words(LadderScreen())
    for way in ("Start from the example", "Start empty", "Open a file: CSV, Excel or TOML"):
        assert way in text
    assert "Your ladders are kept in this browser" in text
    assert "The check compares what is written" in text


def test_a_kept_ladder_is_offered():
    screen = LadderScreen()
    do(screen, "kept", write_kept(KeptLadder(EXAMPLE)).encode(), storage="yes")
    assert "4 levels, 8 rungs, from Senior to Vice president" in words(screen)
    do(screen, "resume")
    assert screen.model.ladder == EXAMPLE


def test_the_visitor_is_told_if_the_browser_keeps_nothing():
    screen = LadderScreen()
    do(screen, "kept", storage="no")
    assert "This browser does not keep your ladders" in words(screen)


def test_an_unreadable_kept_ladder_is_put_aside_and_can_be_saved(monkeypatch):
    screen = LadderScreen()
    browser = sent_by(screen._browser, monkeypatch)
    start = sent_by(screen._views["start"], monkeypatch)
    do(screen, "kept", b'{"version": 9, "ladder": {}}')
    assert "another version of careerpath" in words(screen)
    do(screen, "save kept")
    assert start[-1][1] == [b'{"version": 9, "ladder": {}}']
    do(screen, "example")
    assert [next(iter(content)) for content, _ in browser] == ["aside", "keep"]


def test_each_change_is_kept_after_it_is_shown(screen, monkeypatch):
    do(screen, "open", level="Staff", side="mastery")
    browser = sent_by(screen._browser, monkeypatch)
    do(screen, "remove rung", opened=opened(screen), side="mastery")
    ((content, _),) = browser
    assert '"Staff"' in content["keep"]
    do(screen, "close")
    assert len(browser) == 1


def test_the_picture_the_check_and_the_files_follow_each_change(screen):
    assert "Nothing to fix" in words(screen)
    do(screen, "open", level="Staff", side="mastery")
    do(screen, "remove rung", opened=opened(screen), side="mastery")
    text = words(screen)
    assert "1 to fix" in text
    assert "No rung" in text
    assert "Management has a rung at 'Staff', and mastery has none." in text
    assert "Not equal: Staff" in text


def test_a_finding_leads_to_its_rung(screen):
    do(screen, "open", level="Staff", side="mastery")
    do(screen, "remove rung", opened=opened(screen), side="mastery")
    do(screen, "close")
    do(screen, "lead", finding="0")
    assert f'data-focus="{opened(screen)}">Mastery' in shown(screen)
    assert "Add a mastery rung" in words(screen)


def test_an_error_is_shown_next_to_its_field(screen):
    do(screen, "open", level="Staff", side="mastery")
    fields = fields_of(EXAMPLE.level("Staff").mastery) | {"minimum": "a lot"}
    do(screen, "rung", opened=opened(screen), side="mastery", **fields)
    page = shown(screen)
    assert 'value="a lot"' in page
    assert 'aria-invalid="true" aria-describedby="cp-field-mastery-minimum-wrong"' in page
    assert 'id="cp-field-mastery-minimum-wrong">Write a number' in page


def test_errors_are_shown_in_words(screen):
    do(screen, "load", b"x" * (LARGEST + 1), name="a.csv")
    assert "a.csv is larger than 2 MB" in words(screen)
    do(screen, "open", level="Staff", side="mastery")
    assert "larger than 2 MB" not in words(screen)
    do(screen, "rename", opened=opened(screen), name="Senior")
    assert "already" in words(screen)


@pytest.mark.parametrize("kind", ["pdf", "html", "md", "xlsx", "csv", "toml"])
def test_every_file_is_handed_to_the_browser(screen, kind, monkeypatch):
    sent = sent_by(screen._views["files"], monkeypatch)
    do(screen, "save", kind=kind)
    ((content, buffers),) = sent
    assert content["download"] == f"career-ladders.{kind}"
    assert len(buffers[0]) > 500


def test_deleting_asks_for_confirmation(screen, monkeypatch):
    sent = sent_by(screen._browser, monkeypatch)
    do(screen, "forget")
    assert screen.model.stage is LadderStage.DESIGN
    do(screen, "ask forget")
    assert "There is no undo" in words(screen)
    do(screen, "forget")
    assert screen.model.stage is LadderStage.START
    assert sent == [({"forget": True}, None)]


def test_html_in_names_stays_text():
    screen = LadderScreen()
    ladder = DualLadder().with_level(HOSTILE)
    rung = Rung(**dict.fromkeys(("title", "scope", "decision_rights", "recognition"), HOSTILE))
    ladder = ladder.with_rung(HOSTILE, "mastery", rung)
    do(screen, "load", write_ladder(ladder, "a.toml"), name=f"{HOSTILE}.toml")
    do(screen, "open", level=HOSTILE, side="mastery")
    assert screen.model.ladder == ladder
    do(screen, "load", b"\xff", name=f"{HOSTILE}.toml")
    page = shown(screen)
    assert "<script" not in page
    assert "<b onload" not in page
    assert "{{ 7 * 7 }}" in page


@given(ladders)
@settings(max_examples=25)
def test_every_ladder_can_be_shown_and_opened(ladder):
    screen = LadderScreen()
    do(screen, "kept", write_kept(KeptLadder(ladder)).encode())
    do(screen, "resume")
    for level in ladder.levels:
        do(screen, "open", level=level.name)
    assert "Something went wrong" not in shown(screen)
    assert "<i onload" not in shown(screen)


NONSENSE = ("", "x", "-1", "9" * 400, "mastery", "Staff", "\x00", "😀")


def test_nothing_that_a_browser_sends_causes_a_failure(screen):
    do(screen, "open", level="Staff", side="mastery")
    for name in [*screen._actions(Action("")), "no such thing"]:
        for each in NONSENSE:
            for values in (
                {"opened": each, "side": each, "level": each, "name": each, "kind": each},
                {"opened": opened(screen), "side": each, "percent": each},
                {"opened": opened(screen), "side": "mastery", "title": each, "minimum": each},
            ):
                do(screen, name, each.encode(), **values)
                assert "Something went wrong" not in shown(screen)


def test_in_jupyterlab_a_change_in_code_is_shown():
    screen = LadderScreen()
    screen.model.start_from_example()
    screen.model.level.open("Staff")
    assert "Level: Staff" in words(screen)


def test_the_largest_ladder_is_drawn_soon():
    screen = LadderScreen()
    screen.model.start_empty()
    ladder = DualLadder()
    for number in range(50):
        ladder = ladder.with_level(f"Level {number}")
        for side in ("mastery", "management"):
            ladder = ladder.with_rung(f"Level {number}", side, Rung(scope="x" * LONGEST_TEXT))
    screen.model.change(ladder, "")
    assert shown(screen).count('class="rung"') == 100


HEAVY = ("pandas", "numpy", "scipy", "sqlalchemy", "bqplot", "openpyxl", "typst")


@pytest.mark.parametrize(
    "code",
    [
        "from careerpath.ladder.view import LadderScreen as A; A().model.start_empty()",
        "from careerpath.top_ten.view import TopTenScreen; TopTenScreen()",
    ],
)
def test_a_visitors_process_stays_light(code):
    report = "import sys; print([each for each in sys.argv[1:] if each in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{report}", *HEAVY],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert done.stdout.strip() == "[]"
