"""Measure how soon a page can be used and what a visitor costs, in careerpath and elsewhere.

Compares the assessment and fifteen sliders in careerpath, in plain Voilà, Streamlit, Panel and
NiceGUI. No page is prepared for a visitor. One run opens all pages in turn, each time in a real
browser with an empty cache and in alternating order, so that other load on the machine affects all
alike. Requests to other hosts fail at once and are counted. Prints two Markdown tables, of medians
and of goals, and exits with status 1 if a goal is missed::

    make bench

*First paint* is the browser's first contentful paint. *Slider shown*: the slider of the first
question is visible; in the assessment after Start was pressed, as soon as that was possible.
*Usable*: the slider can be moved. The slider has the focus, the arrow key is pressed, Python gets
the message, and its answer is in the page: a line of text, or in the assessment the button for the
next question. A key without an effect is pressed again after a second. These times come from the
page's own clock, read in each frame, and start with the navigation. *Sent*: all responses until
then, as sent over the network, and all websocket messages before compression.

*Memory a visitor* is measured with a few pages that are open together: when they are usable, and in
the assessment again when all questions are answered and the result is shown. *USS* is what a
visitor's process has to itself. *PSS* is how much all processes of the server together have grown
for each visitor; memory that they share counts once, so it includes no template process. What a
*template process* takes is told apart: it is there once, for all visitors of a page.
"""

from __future__ import annotations

import argparse
import base64
import os
import re
import shutil
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from contenders import PEERS_PYTHON, Contender, contenders
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, sync_playwright

from careerpath import load_instrument

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
#: Pages that are open together to measure a visitor's memory.
TOGETHER = 5
#: Seconds after which a page that is not usable counts as failed.
PATIENCE = 60.0
#: Milliseconds after which a key without an effect is pressed again.
AGAIN = 1000
SETTLE = 300
#: The figures that have a goal.
FIGURES = {
    "first_paint": "first paint",
    "usable": "usable",
    "uss_result": "a visitor at the result, USS",
    "pss_result": "a visitor at the result, PSS",
}

#: In each frame, search for a visible element with a text, in shadow roots too. Resolves to the
#: page's own time, or to null after the time limit. Playwright's own locators search only twice a
#: second after a while.
WATCH = """
window.benchmark = (selector, says, then, patience) => new Promise((resolve) => {
  const deadline = performance.now() + patience;
  const search = (root) => {
    for (const each of root.querySelectorAll(selector))
      if (each.getClientRects().length && new RegExp(says).test(each.textContent)) return each;
    for (const each of root.querySelectorAll("*")) {
      const found = each.shadowRoot && search(each.shadowRoot);
      if (found) return found;
    }
    return null;
  };
  const look = () => {
    const found = search(document);
    if (!found && performance.now() < deadline) return requestAnimationFrame(look);
    if (found && then) found[then]();
    resolve(found ? performance.now() : null);
  };
  look();
})
"""
HEADER = """\
| page | first paint | slider shown | usable | sent | a visitor when usable: USS, PSS | \
at the result: USS, PSS | template process | requests to other hosts |
|---|--:|--:|--:|--:|--:|--:|--:|--:|"""
SHARES = """\
| figure | compared with | the assessment's share | goal |
|---|---|--:|--:|"""


def see(
    page: Page, selector: str, *, says: str = "", then: str = "", patience: float = PATIENCE * 1000
) -> float | None:
    """Wait for an element, and act on it. Returns the page's time in seconds, or None."""
    wanted = [selector, says, then, patience]
    milliseconds = page.evaluate("(wanted) => window.benchmark(...wanted)", wanted)
    return None if milliseconds is None else float(milliseconds) / 1000


def use(page: Page, contender: Contender) -> tuple[float, float]:
    """Open the page and move its first slider. Returns when it was shown and when it was usable."""
    address = contender.server.url + contender.path
    page.goto(address, wait_until="commit", timeout=PATIENCE * 1000)
    if contender.start:
        see(page, contender.start, then="click")
    shown = see(page, contender.slider, then="focus")
    deadline = time.monotonic() + PATIENCE
    while shown and time.monotonic() < deadline:
        page.keyboard.press("ArrowRight")
        if heard := see(page, contender.heard, says=contender.says, patience=AGAIN):
            return shown, heard
    missing = "its first slider had no effect" if shown else "its first slider was not shown"
    sys.exit(
        f"{contender.name}: {missing} in {PATIENCE:.0f} s. Its output:\n{contender.server.said}"
    )


def new_page(context: BrowserContext) -> Page:
    """Return an empty page with our search function."""
    page = context.new_page()
    page.add_init_script(WATCH)
    return page


def visit(browser: Browser, contender: Contender) -> None:
    """Open the page once with an empty cache, and record the figures."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = new_page(context)
    sent, elsewhere = count_bytes(context.new_cdp_session(page)), count_elsewhere(page)
    shown, usable = use(page, contender)
    page.wait_for_timeout(SETTLE)
    paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    contender.add(
        first_paint=paint / 1000,
        shown=shown,
        usable=usable,
        sent=sum(sent) / 1e6,
        elsewhere=len(elsewhere),
    )
    close(page)
    context.close()


def close(page: Page) -> None:
    """Leave as a person does. Closing the context would not tell the page."""
    page.goto("about:blank")
    page.close()


def finish(page: Page, contender: Contender) -> None:
    """Answer the questions after the first one, and go on to the result."""
    first, *others = load_instrument().item_ids
    see(page, f"[data-place$='/{first}'] {contender.heard}", then="click")
    for item in others:
        see(page, f"[data-item={item}] {contender.slider}", then="focus")
        page.keyboard.press("ArrowRight")
        see(page, f"[data-place$='/{item}'] {contender.heard}", then="click")
    see(page, f"[data-place=review] {contender.heard}", then="click")
    if not see(page, "[data-place=result]"):
        sys.exit(f"{contender.name}: no result was shown. Its output:\n{contender.server.said}")


def weigh(browser: Browser, contender: Contender) -> None:
    """Open a few pages together, and record the memory of a visitor."""
    server = contender.server
    before = server.memory()
    with ExitStack() as stack:
        pages = []
        for _ in range(TOGETHER):
            context = browser.new_context(viewport={"width": 1280, "height": 800})
            stack.callback(context.close)
            pages.append(new_page(context))
            use(pages[-1], contender)
        own, template = server.visitor_memory()
        grown = (server.memory() - before) / TOGETHER
        contender.add(uss=own, pss=grown, template=template)
        if contender.start:
            for page in pages:
                finish(page, contender)
            own, _ = server.visitor_memory()
            grown = (server.memory() - before) / TOGETHER
            contender.add(uss_result=own, pss_result=grown)
        for page in pages:
            close(page)


def count_bytes(session: CDPSession) -> list[float]:
    """Collect the sizes of all data that are sent to the page."""
    sizes: list[float] = []

    def frame(event: dict[str, dict[str, str | int]]) -> None:
        payload, is_text = str(event["response"]["payloadData"]), event["response"]["opcode"] == 1
        sizes.append(len(payload.encode() if is_text else base64.b64decode(payload)))

    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    session.on("Network.webSocketFrameReceived", frame)
    return sizes


def count_elsewhere(page: Page) -> list[str]:
    """Collect the page's requests to other hosts."""
    asked: list[str] = []
    page.on(
        "request",
        lambda request: (
            asked.append(request.url)
            if re.match(r"\w+://(?!127\.0\.0\.1[:/])", request.url)
            else None
        ),
    )
    return asked


def table(pages: list[Contender]) -> str:
    """Write the medians as a Markdown table."""
    rows = [HEADER]
    for each in pages:
        middle = each.medians()
        cells = [
            each.name,
            *(f"{middle[name]:.2f} s" for name in ("first_paint", "shown", "usable")),
            f"{middle['sent']:.2f} MB",
            sizes(middle["uss"], middle["pss"]),
            sizes(middle.get("uss_result"), middle.get("pss_result")),
            f"{middle['template']:.0f} MB" if middle["template"] else "none",
            f"{middle['elsewhere']:.0f} files" if middle["elsewhere"] else "none",
        ]
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def sizes(*megabytes: float | None) -> str:
    """Write sizes; that of a visitor's process is missing if one process serves all."""
    return ", ".join(f"{each:.1f} MB" for each in megabytes if each) or "-"


def goals(pages: list[Contender]) -> tuple[str, bool]:
    """Write the first page's shares of the others' medians. Returns whether all goals are met."""
    ours = pages[0].medians()
    rows, met = [SHARES], True
    for each in pages:
        for name, most in each.goals.items():
            share = ours[name] / each.medians()[name]
            met &= share <= most
            rows.append(f"| {FIGURES[name]} | {each.name} | {share:.2f} | at most {most:.2f} |")
    return "\n".join(rows), met


def main() -> int:
    """Measure and print. Returns 1 if a goal is missed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--only",
        default="",
        metavar="PATTERN",
        help="only the assessment and pages whose name matches this regular expression",
    )
    given = parser.parse_args()
    if not PEERS_PYTHON.exists():
        sys.exit("The peers are not installed. Run: make bench")
    executable = os.environ.get("CAREERPATH_BROWSER") or next(
        filter(None, map(shutil.which, BROWSERS)), None
    )
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        everything = contenders(folder)
        pages = everything[:1] + [e for e in everything[1:] if re.search(given.only, e.name)]
        for each in pages:
            stack.enter_context(each.server)
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        for turn in range(given.rounds + 1):
            print(f"Round {turn} of {given.rounds} ...", file=sys.stderr, flush=True)
            for each in pages if turn % 2 else reversed(pages):
                visit(browser, each)
            if turn == 0:  # The first round warms up disk and servers.
                for each in pages:
                    each.figures.clear()
        for each in pages:
            weigh(browser, each)
        shares, met = goals(pages)
        print(f"{table(pages)}\n\n{shares}")
        where = f"{os.cpu_count()} cores, Chromium {browser.version}"
        print(f"\nMedians of {given.rounds} rounds, {where}. To repeat: make bench")
        browser.close()
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
