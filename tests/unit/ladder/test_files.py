"""A ladder's files: each is read as it was written, and an unreadable one is reported."""

import io
import re
import zipfile

import openpyxl
import pytest
from hypothesis import given, settings
from kit.ladders import ladders

from careerpath import DualLadder
from careerpath.ladder.excel import _MERGED
from careerpath.ladder.files import LARGEST, load_ladder, read_ladder, save_ladder, write_ladder
from careerpath.ladder.ladder import LadderError, Rung
from careerpath.ladder.rows import COLUMNS

EXAMPLE = DualLadder.example()
FORMATS = ("a.csv", "a.xlsx", "a.toml")


@pytest.mark.parametrize("name", FORMATS)
def test_the_example_comes_back_from_a_file(name, tmp_path):
    assert load_ladder(save_ladder(EXAMPLE, tmp_path / name)) == EXAMPLE


@pytest.mark.parametrize("name", FORMATS)
@given(ladder=ladders)
@settings(max_examples=60)
def test_every_ladder_comes_back(name, ladder):
    assert read_ladder(write_ladder(ladder, name), name) == ladder


def sheet(ladder=EXAMPLE):
    book = openpyxl.load_workbook(io.BytesIO(write_ladder(ladder, "a.xlsx")))
    return book, book.active


def bytes_of(book):
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_no_cell_is_a_formula_for_a_spreadsheet():
    ladder = EXAMPLE.with_rung("Staff", "mastery", Rung(title='=HYPERLINK("x")', scope="@now"))
    text = write_ladder(ladder, "a.csv").decode("utf-8-sig")
    assert "'=HYPERLINK" in text
    assert ",'@now" in text
    _, cells = sheet(ladder)
    (cell,) = [cell for row in cells for cell in row if str(cell.value).startswith("=")]
    assert cell.data_type == "s"
    assert cell.quotePrefix


def test_what_people_write_by_hand_is_understood():
    text = (
        "Level;SIDE;Title;Pay_minimum;pay maximum;Currency;Voice;Up or out;direct reports\n"
        "\n"
        "3;Mastery;Senior cook;48000;62000.50;eur;Vision, big  problems;x;\n"
        "3;management ;Sous chef;;;;;no;2\n"
    )
    ladder = read_ladder(text.encode(), "a.csv")
    (level,) = ladder.levels
    assert level.name == "3"
    assert str(level.mastery.pay) == "EUR 48,000 to 62,000.50"
    assert level.mastery.voice == ("vision", "big problems")
    assert level.mastery.up_or_out
    assert (level.management.pay, level.management.direct_reports) == (None, 2)


def test_numbers_in_cells_of_text_are_text():
    book, cells = sheet()
    for row in (2, 3):
        cells.cell(row, 1).value = 3
        cells.cell(row, 3).value = 4.5
        cells.cell(row, 12).value = True
    (level, *_) = read_ladder(bytes_of(book), "a.xlsx").levels
    assert (level.name, level.mastery.title, level.mastery.up_or_out) == ("3", "4.5", True)


def broken_sheet(change):
    book, cells = sheet()
    change(cells)
    return bytes_of(book)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            lambda cells: cells.cell(2, 6, "=1+1"),
            "a.xlsx, cell F2 contains a formula, '=1+1'. Copy it and paste its value instead.",
        ),
        (lambda cells: cells.merge_cells("A2:A3"), "merged cells: A2:A3. Unmerge them"),
        (lambda cells: [cells.cell(row, 1, "x") for row in range(10, 1100)], "at most 50 levels"),
        (lambda cells: cells.cell(2000, 1, "x"), "1,001 rows or more"),
        (lambda cells: cells.cell(2, 200, "x"), "200 columns"),
        (lambda cells: cells.cell(2, 14, "x"), "row 2 has more cells than the header"),
        (
            lambda cells: cells.cell(2, 6, "€ 48.000"),
            "row 2: pay minimum got '€ 48.000'. Write a number such as 48000, and the currency",
        ),
        (lambda cells: cells.cell(2, 6, "48 k"), "row 2: pay minimum got '48 k'. Write a number"),
        (lambda cells: cells.cell(2, 8, "Euro"), "row 2: pay currency must be the three letters"),
        (lambda cells: cells.cell(1, 4, "scop"), "'scop' is not a ladder column"),
    ],
)
def test_a_bad_sheet_is_refused_with_a_reason(change, told):
    with pytest.raises(LadderError) as caught:
        read_ladder(broken_sheet(change), "a.xlsx")
    assert told in str(caught.value)


def test_a_date_instead_of_text_is_refused():
    import datetime

    data = broken_sheet(lambda cells: setattr(cells.cell(2, 3), "value", datetime.date(2026, 1, 2)))
    with pytest.raises(LadderError, match=r"row 2: title is .*not text"):
        read_ladder(data, "a.xlsx")


def repacked(change):
    """The example's workbook with the XML of its sheet changed by hand."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(write_ladder(EXAMPLE, "a.xlsx"))) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.infolist():
            data = old.read(entry)
            sheet = entry.filename == "xl/worksheets/sheet1.xml"
            new.writestr(entry.filename, change(data) if sheet else data)
    return out.getvalue()


def with_rows(row, count):
    return repacked(lambda xml: xml.replace(b"</sheetData>", row * count + b"</sheetData>"))


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (lambda: with_rows(b"<row/>", 1_000_000), "a.xlsx has 1,000,009 rows"),
        (lambda: with_rows(b"<x:row/>", 1_000_000), "a.xlsx has 1,000,009 rows"),
        (lambda: with_rows(b"<row>" + b"<c/>" * 1000 + b"</row>", 900), "a.xlsx has 909 rows"),
    ],
)
def test_a_million_rows_are_refused_before_they_are_read(data, told, monkeypatch):
    monkeypatch.setattr(openpyxl, "load_workbook", lambda file: pytest.fail("it was read"))
    with pytest.raises(LadderError) as caught:
        read_ladder(data(), "a.xlsx")
    assert told in str(caught.value)


def test_pay_is_understood_with_marks_between_its_thousands():
    book, cells = sheet()
    cells.cell(2, 6, "48.000")
    cells.cell(2, 7, "62 000,50")
    (level, *_) = read_ladder(bytes_of(book), "a.xlsx").levels
    assert str(level.mastery.pay) == "EUR 48,000 to 62,000.50"


def test_a_row_may_end_before_the_header():
    ladder = read_ladder(f"{HEADER}a\nb,mastery".encode(), "a.csv")
    assert [(level.name, level.mastery) for level in ladder.levels] == [("a", None), ("b", Rung())]


def formatted(kind, currency="EUR"):
    """The example with its pay shown in a number format."""
    book, cells = sheet()
    for column in (6, 7):
        cells.cell(2, column).number_format = kind
    cells.cell(2, 8).value = currency
    return bytes_of(book)


@pytest.mark.parametrize(
    ("kind", "currency", "shown_in"),
    [
        ("[$USD] #,##0", "EUR", "USD"),
        ("#,##0 [$€-407]", "GBP", "EUR"),
        ('"£"#,##0', "EUR", "GBP"),
    ],
)
def test_pay_formatted_in_another_currency_than_its_row_is_refused(kind, currency, shown_in):
    with pytest.raises(LadderError) as caught:
        read_ladder(formatted(kind, currency), "a.xlsx")
    assert str(caught.value) == (
        f"a.xlsx, cell F2 is shown in {shown_in}, but its row says {currency}. "
        "Use the same currency in both."
    )


@pytest.mark.parametrize("kind", ["[$EUR] #,##0", "#,##0 [$€-407]", "$#,##0", "General"])
def test_pay_formatted_in_its_own_currency_is_read(kind):
    assert read_ladder(formatted(kind), "a.xlsx") == EXAMPLE


def test_another_sheet_of_the_workbook_may_contain_anything():
    book, _ = sheet()
    notes = book.create_sheet("Read me")
    notes.merge_cells("A1:D9")
    notes["A1"] = "=1+1"
    assert read_ladder(bytes_of(book), "a.xlsx") == EXAMPLE


def test_the_size_that_a_file_states_is_ignored():
    data = repacked(lambda xml: re.sub(rb'<dimension ref="[^"]+"', b'<dimension ref="A1:C2"', xml))
    assert read_ladder(data, "a.xlsx") == EXAMPLE


def test_far_cells_and_huge_merged_cells_are_refused_quickly():
    far = repacked(
        lambda xml: xml.replace(
            b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
        )
    )
    merged = repacked(
        lambda xml: xml.replace(
            b"</sheetData>",
            b'</sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>',
        )
    )
    for data, told in ((far, "1,001 rows or more"), (merged, "merged cells: A1:XFD1048576")):
        with pytest.raises(LadderError, match=told):
            read_ladder(data, "a.xlsx")


def test_blank_rows_are_skipped():
    text = HEADER + "\n" * 500 + "a,mastery,x\n"
    assert len(read_ladder(text.encode(), "a.csv").levels) == 1


def test_messages_stay_short_for_any_file():
    odd = {f"{'k' * 10_000}{number}": 1 for number in range(100)}
    text = "[[levels]]\nname = 'a'\n" + "".join(f"{key} = 1\n" for key in odd)
    with pytest.raises(LadderError) as caught:
        read_ladder(text.encode(), "a.toml")
    assert len(str(caught.value)) < 10_000
    assert "And 80 more. Fix these first." in str(caught.value)


def bomb():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b" " * 30_000_000)
    return out.getvalue()


HEADER = "level,side,title\n"


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        (
            "a.ods",
            b"x",
            "The format of 'a.ods' is not known. End its name in one of: .csv, .xlsx, .toml.",
        ),
        ("a.csv", b"", "a.csv is empty"),
        ("a.csv", b"x" * (LARGEST + 1), "larger than 2 MB"),
        ("a.csv", b"level,side\nx\xff,mastery", "not UTF-8"),
        ("a.csv", b"level,side\nx,mastery", "no column 'title'"),
        ("a.csv", b"level,side,title,pay\n", "'pay' is not a ladder column"),
        (
            "a.csv",
            "level,side,title,\x1b[31m\u202ered\n".encode(),
            r"a.csv: '\x1b[31m\u202ered' is not a ladder column",
        ),
        ("a.csv", b"level,side,title,title\n", "'title' twice"),
        ("a.csv", f"{HEADER},mastery,x".encode(), "row 2 has no level"),
        ("a.csv", f"{HEADER}a,,x".encode(), "row 2 has no side"),
        ("a.csv", f"{HEADER}a,master,x".encode(), "'master' is not a side"),
        (
            "a.csv",
            f"{HEADER}a,mastery,x\na,mastery,y".encode(),
            "row 3 is a second row for mastery at 'a'",
        ),
        ("a.csv", f"{HEADER}a,mastery,x\x01".encode(), "row 2: title contains a character"),
        ("a.csv", (HEADER + "a,mastery,x\n" * 30).encode(), "there may be more errors"),
        (
            "a.csv",
            (HEADER + "".join(f"{each},mastery,x\n" for each in range(110))).encode(),
            "at most 50 levels",
        ),
        (
            "a.csv",
            (HEADER + "".join(f"{each},mastery,x\n" for each in range(51))).encode(),
            "a.csv",
        ),
        ("a.csv", b"level,side,title,up or out\na,mastery,x,maybe", "Write yes or no"),
        ("a.csv", b"level,side,title,pay minimum\na,mastery,x,5", "pay maximum is missing. Add it"),
        ("a.csv", b"level,side,title,voice\na,mastery,x,money", "must be 'vision'"),
        ("a.xlsx", b"PK nothing", "cannot be read as an Excel file"),
        ("a.xlsx", bomb(), "unpacks to 30 MB"),
        ("a.toml", b"levels = ", "not valid TOML"),
        ("a.toml", b"a" + b".a" * 900_000 + b" = 1", "nests too deeply"),
        ("a.toml", b"".join(b"[a%d]\n" % each for each in range(30_000)), "too many entries"),
        ("a.toml", b"x = [" + b"{a=1}," * 30_000 + b"]", "too many entries"),
        (
            "a.toml",
            b"[[levels]]\nname='a'\nmastery={voice=[" + b"''," * 600_000 + b"]}",
            "levels number 1 mastery voice has 600,000 entries. Write each of 3 at most once.",
        ),
        (
            "a.toml",
            b"[[levels]]\nname='a'\n" + b"".join(b"k%d=1\n" % each for each in range(15_000)),
            "a.toml has 15,000 errors. Check that this is the right file.",
        ),
        (
            "a.csv",
            b"level,side,title,voice\na,mastery,b," + b"x;" * 60_000,
            "row 2: voice has 60,000 entries.",
        ),
        ("a.toml", b"levels = " + b"[" * 5000, "nests too deeply"),
        (
            "a.toml",
            b"[[levels]]\nname = 'a'\nmaster = 1",
            "levels number 1 master is not part of a ladder",
        ),
        ("a.toml", b"[[levels]]\nname = 3", "levels number 1 name got 3: must be text"),
        (
            "a.toml",
            b"[[levels]]\nname = 'a'\n[levels.mastery]\npay = { minimum = 1, maximum = 2 }",
            "levels number 1 mastery pay currency is missing",
        ),
    ],
)
def test_a_bad_file_is_refused_with_a_reason(name, data, told):
    with pytest.raises(LadderError) as caught:
        read_ladder(data, name)
    assert told in str(caught.value)


def test_the_time_to_look_for_merged_cells_grows_with_the_sheet_only():
    tag = b"<mergeCell "
    # Quadratic, 200 kB would take an hour. If this fails, it fails by the time limit of all tests.
    sheet = tag * 200_000 + tag + b' ref="' * 200_000
    assert len(_MERGED.findall(sheet)) <= 1


def with_sheet(tag):
    return repacked(lambda xml: xml.replace(b"<sheetData>", tag))


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (
            lambda: with_sheet(b'<sheetData x="' + b"a" * 18_000_000 + b'">'),
            "a.xlsx unpacks to 18 MB, which is too much",
        ),
        (
            lambda: with_sheet(b"<!--" + b"a<" * 5_200_000 + b"--><sheetData>"),
            "a.xlsx unpacks to 10 MB, which is too much",
        ),
        (lambda: with_parts(15_000), "a.xlsx consists of 15,009 files, which is too much"),
    ],
)
def test_a_workbook_that_would_take_long_is_refused_before_it_is_read(data, told, monkeypatch):
    monkeypatch.setattr(openpyxl, "load_workbook", lambda file: pytest.fail("it was read"))
    with pytest.raises(LadderError) as caught:
        read_ladder(data(), "a.xlsx")
    assert told in str(caught.value)


@pytest.mark.parametrize("cut", [slice(1, None), slice(0, -30), slice(40, None)])
def test_a_damaged_workbook_is_refused(cut):
    with pytest.raises(LadderError, match=r"^a\.xlsx cannot be read as an Excel file\."):
        read_ladder(write_ladder(EXAMPLE, "a.xlsx")[cut], "a.xlsx")


def with_parts(count):
    out = io.BytesIO(write_ladder(EXAMPLE, "a.xlsx"))
    with zipfile.ZipFile(out, "a") as packed:
        for number in range(count):
            packed.writestr(f"x/{number}", b"")
    return out.getvalue()


def test_all_errors_are_reported_at_once():
    text = f"{HEADER}a,master,x\nb,,y\nc,mastery,z"
    with pytest.raises(LadderError) as caught:
        read_ladder(text.encode(), "a.csv")
    assert [line.partition(" ")[2][:5] for line in str(caught.value).splitlines()] == [
        "row 2",
        "row 3",
    ]


def test_an_unusable_path_is_refused_with_a_reason(tmp_path):
    with pytest.raises(LadderError, match="Check the path"):
        load_ladder(tmp_path / "none.csv")
    with pytest.raises(LadderError, match="Choose another place"):
        save_ladder(EXAMPLE, tmp_path / "no" / "where.csv")
    with pytest.raises(LadderError, match=r"is not known\. End its name in one of"):
        save_ladder(EXAMPLE, tmp_path / "a.docx")


def test_the_columns_are_those_of_a_rung():
    assert {column.replace(" ", "_") for column in COLUMNS} == {
        "level",
        "side",
        "pay_minimum",
        "pay_maximum",
        "currency",
        *(set(Rung.model_fields) - {"pay"}),
    }
