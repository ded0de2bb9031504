"""Remake the README's picture from the running page, and one of each screen to look at.

`make screenshots` puts the picture into docs/screenshots, which is committed, and the screens, on
two devices in light and dark, into build/screenshots, which is not.
"""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from careerpath import load_instrument

ROOT = Path(__file__).parent.parent
SCREENS = ROOT / "build" / "screenshots"
DOCS = ROOT / "docs" / "screenshots"
LAPTOP: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 360, "height": 640}
ANSWERS = (8, 2, 4, 7, 3, 9, 6, 4, 7, 5, 2, 8, 7, 3, 6)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]


@contextmanager
def served() -> Iterator[str]:
    """Start the page and yield its address."""
    command = [sys.executable, "-m", "careerpath", "serve", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        line = process.stdout.readline() if process.stdout else ""
        if "ready at " not in line:
            sys.exit("The page did not start; what it said is above.")
        yield line.split("ready at ")[1].split()[0]
    finally:
        process.terminate()
        process.wait(20)


def settled(page: Page) -> None:
    """Wait until nothing moves."""
    page.evaluate("Promise.all(document.getAnimations().map((each) => each.finished))")


def walk(browser: Browser, address: str, *, device: str, scheme: Literal["light", "dark"]) -> None:
    """Go the whole way once, taking a picture of each screen."""
    size = PHONE if device == "phone" else LAPTOP
    context = browser.new_context(
        viewport=size, color_scheme=scheme, has_touch=device == "phone", device_scale_factor=2
    )
    page = context.new_page()

    def take(name: str, *, whole: bool = False) -> None:
        settled(page)
        page.screenshot(path=SCREENS / f"{name}-{device}-{scheme}.png", full_page=whole)

    page.goto(address)
    take("landing", whole=True)
    page.get_by_role("link", name="Start").click()
    page.get_by_role("button", name="Start", exact=True).click(trial=True)
    take("welcome", whole=True)
    page.get_by_role("button", name="Start", exact=True).click()
    for item_id, value in zip(load_instrument().item_ids, ANSWERS, strict=True):
        slider = page.locator(f".cp-slider[data-item={item_id}] input")
        expect(slider).to_be_focused()
        if item_id == "q01":
            take("unanswered")
        box = slider.bounding_box()
        if not box:
            sys.exit(f"The slider of {item_id} is not on the screen.")
        at = 22 + (box["width"] - 44) * value / 10
        page.mouse.click(box["x"] + at, box["y"] + box["height"] / 2)
        page.locator("[data-action=next]:not([disabled])").wait_for()
        if item_id == "q04":
            take("question")
        page.locator("[data-action=next]").click()
    page.get_by_role("button", name="See my result").wait_for()
    take("review", whole=True)
    page.get_by_role("button", name="See my result").click()
    page.get_by_role("heading", name="How sure is this?").wait_for()
    take("result", whole=True)
    context.close()


def overview(browser: Browser) -> None:
    """Put a laptop and a phone side by side, for the top of the README."""

    def picture(name: str) -> str:
        data = base64.b64encode((SCREENS / f"{name}.png").read_bytes()).decode()
        return f"data:image/png;base64,{data}"

    page = browser.new_page(viewport={"width": 1180, "height": 640}, device_scale_factor=2)
    page.set_content(
        f"""<body style="margin:0;height:640px;display:flex;gap:40px;align-items:center;
        justify-content:center;background:#e7e5e4">
        <style>div{{overflow:hidden;border:10px solid #292524;background:#292524;
        box-shadow:0 12px 40px #0004}}img{{display:block;width:100%}}</style>
        <div style="width:800px;border-radius:22px">
        <img src="{picture("question-laptop-light")}"></div>
        <div style="width:262px;height:520px;border-radius:34px">
        <img src="{picture("result-phone-dark")}"></div></body>"""
    )
    page.screenshot(path=DOCS / "overview.png")
    page.close()


def main() -> None:
    """Take every picture."""
    for folder in (SCREENS, DOCS):
        folder.mkdir(parents=True, exist_ok=True)
    executable = os.environ.get("CAREERPATH_BROWSER") or None
    with served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        for device in ("phone", "laptop"):
            walk(browser, address, device=device, scheme="light")
            walk(browser, address, device=device, scheme="dark")
        overview(browser)
        browser.close()


if __name__ == "__main__":
    main()
