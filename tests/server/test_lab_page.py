"""The threshold lab as a page: nobody can make the server read or write a file by its name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kit.server_process import KernelSocket, ServerProcess, until

from careerpath import load_instrument, simulate_cohort

INSTRUMENT = load_instrument()
PEOPLE = simulate_cohort(INSTRUMENT, count=120, seed=5).frame[list(INSTRUMENT.item_ids)]
CSV = PEOPLE.to_csv(index=False).encode()
MARK = "kept-secret-4711"


class Lab:
    """The lab, and a visitor who can send anything to it."""

    def __init__(self, socket: KernelSocket) -> None:
        self.socket = socket

    @property
    def states(self) -> dict[str, dict[str, Any]]:
        """The state of each widget."""
        return {model: each["state"] for model, each in self.socket.widget_states().items()}

    def one(self, key: str, value: str) -> str:
        """The widget whose state has a text with another one in it."""
        found = [m for m, state in self.states.items() if value in str(state.get(key, ""))]
        (model,) = found
        return model

    def send(self, model: str, content: object, *buffers: bytes) -> None:
        data = {"method": "custom", "content": content}
        sent = self.socket.send("comm_msg", {"comm_id": model, "data": data}, buffers=buffers)
        self.socket.answer_to(sent)

    def open(self, name: str, content: bytes) -> str:
        """Open a file. Returns what the page then says about it."""
        model = self.one("html", "Use your own answers")
        self.send(model, {"action": "open", "values": {"name": name}}, content)
        return str(self.states[model]["html"])

    def works(self) -> bool:
        """Whether an honest visitor can open a file and move a cut score."""
        assert "120 people." in self.open("honest.csv", CSV)
        self.socket.set_state(self.one("_model_name", "IntRangeSliderModel"), value=[60, 100])
        return "below 60" in str(self.states)


@pytest.fixture
def lab(server: ServerProcess) -> Iterator[Lab]:
    with server.connect(server.kernel_of("thresholds")) as socket:
        yield Lab(socket)


@pytest.fixture
def secrets(tmp_path: Path) -> Iterator[list[str]]:
    """Ways to name a file on the server; it is neither changed, nor is there another one later."""
    text = MARK.encode() + b"\n" + CSV
    for name in ("secret.csv", "secret.tally", "secret.txt"):
        (tmp_path / name).write_bytes(text)
    paths = [str(tmp_path / "secret.csv"), str(tmp_path / "secret.tally"), str(tmp_path)]
    yield [*paths, (tmp_path / "secret.txt").as_uri(), f"sqlite:///{tmp_path}/new.db#t"]
    assert sorted(each.name for each in tmp_path.iterdir()) == [
        "secret.csv",
        "secret.tally",
        "secret.txt",
    ]
    assert all(each.read_bytes() == text for each in tmp_path.iterdir())


def test_the_page_is_a_copy_and_a_visitor_takes_little(server):
    until(lambda: "page=thresholds" in server.said, "the lab is prepared")
    (line,) = [each for each in server.events("prepared") if "page=thresholds" in each]
    assert "way=copy" in line
    assert int(line.partition("visitor=")[2].split()[0]) < 45_000_000


def test_a_file_is_read_and_leaves_nothing_in_the_log(server, lab):
    before = len(server.said)
    named = PEOPLE.assign(note=MARK).to_csv(index=False).encode()
    assert "120 people." in lab.open(f"{MARK}.csv", named)
    assert "no column for 15 of 15 items" in lab.open("bad.csv", f"{MARK}\n1\n".encode())
    assert "is not a tally" in lab.open("bad.tally", MARK.encode())
    assert "larger than 2 MB" in lab.open("big.csv", b"1" * 2_000_001)
    assert lab.works()
    assert MARK not in server.said
    assert "Traceback" not in server.said[before:]


def test_a_tampered_name_reads_and_writes_no_file(lab, secrets):
    for name in secrets:
        told = lab.open(name[-500:], CSV)
        assert MARK not in told
        assert "120 people." in told or "ends in none of" in told or "is not a tally" in told
    assert MARK not in json.dumps(lab.states)
    assert lab.works()


def test_a_tampered_press_reads_and_writes_no_file(lab, secrets):
    lab.socket.set_state(lab.one("_model_name", "IntRangeSliderModel"), value=[60, 100])
    views = [model for model, state in lab.states.items() if "html" in state]
    for name in secrets:
        values = dict.fromkeys(("name", "path", "save_to", "folder", "value"), name)
        for action in ("save", "open", "load", "read", "show", "compare", "norms"):
            for model in views:
                lab.send(model, {"action": action, "values": values}, name.encode())
    assert MARK not in json.dumps(lab.states)
    # "Save" offers a download: it is in the page.
    assert "data:application/toml;base64," in json.dumps(lab.states)
    assert lab.works()


def test_a_tampered_state_reads_and_writes_no_file(lab, secrets):
    each_once = {
        (state["_model_name"], name): model
        for model, state in lab.states.items()
        for name, value in state.items()
        if isinstance(value, str | None)
    }
    for (_, name), model in each_once.items():
        lab.socket.set_state(model, **{name: secrets[0]})
    assert lab.socket.kernel_answers()
    assert MARK not in json.dumps(lab.states)
