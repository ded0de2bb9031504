"""The lean front end in a real browser, with small notebooks of its own."""

import json
import os
import re
import signal
from collections.abc import Iterator

import pytest
from kit.server_process import COPIED, ServerProcess, until, write_notebook
from playwright.sync_api import Page, WebSocketRoute, expect

pytestmark = pytest.mark.browser

MANY = (
    ("markdown", "# Words first"),
    """\
import ipywidgets
slider = ipywidgets.IntSlider(value=3, description="slide")
label = ipywidgets.Label("kernel: 3")
slider.observe(lambda change: setattr(label, "value", f"kernel: {change['new']}"), "value")
slider""",
    ("markdown", "Words between"),
    "label",
    """\
import anywidget, traitlets
class Counter(anywidget.AnyWidget):
    _esm = '''
    function render({ model, el }) {
      const button = document.createElement("button");
      const show = () => { button.textContent = `count ${model.get("value")}`; };
      button.onclick = () => { model.set("value", model.get("value") + 1); model.save_changes(); };
      model.on("change:value", show);
      show();
      el.append(button);
    }
    export default { render };
    '''
    value = traitlets.Int(0).tag(sync=True)
counter = Counter()
double = ipywidgets.Label("double: 0")
counter.observe(lambda change: setattr(double, "value", f"double: {2 * change['new']}"), "value")
ipywidgets.VBox([counter, double])""",
    """\
add = ipywidgets.Button(description="add ten")
add.on_click(lambda _: setattr(counter, "value", counter.value + 10))
add""",
    "print('printed')",
)

OUTPUT = """\
import ipywidgets
out = ipywidgets.Output()
button = ipywidgets.Button(description="say")
def say(_):
    with out:
        print("said <b>it</b>")
        display(ipywidgets.Label("a widget inside"))
button.on_click(say)
clear = ipywidgets.Button(description="clear")
clear.on_click(lambda _: out.clear_output())
with out:
    print("from the start")
ipywidgets.VBox([button, clear, out])"""

STRANGE = (
    """\
import ipywidgets, traitlets
class Strange(ipywidgets.DOMWidget):
    _model_name = traitlets.Unicode("StrangeModel").tag(sync=True)
    _model_module = traitlets.Unicode("not-installed").tag(sync=True)
    _model_module_version = traitlets.Unicode("1.0.0").tag(sync=True)
    _view_name = traitlets.Unicode("StrangeView").tag(sync=True)
    _view_module = traitlets.Unicode("not-installed").tag(sync=True)
    _view_module_version = traitlets.Unicode("1.0.0").tag(sync=True)
ipywidgets.VBox([Strange(), ipywidgets.Label("beside it")])""",
    """\
class Broken(Strange):
    _model_name = traitlets.Unicode("AmdModel").tag(sync=True)
    _model_module = traitlets.Unicode("amd-widget").tag(sync=True)
    _view_name = traitlets.Unicode("BrokenView").tag(sync=True)
    _view_module = traitlets.Unicode("amd-widget").tag(sync=True)
Broken()""",
    "ipywidgets.Label('after it')",
)

FAILING = """\
import ipywidgets
button = ipywidgets.Button(description="fail")
def fail(_):
    raise LookupError("a secret of the kernel")
button.on_click(fail)
button"""

# A widget as packages ship them for classic Jupyter, in the style that fills `exports`.
BUNDLE = """\
define("amd-widget", ["module", "exports", "@jupyter-widgets/base", "@jupyter-widgets/controls"],
  (module, exports, base, controls) => {
    exports.AmdModel = class extends base.DOMWidgetModel {};
    exports.AmdView = class extends base.DOMWidgetView {
      render() { this.el.textContent = `amd: ${typeof controls.IntSliderModel} ${module.id}`; }
    };
    exports.BrokenView = class extends base.DOMWidgetView {
      render() { throw new Error("a secret of the author"); }
    };
  });
"""

AMD = """\
import ipywidgets, traitlets
class Amd(ipywidgets.DOMWidget):
    _model_name = traitlets.Unicode("AmdModel").tag(sync=True)
    _model_module = traitlets.Unicode("amd-widget").tag(sync=True)
    _model_module_version = traitlets.Unicode("1.0.0").tag(sync=True)
    _view_name = traitlets.Unicode("AmdView").tag(sync=True)
    _view_module = traitlets.Unicode("amd-widget").tag(sync=True)
    _view_module_version = traitlets.Unicode("1.0.0").tag(sync=True)
Amd()"""


@pytest.fixture(scope="module", params=["copy", "cold"])
def small(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServerProcess]:
    """Small pages whose kernels are copies, and then as Jupyter starts them."""
    folder = tmp_path_factory.mktemp("small")
    write_notebook(folder / "many.ipynb", *MANY, **COPIED)
    write_notebook(folder / "output.ipynb", OUTPUT, **COPIED)
    write_notebook(folder / "strange.ipynb", *STRANGE, **COPIED)
    write_notebook(folder / "failing.ipynb", FAILING, **COPIED)
    write_notebook(folder / "amd.ipynb", AMD, **COPIED)
    write_notebook(folder / "words.ipynb", ("markdown", "Words alone"))
    bundle = tmp_path_factory.mktemp("jupyter") / "nbextensions" / "amd-widget" / "index.js"
    bundle.parent.mkdir(parents=True)
    bundle.write_text(BUNDLE)
    path = os.pathsep.join([str(bundle.parents[2]), os.environ.get("JUPYTER_PATH", "")])
    options = {"environment": {"JUPYTER_PATH": path}, "cold": request.param == "cold"}
    with ServerProcess(notebooks=folder, **options) as started:
        started.wait_until_ready()
        yield started


def ready(page: Page, url: str) -> str:
    """Open a page and wait until all its widgets are drawn; the id of its kernel."""
    page.goto(url)
    expect(page.locator("html[data-careerpath=ready]")).to_be_attached()
    config = page.locator("#careerpath-config").text_content()
    assert config
    return str(json.loads(config)["kernelId"])


def slide(page: Page, value: int) -> None:
    """Move the slider one step by the keyboard."""
    page.get_by_role("slider").press("ArrowRight")
    expect(page.get_by_text(f"kernel: {value}", exact=True)).to_be_visible()


def test_outputs_come_in_order_and_values_go_both_ways(small, page):
    noise, elsewhere = [], []
    page.on(
        "console",
        lambda message: message.type in {"error", "warning"} and noise.append(message.text),
    )
    page.on("pageerror", lambda error: noise.append(str(error)))
    page.on(
        "request",
        lambda request: (
            request.url.startswith((small.url, "blob:", "data:")) or elsewhere.append(request.url)
        ),
    )
    ready(page, f"{small.url}many")
    text = page.locator("main").inner_text()
    shown = [
        "Words first",
        "slide",
        "Words between",
        "kernel: 3",
        "count 0",
        "double: 0",
        "printed",
    ]
    places = [text.index(each) for each in shown]
    assert places == sorted(places)
    slide(page, 4)
    page.get_by_role("button", name="count 0").click()
    expect(page.get_by_text("double: 2")).to_be_visible()
    page.get_by_role("button", name="add ten").click()
    expect(page.get_by_role("button", name="count 11")).to_be_visible()
    expect(page.get_by_text("double: 22")).to_be_visible()
    assert noise == []
    assert elsewhere == []


def test_a_page_with_text_only(small, page):
    ready(page, f"{small.url}words")
    expect(page.get_by_text("Words alone")).to_be_visible()
    expect(page.get_by_text("One moment")).to_have_count(0)


def test_an_output_widget_shows_what_the_kernel_prints(small, page):
    ready(page, f"{small.url}output")
    expect(page.get_by_text("from the start")).to_be_visible()
    page.get_by_role("button", name="say").click()
    expect(page.get_by_text("said <b>it</b>")).to_be_visible()
    expect(page.get_by_text("a widget inside")).to_be_visible()
    page.get_by_role("button", name="clear").click()
    expect(page.get_by_text("from the start")).to_have_count(0)


def test_an_unknown_or_broken_widget_leaves_a_plain_sentence(small, page):
    said = []
    page.on("console", lambda message: message.type == "error" and said.append(message.text))
    ready(page, f"{small.url}strange")
    unknown = "This part of the page needs “not-installed”, which this server does not have."
    expect(page.get_by_text(unknown)).to_be_visible()
    expect(page.get_by_text("This part of the page could not be shown.")).to_be_visible()
    expect(page.get_by_text("beside it")).to_be_visible()
    expect(page.get_by_text("after it")).to_be_visible()
    assert "secret" not in page.locator("body").inner_text()
    assert any("not-installed" in each for each in said)


def test_a_bundle_that_fills_exports(small, page):
    ready(page, f"{small.url}amd")
    expect(page.get_by_text("amd: function amd-widget")).to_be_visible()


def test_a_failing_callback_shows_its_log_id_and_nothing_of_its_traceback(small, page):
    ready(page, f"{small.url}failing")
    page.get_by_role("button", name="fail").click()
    told = page.locator("#careerpath-banner")
    expect(told).to_have_text(re.compile(r"Something went wrong on our side \(id [0-9a-f]{8}\)"))
    assert "secret" not in page.content()
    found = re.search(r"id ([0-9a-f]{8})", told.inner_text())
    assert found
    until(lambda: f" id={found[1]} " in small.said, "the id is in the log")
    until(lambda: "a secret of the kernel" in small.said, "and what went wrong")


def test_a_dead_kernel_is_reported_and_a_reload_starts_a_new_one(small, page):
    before = set(small.kernel_processes())
    kernel = ready(page, f"{small.url}many")
    (process,) = set(small.kernel_processes()) - before
    content = page.get_by_role("heading", name="Words first")
    place = content.bounding_box()
    os.kill(process, signal.SIGKILL)
    told = page.locator("#careerpath-banner")
    expect(told).to_contain_text("This page went to sleep.", timeout=20_000)
    # The server does not know whether somebody else's notebook keeps anything.
    expect(told).not_to_contain_text("kept")
    assert content.bounding_box() == place, "the banner moves nothing"
    # A press now does nothing, and raises no error.
    thrown = []
    page.on("pageerror", lambda error: thrown.append(str(error)))
    page.get_by_role("button", name="add ten").click()
    page.get_by_role("slider").press("ArrowRight")
    assert thrown == []
    assert not small.lives(kernel)
    page.get_by_role("button", name="Reload and go on").click()
    expect(page.locator("html[data-careerpath=ready]")).to_be_attached()
    expect(told).to_be_empty()
    slide(page, 4)


class Cable:
    """The websocket between page and server, which a test can cut."""

    def __init__(self, page: Page) -> None:
        self.whole = True
        self.swallow = False
        self.swallowed = 0
        self._route: WebSocketRoute | None = None
        page.route_web_socket(re.compile(r"/channels\?"), self._connect)

    def _connect(self, route: WebSocketRoute) -> None:
        if not self.whole:
            route.close(code=1011)
            return
        self._route = route
        far = route.connect_to_server()

        def forward(message: str | bytes) -> None:
            if self.swallow:
                self.swallowed += 1
            else:
                far.send(message)

        route.on_message(forward)

    def cut(self) -> None:
        self.whole = False
        assert self._route is not None
        self._route.close(code=1011)


def test_a_lost_connection_that_comes_back(small, page):
    cable = Cable(page)
    ready(page, f"{small.url}many")
    slide(page, 4)
    told = page.locator("#careerpath-banner")
    expect(told).to_be_empty()
    cable.cut()
    expect(told).to_contain_text("Connection lost. Trying again")
    # Moved while nobody listens: it is not lost.
    page.get_by_role("slider").press("ArrowRight")
    cable.whole = True
    expect(told).to_be_empty(timeout=20_000)
    expect(page.get_by_text("kernel: 5", exact=True)).to_be_visible()
    slide(page, 6)


def test_a_value_sent_just_before_the_connection_breaks(small, page):
    cable = Cable(page)
    ready(page, f"{small.url}many")
    cable.swallow = True
    page.get_by_role("slider").press("ArrowRight")
    until(lambda: page.evaluate("1") == 1 and cable.swallowed > 0, "the value is sent, and lost")
    cable.cut()
    cable.swallow = False
    expect(page.locator("#careerpath-banner")).to_contain_text("Connection lost")
    cable.whole = True
    expect(page.locator("#careerpath-banner")).to_be_empty(timeout=20_000)
    expect(page.get_by_text("kernel: 4", exact=True)).to_be_visible()
    slide(page, 5)


def test_a_phone_that_wakes_up_asks_at_once(small, page):
    cable = Cable(page)
    ready(page, f"{small.url}many")
    cable.cut()
    told = page.locator("#careerpath-banner")
    expect(told).to_contain_text("Connection lost")
    cable.whole = True
    page.evaluate("() => { window.dispatchEvent(new Event('online')) }")
    expect(told).to_be_empty(timeout=3_000)


def come_back(page: Page) -> None:
    """Come back as from the back-forward cache."""
    page.evaluate(
        "() => { window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })) }"
    )


def test_back_from_the_back_forward_cache(small, page):
    kernel = ready(page, f"{small.url}many")
    come_back(page)
    slide(page, 4)
    expect(page.locator("#careerpath-banner")).to_be_empty()
    small.get(f"voila/api/shutdown/{kernel}", method="POST")
    come_back(page)
    expect(page.locator("#careerpath-banner")).to_contain_text("This page went to sleep.")


def test_a_page_whose_idle_kernel_was_ended_says_so(small, page):
    kernel = ready(page, f"{small.url}many")
    small.get(f"voila/api/shutdown/{kernel}", method="POST")
    expect(page.locator("#careerpath-banner")).to_contain_text("This page went to sleep.")


@pytest.mark.parametrize("leave", ["close", "go on"])
def test_leaving_ends_the_kernel(small, page, leave):
    kernel = ready(page, f"{small.url}many")
    assert small.lives(kernel)
    if leave == "close":
        page.close(run_before_unload=True)
    else:
        page.goto(small.url)
    until(lambda: not small.lives(kernel), "the kernel has ended", patience=10)


def test_going_back_starts_a_new_kernel(small, page):
    first = ready(page, f"{small.url}many")
    page.goto(small.url)
    page.go_back()
    expect(page.locator("html[data-careerpath=ready]")).to_be_attached()
    slide(page, 4)
    assert first not in (page.locator("#careerpath-config").text_content() or "")


def test_from_the_landing_page_without_a_jump(server, page):
    noise = []
    page.on(
        "console",
        lambda message: message.type in {"error", "warning"} and noise.append(message.text),
    )
    page.on("pageerror", lambda error: noise.append(str(error)))
    page.goto(server.url)
    page.get_by_role("link", name="Start").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_enabled()
    expect(page.locator("#careerpath-skeleton")).to_have_count(0)
    shift = page.evaluate(
        """() => new Promise((resolve) => {
          new PerformanceObserver((list) => resolve(
            list.getEntries().reduce((sum, entry) => sum + entry.value, 0)
          )).observe({ type: "layout-shift", buffered: true });
          setTimeout(() => resolve(0), 200);
        })"""
    )
    assert shift < 0.01
    assert noise == []


def test_a_refused_visitor_is_told_so_and_can_try_again(page, tmp_path):
    write_notebook(tmp_path / "assessment.ipynb", "print('inside')")
    with ServerProcess(tmp_path, ("--max-visitors", "1")) as server:
        inside = server.kernel_of("assessment")
        page.set_viewport_size({"width": 360, "height": 640})
        page.goto(f"{server.url}assessment")
        expect(page.get_by_role("heading")).to_have_text("All places are taken right now")
        server.get(f"voila/api/shutdown/{inside}", method="POST")
        page.get_by_role("link", name="Try again").click()
        expect(page.get_by_text("inside")).to_be_visible()
