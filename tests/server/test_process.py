"""Starting and stopping."""

import re
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from kit.server_process import ServerFailedError, ServerProcess, kernel_processes, until


def serve(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "careerpath", "serve", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_a_taken_port_says_so_and_what_to_do():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = serve("--port", str(port))
    assert result.returncode == 2
    assert f"Port {port}" in result.stderr
    assert f"--port {port + 1}" in result.stderr
    assert "Traceback" not in result.stderr
    assert "ready" not in result.stdout


def test_the_test_server_tells_why_it_could_not_start():
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(ServerFailedError, match="is already in use"),
        ServerProcess(port=taken.getsockname()[1]),
    ):
        pass


def test_a_host_that_is_not_ours(tmp_path):
    result = serve("--port", "0", "--host", "203.0.113.1")
    assert result.returncode == 2
    assert "203.0.113.1" in result.stderr


@pytest.mark.parametrize("made", [False, True])
def test_a_folder_without_notebooks(tmp_path, made):
    folder = tmp_path / "notebooks"
    if made:
        folder.mkdir()
    result = serve("--notebooks", str(folder))
    assert result.returncode == 2
    assert str(folder) in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_stopping_leaves_nothing_behind(tmp_path, how):
    # A short folder: the kernels' sockets live in it.
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        with ServerProcess(environment={"TMPDIR": folder}) as server:
            kernel = server.kernel_of("assessment")
            with server.connect(kernel) as page:
                assert page.kernel_answers()
                assert server.kernel_of("assessment") != kernel
                processes = kernel_processes(server.process.pid)
                assert len(processes) >= 2
                # Kernels are reached by sockets in a private folder, not by ports.
                (private,) = Path(folder).glob("careerpath-*")
                assert private.stat().st_mode & 0o077 == 0
                assert list(private.glob("*-ipc-*"))
                assert server.stop(how) == 0
            assert "Traceback" not in server.said
        until(
            lambda: not any(Path(f"/proc/{each}").exists() for each in processes),
            "no process is left",
        )
        assert list(Path(folder).iterdir()) == []


def test_it_says_one_line_an_event_and_no_more():
    with ServerProcess() as server:
        server.get("assessment")
        server.get("nowhere")
        server.stop()
    first, coach, *events = server.said.splitlines()
    assert first.startswith("careerpath is ready at ")
    page = Path(__file__).parents[2].joinpath("docs", "command-line.md").read_text("utf-8")
    shown = f"$ careerpath serve\n{first}\n{coach}\n"
    assert shown.replace(server.url, "http://127.0.0.1:8866/") in page
    assert coach == f"  for a coach, to open a room: {server.url}room"
    assert [line.split(" ")[2] for line in events] == [
        "listening",
        "measured",
        "opened",
        "stopping",
    ]
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ info opened page=assessment start=cold "
        r"seconds=\d+\.\d{3} waited=\d+\.\d{3}",
        events[2],
    )
    assert str(Path.cwd()) not in server.said
    assert "127.0.0.1" not in "".join(events)
