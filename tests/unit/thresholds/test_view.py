"""The threshold lab's view, without a browser: what it shows, and what a browser can send it."""

from __future__ import annotations

import base64
import re

import bqplot
import numpy as np
import pandas as pd
import pytest
from ipywidgets import Dropdown, FloatRangeSlider, IntRangeSlider
from traitlets import TraitError

from careerpath import CareerpathError, Instrument, load_instrument, simulate_cohort
from careerpath.room.coach.figures import RoomFigures
from careerpath.room.coach.room_histogram import RoomHistogram
from careerpath.thresholds.screen_reader import ScreenReaderText
from careerpath.thresholds.view import ThresholdsScreen
from careerpath.ui.html_view import HtmlView

INSTRUMENT = load_instrument()
MADE = simulate_cohort(INSTRUMENT, count=400, seed=7)
OURS = MADE.frame.drop(columns="person")
OTHERS = simulate_cohort(INSTRUMENT, count=250, mean=90, seed=8)


def parts(widget, kind):
    """Every widget of a kind, however deep it lies."""
    if isinstance(widget, kind):
        yield widget
    for child in getattr(widget, "children", ()):
        yield from parts(child, kind)


@pytest.fixture
def lab() -> ThresholdsScreen:
    return ThresholdsScreen({"everybody": MADE, "others": OTHERS}, INSTRUMENT)


def handles(lab: ThresholdsScreen) -> bqplot.Scatter:
    figure = next(parts(lab, bqplot.Figure))
    return next(mark for mark in figure.marks if getattr(mark, "enable_move", False))


def slider(lab: ThresholdsScreen | RoomHistogram) -> IntRangeSlider | FloatRangeSlider:
    return next(parts(lab, IntRangeSlider | FloatRangeSlider))


def bars(lab: ThresholdsScreen) -> bqplot.Bars:
    return next(each for each in next(parts(lab, bqplot.Figure)).marks if type(each) is bqplot.Bars)


def shown(lab: ThresholdsScreen) -> str:
    return " ".join(screen.html for screen in parts(lab, HtmlView))


def press(lab: ThresholdsScreen, content: object) -> None:
    """Deliver a message to every screen, as a browser could."""
    for screen in parts(lab, HtmlView):
        screen._handle_custom_msg(content, [])


def cuts_of(lab: ThresholdsScreen) -> tuple[float, float]:
    return lab.value.management_below, lab.value.mastery_above


def test_a_drag_on_the_picture_moves_the_slider_and_the_words(lab):
    handles(lab).x = np.array([49.5, 110.5])
    assert cuts_of(lab) == (50, 110)
    assert slider(lab).value == (50, 110)
    share = lab.model.effects.shares[2]
    assert f"{100 * share.share:.1f} %" in shown(lab)
    assert lab.model.effects.flows_in_words in shown(lab)
    assert bars(lab).y[2].sum() == share.count


def test_the_slider_moves_the_handles(lab):
    slider(lab).value = (60, 95)
    assert cuts_of(lab) == (60, 95)
    assert handles(lab).x.tolist() == [59.5, 95.5]


def test_while_a_handle_is_dragged_it_follows_the_hand_and_snaps_at_the_end(lab):
    marks = handles(lab)
    marks._handle_custom_msg({"event": "drag_start", "index": 1, "point": {}}, [])
    marks.x = np.array([49.5, 117.3])
    assert cuts_of(lab) == (50, 117)
    assert marks.x.tolist() == [49.5, 117.3]
    marks._handle_custom_msg({"event": "drag_end", "index": 1, "point": {}}, [])
    assert marks.x.tolist() == [49.5, 117.5]


def test_in_code_and_by_widget_are_the_same(lab):
    lab.move(management_below=58)
    assert slider(lab).value == (58, 100)
    assert handles(lab).x.tolist() == [57.5, 100.5]
    assert lab.instrument.cut_scores == lab.value


def test_a_cut_score_between_two_totals_stays_what_it_was_set_to(lab):
    lab.move(management_below=49.5)
    assert cuts_of(lab) == (49.5, 100)


@pytest.mark.parametrize(
    "sent", [[50.0], [[1.0, 2.0]], [float("nan"), 3.0], [], ["a", "b"], "50", 7.0]
)
def test_impossible_handles_are_refused_with_a_message(lab, sent):
    try:
        handles(lab).x = sent
    except TraitError:
        pass
    else:
        assert "Two cut scores are two numbers" in shown(lab)
    assert cuts_of(lab) == (50, 100)
    handles(lab).x = np.array([49.5, 99.5])
    assert cuts_of(lab) == (50, 99)
    assert "Two cut scores are two numbers" not in shown(lab)


@pytest.mark.parametrize(
    "content",
    [
        None,
        [],
        "save",
        {},
        {"action": None},
        {"action": "__class__"},
        {"action": ["save"]},
        {"action": "show", "values": {"item": "others"}},
        {"action": "y" * 1_000_000},
        {"event": "drag_end"},
    ],
)
def test_an_unknown_message_does_not_break_the_lab(lab, content):
    press(lab, content)
    assert cuts_of(lab) == (50, 100)
    assert lab.model.saved is None


def test_undo_and_reset_are_offered_when_there_is_something_to_undo(lab):
    assert re.search(r'data-action="undo" aria-disabled="true"', shown(lab))
    lab.move(management_below=60)
    lab.move(management_below=70)
    assert not re.search(r'data-action="undo" aria-disabled="true"', shown(lab))
    press(lab, {"action": "undo"})
    # Every screen was sent the message; only the one with the button acts on it.
    assert cuts_of(lab) == (60, 100)
    press(lab, {"action": "reset"})
    assert cuts_of(lab) == (50, 100)


def test_saving_offers_a_download_and_writes_nothing(lab, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lab.move(management_below=60)
    press(lab, {"action": "save"})
    name, content = re.search(
        r'download="([^"]+)" href="data:application/toml;base64,([^"]+)"', shown(lab)
    ).groups()
    assert name == f"{INSTRUMENT.id}-{INSTRUMENT.version}-60-100.toml"
    target = tmp_path / "downloaded.toml"
    target.write_bytes(base64.b64decode(content))
    assert load_instrument(target) == lab.instrument
    assert [each.name for each in tmp_path.iterdir()] == ["downloaded.toml"]


def test_saving_writes_to_the_folder_and_refuses_a_second_time(tmp_path):
    lab = ThresholdsScreen(MADE, INSTRUMENT, save_to=tmp_path)
    lab.move(management_below=60)
    press(lab, {"action": "save"})
    [file] = tmp_path.iterdir()
    assert load_instrument(file).cut_scores == lab.value
    assert file.name in shown(lab)
    press(lab, {"action": "save"})
    assert "exists already" in shown(lab)


def test_norms_are_written_if_the_analyst_says_so(tmp_path):
    lab = ThresholdsScreen({"ours": OURS}, INSTRUMENT, save_to=tmp_path)
    assert re.search(r'data-action="save" aria-disabled="true"', shown(lab))
    press(lab, {"action": "norms"})
    assert re.search(r'data-action="norms" checked', shown(lab))
    assert not re.search(r'data-action="save" aria-disabled', shown(lab))
    press(lab, {"action": "save"})
    [file] = tmp_path.iterdir()
    assert load_instrument(file).norms.count == 400
    press(lab, {"action": "norms"})
    assert not re.search(r'data-action="norms" checked', shown(lab))


@pytest.mark.parametrize(
    ("cohort", "why"),
    [(MADE, "these people are synthetic"), (OURS.head(99), "there are 99 people")],
)
def test_norms_that_are_held_back_say_why(cohort, why):
    lab = ThresholdsScreen(cohort, INSTRUMENT)
    assert re.search(r'data-action="norms" disabled', shown(lab))
    assert f"Held back: {why}" in shown(lab)
    press(lab, {"action": "norms"})
    assert not lab.model.with_norms


def voice(lab: ThresholdsScreen) -> ScreenReaderText:
    return next(parts(lab, ScreenReaderText))


def test_changes_are_announced_and_the_pictures_have_words(lab):
    lab.move(mastery_above=110)
    said = voice(lab).announcement
    assert lab.model.effects.flows_in_words in said
    assert f"mastery above 110: {100 * lab.model.effects.shares[2].share:.1f} %" in said
    assert "cut scores 50 and 110" in voice(lab).pictures["cp-lab-picture"]
    press(lab, {"action": "save"})
    assert voice(lab).announcement == "careerpath-15-1.0.0-50-110.toml is ready to download."


def test_groups_of_one_table_are_shown_and_compared():
    frame = OURS.assign(team=["north", "south"] * 200)
    lab = ThresholdsScreen(frame, INSTRUMENT, by="team")
    assert lab.model.names == ("everybody", "north", "south")
    _, compare = parts(lab, Dropdown)
    compare.value = "south"
    assert "everybody compared with south" in shown(lab)
    with pytest.raises(CareerpathError, match="need one table"):
        ThresholdsScreen({"a": frame}, INSTRUMENT, by="team")


def test_it_says_that_a_cohort_is_synthetic(lab):
    assert "Synthetic" in shown(lab)
    assert "Synthetic" not in shown(ThresholdsScreen(OURS, INSTRUMENT))
    mixed = ThresholdsScreen({"ours": OURS, "made up": OTHERS}, INSTRUMENT)
    assert "Synthetic" not in shown(mixed)
    mixed.model.compare("made up")
    assert "made up is synthetic" in shown(mixed)


def test_people_without_a_total_are_reported():
    frame = MADE.frame.astype({"q01": "float", "q02": "float"})
    frame.loc[:2, "q01"] = np.nan
    frame.loc[5, "q02"] = 11
    text = shown(ThresholdsScreen(frame, INSTRUMENT))
    assert "396 people" in text
    assert "3 unanswered" in text
    assert "1 out of range" in text


def test_it_says_what_alpha_is_not_and_what_each_figure_assumes(lab):
    assert "Alpha is not validity" in shown(lab)
    for name in ("Goodman", "Feldt", "Livingston and Lewis"):
        assert name in shown(lab)


def test_few_people_see_intervals_and_no_model():
    text = shown(ThresholdsScreen(MADE.frame.head(20), INSTRUMENT))
    assert "Held back: there are 20 people" in text
    assert "Accuracy</dt>" not in text
    assert re.search(r"\d+\.\d to \d+\.\d %", text)


@pytest.mark.parametrize("count", [0, 1])
def test_one_or_two_people_are_shown(count):
    lab = ThresholdsScreen(MADE.frame.head(count), INSTRUMENT)
    slider(lab).value = (60, 95)
    assert cuts_of(lab) == (60, 95)
    assert "Something went wrong" not in shown(lab)
    assert lab.snapshot().svg.startswith("<svg")


@pytest.mark.parametrize("people", [1, 2, 20, 400])
def test_the_picture_counts_in_whole_people(people):
    lab = ThresholdsScreen(OURS.head(people), INSTRUMENT)
    [axis] = [each for each in next(parts(lab, bqplot.Figure)).axes if each.label == "people"]
    assert np.array_equal(axis.tick_values, np.round(axis.tick_values))


def test_cohorts_are_chosen_and_compared(lab):
    show, compare = parts(lab, Dropdown)
    compare.value = "others"
    assert "everybody compared with others" in shown(lab)
    show.value = "others"
    assert lab.model.shown_name == "others"
    assert compare.value == "everybody"
    assert "others compared with everybody" in shown(lab)
    compare.value = ""
    assert "beside" not in shown(lab)


def test_one_cohort_has_nothing_to_choose():
    assert not list(parts(ThresholdsScreen(MADE, INSTRUMENT), Dropdown))


def open_file(lab: ThresholdsScreen, name: object, content: bytes) -> None:
    """Deliver a file to every screen, as a browser could."""
    for screen in parts(lab, HtmlView):
        screen._handle_custom_msg({"action": "open", "values": {"name": name}}, [content])


def test_an_opened_file_is_shown_and_can_be_compared():
    lab = ThresholdsScreen({"made up": MADE}, INSTRUMENT)
    lab.move(management_below=60)
    open_file(lab, "ours.csv", OURS.head(150).to_csv(index=False).encode())
    assert "ours.csv: 150 people" in shown(lab)
    assert "<strong>ours.csv</strong> was read: 150 people." in shown(lab)
    assert "Synthetic." not in shown(lab)
    assert cuts_of(lab) == (60, 100)
    show, compare = parts(lab, Dropdown)
    assert (show.value, show.options) == ("ours.csv", ("made up", "ours.csv"))
    compare.value = "made up"
    assert "ours.csv compared with made up" in shown(lab)
    show.value = "made up"
    assert "<strong>ours.csv</strong>" not in shown(lab)
    open_file(lab, "ours.csv", OURS.head(90).to_csv(index=False).encode())
    assert "ours.csv: 90 people" in shown(lab)


def test_a_file_that_cannot_be_read_says_why_and_the_next_one_clears_that(lab):
    open_file(lab, "<b>ours</b>.csv", b"q01\n1\n")
    assert "no column for 14 of 15 items" in shown(lab)
    assert "<b>" not in shown(lab)
    assert lab.model.shown_name == "everybody"
    open_file(lab, "ours.csv", OURS.to_csv(index=False).encode())
    assert "no column" not in shown(lab)


@pytest.mark.parametrize("name", [None, 7, ["ours.csv"], "y" * 1_000_000])
def test_a_file_with_an_impossible_name_does_not_break_the_lab(lab, name):
    open_file(lab, name, b"q01")
    assert lab.model.names == ("everybody", "others")
    assert "Traceback" not in shown(lab)


def test_the_name_of_a_cohort_is_always_escaped():
    evil = '<img src=x onerror="alert(1)">'
    lab = ThresholdsScreen({evil: MADE, "b": OTHERS}, INSTRUMENT, source=evil)
    lab.move(management_below=60)
    lab.model.compare("b")
    press(lab, {"action": "save"})
    assert evil not in shown(lab)
    assert evil not in lab.snapshot().svg


def test_half_points_have_a_slider_of_half_points():
    instrument = Instrument.plain(
        ["a", "b", "c"], maximum=2, step=0.5, management_below=2.5, mastery_above=4
    )
    frame = pd.DataFrame({"a": [0.5, 1, 2], "b": [1.5, 1, 2], "c": [0, 1, 2]})
    lab = ThresholdsScreen(frame, instrument)
    assert isinstance(slider(lab), FloatRangeSlider)
    slider(lab).value = (1.5, 4.5)
    assert cuts_of(lab) == (1.5, 4.5)


def test_a_snapshot_does_not_change_and_has_a_text(lab):
    before = lab.snapshot()
    lab.move(management_below=60)
    after = lab.snapshot()
    assert before.svg != after.svg
    assert "cut scores 50 and 100" in repr(before)
    assert "cut scores 60 and 100" in after._repr_svg_()
    assert "nobody ever gave these answers" in after.svg
    assert repr(lab) == "ThresholdsScreen(everybody: 400, others: 250; cut scores 60 and 100)"


def test_wrong_arguments_in_code_raise_errors(lab):
    with pytest.raises(CareerpathError):
        lab.move(management_below=120)
    with pytest.raises(CareerpathError):
        ThresholdsScreen({}, INSTRUMENT)


def test_the_sliders_show_a_fractional_cut_score_in_its_band():
    instrument = INSTRUMENT.with_cut_scores(management_below=49.5, mastery_above=100.5)
    lab = ThresholdsScreen(MADE, instrument)
    assert slider(lab).value == (50, 100)
    slider(lab).value = (50, 90)
    assert (lab.value.management_below, lab.value.mastery_above) == (49.5, 90)
    figures = RoomFigures(instrument, instrument.cut_scores, lab.tally)
    moves: list[object] = []
    room = RoomHistogram(figures, drag=moves.append, slide=moves.append)
    room.draw(figures, large=False)
    assert slider(room).value == (50, 100)
    assert moves == []
