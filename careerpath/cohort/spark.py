"""Starting a Spark session, and explaining why one cannot start.

No Python runs on the cluster: the executors need neither Python nor careerpath.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from careerpath.core.errors import CareerpathError, shown
from careerpath.core.files import reason_of

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

THIS_MACHINE = "local[*]"
PATIENCE = 60.0
"""How many seconds to wait for the first executor."""


@contextmanager
def spark_session(master: str | None = None) -> Iterator[SparkSession]:
    """Give a Spark session, and stop it at the end if it was started here.

    Parameters
    ----------
    master : str, optional
        The address of the cluster's master, such as ``spark://host:7077``. By default the session
        that is already running, or else this machine.

    Raises
    ------
    CareerpathError
        If Java or PySpark is missing, nothing answers at the master, or no worker is free.
    """
    running = _running()
    if running is not None and master in (None, running.sparkContext.master):
        yield running
        return
    if running is not None:
        raise CareerpathError(
            f"A Spark session is already running, at {running.sparkContext.master}. Stop it "
            "first, or leave the master out."
        )
    master = THIS_MACHINE if master is None else master
    _check_java()
    _check_master(master)
    session = _started(master)
    try:
        if master.startswith("spark://"):
            _wait_for_a_worker(session, master)
        yield session
    finally:
        session.stop()


def _running() -> SparkSession | None:
    """Return the session that a notebook or a test has started."""
    return _pyspark_session().getActiveSession()


def in_one_line(error: Exception) -> str:
    """Return an error of Spark in one line, without its pages of traces."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    causes = [line for line in lines if line.startswith("Caused by:")]
    told = (causes[-1] if causes else lines[0] if lines else type(error).__name__).rstrip(".")
    return told if len(told) < 300 else f"{told[:300]}..."


def _pyspark_session() -> type[SparkSession]:
    try:
        with warnings.catch_warnings():
            # PySpark warns about newer versions of pandas; nothing here uses pandas on Spark.
            warnings.simplefilter("ignore", FutureWarning)
            import pyspark.sql
    except ModuleNotFoundError as error:
        raise CareerpathError(
            "PySpark is not installed. Install it with: pip install 'careerpath[spark]'"
        ) from error
    kind: type[SparkSession] = pyspark.sql.SparkSession
    return kind


def _check_java() -> None:
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home, "bin", "java")) if home else "java"
    if shutil.which(java) is None:
        where = f"JAVA_HOME, {home}, has no bin/java" if home else "java was not found"
        raise CareerpathError(
            f"Spark needs Java 17 or newer, but {where}. Install it (on Debian and Ubuntu: "
            "apt-get install default-jre-headless), or set JAVA_HOME."
        )


def _check_master(master: str) -> None:
    """Refuse a master that does not answer: Spark itself would try for a minute."""
    if re.fullmatch(r"local(\[[\w*,]+\])?|yarn|k8s://\S+|spark://\S+", master) is None:
        raise CareerpathError(
            f"{shown(master)} is not the address of a Spark master. Give spark://host:7077, yarn, "
            f"k8s://..., or {THIS_MACHINE} for this machine."
        )
    if not master.startswith("spark://"):
        return
    refusals = []
    for address in master.removeprefix("spark://").split(","):
        host, _, port = address.rpartition(":")
        if not host or not port.isdecimal():
            raise CareerpathError(
                f"{shown(master)} has no port. Write spark://host:7077, as in the master's log."
            )
        try:
            socket.create_connection((host.strip("[]"), int(port)), timeout=10).close()
        except (OSError, OverflowError) as error:
            refusals.append(reason_of(error))
        else:
            return
    raise CareerpathError(
        f"Nothing answers at {master} ({refusals[0]}). Start a master there, or give the address "
        "of a running one: its log says 'Starting Spark master at ...'."
    )


def _started(master: str) -> SparkSession:
    builder = _pyspark_session().builder.master(master).appName("careerpath")
    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        # The ids of items are case-sensitive.
        "spark.sql.caseSensitive": "true",
    }
    if master.startswith("local"):
        settings |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
    for key, value in settings.items():
        builder = builder.config(key, value)
    try:
        started = builder.getOrCreate()
    except Exception as error:  # of PySpark, Py4J or the launcher of Java
        raise CareerpathError(
            f"Spark could not start at {master}: {in_one_line(error)}. It needs Java 17 or newer "
            "(see `java -version`) and a master of the same release."
        ) from error
    started.sparkContext.setLogLevel("ERROR")
    return started


def _wait_for_a_worker(session: SparkSession, master: str) -> None:
    """Wait for the first executor: Spark itself would wait forever."""
    context = session.sparkContext._jsc.sc()  # noqa: SLF001 - PySpark has no public way
    until = time.monotonic() + PATIENCE
    # The driver is counted as one of them.
    while context.getExecutorMemoryStatus().size() < 2:
        if time.monotonic() > until:
            raise CareerpathError(
                f"No worker of {master} was free within {PATIENCE:.0f} seconds. Start a worker, or "
                "wait until other jobs are done."
            )
        time.sleep(0.1)
