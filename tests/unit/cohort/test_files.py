"""Files of cohorts: every format, wide and long, and damaged files."""

import json
import os
import re
import zipfile

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from careerpath import (
    CareerpathError,
    Instrument,
    Tally,
    load_instrument,
    read_cohort,
    score_frame,
    simulate_cohort,
    write_cohort,
)
from careerpath.cohort.files_to_tally import find_files, tally_files
from careerpath.cohort.formats import open_parts
from careerpath.core.errors import Reason

SHIPPED = load_instrument()
IDS = list(SHIPPED.item_ids)
PAIR = Instrument.plain(["q01", "q02"], management_below=7, mastery_above=14)
MADE = simulate_cohort(SHIPPED, count=40, seed=5).frame


def write_excel(frame, path):
    frame.to_excel(path, index=False)


def write_lines(frame, path):
    path.write_text("".join(json.dumps(row) + "\n" for row in frame.to_dict("records")))


WRITERS = {
    "a.csv": lambda frame, path: frame.to_csv(path, index=False),
    "semicolon.csv": lambda frame, path: frame.to_csv(path, index=False, sep=";"),
    "bom.csv": lambda frame, path: frame.to_csv(path, index=False, encoding="utf-8-sig"),
    "a.tsv": lambda frame, path: frame.to_csv(path, index=False, sep="\t"),
    "a.xlsx": write_excel,
    "a.parquet": lambda frame, path: frame.to_parquet(path, index=False),
    "a.jsonl": write_lines,
    "a.ndjson": write_lines,
}


@pytest.mark.parametrize("name", WRITERS)
def test_every_format_wide(tmp_path, name):
    WRITERS[name](MADE, tmp_path / name)
    found = read_cohort(tmp_path / name, SHIPPED)
    assert found.people == 40
    assert not found.unscored
    assert list(found.frame.columns) == list(MADE.columns)
    assert found.frame["person"].tolist() == MADE["person"].tolist()
    assert Tally.of(found.frame, SHIPPED) == Tally.of(MADE, SHIPPED)
    assert tally_files([str(tmp_path / name)], SHIPPED) == Tally.of(MADE, SHIPPED)


@pytest.mark.parametrize("name", WRITERS)
def test_every_format_long(tmp_path, name):
    long = MADE.melt("person", var_name="item", value_name="answer").sample(frac=1, random_state=1)
    WRITERS[name](long, tmp_path / name)
    found = read_cohort(tmp_path / name, SHIPPED)
    assert found.people == 40
    assert Tally.of(found.frame, SHIPPED) == Tally.of(MADE, SHIPPED)


def text(tmp_path, content, name="a.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_wrong_values_are_kept_and_counted_by_reason(tmp_path):
    path = text(
        tmp_path,
        "who,q01,q02\n"
        "007,1,2\n008,seven,2\n009,,2\n010, N/A ,5\n011,11,3\n012,2.5,3\n013,inf,3\n014, 4 ,true\n",
    )
    found = read_cohort(path, PAIR)
    assert found.frame["who"].tolist()[0] == "007"
    assert found.frame["q01"].tolist()[1] == "seven"
    assert found.frame["q02"].tolist()[7] == "true"
    assert found.unscored == {
        Reason.UNANSWERED: 2,
        Reason.NOT_A_NUMBER: 2,
        Reason.NOT_FINITE: 1,
        Reason.OUT_OF_RANGE: 1,
        Reason.OFF_THE_STEP: 1,
    }
    assert found.examples == ("row 3, q01: 'seven'", "row 9, q02: 'true'")
    tally = tally_files([str(path)], PAIR)
    assert tally.unscored == found.unscored
    assert (tally.count, tally == Tally.of(found.frame, PAIR)) == (1, True)
    assert "8 people. 7 unscored: 2 unanswered, 2 not a number" in found.summary


@pytest.mark.parametrize("name", ["room.csv", "room.parquet"])
def test_a_rooms_export_is_a_cohort(tmp_path, name):
    """Each row is a response: the answers, the total and the band."""
    room = score_frame(MADE.drop(columns="person"), SHIPPED).drop(columns="unscored_reason")
    room = room.assign(submitted="2026-11-22T10:00:00Z", band=room["band"].astype(str))
    WRITERS[f"a.{name.partition('.')[2]}"](room, tmp_path / name)
    found = read_cohort(tmp_path / name, SHIPPED)
    assert found.others == ("total", "band", "submitted")
    assert found.summary == "40 people. Kept, and not counted: 'total', 'band', 'submitted'."
    assert Tally.of(found.frame, SHIPPED) == Tally.of(MADE, SHIPPED)
    assert tally_files([str(tmp_path / name)], SHIPPED) == Tally.of(MADE, SHIPPED)


def test_decimal_commas_are_read_if_the_delimiter_is_a_semicolon(tmp_path):
    half = Instrument.plain(["q01", "q02"], step=0.5, management_below=7, mastery_above=14)
    found = read_cohort(text(tmp_path, "q01;q02\n2,5;7\n"), half)
    assert Tally.of(found.frame, half).mean == 9.5


def test_other_spellings_of_an_item_are_read_and_reported(tmp_path):
    found = read_cohort(text(tmp_path, "Q1, q_02 ,note\n3,4,x\n"), PAIR)
    assert found.renamed == {"Q1": "q01", " q_02 ": "q02"}
    assert "Read 'Q1' as 'q01'" in found.summary
    assert list(found.frame.columns) == ["q01", "q02", "note"]


def test_columns_can_be_named_by_hand(tmp_path):
    path = text(tmp_path, "first,second\n3,4\n")
    found = read_cohort(path, PAIR, columns={"first": "q01", "second": "q02"})
    assert found.frame["q01"].tolist() == [3]
    for wrong, why in [
        ({"frist": "q01"}, "no column 'frist'. Did you mean 'first'"),
        ({"first": "q3"}, "Unknown item"),
        ({"first": "q01", "second": "q01"}, "Two columns"),
        ({"first": "q01"}, "no column for 1 of 2"),
    ]:
        with pytest.raises(CareerpathError, match=why):
            read_cohort(path, PAIR, columns=wrong)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "is empty"),
        ("\n\n", "empty line"),
        ("\ufeff", "is empty"),
        ("\ufeff\n", "empty line"),
        ("q01,q02\n", "no people"),
        ("q01,q02", "no people"),
        ("q01,q02\n1\n", "Expected 2 columns, got 1"),
        ("q01,q02\n1,2,3\n", "Expected 2 columns, got 3"),
        ("q01,q02,q01\n1,2,3\n", "'q01' twice"),
        ("q01,q2,q02x\n1,2,3\n1,2,3\n".replace("q2", "p2"), "For 'q02': did you mean 'q02x'"),
        ("Q1,q1,q02\n1,2,3\n", "2 columns that could be the item 'q01'"),
        ("q01,q02\n1,\xe9\n".encode("latin-1"), "not UTF-8"),
        ("q01,q02,caf\xe9\n1,2,3\n".encode("latin-1"), "not UTF-8"),
        ("q01,q02\n1,2\n".encode("utf-16"), "not UTF-8"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "not UTF-8"),
        (",".join(f"c{n}" for n in range(20_000)) + "\n", "20,000 columns"),
        ("x," * 2_000_000 + "\n", "columns; a cohort has"),
        ("x" * 2_000_000 + "\n", "columns; a cohort has"),
        ("name,age\nx,3\n", "Name the columns by the ids"),
        ('q01,q02\n"1,2\n', "Cannot read"),
    ],
    ids=lambda value: str(value)[:25],
)
def test_bad_text(tmp_path, content, why):
    path = text(tmp_path, content)
    for read in (lambda: read_cohort(path, PAIR), lambda: tally_files([str(path)], PAIR)):
        with pytest.raises(CareerpathError) as caught:
            read()
        assert why in str(caught.value)
        assert len(str(caught.value)) < 1000


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "is empty"),
        ("\n", "is empty"),
        ("[1, 2]\n", "line 1 is not a JSON object"),
        (
            '{"q01": 1, "q02": 2}\n{"q01": 1,\n',
            "line 2 is not valid JSON",
        ),
        ('{"q01": 1, "q01": 2}\n', "'q01' twice"),
        ("[" * 100_000, "line 1 nests too deeply"),
        ('{"q01": "\xe9"}\n'.encode("latin-1"), "not UTF-8"),
        ('{"q01": 1}\n', "no column for 1 of 2"),
    ],
    ids=lambda value: str(value)[:25],
)
def test_bad_lines_of_json(tmp_path, content, why):
    with pytest.raises(CareerpathError) as caught:
        read_cohort(text(tmp_path, content, "a.jsonl"), PAIR)
    assert why in str(caught.value)


def test_people_of_json_may_leave_items_out_and_write_anything(tmp_path):
    lines = '{"q01": 1, "q02": 2}\n\n{"q02": [3], "x": {}}\n{"q01": NaN, "q02": true}\n'
    found = read_cohort(text(tmp_path, lines, "a.jsonl"), PAIR)
    assert found.people == 3
    assert found.unscored == {Reason.NOT_A_NUMBER: 2}
    assert found.frame["q02"].tolist() == [2, [3], True]


@pytest.mark.parametrize("name", ["a.parquet", "a.xlsx"])
@pytest.mark.parametrize("content", [b"PAR1", b"no such thing", b"PK\x03\x04 cut short"])
def test_bad_binary_files(tmp_path, name, content):
    with pytest.raises(CareerpathError, match=r"Cannot read|not an Excel|not a readable Excel"):
        read_cohort(text(tmp_path, content, name), PAIR)


def test_a_parquet_cut_short(tmp_path):
    MADE.to_parquet(tmp_path / "a.parquet")
    raw = (tmp_path / "a.parquet").read_bytes()
    with pytest.raises(CareerpathError, match="Cannot read"):
        read_cohort(text(tmp_path, raw[:-50], "b.parquet"), SHIPPED)


def test_a_larger_parquet_takes_no_more_memory(tmp_path):
    random = np.random.default_rng(1)

    def most(rows):
        path = tmp_path / f"{rows}.parquet"
        table = pa.table({name: random.integers(0, 11, rows, np.uint8) for name in IDS})
        pq.write_table(table, path, row_group_size=100_000)
        del table
        before = pa.total_allocated_bytes()
        _, parts = open_parts(path)
        return max(pa.total_allocated_bytes() - before for _ in parts(None)), path.stat().st_size

    (small, size), (large, larger) = most(500_000), most(2_000_000)
    assert large - small < (larger - size) / 4


def test_a_workbook_that_unpacks_to_too_much(tmp_path):
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * 60_000_000)
    with pytest.raises(CareerpathError, match="unpacks to 60 MB"):
        read_cohort(path, PAIR)


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([], "is empty"),
        ([["q01", "q02"]], "no people"),
        ([["q01", "q02"], [1, 2, 3]], "row 2 has more cells"),
        ([["q01", "q02", "q02"], [1, 2, 3]], "'q02' twice"),
    ],
)
def test_bad_workbooks(tmp_path, rows, why):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(CareerpathError, match=why):
        read_cohort(tmp_path / "a.xlsx", PAIR)


@pytest.mark.parametrize("stated", ["A1:B2", "A1", "A1:ZZ9", "D4:E5"])
def test_a_sheet_is_read_whole_whatever_size_it_states(tmp_path, stated):
    rows = [["q01", "q02", "note"], [1, 2], [3], [None, None, "later"], [5, 6, "x"]]
    write_sheet(
        tmp_path / "a.xlsx", rows, lambda sheet: re.sub('ref="[^"]+"', f'ref="{stated}"', sheet)
    )
    found = read_cohort(tmp_path / "a.xlsx", PAIR).frame
    assert found["q01"].fillna(0).tolist() == [1, 3, 0, 5]
    assert found["note"].dropna().tolist() == ["later", "x"]


def test_a_cell_past_the_stated_size_still_needs_a_name(tmp_path):
    rows = [["q01", "q02"], [1, 2], [3, 4, None, None, 5]]
    write_sheet(tmp_path / "a.xlsx", rows, lambda sheet: sheet.replace("A1:E3", "A1:B3"))
    with pytest.raises(CareerpathError, match="row 3 has more cells"):
        read_cohort(tmp_path / "a.xlsx", PAIR)


def test_a_row_past_the_last_of_a_sheet_is_refused_at_once(tmp_path):
    rows = [["q01", "q02"], [1, 2]]
    write_sheet(
        tmp_path / "a.xlsx", rows, lambda sheet: sheet.replace('<row r="2"', '<row r="9999999999"')
    )
    with pytest.raises(CareerpathError, match="more than 1,048,576 rows"):
        read_cohort(tmp_path / "a.xlsx", PAIR)


def write_sheet(path, rows, change):
    """Write a workbook and change the XML of its first sheet by hand."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path.with_suffix(".made"))
    with zipfile.ZipFile(path.with_suffix(".made")) as made, zipfile.ZipFile(path, "w") as packed:
        for name in made.namelist():
            content = made.read(name)
            if name == "xl/worksheets/sheet1.xml":
                before = content.decode()
                content = change(before).encode()
                assert content != before.encode()
            packed.writestr(name, content)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("person,item,answer\n", "no answers"),
        ("person,item,answer\na,q01,1\na,q01,2\n", "row 3: person 'a' answers 'q01' twice"),
        ("person,item,answer\na,q01,1\na,q9,2\n", "row 3: unknown item 'q9'"),
        ("person,item,answer\na,q01,1\n,q02,2\n", "row 3: an answer needs a person"),
    ],
)
def test_bad_long_files(tmp_path, content, why):
    with pytest.raises(CareerpathError, match=why):
        read_cohort(text(tmp_path, content), PAIR)


def test_a_wrong_value_in_a_long_file_is_reported_with_its_person(tmp_path):
    content = "person,item,answer\na,q01,1\nb,q01,9\na,q02,2\nb,q02,seven\n"
    assert read_cohort(text(tmp_path, content), PAIR).examples == ("person 'b', q02: 'seven'",)


def test_gaps_of_long_files_are_gaps(tmp_path):
    found = read_cohort(
        text(tmp_path, "Person,Item,Answer,when\nb,Q1,9,x\na,q01,1,y\na,q02,x,z\n"), PAIR
    )
    assert found.frame["person"].tolist() == ["b", "a"]
    assert found.unscored == {Reason.UNANSWERED: 1, Reason.NOT_A_NUMBER: 1}
    assert found.renamed == {"Q1": "q01"}


def test_a_tally_is_distinguished_from_a_cohort(tmp_path):
    with pytest.raises(CareerpathError, match=r"Open it with Tally\.load"):
        read_cohort(Tally.empty(PAIR).save(tmp_path / "room.tally"), PAIR)


@pytest.mark.parametrize("name", ["a.txt", "a.xls", "a", "a.csv.gz"])
def test_formats_that_are_not_known(tmp_path, name):
    with pytest.raises(CareerpathError, match="ends in none of"):
        read_cohort(text(tmp_path, "q01,q02\n1,2\n", name), PAIR)


def test_missing_files_folders_and_unreadable_files_are_reported(tmp_path):
    with pytest.raises(CareerpathError, match="No such file"):
        read_cohort(tmp_path / "nothing.csv", PAIR)
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(CareerpathError, match="is a folder"):
        read_cohort(tmp_path / "folder.csv", PAIR)
    with pytest.raises(CareerpathError, match="Cannot read"):
        read_cohort(tmp_path / "a\0.csv", PAIR)
    path = text(tmp_path, "q01,q02\n1,2\n")
    path.chmod(0)
    if not os.access(path, os.R_OK):
        with pytest.raises(CareerpathError, match="Permission denied"):
            read_cohort(path, PAIR)


# Writing


@pytest.mark.parametrize("name", ["out.csv", "out.tsv", "out.parquet"])
def test_a_written_file_can_be_read(tmp_path, name):
    write_cohort(score_frame(MADE, SHIPPED), tmp_path / name)
    found = read_cohort(tmp_path / name, SHIPPED)
    assert Tally.of(found.frame, SHIPPED) == Tally.of(MADE, SHIPPED)
    assert found.frame["band"].tolist() == score_frame(MADE, SHIPPED)["band"].tolist()


def test_a_formula_in_a_cell_is_escaped(tmp_path):
    evil = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "plain"]
    frame = pd.DataFrame({"=name": evil, "number": [-1] * 6})
    write_cohort(frame, tmp_path / "a.csv")
    found = pd.read_csv(tmp_path / "a.csv")
    assert found["'=name"].tolist() == [f"'{each}" for each in evil[:5]] + ["plain"]
    assert found["number"].tolist() == [-1] * 6


def test_mixed_columns_go_into_parquet_as_text(tmp_path):
    found = read_cohort(text(tmp_path, "q01,q02\n1,x\n2,3\n"), PAIR)
    write_cohort(score_frame(found.frame, PAIR), tmp_path / "a.parquet")
    again = read_cohort(tmp_path / "a.parquet", PAIR, columns={"q01": "q01", "q02": "q02"})
    assert Tally.of(again.frame, PAIR) == Tally.of(found.frame, PAIR)


@pytest.mark.parametrize("name", ["a.txt", "nowhere/a.csv", "."])
def test_a_failed_write_is_reported(tmp_path, name):
    with pytest.raises(CareerpathError):
        write_cohort(MADE, tmp_path / name)
    assert not list(tmp_path.iterdir())


# Several files


def test_parts_in_several_files_and_tallies_are_the_whole(tmp_path, monkeypatch):
    monkeypatch.setattr("careerpath.cohort.formats.ROWS", 7)
    MADE.iloc[:15].to_parquet(tmp_path / "part1.parquet")
    MADE.iloc[15:20].to_csv(tmp_path / "part2.csv", index=False)
    Tally.of(MADE.iloc[20:], SHIPPED).save(tmp_path / "part3.tally")
    heard = []
    tally = tally_files(
        [f"{tmp_path}/part*"], SHIPPED, progress=lambda path, done, people: heard.append(people)
    )
    assert tally == Tally.of(MADE, SHIPPED)
    assert heard == [7, 14, 15, 20, 40]


def test_a_tally_of_another_questionnaire_is_reported_with_its_name(tmp_path):
    Tally.empty(PAIR).save(tmp_path / "pair.tally")
    with pytest.raises(CareerpathError, match=r"pair\.tally: These tallies cannot be added"):
        tally_files([str(tmp_path / "pair.tally")], SHIPPED)


def test_files_are_found_once_and_globs_that_match_nothing_are_reported(tmp_path):
    text(tmp_path, "x", "a[1].csv")
    text(tmp_path, "x", "b.csv")
    found = find_files([f"{tmp_path}/b.csv", f"{tmp_path}/*.csv", f"{tmp_path}/a[1].csv"])
    assert [path.name for path in found] == ["b.csv", "a[1].csv"]
    for wrong in ([f"{tmp_path}/*.xyz"], [], ["a\0b"]):
        with pytest.raises(CareerpathError):
            find_files(wrong)
