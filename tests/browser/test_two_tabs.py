"""One person, two tabs of the assessment: no answer is lost without a message."""

from __future__ import annotations

import pytest
from kit.assessment_page import IDS, answer_by_key, open_assessment, slider, start
from playwright.sync_api import BrowserContext, expect

pytestmark = pytest.mark.browser

TOLD = "This questionnaire is open in another tab, too."


def test_their_answers_are_not_mixed(context: BrowserContext, server):
    first, second = context.new_page(), context.new_page()
    open_assessment(first, server)
    start(first)
    for item_id in IDS[:3]:
        answer_by_key(first, item_id, 9)
        first.keyboard.press("Enter")
    slider(first, "q04")
    second.bring_to_front()
    open_assessment(second, server)
    second.get_by_role("button", name="Start from the beginning").click()
    answer_by_key(second, "q01", 1)
    first.bring_to_front()
    answer_by_key(first, "q04", 9)
    first.reload()
    expect(first.get_by_text("You have answered 4 of 15 questions")).to_be_visible()


def test_answers_from_one_tab_are_offered_in_the_other(context: BrowserContext, server):
    first, second = context.new_page(), context.new_page()
    for page in (first, second):
        open_assessment(page, server)
        expect(page.get_by_role("button", name="Start", exact=True)).to_be_enabled()
    first.bring_to_front()
    start(first)
    answer_by_key(first, "q01", 9)
    second.bring_to_front()
    expect(second.get_by_text("You have answered 1 of 15 questions")).to_be_visible()
    expect(second.get_by_role("button", name="Start", exact=True)).to_have_count(0)
    second.get_by_role("button", name="Go on where I stopped").click()
    expect(slider(second, "q01")).to_have_js_property("value", "9")


def test_answering_in_both_tabs_shows_which_one_no_longer_keeps_answers(
    context: BrowserContext, server
):
    first, second = context.new_page(), context.new_page()
    for page in (first, second):
        open_assessment(page, server)
        start(page)
        slider(page, "q01")
    first.bring_to_front()
    answer_by_key(first, "q01", 9)
    expect(first.get_by_text(TOLD)).to_have_count(0)
    expect(second.get_by_role("alert")).to_contain_text(TOLD)
    second.bring_to_front()
    answer_by_key(second, "q01", 1)
    expect(second.get_by_text(TOLD)).to_have_count(0)
    expect(first.get_by_role("alert")).to_contain_text(TOLD)
    first.reload()
    first.get_by_role("button", name="Go on where I stopped").click()
    expect(slider(first, "q01")).to_have_js_property("value", "1")
