"""What reads a stranger's file in a child process: its result, its errors and its limits."""

import os
import sys
import threading
import time

import psutil
import pytest

from careerpath.core import child_process
from careerpath.core.child_process import MEMORY, read_in_child
from careerpath.core.errors import CareerpathError, InstrumentError

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is no child")


def in_child(read):
    return read_in_child(read, place="a.csv", raises=InstrumentError)


def endless():
    while True:
        pass


def test_the_result_comes_from_another_process():
    assert in_child(os.getpid) != os.getpid()
    assert len(in_child(lambda: b"x" * 5_000_000)) == 5_000_000


def test_an_error_for_a_person_is_raised_as_it_is():
    def read():
        raise CareerpathError("Row 2 is wrong. Fix it.")

    with pytest.raises(CareerpathError, match=r"^Row 2 is wrong\. Fix it\.$"):
        in_child(read)


def test_any_other_error_is_raised_with_its_trace():
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        in_child(lambda: 1 / 0)


@pytest.mark.parametrize("read", [endless, lambda: time.sleep(60), threading.Event().wait])
def test_what_takes_too_long_is_ended(read, monkeypatch):
    monkeypatch.setattr(child_process, "SECONDS", 1)
    monkeypatch.setattr(child_process, "PATIENCE", 2)
    with pytest.raises(InstrumentError) as caught:
        in_child(read)
    assert str(caught.value) == "a.csv takes too long to read. Check that this is the right file."


def test_what_takes_too_much_memory_is_ended():
    with pytest.raises(InstrumentError, match=r"^a\.csv needs too much memory to be read"):
        in_child(lambda: len(bytearray(2 * MEMORY)))
    assert len(bytearray(2 * MEMORY)) == 2 * MEMORY


def test_a_child_that_crashes_is_reported():
    with pytest.raises(InstrumentError, match=r"^a\.csv "):
        in_child(os.abort)


def test_the_child_holds_no_open_file_of_its_parent():
    read, write = os.pipe()
    assert in_child(lambda: [each for each in (read, write) if is_open(each)]) == []
    os.close(read)
    os.close(write)


def is_open(descriptor):
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


def test_no_child_is_left():
    before = psutil.Process().children()
    in_child(lambda: 1)
    assert psutil.Process().children() == before
