"""A result as a file: the texts, names and letters of the PDF, the page and the JSON."""

import io
import json
from datetime import UTC, date, datetime

import pypdf
import pytest
from markupsafe import escape

from careerpath import Instrument, load_instrument
from careerpath.core.errors import AnswerError, CareerpathError
from careerpath.core.instrument import Norms
from careerpath.core.interpretation import DISCLAIMER
from careerpath.core.result_file import parse_results
from careerpath.pdf import typeset as typesetting
from careerpath.pdf.typeset import TypesettingError
from careerpath.what_next.report import LONGEST_NAME, ResultReport, printable
from careerpath.what_next.where_now import where_now

INSTRUMENT = load_instrument()
ANSWERS = dict(zip(INSTRUMENT.item_ids, (8, 2, 4, 7, 3, 9, 6, 4, 7, 5, 2, 8, 7, 3, 6), strict=True))
MADE = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
HOSTILE = "<img src=x onerror=alert(1)>"


def report(**values):
    return ResultReport(
        **{"instrument": INSTRUMENT, "answers": ANSWERS, "taken": date(2026, 3, 1), "made": MADE}
        | values
    )


def opened(made):
    return pypdf.PdfReader(io.BytesIO(made.pdf()))


def words(made):
    return " ".join(" ".join(page.extract_text() for page in opened(made).pages).split())


@pytest.mark.parametrize("value", [0, 3, 5, 7, 10])
def test_the_pdf_has_one_or_two_pages_of_a4_for_every_band(value):
    answers = {
        item.id: 10 - value if item.mastery_side == "left" else value for item in INSTRUMENT.items
    }
    reader = opened(report(answers=answers))
    assert 1 <= len(reader.pages) <= 2
    assert all(
        (round(page.mediabox.width), round(page.mediabox.height)) == (595, 842)
        for page in reader.pages
    )


def test_the_pdf_stays_on_two_pages_with_the_current_path():
    now = where_now(INSTRUMENT, "mastery", "management", reports=9)
    assert len(opened(report(now=now, name="x" * LONGEST_NAME)).pages) == 2


def test_the_pdf_is_tagged_and_says_its_title_and_language():
    catalog = opened(report()).trailer["/Root"]
    assert catalog["/MarkInfo"]["/Marked"]
    assert catalog["/Lang"].startswith("en")
    assert "pdfuaid" in catalog["/Metadata"].get_data().decode()
    assert opened(report()).metadata.title == report().meaning.headline


def test_the_pdf_says_what_the_screen_says():
    made = report(name="Ana Silva")
    text = words(made)
    meaning = made.meaning
    said = [meaning.headline, meaning.placement, meaning.certainty, "Ana Silva", "1 March 2026"]
    said += [*meaning.advice, *(facet.title for facet in meaning.facets), DISCLAIMER]
    said += [f"version {INSTRUMENT.version}", "24 November 2026"]
    said += [item.stem for item in INSTRUMENT.items]
    for each in said:
        assert each.replace("\xa0", " ") in text, each


def test_the_pictures_of_the_pdf_have_words():
    root = opened(report()).trailer["/Root"]["/StructTreeRoot"]
    found = []

    def look(node):
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, list):
            for each in node:
                look(each)
        elif isinstance(node, dict):
            if "/Alt" in node:
                found.append(str(node["/Alt"]))
            if "/K" in node:
                look(node["/K"])

    look(root)
    assert any("A scale from 0 to 150" in each and "The total is 105" in each for each in found)
    assert any("Breadth or depth: toward mastery" in each for each in found)


def test_the_same_values_make_the_same_pdf():
    assert report().pdf() == report().pdf()


@pytest.mark.parametrize("name", [HOSTILE, '#sys("x")', "$x$ *b* `c`", "Zoë Ångström", "Ελένη"])
def test_a_name_is_shown_as_it_is(name):
    made = report(name=name)
    assert name in words(made)
    page = made.html()
    assert f"<bdi>{escape(name)}</bdi>" in page


@pytest.mark.parametrize("name", ["שרה לוי", "مريم", "علي Ali"])
def test_a_name_from_right_to_left_is_kept_apart_from_the_line(name):
    made = report(name=name)
    assert f"<bdi>{name}</bdi> · answered on 1 March 2026" in made.html()
    assert len(opened(made).pages) == 2


def test_control_characters_are_removed_from_a_name():
    assert printable("Ana\u202e\x00\n\t Silva") == "Ana Silva"
    assert printable("\u200f") == ""


def test_a_letter_that_no_font_has_is_reported(monkeypatch):
    ours = typesetting._here
    monkeypatch.setattr(typesetting, "_here", lambda told: ours({**told, "borrowing": False}))
    with pytest.raises(TypesettingError, match=r"no font here has the letter 山\. Save it as HTML"):
        report(name="山田").pdf()


def test_the_systems_fonts_are_asked_only_for_what_ours_lack(monkeypatch):
    ours = typesetting._here
    asked = []

    def compiled(told):
        asked.append(told["borrowing"])
        return ours({**told, "borrowing": False})

    monkeypatch.setattr(typesetting, "_here", compiled)
    report(name="Ana").pdf()
    assert asked == [False]
    with pytest.raises(TypesettingError):
        report(name="山田").pdf()
    assert asked == [False, False, True]


def test_a_separate_process_makes_the_same_pdf():
    assert report(name="שרה", apart=True).pdf() == report(name="שרה").pdf()


def test_a_failure_in_the_separate_process_is_reported(monkeypatch):
    monkeypatch.setattr(typesetting, "PATIENCE", 0.0)
    with pytest.raises(TypesettingError, match="Try again, or save it as HTML"):
        report(apart=True).pdf()


def test_the_page_requests_nothing():
    page = report().html().replace("url(#", "")
    for each in ("http", "src=", "url(", "@import", "<script", "<link"):
        assert each not in page


def test_texts_of_an_instrument_are_escaped():
    data = INSTRUMENT.model_dump() | {"title": HOSTILE}
    for item in data["items"]:
        item |= {"stem": HOSTILE, "management": HOSTILE, "mastery": HOSTILE}
    for band in data["bands"].values():
        band |= {"title": HOSTILE, "summary": HOSTILE, "advice": [HOSTILE], "roles": [HOSTILE]}
    for facet in data["facets"]:
        facet |= {"title": HOSTILE, "description": HOSTILE}
    hostile = report(instrument=Instrument.validated(data, place="test"))
    assert "<img" not in hostile.html()
    assert "&lt;img" in hostile.html()
    assert HOSTILE in words(hostile)


def test_the_json_can_be_read_again():
    (kept,) = parse_results(report(name="Ana").json(), place="x")
    assert (dict(kept.answers), kept.taken) == (ANSWERS, date(2026, 3, 1))
    assert "Ana" not in report(name="Ana").json().decode()
    assert json.loads(report().json())["note"] == DISCLAIMER


def test_an_instrument_without_texts_or_norms_makes_each_file():
    plain = Instrument.plain(["a", "b"], management_below=7, mastery_above=14)
    made = report(instrument=plain, answers={"a": 10, "b": 10}, taken=None)
    for kind in ("pdf", "html", "json"):
        assert made.file(kind)
    assert "has no norms" in words(made)
    assert "answered on" not in words(made)


@pytest.mark.parametrize("cuts", [(0, 0), (0, 150), (150, 150), (75, 75)])
def test_cut_scores_at_the_ends_of_the_range_can_be_drawn(cuts):
    moved = INSTRUMENT.with_cut_scores(management_below=cuts[0], mastery_above=cuts[1])
    assert opened(report(instrument=moved)).pages


def test_a_small_error_is_never_shown_as_zero():
    norms = Norms(mean=75, sd=1, reliability=0.95, source="Ours")
    page = report(instrument=INSTRUMENT.with_norms(norms)).html()
    assert "give or take 0.2" in page


def test_an_estimate_says_that_it_is_one():
    made = report(answers={**ANSWERS, "q01": None}, missing="prorate")
    assert "Estimated from 14 of 15 answers" in words(made)
    assert "no answer" in words(made)
    with pytest.raises(AnswerError):
        report(answers={**ANSWERS, "q01": None}).pdf()


def test_another_kind_of_file_is_refused():
    with pytest.raises(CareerpathError, match="written as pdf, html, json, not as 'exe'"):
        report().file("exe")
