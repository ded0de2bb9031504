"""Instruments and their files: what they hold, and what each mistake is told as."""

import math
import re
import tomllib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kit.strategies import instruments
from pydantic import ValidationError

from careerpath import (
    AnswerError,
    CutScores,
    Facet,
    Instrument,
    InstrumentError,
    Item,
    Norms,
    load_instrument,
)
from careerpath.core.numbers import exact
from careerpath.core.shipped import DEFAULT_ID, SHIPPED, shipped_ids

ORIGINAL = (SHIPPED / f"{DEFAULT_ID}.toml").read_text(encoding="utf-8")


def load_changed(tmp_path, old, new):
    """Load the shipped file with one text in it replaced."""
    assert old in ORIGINAL
    path = tmp_path / "ours.toml"
    path.write_text(ORIGINAL.replace(old, new, 1), encoding="utf-8")
    return load_instrument(path)


# Loading


def test_the_default_is_the_shipped_questionnaire():
    assert load_instrument() == load_instrument("careerpath-15")
    assert shipped_ids() == ["careerpath-15"]


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


def test_an_unknown_id_is_told_with_the_nearest_one():
    with pytest.raises(InstrumentError) as caught:
        load_instrument("carrerpath-15")
    assert str(caught.value) == (
        "No instrument 'carrerpath-15' is shipped. Did you mean 'careerpath-15'? "
        "For a file of your own give its path, ending in .toml."
    )


def test_a_missing_file_is_told_with_the_shipped_ids(tmp_path):
    path = tmp_path / "nowhere.toml"
    with pytest.raises(InstrumentError) as caught:
        load_instrument(path)
    assert str(caught.value) == (
        f"Cannot read {path}: No such file or directory. Check the path; shipped instruments go "
        "by their id: careerpath-15."
    )


def test_a_directory_is_no_instrument(tmp_path):
    with pytest.raises(InstrumentError, match=f"^Cannot read {re.escape(str(tmp_path))}: "):
        load_instrument(tmp_path)


def test_a_path_that_no_file_can_have_is_told():
    with pytest.raises(InstrumentError, match=r"Cannot read .*null"):
        load_instrument("a\0b.toml")


def test_a_file_in_another_encoding_is_told(tmp_path):
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
        ("items = " + "[" * 100_000, "nests too deeply."),
    ],
    ids=["no value", "twice", "digits", "nesting"],
)
def test_a_file_that_is_not_toml_is_told_with_its_line(tmp_path, text, told):
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
def test_a_file_of_something_else_is_told(tmp_path, text):
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


# Saving


@given(instruments(with_texts=True))
def test_what_is_saved_is_what_is_loaded(tmp_path_factory, instrument):
    path = tmp_path_factory.getbasetemp() / "round-trip.toml"
    assert load_instrument(instrument.save(path)) == instrument


def test_the_shipped_file_survives_a_round_trip(tmp_path):
    saved = load_instrument().save(tmp_path / "ours.toml")
    assert load_instrument(saved) == load_instrument()
    assert tomllib.loads(saved.read_text(encoding="utf-8"))["items"][0]["id"] == "q01"


@pytest.mark.parametrize("name", ["missing/ours.toml", ".", "a\0b.toml"])
def test_a_place_that_cannot_be_written_is_told(tmp_path, name):
    with pytest.raises(InstrumentError, match=r"^Cannot write .* Choose a"):
        load_instrument().save(tmp_path / name)


def test_the_text_of_a_file_is_what_is_saved(tmp_path):
    instrument = load_instrument()
    saved = instrument.save(tmp_path / "ours.toml")
    assert saved.read_text(encoding="utf-8") == instrument.to_toml()


# The object


def test_an_instrument_is_frozen():
    instrument = load_instrument()
    with pytest.raises(ValidationError, match="frozen"):
        instrument.title = "other"
    with pytest.raises(ValidationError, match="frozen"):
        instrument.cut_scores.mastery_above = 90
    with pytest.raises(TypeError):
        instrument.items[0] = instrument.items[1]


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (
            lambda: CutScores(management_below=100, mastery_above=50),
            "CutScores(): management_below must not be above mastery_above.",
        ),
        (
            lambda: CutScores(management_below="50", mastery_above=100),
            "CutScores(): management_below got '50': must be a number.",
        ),
        (
            lambda: CutScores(management_below=math.nan, mastery_above=math.inf),
            (
                "CutScores(): management_below must be a finite number.\n"
                "CutScores(): mastery_above must be a finite number."
            ),
        ),
        (
            lambda: CutScores(management_below=50),
            "CutScores(): mastery_above is missing. Add it.",
        ),
        (
            lambda: CutScores(management_below=50, mastery_above=100, both=75),
            "CutScores(): both is nothing that CutScores has. Remove it or fix its spelling.",
        ),
        (lambda: Item(id="a b"), "Item(): id got 'a b': must be letters, digits,"),
        (lambda: Facet(id="a"), "Facet(): title is missing. Add it."),
        (
            lambda: Norms(mean=1, sd=0, reliability=1, source="x"),
            (
                "Norms(): sd got 0: must be greater than 0.\n"
                "Norms(): reliability got 1: must be less than 1."
            ),
        ),
        (
            lambda: Instrument(
                id="a",
                version="1",
                title="A",
                cut_scores={"management_below": "3", "mastery_above": 6},
                items=[{"id": "q", "stern": "x"}],
            ),
            (
                "Instrument(): cut_scores management_below got '3': must be a number.\n"
                "Instrument(): items 'q' stern is nothing that Instrument has."
            ),
        ),
    ],
)
def test_what_is_wrong_with_a_part_made_in_code_is_told(make, told):
    with pytest.raises(InstrumentError) as caught:
        make()
    assert str(caught.value).startswith(told)


def test_an_instrument_made_in_code_is_one_from_a_file():
    shipped = load_instrument()
    assert Instrument(**{name: getattr(shipped, name) for name in type(shipped).model_fields}) == (
        shipped
    )


def test_measured_norms_make_another_instrument_that_is_saved_with_them(tmp_path):
    norms = Norms(
        mean=71.25,
        sd=20,
        reliability=0.82,
        source="Ours",
        measured=True,
        count=412,
        date=date(2026, 11, 22),
    )
    ours = load_instrument().with_norms(norms)
    assert ours.version == "1.0.0+norms-412"
    assert load_instrument(ours.save(tmp_path / "ours.toml")) == ours
    both = ours.with_cut_scores(management_below=58.5, mastery_above=95)
    assert both.version == "1.0.0+58.5-95.norms-412"
    assert both.with_norms(norms).version == both.version
    assert both.with_cut_scores(management_below=60, mastery_above=95).norms == norms
    assert load_instrument().norms.count is None


def test_a_date_in_a_file_is_a_date(tmp_path):
    ours = load_changed(tmp_path, "sd = 22", "sd = 22\ncount = 5\ndate = 2026-11-22")
    assert (ours.norms.count, ours.norms.date) == (5, date(2026, 11, 22))
    for wrong in ('"soon"', "3"):
        with pytest.raises(InstrumentError, match="norms date"):
            load_changed(tmp_path, "sd = 22", f"sd = 22\ndate = {wrong}")


def test_other_cut_scores_make_another_instrument():
    instrument = load_instrument()
    ours = instrument.with_cut_scores(management_below=60, mastery_above=95)
    assert ours.cut_scores == CutScores(management_below=60, mastery_above=95)
    assert instrument.cut_scores == CutScores(management_below=50, mastery_above=100)
    assert ours.version == "1.0.0+60-95"
    assert instrument.version == "1.0.0"
    back = ours.with_cut_scores(management_below=50, mastery_above=100)
    assert back.version == "1.0.0+50-100"
    assert back == instrument.model_copy(update={"version": "1.0.0+50-100"})


@pytest.mark.parametrize(
    ("below", "above", "told"),
    [
        (95, 60, "cut_scores management_below must not be above mastery_above."),
        (50, 151, "cut scores 50 and 151 must lie within the range of totals, 0 to 150."),
        (float("nan"), 100, "cut_scores management_below must be a finite number."),
        ("50", 100, "cut_scores management_below got '50': must be a number."),
        (
            10**5000,
            10**5001,
            (
                "cut_scores management_below must lie between -1000000000 and 1000000000.\n"
                "with_cut_scores(): "
                "cut_scores mastery_above must lie between -1000000000 and 1000000000."
            ),
        ),
    ],
    ids=["order", "range", "nan", "text", "huge"],
)
def test_cut_scores_that_make_no_sense_are_told(below, above, told):
    with pytest.raises(InstrumentError) as caught:
        load_instrument().with_cut_scores(management_below=below, mastery_above=above)
    assert str(caught.value) == f"with_cut_scores(): {told}"


@given(instruments(), st.data())
def test_any_cut_scores_within_the_range_and_in_order_are_taken(instrument, data):
    totals = st.floats(instrument.minimum_total, instrument.maximum_total)
    below, above = sorted((data.draw(totals), data.draw(totals)))
    other = instrument.with_cut_scores(management_below=below, mastery_above=above)
    assert (other.cut_scores.management_below, other.cut_scores.mastery_above) == (below, above)
    assert other.version == f"{instrument.version.partition('+')[0]}+{below}-{above}"
    same = {"cut_scores": instrument.cut_scores, "version": instrument.version}
    assert other.model_copy(update=same) == instrument


@given(instruments())
def test_the_range_of_totals_follows_from_the_scale_and_the_items(instrument):
    count = len(instrument.items)
    assert exact(instrument.minimum_total) == exact(instrument.scale.minimum) * count
    assert exact(instrument.maximum_total) == exact(instrument.scale.maximum) * count


def test_an_item_is_found_by_its_id():
    instrument = load_instrument()
    assert instrument.item("q07").id == "q07"
    with pytest.raises(AnswerError, match="Did you mean 'q07'"):
        instrument.item("q7")


@pytest.mark.parametrize("name", [None, 7, ("q", 1), ["q01"]])
def test_an_item_id_is_a_text(name):
    with pytest.raises(AnswerError, match="Unknown item"):
        load_instrument().item(name)


def test_poles_are_shown_on_their_sides():
    left, right = load_instrument().item("q02"), load_instrument().item("q01")
    assert (left.left, left.right) == (left.mastery, left.management)
    assert (right.left, right.right) == (right.management, right.mastery)


# Plain instruments


def test_a_plain_instrument_has_items_and_no_texts():
    plain = Instrument.plain(["a", "b", "c"], management_below=10, mastery_above=20)
    assert plain.item_ids == ("a", "b", "c")
    assert (plain.bands, plain.norms, plain.facets) == (None, None, ())
    assert all(item.mastery_side == "right" for item in plain.items)


@pytest.mark.parametrize(
    ("ids", "told"),
    [
        ([], "items got []: must not be empty."),
        (["a", "a"], "item ids must differ; used twice: a."),
        (["a"], "cut scores 50 and 100 must lie within the range of totals, 0 to 10."),
    ],
)
def test_a_plain_instrument_is_checked_like_any_other(ids, told):
    with pytest.raises(InstrumentError) as caught:
        Instrument.plain(ids)
    assert str(caught.value).startswith(f"Instrument.plain(): {told}")
