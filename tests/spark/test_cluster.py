"""`careerpath tally --engine spark` on a cluster: the same tally as on one machine."""

import json
import os
import socket
import subprocess
import sys

import pyarrow.parquet as pq
import pytest
from spark.conftest import environment

from careerpath import CareerpathError, Tally, load_instrument, simulate_cohort
from careerpath.cohort import spark as sparks
from careerpath.cohort.files_to_tally import tally_files

SHIPPED = load_instrument()
IDS = list(SHIPPED.item_ids)


@pytest.fixture(scope="module")
def answers(folder):
    """Answers of all kinds in files of all kinds, and the tally of them all."""
    made = simulate_cohort(SHIPPED, count=6_000, seed=3).frame.astype(dict.fromkeys(IDS, "Int16"))
    made.loc[:40, "q03"] = None
    made.loc[30:60, "q07"] = 11
    made.loc[50:70, "q01"] = -1
    parts = [made[at : at + 1_000] for at in range(0, 6_000, 1_000)]
    parts[0].to_parquet(folder / "answers0.parquet")
    parts[1].to_parquet(folder / "answers1.parquet")
    parts[2].rename(columns={"q05": "Q 5"}).to_parquet(folder / "answers2.parquet")
    parts[3].astype({"q02": str}).to_parquet(folder / "answers3.parquet")
    parts[4].to_csv(folder / "answers4.csv", index=False)
    Tally.of(parts[5], SHIPPED).save(folder / "answers5.tally")
    return str(folder / "answers*"), Tally.of(made, SHIPPED)


def test_the_tally_of_a_cluster_is_that_of_each_engine_here(master, folder, answers):
    files, expected = answers
    output = folder / "spark.tally"
    command = ["tally", files, "--engine", "spark", "--master", master, "--json", "-o", output]
    done = subprocess.run(
        [sys.executable, "-m", "careerpath", *command],
        env=environment(folder),
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["people"] == expected.count
    assert Tally.load(output) == expected
    # Executors of both workers took part.
    assert all(list((folder / f"work{number}").glob("app-*/*")) for number in (1, 2))
    for engine in ("pandas", "polars", "duckdb"):
        assert tally_files([files], SHIPPED, engine=engine) == expected


def test_a_folder_and_an_address_are_read_by_spark(session, folder):
    made = simulate_cohort(SHIPPED, count=100, seed=4).frame
    (folder / "several").mkdir()
    for number in range(2):
        made[number * 50 : number * 50 + 50].to_parquet(folder / f"several/{number}.parquet")
    expected = Tally.of(made, SHIPPED)
    for name in (str(folder / "several"), (folder / "several").as_uri()):
        heard = []
        found = tally_files(
            [name], SHIPPED, engine="spark", progress=lambda *told, heard=heard: heard.append(told)
        )
        assert found == expected
        assert heard[-1][1:] == (1.0, 100)


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda path: pq.write_table(pq.read_table(path).drop(["q07"]), path), "q07"),
        (lambda path: pq.write_table(pq.read_table(path)[:0], path), "no people"),
        (lambda path: path.write_bytes(b"PAR1 or so"), "Cannot read"),
        (lambda path: path.write_bytes(path.read_bytes()[:-4] + b"PAR2"), "Cannot read"),
    ],
    ids=["a column too few", "nobody", "no Parquet", "the end is wrong"],
)
def test_bad_files_are_reported_plainly(session, tmp_path, spoil, why):
    path = tmp_path / "a.parquet"
    simulate_cohort(SHIPPED, count=10).frame.to_parquet(path)
    spoil(path)
    with pytest.raises(CareerpathError, match=why):
        tally_files([str(path)], SHIPPED, engine="spark")


def test_an_error_of_spark_is_reported_in_one_line(session, tmp_path):
    with pytest.raises(CareerpathError) as caught:
        tally_files([f"file://{tmp_path}/nothing.parquet"], SHIPPED, engine="spark")
    assert "Spark cannot read" in str(caught.value)
    assert "nothing.parquet" in str(caught.value)
    assert "\n" not in str(caught.value)


# Reasons why Spark cannot start. None of these tests starts Java.


def fails(monkeypatch, master=None):
    monkeypatch.setattr(sparks, "_running", lambda: None)
    with pytest.raises(CareerpathError) as caught:
        tally_files(["a.parquet"], SHIPPED, engine="spark", master=master)
    return str(caught.value)


def test_without_java_it_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    assert "has no bin/java. Install it" in fails(monkeypatch)
    monkeypatch.delenv("JAVA_HOME")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "java was not found. Install it" in fails(monkeypatch)


def test_a_master_that_is_not_there_is_reported_at_once(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"spark://127.0.0.1:{taken.getsockname()[1]}"
    assert f"Nothing answers at {address}" in fails(monkeypatch, address)


@pytest.mark.parametrize("master", ["", "yes", "spark://", "spark://host", "http://host:7077"])
def test_a_wrong_master_is_reported(monkeypatch, master):
    assert "spark://host:7077" in fails(monkeypatch, master)


def test_a_second_spark_session_is_refused(session):
    with pytest.raises(CareerpathError, match="already running, at spark://127"):
        tally_files(["a.parquet"], SHIPPED, engine="spark", master="local[1]")


def test_a_master_without_workers_is_reported(lonely_master, folder):
    program = (
        "from careerpath import CareerpathError\n"
        "from careerpath.cohort import spark\n"
        "spark.PATIENCE = 1\n"
        "try:\n"
        f"    with spark.spark_session({lonely_master!r}): pass\n"
        "except CareerpathError as error:\n"
        "    print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment(folder),
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.stdout.startswith(f"No worker of {lonely_master} was free"), done.stderr
    assert os.linesep not in done.stdout.strip()
