"""What an HTML view accepts from a browser, and what it answers."""

import pytest

from careerpath.ui.html_view import LARGEST_UPLOAD, Action, HtmlView, read_action


class Tall(HtmlView):
    longest = 2_000


@pytest.fixture
def view(monkeypatch):
    made, sent = HtmlView(), []
    monkeypatch.setattr(made, "send", lambda content, buffers=None: sent.append(content))
    made.sent = sent
    return made


def receive(view, content, buffers=()):
    view._handle_custom_msg(content, list(buffers))


def test_a_file_comes_with_its_name():
    action = read_action({"action": "load", "values": {"name": "a.csv"}}, [memoryview(b"abc")])
    assert action == Action("load", {"name": "a.csv"}, b"abc")


def test_a_file_that_is_too_large_is_cut_one_byte_past_the_limit():
    action = read_action({"action": "load"}, [bytes(LARGEST_UPLOAD + 7)])
    assert len(action.content) == LARGEST_UPLOAD + 1


@pytest.mark.parametrize("buffers", [None, [], 7, ["text"], [7], [None]])
def test_anything_but_a_file_gives_none(buffers):
    assert read_action({"action": "load"}, buffers).content == b""


def test_a_view_says_how_long_a_field_can_be():
    content = {"action": "write", "values": {"a": "x" * 2_000}}
    assert read_action(content) is None
    heard = []
    for each in (HtmlView(), Tall()):
        each.on_action(heard.append)
        receive(each, content)
    assert [action.name for action in heard] == ["write"]


def test_fields_that_a_form_sends_by_itself_are_confirmed(view):
    view.on_action(lambda action: None)
    receive(view, {"action": "write", "values": {}, "turn": 3})
    receive(view, {"action": "press"})
    receive(view, {"action": "write", "turn": "x"})
    assert view.sent == [{"confirmed": 3}]


def test_they_are_confirmed_even_if_the_action_failed(view, caplog):
    def fail(action):
        raise LookupError

    view.on_action(fail)
    receive(view, {"action": "write", "turn": 4})  # ipywidgets logs what fails
    assert view.sent == [{"confirmed": 4}]
    assert "LookupError" in caplog.text
