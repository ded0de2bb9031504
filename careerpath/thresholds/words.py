"""The threshold lab's figures in words, for its screens and for who hears them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from careerpath.cohort.cut_effects import SURE
from careerpath.core.wording import MINUS, band_ranges, both_cuts, counted, percent, show
from careerpath.thresholds.model import ThresholdsModel

DASH = "\N{EN DASH}"


def figure(value: float | None, decimals: int = 3) -> str:
    """Write a statistic, or a dash where there is none.

    Examples
    --------
    >>> figure(0.81234), figure(-0.5, 2) == MINUS + "0.50", figure(None) == DASH
    ('0.812', True, True)
    """
    return DASH if value is None else f"{value:.{decimals}f}".replace("-", MINUS)


def head(model: ThresholdsModel) -> dict[str, Any]:
    """Say who is shown, and how far that carries."""
    tally = model.cohort.tally
    lead = f"{model.shown_name}: {counted(tally.count, 'person')}"
    if tally.count:
        lead += f", totals of {tally.mean:.1f} on average"
        if tally.count > 1:
            lead += f", with a spread (SD) of {tally.sd:.1f}"
    unscored = {str(reason): count for reason, count in tally.unscored.items() if count}
    if unscored:
        reasons = ", ".join(f"{count:,} {reason}" for reason, count in unscored.items())
        lead += f". Left out, without a total: {reasons}"
    if model.few:
        lead += ". So few people say little about others: mind the intervals"
    return {
        "title": "Threshold lab",
        "lead": f"{lead}.",
        "synthetic": model.cohort.synthetic,
    }


def trust(model: ThresholdsModel) -> dict[str, Any]:
    """Say how far a band can be trusted."""
    found = model.cohort.reliability
    if found.alpha is None:
        alpha = "Alpha cannot be had from these answers."
    else:
        interval = (
            "" if found.low is None else f" (95 %: {figure(found.low)} to {figure(found.high)})"
        )
        alpha = f"Alpha {figure(found.alpha)}{interval}. Alpha is not validity."
    error = (
        "Without alpha there is no standard error of measurement."
        if found.standard_error is None
        else f"Standard error of measurement: {found.standard_error:.1f} points."
    )
    return {
        "classification": model.classification,
        "alpha": alpha,
        "error": error,
        "unsure": _unsure(model),
    }


def _unsure(model: ThresholdsModel) -> str:
    if model.cohort.reliability.standard_error is None:
        return "Which totals have no sure band cannot be told."
    if not model.unsure:
        return f"At every possible total one band has {percent(SURE)} or more."
    ranges = " and ".join(
        show(low) if low == high else f"{show(low)} to {show(high)}" for low, high in model.unsure
    )
    share = model.unsure_share
    people = "" if share is None else f" {percent(share)} of these people are there."
    return f"Totals without a band of {percent(SURE)} or more: {ranges}.{people}"


def item_rows(model: ThresholdsModel) -> Iterator[dict[str, Any]]:
    """Make the rows of the items' table."""
    alpha = model.cohort.reliability.alpha
    for each in model.items:
        dropped = each.alpha_if_dropped
        yield {
            "id": each.item,
            "facet": model.instrument.item(each.item).facet,
            "mean": each.mean,
            "sd": each.sd,
            "item_rest": each.item_rest,
            "alpha_if_dropped": dropped,
            "better": alpha is not None and dropped is not None and dropped > alpha,
            "flips": DASH if each.changes is None else f"{each.changes:,}",
        }


def announcement(model: ThresholdsModel) -> str:
    """Say in one breath what has changed, for who hears the lab."""
    if model.saved:
        where = "saved" if model.saved.path else "ready to download"
        return f"{model.saved.name} is {where}."
    named = band_ranges(model.cuts)
    bands = ", ".join(
        f"{each.band} {named[each.band]}: "
        + ("nobody" if each.share is None else f"{100 * each.share:.1f} %")
        for each in model.shares
    )
    return f"{model.shown_name}: {bands}. {model.flows_in_words}"


def picture_words(model: ThresholdsModel) -> str:
    """Say what the histogram shows."""
    return (
        f"{model.shown_name}, {counted(model.cohort.tally.count, 'person')}, cut scores "
        f"{both_cuts(model.cuts)}: "
        + ", ".join(f"{each.count:,} {each.band}" for each in model.shares)
    )
