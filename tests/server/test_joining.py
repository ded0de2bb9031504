"""/join: it starts no kernel, and does not say whether a room exists."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    "path",
    [
        "join/BCDFGH",
        "join/bcdfgh",
        "join/bcd-fgh",
        "join/BCD%20FGH",
        "join?code=bcd+fgh",
        "join/?code=BCDFGH",
    ],
)
def test_a_code_leads_into_the_assessment_however_it_is_written(server, path):
    answer = server.get(path)
    assert answer.status == 303
    assert answer.headers["Location"] == "/assessment#room=BCDFGH"
    assert answer.headers["Cache-Control"] == "no-store"


def test_without_a_code_a_form_asks_for_it(server):
    page = server.get("join")
    assert page.status == 200
    assert '<label for="code">Room code</label>' in page.text
    assert "<script" not in page.text
    assert 'href="/join"' in server.get().text


@pytest.mark.parametrize(
    "path", ["join/ABCDEF", "join/BCDFG", "join/BCDFGHJ", "join?code=12", "join/" + "B" * 2000]
)
def test_the_form_asks_again_for_a_malformed_code(server, path):
    page = server.get(path)
    assert page.status == 404
    assert "There is no room" in page.text
    assert 'aria-invalid="true"' in page.text


@pytest.mark.parametrize(
    "path", ["join/%3Cimg%20src=x%3E", "join?code=%22%3E%3Cimg%20src=x%3E", "join/%0d%0aX-Bad:%201"]
)
def test_text_of_a_visitor_is_escaped(server, path):
    page = server.get(path)
    assert page.status == 404
    assert "<img" not in page.text
    assert "X-Bad" not in page.headers


def test_joining_starts_no_kernel(server):
    before = server.kernel_processes()
    for path in ("join", "join/BCDFGH", "join/nonsense"):
        server.get(path)
        assert server.get(path, method="HEAD").body == b""
    assert server.kernel_processes() == before
