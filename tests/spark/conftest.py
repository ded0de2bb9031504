"""A Spark cluster on this machine: a master and two workers, each a process."""

import os
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pyspark
import pytest
from pyspark.sql import SparkSession

PATIENCE = 60
HOME = Path(pyspark.__file__).parent
# For processes that live for seconds: compile less, and collect garbage simply.
QUICK = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"


def environment(folder: Path) -> dict[str, str]:
    """The environment of each Spark process: it stays on this machine, and small."""
    settings = folder / "conf"
    settings.mkdir(exist_ok=True)
    (settings / "spark-defaults.conf").write_text(
        "spark.cores.max 2\n"
        "spark.executor.memory 512m\n"
        "spark.driver.memory 512m\n"
        "spark.sql.shuffle.partitions 2\n"
        f"spark.executor.extraJavaOptions {QUICK}\n"
        f"spark.driver.extraJavaOptions {QUICK}\n"
        f"spark.sql.warehouse.dir {folder}/warehouse\n"
    )
    return os.environ | {
        "SPARK_HOME": str(HOME),
        "SPARK_CONF_DIR": str(settings),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_LOCAL_DIRS": str(folder),
        "SPARK_DAEMON_MEMORY": "256m",
        "SPARK_DAEMON_JAVA_OPTS": QUICK,
    }


@contextmanager
def daemon(log: Path, sign: str, *arguments: str) -> Iterator[str]:
    """Start a Spark process, wait until its log shows the sign, and end it by its id."""
    with log.open("wb") as out:
        process = subprocess.Popen(
            [HOME / "bin" / "spark-class", *arguments],
            env=environment(log.parent),
            stdout=out,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
        )
    try:
        until = time.monotonic() + PATIENCE
        while not (found := re.search(sign, log.read_text(errors="replace"))):
            told = f"{arguments[0]} said:\n{log.read_text(errors='replace')}"
            assert process.poll() is None, f"It ended with {process.returncode}. {told}"
            assert time.monotonic() < until, f"It was not ready in {PATIENCE} seconds. {told}"
            time.sleep(0.05)
        yield found[1]
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("spark")


@pytest.fixture(scope="session")
def lonely_master(folder: Path) -> Iterator[str]:
    """A master without workers."""
    with daemon(folder / "lonely.log", *MASTER) as address:
        yield address


@pytest.fixture(scope="session")
def master(folder: Path) -> Iterator[str]:
    """The address of a master with two workers and room for two jobs."""
    with ExitStack() as stack:
        address = stack.enter_context(daemon(folder / "master.log", *MASTER))
        for number in (1, 2):
            stack.enter_context(
                daemon(
                    folder / f"worker{number}.log",
                    r"(Successfully registered with master)",
                    *("org.apache.spark.deploy.worker.Worker", "--host", "127.0.0.1"),
                    *("--port", "0", "--webui-port", "0", "--cores", "2", "--memory", "1200m"),
                    *("--work-dir", str(folder / f"work{number}"), address),
                )
            )
        yield address


MASTER = (
    r"Starting Spark master at (spark://\S+)",
    *("org.apache.spark.deploy.master.Master", "--host", "127.0.0.1"),
    *("--port", "0", "--webui-port", "0"),
)


@pytest.fixture(scope="session")
def session(master: str, folder: Path) -> Iterator[SparkSession]:
    """A session on that cluster, for all tests that need Spark frames."""
    with pytest.MonkeyPatch.context() as patch:
        for key, value in environment(folder).items():
            patch.setenv(key, value)
        made = (
            SparkSession.builder.master(master)
            .appName("tests")
            .config("spark.ui.enabled", "false")
            .config("spark.ui.showConsoleProgress", "false")
            .config("spark.sql.caseSensitive", "true")
            .getOrCreate()
        )
        yield made
        made.stop()
