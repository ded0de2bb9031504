"""Translations hold texts only, and fit their original word for word."""

import pytest
import tomli_w

from careerpath import Instrument, InstrumentError, load_instrument, score
from careerpath.core.instrument_file import is_translation, read_toml
from careerpath.core.instrument_lint import Severity, check_translation

SHIPPED = load_instrument()


def original(folder, name="ours", *, instrument=SHIPPED):
    """Save an original of one's own, where its translations find it as `ours`."""
    other = Instrument.validated(instrument.model_dump() | {"id": name}, place="test")
    other.save(folder / "ours.toml")
    return other


def german():
    """A translation's data: complete, with made-up words."""
    return {
        "translates": "careerpath-15",
        "version": SHIPPED.version,
        "language": "de",
        "title": "Meisterschaft, Führung oder beides?",
        "description": "Fünfzehn Augenblicke.",
        "facets": [
            {"id": facet.id, "title": f"Teil {facet.id}", "description": "Ein Teil."}
            for facet in SHIPPED.facets
        ],
        "items": [
            {
                "id": item.id,
                "stem": f"Frage {item.id} …",
                "management": f"führen {item.id}",
                "mastery": f"können {item.id}",
            }
            for item in SHIPPED.items
        ],
        "bands": {
            band: {
                "title": "Titel",
                "summary": "Satz.",
                "advice": ["Rat."],
                "roles": ["Rolle"],
            }
            for band in ("management", "both", "mastery")
        },
    }


@pytest.fixture
def write(tmp_path):
    def write(data, name="de.toml"):
        path = tmp_path / name
        path.write_text(tomli_w.dumps(data), encoding="utf-8")
        return path

    return write


def findings(data, path):
    return {
        (finding.level, finding.place, finding.fact) for finding in check_translation(data, path)
    }


def test_a_translation_is_known_by_what_it_translates():
    assert is_translation(german())
    assert not is_translation(SHIPPED.model_dump())


def test_a_complete_translation_has_no_findings(write):
    path = write(german())
    assert check_translation(read_toml(path), path) == ()


def test_a_translation_changes_the_texts_and_nothing_else(write):
    other = load_instrument(write(german()))
    assert other.language == "de"
    assert other.item("q01").stem == "Frage q01 …"
    assert other.bands.both.title == "Titel"
    texts = {"title", "description", "language", "bands", "facets", "items"}
    assert other.model_dump(exclude=texts) == SHIPPED.model_dump(exclude=texts)
    for ours, theirs in zip(other.items, SHIPPED.items, strict=True):
        assert (ours.id, ours.facet, ours.mastery_side) == (
            theirs.id,
            theirs.facet,
            theirs.mastery_side,
        )


def test_a_translation_scores_as_its_original(write):
    other = load_instrument(write(german()))
    answers = {name: number % 11 for number, name in enumerate(SHIPPED.item_ids)}
    assert score(other, answers) == score(SHIPPED, answers)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("scale", {"minimum": 0, "maximum": 5}),
        ("cut_scores", {"management_below": 1, "mastery_above": 2}),
        ("norms", {"mean": 3}),
        ("id", "careerpath-15-de"),
        ("schema_version", 1),
    ],
)
def test_keys_and_numbers_are_refused(write, key, value):
    path = write(german() | {key: value})
    told = f"{key} is not a text that a translation can hold. Remove it; the original has the rest."
    with pytest.raises(InstrumentError) as caught:
        load_instrument(path)
    assert str(caught.value) == f"{path}: {told}"
    assert findings(read_toml(path), path) == {(Severity.ERROR, str(path), told)}


def test_a_translation_cannot_choose_a_side(write):
    data = german()
    data["items"][1]["mastery_side"] = "right"
    with pytest.raises(InstrumentError, match="items 'q02' mastery_side is not a text"):
        load_instrument(write(data))


@pytest.mark.parametrize("key", ["stem", "management", "mastery"])
def test_an_empty_text_is_refused(write, key):
    data = german()
    data["items"][1][key] = " "
    with pytest.raises(InstrumentError, match=f"items 'q02' {key} got ' ': must not be empty"):
        load_instrument(write(data))


def test_missing_unknown_and_doubled_ids_are_findings(write):
    data = german()
    data["items"][6]["id"] = "q7"
    data["facets"].append(data["facets"][0])
    path = write(data)
    assert findings(data, path) == {
        (Severity.ERROR, "items 'q07'", "It is missing."),
        (Severity.ERROR, "items 'q7'", "The original has none of that id."),
        (Severity.ERROR, "facets 'depth'", "It is there twice."),
    }
    with pytest.raises(InstrumentError) as caught:
        load_instrument(path)
    assert f"{path}: items 'q7': The original has none of that id. Did you mean 'q07'?" in str(
        caught.value
    )


def test_a_translation_of_another_version_is_refused(write):
    path = write(german() | {"version": "0.9"})
    with pytest.raises(InstrumentError, match=r"made for version '0\.9'.* is at '1\.0\.0'"):
        load_instrument(path)


def test_other_cut_scores_leave_a_translation_fitting(write, tmp_path):
    ours = original(
        tmp_path, instrument=SHIPPED.with_cut_scores(management_below=60, mastery_above=95)
    )
    other = load_instrument(write(german() | {"translates": "ours"}))
    assert (other.version, other.cut_scores) == ("1.0.0+60-95", ours.cut_scores)
    assert other.item("q01").stem == "Frage q01 …"


def test_a_translation_for_other_cut_scores_is_refused(write, tmp_path):
    original(tmp_path, instrument=SHIPPED.with_cut_scores(management_below=60, mastery_above=95))
    path = write(german() | {"translates": "ours", "version": "1.0.0+61-95"})
    with pytest.raises(InstrumentError, match=r"version '1\.0\.0\+61-95'.* is at '1\.0\.0\+60-95'"):
        load_instrument(path)


def test_a_translation_of_another_instrument_is_refused(write, tmp_path):
    original(tmp_path, "theirs")
    with pytest.raises(InstrumentError, match="It translates 'ours', not 'theirs'"):
        load_instrument(write(german() | {"translates": "ours"}))


def test_bands_are_translated_with_the_rest(write):
    data = german()
    del data["bands"]
    assert findings(data, write(data)) == {(Severity.ERROR, "bands", "They are missing.")}


def test_a_text_left_untranslated_is_a_warning(write):
    data = german() | {"language": "en"}
    data["items"][0]["stem"] = SHIPPED.items[0].stem
    assert findings(data, write(data)) == {
        (Severity.WARNING, "language", "It is 'en', as in the original."),
        (Severity.WARNING, "items 'q01' stem", "It reads as in the original."),
    }


def test_texts_are_checked_as_in_an_original(write):
    data = german()
    data["items"][0]["mastery"] = "Wort " * 13
    data["items"][1]["mastery"] = data["items"][2]["mastery"]
    data["facets"][0]["description"] = ""
    assert findings(data, write(data)) == {
        (Severity.WARNING, "items 'q01' mastery", "It has 13 words."),
        (Severity.ERROR, "items 'q03' mastery", "It says the same as items 'q02' mastery."),
        (Severity.WARNING, "facets 'depth' description", "It is empty."),
    }


def test_the_original_may_be_in_the_folder_of_its_translation(write, tmp_path):
    original(tmp_path)
    data = german() | {"translates": "ours"}
    path = write(data)
    assert check_translation(data, path) == ()


def test_a_translation_of_nothing_known_is_an_error(write):
    data = german() | {"translates": "careerpath-16"}
    (finding,) = check_translation(data, write(data))
    assert finding.level is Severity.ERROR
    assert finding.fact == (
        "There is no built-in instrument 'careerpath-16', and no careerpath-16.toml in the same "
        "folder. Did you mean 'careerpath-15'?"
    )


def test_a_missing_file_is_reported(tmp_path):
    with pytest.raises(InstrumentError, match="Cannot read"):
        load_instrument(tmp_path / "nowhere.toml")


# Loading


def test_loading_a_translation_gives_its_original_in_its_words(write):
    path = write(german())
    assert load_instrument(path) == load_instrument(str(path))
    assert load_instrument(path).language == "de"


def test_an_original_in_the_same_folder_is_loaded_with_its_translation(write, tmp_path):
    ours = original(tmp_path)
    loaded = load_instrument(write(german() | {"translates": "ours"}))
    texts = {"title", "description", "language", "bands", "facets", "items"}
    assert loaded.model_dump(exclude=texts) == ours.model_dump(exclude=texts)
    assert (loaded.language, loaded.item("q01").stem) == ("de", "Frage q01 …")


def test_a_loaded_translation_is_saved_as_an_instrument(write, tmp_path):
    loaded = load_instrument(write(german()))
    assert load_instrument(loaded.save(tmp_path / "ours.toml")) == loaded


def test_a_translation_that_does_not_fit_is_not_loaded(write):
    path = write(german() | {"version": "0.9"})
    with pytest.raises(InstrumentError) as caught:
        load_instrument(path)
    assert str(caught.value) == (
        f"{path}: version: It was made for version '0.9'; careerpath-15 is at '1.0.0'. "
        "Go through what changed, then write the new version."
    )


def test_a_mistake_in_a_loaded_translation_is_reported(write):
    path = write(german() | {"scale": {"maximum": 5}})
    with pytest.raises(InstrumentError) as caught:
        load_instrument(path)
    assert str(caught.value) == (
        f"{path}: scale is not a text that a translation can hold. "
        "Remove it; the original has the rest."
    )


def test_without_its_original_a_translation_says_where_to_put_it(write):
    path = write(german() | {"translates": "ours"})
    with pytest.raises(InstrumentError) as caught:
        load_instrument(path)
    assert str(caught.value) == (
        f"{path}: There is no built-in instrument 'ours', and no ours.toml in the same folder. "
        "Known: careerpath-15."
    )


def test_a_translation_of_a_translation_is_no_instrument(write):
    """Not even a translation of itself."""
    path = write(german() | {"translates": "de"})
    with pytest.raises(InstrumentError, match="translates is not a key of an instrument file"):
        load_instrument(path)
