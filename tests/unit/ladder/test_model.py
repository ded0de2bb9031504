"""The designer of two ladders, without a widget: everything that it decides."""

import io
import json
import sys
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kit.ladders import ladders, rungs

from careerpath import DualLadder
from careerpath.core import child_process
from careerpath.core.errors import CareerpathError
from careerpath.ladder.files import LARGEST, read_ladder, write_ladder
from careerpath.ladder.form import fields_of, read_fields
from careerpath.ladder.kept import KeptLadder, read_kept, write_kept
from careerpath.ladder.ladder import LadderError, Rung, Side
from careerpath.ladder.model import TYPES, Focus, LadderModel, LadderStage

EXAMPLE = DualLadder.example()


@pytest.fixture
def model():
    made = LadderModel()
    made.start_from_example()
    return made


@pytest.fixture
def staff(model):
    """The model with one level open."""
    model.level.open("Staff", "mastery")
    return model


def kept(ladder=EXAMPLE, **more):
    data = json.loads(write_kept(KeptLadder(ladder)))
    return json.dumps(data | more).encode()


# Beginning


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is no child process")
def test_a_workbook_whose_reading_would_take_minutes_is_given_up(model, monkeypatch):
    monkeypatch.setattr(child_process, "SECONDS", 1)
    names = b'<definedName name="_xlnm.Print_Titles" localSheetId="0">%b</definedName>'
    bomb = b"<definedNames>" + names % (b"a" * 300_000) + b"</definedNames>"
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(write_ladder(EXAMPLE, "a.xlsx"))) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.infolist():
            new.writestr(entry.filename, old.read(entry).replace(b"<definedNames />", bomb))
    with pytest.raises(LadderError, match=r"^a\.xlsx takes too long to read\. Check that"):
        model.load("a.xlsx", out.getvalue())
    assert model.ladder == EXAMPLE


def test_a_new_model_offers_nothing():
    model = LadderModel()
    model.offer(b"")
    assert (model.stage, model.offered, model.unreadable) == (LadderStage.START, None, "")


def test_a_design_starts_from_the_example_or_empty(model):
    assert model.stage is LadderStage.DESIGN
    assert model.ladder == EXAMPLE
    assert model.figures.to_fix == 0
    empty = LadderModel()
    empty.start_empty()
    assert empty.ladder == DualLadder()
    assert empty.announcement == "An empty ladder. 1 to fix."


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx", "a.toml"])
def test_a_design_starts_from_a_file(name):
    model = LadderModel()
    model.load(name, write_ladder(EXAMPLE, name))
    assert (model.stage, model.ladder) == (LadderStage.DESIGN, EXAMPLE)
    assert model.announcement == f"Opened: {name}. Nothing to fix."


@pytest.mark.parametrize("begun", [True, False])
def test_a_file_that_cannot_be_read_changes_nothing(begun):
    model = LadderModel()
    if begun:
        model.start_from_example()
    before = model.stage, model.history, model.kept
    for name, content in [("a.csv", b"x" * (LARGEST + 1)), ("a.csv", b"level"), ("a.exe", b"x")]:
        with pytest.raises(LadderError):
            model.load(name, content)
        assert (model.stage, model.history, model.kept) == before


def test_a_kept_ladder_is_offered_and_resumed():
    model = LadderModel()
    model.offer(kept(pay_tolerance=0.1))
    assert model.stage is LadderStage.START
    model.resume()
    assert (model.ladder, model.kept.pay_tolerance) == (EXAMPLE, 0.1)
    assert not model.history.before


def test_half_typed_fields_come_back_too():
    model = LadderModel()
    fields = {**fields_of(Rung(title="Half a ti")), "minimum": "90 k"}
    model.offer(kept(unsent={"level": "Staff", "side": "mastery", "fields": fields}))
    model.resume()
    assert model.ladder.level("Staff").mastery.title == "Half a ti"
    assert (model.level.name, model.level.focus) == ("Staff", Focus.MASTERY)
    assert model.level.shown_fields(Side.MASTERY)["minimum"] == "90 k"
    model.undo()
    assert model.ladder == EXAMPLE


@pytest.mark.parametrize(
    "unsent",
    [
        7,
        {"level": "Staff"},
        {"level": "Staff", "side": "north", "fields": {}},
        {"level": "Staff", "side": "mastery", "fields": {"title": 7}},
        {"level": "Staff", "side": "mastery", "fields": {"title": "x" * 5000}},
        {"level": "Staff", "side": "mastery", "fields": {str(each): "" for each in range(30)}},
        {"level": "gone", "side": "mastery", "fields": {"title": "x"}},
    ],
)
def test_invalid_typed_fields_are_ignored(unsent):
    model = LadderModel()
    model.offer(kept(unsent=unsent))
    model.resume()
    assert model.ladder == EXAMPLE


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\xff", "cannot be read"),
        (b"[" * 100_000, "cannot be read"),
        (b"x" * 2_000_001, "larger than 2 MB"),
        (b"7", "is not a ladder"),
        (b"{}", "is not a ladder"),
        (b'{"version": 1, "ladder": [1]}', "is not a ladder"),
        (b'{"version": 2, "ladder": {}}', "another version of careerpath"),
        (b'{"version": 1, "ladder": {"levels": [{}]}}', "name is missing"),
        (b'{"version": 1, "ladder": {"levels": [{"name": "a", "x": 1}]}}', "x is not part"),
    ],
)
def test_an_unreadable_kept_ladder_is_reported_and_not_offered(content, told):
    model = LadderModel()
    model.offer(content)
    assert told in model.unreadable
    assert model.offered is None
    model.start_empty()
    assert model.unreadable == ""


def test_the_report_of_an_unreadable_ladder_is_short():
    model = LadderModel()
    model.offer(json.dumps({"version": 1, "ladder": dict.fromkeys(map(str, range(999)))}).encode())
    assert "more. Fix these first." in model.unreadable
    assert len(model.unreadable) < 10_000


@pytest.mark.parametrize("tolerance", [True, "5", None, -1, 7, float("nan"), float("inf")])
def test_an_invalid_tolerance_falls_back_to_the_default(tolerance):
    assert read_kept(kept(pay_tolerance=tolerance)).pay_tolerance == 0.05


def test_an_empty_ladder_is_not_offered():
    model = LadderModel()
    model.offer(kept(DualLadder()))
    assert model.offered is None


def test_nothing_is_offered_after_a_design_has_started(model):
    model.offer(kept(DualLadder().with_level("other")))
    model.resume()
    assert model.ladder == EXAMPLE


@pytest.mark.parametrize("begin", ["start_from_example", "start_empty"])
def test_undo_after_a_new_start_brings_back_the_kept_ladder(begin):
    other = DualLadder().with_level("Ours")
    model = LadderModel()
    model.offer(kept(other))
    getattr(model, begin)()
    assert model.ladder != other
    model.undo()
    assert model.ladder == other


@given(ladders, st.floats(0, 1))
@settings(max_examples=40)
def test_a_kept_ladder_is_read_back_exactly(ladder, tolerance):
    found = KeptLadder(ladder, tolerance)
    assert read_kept(write_kept(found).encode()) == found


def test_everything_is_deleted_only_after_confirmation(model):
    model.forget()
    assert model.ladder == EXAMPLE
    model.ask(whether=True)
    model.ask(whether=False)
    model.forget()
    assert model.ladder == EXAMPLE
    model.ask(whether=True)
    model.forget()
    assert (model.stage, model.ladder) == (LadderStage.START, DualLadder())
    assert (model.history.before, model.offered) == ((), None)


# The open level


def test_levels_are_added_renamed_moved_and_removed(model):
    model.add_level()
    level = model.level
    assert (model.names[-1], level.name) == ("Level 1", "Level 1")
    level.rename(level.opened, "  Top \n of all ")
    assert model.names[-1] == level.name == "Top of all"
    level.move(level.opened, up=False)
    assert model.names[-2] == "Top of all"
    level.move(level.opened, up=True)
    level.move(level.opened, up=True)
    assert model.names[-1] == "Top of all"
    level.remove(level.opened)
    assert model.ladder == EXAMPLE
    assert (level.name, level.left) == ("", "Top of all")
    model.add_level("Senior")
    assert model.names[:3] == ["Senior", "Level 1", "Staff"]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("  ", "needs a name"),
        ("Senior", "already"),
        ("x" * 121, "^The name is longer than 120 characters. Shorten it.$"),
    ],
)
def test_an_invalid_name_is_reported_and_changes_nothing(staff, name, told):
    with pytest.raises(LadderError, match=told):
        staff.level.rename(staff.level.opened, name)
    assert staff.ladder == EXAMPLE
    assert staff.level.name == "Staff"


def test_a_ladder_has_at_most_50_levels():
    model = LadderModel()
    model.start_empty()
    for _ in range(50):
        model.add_level()
    with pytest.raises(LadderError, match="at most 50 levels"):
        model.add_level()


def test_rungs_are_removed_added_and_moved(staff):
    level = staff.level
    level.remove_rung(level.opened, "mastery")
    assert staff.ladder.level("Staff").mastery is None
    assert staff.announcement == "Removed: Staff, mastery. 1 to fix."
    level.add_rung(level.opened, "mastery")
    assert staff.ladder.level("Staff").mastery == Rung()
    level.move_rung(level.opened, "mastery", up=True)
    assert staff.ladder.level("Principal").mastery == Rung()
    assert (level.name, level.focus) == ("Principal", Focus.MASTERY)
    assert staff.ladder.level("Staff").mastery == EXAMPLE.level("Principal").mastery


def test_at_the_ends_nothing_moves(model):
    for name, up in (("Senior", False), ("Vice president", True)):
        model.level.open(name)
        model.level.move(model.level.opened, up=up)
        model.level.move_rung(model.level.opened, "mastery", up=up)
        assert model.ladder == EXAMPLE


def test_an_action_for_an_earlier_opening_changes_nothing(staff):
    level, before = staff.level, staff.level.opened
    level.open("Principal")
    for stale in (before, -1, level.opened + 1):
        level.remove(stale)
        level.rename(stale, "x")
        level.move(stale, up=True)
        level.add_rung(stale, "mastery")
        level.remove_rung(stale, "mastery")
        level.move_rung(stale, "mastery", up=True)
        level.write_rung(stale, "mastery", {})
    assert staff.ladder == EXAMPLE


def test_actions_without_an_open_level_change_nothing(model):
    level = model.level
    for doing in (
        lambda: level.remove(level.opened),
        lambda: level.rename(level.opened, "x"),
        lambda: level.move(level.opened, up=True),
        lambda: level.remove_rung(level.opened, "mastery"),
        lambda: level.move_rung(level.opened, "mastery", up=True),
        lambda: level.write_rung(level.opened, "mastery", {}),
        lambda: level.open("no such level"),
        lambda: model.lead_to(3),
        lambda: model.lead_to(-1),
    ):
        doing()
    assert (model.ladder, level.name) == (EXAMPLE, "")


def test_an_unknown_side_is_reported(staff):
    with pytest.raises(LadderError, match="no side"):
        staff.level.write_rung(staff.level.opened, "north", {})
    with pytest.raises(LadderError, match="no side"):
        staff.level.open("Staff", "north")


# Its fields


@given(rungs)
@settings(max_examples=80)
def test_the_fields_of_a_rung_are_read_back_exactly(rung):
    assert read_fields(fields_of(rung), Rung()) == (rung, {})


def write(model, side="mastery", **changes):
    shown = model.level.shown_fields(Side(side)) | changes
    model.level.write_rung(model.level.opened, side, shown)


def test_the_check_follows_a_changed_field(staff):
    write(staff, decision_rights="")
    assert staff.ladder.level("Staff").mastery.decision_rights == ""
    assert staff.announcement == "1 to fix."
    write(staff, decision_rights="What is good enough.")
    assert staff.announcement == "Nothing to fix."


@pytest.mark.parametrize(
    ("changes", "field", "told"),
    [
        ({"minimum": "90 k"}, "minimum", "Write a number"),
        ({"minimum": ""}, "minimum", "Write the lower end too."),
        ({"maximum": ""}, "maximum", "Write the upper end too."),
        ({"maximum": "9999999999"}, "maximum", "number from 0 to"),
        ({"maximum": "1"}, "maximum", "Swap them"),
        ({"currency": "Euro"}, "currency", "three letters"),
        ({"direct_reports": "few"}, "direct_reports", "whole number"),
        ({"direct_reports": "9" * 400}, "direct_reports", "whole number"),
        ({"title": "x" * 121}, "title", "longer than 120"),
        ({"scope": "a\x00"}, "scope", "not text"),
    ],
)
def test_a_wrong_field_stays_as_typed_and_the_others_are_saved(staff, changes, field, told):
    write(staff, **({"recognition": "New."} | changes))
    rung, old = staff.ladder.level("Staff").mastery, EXAMPLE.level("Staff").mastery
    assert rung.recognition == "New."
    assert (rung.pay, rung.title, rung.direct_reports, rung.scope) == (
        old.pay,
        old.title,
        old.direct_reports,
        old.scope,
    )
    assert told in staff.level.wrong[Side.MASTERY][field]
    assert staff.level.shown_fields(Side.MASTERY)[field] == changes[field]
    assert told in staff.announcement
    write(staff, **{field: fields_of(old)[field]})
    assert staff.level.wrong[Side.MASTERY] == {}


def test_pay_is_read_as_people_write_it(staff):
    write(staff, minimum="58.000", maximum="76 000,50", currency="chf")
    assert str(staff.ladder.level("Staff").mastery.pay) == "CHF 58,000 to 76,000.50"


def test_pay_can_be_removed_and_a_currency_alone_is_not_pay(staff):
    write(staff, minimum="", maximum="")
    assert staff.ladder.level("Staff").mastery.pay is None
    assert staff.level.shown_fields(Side.MASTERY)["currency"] == "EUR"


def test_incomplete_pay_is_shown_as_typed(staff):
    write(staff, minimum="", maximum="", currency="EUR")
    write(staff, minimum="48.000", maximum="", currency="chf")
    shown = staff.level.shown_fields(Side.MASTERY)
    assert [shown[key] for key in ("minimum", "maximum", "currency")] == ["48.000", "", "chf"]
    write(staff, maximum="62000")
    shown = staff.level.shown_fields(Side.MASTERY)
    assert [shown[key] for key in ("minimum", "maximum", "currency")] == ["48000", "62000", "CHF"]


def test_missing_fields_count_as_empty(staff):
    staff.level.write_rung(staff.level.opened, "mastery", {})
    assert staff.ladder.level("Staff").mastery == Rung()


def test_undo_and_another_level_discard_typed_fields(staff):
    write(staff, title="Other", minimum="x")
    staff.undo()
    assert staff.level.wrong == {}
    write(staff, minimum="x")
    staff.level.open("Staff", "management")
    assert staff.level.wrong[Side.MASTERY]
    staff.level.open("Senior")
    assert staff.level.wrong == {}


# Undo, redo, check, files


def test_every_change_can_be_undone_and_redone(staff):
    level = staff.level
    level.remove_rung(level.opened, "mastery")
    level.rename(level.opened, "L4")
    level.move(level.opened, up=True)
    last = staff.ladder
    for _ in range(3):
        staff.undo()
    assert staff.ladder == EXAMPLE
    staff.undo()
    for _ in range(4):
        staff.redo()
    assert staff.ladder == last


def test_undo_closes_a_removed_level(model):
    model.add_level()
    model.undo()
    assert model.level.name == ""


def test_each_finding_leads_to_its_rung(staff):
    level = staff.level
    level.remove_rung(level.opened, "mastery")
    level.close()
    staff.lead_to(0)
    assert (level.name, level.focus) == ("Staff", Focus.MASTERY)


def test_the_finding_of_an_empty_ladder_leads_to_its_first_level():
    model = LadderModel()
    model.start_empty()
    model.lead_to(0)
    assert model.level.name == "Level 1"
    model.level.close()
    model.lead_to(0)
    assert model.level.name == "Level 1"
    assert model.names == ["Level 1"]


@pytest.mark.parametrize("typed", ["20", "20 %", "20,0"])
def test_the_tolerance_of_pay_is_chosen_and_kept(staff, typed):
    write(staff, minimum="50000", maximum="70000")
    before = staff.figures.to_fix
    staff.set_tolerance(typed)
    assert staff.figures.to_fix < before
    assert staff.kept.pay_tolerance == 0.2
    assert "It pays less" not in staff.file("html")[2].decode()


@pytest.mark.parametrize("typed", ["", "-5", "101", "x", "9" * 400])
def test_a_tolerance_out_of_range_is_reported(model, typed):
    with pytest.raises(LadderError, match=r"Write 5 for 5 %"):
        model.set_tolerance(typed)


@pytest.mark.parametrize("kind", TYPES)
def test_every_file_is_made(model, kind):
    name, media, content = model.file(kind)
    assert name == f"career-ladders.{kind}"
    assert "/" in media
    assert content
    if kind in ("csv", "xlsx", "toml"):
        assert read_ladder(content, name) == EXAMPLE


def test_an_unknown_kind_of_file_is_refused(model):
    with pytest.raises(CareerpathError, match="not as 'docx'"):
        model.file("docx")


def test_a_repeated_message_is_announced_again(model):
    model.add_level()
    model.add_level()
    heard = []
    model.observe(lambda change: heard.append(change["new"]), "announcement")
    model.undo()
    model.undo()
    assert len(heard) == 2
    assert heard[0] != heard[1]
    assert len({each.strip() for each in heard}) == 1
