"""The engines that can read and count a cohort without loading it into this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from careerpath.core.errors import CareerpathError, did_you_mean, shown

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


class Engine(StrEnum):
    """What reads and counts Parquet files."""

    PANDAS = "pandas"
    POLARS = "polars"
    DUCKDB = "duckdb"
    SPARK = "spark"


STORAGE = ("file", "hdfs", "viewfs", "webhdfs", "s3", "s3a", "gs", "abfs", "abfss", "wasb", "wasbs")
"""The schemes of the addresses that only Spark reads."""


@dataclass(frozen=True, slots=True)
class Scanner:
    """A running engine.

    Attributes
    ----------
    engine : Engine
    scan : callable
        Opens Parquet files with the same columns as one lazy frame.
    errors : tuple of exceptions
        What it raises if it cannot read them.
    """

    engine: Engine
    scan: Callable[[Sequence[str]], Any]
    errors: tuple[type[Exception], ...]


@contextmanager
def opened(name: str, master: str | None = None) -> Iterator[Scanner | None]:
    """Start an engine; give None for pandas, which needs no start.

    Raises
    ------
    CareerpathError
        If there is no such engine, it is not installed, or Spark cannot be reached.
    """
    try:
        engine = Engine(name)
    except ValueError as error:
        raise CareerpathError(
            f"Unknown engine {shown(name)}. {did_you_mean(name, map(str, Engine))}"
        ) from error
    if master is not None and engine is not Engine.SPARK:
        raise CareerpathError("Only Spark has a master. Add --engine spark, or leave it out.")
    if engine is Engine.PANDAS:
        yield None
    elif engine is Engine.POLARS:
        yield _polars()
    elif engine is Engine.DUCKDB:
        yield _duckdb()
    else:
        from careerpath.cohort.spark import spark_session

        with spark_session(master) as session:
            yield _spark(session)


def _polars() -> Scanner:
    try:
        import polars
    except ModuleNotFoundError as error:
        raise _not_installed("Polars") from error

    def scan(paths: Sequence[str]) -> Any:
        return polars.scan_parquet(list(paths), glob=False)

    return Scanner(Engine.POLARS, scan, (polars.exceptions.PolarsError, OSError))


def _duckdb() -> Scanner:
    try:
        import duckdb
    except ModuleNotFoundError as error:
        raise _not_installed("DuckDB") from error
    connection = duckdb.connect()
    return Scanner(
        Engine.DUCKDB, lambda paths: connection.read_parquet(list(paths)), (duckdb.Error, OSError)
    )


def _spark(session: SparkSession) -> Scanner:
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    return Scanner(
        Engine.SPARK, lambda paths: session.read.parquet(*paths), (PySparkException, Py4JError)
    )


def _not_installed(name: str) -> CareerpathError:
    return CareerpathError(
        f"{name} is not installed. Install it with: pip install 'careerpath[engines]'"
    )
