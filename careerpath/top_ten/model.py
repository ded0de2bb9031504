"""The top-ten exercise: all decisions of that screen, without a widget. Nothing is stored."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime

from traitlets import Bool, HasTraits, Instance, Unicode

from careerpath.core.errors import CareerpathError, shown
from careerpath.core.numbers import read_percent
from careerpath.top_ten.chance import RandomPickComparison
from careerpath.top_ten.list import LINES, TopTen

TYPES = {"md": "text/markdown", "csv": "text/csv"}
FILE_NAME = "top-ten"


class TopTenModel(HasTraits):
    """A list of ten, and the share of managers to compare it with.

    Attributes
    ----------
    ten : TopTen
    share : str
        The share of managers in the organisation, in per cent, as it was typed.
    wrong : str
        What is wrong with the share; empty if nothing is.
    asking : bool
        Whether it asks for confirmation before the list is emptied.

    Examples
    --------
    >>> model = TopTenModel()
    >>> model.write({"name0": "Ana", "kind0": "master", "share": "20 %"})
    >>> model.ten.people, model.comparison.expected
    (1, 0.2)
    """

    ten = Instance(TopTen)
    share = Unicode("")
    wrong = Unicode("")
    asking = Bool(default_value=False)

    def __init__(self) -> None:
        super().__init__()
        self.ten = TopTen()

    def write(self, fields: Mapping[str, str]) -> None:
        """Take over the whole list from the screen, and the share.

        Raises
        ------
        CareerpathError
            If a name or a kind is not valid; the list stays as it was.
        """
        ten = self.ten
        for place in range(LINES):
            name, kind = fields.get(f"name{place}", ""), fields.get(f"kind{place}")
            ten = ten.with_line(place, name=name, kind=kind)
        share = fields.get("share", "").strip()
        with self.hold_trait_notifications():
            self.asking = False
            self.ten = ten
            self.share = share
            self.wrong = "" if not share or self._percent is not None else _no_share(share)

    def empty_line(self, place: str) -> None:
        """Empty one line."""
        if place.isdecimal() and len(place) < 3 and int(place) < LINES:
            self.ten = self.ten.without_line(int(place))

    def ask(self, *, whether: bool) -> None:
        """Ask for confirmation before the list is emptied, or stop asking."""
        self.asking = whether

    def empty(self) -> None:
        """Empty the whole list, if confirmation was asked for."""
        if self.asking:
            with self.hold_trait_notifications():
                self.ten, self.asking = TopTen(), False

    @property
    def comparison(self) -> RandomPickComparison | None:
        """The list compared with the organisation; None without a list or a share."""
        percent = self._percent
        if percent is None or not self.ten.people:
            return None
        return self.ten.compared(percent / 100)

    def file(self, kind: str, *, made: date | None = None) -> tuple[str, str, bytes]:
        """Make a file; return its name, media type and content.

        Raises
        ------
        CareerpathError
            If the kind is not known.
        """
        if kind not in TYPES:
            raise CareerpathError(f"A list is saved as {', '.join(TYPES)}, not as {shown(kind)}.")
        percent = self._percent
        if kind == "csv":
            # With a byte order mark; without one Excel assumes another encoding.
            content = self.ten.to_csv().encode("utf-8-sig")
        else:
            share = None if percent is None else percent / 100
            content = self.ten.to_markdown(share, made=made or datetime.now(UTC).date()).encode()
        return f"{FILE_NAME}.{kind}", TYPES[kind], content

    @property
    def _percent(self) -> float | None:
        return read_percent(self.share)


def _no_share(typed: str) -> str:
    return f"The share must be a number from 0 to 100, not {shown(typed)}. Write 15 for 15 %."
