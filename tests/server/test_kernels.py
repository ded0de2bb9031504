"""What a visitor with a websocket client can and cannot do."""

import time
import uuid
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import pytest
import websocket
from kit.server_process import KernelSocket, ServerProcess, until


def models(states, name):
    return [model for model, each in states.items() if each["model_name"] == name]


def value(socket: KernelSocket, model: str):
    return socket.widget_states()[model]["state"]["value"]


@pytest.mark.parametrize("channel", ["shell", "control", "stdin", "iopub"])
@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("execute_request", {"code": "{}", "silent": False, "store_history": False}),
        ("execute_request", {"code": "1", "user_expressions": {"x": "{}"}}),
        ("inspect_request", {"code": "{}", "cursor_pos": 1, "detail_level": 1}),
        ("complete_request", {"code": "{}", "cursor_pos": 1}),
        ("debug_request", {"command": "evaluate", "arguments": {"expression": "{}"}}),
        ("create_subshell_request", {}),
        ("input_reply", {"value": "{}"}),
    ],
)
def test_no_code_of_a_visitor_runs(odd, counter, tmp_path, channel, kind, content):
    marker = tmp_path / "executed"
    code = f"open({str(marker)!r}, 'w').close()"
    filled = {
        key: {name: each.format(code) for name, each in item.items()}
        if isinstance(item, dict) and key == "user_expressions"
        else item.replace("{}", code)
        if isinstance(item, str)
        else item
        for key, item in content.items()
    }
    if kind == "debug_request":
        filled = {"command": "evaluate", "arguments": {"expression": code}}
    with odd.connect(counter) as socket:
        socket.send(kind, filled, channel=channel)
        # After two more requests and replies the kernel would have run it.
        assert socket.kernel_answers()
        (slider,) = models(socket.widget_states(), "IntSliderModel")
        socket.set_state(slider, value=8)
        assert value(socket, slider) == 8
        socket.set_state(slider, value=3)
    assert not marker.exists()
    assert odd.lives(counter)


@pytest.fixture(scope="module")
def counter(odd: ServerProcess) -> str:
    """A kernel with a slider and a label that follows it."""
    return odd.kernel_of("counter")


def test_widgets_answer(odd, counter):
    with odd.connect(counter) as socket:
        states = socket.widget_states()
        (slider,), (label,) = models(states, "IntSliderModel"), models(states, "LabelModel")
        socket.set_state(slider, value=41)
        assert value(socket, label) == "41"
        socket.set_state(slider, value=3)


@pytest.mark.parametrize(
    "state",
    [
        {"value": "text"},
        {"value": None},
        {"value": 10**9},
        {"value": float("1e308")},
        {"value": ["list"]},
        {"value": "x" * 1_000_000},
        {"no_such_trait": 1},
        {"_view_module": "elsewhere", "description": "x" * 1_000_000},
        {"layout": "IPY_MODEL_nobody"},
        {"_property_lock": 1, "comm": 1, "keys": []},
    ],
)
def test_the_app_goes_on_after_tampered_traits(odd, counter, state):
    with odd.connect(counter) as socket:
        (slider,) = models(socket.widget_states(), "IntSliderModel")
        socket.set_state(slider, **state)
        socket.set_state(slider, value=5)
        assert isinstance(value(socket, slider), int)
        socket.set_state(slider, value=3, description="slider")


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("comm_msg", {"comm_id": "nobody", "data": {"method": "update", "state": {"value": 1}}}),
        ("comm_msg", {"comm_id": ["a", "list"], "data": {}}),
        ("comm_msg", {}),
        ("comm_msg", {"comm_id": "x", "data": "x" * 1_000_000}),
        ("comm_open", {"comm_id": "new", "target_name": "nowhere", "data": {}}),
        ("comm_open", {"comm_id": "new", "target_name": "jupyter.widget", "data": {"state": {}}}),
        ("comm_info_request", {"target_name": 7}),
    ],
)
def test_the_app_goes_on_after_tampered_messages(odd, counter, kind, content):
    with odd.connect(counter) as socket:
        socket.send(kind, content)
        (slider,) = models(socket.widget_states(), "IntSliderModel")
        socket.set_state(slider, value=6)
        assert value(socket, slider) == 6


@pytest.mark.parametrize(
    "frame",
    [b"", b"\x00", b"\xff" * 64, (10**18).to_bytes(8, "little") + b"x" * 8, "text", "{}", "[1]"],
)
def test_malformed_frames_end_one_connection_and_nothing_else(odd, counter, frame):
    with odd.connect(counter) as socket:
        if isinstance(frame, bytes):
            socket.socket.send_binary(frame)
        else:
            socket.socket.send(frame)
        with pytest.raises(websocket.WebSocketConnectionClosedException):
            socket.wait_for(lambda message: False)
    with odd.connect(counter) as socket:
        assert socket.kernel_answers()


def test_a_message_that_is_too_large_ends_the_connection(odd, counter):
    def send_and_listen(socket):
        socket.send("comm_msg", {"comm_id": "x", "data": "x" * 6_000_000})
        socket.wait_for(lambda message: False)

    with odd.connect(counter) as socket, pytest.raises((websocket.WebSocketException, OSError)):
        send_and_listen(socket)
    assert odd.lives(counter)


def test_a_failing_callback_sends_an_id_and_no_traceback(odd):
    with odd.connect(odd.kernel_of("tripwire")) as socket:
        (slider,) = models(socket.widget_states(), "IntSliderModel")
        heard = []
        state = {"method": "update", "state": {"value": 7}, "buffer_paths": []}
        message_id = socket.send("comm_msg", {"comm_id": slider, "data": state})

        def done(message):
            heard.append(message)
            status = message["content"].get("execution_state")
            return status == "idle" and message["parent_header"].get("msg_id") == message_id

        socket.wait_for(done)
    assert "secret" not in str(heard)
    assert "LookupError" not in str(heard)
    (error,) = [each for each in heard if each["header"]["msg_type"] == "error"]
    log_id = error["content"]["evalue"]
    until(lambda: "secret value 7" in odd.said, "the traceback in the log")
    assert log_id in odd.said


def test_the_older_message_format_is_refused(odd, counter):
    url = f"ws{odd.url.removeprefix('http')}api/kernels/{counter}/channels"
    with pytest.raises(websocket.WebSocketBadStatusException) as refused:
        websocket.create_connection(url, timeout=30)
    assert refused.value.status_code == 400


def private_folder(server: ServerProcess) -> Path:
    """The folder of the kernels' sockets, which the server holds open."""
    for each in Path(f"/proc/{server.process.pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed meanwhile
            if (found := each.readlink()).name.startswith("careerpath-"):
                return found
    raise AssertionError("the server has no folder")


def test_the_id_of_a_kernel_opens_nothing(odd):
    """Another user of the machine can read it in the list of processes."""
    place = private_folder(odd)

    def ids():
        return {each.stem.removeprefix("kernel-") for each in place.glob("kernel-*.json")}

    known = ids()
    key = odd.kernel_of("counter")
    (kernel_id,) = ids() - known
    assert kernel_id != key
    assert odd.lives(key)
    assert not odd.lives(kernel_id)
    with pytest.raises(websocket.WebSocketBadStatusException) as refused, odd.connect(kernel_id):
        pass
    assert refused.value.status_code == 404
    assert odd.get(f"voila/api/shutdown/{kernel_id}", method="POST").status == 204
    assert odd.lives(key)


@pytest.mark.parametrize("session", ["ü", "a b", "x" * 100, "%00", ""])
def test_a_malformed_session_is_refused(odd, counter, session):
    assert odd.get(f"api/kernels/{counter}/channels?session_id={quote(session)}").status == 400


def test_refused_connections_write_no_failure_into_the_log_and_set_no_cookie(odd, counter):
    before = len(odd.said)
    for _ in range(30):
        answer = odd.get(f"api/kernels/{counter}/channels")
        assert answer.status == 400
        assert "Set-Cookie" not in answer.headers
    assert odd.get(f"api/kernels/{uuid.uuid4()}/channels").status in (400, 404)
    assert "failure" not in odd.said[before:]
    assert len(odd.said) - before < 1000


def test_another_site_may_not_connect(odd, counter):
    url = f"ws{odd.url.removeprefix('http')}api/kernels/{counter}/channels"
    with pytest.raises(websocket.WebSocketBadStatusException) as refused:
        websocket.create_connection(
            url,
            origin="http://elsewhere.example",
            subprotocols=["v1.kernel.websocket.jupyter.org"],
            timeout=30,
        )
    assert refused.value.status_code == 403


def test_another_site_may_not_end_a_kernel(odd, counter):
    path = f"voila/api/shutdown/{counter}"
    answer = odd.get(path, method="POST", Origin="http://elsewhere.example")
    assert answer.status == 403
    assert odd.lives(counter)


def test_a_page_that_closes_ends_its_kernel(odd):
    kernel = odd.kernel_of("counter")
    before = len(odd.kernel_processes())
    started = time.monotonic()
    assert odd.get(f"voila/api/shutdown/{kernel}", method="POST").status == 204
    assert time.monotonic() - started < 5
    assert not odd.lives(kernel)
    until(lambda: len(odd.kernel_processes()) < before, "the process has ended")
    assert odd.get(f"voila/api/shutdown/{kernel}", method="POST").status == 204


@pytest.mark.parametrize("method", ["DELETE", "PATCH", "POST"])
def test_nothing_else_can_be_done_to_a_kernel(odd, counter, method):
    assert odd.get(f"api/kernels/{counter}", method=method).status == 405
    assert odd.get(f"api/kernels/{counter}/restart", method="POST").status == 404
    assert odd.lives(counter)
