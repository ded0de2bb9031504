"""Files that version 0.1 wrote are still read, with the same content."""

import json
import shutil
import tomllib
from contextlib import closing
from pathlib import Path

import pytest

from careerpath import (
    DualLadder,
    Tally,
    decode_answers,
    load_instrument,
    load_ladder,
    open_store,
    read_answers,
    read_cohort,
    read_results,
    score,
    score_frame,
)

FOLDER = Path(__file__).parents[1] / "data" / "v0.1"
TRUTH = json.loads((FOLDER / "truth.json").read_text("utf-8"))
INSTRUMENT = load_instrument()


@pytest.fixture
def store(tmp_path):
    """The database of version 0.1, migrated when it is opened."""
    copy = shutil.copyfile(FOLDER / "rooms.db", tmp_path / "rooms.db")
    with closing(open_store(f"sqlite:///{copy}")) as opened:
        yield opened


def test_a_room_opens_with_its_code_and_key(store):
    (room,) = store.rooms()
    assert room.code == TRUTH["code"]
    assert store.authenticate(TRUTH["code"], TRUTH["coach_key"])
    assert store.instrument(TRUTH["code"]) == INSTRUMENT


def test_a_room_has_its_answers_totals_and_bands(store):
    wanted = sorted(
        [*answers.values(), total, band]
        for answers, total, band in zip(
            TRUTH["answers"], TRUTH["totals"], TRUTH["bands"], strict=True
        )
    )
    answers = store.answers(TRUTH["code"])
    scored = score_frame(answers, INSTRUMENT).drop(columns="unscored_reason")
    assert list(scored) == [*INSTRUMENT.item_ids, "total", "band"]
    assert sorted(map(list, scored.itertuples(index=False))) == wanted
    assert store.tally(TRUTH["code"]) == Tally.of(answers, INSTRUMENT)
    assert store.counts(TRUTH["code"]).shared == len(wanted) == 9


def test_a_room_of_version_0_1_takes_more_answers(store):
    again = TRUTH["answers"][0]
    for number in range(5):
        store.add_response(TRUTH["code"], again, submission_id=f"a new phone {number}")
    assert store.tally(TRUTH["code"]).count == 14


def test_saved_answers_and_a_shared_link_are_the_same_person():
    answers = read_answers(str(FOLDER / "answers.json"))
    link = (FOLDER / "share_link.txt").read_text("utf-8").strip()
    assert answers == decode_answers(INSTRUMENT, link) == TRUTH["answers"][0]
    assert score(INSTRUMENT, answers).total == TRUTH["totals"][0]


def test_a_saved_result_is_read():
    file = FOLDER / "result.json"
    assert read_answers(str(file)) == TRUTH["answers"][0]
    # It was answered on no known day; among past results it needs one.
    dated = {**json.loads(file.read_text("utf-8")), "taken": "2026-03-01"}
    (result,) = read_results(dated, place="result.json")
    assert (result.answers, result.total, result.band) == (
        TRUTH["answers"][0],
        TRUTH["totals"][0],
        TRUTH["bands"][0],
    )


def test_a_tally_is_that_of_its_cohort():
    cohort = read_cohort(FOLDER / "cohort.csv", INSTRUMENT)
    tally = Tally.load(FOLDER / "cohort.tally")
    assert tally == Tally.of(cohort.frame, INSTRUMENT)
    assert tally.count == len(cohort.frame) == 50


@pytest.mark.parametrize("name", ["ladder.csv", "ladder.xlsx", "ladder.toml"])
def test_a_ladder_is_the_same_in_each_kind_of_file(name):
    ladder = load_ladder(FOLDER / name)
    data = tomllib.loads((FOLDER / "ladder.toml").read_text("utf-8"))
    assert ladder == DualLadder(**data)
    titles = [(level.mastery.title, level.management.title) for level in ladder.levels]
    assert titles == [
        ("Senior specialist", "Team lead"),
        ("Staff specialist", "Manager"),
        ("Principal specialist", "Director"),
        ("Fellow", "Vice president"),
    ]


def test_an_instrument_with_other_cut_scores_is_read():
    ours = load_instrument(FOLDER / "ours.toml")
    assert ours == INSTRUMENT.with_cut_scores(management_below=60, mastery_above=95)
    assert ours.version == "1.0.0+60-95"
