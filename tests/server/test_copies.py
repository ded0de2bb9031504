"""Visitors' kernels that are copies of a template process, and what can die or hang."""

import os
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import psutil
import pytest
import websocket
from kit.server_process import (
    KernelSocket,
    ServerProcess,
    kernel_in,
    runs,
    until,
    write_notebook,
)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a safe fork")

#: A page that shows the id of its process after each move of the slider.
PROCESS = """\
import os, ipywidgets
slider, label = ipywidgets.IntSlider(), ipywidgets.Label()
slider.observe(lambda change: setattr(label, "value", str(os.getpid())), "value")
ipywidgets.VBox([slider, label])"""
#: Each copy ends after the seconds that a file says; 0 means never.
MORTAL = """\
import os, signal, ipywidgets
def limit_life():
    signal.setitimer(signal.ITIMER_REAL, float(open({file!r}).read()))
os.register_at_fork(after_in_child=limit_life)
ipywidgets.IntSlider()"""
#: More than that are run by hand: see CONTRIBUTING.md.
COPIES = int(os.environ.get("CAREERPATH_COPIES", "200"))


class Visitor:
    """A page whose kernel answers."""

    def __init__(self, server: ServerProcess, page: str = "copied") -> None:
        self.server = server
        before = len(server.events("opened"))
        self.kernel = server.kernel_of(page)
        event = server.events("opened", at_least=before + 1)[before]
        self.start = event.partition("start=")[2].split()[0]
        self.socket: KernelSocket = server.connect(self.kernel)
        self._value = 0
        self.process = self.ask()
        self.template = psutil.Process(self.process).ppid()

    def ask(self) -> int:
        """Move the slider. Returns the process that answers."""
        states = self.socket.widget_states()
        slider, label = (
            next(model for model, each in states.items() if each["model_name"] == name)
            for name in ("IntSliderModel", "LabelModel")
        )
        self._value += 1
        self.socket.set_state(slider, value=self._value)
        return int(self.socket.widget_states()[label]["state"]["value"])

    def answers(self) -> bool:
        return self.ask() == self.process

    def hears_of_the_end(self) -> bool:
        """Wait until the page is told that its kernel has ended."""
        with suppress(websocket.WebSocketConnectionClosedException):
            self.socket.wait_for(lambda each: each["content"].get("execution_state") == "dead")
        return not self.server.lives(self.kernel)

    def leave(self) -> None:
        """Close the page, and wait until its process has ended."""
        self.server.get(f"voila/api/shutdown/{self.kernel}", method="POST")
        self.socket.socket.shutdown()
        until(lambda: not runs(self.process), "the visitor's process has ended")


@contextmanager
def visitors(server: ServerProcess, *pages: str) -> Iterator[list[Visitor]]:
    """Open pages, and close them at the end."""
    with ExitStack() as stack:
        opened = []
        for page in pages:
            opened.append(Visitor(server, page))
            stack.callback(opened[-1].leave)
        yield opened


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page that is copied after its cells, one after its imports, and one whose copies end."""
    folder = tmp_path_factory.mktemp("notebooks")
    copied = {"template_process": {"run_cells": True}}
    write_notebook(folder / "copied.ipynb", PROCESS, **copied)
    write_notebook(folder / "imported.ipynb", PROCESS)
    (folder / "seconds.txt").write_text("0")
    mortal = MORTAL.format(file=str(folder / "seconds.txt"))
    write_notebook(folder / "mortal.ipynb", mortal, **copied)
    return folder


@pytest.fixture(scope="module")
def shared(folder: Path) -> Iterator[ServerProcess]:
    """A server. Each test leaves it without a visitor and with a template process for each page."""
    with (
        tempfile.TemporaryDirectory(dir="/tmp") as place,
        ServerProcess(folder, environment={"TMPDIR": place}) as server,
    ):
        server.events("prepared", at_least=3)
        yield server


@pytest.fixture
def server(shared: ServerProcess) -> Iterator[ServerProcess]:
    yield shared
    assert shared.health()["visitors"] == 0
    assert shared.events("failure") == []
    # What a copy or a template process writes on its own has no time before it.
    assert "\nTraceback" not in shared.said


def when_prepared_again(server: ServerProcess, break_it: Callable[[], None]) -> str:
    """Do something, and wait until a template process has been made anew. Returns the event."""
    before = len(server.events("prepared"))
    break_it()
    return server.events("prepared", at_least=before + 1)[before]


def kill(process: int) -> None:
    os.kill(process, signal.SIGKILL)
    until(lambda: not runs(process), "it has ended")


def stop(process: int) -> None:
    os.kill(process, signal.SIGSTOP)


def test_each_page_has_a_template_process_that_all_its_visitors_come_from(server):
    with visitors(server, "copied", "copied", "imported", "imported") as opened:
        assert [each.start for each in opened] == ["copy", "copy", "imports", "imports"]
        first, second, third, fourth = (each.template for each in opened)
        assert first == second != third == fourth
        assert {psutil.Process(each).ppid() for each in (first, third)} == {server.process.pid}
        assert all(each.answers() for each in opened)


# A visitor


@pytest.mark.parametrize("slug", ["copied", "imported"])
def test_a_visitor_that_is_killed_is_told_and_nobody_else_notices(server, slug):
    with visitors(server, slug) as (other,):
        killed = Visitor(server, slug)
        died = len(server.events("kernel_died"))
        kill(killed.process)
        assert killed.hears_of_the_end()
        killed.leave()
        assert server.health()["visitors"] == 1
        assert len(server.events("kernel_died", at_least=died + 1)) == died + 1
        assert other.answers()
        with visitors(server, slug) as (next_one,):
            assert next_one.start == other.start
            assert next_one.template == other.template


@pytest.mark.parametrize("slug", ["copied", "imported"])
def test_a_visitor_that_hangs_disturbs_nobody_and_is_ended_like_any_other(server, slug):
    with visitors(server, slug, slug) as (hanging, other):
        stop(hanging.process)
        assert other.answers()
        with visitors(server, slug) as (next_one,):
            assert next_one.start == other.start
        assert runs(hanging.process)
        hanging.leave()
        assert other.answers()


@pytest.mark.parametrize("seconds", ["0.000001", "0.01", "0.03", "0.1", "0.3"])
def test_a_copy_that_dies_soon_never_leaves_a_silent_page(server, folder, seconds):
    (folder / "seconds.txt").write_text(seconds)
    page = server.get("mortal")
    (folder / "seconds.txt").write_text("0")
    assert page.status == 200
    kernel = kernel_in(page.text)
    start = server.events("opened", at_least=1)[-1].partition("start=")[2].split()[0]
    if start == "copy":
        with pytest.raises((websocket.WebSocketException, EndError)), server.connect(kernel) as it:
            it.wait_for(is_the_end)
    else:
        assert start == "cold"
        assert 'reason="the copy ended at once"' in server.events("not_copied", at_least=1)[-1]
        with server.connect(kernel) as it:
            assert it.kernel_answers()
        server.get(f"voila/api/shutdown/{kernel}", method="POST")
    assert not server.lives(kernel)


class EndError(Exception):
    """The page was told that its kernel has ended."""


def is_the_end(message: dict) -> bool:
    if message["content"].get("execution_state") == "dead":
        raise EndError
    return False


# A template process


@pytest.mark.parametrize("slug", ["copied", "imported"])
def test_a_template_process_that_is_killed_is_made_anew_and_its_visitors_go_on(server, slug):
    with visitors(server, slug) as (before,):
        event = when_prepared_again(server, lambda: kill(before.template))
        assert f"page={slug}" in event
        assert before.answers()
        with visitors(server, slug) as (after,):
            assert after.start == before.start
            assert after.template not in (before.template, before.process)
            assert before.answers()
            kill(after.process)
            assert after.hears_of_the_end()
        # It has lost its parent, and is ended all the same.
        stop(before.process)


@pytest.mark.parametrize("slug", ["copied", "imported"])
def test_a_hanging_template_process_costs_one_try_until_it_goes_on(server, slug):
    with visitors(server, slug) as (before,):
        tries, opened = len(server.events("not_copied")), len(server.events("opened"))
        stop(before.template)
        with visitors(server, slug) as (meanwhile,):
            assert meanwhile.start == "cold"
            assert before.answers()
        os.kill(before.template, signal.SIGCONT)
        with visitors(server, slug) as (after,):
            assert after.start == before.start
            assert after.template == before.template
        (event,) = server.events("not_copied", at_least=tries + 1)[tries:]
        assert event.endswith('reason="the template process did not answer in time"')
        lines = server.said.splitlines()
        assert lines.index(event) < lines.index(server.events("opened")[opened])
        # It has also made the copy that it was asked for meanwhile; nobody wanted it any more.
        until(
            lambda: (
                [each.pid for each in psutil.Process(before.template).children()]
                == [before.process]
            ),
            "no other copy is left",
        )


def test_a_template_process_that_goes_on_hanging_is_made_anew_and_all_visitors_get_a_page(server):
    with visitors(server, "copied") as (before,):
        stop(before.template)
        pages: list[Visitor] = []

        def come() -> None:
            pages.append(Visitor(server, "copied"))

        def all_come() -> None:
            threads = [threading.Thread(target=come) for _ in range(6)]
            for each in threads:
                each.start()
            for each in threads:
                each.join()

        when_prepared_again(server, all_come)
        assert len({each.process for each in pages}) == 6
        assert all(each.answers() for each in [before, *pages])
        for each in pages:
            each.leave()
        with visitors(server, "copied") as (after,):
            assert after.start == "copy"
            assert after.template != before.template


# The server


# (While nothing else is wrong: test_process.py and test_faults.py.)


def stop_template_and_visitors(*everybody: Visitor) -> None:
    for each in everybody:
        stop(each.process)
    stop(everybody[0].template)


def stop_some_and_kill_others(first: Visitor, second: Visitor, third: Visitor) -> None:
    stop(first.process)
    kill(second.process)
    kill(first.template)
    stop(third.template)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
@pytest.mark.parametrize("before", [stop_template_and_visitors, stop_some_and_kill_others])
def test_no_process_outlives_its_server(folder, how, before):
    with (
        tempfile.TemporaryDirectory(dir="/tmp") as place,
        ServerProcess(folder, environment={"TMPDIR": place}) as server,
    ):
        server.events("prepared", at_least=3)
        with ExitStack() as sockets:
            everybody = [Visitor(server, page) for page in ("copied", "copied", "imported")]
            for each in everybody:
                sockets.callback(each.socket.socket.shutdown)
            processes = set(server.processes())
            assert len(processes) >= 6
            before(*everybody)
            processes |= set(server.processes())
            status = server.stop(how)
            until(lambda: not any(map(runs, processes)), "no process is left")
        if how == signal.SIGKILL:
            assert status == -how
        else:
            assert status == 0
            assert list(Path(place).iterdir()) == []
            assert server.events("failure") == []
        assert "Traceback" not in server.said


# Many


def open_files_and_threads(process: int) -> tuple[int, int]:
    status = psutil.Process(process)
    return status.num_fds(), status.num_threads()


def own_memory(process: int) -> int:
    return int(psutil.Process(process).memory_full_info().uss)


def test_many_copies_in_a_row_leave_nothing(server):
    (place,) = Path(server.environment["TMPDIR"]).glob("careerpath-*")
    there = set(place.iterdir())

    def come_and_go(count: int) -> tuple[int, int]:
        for number in range(count):
            kernel = server.kernel_of("copied")
            if number % 10 == 0:
                with server.connect(kernel) as page:
                    assert page.kernel_answers()
            server.get(f"voila/api/shutdown/{kernel}", method="POST")
        until(lambda: set(place.iterdir()) <= there, "their files are removed")
        until(lambda: psutil.Process(template).children() == [], "their processes have ended")
        return own_memory(server.process.pid), own_memory(template)

    with visitors(server, "copied") as (first,):
        template = first.template
    both = (server.process.pid, template)
    sizes = come_and_go(20)
    before = list(map(open_files_and_threads, both))
    grown = [new - old for new, old in zip(come_and_go(COPIES), sizes, strict=True)]
    until(lambda: list(map(open_files_and_threads, both)) == before, "files and threads as before")
    # The allocator's slack, which does not grow with the number of copies.
    assert grown[0] < 4_000_000 + COPIES * 10_000, grown
    assert grown[1] < 1_000_000, grown
