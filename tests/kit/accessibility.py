"""Checks that everybody can use a screen: by eye, by thumb, on a narrow device."""

from collections.abc import Iterable

from axe_playwright_python.sync_playwright import Axe
from kit.assessment_page import LAPTOP, PHONE
from kit.server_process import until
from playwright.sync_api import Page, ViewportSize

THUMB = 43.5
"""The least height of a target in pixels: 44, which some zooms round down."""
#: A mouse shows more than a finger does (hints for keys), so pages are opened as on a laptop.
SIZES = (LAPTOP["viewport"], PHONE["viewport"])
FITS = "document.documentElement.scrollWidth <= innerWidth"
VIOLATIONS = {"resultTypes": ["violations"]}
#: Light and dark differ in nothing but colours.
RULES = {
    "light": VIOLATIONS,
    "dark": {**VIOLATIONS, "runOnly": ["color-contrast", "link-in-text-block"]},
}


def everybody_can_use(
    page: Page, screen: str = "", *, targets: str = "", sizes: Iterable[ViewportSize] = SIZES
) -> None:
    """Check a screen with axe, in light and dark, on a phone and on a laptop.

    Its targets (a CSS selector) have to be large enough for a thumb, and nothing may stick out.
    """
    before = page.viewport_size
    for size in sizes:
        page.set_viewport_size(size)
        # A chart follows a new size a moment later. What sticks out for good fails here.
        until(lambda: page.evaluate(FITS), f"{screen} fits into {size['width']} px")
        _check(page, f"{screen}, {size['width']} px", targets)
    page.set_viewport_size(before)


def _check(page: Page, screen: str, targets: str) -> None:
    for scheme, rules in RULES.items():
        page.emulate_media(color_scheme=scheme)
        # Axe measures colours: nothing may move any more.
        page.evaluate("Promise.allSettled(document.getAnimations().map((each) => each.finished))")
        outcome = Axe().run(page, options=rules)
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
    assert page.evaluate(FITS), screen
