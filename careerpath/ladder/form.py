"""The fields of a rung as they are typed. Each is read alone, so one error loses no other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from careerpath.core.numbers import plain_number, read_amount
from careerpath.ladder.ladder import MOST_REPORTS, LadderError, Pay, Rung, Voice

TEXTS = ("title", "scope", "decision_rights", "recognition")
PAY = ("minimum", "maximum", "currency")
REPORTS = "direct_reports"
UP_OR_OUT = "up_or_out"
TICKED = "on"
"""What a browser sends for a ticked box; it sends nothing for an empty one."""


def voice_field(voice: Voice) -> str:
    """Return the name of the field for a voice."""
    return f"voice {voice}"


def fields_of(rung: Rung) -> dict[str, str]:
    """Return the texts in the fields of a rung.

    Examples
    --------
    >>> shown = fields_of(Rung(title="Fellow", voice=["vision"]))
    >>> shown["title"], shown["voice vision"], shown["minimum"], shown["direct_reports"]
    ('Fellow', 'on', '', '0')
    """
    pay = rung.pay
    return {
        **{key: getattr(rung, key) for key in TEXTS},
        "minimum": _written(pay.minimum) if pay else "",
        "maximum": _written(pay.maximum) if pay else "",
        "currency": pay.currency if pay else "",
        REPORTS: str(rung.direct_reports),
        **{voice_field(voice): TICKED for voice in rung.voice},
        **({UP_OR_OUT: TICKED} if rung.up_or_out else {}),
    }


def read_fields(fields: Mapping[str, str], before: Rung) -> tuple[Rung, dict[str, str]]:
    """Make a rung from its fields.

    Parameters
    ----------
    fields : mapping of str to str
        As a browser sends them: they can be anything.
    before : Rung
        The present rung, which keeps its value for each field that is wrong.

    Returns
    -------
    rung : Rung
    wrong : dict of str to str
        What is wrong, by field.

    Examples
    --------
    >>> rung, wrong = read_fields({"title": "Fellow", "minimum": "90 k"}, Rung())
    >>> rung.title, wrong["minimum"]
    ('Fellow', 'Write a number such as 48000, without a currency sign.')
    """
    data: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for key in TEXTS:
        text = fields.get(key, "")
        if told := _what_is_wrong({key: text}):
            wrong[key] = told
        else:
            data[key] = text
    pay, told_pay = _read_pay({key: fields.get(key, "").strip() for key in PAY})
    wrong |= told_pay
    if not told_pay:
        data["pay"] = pay
    reports = fields.get(REPORTS, "").strip() or "0"
    if reports.isdecimal() and len(reports) < 10 and int(reports) <= MOST_REPORTS:
        data[REPORTS] = int(reports)
    else:
        wrong[REPORTS] = f"Write a whole number from 0 to {MOST_REPORTS:,}."
    data["voice"] = tuple(voice for voice in Voice if voice_field(voice) in fields)
    data[UP_OR_OUT] = UP_OR_OUT in fields
    kept = {key: getattr(before, key) for key in Rung.model_fields}
    return Rung(**(kept | data)), wrong


def _read_pay(fields: Mapping[str, str]) -> tuple[Pay | None, dict[str, str]]:
    if not fields["minimum"] and not fields["maximum"]:
        return None, {}  # a currency alone is not pay
    wrong: dict[str, str] = {}
    amounts: dict[str, Any] = {}
    for key, end in (("minimum", "lower"), ("maximum", "upper")):
        amount = read_amount(fields[key])
        if not fields[key]:
            wrong[key] = f"Write the {end} end too."
        elif amount is None:
            wrong[key] = "Write a number such as 48000, without a currency sign."
        elif told := _what_is_wrong({"pay": {"minimum": 0, "maximum": amount, "currency": "EUR"}}):
            wrong[key] = told
        else:
            amounts[key] = amount
    try:
        Pay(minimum=0, maximum=0, currency=fields["currency"])
    except LadderError:
        wrong["currency"] = "Write the three letters of a currency, such as EUR."
    if not wrong and amounts["minimum"] > amounts["maximum"]:
        wrong["maximum"] = "The upper end is below the lower one. Swap them."
    if wrong:
        return None, wrong
    return Pay(**amounts, currency=fields["currency"]), {}


def _what_is_wrong(data: dict[str, Any]) -> str:
    try:
        Rung.model_validate(data)
    except ValidationError as error:
        finding = error.errors(include_url=False)[0]
        return f"This {finding.get('ctx', {}).get('error', finding['msg'])}."
    return ""


def _written(amount: float) -> str:
    return str(plain_number(amount))
