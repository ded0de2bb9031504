"""Checks that everybody can use a screen: by eye, by thumb, on a narrow device."""

from collections.abc import Iterable

from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from kit.server_process import until
from playwright.sync_api import Page, ViewportSize

THUMB = 43.5
"""The least height of a target in pixels: 44, which some zooms round down."""
VIOLATIONS = {"resultTypes": ["violations"]}
#: Light and dark differ in nothing but colours.
RULES = {
    "light": VIOLATIONS,
    "dark": {**VIOLATIONS, "runOnly": ["color-contrast", "link-in-text-block"]},
}
#: Axe measures colours: nothing may move any more.
RUN = """async ([part, rules]) => {
  await Promise.allSettled(document.getAnimations().map((each) => each.finished));
  return axe.run(part || document, rules);
}"""


def everybody_can_use(
    page: Page,
    screen: str = "",
    *,
    part: str = "",
    targets: str = "",
    sizes: Iterable[ViewportSize] = (),
) -> None:
    """Check a screen, or a part of it, in light and dark: with axe, and its layout as `fits` does.

    It is checked in the size that it has, or in several.
    """
    before = page.viewport_size
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    for size in sizes or (before,):
        page.set_viewport_size(size)
        fits(page, screen, targets=targets)
        for scheme, rules in RULES.items():
            page.emulate_media(color_scheme=scheme)
            found = AxeResults(page.evaluate(RUN, [part, rules]))
            where = f"{screen}, {size['width']} px, {scheme}"
            assert not found.violations_count, f"{where}: {found.generate_report()}"
    page.set_viewport_size(before)


def fits(page: Page, screen: str = "", *, targets: str = "") -> None:
    """Check that nothing sticks out, and that a thumb hits the targets (a CSS selector)."""
    # A chart follows a new size a moment later. What sticks out for good fails here.
    until(
        lambda: page.evaluate("document.documentElement.scrollWidth <= innerWidth"),
        f"{screen} fits into {page.viewport_size}",
        patience=10,
    )
    small = page.evaluate(
        """([css, least]) => [...document.querySelectorAll(css || ":not(*)")]
          .filter((each) => each.checkVisibility())
          .filter((each) => each.getBoundingClientRect().height < least)
          .map((each) => each.outerHTML)""",
        [targets, THUMB],
    )
    assert not small, f"{screen}: too small for a thumb: {small}"
