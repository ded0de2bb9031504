"""Pages and files that need no kernel, and the headers of every response."""

import gzip
import http.client
import re
from urllib.parse import urlsplit

import pytest
from kit.server_process import ServerProcess, kernel_in

from careerpath import load_instrument

KERNELS = ["assessment", "top-ten", "dual-ladder", "thresholds"]
PAGES = ["", *KERNELS, "healthz", "robots.txt", "nowhere", "static/nothing.js"]


def script_of(server: ServerProcess) -> str:
    found = re.search(r'href="/(static/page-[A-Z0-9]+\.js)"', server.get().text)
    assert found
    return found[1]


def test_the_landing_page_says_what_this_is_and_starts_no_kernel(server):
    before = server.kernel_processes()
    page = server.get()
    assert page.status == 200
    assert f"{len(load_instrument().items)} short questions" in page.text
    assert "About 3 minutes" in page.text
    assert 'href="/assessment"' in page.text
    assert "not for hiring or promotion" in page.text
    assert server.kernel_processes() == before


def test_the_landing_page_links_to_every_page(server):
    text = server.get().text
    for said in ("A room", "The top ten", "Two career ladders", "The threshold lab"):
        assert f"<h3>{said}</h3>" in text
    links = set(re.findall(r'href="/([a-z-]+)"', text))
    assert links == {"assessment", "join", "room", "top-ten", "dual-ladder", "thresholds"}
    assert {server.get(link, method="HEAD").status for link in links} == {200}
    # The assessment stays the one big thing.
    assert text.index('cp-start" href="/assessment"') < text.index("With others")
    assert text.count("cp-primary") == 1 + text.count(".cp-primary")


def test_the_landing_page_links_only_to_pages_that_are_served(odd):
    text = odd.get().text
    assert "<h3>The top ten</h3>" not in text
    assert "<h3>Two career ladders</h3>" not in text
    assert "It opens in JupyterLab, not on this site." in text


@pytest.fixture(scope="module")
def assessment(server: ServerProcess) -> str:
    """The page of the assessment, as it is sent."""
    text = server.get("assessment").text
    server.get(f"voila/api/shutdown/{kernel_in(text)}", method="POST")
    return text


@pytest.mark.parametrize("path", [path for path in PAGES if path not in KERNELS[1:]])
def test_nothing_comes_from_another_host(server, assessment, path):
    # The tests in a browser watch all other pages.
    text = assessment if path == "assessment" else server.get(path).text
    # Namespaces are names, not addresses to fetch.
    addresses = set(re.findall(r"(?:https?:)?//[\w.-]+", text)) - {"http://www.w3.org"}
    assert addresses == set()


@pytest.mark.parametrize("path", PAGES)
def test_every_response_carries_the_security_headers(server, path):
    headers = server.get(path, method="HEAD" if path in KERNELS else "GET").headers
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == policy["base-uri"] == policy["object-src"] == "'none'"
    assert policy["script-src"] == "'self' blob:"
    assert policy["frame-ancestors"] == policy["form-action"] == "'self'"
    host = urlsplit(server.url).netloc
    assert policy["connect-src"] == f"'self' ws://{host} wss://{host}"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "geolocation=()" in headers["Permissions-Policy"]
    assert "Server" not in headers
    assert "Set-Cookie" not in headers


def test_no_page_has_an_inline_script(server, assessment):
    text = server.get().text + server.get("nowhere").text + assessment
    scripts = re.findall(r"<script\b([^>]*)>", text)
    assert scripts
    inert = 'type="application/'
    assert all("src=" in attributes or inert in attributes for attributes in scripts)
    assert not re.search(r"<[^>]+\son\w+=", text)


@pytest.mark.parametrize("path", ["nowhere", "assessment/extra", "tree", "voila/files/setup.py"])
def test_unknown_addresses_get_a_plain_page(server, path):
    page = server.get(path)
    assert page.status == 404
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "There is nothing at this address" in page.text
    assert 'href="/"' in page.text


def test_wrong_methods_get_a_plain_page(server):
    page = server.get(method="DELETE")
    assert page.status == 405
    assert "That did not work" in page.text
    assert "Traceback" not in page.text


def test_health(server):
    answer = server.get("healthz")
    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "no-store"
    before = server.health()
    assert before.keys() == {"status", "ready", "visitors", "places"}
    assert before["status"] == "ok"
    assert before["places"] > 1
    server.wait_until_ready()
    assert server.health()["ready"] is True
    kernel = server.kernel_of("assessment")
    assert server.health()["visitors"] == before["visitors"] + 1
    server.get(f"voila/api/shutdown/{kernel}", method="POST")
    assert server.health()["visitors"] == before["visitors"]


def test_robots_are_kept_from_pages_that_start_a_process(server):
    assert "Disallow: /assessment\n" in server.get("robots.txt").text


def test_static_files_are_cached_for_good(server):
    script = server.get(script_of(server))
    assert script.status == 200
    assert script.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert script.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert "Accept-Encoding" in script.headers["Vary"]


def test_long_responses_are_compressed(server):
    path = script_of(server)
    plain, packed = server.get(path), server.get(path, Accept_Encoding="gzip")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert server.get(Accept_Encoding="gzip").headers["Content-Encoding"] == "gzip"


def test_the_front_end_is_small(server):
    """The landing page names all files of ours that the first screen needs."""
    paths = re.findall(r'href="/((?:static|nbextensions)/[^"]+)"', server.get().text)
    sent = sum(len(server.get(path, Accept_Encoding="gzip").body) for path in paths)
    assert 0 < sent < 300_000


def test_widget_bundles_have_versioned_addresses(server):
    found = re.search(r'href="/(nbextensions/anywidget/[0-9a-f]{16}/index\.js)"', server.get().text)
    assert found
    assert (
        server.get(found[1])
        .text.rstrip()
        .endswith('define(["@jupyter-widgets/base"], widget_default);')
    )
    assert server.get("nbextensions/anywidget/extension.js").status == 404
    assert server.get("nbextensions/anywidget/").status == 404
    assert server.get("nbextensions/").status == 404


@pytest.mark.parametrize(
    "target",
    [
        "/static/../manifest.json",
        "/static/../../index.html.j2",
        "/static/%2e%2e/%2e%2e/index.html.j2",
        "/static/..%2f..%2findex.html.j2",
        "/static//etc/passwd",
        "/static/%00",
        "/nbextensions/../../../../etc/passwd",
        "/nbextensions/anywidget/..%5c..%5cindex.js",
        "/notebooks/assessment.ipynb",
        "/assessment.ipynb",
        "/voila/static/",
        "/voila/templates/careerpath/static/manifest.json",
        "/api/contents",
        "/api/kernels",
        "/api/sessions",
        "/api/terminals",
    ],
)
def test_no_path_leads_to_other_files(server, target):
    status, body = server.get_raw(target)
    assert status == 404
    assert b"There is nothing at this address" in body


def test_a_strange_host_is_not_repeated(server):
    status, body = server.get_raw("/", Host="evil.example; script-src *")
    assert status in {400, 403}
    assert b"evil" not in body


def test_a_large_body_is_refused(server):
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=30)
    try:
        connection.putrequest("POST", "/voila/api/shutdown/x")
        connection.putheader("Content-Length", str(100_000_000))
        connection.endheaders()
        assert connection.getresponse().status == 400
    finally:
        connection.close()
    assert server.get("healthz").status == 200
