"""A lab that nobody uses: it loads and warms up what analysts need, before they come."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any

import openpyxl  # noqa: F401 (opening a file imports it and the next two; so a copy need not)
import pyarrow.csv
import pyarrow.parquet  # noqa: F401
from ipywidgets import Dropdown, FloatRangeSlider, IntRangeSlider, Widget

from careerpath.cohort.simulation import simulate_cohort
from careerpath.cohort.tally import Tally
from careerpath.core.instrument import Instrument
from careerpath.core.instrument_file import load_instrument
from careerpath.thresholds.view import ThresholdsScreen


async def visit(send: Callable[[str, dict[str, Any]], Awaitable[None]]) -> None:
    """Open a file, compare it with another cohort, move a cut score, and save.

    Parameters
    ----------
    send : callable
        Sends a widget a message, as its page does: the widget's model id and the data.
    """
    instrument, cohorts, lines = _material()
    screen = ThresholdsScreen(cohorts, instrument)
    model = screen.model
    model.open("rehearsal.jsonl", lines)

    def one(kind: Any, at: int = 0) -> Widget:
        return list(_parts(screen, kind))[at]

    async def update(widget: Widget, **state: Any) -> None:
        await send(widget.model_id, {"method": "update", "state": state, "buffer_paths": []})

    await update(one(Dropdown), index=0)
    await update(one(Dropdown, 1), index=1)
    low, high = model.effects.handles
    await update(one(IntRangeSlider | FloatRangeSlider), value=[low + 5 * model.effects.step, high])
    if not model.effects.moved or not model.other_name:
        raise RuntimeError("The rehearsal moved no cut score, or compared nobody.")
    model.make()


@cache
def _material() -> tuple[Instrument, dict[str, Tally], bytes]:
    """Make cohorts, and a file of JSON lines. A copy that measures itself makes no others."""
    instrument = load_instrument()
    rows = simulate_cohort(instrument, count=120, seed=1).frame[list(instrument.item_ids)]
    cohorts = {name: Tally.of(rows, instrument) for name in ("one", "two")}
    lines = "\n".join(json.dumps(each) for each in rows.to_dict("records"))
    return instrument, cohorts, lines.encode()


def _parts(widget: Widget, kind: Any) -> Any:
    """Return every widget of a kind in a screen."""
    if isinstance(widget, kind):
        yield widget
    for child in getattr(widget, "children", ()):
        yield from _parts(child, kind)
