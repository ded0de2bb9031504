"""Saving what the threshold lab has found: an instrument's file that says where it comes from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from careerpath.cohort.named_cohort import NamedCohort
from careerpath.core.errors import CareerpathError, InstrumentError
from careerpath.core.files import cannot_write
from careerpath.core.instrument import CutScores, Instrument, Norms
from careerpath.core.numbers import exact
from careerpath.core.wording import counted

FEWEST_FOR_NORMS = 100
"""Norms are not written from fewer people.

With 15 items and an alpha of 0.8 the 95 % interval of alpha is then 0.74 to 0.85, and the spread is
known to a seventh; with 30 people they are 0.68 to 0.89, and a quarter.
"""


@dataclass(frozen=True, slots=True)
class Saved:
    """An instrument that was made from the lab.

    Attributes
    ----------
    instrument : Instrument
    name : str
        What its file is called.
    provenance : tuple of str
        Where it comes from: the first lines of the file.
    path : Path or None
        Where the file is; None where it has not been written.
    """

    instrument: Instrument
    name: str
    provenance: tuple[str, ...]
    path: Path | None = None

    @property
    def text(self) -> str:
        """What the file holds."""
        comments = "".join(f"# {_one_line(line)}\n" for line in self.provenance)
        return f"{comments}\n{self.instrument.to_toml()}"


def provenance(
    original: Instrument,
    cuts: CutScores,
    cohort: NamedCohort,
    *,
    changed: int,
    norms: Norms | None = None,
    now: datetime | None = None,
) -> tuple[str, ...]:
    """Tell where cut scores come from, a line for each fact.

    Parameters
    ----------
    original : Instrument
        With the published cut scores.
    cuts : CutScores
    cohort : NamedCohort
        The people they were chosen on.
    changed : int
        How many of them change band.
    norms : Norms, optional
        Those that were measured among them, where they are written too.
    now : datetime, optional
    """
    when = _utc(now)
    source = f" ({cohort.source})" if cohort.source else ""
    alpha = cohort.reliability.alpha
    lines = [
        f"Made in the threshold lab on {when:%Y-%m-%d at %H:%M} UTC.",
        f"From instrument {original.id} {original.version}.",
        f"Published cut scores: {_pair(original.cut_scores)}. Cut scores here: {_pair(cuts)}.",
        f"Chosen on {counted(cohort.tally.count, 'person')}: {cohort.name}{source}.",
        f"Against the published cut scores {counted(changed, 'person')} would change band.",
    ]
    if cohort.synthetic:
        lines.insert(4, "These people are synthetic: nobody ever gave these answers.")
    if alpha is not None:
        lines.append(f"Alpha among them: {alpha:.3f}. Alpha is not validity.")
    if norms is not None:
        lines.append("The norms, too, were measured among them: mean, spread and reliability.")
    return tuple(lines)


def no_norms_because(cohort: NamedCohort) -> str:
    """Say why norms are not written from a cohort; empty where they can be."""
    tally, alpha = cohort.tally, cohort.reliability.alpha
    if cohort.synthetic:
        return "Held back: these people are synthetic, so nothing was measured."
    if tally.count < FEWEST_FOR_NORMS:
        return (
            f"Held back: {counted(tally.count, 'person')}, and norms need {FEWEST_FOR_NORMS} at "
            "the least."
        )
    if alpha is None or not 0 < alpha < 1:
        return (
            "Held back: the answers do not hang together (alpha is not between 0 and 1), and a "
            "standard error cannot rest on that."
        )
    return ""


def measured_norms(cohort: NamedCohort, *, now: datetime | None = None) -> Norms:
    """Make norms of a cohort: its mean, spread and reliability.

    Parameters
    ----------
    cohort : NamedCohort
    now : datetime, optional

    Returns
    -------
    Norms
        Measured, with where, among how many and when.

    Raises
    ------
    CareerpathError
        Where they are held back, with the reason.
    """
    withheld = no_norms_because(cohort)
    found = cohort.reliability
    if withheld or found.alpha is None:
        raise CareerpathError(f"{withheld} Save without norms, or load more people.")
    tally, when = cohort.tally, _utc(now)
    where = "; ".join(each.strip().rstrip(".") for each in (cohort.name, cohort.source) if each)
    interval = "" if found.low is None else f" (95 %: {found.low:.2f} to {found.high or 1:.2f})"
    return Norms(
        mean=float(tally.mean),
        sd=float(tally.sd),
        reliability=found.alpha,
        source=f"Measured among {counted(tally.count, 'person')} on {when:%Y-%m-%d} ({where})",
        note=f"The reliability is Cronbach's alpha among them{interval}.",
        measured=True,
        count=tally.count,
        date=when.date(),
    )


def write_saved(made: Saved, path: str | Path) -> Saved:
    """Write the file, and never over another.

    Parameters
    ----------
    made : Saved
    path : str or Path
        The file, or a folder for it.

    Raises
    ------
    InstrumentError
        Where it cannot be written.
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
                f"{target} is there already, and it may be in use. Choose another name."
            ) from None
    return replace(made, name=target.name, path=target)


def _utc(now: datetime | None) -> datetime:
    return (now or datetime.now(tz=UTC)).astimezone(UTC)


def _pair(cuts: CutScores) -> str:
    low, high = (
        f"{exact(each).normalize():f}" for each in (cuts.management_below, cuts.mastery_above)
    )
    return f"{low} and {high}"


def _one_line(text: str) -> str:
    """Keep a comment of a TOML file on its line, whatever a name or a source holds."""
    return "".join(each if each.isprintable() else " " for each in text)
