"""What one visitor can write into the log."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from kit.server_process import KernelSocket, ServerProcess, until, write_notebook

from careerpath.serving.log import VISITOR_BUDGET

RATING = """\
from careerpath import RatingSlider
RatingSlider()"""

OUR_MISTAKE = """\
import ipywidgets
slider, label = ipywidgets.IntSlider(), ipywidgets.Label()
slider.observe(lambda change: setattr(label, "value", 3), "value")
ipywidgets.VBox([slider, label])"""

#: A process with threads cannot be copied, so the page's process is started as Jupyter does.
THREADED = "import threading; threading.Thread(target=threading.Event().wait, daemon=True).start()"


@pytest.fixture(scope="module")
def logged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server of notebooks with which a visitor can write into its log."""
    folder = tmp_path_factory.mktemp("notebooks")
    write_notebook(folder / "rating.ipynb", RATING)
    write_notebook(folder / "mistake.ipynb", OUR_MISTAKE)
    with ServerProcess(folder) as started:
        yield started


def model_of(socket: KernelSocket, name: str) -> str:
    return next(
        model
        for model, state in socket.widget_states().items()
        if state["model_name"] == name or state["state"].get("_anywidget_id", "").endswith(name)
    )


@pytest.mark.parametrize("value", [-1, 11, 0.3, "x", None, [], {}, True, 1e300])
def test_a_wrong_value_is_one_short_line_and_no_failure_of_ours(logged, value):
    with logged.connect(logged.kernel_of("rating")) as socket:
        model = model_of(socket, "RatingSlider")
        before = len(logged.said)
        for _ in range(5):
            socket.set_state(model, value=value)
            socket.set_state(model, label=value)
        assert socket.kernel_answers()
    said = logged.said[before:]
    assert "failure" not in said
    assert "Traceback" not in said
    assert all(len(line) < 120 for line in said.splitlines()), said


def test_a_wrong_value_of_our_own_code_is_a_failure(logged):
    before = len(logged.events("failure"))
    with logged.connect(logged.kernel_of("mistake")) as socket:
        socket.set_state(model_of(socket, "IntSliderModel"), value=7)
    (failure,) = logged.events("failure", at_least=before + 1)[before:]
    assert "TraitError" in failure
    assert "\\u001b" not in failure


def fill(page: KernelSocket, model: str, number: int) -> None:
    """Send one message of each kind that somebody writes into the log."""
    junk = "x" * 20_000
    page.set_state(model, value=number)  # the failure of a callback
    page.send(junk, {})
    page.send("execute_request", {})
    page.send("comm_open", {})
    page.send("comm_open", {"comm_id": "b", "target_name": f"root\n{junk}", "data": {}})
    page.send("comm_msg", {"comm_id": junk, "data": {}})
    page.send("comm_msg", {"comm_id": model, "data": {"method": junk}})
    page.send("comm_msg", {"comm_id": model, "data": 5})


@pytest.fixture
def cold(tmp_path):
    """A server of one notebook, whose process cannot be copied."""
    (tmp_path / "threaded.py").write_text(THREADED)
    python_path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    write_notebook(tmp_path / "mistake.ipynb", "import threaded", OUR_MISTAKE)
    with ServerProcess(tmp_path, environment={"PYTHONPATH": python_path}) as started:
        assert "way=cold" in started.said
        yield started


def test_one_visitor_cannot_fill_the_log(logged):
    check_budget(logged)


def test_nor_can_one_whose_process_is_no_copy(cold):
    check_budget(cold)


def check_budget(server: ServerProcess) -> None:
    known = len(server.events("log_budget_spent"))
    with server.connect(server.kernel_of("mistake")) as socket:
        model = model_of(socket, "IntSliderModel")
        before = len(server.said)
        for number in range(1, 31):
            fill(socket, model, number)
        assert socket.kernel_answers()
    server.events("log_budget_spent", at_least=known + 1)
    said = server.said[before:]
    assert len(said.encode()) < VISITOR_BUDGET + 5000
    assert said.count("log_budget_spent") == 1
    # The next visitor has a budget of their own.
    before = len(server.events("failure"))
    with server.connect(server.kernel_of("mistake")) as socket:
        socket.set_state(model_of(socket, "IntSliderModel"), value=7)
        until(lambda: len(server.events("failure")) > before, "the failure is logged")
