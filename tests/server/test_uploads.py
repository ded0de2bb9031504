"""A ladder that a visitor opens in a page: an ordinary one, and one that would take minutes."""

import io
import os
import zipfile

import psutil
import pytest
from kit.server_process import KernelSocket, until

from careerpath import DualLadder
from careerpath.ladder.files import write_ladder

LADDER = write_ladder(DualLadder.example(), "a.xlsx")


def bomb() -> bytes:
    """A small workbook whose names openpyxl searches in quadratic time."""
    name = b'<definedName name="_xlnm.Print_Titles" localSheetId="0">%b</definedName>'
    names = b"<definedNames>" + name % (b"a" * 300_000) + b"</definedNames>"
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(LADDER)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.infolist():
            new.writestr(entry.filename, old.read(entry).replace(b"<definedNames />", names))
    return out.getvalue()


@pytest.fixture
def designer(server):
    """A page with the designer, and its kernel's process."""
    server.wait_until_ready()
    known = set(server.kernel_processes())
    key = server.kernel_of("dual-ladder")
    (process,) = set(server.kernel_processes()) - known
    with server.connect(key) as socket:
        yield key, socket, process


def shown(socket: KernelSocket) -> str:
    return " ".join(str(each["state"].get("html")) for each in socket.widget_states().values())


def load(socket: KernelSocket, content: bytes) -> str:
    (view,) = [
        model
        for model, each in socket.widget_states().items()
        if "data-upload" in str(each["state"].get("html"))
    ]
    custom = {"action": "load", "values": {"name": "a.xlsx"}}
    data = {"comm_id": view, "data": {"method": "custom", "content": custom}}
    return socket.send("comm_msg", data, buffers=[content])


def test_a_ladder_is_opened(designer):
    _, socket, _ = designer
    socket.answer_to(load(socket, LADDER))
    assert "Principal" in shown(socket)


def test_a_ladder_that_takes_too_long_is_given_up_and_the_page_goes_on(designer):
    _, socket, process = designer
    before = psutil.Process(process).memory_info().rss
    socket.answer_to(load(socket, bomb()))
    assert "a.xlsx takes too long to read. Check that this is the right file." in shown(socket)
    assert psutil.Process(process).memory_info().rss < before + 10_000_000
    assert not psutil.Process(process).children()


def test_a_page_that_is_killed_while_it_reads_is_known_to_be_dead_at_once(server, designer):
    key, socket, process = designer
    load(socket, bomb())
    until(lambda: bool(psutil.Process(process).children()), "it reads in a child")
    os.kill(process, 9)
    until(lambda: not server.lives(key), "the server knows that the page is dead", patience=3)
