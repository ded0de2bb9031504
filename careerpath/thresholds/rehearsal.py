"""A lab that nobody uses: it loads and warms up what analysts need, before they come."""

from __future__ import annotations

import io
import json
from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any

import openpyxl
import pyarrow.csv
import pyarrow.parquet  # noqa: F401 (opening a file imports it; so a copy need not)
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
    instrument, cohorts, files = _material()
    screen = ThresholdsScreen(cohorts, instrument)
    model = screen.model
    for name, content in files:
        model.open(name, content)

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
def _material() -> tuple[Instrument, dict[str, Tally], list[tuple[str, bytes]]]:
    """Make cohorts, and files in the formats that are read without threads, which forbid a fork.

    A copy that measures itself does not make them again.
    """
    instrument = load_instrument()
    rows = simulate_cohort(instrument, count=120, seed=1).frame[list(instrument.item_ids)]
    cohorts = {name: Tally.of(rows, instrument) for name in ("one", "two")}
    lines = [json.dumps(each) for each in rows.to_dict("records")]
    book = openpyxl.Workbook()
    for row in (list(rows.columns), *rows.to_numpy().tolist()):
        book.active.append(row)
    sheet = io.BytesIO()
    book.save(sheet)
    files = [("rehearsal.jsonl", "\n".join(lines).encode()), ("rehearsal.xlsx", sheet.getvalue())]
    return instrument, cohorts, files


def _parts(widget: Widget, kind: Any) -> Any:
    """Return every widget of a kind in a screen."""
    if isinstance(widget, kind):
        yield widget
    for child in getattr(widget, "children", ()):
        yield from _parts(child, kind)
