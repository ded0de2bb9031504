"""A page used by keyboard alone."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

MOST_TABS = 120


def tab_to(target: Locator) -> None:
    """Press Tab until an element has the focus; fail if it never has."""
    page: Page = target.page
    expect(target).to_be_visible()
    for _ in range(MOST_TABS):
        if target.evaluate("(element) => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never reaches {target}")


def press(target: Locator, key: str = "Enter") -> None:
    """Go to an element by keyboard, and press a key on it."""
    tab_to(target)
    target.page.keyboard.press(key)
