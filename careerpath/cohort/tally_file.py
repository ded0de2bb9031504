"""Reading and writing a tally's file: gzipped JSON, which any tool can read.

::

    {"format": "careerpath-tally", "version": 1,
     "scale": {"minimum": 0, "maximum": 10, "step": 1},
     "items": [{"id": "q01", "reversed": false}, ...],
     "unscored": {"unanswered": 3},
     "places": [17, 2, ...], "counts": [1, 4, ...]}

``"synthetic": true`` is added if simulated people are among them. Only counts above 0 are listed,
each with its place. Items, answers and totals are numbered from 0; the cell of (item, keyed answer,
total) has the number ``(item * answers + answer) * totals + total``. A place is the difference
between that number and the number of the cell before (for the first cell, the number itself).
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, ValidationError

from careerpath.cohort.tally_layout import TallyLayout
from careerpath.core.errors import CareerpathError, Reason
from careerpath.core.files import decoded, parsed_json
from careerpath.core.instrument import Identifier, Scale

if TYPE_CHECKING:
    from careerpath.cohort.tally_layout import CountArray

MOST_BYTES = 500_000_000
"""The most bytes that a file may unpack to."""
_MOST_PEOPLE = 2**53
"""With at most this many people, every sum fits into 64 bits."""

_Whole = Annotated[StrictInt, Field(ge=0, le=_MOST_PEOPLE)]


class _StrictModel(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Item(_StrictModel):
    id: Identifier
    reversed: StrictBool


class _Document(_StrictModel):
    format: Literal["careerpath-tally"]
    version: Literal[1]
    scale: Scale
    items: Annotated[tuple[_Item, ...], Field(min_length=1)]
    unscored: dict[Reason, _Whole]
    synthetic: StrictBool = False
    places: list[_Whole]
    counts: list[Annotated[StrictInt, Field(ge=1, le=_MOST_PEOPLE)]]


def pack_tally(
    layout: TallyLayout, cells: CountArray, unscored: Mapping[Reason, int], *, synthetic: bool
) -> bytes:
    """Return the content of a tally's file.

    Parameters
    ----------
    layout, cells, unscored, synthetic
        See `Tally`; ``cells`` has shape (items, answers, totals).
    """
    flat = cells.ravel()
    at = np.flatnonzero(flat)
    document = {
        "format": "careerpath-tally",
        "version": 1,
        "scale": layout.scale.model_dump(),
        "items": [
            {"id": name, "reversed": turned}
            for name, turned in zip(layout.items, layout.reversed, strict=True)
        ],
        "unscored": {str(reason): count for reason, count in unscored.items()},
        **({"synthetic": True} if synthetic else {}),
        "places": np.diff(at, prepend=0).tolist(),
        "counts": flat[at].tolist(),
    }
    text = json.dumps(document, separators=(",", ":"), allow_nan=False)
    return gzip.compress(text.encode("utf-8"), mtime=0)


def is_tally(path: Path) -> bool:
    """Return whether a file's name is that of a tally."""
    return path.suffix.lower() == ".tally"


def unpack_tally(
    raw: bytes, *, place: str
) -> tuple[TallyLayout, CountArray, dict[Reason, int], bool]:
    """Read a tally and check that its counts can be those of people.

    Parameters
    ----------
    raw : bytes
        The content of a file.
    place : str
        The file's name, for the message.

    Returns
    -------
    layout, cells, unscored, synthetic
        See `Tally`; ``cells`` has shape (items, answers, totals).

    Raises
    ------
    CareerpathError
        If it is not a tally.
    """
    try:
        text = decoded(_unpacked(raw), place=place, raises=CareerpathError)
        data = parsed_json(text, place=place, raises=CareerpathError)
        document = _Document.model_validate(data)
    except CareerpathError as error:
        raise _not_a_tally(place, "its text is not strict JSON") from error
    except (ValidationError, ValueError, zlib.error, EOFError) as error:
        raise _not_a_tally(place, _first(error)) from error
    layout = TallyLayout(
        items=tuple(item.id for item in document.items),
        reversed=tuple(item.reversed for item in document.items),
        scale=document.scale,
    )
    if len(set(layout.items)) < len(layout.items):
        raise _not_a_tally(place, "an item is listed twice")
    layout.check_size()
    cells = _cells(place, layout, document)
    return layout, cells, dict(document.unscored), document.synthetic


def _unpacked(raw: bytes) -> bytes:
    unpack = zlib.decompressobj(wbits=31)
    text = unpack.decompress(raw, MOST_BYTES)
    if not unpack.eof:
        raise ValueError("it is incomplete, or too large")
    return text


def _cells(place: str, layout: TallyLayout, document: _Document) -> CountArray:
    items, answers, totals = layout.shape
    if len(document.places) != len(document.counts):
        raise _not_a_tally(place, "places and counts differ in number")
    if any(step == 0 for step in document.places[1:]):
        raise _not_a_tally(place, "a place is listed twice")
    if sum(document.places) >= items * answers * totals or sum(document.counts) > _MOST_PEOPLE:
        raise _not_a_tally(place, "a count is outside the layout")
    flat = np.zeros(items * answers * totals, np.int64)
    flat[np.cumsum(np.array(document.places, np.int64))] = document.counts
    cells = flat.reshape(layout.shape)
    people = cells.sum(axis=1)
    summed = np.einsum("iat,a->t", cells, np.arange(answers))
    # Each person is counted once for each item, and their answers add up to their total.
    if (people != people[0]).any() or (summed != people[0] * np.arange(totals)).any():
        raise _not_a_tally(place, "its counts do not add up to people")
    return cells


def _first(error: Exception) -> str:
    if isinstance(error, ValidationError):
        finding: Any = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in finding["loc"])
        return f"{place or 'the whole file'}: {finding['msg']}"
    return str(error) or type(error).__name__


def _not_a_tally(place: str, why: str) -> CareerpathError:
    return CareerpathError(f"{place} is not a tally: {why}. Make it again with `careerpath tally`.")
