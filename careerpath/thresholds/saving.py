"""Saving new cut scores: an instrument's file that says where it comes from."""

from __future__ import annotations

import base64
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from careerpath.cohort.named_cohort import NamedCohort
from careerpath.core.errors import CareerpathError, InstrumentError
from careerpath.core.files import cannot_write
from careerpath.core.instrument import CutScores, Instrument, Norms
from careerpath.core.wording import counted

FEWEST_FOR_NORMS = 100
"""Norms need at least this many people.

With 100 people, 15 items and an alpha of 0.8, the 95 % interval of alpha is 0.74 to 0.85, and the
standard deviation is known to a seventh of its size. With 30 people: 0.68 to 0.89, and a quarter.
"""


@dataclass(frozen=True, slots=True)
class Saved:
    """A new instrument, made in the lab.

    Attributes
    ----------
    instrument : Instrument
    name : str
        The name of its file.
    provenance : tuple of str
        Where it comes from: the first lines of the file.
    path : Path or None
        The file; None if it was not written.
    """

    instrument: Instrument
    name: str
    provenance: tuple[str, ...]
    path: Path | None = None

    @property
    def text(self) -> str:
        """The content of the file."""
        comments = "".join(f"# {_one_line(line)}\n" for line in self.provenance)
        return f"{comments}\n{self.instrument.to_toml()}"

    @property
    def data_url(self) -> str:
        """The content of the file as a link, for a browser to download."""
        return f"data:application/toml;base64,{base64.b64encode(self.text.encode()).decode()}"


def provenance(
    original: Instrument,
    cuts: CutScores,
    cohort: NamedCohort,
    *,
    changed: int,
    norms: Norms | None = None,
    now: datetime | None = None,
) -> tuple[str, ...]:
    """Say where cut scores come from, one line per fact.

    Parameters
    ----------
    original : Instrument
        The instrument with the published cut scores.
    cuts : CutScores
    cohort : NamedCohort
        The people they were chosen on.
    changed : int
        How many of them change band.
    norms : Norms, optional
        Norms measured among these people, if they are written too.
    now : datetime, optional
        By default, now.
    """
    when = _utc(now)
    source = f" ({cohort.source})" if cohort.source else ""
    lines = [
        f"Made in the threshold lab on {when:%Y-%m-%d at %H:%M} UTC.",
        f"From instrument {original.id} {original.version}.",
        f"Published cut scores: {_pair(original.cut_scores)}. Cut scores here: {_pair(cuts)}.",
        f"Chosen on {counted(cohort.tally.count, 'person')}: {cohort.name}{source}.",
        f"Compared with the published cut scores, {counted(changed, 'person')} would change band.",
    ]
    if cohort.synthetic:
        lines.insert(4, "These people are synthetic: nobody ever gave these answers.")
    if cohort.reliability is not None:
        lines.append(f"Alpha among them: {cohort.reliability.alpha:.3f}. Alpha is not validity.")
    if norms is not None:
        lines.append(
            "The norms were measured among them: mean, standard deviation and reliability."
        )
    return tuple(lines)


def no_norms_because(cohort: NamedCohort) -> str:
    """Return why a cohort gives no norms; an empty text if it does."""
    count, reliability = cohort.tally.count, cohort.reliability
    if cohort.synthetic:
        return "Held back: these people are synthetic, so nothing was measured."
    if count < FEWEST_FOR_NORMS:
        return (
            f"Held back: there are {counted(count, 'person')}, and norms need at least "
            f"{FEWEST_FOR_NORMS}."
        )
    if reliability is None or not 0 < reliability.alpha < 1:
        return (
            "Held back: alpha is not between 0 and 1, and a standard error needs items that agree "
            "with each other."
        )
    return ""


def measured_norms(cohort: NamedCohort, *, now: datetime | None = None) -> Norms:
    """Make norms of a cohort: its mean, standard deviation and reliability.

    Parameters
    ----------
    cohort : NamedCohort
    now : datetime, optional

    Returns
    -------
    Norms
        They say where, among how many people and when they were measured.

    Raises
    ------
    CareerpathError
        If the cohort gives no norms, with the reason.
    """
    withheld = no_norms_because(cohort)
    found = cohort.reliability
    if withheld or found is None:
        raise CareerpathError(f"{withheld} Save without norms, or load more people.")
    tally, when = cohort.tally, _utc(now)
    where = "; ".join(each.strip().rstrip(".") for each in (cohort.name, cohort.source) if each)
    return Norms(
        mean=float(tally.mean),
        sd=float(tally.sd),
        reliability=found.alpha,
        source=f"Measured among {counted(tally.count, 'person')} on {when:%Y-%m-%d} ({where})",
        note=(
            "The reliability is Cronbach's alpha among them "
            f"(95 %: {found.low:.2f} to {found.high:.2f})."
        ),
        measured=True,
        count=tally.count,
        date=when.date(),
    )


def write_saved(made: Saved, path: str | Path) -> Saved:
    """Write the file; never replace an existing one.

    Parameters
    ----------
    made : Saved
    path : str or Path
        The file, or a folder for it.

    Returns
    -------
    Saved
        With its path.

    Raises
    ------
    InstrumentError
        If it cannot be written, or exists.
    """
    target = Path(path)
    with cannot_write(target, raises=InstrumentError):
        if target.is_dir():
            target = target / made.name
        try:
            with target.open("x", encoding="utf-8", newline="\n") as file:
                file.write(made.text)
        except FileExistsError:
            raise InstrumentError(
                f"{target} exists already, and may be in use. Choose another name."
            ) from None
    return replace(made, name=target.name, path=target)


def _utc(now: datetime | None) -> datetime:
    return (now or datetime.now(tz=UTC)).astimezone(UTC)


def _pair(cuts: CutScores) -> str:
    both = (cuts.management_below, cuts.mastery_above)
    return " and ".join(f"{Decimal(str(each)).normalize():f}" for each in both)


def _one_line(text: str) -> str:
    """Replace line breaks and the like, so that a comment of a TOML file stays on its line."""
    return "".join(each if each.isprintable() else " " for each in text)
