"""Written numbers, read by whichever engine holds them: one Narwhals expression, too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals as nw

from careerpath.cohort.frames import column_of
from careerpath.cohort.score_expression import NUMBER, ODD

GAPS = frozenset({"", "na", "n/a", "nan", "null", "none", "nil", "-", ".", "#n/a"})
"""What people write where there is no answer, in lower case."""

_BLANKS = "".join(sign for sign in map(chr, range(0x3001)) if sign.isspace())
"""What Python strips, a no-break space too: engines differ in what they strip by themselves."""
_NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?$"
_INFINITE = r"^[+-]?(inf|infinity)$"


def with_numbers(table: nw.LazyFrame[Any], names: Sequence[str]) -> nw.LazyFrame[Any]:
    """Read columns of text as numbers, beside them, as `score_expression` looks for them.

    NaN becomes a gap, as it is in a file of text and in pandas.

    Parameters
    ----------
    table : LazyFrame
    names : sequence of str
        Columns; those that are no text and no floats are left as they are.
    """
    schema = table.collect_schema()
    added: list[Any] = []
    for name in names:
        column = column_of(table, name)
        if schema[name].is_float():
            added.append(nw.when(~column.is_nan()).then(column).alias(name))
        if schema[name] != nw.String:
            continue
        text = column.str.strip_chars(_BLANKS).str.to_lowercase()
        number = text.str.contains(_NUMBER) | text.str.contains(_INFINITE)
        read = nw.when(number).then(text).cast(nw.Float64())
        odd = ~text.is_null() & ~number & ~text.is_in(sorted(GAPS))
        odd = nw.when(text.is_null()).then(nw.lit(value=False)).otherwise(odd)
        added += [read.alias(f"{NUMBER}{name}"), odd.alias(f"{ODD}{name}")]
    return table.with_columns(*added) if added else table
