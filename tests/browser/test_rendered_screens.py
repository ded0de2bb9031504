"""Checks that everybody can use each state of each screen, without a server and a kernel.

Other tests check the same on the real page, once for each feature, with its charts and controls.
"""

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from typing import Any

import pytest
from ipywidgets import Widget
from kit.accessibility import everybody_can_use, fits
from kit.assessment_page import IDS, INSTRUMENT, LAPTOP
from kit.rendered_screen import SITE, page_of
from playwright.sync_api import Page, ViewportSize, expect

from careerpath import (
    AssessmentScreen,
    CutScores,
    DualLadder,
    LadderScreen,
    RoomScreen,
    ThresholdsScreen,
    TopTenScreen,
    open_store,
    simulate_cohort,
)
from careerpath.core.answers_link import encode_answers
from careerpath.core.result_file import KeptResult, kept_document
from careerpath.ladder.kept import KeptLadder, write_kept
from careerpath.ladder.report import LadderReport
from careerpath.questionnaire.model import Phase
from careerpath.room.coach.model import Confirmation, RoomStage, take_snapshot
from careerpath.room.coach.summary import RoomSummary
from careerpath.room.participant.model import UNREACHED, JoinState, ShareState
from careerpath.ui.html_view import Action
from careerpath.what_next.choices import TITLES, Choice
from careerpath.what_next.report import ResultReport

pytestmark = pytest.mark.browser

SIZES: tuple[ViewportSize, ...] = (LAPTOP["viewport"], {"width": 320, "height": 568})
#: A laptop's window with a zoom of 200 %.
ZOOMED: ViewportSize = {"width": 640, "height": 400}
BOTH = dict.fromkeys(IDS, 7)
MASTERY = dict(zip(IDS, (8, 2, 4, 7, 3, 9, 6, 4, 7, 5, 2, 8, 7, 3, 6), strict=True))
TITLE = "Lisbon workshop"
TARGETS = (
    "button, textarea, summary, .cp-file, .cp-radio, .cp-link, .cp-room a, .cp-ladder a, "
    "input:not([type=checkbox], .cp-next :is(.cp-hidden, [type=radio]))"
)
States = Iterator[tuple[Any, ...]]
"""What each state shows, its screen or page, and the only part that has changed (or nothing)."""


def opened() -> AssessmentScreen:
    """The questionnaire, once the browser has looked for a draft."""
    screen = AssessmentScreen()
    screen._session.looked = True
    return screen


def result() -> AssessmentScreen:
    screen = opened()
    screen.model.answers, screen.model.taken = MASTERY, date(2026, 3, 1)
    screen.model.phase = Phase.RESULT
    return screen


def pages_of_the_site() -> States:
    yield "What it is not", SITE.landing()
    yield "Type the six letters", SITE.join("")
    yield "Six letters, please.", SITE.join("nonsense", problem="Six letters, please.")
    yield "Please wait.", SITE.message(heading="Full", text="Please wait.", again=True)


def assessment() -> States:
    screen = opened()
    yield "Your answers stay yours.", screen
    screen.model.start()
    yield "Choose a point on the line", screen
    screen.model.answer("q01", 5)
    yield "Keys: type a number", screen
    screen.model.leave()
    yield "Welcome back", screen
    screen.model.resume()
    screen.model.review()
    yield "No answer yet", screen
    screen.model.answers = BOTH
    yield "Your answers", screen
    screen.model.go_on()
    yield "How sure is this?", screen
    screen._session.trouble = "Something went wrong on our side."
    yield "Something went wrong", screen


def shared_link() -> States:
    screen = opened()
    screen._open_link(encode_answers(INSTRUMENT, MASTERY))
    yield "The 15 answers", screen
    screen._open_link("answers/1/x")
    yield "This link cannot be opened", screen


def participant() -> States:
    with closing(open_store("sqlite://")) as store:
        room = store.create_room(TITLE).room
    screen = opened()
    person = screen.participant
    person.refusal, person.join_state = "There is no room 'BCDFGH'", JoinState.REFUSED
    yield "Enter another code", screen
    person.refusal, person.join_state = UNREACHED, JoinState.UNREACHED
    yield "We try the room again", screen
    person.room, person.instrument, person.join_state = room, INSTRUMENT, JoinState.JOINED
    person.delivered = "Your answers from earlier are now shared with “Porto workshop”."
    yield "You are in the room", screen
    screen = result()
    person = screen.participant
    person.room, person.instrument, person.join_state = room, INSTRUMENT, JoinState.JOINED
    yield "Share with the room?", screen
    person.share_state = ShareState.WAITING
    yield "Not sent yet.", screen, ".cp-share"
    person.shared, person.share_state = MASTERY, ShareState.SHARED
    yield f"Shared with {TITLE}", screen, ".cp-share"
    person.refusal, person.share_state = "The room is closed.", ShareState.REFUSED
    yield "Not shared", screen, ".cp-share"


def what_next() -> States:
    screen = result()
    yield "What next", screen
    screen._open("steps")
    part = screen._what_next
    part.model.base = "http://localhost/assessment"
    old = KeptResult(
        instrument_id=INSTRUMENT.id,
        instrument_version=INSTRUMENT.version,
        taken=date(2025, 3, 1),
        answers=dict.fromkeys(IDS, 5),
        total=75,
        band="both",
    )
    part.model.past.found({"results": [kept_document(old)]})
    for choice, title in TITLES.items():
        part.model.opened = choice
        part.follow()
        yield title, screen, ".cp-next"
    part.model.opened = Choice.NOW
    part._act(Action("look", {"path": "both", "reports": "a few"}))
    yield "cannot be 'a few'", screen, ".cp-next"
    part._act(Action("look", {"path": "management", "reports": "20"}))
    yield "Suited to", screen, ".cp-next"
    part.model.opened = Choice.FEW
    part._act(Action("plan", {"mastery_share": "10"}))
    yield "three to five", screen, ".cp-next"
    part.model.opened = Choice.DEVICE
    part._act(Action("ask"))
    yield "Yes, delete all past results", screen, ".cp-next"


def ladder() -> States:
    screen = LadderScreen()
    yield "Start from the example", screen
    kept = write_kept(KeptLadder(DualLadder.example())).encode()
    screen._act(Action("kept", {"storage": "no"}, kept))
    yield "Go on with them", screen
    screen.model.start_from_example()
    yield "Nothing to fix", screen
    screen.model.level.open("Staff", "mastery")
    opened = str(screen.model.level.opened)
    rung = {"opened": opened, "side": "mastery", "title": "Staff specialist", "low": "x"}
    screen._act(Action("rung", rung))
    screen.model.ask(whether=True)
    yield "Delete them", screen
    screen._act(Action("remove rung", {"opened": opened, "side": "management"}))
    screen._act(Action("load", {"name": "a.csv"}, b"\xff"))
    yield "No management rung at this level.", screen


def top_ten() -> States:
    screen = TopTenScreen()
    yield "Nobody is on the list yet.", screen
    kinds = {"kind0": "master", "kind1": "manager", "kind2": "both", "name0": "Ana"}
    screen._act(Action("write", {**kinds, "share": "20"}))
    screen._act(Action("ask empty"))
    yield "Empty them", screen
    screen._act(Action("write", {**kinds, "share": "x"}))
    yield "Write 15 for 15 %", screen


def coach() -> States:
    with closing(open_store("sqlite://")) as store:
        screen = RoomScreen(open_store=lambda: store)
        model = screen.model
        yield "Open a new room", screen
        model.trouble = "No room has this code and coach key. Check both."
        yield "No room has this code", screen
        model.trouble = ""
        code = store.create_room(TITLE).code
        model._use(take_snapshot(store, code, seen=0))
        model.stage = RoomStage.CREATED
        yield "is ready", screen
        model.go_in()
        yield "Nothing is shown before 5 people", screen
        model.connected = False
        yield "The database does not answer.", screen
        model.connected = True
        model.show_presenter()
        yield "Full screen", screen
        for value in range(10):
            answers = {
                item.id: 9 - value if item.mastery_side == "left" else value
                for item in INSTRUMENT.items
            }
            store.add_response(code, answers, submission_id=f"seat {value}")
        store.reveal_room(code)
        store.set_cut_scores(code, CutScores(management_below=70, mastery_above=80))
        model._use(take_snapshot(store, code, seen=0))
        yield "from both to management", screen
        for slide in (2, 3):
            model.turn(1)
            yield f"{slide} of 7", screen
        model.show_controls()
        yield "Answers (CSV)", screen
        store.freeze_room(code)
        store.close_room(code)
        model._use(take_snapshot(store, code, seen=0))
        yield "It is closed", screen
        model.ask_to_confirm(Confirmation.DELETE)
        yield "No, keep it", screen
        yield "people shared", RoomSummary(model.room, INSTRUMENT, store.tally(code)).html()
        model._go(RoomStage.GONE)
        yield "This room is gone", screen


def lab() -> States:
    cohorts = {name: simulate_cohort(INSTRUMENT, seed=number) for number, name in enumerate("ab")}
    screen = ThresholdsScreen(cohorts, INSTRUMENT)
    yield "Who changes band", screen
    screen.move(management_below=60)
    screen.model.compare("b")
    screen._act(Action("save"))
    yield "a compared with b", screen


def saved_pages() -> States:
    yield "What this is not", ResultReport(instrument=INSTRUMENT, answers=MASTERY).html()
    yield (
        "mastery has none",
        LadderReport(DualLadder.example().without_rung("Staff", "mastery")).html(),
    )


FEATURES = (
    pages_of_the_site,
    assessment,
    shared_link,
    participant,
    what_next,
    ladder,
    top_ten,
    coach,
    lab,
    saved_pages,
)


@pytest.mark.parametrize("states", FEATURES, ids=[each.__name__ for each in FEATURES])
def test_everybody_can_use(page: Page, states):
    for words, shown, *part in states():
        if isinstance(shown, Widget):
            page.set_content(page_of(shown))
            page.locator("html[data-careerpath=ready]").wait_for(state="attached")
        else:
            page.set_content(shown)
        page.evaluate("document.querySelectorAll('details').forEach((each) => each.open = true)")
        expect(page.get_by_text(words).locator("visible=true").first).to_be_visible()
        everybody_can_use(page, words, part="".join(part), targets=TARGETS, sizes=SIZES)
        page.set_viewport_size(ZOOMED)
        fits(page, words, targets=TARGETS)
