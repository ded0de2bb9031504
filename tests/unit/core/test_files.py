"""Reading and writing files: whole or not at all, and every failure in our own words."""

import io
import os
import tomllib._parser
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from careerpath import CareerpathError
from careerpath.core.files import (
    MOST_KEY_PARTS,
    check_size,
    check_unpacked_size,
    parsed_json,
    parsed_toml,
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


@pytest.mark.parametrize(("existing", "wanted"), [(None, 0o640), (0o604, 0o604), (0o666, 0o666)])
def test_a_file_has_its_permissions_before_it_has_its_content(tmp_path, existing, wanted):
    path = tmp_path / "a.txt"
    if existing is not None:
        path.touch()
        path.chmod(existing)
    before = os.umask(0o027)
    try:
        with written_whole(path) as new:
            assert new.stat().st_mode & 0o777 == wanted
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == wanted


@pytest.mark.parametrize("exists", [True, False])
def test_a_link_stays_a_link(tmp_path, exists):
    (tmp_path / "folder").mkdir()
    target, link = tmp_path / "folder" / "target.txt", tmp_path / "link.txt"
    if exists:
        target.write_bytes(b"old")
    link.symlink_to("folder/target.txt")
    assert write_bytes(link, b"new") == link
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
    assert [each.name for each in target.parent.iterdir()] == ["target.txt"]


def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_bytes(pipe, b"new")
        assert os.read(reader, 10) == b"new"
    finally:
        os.close(reader)
    assert pipe.is_fifo()
    assert list(tmp_path.iterdir()) == [pipe]


def test_an_unnamed_pipe_is_written_to():
    """So that /dev/stdout works: it links to a name that does not exist."""
    reader, writer = os.pipe()
    try:
        write_bytes(Path(f"/dev/fd/{writer}"), b"new")
        assert os.read(reader, 10) == b"new"
    finally:
        os.close(reader)
        os.close(writer)


def test_a_name_may_be_as_long_as_the_system_allows(tmp_path):
    path = write_bytes(tmp_path / ("x" * 250), b"new")
    assert path.read_bytes() == b"new"


def test_two_threads_can_write_the_same_file(tmp_path):
    path = tmp_path / "a.txt"
    contents = [bytes([each]) * 100_000 for each in range(20)]
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda content: write_bytes(path, content), contents))
    assert path.read_bytes() in contents
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_is_written_in_place_if_nothing_can_be_added_to_its_folder(tmp_path, monkeypatch):
    path = tmp_path / "a.txt"
    path.write_bytes(b"old and longer")

    def refuse(*_args, **_options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "touch", refuse)
    write_bytes(path, b"new")
    assert path.read_bytes() == b"new"
    with pytest.raises(OwnError, match="Permission denied"):
        write_bytes(tmp_path / "b.txt", b"new", raises=OwnError)
    assert list(tmp_path.iterdir()) == [path]


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


def test_json_may_hold_nan_if_it_is_allowed_but_still_each_key_once():
    numbers = parsed_json(
        "[NaN, Infinity, -Infinity]", place="a.json", raises=OwnError, allow_nan=True
    )
    assert str(numbers) == "[nan, inf, -inf]"
    with pytest.raises(OwnError, match="'a' twice"):
        parsed_json('{"a": NaN, "a": 2}', place="a.json", raises=OwnError, allow_nan=True)


@pytest.mark.parametrize(
    ("text", "where"), [('{"a": 7', "(column 8)"), ('{"a": 7,\n"b" 8}', "(line 2, column 5)")]
)
def test_a_mistake_in_json_is_located(text, where):
    with pytest.raises(OwnError) as caught:
        parsed_json(text, place="a.json", raises=OwnError)
    assert where in str(caught.value)


# TOML that would take Python's parser minutes or gigabytes


@pytest.fixture
def longest_key(monkeypatch):
    """How many parts the longest key has that Python's parser read."""
    parse_key, longest = tomllib._parser.parse_key, [0]

    def counted(*arguments):
        position, key = parse_key(*arguments)
        longest[0] = max(longest[0], len(key))
        return position, key

    monkeypatch.setattr(tomllib._parser, "parse_key", counted)
    return longest


def chain(part, dot="."):
    return dot.join([part] * 5_000)


TABLE = f"{{{chain('a')} = 1}}"


@pytest.mark.parametrize(
    "text",
    [
        chain("a") + " = 1",
        chain("a", " \t. ") + " = 1",
        chain('"a"') + " = 1",
        chain("'a'") + " = 1",
        chain("''") + " = 1",
        chain(r'"\""') + " = 1",
        chain('a.a.a.a.a.a."\u2028"') + " = 1",
        chain('a."\x85"') + " = 1",
        f"[{chain('a')}]",
        f"[[{chain('a')}]]",
        f"x = {TABLE}",
        f"x = [1, {{y = {TABLE}}}]",
        f'x = 1 # a text: " \n{chain("a")} = 1',
        f'x = "#"\r\n{chain("a")} = 1',
        # A text in three quotes can end in five.
        f'x = ["""a"""", {TABLE}]',
        f'x = ["""a""""", {TABLE}]',
        f"x = ['''a'''', {TABLE}]",
        rf'x = ["""\"""", {TABLE}]',
        rf"x = ['\', {TABLE}]",
        f'x = ["""a""", {TABLE}, "b"]',
        f'x = ["", {TABLE}, ""]',
    ],
)
def test_a_long_key_in_toml_is_refused_before_it_is_parsed(longest_key, text):
    with pytest.raises(OwnError, match=r"^a\.toml (nests too deeply|has too many entries)"):
        parsed_toml(text, place="a.toml", raises=OwnError)
    assert longest_key == [0]


@pytest.mark.parametrize(
    "text",
    [
        f"x = '{chain('a')}'",
        f'x = "{chain("a")}"',
        f"x = '''{chain('a', chr(10))}'''",
        rf'x = """\" {chain("a")}"""',
        f"# {chain('a')}",
        "\n".join(f"x{number} = [1.5, 2.5]" for number in range(1_000)),
        "a" + ".a" * MOST_KEY_PARTS + " = 1",
    ],
)
def test_dots_in_texts_and_numbers_are_no_key(text):
    parsed_toml(text, place="a.toml", raises=OwnError)


def test_toml_with_too_many_entries_is_refused():
    text = "".join(f"a{number}.b.c.d.e.f.g.h = 1\n" for number in range(3_000))
    with pytest.raises(OwnError, match=r"^a\.toml has too many entries\. Check that"):
        parsed_toml(text, place="a.toml", raises=OwnError)


@pytest.mark.parametrize("unclosed", ['"""\\', "'''a", '"""a', '"\\', "'\n", '"""""""'])
def test_texts_that_are_not_closed_take_no_longer_than_others(unclosed):
    # Quadratic, 2 MB would take hours. If this fails, it fails by the time limit of all tests.
    with pytest.raises(OwnError, match="not valid TOML"):
        parsed_toml(unclosed * 400_000, place="a.toml", raises=OwnError)
