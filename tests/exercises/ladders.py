"""Hypothesis strategies: ladders of many shapes, with text of every kind."""

from hypothesis import strategies as st

from careerpath.exercises import DualLadder
from careerpath.exercises.dual_ladder import LadderError, LadderLevel, Pay, Rung, Voice

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
        "<b>x</b>",
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
