"""Loading an instrument's file and saving one; each mistake in a file has its message."""

import re
import tomllib
from datetime import date

import pytest
from hypothesis import given
from kit.strategies import instruments

from careerpath import (
    Instrument,
    InstrumentError,
    load_instrument,
)
from careerpath.core.instrument_file import BUILT_IN, DEFAULT_ID, built_in_ids

ORIGINAL = (BUILT_IN / f"{DEFAULT_ID}.toml").read_text(encoding="utf-8")


def load_changed(tmp_path, old, new):
    """Load the shipped file with one text in it replaced."""
    assert old in ORIGINAL
    path = tmp_path / "ours.toml"
    path.write_text(ORIGINAL.replace(old, new, 1), encoding="utf-8")
    return load_instrument(path)


# Loading


def test_the_default_is_the_shipped_questionnaire():
    assert load_instrument() == load_instrument("careerpath-15")
    assert built_in_ids() == ["careerpath-15"]


def test_the_environment_names_another_default(tmp_path, monkeypatch):
    ours = load_instrument().with_cut_scores(management_below=60, mastery_above=95)
    monkeypatch.setenv("CAREERPATH_INSTRUMENT", str(ours.save(tmp_path / "ours.toml")))
    assert load_instrument() == ours
    assert load_instrument(DEFAULT_ID) != ours
    monkeypatch.setenv("CAREERPATH_INSTRUMENT", "")
    assert load_instrument() == load_instrument(DEFAULT_ID)


def test_a_path_is_a_text_or_a_path(tmp_path):
    path = load_instrument().save(tmp_path / "ours.toml")
    assert load_instrument(path) == load_instrument(str(path)) == load_instrument()


def test_a_byte_order_mark_is_no_mistake(tmp_path):
    path = tmp_path / "ours.toml"
    path.write_text(ORIGINAL, encoding="utf-8-sig")
    assert load_instrument(path) == load_instrument()


def test_an_unknown_id_is_reported_with_the_nearest_one():
    with pytest.raises(InstrumentError) as caught:
        load_instrument("carrerpath-15")
    assert str(caught.value) == (
        "There is no built-in instrument 'carrerpath-15'. Did you mean 'careerpath-15'? "
        "For a file of your own give its path, ending in .toml."
    )


def test_a_missing_file_is_reported_with_the_built_in_ids(tmp_path):
    path = tmp_path / "nowhere.toml"
    with pytest.raises(InstrumentError) as caught:
        load_instrument(path)
    assert str(caught.value) == (
        f"Cannot read {path}: No such file or directory. Check the path; built-in instruments go "
        "by their id: careerpath-15."
    )


def test_a_directory_is_no_instrument(tmp_path):
    with pytest.raises(InstrumentError, match=f"^Cannot read {re.escape(str(tmp_path))}: "):
        load_instrument(tmp_path)


def test_a_path_that_no_file_can_have_is_reported():
    with pytest.raises(InstrumentError, match=r"Cannot read .*null"):
        load_instrument("a\0b.toml")


def test_a_file_in_another_encoding_is_reported(tmp_path):
    path = tmp_path / "ours.toml"
    path.write_bytes('title = "Führung"'.encode("latin-1"))
    with pytest.raises(InstrumentError) as caught:
        load_instrument(path)
    assert str(caught.value) == f"{path} is not UTF-8 text (byte 10). Save it as UTF-8."


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('id = "a"\nversion = \n', "is not valid TOML: Invalid value (at line 2, column 11)"),
        ('id = "a"\nid = "b"\n', "is not valid TOML: Cannot overwrite a value (at line 2"),
        ("schema_version = " + "1" * 5000, "holds a number with too many digits."),
        ("items = " + "[" * 10_000, "nests too deeply."),
    ],
    ids=["no value", "twice", "digits", "nesting"],
)
def test_a_file_that_is_not_toml_is_reported_with_its_line(tmp_path, text, told):
    path = tmp_path / "ours.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InstrumentError) as caught:
        load_instrument(path)
    assert str(caught.value).startswith(f"{path} {told}")
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            'language = "en"',
            'langauge = "en"',
            "langauge is not a key of an instrument file. Remove it or fix its spelling.",
        ),
        (
            'language = "en"',
            "int = 1",
            "int is not a key of an instrument file. Remove it or fix its spelling.",
        ),
        (
            'stem = "A day that I look forward to has …"',
            'stern = "A day that I look forward to has …"',
            "items 'q04' stern is not a key of an instrument file. Remove it or fix its spelling.",
        ),
        ('version = "1.0.0"', "", "version is missing. Add it."),
        ("management_below = 50", "", "cut_scores management_below is missing. Add it."),
        ('id = "q02"\n', "", "items number 2 id is missing. Add it."),
        (
            "management_below = 50",
            'management_below = "50"',
            "cut_scores management_below got '50': must be a number.",
        ),
        (
            "management_below = 50",
            "management_below = true",
            "cut_scores management_below got True: must be a number.",
        ),
        (
            "management_below = 50",
            "management_below = nan",
            "cut_scores management_below must be a finite number.",
        ),
        (
            "management_below = 50",
            f"management_below = {10**400}",
            "cut_scores management_below must lie between -1000000000 and 1000000000.",
        ),
        (
            "maximum = 10",
            "maximum = inf",
            "scale maximum must be a finite number.",
        ),
        (
            'mastery_side = "right"',
            'mastery_side = "up"',
            "items 'q01' mastery_side got 'up': must be 'left' or 'right'.",
        ),
        ('title = "Breadth or depth"', "title = 3", "facets 'depth' title got 3: must be text."),
        (
            'id = "q01"',
            'id = "question one"',
            (
                "items 'question one' id got 'question one': must be letters, digits, '.', '_' and "
                "'-' only, and start with a letter or digit."
            ),
        ),
        ('id = "q02"', 'id = "q01"', "item ids must differ; used twice: q01."),
        ('id = "contribution"', 'id = "depth"', "facet ids must differ; used twice: depth."),
        (
            'facet = "depth"',
            'facet = "dept"',
            (
                "item 'q01' belongs to the facet 'dept', which is not in [[facets]]. "
                "Did you mean 'depth'?"
            ),
        ),
        (
            "management_below = 50",
            "management_below = 101",
            "cut_scores management_below must not be above mastery_above.",
        ),
        (
            "mastery_above = 100",
            "mastery_above = 151",
            "cut scores 50 and 151 must lie within the range of totals, 0 to 150.",
        ),
        (
            "management_below = 50",
            "management_below = -1",
            "cut scores -1 and 100 must lie within the range of totals, 0 to 150.",
        ),
        (
            "step = 1",
            "step = 3",
            "scale maximum must be reached from minimum in whole steps of 3.",
        ),
        ("step = 1", "step = 0", "scale minimum must be below maximum, and step above 0."),
        ("minimum = 0", "minimum = 10", "scale minimum must be below maximum, and step above 0."),
        (
            "step = 1",
            "step = 1e-300",
            "scale minimum, maximum and step can have 6 decimals at most.",
        ),
        (
            "step = 1",
            "step = 0.0001",
            "scale a scale can have 10000 steps at most; make them wider.",
        ),
        ("reliability = 0.8", "reliability = 1", "norms reliability got 1: must be less than 1."),
        ("sd = 22", "sd = 0", "norms sd got 0: must be greater than 0."),
        ("sd = 22", "sd = 22\nmeasured = 1", "norms measured got 1: must be true or false."),
        ("schema_version = 1", "schema_version = 2", "schema_version got 2: must be 1."),
    ],
)
def test_each_mistake_names_the_file_the_key_and_the_next_step(tmp_path, old, new, told):
    with pytest.raises(InstrumentError) as caught:
        load_changed(tmp_path, old, new)
    assert str(caught.value) == f"{tmp_path / 'ours.toml'}: {told}"


def test_every_mistake_has_a_line_of_its_own(tmp_path):
    with pytest.raises(InstrumentError) as caught:
        load_changed(tmp_path, 'version = "1.0.0"', 'vresion = "1.0.0"')
    assert len(str(caught.value).splitlines()) == 2


def test_a_megabyte_in_the_wrong_place_makes_a_short_message(tmp_path):
    with pytest.raises(InstrumentError) as caught:
        load_changed(tmp_path, "maximum = 10", f'maximum = "{"x" * 1_000_000}"')
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize("text", ["", "items = 3", "items = []", "[items]\nq01 = 3"])
def test_a_file_of_something_else_is_reported(tmp_path, text):
    path = tmp_path / "ours.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InstrumentError, match="items"):
        load_instrument(path)


def test_an_item_with_a_facet_needs_facets():
    with pytest.raises(InstrumentError, match=r"not in \[\[facets\]\]. Known: none\.$"):
        Instrument.validated(
            {
                "id": "a",
                "version": "1",
                "title": "A",
                "cut_scores": {"management_below": 3, "mastery_above": 6},
                "items": [{"id": "q", "facet": "f"}],
            },
            place="test",
        )


def test_a_date_in_a_file_is_a_date(tmp_path):
    ours = load_changed(tmp_path, "sd = 22", "sd = 22\ncount = 5\ndate = 2026-11-22")
    assert (ours.norms.count, ours.norms.date) == (5, date(2026, 11, 22))
    for wrong in ('"soon"', "3"):
        with pytest.raises(InstrumentError, match="norms date"):
            load_changed(tmp_path, "sd = 22", f"sd = 22\ndate = {wrong}")


# Saving


@given(instruments(with_texts=True))
def test_a_saved_instrument_is_loaded_unchanged(tmp_path_factory, instrument):
    path = tmp_path_factory.getbasetemp() / "round-trip.toml"
    assert load_instrument(instrument.save(path)) == instrument


def test_the_shipped_file_survives_a_round_trip(tmp_path):
    saved = load_instrument().save(tmp_path / "ours.toml")
    assert load_instrument(saved) == load_instrument()
    assert tomllib.loads(saved.read_text(encoding="utf-8"))["items"][0]["id"] == "q01"


@pytest.mark.parametrize("name", ["missing/ours.toml", ".", "a\0b.toml"])
def test_a_place_that_cannot_be_written_is_reported(tmp_path, name):
    with pytest.raises(InstrumentError, match=r"^Cannot write .* Choose a"):
        load_instrument().save(tmp_path / name)


def test_the_text_of_a_file_is_what_is_saved(tmp_path):
    instrument = load_instrument()
    saved = instrument.save(tmp_path / "ours.toml")
    assert saved.read_text(encoding="utf-8") == instrument.to_toml()
