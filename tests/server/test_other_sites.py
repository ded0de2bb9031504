"""What other websites can make a visitor's browser do to this server."""

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import websocket
from kit.server_process import ServerProcess, write_notebook


@pytest.fixture(scope="module")
def framed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server with a name, whose pages another website may show in a frame."""
    folder = tmp_path_factory.mktemp("notebooks")
    write_notebook(folder / "counter.ipynb", "1")
    arguments = ("--frame-ancestors", "https://portal.example")
    arguments += ("--trusted-proxy", "127.0.0.1", "--allowed-host", "career.example, Also.Example")
    with ServerProcess(folder, arguments=arguments) as started:
        yield started


@pytest.mark.parametrize("site", ["cross-site", "same-site", "same-origin"])
@pytest.mark.parametrize(
    "destination",
    ["image", "script", "empty", "style", "object", "embed", "frame", "audio", "", "document, x"],
)
def test_an_image_or_a_script_starts_no_process(odd, destination, site):
    before = odd.health()["visitors"], len(odd.kernel_processes())
    answer = odd.get("counter", Sec_Fetch_Dest=destination, Sec_Fetch_Site=site)
    assert answer.status == 403
    assert "Open this address in a window of its own" in answer.text
    assert (odd.health()["visitors"], len(odd.kernel_processes())) == before


def test_a_frame_that_its_site_may_not_show_starts_no_process(odd):
    visitors = odd.health()["visitors"]
    for site in ("cross-site", "same-site"):
        answer = odd.get("counter", Sec_Fetch_Dest="iframe", Sec_Fetch_Site=site)
        assert answer.status == 403
    assert odd.health()["visitors"] == visitors


@pytest.mark.parametrize("site", ["cross-site", "same-site", "same-origin", "none"])
def test_a_window_may_be_opened_from_anywhere(odd, site):
    page = odd.get("counter", Sec_Fetch_Dest="document", Sec_Fetch_Site=site)
    assert page.status == 200


def test_a_page_may_stand_in_a_frame_of_its_own_site_or_of_one_that_is_named(odd, framed):
    assert odd.get("counter", Sec_Fetch_Dest="iframe", Sec_Fetch_Site="same-origin").status == 200
    page = framed.get("counter", Sec_Fetch_Dest="iframe", Sec_Fetch_Site="cross-site")
    assert page.status == 200
    assert framed.get("counter", Sec_Fetch_Dest="image", Sec_Fetch_Site="same-origin").status == 403


# DNS rebinding: the name of another website, made to lead to this server, so that the browser takes
# both for one site.

REBOUND = "rebound.example"


@pytest.mark.parametrize(
    "host",
    [
        *(REBOUND, f"{REBOUND}:8866", f"localhost.{REBOUND}", f"127.0.0.1.{REBOUND}"),
        *(f"{REBOUND}.", "xlocalhost", "career.example", "1.2.3.4x", "a:b", "[::1"),
    ],
)
@pytest.mark.parametrize("path", ["", "counter", "healthz", "static/x", "join/BCDFGH", "nothing"])
def test_nothing_is_answered_under_a_foreign_name(odd, host, path):
    before = odd.health()["visitors"]
    answer = odd.get(path, Host=host)
    assert answer.status == 403
    assert "--allowed-host" in answer.text
    assert REBOUND not in answer.text
    assert odd.health()["visitors"] == before


def test_a_foreign_name_does_not_reach_a_process(odd):
    key = odd.kernel_of("counter")
    assert odd.get(f"api/kernels/{key}", Host=REBOUND).status == 403
    assert odd.get(f"voila/api/shutdown/{key}", method="POST", Host=REBOUND).status == 403
    with pytest.raises(websocket.WebSocketBadStatusException) as refused:
        websocket.create_connection(
            f"ws{odd.url.removeprefix('http')}api/kernels/{key}/channels",
            host=REBOUND,
            origin=f"http://{REBOUND}",
            subprotocols=["v1.kernel.websocket.jupyter.org"],
            timeout=30,
        )
    assert refused.value.status_code == 403
    assert odd.lives(key)


@pytest.mark.parametrize(
    "host",
    [
        *("localhost", "LocalHost:80", "localhost.", "127.0.0.1", "[::1]", "[::1]:8866"),
        *("192.168.1.20:8866", "[2001:db8::1]", socket.gethostname()),
        socket.gethostname().partition(".")[0].upper() + ".local",
    ],
)
def test_addresses_and_this_computers_names_are_answered(odd, host):
    assert odd.get("healthz", Host=host).status == 200


def test_a_request_without_a_host_is_answered(odd):
    address = urlsplit(odd.url)
    with socket.create_connection((address.hostname, address.port), timeout=30) as connection:
        connection.sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 200")


def test_the_operators_names_are_answered(framed):
    for host in ("career.example", "CAREER.example:443", "also.example", "127.0.0.1"):
        assert framed.get("healthz", Host=host).status == 200
    assert framed.get("healthz", Host=REBOUND).status == 403
