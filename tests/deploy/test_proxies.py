"""careerpath behind nginx and HAProxy, with the files of `deploy/` and TLS, below a path."""

import gzip
import json
import re
import socket
import time
from contextlib import suppress

import pytest
import websocket
from kit.server_process import ServerProcess, until
from playwright.sync_api import Browser, expect

from careerpath import load_instrument

BASE = "/careerpath/"
SOMEBODY = "127.77.0.9"
SECURITY = (
    "X-Content-Type-Options",
    "Referrer-Policy",
    "Permissions-Policy",
    "Cross-Origin-Opener-Policy",
    "Cross-Origin-Resource-Policy",
)


def kernel_in(page: str) -> str:
    return str(re.search(r'"kernelId": "([0-9a-f-]+)"', page)[1])


def test_the_landing_page_is_there_below_the_path(proxy):
    page = proxy.get(BASE)
    assert page.status == 200
    assert f'href="{BASE}assessment"' in page.text
    assert load_instrument().title in page.text


def test_an_asset_is_compressed_and_cached_for_good(proxy):
    path = re.search(rf'href="({BASE}static/page-[A-Z0-9]+\.js)"', proxy.get(BASE).text)[1]
    plain, packed = proxy.get(path), proxy.get(path, headers={"Accept-Encoding": "gzip"})
    assert plain.status == packed.status == 200
    assert packed.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body


def test_a_page_is_passed_on_piece_by_piece(before_echo, echo):
    connection = before_echo.connect()
    connection.request("GET", f"{BASE}pieces", headers={"Accept-Encoding": "gzip"})
    answer = connection.getresponse()
    # The server sends the rest only when we have read this.
    assert answer.read1() == b"first"
    echo.read.set()
    assert answer.read() == b"rest"
    connection.close()


def test_the_first_screen_is_sent_before_its_process_starts(proxy):
    connection = proxy.connect()
    connection.request("GET", f"{BASE}assessment")
    answer = connection.getresponse()
    first = answer.read1().decode()
    rest = answer.read().decode()
    connection.close()
    assert load_instrument().title in first
    assert kernel_in(first + rest)
    assert rest.endswith("</html>")
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_page_talks_with_its_process_and_ends_it(proxy, careerpath):
    kernel = kernel_in(proxy.get(f"{BASE}assessment").text)
    with proxy.socket_of(kernel) as page:
        assert page.kernel_answers()
    origin = {"Origin": proxy.url.removesuffix(BASE)}
    ended = proxy.get(f"{BASE}voila/api/shutdown/{kernel}", method="POST", body=b"", headers=origin)
    assert ended.status == 204
    until(lambda: not careerpath.lives(kernel), "the process has ended")


def test_another_site_gets_no_connection(proxy):
    kernel = kernel_in(proxy.get(f"{BASE}assessment").text)
    with pytest.raises(websocket.WebSocketBadStatusException, match="403"):
        proxy.socket_of(kernel, origin="https://elsewhere.example")
    elsewhere = {"Origin": "https://elsewhere.example"}
    path = f"{BASE}voila/api/shutdown/{kernel}"
    assert proxy.get(path, method="POST", body=b"", headers=elsewhere).status == 403


@pytest.mark.browser
@pytest.mark.usefixtures("no_loop_left_behind")
def test_a_browser_comes_from_the_landing_page_to_the_first_question(proxy, browser: Browser):
    context = browser.new_context(ignore_https_errors=True)
    page = context.new_page()
    problems = []
    page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(proxy.url)
    page.locator(f'a[href="{BASE}assessment"]').first.click()
    start = page.get_by_role("button", name="Start", exact=True)
    expect(start).to_be_enabled(timeout=30_000)
    start.click()
    expect(page.get_by_text("Question 1 of 15").first).to_be_visible()
    expect(page.locator(".cp-slider input")).to_be_focused()
    page.keyboard.type("7")
    expect(page.get_by_role("button", name="Next question")).to_be_enabled()
    page.get_by_role("button", name="Next question").click()
    expect(page.get_by_text("Question 2 of 15").first).to_be_visible()
    assert problems == []
    context.close()


@pytest.mark.parametrize("path", ["", "nowhere", "robots.txt"])
def test_the_security_headers_survive(proxy, careerpath: ServerProcess, path):
    direct, passed = careerpath.get(path), proxy.get(BASE + path)
    assert passed.status == direct.status
    assert {name: passed.headers[name] for name in SECURITY} == {
        name: direct.headers[name] for name in SECURITY
    }
    host = f"127.0.0.1:{proxy.secure}"
    policy = dict(
        part.split(" ", 1) for part in passed.headers["Content-Security-Policy"].split("; ")
    )
    assert policy["connect-src"] == f"'self' ws://{host} wss://{host}"
    assert policy["script-src"] == "'self' blob:"
    assert passed.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert passed.headers.get("Server") in {None, "nginx"}
    assert "X-Frame-Options" not in passed.headers


def test_http_is_redirected_to_https_and_the_path_to_the_path_with_a_slash(before_echo, echo):
    answer = before_echo.get_plain(f"{BASE}assessment?a=1")
    assert answer.status == 308
    assert re.fullmatch(
        r"https://127\.0\.0\.1(:\d+)?/careerpath/assessment\?a=1", answer.headers["Location"]
    )
    answer = before_echo.get(BASE.removesuffix("/"))
    assert (answer.status, answer.headers["Location"]) == (308, BASE)
    assert before_echo.get("/").status == 404
    assert before_echo.get("/careerpathology").status == 404
    assert echo.seen == []


def test_certbot_can_prove_that_the_name_is_ours(before_echo, echo):
    path = "/.well-known/acme-challenge/token"
    if before_echo.name == "nginx":
        proof = before_echo.folder / "html" / path.removeprefix("/")
        proof.parent.mkdir(parents=True)
        proof.write_text("proof")
        assert before_echo.get_plain(path).text == "proof"
    else:
        assert before_echo.get_plain(path).status == 200
        assert echo.seen == [path]


@pytest.mark.parametrize("what", ["healthz", "metrics", "/metrics", "metrics?x=1", "metrics/"])
def test_health_and_metrics_are_hidden_from_the_public(before_echo, echo, what):
    assert before_echo.get(BASE + what).status == 404
    assert echo.seen == []


def test_the_server_gets_the_visitors_address_and_no_forged_one(before_echo):
    forged = {
        "X-Forwarded-For": "203.0.113.1",
        "X-Real-IP": "203.0.113.2",
        "X-Forwarded-Proto": "http",
        "X-Scheme": "http",
        "Forwarded": "for=203.0.113.3",
    }
    answer = before_echo.get(f"{BASE}page?x=%2F", headers=forged, visitor=SOMEBODY)
    headers = [(name.lower(), value) for name, value in json.loads(answer.text)["headers"]]
    assert [value for name, value in headers if name == "x-forwarded-for"] == [SOMEBODY]
    assert [value for name, value in headers if name == "x-real-ip"] == [SOMEBODY]
    assert [value for name, value in headers if name == "x-forwarded-proto"] == ["https"]
    assert [value for name, value in headers if name == "x-scheme"] == ["https"]
    assert [value for name, value in headers if name == "host"] == [
        f"127.0.0.1:{before_echo.secure}"
    ]
    assert "203.0.113" not in answer.text


def test_the_size_of_a_body_is_limited(before_echo, echo):
    fits = before_echo.get(f"{BASE}page", method="POST", body=b"x" * 65536)
    assert json.loads(fits.text)["body"] == 65536
    assert before_echo.announce(f"{BASE}page", 65537) == 413
    assert before_echo.announce(f"{BASE}page", 100_000_000) == 413
    assert len(echo.seen) == 1


def test_the_page_of_a_full_server_is_passed_on(before_echo):
    answer = before_echo.get(f"{BASE}full")
    assert (answer.status, answer.text) == (503, "full, in careerpath's own words")
    assert answer.headers["Retry-After"] == "30"


def test_without_a_server_the_proxy_sends_a_plain_page(before_nothing):
    answer = before_nothing.get(f"{BASE}assessment")
    assert answer.status == 503
    assert "What this device has kept is still there" in answer.text
    assert answer.headers["Content-Type"].startswith("text/html")
    assert answer.headers["Retry-After"] == "5"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


def provoke_errors(proxy) -> None:
    """Send requests that make proxies log errors."""
    proxy.get_plain(BASE, visitor=SOMEBODY)
    proxy.get("/nowhere", visitor=SOMEBODY)
    proxy.announce(f"{BASE}page", 70_000, visitor=SOMEBODY)
    for port in (proxy.web, proxy.secure):
        for sent in (b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01nonsense" * 40, b"GET"):
            with socket.create_connection(
                ("127.0.0.1", port), timeout=10, source_address=(SOMEBODY, 0)
            ) as raw:
                raw.sendall(sent)
                raw.shutdown(socket.SHUT_WR)
                with suppress(ConnectionResetError):
                    while raw.recv(4096):
                        pass
    leaving = proxy.connect(visitor=SOMEBODY)
    leaving.request("GET", f"{BASE}pieces")
    time.sleep(0.2)
    leaving.close()


def test_no_log_names_a_visitor(careerpath, proxy, before_echo, before_nothing):
    page = proxy.get(f"{BASE}assessment", visitor=SOMEBODY)
    kernel = kernel_in(page.text)
    with proxy.socket_of(kernel) as talking:
        assert talking.kernel_answers()
    for each in (proxy, before_echo, before_nothing):
        each.get(f"{BASE}join/ABCDEF", visitor=SOMEBODY)
        provoke_errors(each)
    for each in (before_echo, before_nothing):
        each.stop()
    until(lambda: " GET /api " in proxy.logs(), "the websocket is in the log")
    logs = "".join(each.logs() for each in (proxy, before_echo, before_nothing))
    assert " GET /assessment " in logs
    assert " GET /join " in logs
    assert "503" in logs
    assert "413" in logs
    for secret in (SOMEBODY, kernel, "ABCDEF"):
        assert secret not in logs + careerpath.said
