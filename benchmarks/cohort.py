"""Time of scoring and tallying a cohort, compared with the least that the same engine needs.

All score the same fifteen columns of ``uint8``. Each contender and its yardstick run in turn, and
the best of a few rounds counts, so that other load on the machine affects both alike. It prints a
Markdown table of ratios::

    python benchmarks/cohort.py --rows 10000000

- *score_frame* gives total, band and reason. Its yardstick in pandas is ``sum(axis=1)``, which only
  gives a total, overflows, counts gaps as 0 and checks nothing; in Polars and DuckDB the same three
  columns, written by hand for this one scale.
- *Tally.of* counts by item, answer and total. Its yardstick is NumPy's ``bincount`` of the totals
  by item, without any check.
- *A cut score moved*: counts, shares, flips and Livingston-Lewis from a tally.

For large files see ``benchmarks/large_file.py``.
"""

from __future__ import annotations

import argparse
import functools
import time
from collections.abc import Callable
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa

from careerpath import CutScores, Tally, load_instrument, score_frame, simulate_cohort

SHIPPED = load_instrument()
IDS = list(SHIPPED.item_ids)
LEFT = {item.id for item in SHIPPED.items if item.mastery_side == "left"}

Answers = np.ndarray[Any, np.dtype[np.uint8]]


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    columns = answers(options.rows)
    print(f"{options.rows:,} rows x {len(IDS)} items, uint8; best of {options.rounds} rounds.\n")
    print("| careerpath | s | yardstick | s | ratio | goal |")
    print("|---|---:|---|---:|---:|---:|")
    for ours, theirs, bar, run_ours, run_theirs in contests(columns):
        mine, yardstick = best([run_ours, run_theirs], options.rounds)
        print(
            f"| {ours} | {mine:.2f} | {theirs} | {yardstick:.2f} "
            f"| {mine / yardstick:.2f} | {bar} |",
            flush=True,
        )
    print()
    cut_score(Tally.of(simulate_cohort(SHIPPED, count=100_000).frame, SHIPPED))


def answers(rows: int, seed: int = 0) -> dict[str, Answers]:
    """Draw random answers, one column per item."""
    random = np.random.default_rng(seed)
    return {name: random.integers(0, 11, rows, dtype=np.uint8) for name in IDS}


Contest = tuple[str, str, float, Callable[[], Any], Callable[[], Any]]


def contests(columns: dict[str, Answers]) -> list[Contest]:
    """Return the pairs of what is measured and its yardstick."""
    frame = pd.DataFrame(columns)
    arrow = pa.table(columns)
    polars = pl.DataFrame(columns)
    database = duckdb.connect()
    database.register("answers", arrow)
    database.execute("create table people as select * from answers")
    people = database.table("people")
    return [
        (
            "score_frame, pandas",
            "sum(axis=1)",
            2.5,
            lambda: score_frame(frame, SHIPPED),
            lambda: frame.sum(axis=1),
        ),
        (
            "score_frame, Polars",
            "by hand",
            1.3,
            lambda: score_frame(polars, SHIPPED),
            lambda: by_hand_polars(polars),
        ),
        (
            "score_frame, Polars lazy",
            "by hand",
            1.3,
            lambda: score_frame(polars.lazy(), SHIPPED).collect(),
            lambda: by_hand_polars(polars.lazy()).collect(),
        ),
        (
            "score_frame, DuckDB",
            "by hand",
            1.3,
            lambda: in_duckdb(database, score_frame(people, SHIPPED)),
            lambda: in_duckdb(database, database.sql(by_hand_sql())),
        ),
        (
            "Tally.of, pandas",
            "np.bincount",
            3.0,
            lambda: Tally.of(frame, SHIPPED),
            lambda: bare_bincount(columns),
        ),
        (
            "Tally.of, Polars",
            "np.bincount",
            3.0,
            lambda: Tally.of(polars, SHIPPED),
            lambda: bare_bincount(columns),
        ),
    ]


def by_hand_polars(frame: Any) -> Any:
    """Score in the shortest way for this scale of whole answers from 0 to 10."""
    keyed = [
        10 - pl.col(name).cast(pl.Int16) if name in LEFT else pl.col(name).cast(pl.Int16)
        for name in IDS
    ]
    outside = functools.reduce(lambda a, b: a | b, [pl.col(name) > 10 for name in IDS])
    gap = functools.reduce(lambda a, b: a | b, [pl.col(name).is_null() for name in IDS])
    total, bad = pl.col("total"), pl.col("unscored_reason").is_not_null()
    return (
        frame.with_columns(
            functools.reduce(lambda a, b: a + b, keyed).cast(pl.Int64).alias("total"),
            pl.when(outside)
            .then(pl.lit("out of range"))
            .when(gap)
            .then(pl.lit("unanswered"))
            .alias("unscored_reason"),
        )
        .with_columns(
            pl.when(bad)
            .then(pl.lit("unscored"))
            .when(total < 50)
            .then(pl.lit("management"))
            .when(total > 100)
            .then(pl.lit("mastery"))
            .otherwise(pl.lit("both"))
            .alias("band")
        )
        .with_columns(pl.when(~bad).then(total).alias("total"))
    )


def by_hand_sql() -> str:
    """Return the same as SQL."""
    total = " + ".join(f"(10 - {name}::int)" if name in LEFT else f"{name}::int" for name in IDS)
    outside = " or ".join(f"{name} > 10" for name in IDS)
    gap = " or ".join(f"{name} is null" for name in IDS)
    return f"""
        with scored as (
            select *, {total} as units, case when {outside} then 'out of range'
            when {gap} then 'unanswered' end as unscored_reason from people
        )
        select * exclude (units), case when unscored_reason is null then units::bigint end as total,
        case when unscored_reason is not null then 'unscored' when units < 50 then 'management'
        when units > 100 then 'mastery' else 'both' end as band from scored
    """  # noqa: S608 - the names are ours


def in_duckdb(database: Any, relation: Any) -> None:
    """Let DuckDB compute a relation as a table, and drop the table."""
    relation.create("scored")
    database.execute("drop table scored")


def bare_bincount(columns: dict[str, Answers]) -> list[Any]:
    """Count by item, answer and total with NumPy, and check nothing."""
    total = np.zeros(len(columns[IDS[0]]), np.int64)
    for name in IDS:
        total += 10 - columns[name] if name in LEFT else columns[name]
    return [np.bincount(total * 11 + columns[name], minlength=151 * 11) for name in IDS]


def best(runs: list[Callable[[], Any]], rounds: int) -> list[float]:
    """Run all in turn for some rounds, and return the least seconds of each."""
    least = [float("inf")] * len(runs)
    for _ in range(rounds):
        for at, run in enumerate(runs):
            started = time.perf_counter()
            run()
            least[at] = min(least[at], time.perf_counter() - started)
    return least


def cut_score(tally: Tally) -> None:
    """Print the time that moving a cut score takes."""
    published = SHIPPED.cut_scores
    moved = [CutScores(management_below=50 + at, mastery_above=100 - at) for at in range(20)]

    large = Tally(tally.layout, tally.cells * 10_000)
    for each in (tally, large):
        started = time.perf_counter()
        for cuts in moved:
            each.shares(cuts)
            each.share_intervals(cuts)
            each.flips(published, cuts)
            each.classification(cuts)
        spent = (time.perf_counter() - started) / len(moved)
        print(f"A cut score moved, {each.count:,} people: {spent * 1000:.1f} ms (goal: 5)")


if __name__ == "__main__":
    main()
