"""A template process and its copies: what is shared, and what each has for itself."""

import asyncio
import json
import sys
from pathlib import Path

import pytest
from kit.template_processes import ask, cells_of, template_process, without_ids

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a safe fork")

NOTEBOOKS = Path(__file__).parents[4] / "notebooks"
COPIES = 50
SLIDER = "import ipywidgets; slider = ipywidgets.IntSlider(value=3); slider"

# A copy is a process of its own

#: Everything that would be the same in all copies if nothing made it anew after the fork.
OWN = """
import asyncio, hashlib, os, random, secrets, signal, ssl, subprocess, tempfile, threading, uuid
import numpy
from ipykernel.kernelapp import IPKernelApp
app = IPKernelApp.instance()
print({
    "key": hashlib.sha256(app.session.key).hexdigest(),
    "session": app.session.session,
    "ident": app.kernel.ident,
    "topic": app.kernel.shell.displayhook.topic,
    "process": os.getpid(),
    "process of the session": app.session.pid == os.getpid() or os.getpid(),
    "group": os.getsid(0),
    "random": random.random(),
    "numpy.random": float(numpy.random.rand()),
    "uuid4": uuid.uuid4().hex,
    "uuid1": uuid.uuid1().hex,
    "secrets": secrets.token_hex(),
    "urandom": os.urandom(8),
    "ssl": ssl.RAND_bytes(8),
    "temporary name": tempfile.mktemp(),
    "message": app.session.msg_id,
})"""
#: What each copy has anew, but looks the same.
FRESH = """
import asyncio, os, signal, subprocess, sys, threading
print({
    "loop": asyncio.get_running_loop() is not loop_of_the_cells() and loop_of_the_cells() is None,
    "open loop": not asyncio.get_running_loop().is_closed(),
    "SIGCHLD": signal.getsignal(signal.SIGCHLD) == signal.SIG_DFL,
    "SIGTERM": signal.getsignal(signal.SIGTERM) == signal.SIG_DFL,
    "the status of a child process": subprocess.run(["false"]).returncode,
    "threads": [each.name for each in threading.enumerate()],
    "leads its group": os.getsid(0) == os.getpid(),
    "outlives the template in a shortage": int(open("/proc/self/oom_score_adj").read()),
    "name": open("/proc/self/comm").read(),
    "value": slider.value,
})"""


def test_copies_share_no_id_no_random_number_and_no_secret():
    async def compare() -> None:
        cells = ["import random, uuid, secrets, tempfile, numpy", SLIDER]
        async with template_process(cells) as template:
            assert template.obstacles == []
            copies = await ask(template, OWN, copies=COPIES)
        for name in copies[0]:
            if name == "process of the session":
                assert {each[name] for each in copies} == {True}
            else:
                assert len({each[name] for each in copies}) == COPIES, name
        assert all(each["group"] == each["process"] for each in copies)

    asyncio.run(compare())


def test_a_copy_has_a_loop_signals_and_a_state_like_a_kernel_that_has_just_started():
    async def look() -> None:
        loop = (
            "import asyncio, weakref; loop_of_the_cells = weakref.ref(asyncio.get_running_loop())"
        )
        async with template_process([loop, SLIDER]) as template:
            assert template.obstacles == []
            (found,) = await ask(template, FRESH)
            own_score = int(Path(f"/proc/{template.pid}/oom_score_adj").read_text())
        assert found == {
            "loop": True,
            "open loop": True,
            "SIGCHLD": True,
            "SIGTERM": True,
            "the status of a child process": 1,
            "threads": ["MainThread"],
            "leads its group": True,
            "outlives the template in a shortage": 500,
            "name": "visitor\n",
            "value": 3,
        }
        assert own_score < 500

    asyncio.run(look())


def test_what_one_copy_does_another_does_not_see():
    async def change_and_look() -> None:
        async with template_process([SLIDER]) as template:
            assert await ask(template, "slider.value = 8; print(slider.value)") == [8]
            assert await ask(template, "print(slider.value)") == [3]

    asyncio.run(change_and_look())


# The rehearsal


def states_after(rehearsal: str | None, *cells: str) -> tuple[dict, list[str]]:
    async def look() -> tuple[dict, list[str]]:
        async with template_process(cells, rehearsal=rehearsal) as template:
            return template.states, template.obstacles

    return asyncio.run(look())


@pytest.mark.parametrize("name", ["assessment.ipynb", "room.ipynb"])
def test_a_rehearsal_leaves_no_trace(name, tmp_path, monkeypatch):
    monkeypatch.setenv("CAREERPATH_DATABASE_URL", f"sqlite:///{tmp_path / 'rooms.db'}")
    cells, rehearsal = cells_of(NOTEBOOKS / name)
    assert rehearsal is not None
    before, nothing = states_after(None, *cells)
    # Obstacles: a thread, a file, a socket or a child process that was left.
    after, left = states_after(rehearsal, *cells)
    assert nothing == left == []
    assert len(before) > 2
    assert without_ids(after) == without_ids(before)
    assert list(tmp_path.iterdir()) == []


def test_a_page_gets_the_states_that_its_copy_has():
    async def compare() -> None:
        rehearsal = "kit.rehearsals:fine"
        async with template_process([SLIDER], rehearsal=rehearsal) as template:
            assert template.obstacles == []
            code = "print(ipywidgets.Widget.get_manager_state(drop_defaults=False)['state'])"
            (states,) = await ask(template, code)
            assert template.states == json.loads(json.dumps(states))
            assert len(states) == 3

    asyncio.run(compare())


@pytest.mark.parametrize(
    ("rehearsal", "obstacle"),
    [
        ("failing", "a rehearsal that fails: LookupError('on purpose')"),
        ("with_a_thread", "a thread: left"),
        ("with_a_file", "an open file: /etc/hosts"),
    ],
)
def test_a_rehearsal_that_leaves_something_forbids_copies(rehearsal, obstacle):
    _, obstacles = states_after(f"kit.rehearsals:{rehearsal}", SLIDER)
    assert obstacles[0] == obstacle


def test_a_process_that_ends_in_a_cell_says_so():
    _, obstacles = states_after(None, "import os; os._exit(3)")
    assert obstacles == ["the process ended while it ran the notebook"]


def test_a_template_process_ends_when_the_server_closes_its_socket():
    async def start() -> None:
        async with template_process([SLIDER]) as template:
            template._control.close()
            async with asyncio.timeout(30):
                await template.ended.wait()

    asyncio.run(start())
