"""Past results on a device: which are kept, and what changed from one to the next.

The browser keeps them, each under a key of its own; this model decides, and trusts nothing in what
the browser sends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from traitlets import Bool, HasTraits, Instance, Int, Tuple, Unicode

from careerpath.core.errors import CareerpathError
from careerpath.core.instrument import Instrument
from careerpath.core.interpretation import long_date
from careerpath.core.reliable_change import reliable_change
from careerpath.core.result_file import KeptResult, as_json, kept_document, several_document
from careerpath.core.result_reading import parse_results, read_results, score_again

MOST = 300
"""How many are kept at most: one a day for the better part of a year, or one a month for 25."""
NO_ROOM = (
    "This browser has no room for it, or keeps nothing: nothing was changed. Save your results as "
    "a file instead, or remove some."
)


class PastResults(HasTraits):
    """What a browser keeps of earlier results.

    Parameters
    ----------
    tell : callable
        Takes what the browser has to do: ``{"keep": {id: document}}`` or ``{"drop": [ids]}``.

    Attributes
    ----------
    current : KeptResult or None
        The result that is shown.
    kept : tuple of KeptResult
        The oldest first.
    looked : bool
        Whether the browser has said what it keeps.
    unread : int
        How many entries this version cannot read; they stay as they are.
    said : str
        What was done last.
    problem : str
        Why the last thing was not done.
    """

    instrument = Instance(Instrument)
    current = Instance(KeptResult, allow_none=True)
    kept = Tuple()
    looked = Bool(default_value=False)
    unread = Int(0)
    said = Unicode("")
    problem = Unicode("")

    def __init__(self, instrument: Instrument, *, tell: Callable[[dict[str, Any]], None]) -> None:
        super().__init__(instrument=instrument)
        self._tell = tell
        self._doing = ""

    # What is true now

    @property
    def is_kept(self) -> bool:
        """Whether the shown result is kept already."""
        return self.current is not None and self.current.identity in self._identities

    @property
    def comparable(self) -> tuple[KeptResult, ...]:
        """The results of this instrument and version, the oldest first, with the shown one."""
        same = [each for each in self.kept if each.is_of(self.instrument)]
        if self.current is None:
            return tuple(same)
        earlier = [each for each in same if each.identity != self.current.identity]
        return tuple(sorted((*earlier, self.current), key=lambda each: each.taken))

    @property
    def changes(self) -> tuple[tuple[str, str], ...]:
        """What changed up to the newest, from the one before it and from the first, in words."""
        results = self.comparable
        if len(results) < 2:
            return ()
        newest = results[-1]
        # Of two results, the one before is the first.
        before = results[-2:-1] if len(results) == 2 else (results[-2], results[0])
        try:
            return tuple(
                (
                    f"From {long_date(each.taken)} to {long_date(newest.taken)}",
                    reliable_change(self.instrument, each, newest).words,
                )
                for each in before
            )
        except CareerpathError as error:
            return (("Is it more than chance?", str(error)),)

    @property
    def _identities(self) -> set[str]:
        return {each.identity for each in self.kept}

    # What a person can do

    def keep(self) -> None:
        """Keep the shown result."""
        if self.current is not None:
            self._add([self.current], "Kept on this device.")

    def remove(self, identity: str) -> None:
        """Remove one."""
        if identity in self._identities:
            self._drop([identity], "Removed.")

    def remove_all(self) -> None:
        """Remove all that are kept, those that cannot be read, too."""
        self._doing = "All past results are deleted from this device."
        self._tell({"drop": None})

    def export(self) -> bytes:
        """Return a file with all that can be read, which `take_in` reads back."""
        return as_json(several_document(self.kept))

    def take_in(self, raw: bytes, *, name: str) -> None:
        """Add the results of a file.

        Parameters
        ----------
        raw : bytes
        name : str
            The file's, for a message.

        Raises
        ------
        CareerpathError
            Where it cannot be read, or would be too many; nothing is lost then.
        """
        found = [
            score_again(each, self.instrument, place=name)
            for each in parse_results(raw, place=name)
        ]
        new = {each.identity: each for each in found if each.identity not in self._identities}
        count = len(new)
        if not count:
            self._say(f"Nothing new in {name}: all of it is kept here already.")
            return
        self._add(new.values(), f"{count} result{'' if count == 1 else 's'} added from {name}.")

    # What the browser says

    def found(self, content: Mapping[str, Any]) -> None:
        """Take what the browser keeps.

        Parameters
        ----------
        content : mapping
            ``{"results": [documents], "refused": bool}``, or anything else: a visitor can send
            what they like.
        """
        documents = content.get("results")
        documents = documents if isinstance(documents, list) else []
        kept: dict[str, KeptResult] = {}
        unread = 0
        for document in documents[: 2 * MOST]:
            try:
                for each in read_results(document, place="A kept result"):
                    again = score_again(each, self.instrument, place="A kept result")
                    kept[again.identity] = again
            except CareerpathError:
                unread += 1
        refused = content.get("refused") is True
        with self.hold_trait_notifications():
            self.kept = tuple(sorted(kept.values(), key=lambda each: each.taken))
            self.unread = unread
            self.looked = True
            self.said = "" if refused else self._doing
            self.problem = NO_ROOM if refused else ""
        self._doing = ""

    def _add(self, results: Iterable[KeptResult], said: str) -> None:
        new = {each.identity: kept_document(each) for each in results}
        if len(self._identities | set(new)) > MOST:
            raise CareerpathError(
                f"{MOST} results are kept here at most, and that would be more. Save them as a "
                "file and remove some first."
            )
        self._doing = said
        self._tell({"keep": new})

    def _drop(self, identities: list[str], said: str) -> None:
        self._doing = said
        self._tell({"drop": identities})

    def _say(self, words: str) -> None:
        with self.hold_trait_notifications():
            self.said, self.problem = words, ""


def result_of(
    instrument: Instrument,
    answers: Mapping[str, int | float],
    *,
    total: float,
    band: str,
    taken: date,
) -> KeptResult:
    """Make a shown result one that can be kept."""
    return KeptResult(
        instrument_id=instrument.id,
        instrument_version=instrument.version,
        taken=taken,
        answers=dict(answers),
        total=total,
        band=band,
    )
