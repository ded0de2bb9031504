"""Where are you now: what somebody does at present, and how their result goes with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from traitlets import Dict, HasTraits, Instance, Unicode

from careerpath.core.errors import CareerpathError
from careerpath.core.instrument import Band, Instrument
from careerpath.core.quantities import typed
from careerpath.what_next.where_now import Path, Week, WhereNow, where_now

HOURS = ("expertise", "people", "other")
FIELDS = ("path", "reports", *HOURS)


class CurrentPath(HasTraits):
    """The form, and what comes of it. Nothing in it is stored.

    Attributes
    ----------
    typed : dict of str to str
        The fields as they were typed: path, reports, expertise, people, other.
    outcome : WhereNow or None
        How the result fits; None until it was asked for.
    problem : str
        What cannot be read; empty for nothing.

    Examples
    --------
    >>> from careerpath import load_instrument
    >>> model = CurrentPath()
    >>> model.look(load_instrument(), Band.MASTERY, {"path": "management", "reports": "9"})
    >>> model.outcome.headline
    'Suited to mastery, managing nine'
    """

    typed = Dict()
    outcome = Instance(WhereNow, allow_none=True)
    problem = Unicode("")

    def __init__(self) -> None:
        super().__init__()
        self._told: dict[str, Any] = {}

    def look(self, instrument: Instrument, band: Band, fields: Mapping[str, str]) -> None:
        """Say how the result fits what was typed; what cannot be read becomes `problem`."""
        with self.hold_trait_notifications():
            self.typed = {name: fields.get(name, "") for name in FIELDS}
            try:
                self._told = _read(self.typed)
                self.outcome, self.problem = where_now(instrument, band, **self._told), ""
            except CareerpathError as error:
                self.outcome, self.problem = None, str(error)

    def follow(self, instrument: Instrument, band: Band) -> None:
        """Say it once more for changed answers, where it was said before."""
        if self.outcome is not None:
            self.outcome = where_now(instrument, band, **self._told)


def _read(fields: Mapping[str, str]) -> dict[str, Any]:
    if fields["path"] not in list(Path):
        raise CareerpathError("Choose first what you do now: mastery, management, or both.")
    hours = {name: typed(fields[name], _says(name)) for name in HOURS}
    told = {name: each for name, each in hours.items() if each is not None}
    if told and len(told) < len(HOURS):
        raise CareerpathError(
            "The week is not complete. Write all three hours, 0 where there are none, or leave all "
            "three blank."
        )
    return {
        "path": fields["path"],
        "reports": typed(fields["reports"], "The people you manage"),
        "week": Week(**told) if told else None,
    }


def _says(name: str) -> str:
    return {
        "expertise": "The hours for your own expertise",
        "people": "The hours for people",
        "other": "The hours for everything else",
    }[name]
