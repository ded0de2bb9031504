"""The mouse, moved as by a hand."""

from playwright.sync_api import Locator, Page


def drag(page: Page, handle: Locator, across: float) -> None:
    """Take a handle with the mouse and move it, in several steps as a hand does."""
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(1, 9):
        page.mouse.move(x + across * step / 8, y + step, steps=2)
    page.mouse.up()
