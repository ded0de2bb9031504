"""Options of ``careerpath serve``: on a server that is full, and on one with many options."""

import re
from collections.abc import Iterator

import pytest
import websocket
from kit.server_process import ServerProcess, kernel_in

from careerpath import load_instrument
from careerpath.serving import kernels

TITLE = "Ours and nobody else's"
VISITOR = "203.0.113.99"


@pytest.fixture(scope="module")
def full(database_url: str) -> Iterator[ServerProcess]:
    """A server with one place, which is taken."""
    environment = {"CAREERPATH_DATABASE_URL": database_url}
    arguments = ("--max-visitors", "1", "--metrics")
    with (
        ServerProcess(arguments=arguments, environment=environment) as started,
        started.connect(started.kernel_of("assessment")),
    ):
        yield started


def test_a_refused_visitor_is_told_whether_anything_is_kept(full):
    assert "Your answers are kept on this device." in full.get("assessment").text
    refused = full.get("top-ten")
    assert refused.status == 503
    text = refused.text[refused.text.index("<main") :]
    assert "All places are taken" in text
    assert "kept" not in text
    assert "copy it" not in text


def test_metrics_are_published_if_the_operator_asks_for_them(full, server):
    assert server.get("metrics").status == 404

    def figures() -> dict[str, str]:
        answer = full.get("metrics")
        assert answer.headers["Content-Type"].startswith("text/plain; version=")
        lines = [line for line in answer.text.splitlines() if not line.startswith("#")]
        return dict(line.rsplit(" ", 1) for line in lines)

    (opened,) = full.events("opened", at_least=1)
    before = len(full.events("refused"))
    full.get("assessment")
    refused = len(full.events("refused", at_least=before + 1))
    full.wait_until_ready()
    found = figures()
    assert found["careerpath_visitors"] == found["careerpath_places"] == "1.0"
    assert " start=copy " in opened
    assert found['careerpath_starts_total{start="copy"}'] == "1.0"
    assert found['careerpath_start_seconds_count{start="copy"}'] == "1.0"
    assert found['careerpath_prepared_total{page="assessment",way="copy"}'] == "1.0"
    assert found['careerpath_refused_total{reason="full"}'] == f"{refused}.0"
    text = full.get("metrics").text
    assert "careerpath_culled_total" in text
    # No figures of Jupyter's own, and no kernel's id.
    assert {name for name in found if not name.startswith("careerpath_")} == set()
    assert re.search(kernels.KEY, text) is None


@pytest.fixture(scope="module")
def configured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server below a path, with an instrument of its own, and with all messages in its log."""
    path = tmp_path_factory.mktemp("instrument") / "ours.toml"
    load_instrument().model_copy(update={"title": TITLE}).save(path)
    arguments = (
        *("--base-url", "/careers", "--frame-ancestors", "https://portal.example"),
        *("--trusted-proxy", "127.0.0.1", "--verbose"),
    )
    environment = {"CAREERPATH_INSTRUMENT": str(path)}
    with ServerProcess(arguments=arguments, environment=environment) as started:
        yield started


def test_below_a_path_of_its_own(configured):
    assert configured.url.endswith("/careers/")
    landing = configured.get()
    assert 'href="/careers/assessment"' in landing.text
    assert 'href="/careers/join"' in landing.text
    scripts = re.findall(r'href="/careers/(static/[^"]+)"', landing.text)
    assert scripts
    assert {configured.get(path).status for path in scripts} == {200}
    location = configured.get("join/BCDFGH").headers["Location"]
    assert location == "/careers/assessment#room=BCDFGH"
    assert 'action="/careers/join"' in configured.get("join").text
    assert configured.get_raw("/assessment")[0] == 404


def test_another_site_may_show_the_pages_if_it_is_named(configured):
    policy = configured.get().headers["Content-Security-Policy"]
    assert "frame-ancestors 'self' https://portal.example;" in policy


def test_every_screen_uses_the_given_instrument_and_no_log_names_the_visitor(configured):
    assert "<title>Ours and nobody else&#39;s</title>" in configured.get().text
    page = configured.get("assessment", X_Forwarded_For=VISITOR).text
    assert "Ours and nobody" in page[page.index("careerpath-skeleton") :]
    kernel = kernel_in(page)
    assert configured.lives(kernel)
    with configured.connect(kernel) as socket:
        assert "Ours and nobody else" in str(socket.widget_states())
    url = f"ws{configured.url.removeprefix('http')}api/kernels/{kernel}/channels"
    with pytest.raises(websocket.WebSocketBadStatusException):
        websocket.create_connection(url, timeout=30)
    configured.get("%ff%00")
    configured.get("join/BCDFGH")
    configured.get("join?code=BCDFGH")
    assert configured.get("healthz").status == 200
    configured.stop()  # so that the log is complete: no test may follow
    assert VISITOR not in configured.said
    printed = ("careerpath is ready at ", "  ")
    events = [each for each in configured.said.splitlines() if not each.startswith(printed)]
    assert len(events) == len(configured.said.splitlines()) - 3
    assert [line for line in events if "127.0.0.1" in line] == []
    # Anyone who knows a kernel's id or a room's code can enter the page or the room.
    assert [line for line in events if kernel in line] == []
    assert "BCDFGH" not in configured.said
