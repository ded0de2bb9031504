"""Remake the pictures of the README and of docs/, and one of each screen to look at.

`make screenshots` puts the pictures into docs/screenshots, which is committed, and the screens, on
two devices in light and dark, into build/screenshots, which is not.
"""

from __future__ import annotations

import base64
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, FilePayload, Page, ViewportSize, expect, sync_playwright

from careerpath import load_instrument, open_store, simulate_cohort
from careerpath.room.room import OpenedRoom

ROOT = Path(__file__).parent.parent
SCREENS = ROOT / "build" / "screenshots"
DOCS = ROOT / "docs" / "screenshots"
LAPTOP: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 360, "height": 640}
HALL: ViewportSize = {"width": 1920, "height": 1080}
READY = re.compile(r"careerpath is ready at (\S+)")
Scheme = Literal["light", "dark"]
ANSWERS = (8, 2, 4, 7, 3, 9, 6, 4, 7, 5, 2, 8, 7, 3, 6)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]


@contextmanager
def served(database: str) -> Iterator[str]:
    """Start the page and yield its address."""
    command = [sys.executable, "-m", "careerpath", "serve", "--port", "0", "--database", database]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        lines = process.stdout or ()
        address = next((found[1] for line in lines if (found := READY.search(line))), None)
        if address is None:
            sys.exit("The page did not start; what it said is above.")
        yield address
    finally:
        process.terminate()
        process.wait(60)


def settled(page: Page) -> None:
    """Wait until nothing moves."""
    page.evaluate("Promise.all(document.getAnimations().map((each) => each.finished))")


def walk(browser: Browser, address: str, *, device: str, scheme: Scheme) -> None:
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
        page.locator("[data-action=next][aria-disabled=false]").wait_for()
        if item_id == "q04":
            take("question")
        page.locator("[data-action=next]").click()
    page.get_by_role("button", name="See my result").wait_for()
    take("review", whole=True)
    page.get_by_role("button", name="See my result").click()
    page.get_by_role("heading", name="How sure is this?").wait_for()
    take("result", whole=True)
    for choice in ("few", "device"):
        page.locator(f"#cp-choice-{choice}").click()
        page.locator(f"#cp-choice-{choice}[aria-expanded=true]").wait_for()
        take(f"result-{choice}", whole=True)
    context.close()


def fill_a_room(database: str) -> OpenedRoom:
    """Make a room in which 43 people who do not exist have shared."""
    instrument = load_instrument()
    people = simulate_cohort(instrument, count=43, seed=3).frame
    with closing(open_store(database)) as store:
        opened = store.create_room("Lisbon workshop", instrument)
        for number, row in enumerate(people[list(instrument.item_ids)].to_dict("records")):
            answers = {str(item): value for item, value in row.items()}
            store.add_response(opened.code, answers, submission_id=f"seat {number}")
    return opened


def coach(browser: Browser, address: str, opened: OpenedRoom, *, scheme: Scheme) -> None:
    """Show a room to the hall, before and after it is revealed."""
    context = browser.new_context(viewport=HALL, color_scheme=scheme)
    page = context.new_page()
    page.goto(f"{address}room")
    page.get_by_label("Code").fill(opened.code)
    page.get_by_label("Coach key").fill(opened.coach_key)
    page.get_by_role("button", name="Open it").click()
    page.get_by_role("button", name="Show it here").wait_for()
    settled(page)
    page.screenshot(path=SCREENS / f"control-{scheme}.png", full_page=True)
    page.get_by_role("button", name="Show it here").click()
    page.get_by_role("button", name="Full screen").wait_for()
    settled(page)
    page.screenshot(path=SCREENS / f"joining-{scheme}.png")
    page.get_by_role("button", name="Controls").click()
    page.get_by_role("button", name="Reveal").click()
    handles = page.locator(".cp-lab-picture .dot")
    expect(handles).to_have_count(2, timeout=30_000)
    page.get_by_role("button", name="Show it here").click()
    page.get_by_role("button", name="Next slide").wait_for()
    expect(handles).to_have_count(2, timeout=30_000)
    settled(page)
    page.screenshot(path=SCREENS / f"revealed-{scheme}.png")
    page.get_by_role("button", name="Controls").click()
    page.get_by_role("button", name="Hide").click()
    expect(handles).to_have_count(0)
    context.close()


def organisation(browser: Browser, address: str, *, device: str, scheme: Scheme) -> None:
    """Design two ladders from the example with a rung missing, and name ten people."""
    size = PHONE if device == "phone" else LAPTOP
    context = browser.new_context(viewport=size, color_scheme=scheme, device_scale_factor=2)
    page = context.new_page()
    page.goto(f"{address}dual-ladder")
    page.get_by_role("button", name="Start from the example").click()
    page.get_by_role("heading", name="Your two ladders").wait_for()
    settled(page)
    page.screenshot(path=SCREENS / f"ladders-{device}-{scheme}.png", full_page=device == "phone")
    page.goto(f"{address}top-ten")
    for name, kind in (("Ana", "Master"), ("B. K.", "Manager"), ("Chidi", "Both")):
        person = page.get_by_role("group").filter(has=page.get_by_label("Name or initials"))
        row = person.filter(has_not=page.locator("input:checked")).first
        row.get_by_label("Name or initials").fill(name)
        row.get_by_label(kind).check()
    expect(page.get_by_role("img", name="Of 3 people")).to_be_visible()
    settled(page)
    page.screenshot(path=SCREENS / f"top-ten-{device}-{scheme}.png", full_page=True)
    context.close()


def analyst(browser: Browser, address: str, *, device: str, scheme: Scheme) -> None:
    """Open a file in the threshold lab, and move a cut score."""
    size = PHONE if device == "phone" else LAPTOP
    context = browser.new_context(viewport=size, color_scheme=scheme, device_scale_factor=2)
    page = context.new_page()
    page.goto(f"{address}thresholds")
    handles = page.locator(".cp-lab-picture .dot")
    expect(handles).to_have_count(2, timeout=30_000)
    settled(page)
    page.screenshot(path=SCREENS / f"lab-{device}-{scheme}.png", full_page=device == "phone")
    instrument = load_instrument()
    people = simulate_cohort(instrument, count=180, seed=5).frame[list(instrument.item_ids)]
    file: FilePayload = {
        "name": "answers-2026.csv",
        "mimeType": "text/csv",
        "buffer": people.assign(team="north").to_csv(index=False).encode(),
    }
    page.get_by_label("Open a file").set_input_files(file)
    page.get_by_text("answers-2026.csv: 180 people").wait_for()
    page.get_by_role("slider", name="Management below").focus()
    for _ in range(6):
        page.keyboard.press("ArrowRight")
    page.get_by_text("below 56").wait_for()
    settled(page)
    page.screenshot(path=SCREENS / f"lab-file-{device}-{scheme}.png", full_page=True)
    context.close()


def overview(browser: Browser) -> None:
    """Put what the hall sees and a result on a phone side by side, for the top of the README."""

    def picture(name: str) -> str:
        data = base64.b64encode((SCREENS / f"{name}.png").read_bytes()).decode()
        return f"data:image/png;base64,{data}"

    page = browser.new_page(viewport={"width": 1180, "height": 600}, device_scale_factor=2)
    page.set_content(
        f"""<body style="margin:0;height:600px;display:flex;gap:36px;align-items:center;
        justify-content:center;background:#e7e5e4">
        <style>div{{overflow:hidden;border:10px solid #292524;background:#292524;
        box-shadow:0 12px 40px #0004}}img{{display:block;width:100%}}</style>
        <div style="width:806px;border-radius:18px">
        <img src="{picture("revealed-light")}"></div>
        <div style="width:262px;height:520px;border-radius:34px">
        <img src="{picture("result-phone-light")}"></div></body>"""
    )
    page.screenshot(path=DOCS / "overview.png")
    page.close()


def main() -> None:
    """Take every picture."""
    for folder in (SCREENS, DOCS):
        folder.mkdir(parents=True, exist_ok=True)
    executable = os.environ.get("CAREERPATH_BROWSER") or None
    schemes: tuple[Scheme, ...] = ("light", "dark")
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        database = f"sqlite:///{scratch}/rooms.db"
        opened = fill_a_room(database)
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        with served(database) as address:
            for scheme in schemes:
                for device in ("phone", "laptop"):
                    walk(browser, address, device=device, scheme=scheme)
                    organisation(browser, address, device=device, scheme=scheme)
                    analyst(browser, address, device=device, scheme=scheme)
                coach(browser, address, opened, scheme=scheme)
        overview(browser)
        for kept, name in (("revealed-light", "room"), ("ladders-laptop-light", "ladders")):
            (DOCS / f"{name}.png").write_bytes((SCREENS / f"{kept}.png").read_bytes())
        browser.close()


if __name__ == "__main__":
    main()
