"""Signs of careless answers."""

import math
import statistics
from itertools import groupby

import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from careerpath import CareerpathError, Instrument, careless_flags, load_instrument

SHIPPED = load_instrument()
FOUR = Instrument.plain(list("abcd"), management_below=10, mastery_above=30)


@given(st.lists(st.lists(st.none() | st.integers(0, 3), min_size=4, max_size=4), max_size=5))
def test_runs_and_standard_deviations_are_those_of_the_rows(rows):
    frame = pl.DataFrame(rows, schema=dict.fromkeys("abcd", pl.Int64), orient="row")
    for each in (frame, frame.to_pandas(), frame.to_arrow()):
        result = careless_flags(each, FOUR)
        assert type(result) is type(each)
        found = pl.DataFrame(result) if not isinstance(result, pd.DataFrame) else result
        for at, row in enumerate(rows):
            runs = [len(list(run)) for answer, run in groupby(row) if answer is not None]
            assert found["longest_run"][at] == max(runs, default=0)
            answers = [answer for answer in row if answer is not None]
            spread = statistics.stdev(answers) if len(answers) > 1 else None
            if spread is None:
                assert found["spread_within"][at] is None or math.isnan(found["spread_within"][at])
            else:
                assert found["spread_within"][at] == pytest.approx(spread)


def test_equal_answers_and_haste_are_careless():
    same = dict.fromkeys(SHIPPED.item_ids, 5)
    mixed = {name: (3 * at) % 11 for at, name in enumerate(SHIPPED.item_ids)}
    frame = pd.DataFrame([same | {"took": 200}, mixed | {"took": 200}, mixed | {"took": 20}])
    assert careless_flags(frame, SHIPPED)["careless"].tolist() == [True, False, False]
    assert careless_flags(frame, SHIPPED, seconds="took")["careless"].tolist() == [
        True,
        False,
        True,
    ]
    lenient = careless_flags(
        frame, SHIPPED, seconds="took", longest_run=15, least_spread=0, fewest_seconds=10
    )
    assert lenient["careless"].tolist() == [False, False, False]


def test_frames_without_the_needed_columns_are_refused():
    frame = pd.DataFrame({name: [5] for name in "abcd"})
    with pytest.raises(CareerpathError, match="no column 'took'"):
        careless_flags(frame, FOUR, seconds="took")
    with pytest.raises(CareerpathError, match="already"):
        careless_flags(frame.assign(careless=0), FOUR)
    with pytest.raises(CareerpathError, match="Collect the lazy frame"):
        careless_flags(pl.from_pandas(frame).lazy(), FOUR)
    with pytest.raises(CareerpathError, match="not numbers"):
        careless_flags(frame.assign(a="x"), FOUR)
