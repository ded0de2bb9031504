"""A real server for small notebooks, most of which misbehave."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from kit.server_process import COPIED, ServerProcess, write_notebook

COUNTER = """\
import ipywidgets
slider = ipywidgets.IntSlider(value=3, description="slider")
label = ipywidgets.Label("3")
slider.observe(lambda change: setattr(label, "value", str(change["new"])), "value")
ipywidgets.VBox([slider, label])"""

TRIPWIRE = """\
import ipywidgets
def trip(change):
    secret_source = change["new"]
    raise LookupError(f"secret value {secret_source}")
slider = ipywidgets.IntSlider(value=0)
slider.observe(trip, "value")
slider"""

#: Its states are a megabyte.
LONG = "import ipywidgets; ipywidgets.HTML('x' * 1_000_000)"


@pytest.fixture(scope="session")
def marker(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that exists only if a cell has run that must not run."""
    return tmp_path_factory.mktemp("marker") / "it_ran"


@pytest.fixture(scope="session", params=["forked", "cold"])
def odd(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, marker: Path
) -> Iterator[ServerProcess]:
    """A server of small notebooks, each for one purpose.

    Unless it is cold, some pages are copied after their cells, and the others after their imports.
    """
    folder = tmp_path_factory.mktemp("notebooks")
    write_notebook(folder / "counter.ipynb", COUNTER, **COPIED)
    write_notebook(folder / "tripwire.ipynb", TRIPWIRE, **COPIED)
    write_notebook(folder / "long.ipynb", LONG, **COPIED)
    write_notebook(folder / "two words (1).ipynb", "1")
    write_notebook(folder / "Übung.2.ipynb", "2")
    write_notebook(
        folder / "outputs.ipynb",
        ("markdown", "# Words first"),
        "secret_source = 1; print('printed')",
        "import sys; print('whispered', file=sys.stderr)",
        "from IPython.display import HTML; HTML('<b>bold</b>')",
        "from IPython.display import Markdown; Markdown('*leaning*')",
        "'<i>text</i>'",
        ("markdown", "Words last"),
        title="Outputs & <more>",
        **COPIED,
    )
    write_notebook(
        folder / "tagged.ipynb",
        ("workbook", f"open({str(marker)!r}, 'w').close(); print('for JupyterLab')"),
        "print('for everybody')",
        **COPIED,
    )
    write_notebook(
        folder / "failing.ipynb",
        "print('before')",
        "secret_source = {}['secret key']",
        f"open({str(marker)!r}, 'w').close(); print('the next cell')",
        **COPIED,
    )
    write_notebook(folder / "tolerated.ipynb", ("raises-exception", "1 / 0  # secret_source"))
    write_notebook(folder / "dying.ipynb", "import os; os._exit(1)")
    with ServerProcess(notebooks=folder, cold=request.param == "cold") as started:
        started.wait_until_ready()
        yield started
