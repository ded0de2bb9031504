"""Reading and writing files: whole or not at all, and every failure in our own words."""

import io
import zipfile

import pytest

from careerpath import CareerpathError
from careerpath.core.files import (
    check_size,
    check_unpacked_size,
    parsed_json,
    read_bytes,
    write_bytes,
    written_whole,
)


class OwnError(CareerpathError):
    """The error of one kind of file."""


def test_a_file_is_written_and_no_temporary_file_is_left(tmp_path):
    path = write_bytes(tmp_path / "a.txt", b"new")
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_an_existing_file_is_replaced_and_keeps_its_permissions(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"old")
    path.chmod(0o600)
    write_bytes(path, b"new")
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_file_that_cannot_be_completed_leaves_the_old_one(tmp_path, error):
    path = tmp_path / "a.txt"
    path.write_bytes(b"old")

    def stop_half_way():
        with written_whole(path, raises=OwnError) as new:
            new.write_bytes(b"half")
            raise error

    with pytest.raises((OwnError, KeyboardInterrupt)):
        stop_half_way()
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["missing/a.txt", "nul\0.txt", "."])
def test_a_place_that_cannot_be_written_is_named(tmp_path, name):
    with pytest.raises(OwnError, match=r"^Cannot write .*\. Choose another place\.$"):
        write_bytes(tmp_path / name, b"new", raises=OwnError)


@pytest.mark.parametrize("name", ["missing.txt", "nul\0.txt", "."])
def test_a_file_that_cannot_be_read_is_named(tmp_path, name):
    with pytest.raises(OwnError, match=r"^Cannot read .*\. Check the path\.$"):
        read_bytes(tmp_path / name, raises=OwnError)


def test_a_file_is_read_no_further_than_its_limit(tmp_path):
    path = write_bytes(tmp_path / "a.txt", b"x" * 100)
    raw = read_bytes(path, most=10)
    assert len(raw) == 11
    with pytest.raises(OwnError, match="does not hold a ladder"):
        check_size(raw, 10, place="a.txt", holds="a ladder", raises=OwnError)


def test_an_archive_is_refused_if_it_unpacks_to_too_much():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", b"\0" * 2_000_000)
    check_unpacked_size(packed, 2_000_000, place="a.xlsx", raises=OwnError)
    with pytest.raises(OwnError, match=r"a\.xlsx unpacks to 2 MB"):
        check_unpacked_size(packed, 1_999_999, place="a.xlsx", raises=OwnError)


@pytest.mark.parametrize("text", ['{"a": 1, "a": 2}', "[NaN]", "[-Infinity]", "{", "[" * 100_000])
def test_json_that_is_not_strict_raises_the_error_of_its_kind(text):
    with pytest.raises(OwnError, match=r"^a\.json "):
        parsed_json(text, place="a.json", raises=OwnError)
