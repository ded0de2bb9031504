"""Starting and stopping."""

import re
import socket
import sys
import tempfile
from pathlib import Path

import pytest
from kit.server_process import ServerFailedError, ServerProcess, until


def test_a_port_in_use_says_so_and_what_to_do():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        server = ServerProcess(port=port)
        with pytest.raises(ServerFailedError, match=f"Port {port} is already in use"), server:
            pass
    assert server.process.returncode == 2
    assert f"--port {port + 1}" in server.said
    assert "Traceback" not in server.said
    assert "careerpath is ready" not in server.said


def test_a_host_that_is_not_ours():
    server = ServerProcess(arguments=("--host", "203.0.113.1"))
    with pytest.raises(ServerFailedError, match=r"203\.0\.113\.1"), server:
        pass
    assert server.process.returncode == 2


@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
@pytest.mark.parametrize("cold", [False, True], ids=["forked", "cold"])
def test_stopping_leaves_nothing_behind(cold):
    # A short folder: the kernels' sockets live in it.
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        with ServerProcess(environment={"TMPDIR": folder}, cold=cold) as server:
            kernel = server.kernel_of("assessment")
            with server.connect(kernel) as page:
                assert page.kernel_answers()
                assert server.kernel_of("assessment") != kernel
                assert len(server.kernel_processes()) == 2
                processes = server.processes()
                # Kernels are reached by sockets in a private folder, not by ports.
                (private,) = Path(folder).glob("careerpath-*")
                assert private.stat().st_mode & 0o077 == 0
                assert list(private.glob("*-ipc-*"))
                assert server.stop() == 0
            assert "Traceback" not in server.said
        until(
            lambda: not any(Path(f"/proc/{each}").exists() for each in processes),
            "no process is left",
        )
        assert list(Path(folder).iterdir()) == []


def test_the_output_is_one_line_for_each_event():
    with ServerProcess() as server:
        server.get("assessment")
        server.get("nowhere")
        server.wait_until_ready()
        server.stop()
    printed = ("careerpath is ready", " ")
    lines = server.said.splitlines()
    first, coach, memory = [each for each in lines if each.startswith(printed)]
    events = [each for each in lines if not each.startswith(printed)]
    assert first.startswith("careerpath is ready at ")
    page = Path(__file__).parents[2].joinpath("docs", "command-line.md").read_text("utf-8")
    shown = f"\n{first}\n{coach}\n"
    assert shown.replace(server.url, "http://127.0.0.1:8866/") in page
    assert coach == f"  for a coach, to open a room: {server.url}room"
    assert re.fullmatch(
        r"  \d+ visitors fit into memory \(\d+ MB each; [\d.]+ [MG]B available\)", memory
    )
    names = [line.split(" ")[2] for line in events]
    assert (names[:2], names[-1]) == (["prepared", "listening"], "stopping")
    assert sorted(names[2:-1]) == ["opened"] + ["prepared"] * (names.count("prepared") - 1)
    time, first_page = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ info ", " page=assessment "
    (opened,) = [line for line in events if " opened " in line]
    assert re.fullmatch(
        time + "prepared" + first_page + r"way=copy seconds=\d+\.\d{3} visitor=\d+", events[0]
    )
    assert re.fullmatch(time + "opened" + first_page + r"start=copy seconds=\d+\.\d{3}", opened)
    assert str(Path.cwd()) not in server.said
    assert "127.0.0.1" not in "".join(events)
