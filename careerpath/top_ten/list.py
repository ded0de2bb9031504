"""The top-ten exercise: whether the ten people you would take with you are masters or managers.

Nothing is stored: a list exists only while the page is open.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from careerpath.core.errors import CareerpathError, shown
from careerpath.core.text_tables import escape_formula, escape_markdown, markdown_table
from careerpath.core.wording import counted, long_date, plural
from careerpath.top_ten.chance import RandomPickComparison, compare_with_random_picks

LINES = 10
LONGEST_NAME = 60

QUESTIONS = (
    "What does each of the ten contribute that you could not do without?",
    "Would the answer be the same if nobody had a title?",
    "What do the masters on your list get here: title, responsibility, pay, a voice?",
    "Has anyone on the list been moved into management, and what happened to their expertise?",
    "Who is missing from the list because you rarely see their work?",
    "What would you have to change so that all ten want to stay?",
)
"""Questions for a talk about the list."""


class TopTenKind(StrEnum):
    """How a person on the list adds value."""

    MASTER = "master"
    MANAGER = "manager"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class TopTenLine:
    """One of the ten lines.

    Attributes
    ----------
    name : str
        A name or initials; may be empty.
    kind : TopTenKind or None
        None until it is chosen. Only lines with a kind count.
    """

    name: str = ""
    kind: TopTenKind | None = None


@dataclass(frozen=True, slots=True)
class TopTen:
    """The ten people whom you would take from your organisation into a new one.

    Parameters
    ----------
    lines : tuple of TopTenLine
        Ten lines; empty ones by default.

    Examples
    --------
    >>> ten = TopTen().with_line(0, name="Ana", kind="master").with_line(1, kind="both")
    >>> ten.people, {str(kind): count for kind, count in ten.counts.items()}
    (2, {'master': 1, 'manager': 0, 'both': 1})
    """

    lines: tuple[TopTenLine, ...] = (TopTenLine(),) * LINES

    def __post_init__(self) -> None:
        if len(self.lines) != LINES:
            raise CareerpathError(
                f"A list has {LINES} lines, not {len(self.lines)}. Leave unused lines empty."
            )

    def with_line(
        self, place: int, *, name: str | None = None, kind: TopTenKind | str | None = None
    ) -> TopTen:
        """Return the list with one line changed; what is not given stays.

        Parameters
        ----------
        place : int
            From 0 to 9.
        name : str, optional
        kind : TopTenKind or str, optional

        Raises
        ------
        CareerpathError
            If there is no such line or kind, or the name is too long.
        """
        line = self._line(place)
        if name is not None:
            line = replace(line, name=_name(name))
        if kind is not None:
            line = replace(line, kind=_kind(kind))
        return self._put(place, line)

    def without_line(self, place: int) -> TopTen:
        """Return the list with one line emptied."""
        self._line(place)
        return self._put(place, TopTenLine())

    @property
    def people(self) -> int:
        """The number of lines with a kind."""
        return sum(line.kind is not None for line in self.lines)

    @property
    def counts(self) -> Mapping[TopTenKind, int]:
        """The number of lines of each kind."""
        return {kind: sum(line.kind is kind for line in self.lines) for kind in TopTenKind}

    @property
    def shares(self) -> Mapping[TopTenKind, float]:
        """The share of each kind, 0 to 1; all 0 if the list is empty."""
        return {kind: count / max(self.people, 1) for kind, count in self.counts.items()}

    @property
    def words(self) -> str:
        """What the list says, in a sentence.

        Examples
        --------
        >>> ten = TopTen()
        >>> for place in range(10):
        ...     ten = ten.with_line(place, kind="manager" if place < 2 else "master")
        >>> ten.words
        'Of 10 people, 8 are masters, 2 are managers and 0 do both: mostly masters.'
        """
        if not self.people:
            return "Nobody is on the list yet."
        counts = self.counts
        masters, managers, both = (counts[kind] for kind in TopTenKind)
        most = max(counts, key=lambda kind: counts[kind])
        if 2 * counts[most] <= self.people:
            verdict = "a mixture"
        else:
            verdict = {
                TopTenKind.MASTER: "mostly masters",
                TopTenKind.MANAGER: "mostly managers",
                TopTenKind.BOTH: "mostly people who do both",
            }[most]
        return (
            f"Of {counted(self.people, 'person')}, {masters} {_are(masters, 'master')}, {managers} "
            f"{_are(managers, 'manager')} and {both} {plural(both, 'does')} both: "
            f"{verdict}."
        )

    def compared(self, managers_share: float) -> RandomPickComparison:
        """Compare the list with random picks from the organisation.

        The chance comes from the binomial distribution: each person on a random list is a manager
        with the probability `managers_share`. People who do both count as managers, as they do in
        the organisation's share.

        Parameters
        ----------
        managers_share : float
            The share of people in the organisation who manage others, 0 to 1.

        Returns
        -------
        RandomPickComparison

        Raises
        ------
        CareerpathError
            If the share is not a number from 0 to 1, or the list is empty.

        Examples
        --------
        >>> ten = TopTen()
        >>> for place in range(10):
        ...     ten = ten.with_line(place, kind="manager" if place < 5 else "master")
        >>> round(ten.compared(0.2).chance, 4)
        0.0328
        """
        if not self.people:
            raise CareerpathError("Nobody is on the list yet. Choose a kind for each line.")
        managers = self.counts[TopTenKind.MANAGER] + self.counts[TopTenKind.BOTH]
        return compare_with_random_picks(managers, self.people, managers_share)

    def to_markdown(self, managers_share: float | None = None, *, made: date | None = None) -> str:
        """Write the list, its summary and the questions as Markdown.

        Parameters
        ----------
        managers_share : float, optional
            The share of managers in the organisation, 0 to 1, to compare with.
        made : date, optional
            The day to state in it.
        """
        rows = [
            [str(number), line.name, line.kind or ""]
            for number, line in enumerate(self.lines, start=1)
        ]
        said = [self.words]
        if managers_share is not None and self.people:
            said.append(self.compared(managers_share).words)
        return "\n\n".join(
            [
                "# Top ten",
                markdown_table(["", "who", "master, manager or both"], rows),
                *(escape_markdown(each) for each in said),
                "## To talk about",
                "\n".join(f"- {question}" for question in QUESTIONS),
                *([f"Made on {long_date(made)}."] if made else []),
                "",
            ]
        )

    def to_csv(self) -> str:
        """Write the list as CSV; a name that looks like a formula gets an apostrophe.

        Examples
        --------
        >>> print(TopTen().with_line(0, name="=1+1", kind="both").to_csv()[:24])
        line,name,kind
        1,'=1+1,b
        """
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(["line", "name", "kind"])
        for number, line in enumerate(self.lines, start=1):
            writer.writerow([number, escape_formula(line.name), line.kind or ""])
        return text.getvalue()

    def _line(self, place: int) -> TopTenLine:
        if place not in range(LINES):
            raise CareerpathError(
                f"There is no line {shown(place)}. Lines run from 0 to {LINES - 1}."
            )
        return self.lines[place]

    def _put(self, place: int, line: TopTenLine) -> TopTen:
        return replace(self, lines=(*self.lines[:place], line, *self.lines[place + 1 :]))


def _are(count: int, noun: str) -> str:
    return f"is a {noun}" if count == 1 else f"are {noun}s"


def _name(name: object) -> str:
    if not isinstance(name, str):
        raise CareerpathError(f"A name is text, not {shown(name)}. Write a name or initials.")
    name = " ".join("".join(each if each.isprintable() else " " for each in name).split())
    if len(name) > LONGEST_NAME:
        raise CareerpathError(
            f"{shown(name)} is longer than {LONGEST_NAME} characters. Use initials."
        )
    return name


def _kind(kind: object) -> TopTenKind:
    try:
        return TopTenKind(kind)  # type: ignore[arg-type]
    except ValueError:
        raise CareerpathError(
            f"{shown(kind)} is not one of {', '.join(TopTenKind)}. Choose one of them."
        ) from None
