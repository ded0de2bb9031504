"""What a visitor can send to the assessment by hand, for the tests at each level."""

from typing import Any

LONG = "x" * 1_000_000

#: States of the browser session.
SESSION_STATES: list[dict[str, Any]] = [
    {"found": LONG},
    {"found": {"answers": dict.fromkeys((f"q{n}" for n in range(20_000)), 5)}},
    {"found": {"instrument": "careerpath-15", "version": "1.0.0", "answers": {"q01": 99}}},
    {"found": {"instrument": "careerpath-15", "version": "1.0.0", "answers": {LONG: [LONG]}}},
    {"found": [[[[]]]], "storage": "maybe", "looked": None},
    {"instrument": 7, "version": None},
    {"place": LONG, "announcement": {"a": 1}, "trouble": 3},
    {"_esm": 1, "_model_name": None, "no_such_trait": LONG},
]

#: Messages of the shown screen.
PRESSES: list[Any] = [
    None,
    LONG,
    {"action": LONG, "values": {"item": LONG, "place": "welcome"}},
    {"action": "goto", "values": {"item": "q99", "place": "welcome"}},
    {"action": "__init__", "values": {"place": "welcome"}},
    {"action": ["start"], "values": {"item": {}, "place": 3}},
    {"action": "next", "values": {"place": "result"}},
]

#: States of the slider.
SLIDER_STATES: list[dict[str, Any]] = [
    {"value": 11},
    {"value": -1},
    {"value": 3.5},
    {"value": "7"},
    {"value": True},
    {"value": LONG},
    {"value": [5]},
    {"value": 10**400},
    {"name": "q99", "value": 5},
    {"name": LONG, "value": 5},
    {"maximum": 1e308, "value": 1e307},
    {"step": 0, "value": 5},
    {"minimum": "a", "label": None, "value": {}},
]
