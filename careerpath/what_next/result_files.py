"""Take it with you: which file of a result is made, and what it is called."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from traitlets import HasTraits, Unicode

from careerpath.core.errors import CareerpathError
from careerpath.core.instrument import Instrument
from careerpath.what_next.report import TYPES, ResultReport, printable
from careerpath.what_next.where_now import WhereNow


class ResultFiles(HasTraits):
    """Files that are made on request, and what they say.

    Attributes
    ----------
    name : str
        Whose result the file says it is; kept nowhere else.
    said, problem : str
        What was made last, or why it was not.
    """

    name = Unicode("")
    said = Unicode("")
    problem = Unicode("")

    def make(
        self,
        kind: str,
        *,
        name: str,
        instrument: Instrument,
        answers: Mapping[str, int | float],
        taken: date,
        now: WhereNow | None = None,
    ) -> tuple[str, str, bytes] | None:
        """Make a file; None, and `problem`, where it cannot be made.

        Returns
        -------
        tuple of str, str, bytes
            Its name, its media type, and what is in it.

        Examples
        --------
        >>> from careerpath import load_instrument
        >>> instrument = load_instrument()
        >>> made = ResultFiles().make(
        ...     "json",
        ...     name="",
        ...     instrument=instrument,
        ...     answers=dict.fromkeys(instrument.item_ids, 7),
        ...     taken=date(2026, 3, 1),
        ... )
        >>> made[:2]
        ('careerpath-result-2026-03-01.json', 'application/json')
        """
        self.name = printable(name)
        report = ResultReport(
            instrument=instrument,
            answers=answers,
            taken=taken,
            name=self.name,
            now=now,
            apart=True,
        )
        try:
            content = report.file(kind)
        except CareerpathError as error:
            with self.hold_trait_notifications():
                self.said, self.problem = "", str(error)
            return None
        file = f"careerpath-result-{taken.isoformat()}.{kind}"
        with self.hold_trait_notifications():
            self.said, self.problem = f"Saved as {file}.", ""
        return file, TYPES[kind], content
