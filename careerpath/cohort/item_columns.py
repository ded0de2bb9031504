"""Finding the column of each item, even if it is spelt differently."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from careerpath.cohort.formats import CohortFileError
from careerpath.cohort.frames import check_columns
from careerpath.core.errors import did_you_mean, shown
from careerpath.core.instrument import Instrument


def renaming(
    names: Sequence[str], instrument: Instrument, path: str, given: Mapping[str, str] | None
) -> dict[str, str]:
    """Find the columns that hold an item under another name.

    Parameters
    ----------
    names : sequence of str
        The columns of a file.
    instrument : Instrument
    path : str
        What to call the file in a message.
    given : mapping of str to str, optional
        Columns and their items, as the user named them. Without it, a column holds an item if its
        name is the id, ignoring case, spaces and leading zeros.

    Returns
    -------
    dict of str to str
        Columns to rename, and the items they hold.

    Raises
    ------
    CareerpathError
        If an item has no column, or more than one.
    """
    if given is not None:
        unknown = [name for name in given if name not in names]
        if unknown:
            raise CohortFileError(
                f"{path} has no column {shown(unknown[0])}. {did_you_mean(unknown[0], names)}"
            )
        for item in given.values():
            instrument.item(item)
        renamed = {name: item for name, item in given.items() if name != item}
        taken = [item for item in renamed.values() if item in names and item not in renamed]
        twice = [item for item in renamed.values() if list(given.values()).count(item) > 1]
        if taken or twice:
            raise CohortFileError(
                f"Two columns of {path} would hold the item {(taken or twice)[0]!r}. "
                "Name one column for each item."
            )
    else:
        renamed = {}
        for item in instrument.item_ids:
            if item in names:
                continue
            alike = [
                name
                for name in names
                if simplified(name) == simplified(item) and name not in instrument.item_ids
            ]
            if len(alike) > 1:
                raise CohortFileError(
                    f"{path} has {len(alike)} columns that could be the item {item!r}: "
                    f"{', '.join(map(repr, alike[:5]))}. Name one of them {item!r}."
                )
            if alike:
                renamed[alike[0]] = item
    check_columns([renamed.get(name, name) for name in names], instrument, place=path)
    return renamed


def simplified(name: str) -> str:
    """Return a name without case, spaces, punctuation and leading zeros.

    Examples
    --------
    >>> simplified(" Q_1") == simplified("q01") == simplified("q1")
    True
    """
    letters = re.sub(r"[\s_.-]+", "", name.casefold())
    return re.sub(r"0+(?=\d)", "", re.sub(r"(?<=\d)(?=\D)|(?<=\D)(?=\d)", " ", letters))


def sources_of(instrument: Instrument, renamed: Mapping[str, str]) -> dict[str, str]:
    """Return the column that holds each item's answers."""
    names = {item: name for name, item in renamed.items()}
    return {item: names.get(item, item) for item in instrument.item_ids}
