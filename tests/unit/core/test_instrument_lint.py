"""The linter: what it finds in the shipped questionnaire, and in worse ones."""

import itertools
from collections import Counter

import pytest
from hypothesis import given
from kit.strategies import grid, instruments

from careerpath import Band, CareerpathError, Instrument, load_instrument, score
from careerpath.core.instrument_lint import (
    Severity,
    check_data,
    check_instrument,
    random_shares,
    random_totals,
)

SHIPPED = load_instrument()


def changed(**changes):
    """The shipped questionnaire with some of its top-level keys replaced."""
    return Instrument.validated(SHIPPED.model_dump() | changes, place="test")


def with_items(change):
    """The shipped questionnaire with a function applied to the list of its items."""
    return changed(items=change([item.model_dump() for item in SHIPPED.items]))


def with_item(item_id, **changes):
    return with_items(
        lambda items: [item | changes if item["id"] == item_id else item for item in items]
    )


def found(instrument, level=None):
    """Place and fact of each finding."""
    return {
        finding.place: finding.fact
        for finding in check_instrument(instrument)
        if level is None or finding.level is level
    }


def test_the_shipped_questionnaire_has_no_errors_and_no_warnings():
    assert {finding.level for finding in check_instrument(SHIPPED)} == {Severity.NOTE}


def test_the_notes_show_what_uniform_and_random_answers_give():
    assert found(SHIPPED) == {
        "items mastery_side": (
            "The same answer to every item, as shown, gives: lowest 70 (both), middle 75 (both), "
            "highest 80 (both)."
        ),
        "items": "Answers at random give: 1.8 % management, 96.4 % both, 1.8 % mastery.",
    }


# Random answers


def test_random_answers_are_counted_exactly():
    ways = random_totals(SHIPPED)
    assert sum(ways) == 11**15
    assert ways == ways[::-1]
    assert ways[:3] == [1, 15, 120]
    shares = random_shares(SHIPPED)
    assert [round(share, 3) for share in shares.values()] == [0.018, 0.964, 0.018]
    assert sum(shares.values()) == pytest.approx(1)


@given(instruments(most_items=3, most_steps=3))
def test_random_answers_are_as_counted_one_by_one(instrument):
    every = itertools.product(grid(instrument), repeat=len(instrument.items))
    results = [score(instrument, dict(zip(instrument.item_ids, one, strict=True))) for one in every]
    totals = Counter(result.total for result in results)
    assert random_totals(instrument) == [totals[total] for total in sorted(totals)]
    bands = Counter(result.band for result in results)
    for band, share in random_shares(instrument).items():
        assert share == pytest.approx(bands[band] / len(results))


# Cut scores


@pytest.mark.parametrize(
    ("below", "above", "band"),
    [(0, 100, Band.MANAGEMENT), (50, 150, Band.MASTERY), (75.5, 75.5, Band.BOTH)],
)
def test_a_band_that_no_total_reaches_is_an_error(below, above, band):
    errors = found(
        SHIPPED.with_cut_scores(management_below=below, mastery_above=above), Severity.ERROR
    )
    assert errors == {"cut_scores": f"No total reaches the band {band}."}


def test_a_very_narrow_band_is_a_warning():
    narrow = SHIPPED.with_cut_scores(management_below=69, mastery_above=84)
    assert found(narrow, Severity.WARNING) == {}
    narrower = SHIPPED.with_cut_scores(management_below=75, mastery_above=80)
    assert found(narrower, Severity.WARNING)["cut_scores"] == (
        "The band both is very narrow: 6 of 151 totals."
    )


def test_a_cut_score_between_two_totals_is_a_note():
    between = SHIPPED.with_cut_scores(management_below=49.5, mastery_above=100)
    assert found(between)["cut_scores management_below"] == (
        "49.5 lies between two totals: they move in steps of 1."
    )


# Keys


def test_mastery_always_on_one_side_is_a_warning():
    turned = with_items(lambda items: [item | {"mastery_side": "right"} for item in items])
    facts = [
        finding.fact for finding in check_instrument(turned) if finding.level is Severity.WARNING
    ]
    assert facts == [
        "0 of 15 items show the mastery pole on the left.",
        (
            "The same answer to every item, as shown, gives: lowest 0 (management), "
            "middle 75 (both), highest 150 (mastery)."
        ),
    ]


def test_the_notes_on_uniform_answers_agree_with_the_scoring():
    for answer, total in ((0, 70), (5, 75), (10, 80)):
        assert score(SHIPPED, dict.fromkeys(SHIPPED.item_ids, answer)).total == total


# Facets


def test_an_item_without_a_facet_among_others_with_one_is_a_warning():
    assert found(with_item("q04", facet=None), Severity.WARNING) == {
        "items facet": "These items belong to no facet: q04.",
        "facets 'focus'": "It has 2 items, too few to say anything about.",
        "facets": (
            "They have different numbers of items, so some count for more: depth 3, "
            "contribution 3, standing 3, focus 2, solving 3."
        ),
    }


def test_a_facet_without_items_is_a_warning():
    more = changed(
        facets=[
            *(facet.model_dump() for facet in SHIPPED.facets),
            {"id": "new", "title": "New", "description": "New."},
        ]
    )
    assert found(more, Severity.WARNING)["facets 'new'"] == (
        "It has no items, too few to say anything about."
    )


def test_neighbours_of_one_facet_are_a_warning():
    swapped = with_items(lambda items: [items[0], items[5], *items[1:5], *items[6:]])
    assert found(swapped, Severity.WARNING) == {
        "items 'q06'": "It follows 'q01', which is of the same facet, depth."
    }


def test_an_instrument_without_facets_has_no_finding_about_them():
    bare = changed(facets=[], items=[item.model_dump(exclude={"facet"}) for item in SHIPPED.items])
    assert found(bare, Severity.WARNING) == {}


# Texts


@pytest.mark.parametrize("key", ["stem", "management", "mastery"])
@pytest.mark.parametrize("text", ["", "…", " - "])
def test_a_missing_text_is_an_error(key, text):
    assert found(with_item("q04", **{key: text}), Severity.ERROR) == {
        f"items 'q04' {key}": "It has no words."
    }


def test_a_long_text_is_a_warning_and_the_dots_are_no_word():
    assert found(with_item("q04", stem="one " * 10 + "…"), Severity.WARNING) == {}
    assert found(with_item("q04", stem="one " * 11 + "…"), Severity.WARNING) == {
        "items 'q04' stem": "It has 11 words."
    }
    assert found(with_item("q04", mastery="one " * 12), Severity.WARNING) == {}
    assert found(with_item("q04", mastery="one " * 13), Severity.WARNING) == {
        "items 'q04' mastery": "It has 13 words."
    }


def test_a_pole_that_repeats_another_is_an_error():
    twin = with_item("q04", management=" Many hours  of the work that I know Best")
    assert found(twin, Severity.ERROR) == {
        "items 'q04' mastery": "It says the same as items 'q04' management."
    }
    again = with_item("q09", mastery="many hours of the work that I know best")
    assert found(again, Severity.ERROR) == {
        "items 'q09' mastery": "It says the same as items 'q04' mastery."
    }


def test_titles_that_are_empty_are_warnings():
    facets = [facet.model_dump() | {"description": ""} for facet in SHIPPED.facets[:1]]
    empty = changed(
        title="", facets=[*facets, *(facet.model_dump() for facet in SHIPPED.facets[1:])]
    )
    assert found(empty, Severity.WARNING) == {
        "title": "It is empty.",
        "facets 'depth' description": "It is empty.",
    }


@pytest.mark.parametrize("language", ["english", "EN", "", "d"])
def test_a_language_that_is_no_tag_is_a_warning(language):
    assert found(changed(language=language), Severity.WARNING) == {
        "language": f"{language!r} is not a language tag."
    }


@pytest.mark.parametrize("language", ["en", "pt-BR", "zh-Hant-TW", "gsw"])
def test_a_language_tag_is_fine(language):
    assert found(changed(language=language), Severity.WARNING) == {}


def test_bands_without_texts_are_warnings():
    assert "bands" in found(changed(bands=None), Severity.WARNING)
    bands = SHIPPED.bands.model_dump()
    bands["both"] |= {"advice": [], "summary": ""}
    assert found(changed(bands=bands), Severity.WARNING) == {
        "bands both summary": "It is empty.",
        "bands both advice": "It is empty.",
    }


def test_norms_that_are_missing_or_come_from_nowhere_are_warnings():
    assert "norms" in found(changed(norms=None), Severity.WARNING)
    norms = SHIPPED.norms.model_dump() | {"source": " "}
    assert list(found(changed(norms=norms), Severity.WARNING)) == ["norms source"]


# Whole instruments


def test_an_analysts_plain_instrument_gets_warnings_but_no_error():
    plain = Instrument.plain([f"q{n}" for n in range(15)])
    assert found(plain, Severity.ERROR) == {}
    assert "No item has a text" in " ".join(
        finding.fact for finding in check_instrument(plain) if finding.place == "items"
    )


@given(instruments(with_texts=True))
def test_any_instrument_can_be_checked(instrument):
    for finding in check_instrument(instrument):
        assert finding.place
        assert finding.fact.endswith(".")
        assert finding.level is Severity.NOTE or finding.mend.endswith(".")


def test_each_mistake_that_stops_a_file_from_loading_is_an_error():
    data = SHIPPED.model_dump(mode="json", exclude_none=True) | {"norm": 3, "title": 3}
    findings = check_data(data, place="ours.toml")
    assert {(finding.level, finding.place, finding.fact) for finding in findings} == {
        (Severity.ERROR, "ours.toml", "title got 3: must be text."),
        (
            Severity.ERROR,
            "ours.toml",
            "norm is not a key of an instrument file. Remove it or fix its spelling.",
        ),
    }


def test_data_that_load_are_checked_as_an_instrument():
    data = SHIPPED.model_dump(mode="json", exclude_none=True)
    assert check_data(data, place="ours.toml") == check_instrument(SHIPPED)


def test_checking_never_raises_a_careerpath_error():
    try:
        check_data({"items": [{"id": "a"}, {"id": "a"}]}, place="ours.toml")
    except CareerpathError:  # pragma: no cover
        pytest.fail("a linter reports")
