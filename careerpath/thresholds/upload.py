"""Reading a file of answers from the browser; nothing is written to a disk."""

from __future__ import annotations

import logging
import traceback
from pathlib import Path

from careerpath.cohort.formats import CohortFileError, UploadedFile
from careerpath.cohort.named_cohort import NamedCohort
from careerpath.cohort.reading import read_cohort
from careerpath.cohort.tally import Tally
from careerpath.core.child_process import read_in_child
from careerpath.core.errors import CareerpathError
from careerpath.core.instrument import Instrument

log = logging.getLogger("careerpath")

LARGEST = 2_000_000
"""The most bytes of a file."""
TALLY = ".tally"
LONGEST_NAME = 80


def read_upload(name: str, content: bytes, instrument: Instrument) -> tuple[NamedCohort, str]:
    r"""Read the answers in a file.

    Parameters
    ----------
    name : str
        The file's name, as a browser sends it: it can be anything. Its ending says the format.
    content : bytes
    instrument : Instrument

    Returns
    -------
    cohort : NamedCohort
        Named after the file.
    summary : str
        What was read, and which people have no total and why.

    Raises
    ------
    CareerpathError
        If the file cannot be read, or nobody in it has a total.

    Examples
    --------
    >>> instrument = Instrument.plain(["a", "b"], management_below=7, mastery_above=13)
    >>> cohort, summary = read_upload("team.csv", b"a,b\n1,2\n9,10\n3,\n", instrument)
    >>> cohort.name, cohort.tally.count, summary
    ('team.csv', 2, '3 people. 1 unscored: 1 unanswered.')
    """
    name = "".join(each for each in name if each.isprintable())[-LONGEST_NAME:].strip() or "file"
    file = UploadedFile(name, content)
    if len(content) > LARGEST:
        raise CohortFileError(
            f"{name} is larger than {LARGEST // 1_000_000} MB. "
            + (
                "Open it in JupyterLab with Tally.load."
                if file.suffix.lower() == TALLY
                else "Count it with `careerpath tally`, and open the tally here."
            )
        )
    tally, summary = read_in_child(
        lambda: _read(file, instrument), place=name, raises=CohortFileError
    )
    if tally is None:
        log.warning("upload not read: %s", summary)
        raise CohortFileError(f"{name} cannot be read. Save it again as CSV.")
    if not tally.count:
        raise CohortFileError(f"{name}: nobody has a total. {summary}")
    return NamedCohort.of(name, tally, instrument), summary


def _read(file: UploadedFile, instrument: Instrument) -> tuple[Tally | None, str]:
    """Return the tally and what was read, or None and what went wrong."""
    try:
        if file.suffix.lower() == TALLY:
            tally = Tally.from_bytes(file.content, place=file.name)
            return tally, f"{tally.count:,} people with a total."
        found = read_cohort(file, instrument)
        return Tally.of(found.frame, instrument), found.summary
    except (CareerpathError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001 (a parser of a format can raise anything)
        # Without the error's text, which could quote an answer.
        place = traceback.extract_tb(error.__traceback__)[-1]
        return None, f"{type(error).__name__} at {Path(place.filename).name}:{place.lineno}"
