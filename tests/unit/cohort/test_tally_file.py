"""A tally's file: a saved tally is loaded, and any other file is refused."""

import gzip
import json
import os

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kit.strategies import answered

from careerpath import CareerpathError, Instrument, Tally

PLAIN = Instrument.plain(["a", "b"], maximum=4, management_below=3, mastery_above=5)


@pytest.fixture
def saved(tmp_path):
    frame = pd.DataFrame({"a": [0, 1, 4, 4], "b": [0, 3, 4, 9]})
    return Tally.of(frame, PLAIN).save(tmp_path / "some.tally")


def content(path):
    return json.loads(gzip.decompress(path.read_bytes()))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(answered(most_items=4, most_steps=5), st.integers(0, 3))
def test_a_saved_tally_is_loaded_unchanged(tmp_path, case, count):
    instrument, answers = case
    frame = pd.DataFrame([answers] * count, columns=list(answers), dtype="float64")
    tally = Tally.of(frame, instrument)
    loaded = Tally.load(tally.save(tmp_path / "some.tally"))
    assert loaded == tally
    assert (
        loaded.save(tmp_path / "again.tally").read_bytes() == (tmp_path / "some.tally").read_bytes()
    )
    assert loaded + tally == tally + tally


def test_the_file_is_small_and_any_tool_can_read_it(saved):
    assert content(saved) == {
        "format": "careerpath-tally",
        "version": 1,
        "scale": {"minimum": 0, "maximum": 4, "step": 1},
        "items": [{"id": "a", "reversed": False}, {"id": "b", "reversed": False}],
        "unscored": {"out of range": 1},
        # (a, 0, 0), (a, 1, 4), (a, 4, 8), (b, 0, 0), (b, 3, 4), (b, 4, 8), in a grid of 2 x 5 x 9
        "places": [0, 13, 31, 1, 31, 13],
        "counts": [1, 1, 1, 1, 1, 1],
    }
    assert saved.stat().st_size < 400


@pytest.mark.parametrize(
    "change",
    [
        {"format": "other"},
        {"version": 2},
        {"places": []},
        {"places": [0]},
        {"counts": [1, 1, 1, 1, 1, 2]},
        {"counts": [1, 1, 1, 1, 1, 0]},
        {"counts": [1, 1, 1, 1, 1, -1]},
        {"counts": [2**60] * 6},
        {"counts": ["1"] * 6},
        {"unscored": {"bad luck": 1}},
        {"unscored": {"unanswered": -1}},
        {"items": [{"id": "a", "reversed": False}]},
        {"items": [{"id": "a", "reversed": False}, {"id": "a", "reversed": False}]},
        {"items": []},
        {"scale": {"minimum": 0, "maximum": 2, "step": 1}},
        {"scale": {"minimum": 4, "maximum": 0, "step": 1}},
        {"more": 1},
        {"counts": [float("nan")] * 6},
    ],
    ids=str,
)
def test_a_changed_file_is_refused(saved, change):
    saved.write_bytes(gzip.compress(json.dumps(content(saved) | change).encode()))
    with pytest.raises(CareerpathError, match="is not a tally"):
        Tally.load(saved)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"careerpath",
        b"\x1f\x8b",
        gzip.compress(b"", mtime=0),
        gzip.compress(b"[" * 100_000, mtime=0),
    ],
    ids=["empty", "text", "cut", "nothing inside", "deep"],
)
def test_another_file_is_not_a_tally(tmp_path, raw):
    path = tmp_path / "x.tally"
    path.write_bytes(raw)
    with pytest.raises(CareerpathError, match="is not a tally"):
        Tally.load(path)


def test_a_file_cut_short_is_refused(saved):
    saved.write_bytes(saved.read_bytes()[:-20])
    with pytest.raises(CareerpathError, match="incomplete"):
        Tally.load(saved)


def test_a_file_that_unpacks_to_too_much_is_refused(saved, monkeypatch):
    monkeypatch.setattr("careerpath.cohort.tally_file.MOST_BYTES", 100)
    with pytest.raises(CareerpathError, match="too large"):
        Tally.load(saved)


def test_a_scale_too_large_for_memory_is_refused(saved):
    huge = {"scale": {"minimum": 0, "maximum": 10_000, "step": 1}}
    saved.write_bytes(gzip.compress(json.dumps(content(saved) | huge).encode()))
    with pytest.raises(CareerpathError, match="coarser step"):
        Tally.load(saved)


@pytest.mark.parametrize("name", [".", "nowhere/x.tally", "a\0b"])
def test_unreadable_files_are_reported(tmp_path, name):
    with pytest.raises(CareerpathError, match="Cannot read"):
        Tally.load(tmp_path / name)


def test_a_failed_write_is_reported_and_leaves_nothing(saved, tmp_path):
    tally = Tally.load(saved)
    with pytest.raises(CareerpathError, match="Cannot write"):
        tally.save(tmp_path / "nowhere" / "x.tally")
    with pytest.raises(CareerpathError, match="Cannot write"):
        tally.save(tmp_path)
    for name in (".", "", "a\0b"):
        with pytest.raises(CareerpathError, match="Cannot write"):
            tally.save(name)
    assert os.listdir(tmp_path) == ["some.tally"]  # noqa: PTH208
