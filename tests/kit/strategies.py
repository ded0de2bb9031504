"""Hypothesis strategies: instruments of many shapes, and answers to them."""

from typing import Any

from hypothesis import strategies as st

from careerpath import Instrument
from careerpath.core.numbers import exact, plain_number

STEPS = (1, 0.5, 0.1, 0.25, 2)

odd_texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.sampled_from(
    ['say "no"', "back\\slash\\", "two\nlines", "a\r\nb\rc", "'''", '"""\n"""', "é…→😀", "\x7f\x00"]
)
identifiers = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,8}", fullmatch=True)


def grid(instrument: Instrument) -> list[int | float]:
    """All answers that the scale has."""
    scale = instrument.scale
    return [instrument.total_of(steps, items=1) for steps in range(scale.steps + 1)]


def answers_with_total(instrument: Instrument, total: float) -> dict[str, float]:
    """Complete answers whose keyed sum is this total."""
    answers: dict[str, float] = {}
    rest = exact(total) - exact(instrument.minimum_total)
    low, high = exact(instrument.scale.minimum), exact(instrument.scale.maximum)
    for item in instrument.items:
        part = min(rest, high - low)
        rest -= part
        keyed = low + part
        answers[item.id] = float(keyed if item.mastery_side == "right" else low + high - keyed)
    assert rest == 0
    return answers


@st.composite
def instruments(
    draw: st.DrawFn, *, most_items: int = 8, most_steps: int = 12, with_texts: bool = False
) -> Instrument:
    texts = odd_texts if with_texts else st.just("text")
    ids = draw(st.lists(identifiers, min_size=1, max_size=most_items, unique=True))
    facets = draw(st.lists(identifiers, max_size=3, unique=True))
    minimum = draw(st.sampled_from((0, 1, -5, 0.5, -0.3)))
    step = draw(st.sampled_from(STEPS))
    steps = draw(st.integers(1, most_steps))
    lowest = exact(minimum) * len(ids)
    span = exact(step) * steps * len(ids)
    cut = st.integers(0, 40).map(lambda part: span * part / 40).map(lambda c: round(c + lowest, 2))
    on_grid = st.integers(0, steps * len(ids)).map(lambda part: lowest + exact(step) * part)
    below, above = sorted(min(max(draw(cut | on_grid), lowest), lowest + span) for _ in range(2))
    band = st.fixed_dictionaries(
        {"title": texts, "summary": texts, "advice": st.lists(texts, max_size=2)}
    )
    data: dict[str, Any] = {
        "id": draw(identifiers),
        "version": draw(texts),
        "title": draw(texts),
        "description": draw(texts),
        "scale": {
            "minimum": minimum,
            "maximum": plain_number(exact(minimum) + exact(step) * steps),
            "step": step,
        },
        "cut_scores": {
            "management_below": plain_number(below),
            "mastery_above": plain_number(above),
        },
        "facets": [{"id": name, "title": draw(texts)} for name in facets],
        "items": [
            {
                "id": name,
                "facet": draw(st.sampled_from([None, *facets])),
                "stem": draw(texts),
                "management": draw(texts),
                "mastery": draw(texts),
                "mastery_side": draw(st.sampled_from(("left", "right"))),
            }
            for name in ids
        ],
        "norms": draw(
            st.none()
            | st.fixed_dictionaries(
                {
                    "mean": st.floats(-100, 100),
                    "sd": st.floats(0.01, 100),
                    "reliability": st.floats(0, 0.99),
                    "source": texts,
                }
            )
        ),
    }
    if draw(st.booleans()):
        data["bands"] = {name: draw(band) for name in ("management", "both", "mastery")}
    return Instrument.validated(data, place="a generated instrument")


@st.composite
def answered(draw: st.DrawFn, **limits: int) -> tuple[Instrument, dict[str, int | float]]:
    """An instrument and a complete set of answers to it."""
    instrument = draw(instruments(**limits))
    answer = st.sampled_from(grid(instrument))
    return instrument, {name: draw(answer) for name in instrument.item_ids}
