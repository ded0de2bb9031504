"""The threshold lab's model: every decision, without a widget."""

from __future__ import annotations

import sys
import tomllib
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from traitlets import TraitError

from careerpath import (
    CareerpathError,
    CutScores,
    Instrument,
    Tally,
    interpret,
    load_instrument,
    read_cohort,
    score,
    simulate_cohort,
)
from careerpath.cohort.classification import Classification
from careerpath.cohort.cut_effects import FEWEST_PEOPLE, MOST_BARS, SURE
from careerpath.cohort.named_cohort import MOST_GROUPS, NamedCohort, split_by
from careerpath.core.certainty import band_chances
from careerpath.core.instrument import BANDS, Band
from careerpath.thresholds.model import ThresholdsModel
from careerpath.thresholds.saving import FEWEST_FOR_NORMS, no_norms_because

INSTRUMENT = load_instrument()
MADE = simulate_cohort(INSTRUMENT, count=400, seed=7)
COHORT = NamedCohort.of("everybody", MADE, INSTRUMENT)
OTHER = NamedCohort.of(
    "others", simulate_cohort(INSTRUMENT, count=250, mean=90, seed=8), INSTRUMENT
)
TOTALS = np.repeat(np.arange(151), COHORT.tally.totals)
WHEN = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def model(clock) -> ThresholdsModel:
    return ThresholdsModel(instrument=INSTRUMENT, cohorts=[COHORT, OTHER], clock=clock)


def small(count: int, **statistics: float) -> ThresholdsModel:
    made = simulate_cohort(INSTRUMENT, count=count, seed=3, **statistics)
    return ThresholdsModel(
        instrument=INSTRUMENT, cohorts=[NamedCohort.of("few", made, INSTRUMENT)], clock=Clock()
    )


def cuts_of(model: ThresholdsModel) -> tuple[float, float]:
    return model.cuts.management_below, model.cuts.mastery_above


def bands(cuts: CutScores) -> list[Band]:
    return [cuts.band(total) for total in TOTALS]


# Moving


def test_it_starts_at_the_published_cut_scores(model):
    assert model.cuts == INSTRUMENT.cut_scores
    assert not model.effects.moved
    assert not model.can_undo
    assert model.effects.flows_in_words.startswith("These are the published cut scores")


def test_one_cut_score_can_be_moved_alone(model):
    model.move(mastery_above=95)
    assert cuts_of(model) == (50, 95)
    model.move(management_below=0)
    assert cuts_of(model) == (0, 95)


@pytest.mark.parametrize(
    "wrong",
    [
        {"management_below": 101},
        {"mastery_above": 151},
        {"management_below": -1},
        {"management_below": float("nan")},
        {"management_below": True},
        {"mastery_above": "95"},
    ],
)
def test_a_move_that_makes_no_sense_moves_nothing(model, wrong):
    with pytest.raises(CareerpathError):
        model.move(**wrong)
    assert cuts_of(model) == (50, 100)
    assert not model.can_undo


def test_cut_scores_out_of_range_cannot_be_set_past_the_methods(model):
    with pytest.raises(TraitError):
        model.cuts = CutScores(management_below=0, mastery_above=1000)
    assert cuts_of(model) == (50, 100)


def test_a_handle_snaps_to_the_next_total(model):
    # The handles are between two totals: 49.5 is "below 50", 100.5 is "above 100".
    model.drag([49.5, 117.3])
    assert cuts_of(model) == (50, 117)
    model.drag(np.array([41.2, 117.5]))
    assert cuts_of(model) == (42, 117)


def test_a_handle_stops_at_the_other_and_at_the_ends(model):
    model.drag([130.0, 100.5])
    assert cuts_of(model) == (100, 100)
    model.reset()
    model.drag([49.5, 12.0])
    assert cuts_of(model) == (50, 50)
    model.drag([-1e300, 1e300])
    assert cuts_of(model) == (0, 150)


@pytest.mark.parametrize(
    "sent",
    [
        None,
        "50",
        [],
        [50],
        [50, 100, 150],
        [[50, 100]],
        [None, 3],
        ["a", "b"],
        [float("nan"), 100],
        [50, float("inf")],
        {"0": 50},
        [10**400, 3],
        object(),
    ],
)
@pytest.mark.parametrize("way", ["drag", "slide"])
def test_anything_but_two_numbers_moves_nothing(model, way, sent):
    with pytest.raises(CareerpathError):
        getattr(model, way)(sent)
    assert cuts_of(model) == (50, 100)


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=2, max_size=2))
def test_all_handle_positions_give_possible_totals_in_order(sent):
    model = ThresholdsModel(instrument=INSTRUMENT, cohorts=[COHORT])
    model.drag(sent)
    low, high = cuts_of(model)
    assert 0 <= low <= high <= 150
    assert isinstance(low, int)
    assert isinstance(high, int)
    assert sum(each.count for each in model.effects.shares) == 400


@pytest.mark.parametrize("way", ["slide", "drag"])
def test_a_fractional_cut_score_stays_where_its_handle_did_not_move(way):
    instrument = INSTRUMENT.with_cut_scores(management_below=49.5, mastery_above=100.5)
    model = ThresholdsModel(instrument=instrument, cohorts=[COHORT], clock=Clock())
    assert model.effects.handles == (50, 100)
    off = 0.5 if way == "drag" else 0  # On the picture they are between two totals.
    follow = getattr(model, way)
    follow((50 - off, 100 + off))
    assert not model.effects.moved
    follow((50 - off, 90 + off))
    assert cuts_of(model) == (49.5, 90)
    assert model.cuts.band(49) is Band.MANAGEMENT
    model.reset()
    follow((60 - off, 100 + off))
    assert cuts_of(model) == (60, 100.5)
    model.reset()
    follow((130 - off, 100 + off))
    assert cuts_of(model) == (100.5, 100.5)


def test_two_cut_scores_between_the_same_totals_have_handles_in_order():
    instrument = INSTRUMENT.with_cut_scores(management_below=49.3, mastery_above=49.7)
    model = ThresholdsModel(instrument=instrument, cohorts=[COHORT], clock=Clock())
    assert model.effects.handles == (49, 49)
    model.slide((49, 49))
    assert not model.effects.moved


def test_dragging_to_a_line_gives_the_cut_score_that_it_shows(model):
    for low, high in ((0, 0), (0, 150), (50, 100), (77, 77)):
        model.move(management_below=0, mastery_above=150)
        model.move(management_below=low, mastery_above=high)
        model.drag(model.effects.lines)
        assert cuts_of(model) == (low, high)


# Undo and reset


def test_a_drag_is_one_step_to_undo_and_two_drags_are_two(model, clock):
    for position in (101.5, 102.5, 103.5):
        clock.now += 0.1
        model.drag([49.5, position])
    clock.now += 5
    model.drag([45.5, 103.5])
    model.undo()
    assert cuts_of(model) == (50, 103)
    model.undo()
    assert cuts_of(model) == (50, 100)
    assert not model.can_undo
    model.undo()
    assert cuts_of(model) == (50, 100)


def test_moves_in_code_are_each_undone(model):
    model.move(management_below=60)
    model.move(management_below=70)
    model.undo()
    assert cuts_of(model) == (60, 100)


def test_a_drag_after_an_undo_is_a_step_of_its_own(model):
    model.drag([49.5, 110.5])
    model.undo()
    model.drag([49.5, 120.5])
    model.undo()
    assert cuts_of(model) == (50, 100)


def test_reset_goes_back_to_the_published_and_can_be_undone(model):
    model.move(management_below=60, mastery_above=95)
    model.reset()
    assert not model.effects.moved
    model.undo()
    assert cuts_of(model) == (60, 95)


def test_a_move_to_the_same_place_is_not_recorded(model):
    model.slide((50, 100))
    assert not model.can_undo


# What follows


def test_shares_are_those_of_a_loop_over_the_people(model):
    model.move(management_below=61, mastery_above=93)
    found, published = bands(model.cuts), bands(INSTRUMENT.cut_scores)
    for each in model.effects.shares:
        assert each.count == found.count(each.band)
        assert each.share == pytest.approx(found.count(each.band) / 400)
        assert each.low < each.share < each.high
        assert each.change == found.count(each.band) - published.count(each.band)
    assert sum(each.change for each in model.effects.shares) == 0


def test_changes_of_band_are_those_that_a_loop_over_the_people_finds(model):
    model.move(management_below=61, mastery_above=93)
    pairs = list(zip(bands(INSTRUMENT.cut_scores), bands(model.cuts), strict=True))
    assert model.effects.matrix == {
        (old, new): pairs.count((old, new)) for old in BANDS for new in BANDS
    }
    assert {(flow.origin, flow.target) for flow in model.effects.flows} == {
        pair for pair in pairs if pair[0] != pair[1]
    }


def test_changes_of_band_are_described_in_words(model):
    model.move(mastery_above=95)
    count = int(((TOTALS > 95) & (TOTALS <= 100)).sum())
    assert model.effects.flows_in_words == f"{count} people move from both to mastery."
    model.move(mastery_above=int(TOTALS.max()))
    assert "from mastery to both." in model.effects.flows_in_words
    model.reset()
    model.move(management_below=0)
    model.move(management_below=int(TOTALS.min()))
    below = int((TOTALS < 50).sum())
    assert model.effects.flows_in_words == f"{below} people move from management to both."


def test_one_person_is_not_people():
    frame = pd.DataFrame([dict.fromkeys(INSTRUMENT.item_ids, 5)] * 2)
    frame.loc[0, "q01"] = 10 if INSTRUMENT.item("q01").mastery_side == "right" else 0
    model = ThresholdsModel(
        instrument=INSTRUMENT, cohorts=[NamedCohort.of("two", frame, INSTRUMENT)], clock=Clock()
    )
    model.move(mastery_above=79)
    assert model.effects.flows_in_words == "1 person moves from both to mastery."
    model.move(mastery_above=90)
    assert (
        model.effects.flows_in_words
        == "Nobody changes band compared with the published cut scores."
    )


def test_the_histogram_holds_everybody_once_in_the_right_band(model):
    model.move(management_below=61, mastery_above=93)
    heights = model.effects.histogram.heights
    for each in model.effects.shares:
        assert heights[each.band].sum() == each.count
    assert np.array_equal(sum(heights.values()), COHORT.tally.totals)
    assert heights[Band.MANAGEMENT][61:].sum() == 0
    assert heights[Band.MASTERY][:94].sum() == 0


def test_the_curve_is_the_share_at_each_possible_cut_score(model):
    curve = model.effects.curve
    for cut in (0, 49, 50, 100, 150):
        assert curve.management[cut] == pytest.approx((cut > TOTALS).mean())
        assert curve.mastery[cut] == pytest.approx((cut < TOTALS).mean())


@pytest.mark.parametrize(("low", "high"), [(50, 100), (70, 74), (0, 100), (50, 150), (75, 75)])
def test_unsure_totals_are_those_of_the_same_rule_as_a_persons_result(model, low, high):
    model.move(management_below=0, mastery_above=150)
    model.move(management_below=low, mastery_above=high)
    error = COHORT.reliability.standard_error
    unsure = {
        total
        for total in range(151)
        if max(band_chances(model.new_instrument, total, error).values()) < SURE
    }
    found = {
        total for start, end in model.effects.unsure for total in range(int(start), int(end) + 1)
    }
    assert found == unsure
    expected = np.isin(TOTALS, list(unsure)).mean()
    assert model.effects.unsure_share == pytest.approx(expected)


def test_the_classification_is_that_of_the_tally(model):
    model.move(management_below=61)
    assert model.effects.classification == COHORT.tally.classification(model.cuts)


def test_item_statistics_count_who_changes_band_at_the_current_cut_scores(model):
    model.move(management_below=61)
    assert model.effects.items == COHORT.tally.items(model.cuts)
    assert len(model.effects.items) == 15


# Few people, odd people, nobody


def test_with_few_people_the_interval_stays_and_the_model_is_held_back():
    model = small(FEWEST_PEOPLE - 1)
    assert model.effects.few
    assert model.effects.classification.startswith("Held back: there are 29 people")
    assert all(each.low is not None for each in model.effects.shares)
    assert model.cohort.reliability is not None
    assert not small(FEWEST_PEOPLE).effects.few
    assert isinstance(small(FEWEST_PEOPLE).effects.classification, Classification)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_one_or_two_people_raise_no_error(count):
    frame = pd.DataFrame([dict.fromkeys(INSTRUMENT.item_ids, 5)] * 2).head(count)
    model = ThresholdsModel(
        instrument=INSTRUMENT, cohorts=[NamedCohort.of("few", frame, INSTRUMENT)], clock=Clock()
    )
    model.move(management_below=80, mastery_above=90)
    assert model.effects.classification.startswith("Held back: ")
    assert model.effects.unsure == ()
    assert model.cohort.reliability is None
    assert sum(each.count for each in model.effects.shares) == count
    assert model.effects.curve.management.max() <= 1
    assert len(model.effects.items) in (0, 15)
    assert model.effects.histogram.heights[Band.BOTH].sum() in (0, count)
    assert "Made in the threshold lab" in model.make(now=WHEN).text


def test_answers_that_do_not_agree_are_reported():
    random = np.random.default_rng(0)
    frame = pd.DataFrame(random.integers(0, 11, (40, 15)), columns=list(INSTRUMENT.item_ids))
    # Two halves that cancel out: alpha is far below 0.
    keyed = frame.iloc[:, :7].to_numpy()
    frame.iloc[:, 7:14] = 10 - keyed
    plain = Instrument.plain(list(INSTRUMENT.item_ids))
    model = ThresholdsModel(
        instrument=plain, cohorts=[NamedCohort.of("odd", frame, plain)], clock=Clock()
    )
    assert model.cohort.reliability.alpha < 0
    assert "alpha is not between 0 and 1" in model.effects.classification


def test_half_points_and_ranges_below_zero_work():
    instrument = Instrument.plain(
        ["a", "b", "c"],
        minimum=-1,
        maximum=1,
        step=0.5,
        management_below=-1.5,
        mastery_above=1,
    )
    made = simulate_cohort(instrument, count=60, seed=2)
    model = ThresholdsModel(
        instrument=instrument, cohorts=[NamedCohort.of("all", made, instrument)], clock=Clock()
    )
    assert not model.effects.whole
    assert model.effects.lines == (-1.75, 1.25)
    model.drag([-1.1, 1.25])
    assert cuts_of(model) == (-1, 1)
    model.slide((-0.5, 0.49))
    assert cuts_of(model) == (-0.5, 0.5)
    assert sum(each.count for each in model.effects.shares) == 60


def test_many_possible_totals_share_bars():
    instrument = Instrument.plain(
        ["a", "b", "c", "d"], maximum=100, management_below=133, mastery_above=260
    )
    answers = np.random.default_rng(2).integers(0, 101, (300, 4))
    made = pd.DataFrame(answers, columns=list(instrument.item_ids))
    model = ThresholdsModel(
        instrument=instrument, cohorts=[NamedCohort.of("all", made, instrument)], clock=Clock()
    )
    histogram = model.effects.histogram
    assert len(histogram.middles) <= MOST_BARS
    for each in model.effects.shares:
        assert histogram.heights[each.band].sum() == each.count


# Several cohorts


def test_a_lab_needs_a_cohort_that_fits(clock):
    with pytest.raises(CareerpathError, match="no cohort"):
        ThresholdsModel(instrument=INSTRUMENT, cohorts=[], clock=clock)
    with pytest.raises(CareerpathError, match="Give each a name of its own"):
        ThresholdsModel(instrument=INSTRUMENT, cohorts=[COHORT, COHORT], clock=clock)
    plain = Instrument.plain(["a", "b"], management_below=5, mastery_above=10)
    with pytest.raises(CareerpathError, match="The items, keys or scale of the cohort"):
        ThresholdsModel(instrument=plain, cohorts=[COHORT], clock=clock)


def test_another_cohort_can_be_shown(model):
    model.show("others")
    assert model.cohort is OTHER
    assert sum(each.count for each in model.effects.shares) == 250


def test_two_cohorts_are_compared_band_by_band(model):
    assert model.effects.comparison == ()
    assert model.effects.histogram.others is None
    model.compare("others")
    for each in model.effects.comparison:
        assert each.points == pytest.approx(100 * (each.other.share - each.shown.share))
    assert model.effects.histogram.others.sum() == pytest.approx(400)
    model.show("others")
    assert model.other_name == "everybody"
    model.compare("")
    assert model.other is None


@pytest.mark.parametrize("way", ["show", "compare"])
def test_an_unknown_cohort_is_refused_with_the_nearest_name(model, way):
    with pytest.raises(CareerpathError, match="Did you mean 'others'"):
        getattr(model, way)("other")
    assert (model.shown_name, model.other_name) == ("everybody", "")


def test_a_cohort_is_not_compared_with_itself(model):
    with pytest.raises(CareerpathError, match="is already shown"):
        model.compare("everybody")


# Saving


def test_a_saved_instrument_is_a_new_version_that_states_its_origin(model, tmp_path):
    model.move(management_below=60, mastery_above=95)
    path = model.save(tmp_path, now=WHEN)
    assert path.parent == tmp_path
    ours = load_instrument(path)
    assert ours.cut_scores == model.cuts
    assert ours.version == f"{INSTRUMENT.version}+60-95"
    assert ours == model.new_instrument
    text = path.read_text(encoding="utf-8")
    assert tomllib.loads(text)["id"] == INSTRUMENT.id
    head = text.partition("\n\n")[0]
    assert "2026-11-22 at 09:30 UTC" in head
    assert f"{INSTRUMENT.id} {INSTRUMENT.version}" in head
    assert "Published cut scores: 50 and 100. Cut scores here: 60 and 95." in head
    assert "400 people: everybody" in head
    assert "synthetic" in head
    assert model.saved.path == path


def test_a_file_that_is_there_is_never_replaced(model, tmp_path):
    model.move(management_below=60)
    first = model.save(tmp_path / "ours.toml", now=WHEN)
    before = first.read_bytes()
    with pytest.raises(CareerpathError, match="exists already"):
        model.save(first)
    assert first.read_bytes() == before


@pytest.mark.parametrize("path", ["missing/ours.toml", "a\0b.toml"])
def test_a_failed_write_is_reported(model, tmp_path, path):
    with pytest.raises(CareerpathError, match="Cannot write"):
        model.save(tmp_path / path)


def test_no_name_or_source_breaks_out_of_its_comment(clock):
    evil = 'x\n[cut_scores]\nmanagement_below = 1\r\u2028mastery_above = "'
    cohort = NamedCohort(name=evil, tally=COHORT.tally, source=evil)
    model = ThresholdsModel(instrument=INSTRUMENT, cohorts=[cohort], clock=clock)
    model.move(management_below=60)
    assert tomllib.loads(model.make(now=WHEN).text)["cut_scores"] == {
        "management_below": 60,
        "mastery_above": 100,
    }


def test_a_saved_instrument_is_forgotten_when_the_cut_scores_move(model):
    model.move(management_below=60)
    model.make(now=WHEN)
    assert model.saved is not None
    model.move(management_below=61)
    assert model.saved is None


def test_real_people_are_not_called_synthetic(clock):
    cohort = NamedCohort("ours", COHORT.tally, source="survey of 2026")
    model = ThresholdsModel(instrument=INSTRUMENT, cohorts=[cohort], clock=clock)
    assert not any("synthetic" in line for line in model.provenance(now=WHEN))
    assert any("survey of 2026" in line for line in model.provenance(now=WHEN))


def test_a_simulated_cohort_says_so_by_itself():
    assert COHORT.synthetic
    assert COHORT.source == MADE.note
    assert NamedCohort.of("frame", MADE.frame, INSTRUMENT).synthetic
    nameless = MADE.frame.drop(columns="person")
    assert not NamedCohort.of("frame", nameless, INSTRUMENT).synthetic
    assert NamedCohort.of("tally", COHORT.tally, INSTRUMENT, synthetic=True).synthetic


def test_a_file_of_simulated_people_is_still_synthetic(tmp_path):
    path = tmp_path / "people.csv"
    MADE.frame.to_csv(path, index=False)
    cohort = NamedCohort.of("file", read_cohort(path, INSTRUMENT), INSTRUMENT)
    assert cohort.synthetic
    assert cohort.tally == COHORT.tally


@pytest.mark.parametrize("kind", ["polars", "lazy", "duckdb", "categories"])
def test_a_simulated_frame_of_any_engine_says_so_by_itself(kind):
    frame = MADE.frame
    if kind == "categories":
        given = frame.astype({"person": "category"})
    elif kind == "duckdb":
        given = pytest.importorskip("duckdb").from_df(frame)
    else:
        given = pytest.importorskip("polars").from_pandas(frame)
        given = given.lazy() if kind == "lazy" else given
    cohort = NamedCohort.of("frame", given, INSTRUMENT)
    assert cohort.synthetic
    assert no_norms_because(cohort)


def test_a_tally_of_simulated_people_is_still_synthetic(tmp_path):
    tally = Tally.load(Tally.of(MADE.frame, INSTRUMENT).save(tmp_path / "made.tally"))
    real = Tally.load(Tally.of(REAL, INSTRUMENT).save(tmp_path / "real.tally"))
    cohorts = [
        NamedCohort.of("x", each, INSTRUMENT) for each in (tally, tally + real, real + tally)
    ]
    assert all(each.synthetic and "synthetic" in no_norms_because(each) for each in cohorts)
    assert not NamedCohort.of("real", real + real, INSTRUMENT).synthetic


# Norms

REAL = MADE.frame.drop(columns="person")


def lab_over(frame: pd.DataFrame, **facts: str) -> ThresholdsModel:
    return ThresholdsModel(
        instrument=INSTRUMENT, cohorts=[NamedCohort.of("ours", frame, INSTRUMENT, **facts)]
    )


def test_norms_are_not_written_unless_the_analyst_says_so():
    model = lab_over(REAL)
    model.move(management_below=60)
    assert model.make(now=WHEN).instrument.norms == INSTRUMENT.norms


def test_measured_norms_are_the_cohorts_with_where_how_many_and_when(tmp_path):
    model = lab_over(REAL, source="survey of 2026.")
    model.take_norms(wanted=True)
    model.move(management_below=60)
    path = model.save(tmp_path, now=WHEN)
    ours = load_instrument(path)
    tally = COHORT.tally
    assert (ours.norms.mean, ours.norms.sd) == (tally.mean, tally.sd)
    assert ours.norms.reliability == tally.alpha()
    assert ours.norms.standard_error == pytest.approx(tally.standard_error())
    assert ours.norms.measured
    assert (ours.norms.count, ours.norms.date) == (400, WHEN.date())
    assert ours.norms.source == ("Measured among 400 people on 2026-11-22 (ours; survey of 2026)")
    assert ours.version == "1.0.0+60-100.norms-400"
    assert ours.cut_scores.management_below == 60
    assert "norms were measured among them" in path.read_text(encoding="utf-8").partition("\n\n")[0]


def test_a_result_from_measured_norms_says_that_they_are_measured():
    model = lab_over(REAL)
    model.take_norms(wanted=True)
    ours = model.make(now=WHEN).instrument
    answers = {item.id: 3 if item.mastery_side == "left" else 7 for item in ours.items}
    found = interpret(ours, score(ours, answers))
    assert found.chances == band_chances(ours, 105, COHORT.tally.standard_error())
    assert found.basis.startswith("Measured among 400 people on 2026-11-22 (ours): ")
    assert "assumed" not in found.certainty + found.basis


@pytest.mark.parametrize(
    ("cohort", "why"),
    [
        (COHORT, "synthetic"),
        (
            NamedCohort.of("few", REAL.head(FEWEST_FOR_NORMS - 1), INSTRUMENT),
            f"norms need at least {FEWEST_FOR_NORMS}",
        ),
        (
            NamedCohort.of("alike", REAL.head(1).sample(200, replace=True), INSTRUMENT),
            "alpha is not between 0 and 1",
        ),
    ],
    ids=["synthetic", "few", "alike"],
)
def test_norms_are_held_back_if_they_would_mean_nothing(cohort, why):
    model = ThresholdsModel(instrument=INSTRUMENT, cohorts=[cohort])
    assert why in model.norms_withheld
    with pytest.raises(CareerpathError, match=why):
        model.take_norms(wanted=True)
    model.with_norms = True  # past the method, as a visitor could
    with pytest.raises(CareerpathError, match=why):
        model.make(now=WHEN)
    assert model.saved is None


def test_just_enough_people_give_norms():
    model = lab_over(REAL.head(FEWEST_FOR_NORMS))
    assert model.norms_withheld == ""
    assert not model.worth_saving
    model.take_norms(wanted=True)
    assert model.worth_saving
    model.take_norms(wanted="yes")
    assert not model.with_norms


def test_norms_of_one_cohort_are_not_used_for_the_next():
    model = ThresholdsModel(
        instrument=INSTRUMENT,
        cohorts=[NamedCohort("a", COHORT.tally), NamedCohort("b", OTHER.tally)],
    )
    model.take_norms(wanted=True)
    model.make(now=WHEN)
    model.show("b")
    assert (model.with_norms, model.saved) == (False, None)


# Groups


@pytest.mark.parametrize("kind", ["pandas", "polars", "duckdb"])
def test_a_column_splits_people_into_groups(kind):
    frame = MADE.frame.assign(team=["north", "south", "south", None] * 100)
    if kind == "pandas":
        given = frame
    elif kind == "polars":
        given = pytest.importorskip("polars").from_pandas(frame)
    else:
        given = pytest.importorskip("duckdb").from_df(frame)
    everybody, north, south = split_by(given, "team", INSTRUMENT)
    assert everybody.tally == COHORT.tally
    assert (north.name, north.tally.count) == ("north", 100)
    assert south.tally == Tally.of(frame[frame["team"] == "south"], INSTRUMENT)


def test_groups_of_synthetic_people_are_synthetic():
    made = simulate_cohort(INSTRUMENT, count=4, seed=1)
    cohorts = split_by(made, "person", INSTRUMENT)
    assert len(cohorts) == 5
    assert all(each.synthetic and each.source == made.note for each in cohorts)


def test_a_column_that_is_missing_or_names_people_is_refused():
    with pytest.raises(CareerpathError, match="Did you mean 'person'"):
        split_by(MADE, "persons", INSTRUMENT)
    with pytest.raises(
        CareerpathError, match=f"400 groups; the lab compares at most {MOST_GROUPS}"
    ):
        split_by(MADE, "person", INSTRUMENT)


# Work


def calls_of_a_move(times: int) -> int:
    """How many functions a move of a cut score calls, for this many times 400 people."""
    tally = Tally(COHORT.tally.layout, COHORT.tally.cells * times)
    model = ThresholdsModel(
        instrument=INSTRUMENT, cohorts=[NamedCohort("many", tally)], clock=Clock()
    )
    assert model.cohort.tally.count == 400 * times

    def everything() -> None:
        effects = model.effects
        _ = effects.shares, effects.matrix, effects.flows_in_words, effects.classification
        _ = effects.unsure, effects.unsure_share, effects.histogram, effects.lines

    everything()
    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        model.drag([54.5, 100.5])
        everything()
    finally:
        sys.setprofile(None)
    return calls


def test_a_move_does_the_same_work_for_400_people_and_for_two_billion():
    few, many = calls_of_a_move(1), calls_of_a_move(5_000_000)
    assert 0.9 < many / few < 1.1
