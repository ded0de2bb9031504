"""How a notebook becomes a page."""

import http.client
import json
import re
from urllib.parse import urlsplit

import pytest
from kit.server_process import Response, ServerProcess, until

from careerpath import load_instrument

TROUBLE = re.compile(r"Something went wrong on our side \(id ([0-9a-f]{8})\)\. <a href")


WAYS = {"counter": "copy", "outputs": "copy", "failing": "imports", "dying": "imports"}


@pytest.mark.parametrize("page", WAYS)
def test_each_page_is_made_in_the_fastest_way_that_is_possible(odd, page):
    odd.wait_until_ready()
    (line,) = [each for each in odd.events("prepared") if f" page={page} " in each]
    assert f" way={'cold' if odd.cold else WAYS[page]} " in line
    odd.get(page)

    def opened() -> list[str]:
        return [each for each in odd.events("opened") if f" page={page} " in each]

    until(lambda: opened() != [], "the page is opened")
    assert f" start={'cold' if odd.cold else WAYS[page]} " in opened()[-1]


@pytest.fixture(scope="module")
def outputs(odd: ServerProcess) -> Response:
    """The page of a notebook with outputs of each kind."""
    return odd.get("outputs")


def test_outputs_and_texts_come_in_order(outputs):
    assert outputs.status == 200
    shown = ["Words first", "printed", "<b>bold</b>", "<em>leaning</em>", "Words last"]
    body = outputs.text.partition("</head>")[2]
    places = [body.index(each) for each in shown]
    assert places == sorted(places)
    assert "&lt;i&gt;text&lt;/i&gt;" in outputs.text
    assert "<title>Outputs &amp; &lt;more&gt;</title>" in outputs.text


def test_sources_and_the_error_stream_are_never_sent(outputs):
    assert "printed" in outputs.text
    assert "secret_source" not in outputs.text
    assert "whispered" not in outputs.text


def test_cells_for_jupyterlab_are_neither_shown_nor_run(odd, marker):
    text = odd.get("tagged").text
    assert "for everybody" in text
    assert "for JupyterLab" not in text
    assert not marker.exists()


def test_a_failing_cell_shows_a_message_and_its_traceback_is_logged(odd, marker):
    text = odd.get("failing").text
    assert "before" in text
    found = TROUBLE.search(text)
    assert found
    assert "the next cell" not in text
    assert not marker.exists()
    for secret in ("secret_source", "secret key", "KeyError", "Traceback"):
        assert secret not in text
    log_id = found[1]
    until(lambda: log_id in odd.said and "KeyError" in odd.said.split(log_id)[1], "a log entry")


def test_a_cell_that_is_allowed_to_fail_shows_no_traceback_either(odd):
    text = odd.get("tolerated").text
    assert TROUBLE.search(text)
    assert "ZeroDivisionError" not in text
    assert "secret_source" not in text


def test_a_kernel_that_dies_while_the_page_is_made(odd):
    text = odd.get("dying").text
    assert TROUBLE.search(text)
    assert odd.get("healthz").status == 200


def test_the_first_screen_is_sent_before_the_kernel_is_there(server):
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=60)
    connection.request("GET", "/assessment")
    answer = connection.getresponse()
    first = b""
    while b"careerpath-skeleton" not in first:
        piece = answer.read1()
        assert piece, "the page ended early"
        first += piece
    assert load_instrument().title.encode() in first
    assert b'<noscript><p class="cp-message">This page needs JavaScript.' in first
    assert b'<script type="module" async src=' in first
    assert b"careerpath-config" not in first
    rest = answer.read()
    connection.close()
    assert rest.index(b"careerpath-config") < rest.index(b"widget-view+json")
    assert rest.endswith(b"</html>")


def test_no_cache_stores_the_page(server):
    assert server.get("assessment", method="HEAD").headers["Cache-Control"] == "no-store"


def test_prefetching_browsers_and_head_requests_start_no_kernel(server):
    before = server.kernel_processes()
    assert server.get("assessment", method="HEAD").status == 200
    assert server.get("assessment", Sec_Purpose="prefetch;prerender").status == 503
    assert server.kernel_processes() == before


def test_each_visitor_has_a_kernel_of_its_own(odd):
    assert odd.kernel_of("counter") != odd.kernel_of("counter")


def test_a_folder_of_notebooks_replaces_the_built_in_ones(odd):
    assert odd.get("counter", method="HEAD").status == 200
    assert odd.get("assessment").status == 404


def test_a_notebook_with_unusual_characters_in_its_name_has_an_address(odd):
    robots = odd.get("robots.txt").text
    for slug, title in {"two-words-1": "Two words (1)", "%C3%9Cbung.2": "Übung.2"}.items():
        assert f"Disallow: /{slug}\n" in robots
        page = odd.get(slug)
        assert page.status == 200
        assert f"<title>{title}</title>" in page.text
    # The dot stands for itself only.
    assert odd.get("%C3%9Cbung-2").status == 404


def test_each_page_tells_its_front_end_what_a_reload_finds(server, odd):
    def config_of(at: ServerProcess, page: str) -> tuple[str, str]:
        text = at.get(page).text
        config = json.loads(re.findall(r'id="careerpath-config"[^>]*>(.+)</script>', text)[0])
        at.get(f"voila/api/shutdown/{config['kernelId']}", method="POST")
        return config["kept"], config["unkept"]

    assert config_of(server, "assessment")[0] == "Your answers are kept on this device."
    assert config_of(odd, "counter") == ("", "")
