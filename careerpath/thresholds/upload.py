"""Reading a file of answers from the browser; nothing is written to a disk."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from careerpath.cohort.formats import CohortFileError, UploadedFile
from careerpath.cohort.named_cohort import NamedCohort
from careerpath.cohort.reading import read_cohort
from careerpath.cohort.tally import Tally
from careerpath.core.errors import CareerpathError
from careerpath.core.instrument import Instrument

log = logging.getLogger("careerpath")

LARGEST = 2_000_000
"""The most bytes of a file."""
MOST_MEMORY = 400_000_000
"""The most bytes of memory that reading may take: a small file can unpack to many gigabytes."""
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
    is_tally = file.suffix.lower() == ".tally"
    if len(content) > LARGEST:
        raise CohortFileError(
            f"{name} is larger than {LARGEST // 1_000_000} MB. "
            + (
                "Open it in JupyterLab with Tally.load."
                if is_tally
                else "Count it with `careerpath tally`, and open the tally here."
            )
        )
    try:
        with _limited_memory():
            if is_tally:
                tally = Tally.from_bytes(content, place=name)
                summary = f"{tally.count:,} people with a total."
            else:
                found = read_cohort(file, instrument)
                tally, summary = Tally.of(found.frame, instrument), found.summary
    except CareerpathError:
        raise
    except MemoryError:
        raise CohortFileError(
            f"{name} needs too much memory. Count it with `careerpath tally`, and open the tally "
            "here."
        ) from None
    except Exception as error:  # noqa: BLE001 (a parser of a format can raise anything)
        # Without the error's text, which could quote an answer.
        place = traceback.extract_tb(error.__traceback__)[-1]
        kind = type(error).__name__
        log.warning("upload not read: %s at %s:%s", kind, Path(place.filename).name, place.lineno)
        raise CohortFileError(f"{name} cannot be read. Save it again as CSV.") from None
    if not tally.count:
        raise CohortFileError(f"{name}: nobody has a total. {summary}")
    return NamedCohort.of(name, tally, instrument), summary


@contextmanager
def _limited_memory() -> Iterator[None]:
    """Let the process take only so much more memory; Linux raises MemoryError above it."""
    if sys.platform != "linux":
        yield
        return
    import resource

    pages = int(Path("/proc/self/statm").read_text("ascii").split()[5])
    before = resource.getrlimit(resource.RLIMIT_DATA)
    most = pages * resource.getpagesize() + MOST_MEMORY
    limits = [each for each in (most, *before) if each != resource.RLIM_INFINITY]
    resource.setrlimit(resource.RLIMIT_DATA, (min(limits), before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, before)
