"""Time and peak memory of `careerpath tally` for large Parquet files.

It makes files of synthetic answers (`simulate_cohort`, 15 columns of ``uint8``) in a temporary
folder, lets each engine tally each of them in a process of its own, and prints a Markdown table. A
hundred million rows take 0.8 GB of disk::

    python benchmarks/large_file.py --rows 1000000 10000000 100000000

It imports nothing large: the peak memory of a process starts with that of its parent.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ENGINES = ("pandas", "polars", "duckdb")
GROUP = 1_000_000
"""How many rows are drawn with one seed."""


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 10_000_000, 100_000_000])
    parser.add_argument("--engines", nargs="+", default=ENGINES)
    parser.add_argument("--write", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.write:
        write(options.write, options.rows[0])
        return
    print("| engine | rows | file | s | rows a second | peak memory |")
    print("|---|---:|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as folder:
        for rows in options.rows:
            path = Path(folder) / f"{rows}.parquet"
            subprocess.run(
                [sys.executable, __file__, "--write", path, "--rows", str(rows)], check=True
            )
            megabytes = path.stat().st_size / 1e6
            for engine in options.engines:
                seconds, memory = tally(path, engine)
                print(
                    f"| {engine} | {rows:,} | {megabytes:,.0f} MB | {seconds:.1f} "
                    f"| {rows / seconds / 1e6:.1f} million | {memory:,.0f} MB |",
                    flush=True,
                )
            path.unlink()


def tally(path: Path, engine: str) -> tuple[float, float]:
    """Return the seconds and the peak megabytes of a tally, including the start of Python."""
    output = path.with_suffix(".tally")
    command = [sys.executable, "-m", "careerpath", "tally", str(path), "-o", str(output)]
    started = time.perf_counter()
    options = ["--engine", engine, "--overwrite"]
    process = subprocess.Popen([*command, *options], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    if status:
        sys.exit(
            f"careerpath tally --engine {engine} ended with {os.waitstatus_to_exitcode(status)}"
        )
    # Linux counts kilobytes, macOS bytes.
    return seconds, used.ru_maxrss / (1e6 if sys.platform == "darwin" else 1024)


def write(path: Path, rows: int) -> None:
    """Make a file of synthetic people, group by group."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from careerpath import load_instrument, simulate_cohort

    instrument = load_instrument()
    schema = pa.schema([(name, pa.uint8()) for name in instrument.item_ids])
    with pq.ParquetWriter(path, schema) as file:
        for seed, start in enumerate(range(0, rows, GROUP)):
            made = simulate_cohort(instrument, count=min(GROUP, rows - start), seed=seed).frame
            columns = {name: made[name].to_numpy().astype("uint8") for name in schema.names}
            file.write_table(pa.table(columns, schema))


if __name__ == "__main__":
    main()
