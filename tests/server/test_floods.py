"""A page that sends more than anybody needs, or does not read what it asked for."""

from __future__ import annotations

import os
import signal
import uuid
from contextlib import suppress

import psutil
import pytest
import websocket
from kit.server_process import KernelSocket, ServerProcess, until

MEGABYTE = 1024 * 1024
#: What the server may grow by: a flood may wait in both directions, and the limit is 8 MB each.
GROWTH = 64 * MEGABYTE


@pytest.fixture
def memory(odd):
    """How much the server has grown since the test began."""
    server = psutil.Process(odd.process.pid)
    before = server.memory_info().rss
    return lambda: server.memory_info().rss - before


def ended(odd: ServerProcess, key: str, send=lambda: None) -> str:
    """Send again and again until the server ends the page; returns the reason in its log."""

    def lives() -> bool:
        with suppress(websocket.WebSocketException, OSError):
            send()
        return odd.lives(key)

    until(lambda: not lives(), "the server has ended the page")
    return odd.events("flooded", at_least=1)[-1]


@pytest.mark.parametrize("channel", ["shell", "control", "stdin", "iopub", "nowhere"])
def test_a_page_may_send_ten_megabytes_at_once_and_not_more(odd, memory, channel):
    key = odd.kernel_of("counter")
    with odd.connect(key) as socket:
        data = {"comm_id": "nobody", "data": "x" * MEGABYTE}
        reason = ended(odd, key, lambda: socket.send("comm_msg", data, channel=channel))
    assert "sends" in reason
    assert memory() < GROWTH


def test_no_more_than_eight_megabytes_wait_for_a_kernel_that_does_not_answer(odd, memory):
    known = set(odd.kernel_processes())
    key = odd.kernel_of("counter")
    (kernel,) = set(odd.kernel_processes()) - known
    with odd.connect(key) as socket:
        assert socket.kernel_answers()
        os.kill(kernel, signal.SIGSTOP)
        data = {"comm_id": "nobody", "data": "x" * (MEGABYTE // 2)}
        reason = ended(odd, key, lambda: socket.send("comm_msg", data))
    assert "sends more than its kernel answers" in reason
    assert memory() < GROWTH


def ask_for_all_states(socket: KernelSocket) -> None:
    comm = uuid.uuid4().hex
    opening = {"comm_id": comm, "target_name": "jupyter.widget.control", "data": {}}
    socket.send("comm_open", opening, metadata={"version": "1.0.0"})
    socket.send("comm_msg", {"comm_id": comm, "data": {"method": "request_states"}})


def test_no_more_than_eight_megabytes_wait_for_a_page_that_does_not_read(odd, memory):
    key = odd.kernel_of("long")
    with odd.connect(key) as socket:
        reason = ended(odd, key, lambda: ask_for_all_states(socket))
    assert "does not read" in reason
    assert memory() < GROWTH


def test_no_more_than_eight_megabytes_are_kept_for_a_page_that_is_not_connected(odd, memory):
    key = odd.kernel_of("long")
    with odd.connect(key) as socket:
        for _ in range(40):
            ask_for_all_states(socket)
    reason = ended(odd, key)
    # What was on its way when the connection closed counts, too.
    assert "is not connected" in reason or "does not read" in reason
    assert memory() < GROWTH


def test_a_page_that_reads_and_pauses_may_stay(odd):
    key = odd.kernel_of("long")
    with odd.connect(key) as socket:
        for _ in range(12):
            assert len(socket.widget_states()) > 1
        assert odd.lives(key)


HTML = "@jupyter-widgets/controls"
WIDGET = {
    "_model_module": HTML,
    "_model_module_version": "2.0.0",
    "_model_name": "HTMLModel",
    "_view_module": HTML,
    "_view_module_version": "2.0.0",
    "_view_name": "HTMLView",
    "value": "x" * 1000,
}


def comms(socket: KernelSocket) -> int:
    """How many comms the kernel has."""
    asked = socket.send("comm_info_request", {})
    reply = socket.wait_for(
        lambda message: (
            message["parent_header"].get("msg_id") == asked
            and message["header"]["msg_type"] == "comm_info_reply"
        )
    )
    return len(reply["content"]["comms"])


@pytest.mark.parametrize("target", ["jupyter.widget", "nowhere", "", 7, ["jupyter.widget.control"]])
def test_a_page_makes_no_widget(odd, target):
    with odd.connect(odd.kernel_of("counter")) as socket:
        before = comms(socket)
        data = {"state": WIDGET, "buffer_paths": []}
        opening = {"comm_id": uuid.uuid4().hex, "target_name": target, "data": data}
        socket.send("comm_open", opening, metadata={"version": "2.1.0"})
        assert comms(socket) == before


def test_a_page_opens_no_more_than_two_hundred_comms_also_over_several_connections(odd):
    key = odd.kernel_of("counter")
    with odd.connect(key) as socket:
        before = comms(socket)
    for _ in range(3):
        with odd.connect(key) as socket:
            for _ in range(100):
                opening = {"comm_id": uuid.uuid4().hex, "target_name": "jupyter.widget.control"}
                socket.send("comm_open", {**opening, "data": {}}, metadata={"version": "1.0.0"})
            assert socket.kernel_answers()
    with odd.connect(key) as socket:
        assert comms(socket) == before + 200
