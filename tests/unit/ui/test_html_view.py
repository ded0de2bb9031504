"""What a piece of a screen takes from a browser, and what it answers."""

import pytest

from careerpath.ui.html_view import LARGEST_UPLOAD, Doing, Piece, read_doing


class Tall(Piece):
    longest = 2_000


@pytest.fixture
def piece(monkeypatch):
    made, sent = Piece(), []
    monkeypatch.setattr(made, "send", lambda content, buffers=None: sent.append(content))
    made.sent = sent
    return made


def receive(piece, content, buffers=()):
    piece._handle_custom_msg(content, list(buffers))


def test_a_file_comes_with_its_name():
    doing = read_doing({"action": "load", "values": {"name": "a.csv"}}, [memoryview(b"abc")])
    assert doing == Doing("load", {"name": "a.csv"}, b"abc")


def test_of_a_file_that_is_too_large_comes_one_byte_more_than_is_allowed():
    doing = read_doing({"action": "load"}, [bytes(LARGEST_UPLOAD + 7)])
    assert len(doing.content) == LARGEST_UPLOAD + 1


@pytest.mark.parametrize("buffers", [None, [], 7, ["text"], [7], [None]])
def test_what_is_no_file_is_none(buffers):
    assert read_doing({"action": "load"}, buffers).content == b""


def test_a_piece_says_how_long_a_field_can_be():
    content = {"action": "write", "values": {"a": "x" * 2_000}}
    assert read_doing(content) is None
    heard = []
    for each in (Piece(), Tall()):
        each.on_doing(heard.append)
        receive(each, content)
    assert [doing.name for doing in heard] == ["write"]


def test_what_a_form_sends_by_itself_is_confirmed(piece):
    piece.on_doing(lambda doing: None)
    receive(piece, {"action": "write", "values": {}, "turn": 3})
    receive(piece, {"action": "press"})
    receive(piece, {"action": "write", "turn": "x"})
    assert piece.sent == [{"heard": 3}]


def test_it_is_confirmed_even_where_it_failed(piece, caplog):
    def fail(doing):
        raise LookupError

    piece.on_doing(fail)
    receive(piece, {"action": "write", "turn": 4})  # ipywidgets logs what fails
    assert piece.sent == [{"heard": 4}]
    assert "LookupError" in caplog.text
