"""A ladder as a value: its changes, and its draft."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kit.ladders import ladders, rungs

from careerpath import DualLadder
from careerpath.core.errors import CareerpathError
from careerpath.ladder.ladder import LadderError, LadderLevel, Pay, Rung, Side
from careerpath.ladder.model import LadderHistory

EXAMPLE = DualLadder.example()
NAMES = [level.name for level in EXAMPLE.levels]


def names(ladder):
    return [level.name for level in ladder.levels]


def test_levels_are_added_moved_renamed_and_removed():
    ladder = EXAMPLE.with_level("Chief").with_level("Entry", at=0)
    assert names(ladder) == ["Entry", *NAMES, "Chief"]
    assert names(ladder.with_level_moved("Chief", 0)) == ["Chief", "Entry", *NAMES]
    assert names(ladder.without_level("Entry").without_level("Chief")) == NAMES
    renamed = EXAMPLE.with_level_renamed("Staff", "Level 4")
    assert renamed.level("Level 4").mastery == EXAMPLE.level("Staff").mastery
    assert names(EXAMPLE) == NAMES


def test_a_moved_rung_swaps_places_with_the_other():
    moved = EXAMPLE.with_rung_moved("Senior", "mastery", "Staff")
    assert moved.level("Staff").mastery == EXAMPLE.level("Senior").mastery
    assert moved.level("Senior").mastery == EXAMPLE.level("Staff").mastery
    assert moved.level("Senior").management == EXAMPLE.level("Senior").management
    assert moved.with_rung_moved("Staff", "mastery", "Senior") == EXAMPLE
    assert EXAMPLE.with_rung_moved("Staff", "mastery", "Staff") == EXAMPLE
    free = EXAMPLE.with_level("Top").with_rung_moved("Staff", "mastery", "Top")
    assert free.level("Staff").mastery is None


def test_a_rung_is_replaced_and_removed():
    rung = Rung(title="Fellow")
    assert EXAMPLE.with_rung("Staff", Side.MASTERY, rung).level("Staff").mastery == rung
    assert EXAMPLE.without_rung("Staff", "management").level("Staff").management is None


@given(st.data())
@settings(max_examples=30)
def test_every_change_can_be_undone(data):
    first = data.draw(ladders)
    draft, seen = LadderHistory(first), [first]
    for _ in range(data.draw(st.integers(0, 5))):
        here = draft.ladder
        change = data.draw(st.sampled_from(["add", "remove", "move", "rung"]))
        name = data.draw(st.sampled_from(names(here) or [""]))
        if change == "add" or not name:
            made = here.with_level(f"new {len(here.levels)}-{len(seen)}")
        elif change == "remove":
            made = here.without_level(name)
        elif change == "move":
            made = here.with_level_moved(name, data.draw(st.integers(0, len(here.levels) - 1)))
        else:
            made = here.with_rung(name, data.draw(st.sampled_from(Side)), data.draw(rungs))
        draft = draft.changed(made)
        if made != here:
            seen.append(made)
    for ladder in reversed(seen):
        assert draft.ladder == ladder
        draft = draft.undone()
    assert (draft.ladder, draft.before) == (first, ())
    for ladder in seen:
        assert draft.ladder == ladder
        draft = draft.redone()
    assert (draft.ladder, draft.after) == (seen[-1], ())


def test_a_new_change_discards_what_was_undone():
    draft = LadderHistory(EXAMPLE).changed(EXAMPLE.with_level("A")).undone()
    other = draft.changed(EXAMPLE.with_level("B"))
    assert other.redone() == other
    assert names(other.ladder)[-1] == "B"


def test_text_is_cleaned_so_that_every_file_can_hold_it():
    rung = Rung(title="  Fellow\n of\tall ", scope="one\r\ntwo\u2028three ")
    assert (rung.title, rung.scope) == ("Fellow of all", "one\ntwo\nthree")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda: EXAMPLE.level("Staf"), "no level 'Staf'. Did you mean 'Staff'?"),
        (lambda: EXAMPLE.with_level("Staff"), "used twice: Staff"),
        (lambda: EXAMPLE.with_level("  "), "name got '  ': must not be empty"),
        (lambda: EXAMPLE.with_level_renamed("Staff", "Senior"), "used twice: Senior"),
        (lambda: EXAMPLE.with_level_moved("Staff", 9), "no position 9. Positions run from 0 to 3"),
        (lambda: EXAMPLE.with_rung("Staff", "master", Rung()), "Did you mean 'mastery'?"),
        (
            lambda: EXAMPLE.without_rung("Staff", "mastery").with_rung_moved(
                "Staff", "mastery", "Senior"
            ),
            "no mastery rung at 'Staff'",
        ),
        (lambda: Rung(title="a\x00b"), "character that is not text ('\\x00')"),
        (lambda: Rung(scope="x" * 2001), "longer than 2,000 characters"),
        (lambda: Rung(direct_reports=-1), "direct_reports"),
        (lambda: Rung(directreports=1), "nothing that Rung has"),
        (lambda: Rung(voice=["money"]), "must be 'vision', 'strategy' or 'big problems'"),
        (lambda: Pay(minimum=2, maximum=1, currency="EUR"), "must not be above maximum"),
        (lambda: Pay(minimum=1, maximum=2, currency="€"), "three letters of a currency"),
        (lambda: Pay(minimum=1, maximum=2, currency="EURO"), "three letters of a currency"),
        (lambda: Rung(title="x" * 121), "longer than 120 characters"),
        (lambda: Pay(minimum=1, maximum=float("nan"), currency="EUR"), "number from 0 to"),
        (lambda: Pay(minimum=1, maximum=1.001, currency="EUR"), "two decimals"),
        (
            lambda: DualLadder(levels=tuple(LadderLevel(name=str(each)) for each in range(51))),
            "levels are 51, but a ladder has at most 50",
        ),
    ],
)
def test_invalid_values_are_refused_with_a_reason(change, told):
    with pytest.raises(LadderError) as caught:
        change()
    assert told in str(caught.value)
    assert isinstance(caught.value, CareerpathError)


def test_pay_is_written_as_people_write_it():
    assert str(Pay(minimum=50000, maximum=62000.5, currency="eur")) == "EUR 50,000 to 62,000.50"
    assert str(Pay(minimum=50, maximum=50, currency="EUR")) == "EUR 50"
