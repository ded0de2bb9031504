"""What a visitor's process may take."""

import signal
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks on Linux only")


def run(code: str) -> subprocess.CompletedProcess[str]:
    """Run code in a process with the limits of a visitor, but with little patience."""
    limits = (
        "from careerpath.serving.forking import process\n"
        "process.BUSY_SECONDS = 1\n"
        "process.limit_memory()\n"
        "process.allow_computing()\n"
    )
    command = [sys.executable, "-c", limits + code]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_a_process_that_computes_without_a_pause_is_ended_by_the_system():
    assert run("while True: pass").returncode == -signal.SIGXCPU


def test_a_process_that_pauses_goes_on():
    pauses = (
        "import asyncio, time\n"
        "process.PAUSE_SECONDS = 0\n"
        "process.allow_computing()\n"
        "async def compute():\n"
        "    while time.process_time() < 3:\n"
        "        await asyncio.sleep(0)\n"
        "from tornado.ioloop import IOLoop\n"
        "IOLoop.current().run_sync(compute)\n"
        "print('done')\n"
    )
    assert run(pauses).stdout == "done\n"


def test_memory_beyond_the_limit_is_refused_to_python():
    assert "MemoryError" in run("bytearray(process.VISITOR_MEMORY + 1)").stderr
    assert run("print(len(bytearray(process.VISITOR_MEMORY // 2)))").returncode == 0


def test_an_ended_process_leaves_no_core_file():
    printed = run("import resource; print(resource.getrlimit(resource.RLIMIT_CORE))").stdout
    assert printed == "(0, 0)\n"
