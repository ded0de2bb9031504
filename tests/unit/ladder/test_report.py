"""A ladder as a file: HTML that needs no network, a tagged PDF, and files to open again."""

import io
import re
from datetime import UTC, datetime

import pytest
from pypdf import PdfReader

from careerpath import DualLadder, find_disparities
from careerpath.ladder.files import read_ladder
from careerpath.ladder.ladder import LadderError, Rung
from careerpath.ladder.report import LadderReport, in_short

EXAMPLE = DualLadder.example()
MADE = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOSTILE = '<b>x</b> #import "a" $1$ *y* `z` {{ 7 * 7 }}'


def report(ladder=EXAMPLE, **options):
    return LadderReport(ladder, made=MADE, **options)


def pdf(ladder=EXAMPLE):
    return PdfReader(io.BytesIO(report(ladder).pdf()))


def text_of(ladder=EXAMPLE):
    """The document's words, however its lines are broken."""
    return " ".join(" ".join(page.extract_text() for page in pdf(ladder).pages).split())


def test_the_report_of_equal_ladders_says_so_with_date_and_limits():
    for text in (report().html(), text_of(), report().content("a.md").decode()):
        assert "the two ladders are equal" in text.lower()
        assert "22 November 2026" in text
        assert "no advice on law or pay" in text
    assert "4 levels, 8 rungs" in text_of()


def test_the_report_shows_every_text_of_each_rung():
    rung = EXAMPLE.level("Staff").mastery
    for text in (" ".join(report().html().split()), text_of()):
        for said in (rung.title, rung.scope, rung.decision_rights, rung.recognition, str(rung.pay)):
            assert said in text


def test_the_report_shows_each_finding_with_reason_and_fix():
    ladder = EXAMPLE.without_rung("Vice president", "mastery")
    (finding,) = find_disparities(ladder)
    for text in (report(ladder).html().replace("&#39;", "'"), text_of(ladder)):
        for said in (finding.fact, finding.why, finding.mend):
            assert said in text
    assert "1 thing is not equal" in in_short(1)


def test_the_report_uses_the_tolerance_of_the_check():
    rung = EXAMPLE.level("Staff").mastery
    pay = rung.pay.model_copy(update={"minimum": 54_000, "maximum": 70_000})
    ladder = EXAMPLE.with_rung("Staff", "mastery", rung.model_copy(update={"pay": pay}))
    strict, loose = report(ladder), report(ladder, pay_tolerance=0.2)
    assert "It pays less" in strict.html()
    assert "It pays less" in strict.content("a.md").decode()
    assert "It pays less" not in loose.html()
    assert "It pays less" not in loose.content("a.md").decode()
    assert "Pay may differ by 20 %" in loose.html()


def test_the_html_requests_nothing():
    html = report().html()
    assert not re.search(r"<(script|link|img|iframe)|src=|url\(|https?://|@import", html)
    assert html.startswith("<!doctype html>")


def test_the_pdf_is_tagged_has_a_title_and_describes_its_pictures():
    read = pdf()
    root = read.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"].startswith("en")
    assert read.metadata.title == "Two career ladders"
    assert b"pdfuaid" in root["/Metadata"].get_data()
    assert "Fellow. Management: Vice president. Pay: mastery EUR 92,000" in str(alternatives(read))


def alternatives(read):
    """The text that replaces each picture."""
    found, waiting = [], [read.trailer["/Root"]["/StructTreeRoot"]]
    while waiting:
        here = waiting.pop().get_object()
        if isinstance(here, dict):
            if "/Alt" in here:
                found.append(str(here["/Alt"]))
            children = here.get("/K", [])
            children = children if isinstance(children, list) else [children]
            waiting += [each for each in children if not isinstance(each.get_object(), int)]
    return found


def test_text_stays_text_whatever_it_looks_like():
    ladder = DualLadder().with_level(HOSTILE)
    ladder = ladder.with_rung(HOSTILE, "mastery", Rung(title=HOSTILE, scope=HOSTILE))
    assert "<b>x" not in report(ladder).html()
    assert "{{ 7" in report(ladder).html()
    assert HOSTILE in text_of(ladder)


@pytest.mark.parametrize(
    "ladder",
    [
        DualLadder(),
        DualLadder().with_level("A"),
        DualLadder().with_level("A").with_rung("A", "mastery", Rung()),
        DualLadder().with_level("A").with_rung("A", "management", Rung(scope="x " * 999)),
    ],
)
def test_an_unfinished_ladder_can_be_exported(ladder):
    assert report(ladder).html()
    assert len(pdf(ladder).pages) >= 1


def test_the_largest_ladder_can_be_exported():
    ladder = DualLadder()
    for number in range(50):
        ladder = ladder.with_level(f"Level {number}")
        for side in ("mastery", "management"):
            rung = Rung(
                title=f"T{number} " + "x" * 100,
                **dict.fromkeys(("scope", "decision_rights", "recognition"), "word " * 390),
            )
            ladder = ladder.with_rung(f"Level {number}", side, rung)
    assert report(ladder).html().count("word") >= 50 * 2 * 3 * 390
    last = pdf(ladder).pages[-1].extract_text()
    assert "T0 xxx" in last or "word word" in last


@pytest.mark.parametrize("ending", ["csv", "xlsx", "toml"])
def test_exported_files_can_be_read_back(ending):
    assert read_ladder(report().content(f"a.{ending}"), f"a.{ending}") == EXAMPLE


def test_an_unknown_format_is_refused(tmp_path):
    with pytest.raises(
        LadderError, match=r"'a.docx' is not known. End its name in one of: .pdf, .html, .md, .xlsx"
    ):
        report().save(tmp_path / "a.docx")
    with pytest.raises(LadderError, match="Choose another place"):
        report().save(tmp_path / "none" / "a.html")
