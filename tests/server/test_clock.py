"""The clock of the server's machine jumps, as after a sleep or when it is set."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from kit.server_process import ServerProcess, until, write_notebook

HOUR = 3600
#: Runs before the server's modules are imported.
CLOCK = """
import datetime, time
from pathlib import Path
import jupyter_client.session
import jupyter_server._tz
right = time.time
time.time = lambda: right() + float(Path({file!r}).read_text())
def utcnow():
    return datetime.datetime.fromtimestamp(time.time(), datetime.timezone.utc)
jupyter_client.session.utcnow = jupyter_server._tz.utcnow = utcnow
"""


class ServerWithClock(ServerProcess):
    """A server whose clock a test can set."""

    @property
    def offset(self) -> Path:
        assert self.notebooks is not None
        return self.notebooks / "clock.txt"

    def command(self) -> list[str]:
        self.jump(0)
        command = super().command()
        command[2] = CLOCK.format(file=str(self.offset)) + command[2]
        return command

    def jump(self, seconds: float) -> None:
        new = self.offset.with_suffix(".new")
        new.write_text(str(seconds))
        new.replace(self.offset)


@pytest.fixture
def server(tmp_path):
    write_notebook(tmp_path / "counter.ipynb", "import ipywidgets; ipywidgets.IntSlider()")
    timing = {"connect": 4.0, "idle": 60.0, "watch": 1}
    with ServerWithClock(tmp_path, timing=timing) as started:
        yield started


@pytest.mark.parametrize("jump", [-HOUR, HOUR, 30 * 24 * HOUR])
def test_a_clock_that_jumps_ends_no_page_and_stops_no_watch(server, jump):
    key = server.kernel_of("counter")
    with server.connect(key) as socket:
        assert socket.kernel_answers()
        time.sleep(2)  # the watch has begun
        server.jump(jump)
        bot = server.kernel_of("counter")
        until(lambda: not server.lives(bot), "the bot is culled", patience=15)
        time.sleep(2)
        assert server.lives(key)
        assert socket.kernel_answers()
        server.jump(0)
        time.sleep(2)
        assert socket.kernel_answers()
    assert server.lives(key)
    assert [line.partition("reason=")[2] for line in server.events("culled")] == ["never-connected"]


@pytest.mark.parametrize("jump", [-HOUR, HOUR])
def test_an_idle_page_is_ended_in_time(tmp_path, jump):
    write_notebook(tmp_path / "counter.ipynb", "import ipywidgets; ipywidgets.IntSlider()")
    timing = {"connect": 60.0, "idle": 6.0, "watch": 1}
    with ServerWithClock(tmp_path, timing=timing) as server:
        key = server.kernel_of("counter")
        with server.connect(key) as socket:
            assert socket.kernel_answers()
            asked = time.monotonic()
            server.jump(jump)
            time.sleep(2)
            assert server.lives(key)
            until(lambda: not server.lives(key), "it is culled", patience=12)
            assert time.monotonic() - asked > 4
