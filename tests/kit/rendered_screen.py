"""A screen with its real HTML, scripts and styles in a page, without a server and a kernel."""

import json
from pathlib import Path
from typing import Any

from anywidget import AnyWidget
from ipywidgets import Box, HBox, Widget
from markupsafe import Markup

from careerpath import load_instrument
from careerpath.serving.assets import Assets
from careerpath.serving.pages import Page, find_pages
from careerpath.serving.site import Site

FRONTEND = Path(__file__).parents[2] / "frontend" / "src"
INSTRUMENT = load_instrument()
#: What a server sends around the widgets; the front end that it names is not loaded.
SITE = Site(
    base_url="/",
    assets=Assets(by_path={}, entry="", preload=(), modules={}),
    start="assessment",
    instrument=INSTRUMENT,
    pages=find_pages(None, INSTRUMENT),
)
#: Shows each widget that has a script of its own, as the front end does. No kernel answers it.
SHOW = """
const add = async (part, place) => {
  const el = place.appendChild(document.createElement("div"));
  if (part.script) {
    const sheet = document.createElement("style");
    sheet.textContent = part.style;
    document.head.append(sheet);
    const script = URL.createObjectURL(new Blob([part.script], { type: "text/javascript" }));
    const { default: widget } = await import(script);
    const [changes, nothing] = [[], () => {}];
    const get = (name) => part.state[name];
    const on = (event, tell) => event.startsWith("change:") && changes.push(tell);
    const model = { get, on, set: nothing, save_changes: nothing, off: nothing, send: nothing };
    widget.render({ model, el });
    for (const tell of changes) tell();
  }
  el.classList.add(...part.classes);
  for (const each of part.children) await add(each, el);
};
const screen = JSON.parse(document.getElementById("part").textContent);
await add(screen, document.querySelector(".cp-widget"));
document.getElementById("careerpath-skeleton").remove();
document.documentElement.dataset.careerpath = "ready";
"""


def page_of(screen: Widget) -> str:
    """Return the page that shows a screen.

    What other packages draw is left out: charts, and the sliders and menus of ipywidgets.
    """
    page = Page(slug="", notebook=Path(), title="A page", skeleton=Markup())
    part = json.dumps(_part(screen), default=str).replace("</", r"<\/")
    boxes = (FRONTEND / "boxes.css").read_text("utf-8")
    return (
        # The front end adds its styles before those of the page, which win.
        f"{SITE.head(page).replace('<style>', f'<style>{boxes}', 1)}{SITE.outputs(page)}"
        "<div class='cp-widget'></div>"
        f"<script id='part' type='application/json'>{part}</script></div></main>"
        f"<script type='module'>{SHOW}</script>"
    )


def _part(widget: Widget) -> dict[str, Any]:
    made: dict[str, Any] = {"classes": list(widget._dom_classes), "children": []}
    if isinstance(widget, AnyWidget):
        state = widget.get_state()
        return {**made, "script": state["_esm"], "style": state.get("_css", ""), "state": state}
    if isinstance(widget, Box):
        made["classes"] += ["widget-box", f"widget-{'h' if isinstance(widget, HBox) else 'v'}box"]
        made["children"] = [_part(each) for each in widget.children]
    return made
