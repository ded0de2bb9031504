"""What next, without a widget: the path of now, the plan of a week, past results."""

from datetime import date, timedelta

import pytest

from careerpath import Band, Instrument, load_instrument, score
from careerpath.core.errors import CareerpathError
from careerpath.core.result_file import KeptResult, as_json, kept_document, several_document
from careerpath.what_next.capacity import DEFAULTS
from careerpath.what_next.model import (
    MOST,
    NO_ROOM,
    SLIDERS,
    CapacityPlan,
    CurrentPath,
    PastResults,
)

INSTRUMENT = load_instrument()
DAY = date(2026, 3, 1)


# Where are you now?


def looked(band=Band.MASTERY, **fields):
    model = CurrentPath()
    model.look(INSTRUMENT, band, fields)
    return model


def test_path_and_reports_are_enough():
    model = looked(path="management", reports="9")
    assert model.outcome.headline == "Suited to mastery, managing nine"
    assert model.problem == ""


def test_a_missing_number_of_reports_counts_as_zero():
    assert looked(path="mastery").outcome.headline == "Suited to mastery, working as a master"


def test_the_week_is_read_with_a_comma_or_a_point():
    words = looked(
        path="both", reports="2", expertise="3,5", people="16.5", other="20"
    ).outcome.words
    assert any("9 % of your week" in each for each in words)


def test_a_blank_field_is_not_read_as_zero():
    blank, none = looked(path="management"), looked(path="management", reports="0")
    assert not any("You manage nobody" in each for each in blank.outcome.words)
    assert any("You manage nobody" in each for each in none.outcome.words)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({}, "Choose what you do now"),
        ({"path": "unscored"}, "Choose what you do now"),
        ({"path": "both", "reports": "nine"}, "The people you manage cannot be 'nine'"),
        ({"path": "both", "reports": "2.5"}, "not a number of direct reports"),
        ({"path": "both", "reports": "-1"}, "not a number of direct reports"),
        ({"path": "both", "reports": "\u0661"}, "cannot be '\u0661'"),
        ({"path": "both", "people": "lots"}, "The hours for people cannot be 'lots'"),
        (
            {"path": "both", "expertise": "0", "people": "200", "other": "0"},
            "must be a number from 0 to 168",
        ),
        ({"path": "both", "expertise": "0", "people": "0", "other": "0"}, "add up to 0"),
        ({"path": "both", "reports": "8", "expertise": "10"}, "The week is not complete"),
        ({"path": "both", "expertise": "9" * 500}, "cannot be"),
    ],
)
def test_an_unreadable_form_is_reported_and_stays_as_typed(fields, told):
    model = looked(**fields)
    assert told in model.problem
    assert model.outcome is None
    assert {name: text for name, text in model.typed.items() if text} == fields


def test_changed_answers_change_the_text():
    model = looked(path="management", reports="9")
    model.follow(INSTRUMENT, Band.MANAGEMENT)
    assert model.outcome.headline == "Suited to management, managing nine"


def test_no_outcome_is_shown_before_the_form_is_sent():
    model = CurrentPath()
    model.follow(INSTRUMENT, Band.MANAGEMENT)
    assert model.outcome is None


# How few is a few?


def test_it_starts_from_the_numbers_with_a_source():
    plan = CapacityPlan()
    assert plan.capacity.reports == 4
    assert {name: plan.shown(name) for name in SLIDERS} == {
        "hours_per_week": 40,
        "mastery_share": 50,
        "admin_share": 18,
        "hours_per_report": 3,
    }


@pytest.mark.parametrize("name", SLIDERS)
def test_every_start_is_a_step_of_its_control(name):
    slider, start = SLIDERS[name], DEFAULTS[name].value * SLIDERS[name].per
    assert slider.low <= start <= slider.high
    assert ((start - slider.low) / slider.step).is_integer()


def test_moving_one_control_leaves_the_others():
    plan = CapacityPlan()
    plan.move({"hours_per_report": "6"})
    plan.move({"mastery_share": "20"})
    assert plan.capacity.reports == 4
    assert (plan.shown("hours_per_report"), plan.shown("mastery_share")) == (6, 20)


def test_shares_are_exact():
    plan = CapacityPlan()
    plan.move({"mastery_share": "29", "admin_share": "0"})
    assert plan.capacity.arithmetic[0] == "29 % of 40 h for your own expertise = 11.6 h."


@pytest.mark.parametrize("text", ["9", "9999", "-1", "a lot", "NaN", "1e3", "٣"])
def test_values_that_no_slider_has_change_nothing(text):
    plan = CapacityPlan()
    plan.move({"hours_per_week": text})
    assert plan.problem
    assert plan.shown("hours_per_week") == 40
    plan.move({"hours_per_week": "60"})
    assert plan.problem == ""


def test_the_warning_comes_with_more_than_a_few():
    plan = CapacityPlan()
    assert plan.capacity.warning == ""
    plan.move({"mastery_share": "10"})
    assert "three to five" in plan.capacity.warning


# On this device


class Device:
    """A browser's storage, which can be full."""

    def __init__(self, instrument=INSTRUMENT):
        self.kept = {}
        self.full = False
        self.model = PastResults(instrument, tell=self.told)
        self.answer()

    def told(self, message):
        if self.full and "keep" in message:
            self.answer(refused=True)
            return
        self.kept.update(message.get("keep", {}))
        if "drop" in message:
            for each in self.kept.copy() if message["drop"] is None else message["drop"]:
                del self.kept[each]
        self.answer()

    def answer(self, *, refused=False):
        self.model.found({"results": list(self.kept.values()), "refused": refused})


def result(value=7, *, day=DAY, instrument=INSTRUMENT):
    answers = {
        item.id: 10 - value if item.mastery_side == "left" else value for item in instrument.items
    }
    made = score(instrument, answers)
    return KeptResult(
        instrument_id=instrument.id,
        instrument_version=instrument.version,
        taken=day,
        answers=answers,
        total=made.total,
        band=str(made.band),
    )


@pytest.fixture
def device():
    made = Device()
    made.model.current = result()
    return made


def keep(device, *results):
    for each in results:
        device.model.current = each
        device.model.keep()


def test_nothing_is_kept_by_itself(device):
    assert device.kept == {}
    assert not device.model.is_kept


def test_a_result_is_kept_once_and_the_page_says_so(device):
    device.model.keep()
    assert device.model.is_kept
    assert device.model.done == "Kept on this device."
    device.model.keep()
    assert len(device.kept) == 1


def test_the_shown_result_is_on_the_time_line_once(device):
    keep(device, result(3, day=date(2024, 1, 1)), result(5, day=date(2025, 1, 1)))
    device.model.current = result()
    assert [each.total for each in device.model.comparable] == [45, 75, 105]
    device.model.keep()
    assert [each.total for each in device.model.comparable] == [45, 75, 105]


def test_a_change_is_distinguished_from_measurement_error(device):
    keep(device, result(3, day=date(2024, 1, 1)), result(6, day=date(2025, 1, 1)))
    device.model.current = result()
    (last, small), (first, large) = device.model.changes
    assert last == "From 1 January 2025 to 1 March 2026"
    assert "no change at all" in small
    assert first == "From 1 January 2024 to 1 March 2026"
    assert "something has probably changed" in large


def test_an_older_shown_result_is_sorted_by_its_day(device):
    keep(device, result(3, day=date(2024, 1, 1)), result(6, day=date(2027, 1, 1)))
    device.model.current = result(5, day=date(2025, 1, 1))
    assert [each.total for each in device.model.comparable] == [45, 75, 90]
    assert device.model.changes[0][0] == "From 1 January 2025 to 1 January 2027"


def test_one_result_changes_nothing(device):
    assert device.model.changes == ()
    device.model.keep()
    assert device.model.changes == ()


def test_results_of_another_version_are_kept_and_never_compared(device):
    moved = INSTRUMENT.with_cut_scores(management_below=60, mastery_above=95)
    keep(device, result(3, day=date(2024, 1, 1), instrument=moved))
    device.model.current = result()
    assert len(device.model.kept) == 1
    assert device.model.changes == ()
    assert [each.total for each in device.model.comparable] == [105]


def test_without_norms_it_says_why_nothing_can_be_said():
    plain = Instrument.plain(["a", "b"], management_below=7, mastery_above=14)
    device = Device(plain)
    keep(device, result(3, day=date(2024, 1, 1), instrument=plain))
    device.model.current = result(9, instrument=plain)
    assert "has no norms" in device.model.changes[0][1]


def test_a_full_browser_says_so_and_nothing_is_lost(device):
    keep(device, result(3, day=date(2024, 1, 1)))
    device.full = True
    device.model.current = result()
    device.model.keep()
    assert device.model.problem == NO_ROOM
    assert device.model.done == ""
    assert len(device.model.kept) == 1


def test_removing_takes_one_and_deleting_all(device):
    keep(device, result(3, day=date(2024, 1, 1)), result(5, day=date(2025, 1, 1)))
    device.model.remove(device.model.kept[0].identity)
    assert [each.total for each in device.model.kept] == [75]
    device.model.remove("../../draft")
    assert len(device.kept) == 1
    device.model.remove_all()
    assert device.kept == {}
    assert device.model.done == "All past results are deleted from this device."


def test_exported_results_can_be_added_on_another_device(device):
    keep(device, *(result(value, day=DAY + timedelta(days=value)) for value in range(5)))
    other = Device()
    other.model.take_in(device.model.export(), name="mine.json")
    assert other.model.kept == device.model.kept
    assert other.model.done == "5 results added from mine.json."
    other.model.take_in(device.model.export(), name="mine.json")
    assert other.model.done == "Nothing new in mine.json: all its results are kept here already."
    assert len(other.kept) == 5


def test_a_single_result_can_be_added_from_a_file(device):
    device.model.take_in(as_json(kept_document(result(3))), name="one.json")
    assert device.model.done == "1 result added from one.json."


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"{}", "holds no result"),
        (b"\x89PNG", "is not UTF-8"),
        (b'{"format": "careerpath-result", "format_version": 7}', "another version of careerpath"),
        (bytes(3_000_000), "is larger than 2 MB"),
    ],
)
def test_a_file_of_something_else_is_reported_and_nothing_is_lost(device, raw, told):
    device.model.keep()
    with pytest.raises(CareerpathError, match=told):
        device.model.take_in(raw, name="other.json")
    assert len(device.kept) == 1


def test_the_number_of_kept_results_is_limited(device):
    many = [result(day=DAY - timedelta(days=number)) for number in range(MOST)]
    device.model.take_in(as_json(several_document(many)), name="many.json")
    assert len(device.model.kept) == MOST
    device.model.current = result(3)
    with pytest.raises(CareerpathError, match="remove some first"):
        device.model.keep()
    assert len(device.kept) == MOST


@pytest.mark.parametrize(
    "strange", [None, 7, "x", [], {"format": "careerpath-result", "format_version": 2}, {"a": 1}]
)
def test_an_entry_that_cannot_be_read_is_counted_and_left_as_it_is(device, strange):
    device.kept["strange"] = strange
    device.model.keep()
    assert device.model.unread == 1
    assert len(device.model.kept) == 1
    assert device.kept["strange"] == strange


@pytest.mark.parametrize("content", [{}, {"results": None}, {"results": {"a": 1}}, {"refused": 1}])
def test_a_browser_can_send_anything(device, content):
    device.model.found(content)
    assert device.model.kept == ()


def test_a_forged_total_in_the_browser_is_recalculated(device):
    device.kept["x"] = {**kept_document(result(3)), "total": 150, "band": "mastery"}
    device.answer()
    assert device.model.kept[0].total == 45
