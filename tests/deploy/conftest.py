"""The proxies of `deploy/` as real processes, and the servers behind them."""

import http.client
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

import pytest
import websocket
from kit.server_process import PATIENCE, KernelSocket, Response, ServerProcess

DEPLOY = Path(__file__).parents[2] / "deploy"
#: Debian installs servers in a folder that is not on every user's PATH.
PLACES = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
BASE = "/careerpath/"


def program(name: str) -> str:
    """Find a program. If CI=true, a missing program fails the test."""
    found = shutil.which(name, path=PLACES)
    if found is None:
        message = f"no {name}: tools/ensure_proxies.sh says how to get it"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return found


def free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        taken = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [each.getsockname()[1] for each in taken]


def replaced(text: str, changes: Mapping[str, str]) -> str:
    """Replace the ports and paths of a shipped file by those of a test."""
    for old, new in changes.items():
        assert old in text, f"{old!r} is no longer in the shipped file"
        text = text.replace(old, new)
    return text


@dataclass(frozen=True)
class Certificate:
    """A self-signed certificate for 127.0.0.1."""

    folder: Path

    @property
    def chain(self) -> Path:
        return self.folder / "fullchain.pem"

    @property
    def key(self) -> Path:
        return self.folder / "privkey.pem"

    @property
    def both(self) -> Path:
        return self.folder / "careerpath.pem"

    @classmethod
    def made_in(cls, folder: Path) -> Self:
        made = cls(folder)
        command = [program("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes"]
        command += ["-days", "2", "-subj", "/CN=127.0.0.1"]
        command += ["-addext", "subjectAltName=IP:127.0.0.1"]
        command += ["-keyout", str(made.key), "-out", str(made.chain)]
        subprocess.run(command, check=True, capture_output=True)
        made.both.write_text(made.chain.read_text() + made.key.read_text())
        return made


@dataclass
class Proxy:
    """A proxy with the shipped configuration, in front of a port of this machine."""

    name: str
    upstream: int
    folder: Path
    certificate: Certificate
    #: The port of certbot behind HAProxy.
    certbot: int = 0
    web: int = field(default=0, init=False)
    secure: int = field(default=0, init=False)
    process: subprocess.Popen[bytes] = field(init=False)

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.secure}{BASE}"

    @property
    def context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.certificate.chain))

    def __enter__(self) -> Self:
        ports = free_ports(4)
        self.web, self.secure = ports[:2]
        command = getattr(self, f"_{self.name}")(program(self.name), *ports)
        with (self.folder / "output.log").open("wb") as output:
            self.process = subprocess.Popen(command, stdout=output, stderr=output)
        try:
            self._wait()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def _wait(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.secure), timeout=1).close()
            except OSError:
                time.sleep(0.02)
            else:
                return
        raise AssertionError(f"{self.name} does not start:\n{self.logs()}")

    def _nginx(self, executable: str, web: int, secure: int, web6: int, secure6: int) -> list[str]:
        logs, temporary = self.folder / "logs", self.folder / "temporary"
        for each in (logs, temporary, self.folder / "html"):
            each.mkdir()
        site = replaced(
            (DEPLOY / "nginx.conf").read_text("utf-8"),
            {
                "listen 80;": f"listen 127.0.0.1:{web};",
                "listen [::]:80;": f"listen 127.0.0.1:{web6};",
                "listen 443 ": f"listen 127.0.0.1:{secure} ",
                "listen [::]:443 ": f"listen 127.0.0.1:{secure6} ",
                "/etc/letsencrypt/live/careerpath.example.org": str(self.certificate.folder),
                "/var/log/nginx": str(logs),
                "/var/www/html": str(self.folder / "html"),
                "127.0.0.1:8866": f"127.0.0.1:{self.upstream}",
            },
        )
        (self.folder / "careerpath").write_text(site)
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        paths = "\n".join(f"{kind}_temp_path {temporary / kind};" for kind in kinds)
        # The relevant part of Debian's nginx.conf: its own logs, which hold addresses.
        (self.folder / "nginx.conf").write_text(
            f"""
            {"user root;" if os.geteuid() == 0 else ""}
            daemon off;
            worker_processes 1;
            pid {self.folder}/nginx.pid;
            error_log {logs}/error.log;
            events {{ worker_connections 768; }}
            http {{
                {paths}
                sendfile on;
                tcp_nopush on;
                gzip on;
                access_log {logs}/access.log;
                include {self.folder}/careerpath;
            }}
            """
        )
        start = str(logs / "start.log")
        return [executable, "-e", start, "-p", str(self.folder), "-c", f"{self.folder}/nginx.conf"]

    def _haproxy(
        self, executable: str, web: int, secure: int, web6: int, secure6: int
    ) -> list[str]:
        shipped = replaced(
            (DEPLOY / "haproxy.cfg").read_text("utf-8"),
            {
                "bind :80\n": f"bind 127.0.0.1:{web}\n",
                "bind :::80 v6only": f"bind 127.0.0.1:{web6}",
                "bind :443 ": f"bind 127.0.0.1:{secure} ",
                "bind :::443 v6only ": f"bind 127.0.0.1:{secure6} ",
                "/etc/haproxy/certs/careerpath.pem": str(self.certificate.both),
                "127.0.0.1:8888": f"127.0.0.1:{self.certbot or 8888}",
                "127.0.0.1:8866": f"127.0.0.1:{self.upstream}",
            },
        )
        (self.folder / "careerpath.cfg").write_text(shipped)
        # In the place of Debian's own file, which logs to /dev/log.
        (self.folder / "haproxy.cfg").write_text("global\n    log stdout format raw local0\n")
        files = (self.folder / "haproxy.cfg", self.folder / "careerpath.cfg")
        return [executable, "-db", *(part for each in files for part in ("-f", str(each)))]

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise

    def logs(self) -> str:
        """The content of all its log files."""
        return "".join(each.read_text("utf-8", "replace") for each in self.folder.rglob("*.log"))

    def connect(self, *, visitor: str = "127.0.0.1") -> http.client.HTTPSConnection:
        return http.client.HTTPSConnection(
            "127.0.0.1",
            self.secure,
            timeout=PATIENCE,
            context=self.context,
            source_address=(visitor, 0),
        )

    def get(
        self,
        path: str,
        *,
        method: str = "GET",
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        visitor: str = "127.0.0.1",
    ) -> Response:
        """Request a path of the whole server over https."""
        connection = self.connect(visitor=visitor)
        try:
            connection.request(method, path, body=body, headers=dict(headers or {}))
            answer = connection.getresponse()
            return Response(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def announce(self, path: str, length: int, *, visitor: str = "127.0.0.1") -> int:
        """Announce a body and send none of it. Returns the status."""
        connection = self.connect(visitor=visitor)
        try:
            connection.putrequest("POST", path)
            connection.putheader("Content-Length", str(length))
            connection.endheaders()
            return connection.getresponse().status
        finally:
            connection.close()

    def get_plain(self, path: str, *, visitor: str = "127.0.0.1") -> Response:
        """Request a path over http."""
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.web, timeout=PATIENCE, source_address=(visitor, 0)
        )
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return Response(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def socket_of(self, kernel: str, **options: Any) -> "SecureKernelSocket":
        """Open the websocket that a page would open."""
        address = f"wss{self.url.removeprefix('https')}api/kernels/{kernel}/channels"
        return SecureKernelSocket(address, self.certificate, **options)


class SecureKernelSocket(KernelSocket):
    """A page's websocket over TLS."""

    def __init__(self, url: str, certificate: Certificate, **options: Any) -> None:
        self.session = "a-page-behind-a-proxy"
        self.socket = websocket.create_connection(
            f"{url}?session_id={self.session}",
            subprotocols=["v1.kernel.websocket.jupyter.org"],
            timeout=PATIENCE,
            sslopt={"ca_certs": str(certificate.chain)},
            **options,
        )


class Echo(ThreadingHTTPServer):
    """A server instead of careerpath: it returns what the proxy has sent to it."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), EchoHandler)
        self.read = threading.Event()
        self.seen: list[str] = []


class EchoHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Echo

    def log_message(self, *parts: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        self.server.seen.append(self.path)
        if self.path == f"{BASE}pieces":
            self._pieces()
        elif self.path == f"{BASE}full":
            self._answer(503, b"full, in careerpath's own words", ("Retry-After", "30"))
        else:
            length = int(self.headers.get("Content-Length", 0))
            got = {"headers": list(self.headers.items()), "body": len(self.rfile.read(length))}
            self._answer(200, json.dumps(got).encode())

    do_POST = do_GET  # noqa: N815 (as http.server has it)

    def _answer(self, status: int, body: bytes, *headers: tuple[str, str]) -> None:
        self.send_response(status)
        for name, value in (*headers, ("Content-Length", str(len(body)))):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _pieces(self) -> None:
        """Send a first part, and the rest when the first has been read."""
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"5\r\nfirst\r\n")
        self.wfile.flush()
        rest = b"rest" if self.server.read.wait(timeout=20) else b"late"
        self.wfile.write(b"4\r\n" + rest + b"\r\n0\r\n\r\n")


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return Certificate.made_in(tmp_path_factory.mktemp("certificate"))


@pytest.fixture(scope="session")
def careerpath() -> Iterator[ServerProcess]:
    """The real server, below a path."""
    with ServerProcess(arguments=("--base-url", BASE)) as started:
        yield started


@pytest.fixture
def echo() -> Iterator[Echo]:
    """A server that returns what it was sent."""
    with Echo() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.read.set()
        server.shutdown()


@pytest.fixture(scope="session", params=["nginx", "haproxy"])
def name(request: pytest.FixtureRequest) -> str:
    """The name of a proxy that is installed."""
    if sys.platform != "linux":
        pytest.skip("the proxies are tried on Linux")
    program(request.param)
    return str(request.param)


@pytest.fixture(scope="session")
def proxy(
    name: str,
    careerpath: ServerProcess,
    certificate: Certificate,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Proxy]:
    """A proxy in front of the real server."""
    port = int(careerpath.url.split(":")[2].partition("/")[0])
    with Proxy(name, port, tmp_path_factory.mktemp(name), certificate) as started:
        yield started


@pytest.fixture
def before_echo(
    name: str, echo: Echo, certificate: Certificate, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Proxy]:
    """A proxy in front of the server that returns what it was sent."""
    port = echo.server_port
    folder = tmp_path_factory.mktemp(name)
    with Proxy(name, port, folder, certificate, certbot=port) as started:
        yield started


@pytest.fixture
def before_nothing(
    name: str, certificate: Certificate, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Proxy]:
    """A proxy whose server does not run."""
    (port,) = free_ports(1)
    with Proxy(name, port, tmp_path_factory.mktemp(name), certificate) as started:
        yield started
