"""Alpha of a frame: gaps, engines, and frames without an alpha."""

import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kit import oracle

from careerpath import CareerpathError, cronbach_alpha, true_score

ROWS = st.lists(st.lists(st.none() | st.integers(0, 10), min_size=3, max_size=3), max_size=8)


@given(ROWS)
def test_alpha_is_that_of_the_rows_without_a_gap(rows):
    frame = pl.DataFrame(rows, schema=dict.fromkeys("abc", pl.Int64), orient="row")
    whole = [row for row in rows if None not in row]
    alpha = oracle.alpha(list(zip(*whole, strict=True))) if len(whole) > 1 else None
    for each in (frame, frame.lazy(), frame.to_arrow(), frame.to_pandas()):
        if alpha is None:
            with pytest.raises(CareerpathError, match="Add people"):
                cronbach_alpha(each)
            continue
        found = cronbach_alpha(each)
        assert found.alpha == pytest.approx(alpha, abs=1e-9)
        assert (found.n, found.left_out) == (len(whole), len(rows) - len(whole))
        assert found.low <= found.alpha <= found.high


def test_one_item_has_no_alpha():
    with pytest.raises(CareerpathError, match="at least two"):
        cronbach_alpha(pd.DataFrame({"a": [1, 2, 3]}))


def test_text_is_refused():
    with pytest.raises(CareerpathError, match="Column 'name' holds String"):
        cronbach_alpha(pd.DataFrame({"name": ["x", "y"], "a": [1, 2]}))


@pytest.mark.parametrize("frame", [None, 7, [[1, 2]]])
def test_anything_but_a_frame_is_refused(frame):
    with pytest.raises(CareerpathError):
        cronbach_alpha(frame)


@pytest.mark.parametrize(("sd", "reliability"), [(0, 0.8), (20, 0), (20, 1), (20, -0.3)])
def test_a_true_score_needs_an_sd_and_a_reliability(sd, reliability):
    with pytest.raises(CareerpathError):
        true_score(100, mean=75, sd=sd, reliability=reliability)
