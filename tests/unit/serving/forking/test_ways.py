"""The same page comes out of a copy, of a fork after the imports, and of an ordinary start."""

import asyncio
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from kit.server_process import runs, write_notebook
from kit.template_processes import template_process, without_ids

from careerpath.serving import page_maker
from careerpath.serving.forking.template import Template
from careerpath.serving.page_maker import OpenedPage, PageMaker, Way

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a safe fork")

SHIPPED = Path(__file__).parents[4] / "notebooks"
#: Each notebook ends with a slider, after this.
NOTEBOOKS = {
    "awaits": "import asyncio; await asyncio.sleep(0.01); x = 1",
    "bqplot": "import bqplot.pyplot as plot; fig = plot.figure(); plot.plot([0, 1, 2]); fig",
    "fails": "1 / 0",
    "file": "f = open('written.txt', 'w')",
    "future": "import asyncio; future = asyncio.get_running_loop().create_future()",
    "html": "from IPython.display import HTML, display\n"
    "display(HTML('<b>hi</b>'), display_id='a')\n42",
    "loop": "import asyncio; loop = asyncio.get_running_loop()",
    "magic": "%precision 3\n!echo from the shell\n0.123456",
    "queue": "import multiprocessing; queue = multiprocessing.Queue()",
    "numpy": "import numpy; a = numpy.random.rand(500, 500) @ numpy.random.rand(500, 500)",
    "output-widget": "import ipywidgets\noutput = ipywidgets.Output()\n"
    "with output: print('in the box')\noutput",
    "arrow": "import pandas, pyarrow\n"
    "pyarrow.Table.from_pandas(pandas.DataFrame({'a': range(100_000)})).to_pandas().tail(2)",
    "polars": "import polars",
    "pool": "from concurrent.futures import ThreadPoolExecutor\n"
    "pool = ThreadPoolExecutor(); pool.submit(print, 1).result()",
    "prints": "import sys; print('hello'); print('whispered', file=sys.stderr)",
    "read-only-file": "f = open('/etc/hosts')",
    "scipy": "import scipy.stats; float(scipy.stats.norm.cdf(1))",
    "socket": "import socket; s = socket.create_server(('127.0.0.1', 0))",
    "sqlite": "import sqlite3; c = sqlite3.connect('x.db'); r = c.execute('pragma user_version=1')",
    "child-process": "import subprocess; p = subprocess.Popen(['sleep', '1000'])",
    "task": "import asyncio; task = asyncio.create_task(asyncio.sleep(1000))",
    "temporary-folder": "import tempfile; folder = tempfile.TemporaryDirectory()",
    "thread": "import threading, time\n"
    "threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()",
    "thresholds": "",  # as it is shipped
    "timer": "import asyncio; timer = asyncio.get_running_loop().call_later(100, print)",
    "draws": "import uuid, random; print(uuid.uuid4(), random.random() < 1)",
    "zmq": "import zmq; context = zmq.Context(); s = context.socket(zmq.REP)",
}
#: Why the process must not be forked after the cells.
OBSTACLES = {
    "arrow": "threads that Python did not start",
    "fails": "a cell that fails",
    "file": "an open file: ",
    "future": "an object that holds the loop of the cells",
    "loop": "an object that holds the loop of the cells",
    "queue": "an open file: pipe:",
    "output-widget": "an output widget, which the server fills",
    "polars": "the library polars",
    "pool": "a thread: ThreadPoolExecutor-0_0",
    "read-only-file": "an open file: /etc/hosts",
    "socket": "an open file: socket:",
    "sqlite": "an open file: ",
    "child-process": "a child process: ",
    "task": "a task: <Task pending name=",
    "temporary-folder": "something to clean up at the end, such as a temporary folder",
    "thread": "a thread: Thread-",
    "timer": "a timer: <TimerHandle when=",
    "zmq": "an open file: anon_inode:[eventfd]",
}


@pytest.fixture(scope="module")
def imports(runner: asyncio.Runner) -> Iterator[Template]:
    """A template process that has imported what most notebooks import."""
    cells = [each for name, each in NOTEBOOKS.items() if name not in OBSTACLES]
    process = template_process([*cells, "import ipywidgets"], run_cells=False)
    yield runner.run(process.__aenter__())
    runner.run(process.__aexit__(None, None, None))


async def html_of(maker: PageMaker, opened: OpenedPage, way: Way) -> str:
    """The page's outputs without the states, which only a copy has in advance."""
    assert opened.way == way
    html = "".join([each async for each in opened.pieces])
    await maker._kernels.end(opened.kernel_id)
    if way is Way.COPY:
        assert html.startswith('<script id="careerpath-states"')
        html = html.partition("</script>\n")[2]
    return without_ids(html)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_the_same_page_comes_out_of_each_way(
    name, runner, make_pages, imports, tmp_path, monkeypatch
):
    if name == "polars":
        pytest.importorskip("polars")
    monkeypatch.chdir(tmp_path)
    events: list[dict] = []
    monkeypatch.setattr(page_maker, "log_event", lambda *each, **fields: events.append(fields))
    if name == "thresholds":
        shutil.copy(SHIPPED / "thresholds.ipynb", tmp_path)
    else:
        slider = "import ipywidgets; slider = ipywidgets.IntSlider(); slider"
        wish = {"run_cells": True}
        write_notebook(tmp_path / f"{name}.ipynb", NOTEBOOKS[name], slider, template_process=wish)
    (maker,) = make_pages(tmp_path).values()

    async def compare() -> None:
        await maker._prepare()
        maker.settled.set()
        pages = []
        copy = await maker.copy()
        refused = [each["reason"] for each in events if "reason" in each and each["way"] == "copy"]
        if name in OBSTACLES:
            assert copy is None
            assert OBSTACLES[name] in refused[0]
        else:
            assert refused == []
            assert copy is not None
            pages.append(await html_of(maker, copy, Way.COPY))
            maker._way = Way.IMPORTS
            await maker._stop_template()
            maker._template = imports
        if name == "polars":
            assert maker._way is Way.COLD
        else:
            assert maker._way is Way.IMPORTS
            pages.append(await html_of(maker, await maker.start(), Way.IMPORTS))
        if maker._template is imports:
            maker._template = None
        await maker._stop_template()
        pages.append(await html_of(maker, await maker.start(), Way.COLD))
        assert "widget-view+json" in pages[0] or name == "fails"
        assert len(set(pages)) == 1

    runner.run(compare())


def test_a_template_process_that_cannot_be_copied_takes_its_child_processes_with_it(runner):
    code = "import subprocess; p = subprocess.Popen(['sleep', '1000'])"

    async def start() -> int:
        async with template_process([code]) as template:
            (obstacle,) = template.obstacles
            return int(obstacle.removeprefix("a child process: "))

    assert not runs(runner.run(start()))
