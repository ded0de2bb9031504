"""The top-ten page: what a browser sends, and what it is shown."""

import html
import re

import pytest

from careerpath.top_ten.list import QUESTIONS
from careerpath.top_ten.view import TopTenScreen
from careerpath.ui.html_view import Action


@pytest.fixture
def screen():
    return TopTenScreen()


def do(screen, name, /, **values):
    screen._act(Action(name, values))


def shown(screen):
    return screen._page.html


def words(screen):
    return " ".join(html.unescape(re.sub("<[^>]+>", " ", shown(screen))).split())


def test_it_says_what_happens_to_the_names(screen):
    text = words(screen)
    assert "Nothing is stored: a reload empties the list." in text
    assert "the names are in the server" in text
    assert all(question in text for question in QUESTIONS)


def test_the_picture_follows_the_list(screen):
    do(screen, "write", name0="Ana", kind0="master", kind1="manager", kind2="both")
    page = shown(screen)
    big = page[page.index('role="img"') :]
    assert re.findall(r'<i class="cp-(\w+)">', big[: big.index("</div>")]) == [
        "master",
        "manager",
        "both",
        *["free"] * 7,
    ]
    assert "Of 3 people, 1 is a master, 1 is a manager and 1 does both" in words(screen)


def test_with_a_share_the_chance_is_shown_and_announced(screen):
    do(screen, "write", share="50", **{f"kind{place}": "master" for place in range(10)})
    assert "less than 1 in 1,000" in words(screen)
    assert shown(screen).count("cp-mine") == 1
    assert shown(screen).count("cp-tail") == 1


def test_without_a_share_nothing_is_compared(screen):
    do(screen, "write", kind0="master")
    assert "Compared with your organisation" not in words(screen)


def test_an_invalid_share_is_reported_next_to_its_field(screen):
    do(screen, "write", share="many")
    assert 'value="many"' in shown(screen)
    assert 'aria-invalid="true" aria-describedby="cp-ten-wrong"' in shown(screen)


def test_a_line_is_emptied_and_so_is_the_list(screen):
    do(screen, "write", name0="Ana", kind0="master", name1="Bo")
    do(screen, "empty line", line="0")
    assert "Ana" not in shown(screen)
    do(screen, "ask empty")
    assert "There is no undo" in words(screen)
    do(screen, "empty")
    assert "Bo" not in shown(screen)


@pytest.mark.parametrize("kind", ["md", "csv"])
def test_the_list_is_handed_to_the_browser(screen, kind, monkeypatch):
    sent = []
    monkeypatch.setattr(
        screen._page, "send", lambda content, buffers: sent.append((content, buffers))
    )
    do(screen, "write", name0="Ana", kind0="master")
    do(screen, "save", kind=kind)
    ((content, (data,)),) = sent
    assert content["download"] == f"top-ten.{kind}"
    assert b"Ana" in data


def test_names_with_html_stay_text(screen):
    do(screen, "write", name0="<b onload=x>{{ 7 * 7 }}", kind0="master")
    assert "<b onload" not in shown(screen)
    assert "{{ 7 * 7 }}" in shown(screen)


def test_nothing_that_a_browser_sends_causes_a_failure(screen):
    for name in ("write", "empty line", "ask empty", "keep", "empty", "save", "nothing"):
        for each in ("", "x", "-1", "9" * 400, "\x00", "😀" * 200):
            do(screen, name, kind=each, share=each, name0=each, kind0=each, name99=each)
            assert "Something went wrong" not in shown(screen)


def test_an_unknown_kind_is_reported(screen):
    do(screen, "write", kind0="boss")
    assert "not one of master, manager, both" in words(screen)
