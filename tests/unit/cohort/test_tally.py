"""The tally: every statistic against the plainest way to compute it, and what it refuses."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kit import oracle
from kit.strategies import grid, instruments

from careerpath import Band, CareerpathError, CutScores, Instrument, Tally, load_instrument
from careerpath.core.errors import Reason
from careerpath.core.instrument import BANDS

SHIPPED = load_instrument()
CUTS = SHIPPED.cut_scores


@st.composite
def cohorts(draw, least=0, most=12):
    """An instrument, and people with and without answers."""
    instrument = draw(instruments(most_items=5, most_steps=6))
    answer = st.sampled_from(grid(instrument))
    odd = st.sampled_from([None, instrument.scale.maximum + 1, instrument.scale.minimum + 0.01])
    person = st.fixed_dictionaries(dict.fromkeys(instrument.item_ids, answer))
    flawed = st.fixed_dictionaries(dict.fromkeys(instrument.item_ids, answer | odd))
    people = draw(st.lists(person | flawed, min_size=least, max_size=most))
    return instrument, people


def frame_of(instrument, people):
    return pd.DataFrame(people, columns=list(instrument.item_ids), dtype="float64")


def tally_of(instrument, people):
    return Tally.of(frame_of(instrument, people), instrument)


def near(number):
    return None if number is None else pytest.approx(number, rel=1e-9, abs=1e-9)


@st.composite
def two_cut_scores(draw, instrument):
    totals = st.floats(instrument.minimum_total, instrument.maximum_total)
    return [
        CutScores(management_below=low, mastery_above=high)
        for low, high in (sorted((draw(totals), draw(totals))) for _ in range(2))
    ]


@settings(max_examples=60)
@given(cohorts(), st.data())
def test_every_statistic_is_that_of_the_rows(case, data):
    instrument, people = case
    tally = tally_of(instrument, people)
    results, reasons = oracle.scored(instrument, people)
    assert tally.count == len(results)
    assert tally.unscored == reasons
    old, new = data.draw(two_cut_scores(instrument))
    for cuts in (instrument.cut_scores, old, new):
        assert tally.counts(cuts) == oracle.counts(results, cuts)
    flips = tally.flips(old, new)
    expected = oracle.flips(results, old, new)
    assert {(a, b): flips.people(a, b) for a in BANDS for b in BANDS} == expected
    assert flips.changed == sum(n for (a, b), n in expected.items() if a is not b)
    assert [sum(row) for row in flips.matrix] == list(tally.counts(old).values())
    columns = zip(*flips.matrix, strict=True)
    assert [sum(column) for column in columns] == list(tally.counts(new).values())
    if not results:
        return
    totals = oracle.totals(results)
    assert tally.mean == pytest.approx(float(oracle.mean(totals)), rel=1e-12, abs=1e-12)
    assert tally.shares(old) == {
        band: count / len(results) for band, count in oracle.counts(results, old).items()
    }
    if len(results) < 2:
        return
    assert tally.sd**2 == pytest.approx(float(oracle.variance(totals)), rel=1e-12, abs=1e-12)
    columns = {item: oracle.keyed(results, item) for item in instrument.item_ids}
    alpha = oracle.alpha(list(columns.values()))
    if alpha is None:
        with pytest.raises(CareerpathError):
            tally.alpha()
    else:
        assert tally.alpha() == pytest.approx(alpha, rel=1e-12, abs=1e-12)
    for found in tally.items(old):
        own = columns[found.item]
        others = [column for item, column in columns.items() if item != found.item]
        rest = [sum(row) for row in zip(*others, strict=True)] or [0] * len(results)
        assert found.mean == pytest.approx(float(oracle.mean(own)), rel=1e-12, abs=1e-12)
        assert found.sd**2 == pytest.approx(float(oracle.variance(own)), rel=1e-12, abs=1e-12)
        assert found.item_rest == near(oracle.correlation(own, rest))
        dropped = oracle.alpha(others) if len(others) > 1 else None
        assert found.alpha_if_dropped == near(dropped)
        assert found.changes == (
            oracle.changes_if_dropped(instrument, results, found.item, old) if others else None
        )


@settings(max_examples=40)
@given(cohorts(), st.integers(0, 12))
def test_the_tally_of_parts_added_is_the_tally_of_the_whole(case, cut):
    instrument, people = case
    parts = tally_of(instrument, people[:cut]) + tally_of(instrument, people[cut:])
    assert parts == tally_of(instrument, people)
    assert parts + Tally.empty(instrument) == parts


@settings(max_examples=40)
@given(cohorts(least=2), st.data())
def test_the_model_never_crashes(case, data):
    instrument, people = case
    tally = tally_of(instrument, people)
    (cuts, _) = data.draw(two_cut_scores(instrument))
    try:
        found = tally.classification(cuts)
    except CareerpathError:
        return
    assert 0 <= found.accuracy <= 1
    assert 0 <= found.consistency <= 1


def people_of(totals):
    """One person of the shipped instrument for each total."""
    rows = []
    for total in totals:
        left, row = total, {}
        for item in SHIPPED.items:
            part = min(left, 10)
            left -= part
            row[item.id] = 10 - part if item.mastery_side == "left" else part
        rows.append(row)
    return pd.DataFrame(rows)


def test_both_cut_scores_belong_to_both():
    tally = Tally.of(people_of([49, 50, 100, 101]), SHIPPED)
    assert list(tally.counts(CUTS).values()) == [1, 2, 1]
    assert tally.totals[[49, 50, 100, 101]].tolist() == [1, 1, 1, 1]
    assert len(tally.totals) == len(tally.layout.totals) == 151
    assert tally.cells.shape == (15, 11, 151)


def test_goodmans_intervals():
    # Goodman (1965), table 1: 56, 72, 73, 59, 62 people of 322... here for three bands by hand.
    tally = Tally.of(people_of([0] * 10 + [75] * 30 + [150] * 60), SHIPPED)
    intervals = tally.share_intervals(CUTS)
    spread = 5.7310  # chi-square with 1 degree of freedom, at 1 - .05 / 3
    for band, count in tally.counts(CUTS).items():
        root = np.sqrt(spread * (spread + 4 * count * (100 - count) / 100))
        assert intervals[band] == pytest.approx(
            [(spread + 2 * count + s * root) / (2 * (100 + spread)) for s in (-1, 1)], abs=1e-5
        )
    assert intervals[Band.MANAGEMENT][0] < 0.1 < intervals[Band.MANAGEMENT][1]


def test_the_interval_of_an_empty_band_starts_at_zero():
    low, high = Tally.of(people_of([75, 75]), SHIPPED).share_intervals(CUTS)[Band.MASTERY]
    assert low == 0
    assert 0 < high < 1


def test_unscored_people_are_counted_by_reason_and_nowhere_else():
    frame = people_of([49, 50, 100, 101]).astype("float64")
    frame.loc[0, "q01"] = np.nan
    frame.loc[1, "q02"] = 11
    frame.loc[2, "q03"] = 2.5
    frame.loc[2, "q04"] = np.inf
    tally = Tally.of(frame, SHIPPED)
    assert tally.count == 1
    assert tally.unscored == {
        Reason.UNANSWERED: 1,
        Reason.OUT_OF_RANGE: 1,
        Reason.OFF_THE_STEP: 1,
    }
    assert (tally + tally).unscored[Reason.UNANSWERED] == 2


@pytest.mark.parametrize(
    "ask",
    [
        lambda t: t.mean,
        lambda t: t.sd,
        lambda t: t.shares(CUTS),
        lambda t: t.share_intervals(CUTS),
        lambda t: t.alpha(),
        lambda t: t.alpha_interval(),
        lambda t: t.standard_error(),
        lambda t: t.items(),
        lambda t: t.classification(CUTS),
        lambda t: t.true_score(75),
    ],
)
def test_nobody_has_no_statistics(ask):
    tally = Tally.empty(SHIPPED)
    assert tally.count == 0
    assert list(tally.counts(CUTS).values()) == [0, 0, 0]
    with pytest.raises(CareerpathError, match="Add people"):
        ask(tally)


@pytest.mark.parametrize("level", [0, 1, 1.5, float("nan")])
def test_a_level_that_no_interval_has(level):
    tally = Tally.of(people_of([40, 75, 120]), SHIPPED)
    with pytest.raises(CareerpathError, match="level"):
        tally.share_intervals(CUTS, level=level)
    with pytest.raises(CareerpathError, match="level"):
        tally.alpha_interval(level)


def test_tallies_of_different_questionnaires_are_not_added():
    one = Instrument.plain(["a", "b"], management_below=5, mastery_above=9)
    tally = Tally.empty(one)
    for other, why in [
        (Instrument.plain(["a", "c"], management_below=5, mastery_above=9), "items a, b"),
        (Instrument.plain(["a", "b"], step=5, management_below=5, mastery_above=9), "scales"),
        (
            Instrument.validated(
                one.model_dump() | {"items": [{"id": "a", "mastery_side": "left"}, {"id": "b"}]},
                place="test",
            ),
            "a are keyed the other way round",
        ),
    ]:
        with pytest.raises(CareerpathError, match=why):
            tally + Tally.empty(other)


def test_tallies_with_other_cut_scores_can_be_added():
    frame = people_of([40, 75, 120])
    moved = SHIPPED.with_cut_scores(management_below=60, mastery_above=95)
    assert (Tally.of(frame, SHIPPED) + Tally.of(frame, moved)).count == 6


def test_a_tally_cannot_be_changed():
    tally = Tally.of(people_of([40]), SHIPPED)
    with pytest.raises(ValueError, match="read-only"):
        tally.cells[0, 0, 0] = 5


def test_a_scale_too_fine_for_a_tally_is_refused():
    fine = Instrument.plain([f"q{n}" for n in range(15)], maximum=10, step=0.001)
    with pytest.raises(CareerpathError, match="coarser step"):
        Tally.empty(fine)


def test_billions_of_people_are_exact_in_a_tally_of_the_same_size():
    tally = Tally.of(people_of([40, 75, 76, 120]), SHIPPED)
    times = 10**12
    large = Tally(tally.layout, tally.cells * times)
    assert large.count == 4 * 10**12
    assert large.alpha() == tally.alpha()
    assert large.mean == tally.mean
    new = CutScores(management_below=60, mastery_above=95)
    assert large.counts(new) == {band: n * times for band, n in tally.counts(new).items()}
    few, many = tally.flips(CUTS, new).matrix, large.flips(CUTS, new).matrix
    assert many == tuple(tuple(n * times for n in row) for row in few)
    assert large.cells.shape == tally.cells.shape
