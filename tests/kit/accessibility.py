"""What would keep somebody from using a screen: for eyes, for thumbs, on a narrow device."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

THUMB = 43.5
"""The least height of a target in pixels: 44, which some zooms round down."""


def everybody_can_use(page: Page, screen: str = "", *, targets: str = "") -> None:
    """Hold a screen to axe in light and dark, its targets (CSS) to a thumb, and its width."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        # Axe measures colours: nothing may move any more.
        page.evaluate("Promise.allSettled(document.getAnimations().map((each) => each.finished))")
        outcome = Axe().run(page)
        assert not outcome.violations_count, f"{screen}, {scheme}: {outcome.generate_report()}"
    if targets:
        small = page.evaluate(
            """([css, least]) => [...document.querySelectorAll(css)]
              .filter((each) => each.checkVisibility())
              .filter((each) => each.getBoundingClientRect().height < least)
              .map((each) => each.outerHTML)""",
            [targets, THUMB],
        )
        assert small == [], screen
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, screen
