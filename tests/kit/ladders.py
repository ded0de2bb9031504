"""Hypothesis strategies: ladders of many shapes, with text of every kind."""

from hypothesis import strategies as st

from careerpath import DualLadder
from careerpath.ladder.ladder import LadderError, LadderLevel, Pay, Rung, Side, Voice

texts = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=20
) | st.sampled_from(
    [
        "=1+1",
        "'=1",
        "''-x",
        "'tis",
        "@a",
        "7",
        "3.50",
        "yes",
        "two\nlines",
        "a\r\nb\rc\x0bd",
        'say "no", or; so',
        "<i onload=x>y</i>",
        "_x0041_",
        "\ufeffmark",
        "tab\there",
        "'''\"\"\"\\",
        "#N/A",
        "2026-01-02",
        "😀 é",
        "a\u2028b",
        "\u200b",
    ]
)
amounts = st.integers(0, 10**9) | st.decimals(0, 10**6, places=2).map(float)
pays = st.builds(
    lambda ends, currency: Pay(minimum=min(ends), maximum=max(ends), currency=currency),
    st.tuples(amounts, amounts),
    st.sampled_from(["EUR", "USD", "chf"]),
)
rungs = st.builds(
    Rung,
    title=texts,
    scope=texts,
    decision_rights=texts,
    pay=st.none() | pays,
    recognition=texts,
    direct_reports=st.integers(0, 20),
    voice=st.lists(st.sampled_from(Voice)).map(tuple),
    up_or_out=st.booleans(),
)


def _level(name, mastery, management):
    try:
        return LadderLevel(name=name, mastery=mastery, management=management)
    except LadderError:  # a name of blanks
        return LadderLevel(name="x", mastery=mastery, management=management)


levels = st.builds(_level, texts, st.none() | rungs, st.none() | rungs)
ladders = st.lists(levels, max_size=4, unique_by=lambda level: level.name).map(
    lambda found: DualLadder(levels=tuple(found))
)


@st.composite
def _at_par(draw):
    """A ladder with no findings: both sides alike, and growing from level to level."""
    made, pay = DualLadder(), 1_000
    titles = ["Junior", "Senior", "Staff", "Principal", "Fellow", "Chief"]
    for number in sorted(draw(st.sets(st.integers(0, 5), min_size=1))):
        name = f"Level {number}"
        width = draw(st.integers(0, 2 * pay))
        made = made.with_level(name)
        voice = draw(st.sets(st.sampled_from(Voice)))
        for side in Side:
            rung = Rung(
                title=f"{titles[number]} {side}",
                scope=f"Scope {number} {side}",
                decision_rights=f"Decides {number} {side}",
                recognition=f"Recognition {number} {side}",
                pay=Pay(minimum=pay, maximum=pay + width, currency="EUR"),
                voice=tuple(voice),
                direct_reports=0 if side is Side.MASTERY else draw(st.integers(0, 9)),
            )
            made = made.with_rung(name, side, rung)
        pay += width + draw(st.integers(1, 1_000))
    top = made.levels[-1]
    for side in Side:
        rung = top.rung(side).model_copy(update={"voice": tuple(Voice)})
        made = made.with_rung(top.name, side, rung)
    return made


ladders_at_par = _at_par()
