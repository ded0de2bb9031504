"""A file that is opened in the lab: what is read, what is refused, and what is left behind."""

from __future__ import annotations

import gzip
import io
import logging
import resource
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest

from careerpath import CareerpathError, Instrument, Tally, load_instrument, simulate_cohort
from careerpath.cohort.named_cohort import NamedCohort
from careerpath.thresholds import upload
from careerpath.thresholds.model import MOST_FILES, ThresholdsModel
from careerpath.thresholds.upload import LARGEST, read_upload

INSTRUMENT = load_instrument()
ITEMS = list(INSTRUMENT.item_ids)
FRAME = simulate_cohort(INSTRUMENT, count=120, seed=5).frame[ITEMS]
TALLY = Tally.of(FRAME, INSTRUMENT)
CSV = FRAME.to_csv(index=False).encode()
GIVEN = NamedCohort.of("given", simulate_cohort(INSTRUMENT, count=50, seed=6), INSTRUMENT)


def content_of(ending: str) -> bytes:
    """The same people in each format."""
    file = io.BytesIO()
    match ending:
        case "csv":
            return CSV
        case "tsv":
            return FRAME.to_csv(index=False, sep="\t").encode()
        case "xlsx":
            FRAME.to_excel(file, index=False)
        case "parquet":
            FRAME.to_parquet(file)
        case "jsonl" | "ndjson":
            return FRAME.to_json(orient="records", lines=True).encode()
        case "tally":
            return TALLY.to_bytes()
    return file.getvalue()


@pytest.fixture
def model() -> ThresholdsModel:
    return ThresholdsModel(instrument=INSTRUMENT, cohorts=[GIVEN])


@pytest.fixture(autouse=True)
def nothing_is_left_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    """No file is written, nothing of a file is logged, and the limit of the memory is as before."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    before = resource.getrlimit(resource.RLIMIT_DATA)
    with caplog.at_level(logging.DEBUG):
        yield
    assert list(tmp_path.iterdir()) == []
    assert "secret" not in caplog.text
    assert resource.getrlimit(resource.RLIMIT_DATA) == before


@pytest.mark.parametrize("ending", ["csv", "tsv", "xlsx", "parquet", "jsonl", "ndjson", "tally"])
def test_every_format_gives_the_same_people(ending):
    cohort, summary = read_upload(f"ours.{ending.upper()}", content_of(ending), INSTRUMENT)
    assert cohort.tally == TALLY
    assert cohort.name == f"ours.{ending.upper()}"
    assert summary.startswith("120 people")


def test_what_was_read_and_what_was_left_out_is_said_in_one_go():
    frame = FRAME.rename(columns={"q01": "Q1"}).astype(object).assign(team="secret")
    frame.loc[0, "q02"] = "seven"
    frame.loc[1, "q03"] = 11
    frame.loc[2, "q04"] = None
    content = frame.to_csv(index=False).encode()
    cohort, summary = read_upload("ours.csv", content, INSTRUMENT)
    assert cohort.tally.count == 117
    assert summary == (
        "120 people. Read 'Q1' as 'q01'. 3 unscored: 1 unanswered, 1 not a number, 1 out of range. "
        "Not numbers: row 2, q02: 'seven'. Kept, and not counted: 'team'."
    )


def test_a_file_becomes_a_cohort_that_is_shown(model):
    model.open("ours.csv", CSV)
    assert model.names == ("given", "ours.csv")
    assert model.shown_name == "ours.csv"
    assert model.cohort.tally == TALLY
    assert model.files == {"ours.csv": "120 people."}
    assert not model.cohort.synthetic
    model.compare("given")
    assert model.effects.comparison


def test_a_file_with_the_same_name_takes_the_place_of_the_earlier_one(model):
    model.open("ours.csv", CSV)
    model.show("given")
    model.compare("ours.csv")
    half = FRAME.head(60).to_csv(index=False).encode()
    model.open("ours.csv", half)
    assert model.names == ("given", "ours.csv")
    assert (model.shown_name, model.other_name) == ("ours.csv", "given")
    assert model.cohort.tally.count == 60


def test_there_are_only_so_many_files(model):
    for number in range(MOST_FILES):
        model.open(f"{number}.csv", CSV)
    with pytest.raises(CareerpathError, match=f"holds {MOST_FILES} files at most"):
        model.open("one more.csv", CSV)
    model.open("0.csv", CSV)
    assert len(model.names) == 1 + MOST_FILES


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("ours.csv", b"", "ours.csv is empty"),
        ("ours.csv", b"q01,q02\n1,2\n", "no column for 13 of 15 items: .*q03"),
        ("ours.csv", b"\xff\xfe\0q", "not UTF-8 text"),
        ("ours.csv", CSV.splitlines()[0], "column names but no people"),
        ("ours.csv", CSV.splitlines()[0] + b"\n" + b"x," * 14 + b"x\n", "nobody has a total"),
        ("ours.pdf", CSV, "ends in none of .csv"),
        ("ours", CSV, "ends in none of .csv"),
        ("", CSV, "'file' ends in none of .csv"),
        ("ours.xlsx", CSV, "not an Excel file"),
        ("ours.xlsx", b"PK\3\4" + bytes(200), "not an Excel file"),
        ("ours.parquet", CSV, "Cannot read ours.parquet"),
        ("ours.parquet", b"PAR1" + bytes(50) + b"PAR1", "Cannot read ours.parquet"),
        ("ours.jsonl", b'{"q01":' + b"[" * 500_000, "line 1 nests too deeply"),
        ("ours.tally", CSV, "ours.tally is not a tally"),
        ("ours.tally", gzip.compress(b"[]", mtime=0), "ours.tally is not a tally"),
        ("ours.csv", b"1" * (LARGEST + 1), "larger than 2 MB. Count it with `careerpath tally`"),
        ("ours.tally", b"1" * (LARGEST + 1), "larger than 2 MB. Open it in JupyterLab"),
    ],
)
def test_a_bad_file_is_refused_with_its_name_and_changes_nothing(model, name, content, message):
    with pytest.raises(CareerpathError, match=message):
        model.open(name, content)
    assert model.names == ("given",)
    assert (model.shown_name, model.files) == ("given", {})


def test_a_tally_of_another_instrument_is_refused(model):
    other = Instrument.plain(ITEMS, maximum=4, management_below=20, mastery_above=40)
    tally = Tally.of(FRAME.clip(upper=4), other)
    with pytest.raises(CareerpathError, match=r"the cohort 'ours\.tally' are not those of"):
        model.open("ours.tally", tally.to_bytes())
    assert model.names == ("given",)


@pytest.mark.parametrize(
    "name",
    [
        "/etc/passwd.csv",
        "../../secret.csv",
        "sqlite:///secret.csv",
        "https://example.org/secret.csv",
        "C:\\secret.csv",
        "secret\0.csv",
        "secret\nsecret.csv",
        "*.csv",
        "x" * 1_000_000 + ".csv",
    ],
)
def test_what_is_read_is_what_was_sent_whatever_its_name_says(model, name):
    model.open(name, CSV)
    assert model.cohort.tally == TALLY
    assert len(model.shown_name) <= upload.LONGEST_NAME
    assert model.shown_name.isprintable()


@pytest.mark.parametrize("name", ["/etc/passwd", "sqlite:///secret.db#answers", "duckdb://a#b"])
def test_neither_a_path_nor_an_address_is_followed(model, name):
    with pytest.raises(CareerpathError, match="ends in none of"):
        model.open(name, CSV)


@pytest.mark.parametrize("kind", ["rows", "text", "tally"])
def test_a_small_file_that_unpacks_to_gigabytes_is_refused(kind):
    file = io.BytesIO()
    name = "large.parquet"
    match kind:
        case "rows":
            column = np.full(4_000_000, 5)
            pyarrow.parquet.write_table(pa.table(dict.fromkeys(ITEMS, column)), file)
        case "text":
            texts = pa.array(["x" * 100_000] * 2_000, pa.large_string())
            columns = dict.fromkeys(ITEMS, np.full(2_000, 5)) | {"q01": texts}
            part = pa.table(columns)
            with pyarrow.parquet.ParquetWriter(
                file, part.schema, compression="zstd", store_schema=False
            ) as writer:
                for _ in range(20):
                    writer.write_table(part)
        case "tally":
            name = "large.tally"
            file.write(gzip.compress(b'{"places":[' + b"0," * 150_000_000 + b"0]}"))
    assert len(file.getvalue()) < LARGEST
    with pytest.raises(CareerpathError, match=f"{name} needs too much memory"):
        read_upload(name, file.getvalue(), INSTRUMENT)


def test_a_failure_of_ours_quotes_nothing_of_the_file(monkeypatch, caplog):
    def fails(*_: object) -> pd.DataFrame:
        raise LookupError("secret")

    monkeypatch.setattr(upload, "read_cohort", fails)
    with pytest.raises(CareerpathError, match=r"ours\.csv cannot be read\. Save it again") as told:
        read_upload("ours.csv", CSV, INSTRUMENT)
    assert told.value.__context__ is None
    assert "upload not read: LookupError at test_upload.py:" in caplog.text
