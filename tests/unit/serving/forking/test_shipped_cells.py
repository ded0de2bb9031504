"""The cells of the shipped pages draw no random number, time, id or secret.

Their metadata promise it, because all copies would have the same.
"""

import asyncio
import json
import sys
from pathlib import Path

import pytest
from kit.draws import REPORT, WATCH
from kit.template_processes import cells_of, template_process, without_ids

from careerpath.serving.forking.template import Template

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a safe fork")

NOTEBOOKS = Path(__file__).parents[4] / "notebooks"


def draws(*cells: str) -> tuple[str, bool]:
    """What was drawn, and whether two processes show different pages."""

    async def run(hash_seed: str, *run_cells: str) -> Template:
        environment = {"PYTHONHASHSEED": hash_seed}
        async with template_process(run_cells, environment=environment) as template:
            assert template.obstacles == []
            return template

    async def run_twice() -> tuple[str, bool]:
        watched, other = await asyncio.gather(run("1", WATCH, *cells, REPORT), run("2", *cells))
        _, *messages, (report,) = watched.messages
        pages = [(messages, watched.states), (other.messages, other.states)]
        # The order of names in a state does not matter.
        one, two = (
            without_ids(
                "\n".join(json.dumps(each, sort_keys=True) for each in [shown, *states.items()])
            )
            for shown, states in pages
        )
        return report["content"]["text"].strip(), one != two

    return asyncio.run(run_twice())


def promising() -> list[str]:
    """The shipped notebooks that may be copied after their cells."""
    found = [
        path.name
        for path in sorted(NOTEBOOKS.glob("*.ipynb"))
        if json.loads(path.read_text("utf-8"))["metadata"]["template_process"]["run_cells"]
    ]
    assert len(found) == 5
    return found


@pytest.mark.parametrize("name", promising())
def test_the_cells_of_a_shipped_page_draw_nothing(name):
    cells, _ = cells_of(NOTEBOOKS / name)
    assert draws(*cells) == ("drawn: []", False)


@pytest.mark.parametrize(
    ("cell", "drawn", "differs"),
    [
        ("import random; random.random()", "Random.random", True),
        ("import random; kept = random.randrange(10**6)", "Random.getrandbits", False),
        ("import uuid; kept = uuid.uuid4()", "urandom", False),
        ("import time; kept = time.time()", "time", False),
        ("import datetime; kept = datetime.datetime.now()", "datetime.now", False),
        ("import numpy; float(numpy.random.rand())", "", True),
        ("list({'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'})", "", True),
        ("import random; random.Random(7).choice('abc')", "", False),
    ],
)
def test_cells_that_draw_are_found(cell, drawn, differs):
    found, other_page = draws(cell)
    assert (f"'{drawn} for " in found) == bool(drawn), found
    assert other_page == differs
