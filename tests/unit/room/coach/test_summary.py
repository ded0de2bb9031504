"""A room's summary: what its one page shows as PDF and as HTML, and what it must not show."""

import io
import re
from datetime import UTC, datetime, timedelta

import pandas as pd
import pypdf
import pytest
from markupsafe import escape

from careerpath import CutScores, Instrument, Tally, load_instrument, simulate_cohort
from careerpath.core.interpretation import DISCLAIMER
from careerpath.room.coach.summary import RoomSummary
from careerpath.room.room import Room, Visibility

INSTRUMENT = load_instrument()
FRAME = simulate_cohort(INSTRUMENT, count=41, seed=3).frame[list(INSTRUMENT.item_ids)]
MADE = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
HOSTILE = "<img src=x onerror=alert(1)>"
LONGEST = "Coaching for all " * 7  # 119 letters


def summary(
    title="Lisbon workshop",
    instrument=INSTRUMENT,
    frame=FRAME,
    cuts=None,
    waiting=0,
    *,
    frozen=False,
):
    room = Room(
        code="BCDFGH",
        title=title.strip(),
        instrument_id=instrument.id,
        instrument_version=instrument.version,
        published=instrument.cut_scores,
        cut_scores=CutScores(management_below=cuts[0], mastery_above=cuts[1])
        if cuts
        else instrument.cut_scores,
        created=MADE,
        expires=MADE + timedelta(days=7),
        capacity=500,
        closed=False,
        picture=Visibility.FROZEN if frozen else Visibility.REVEALED,
        version=3,
    )
    tally = Tally.of(frame, instrument)
    return RoomSummary(room, instrument, tally, made=MADE, waiting=waiting)


def opened(made):
    return pypdf.PdfReader(io.BytesIO(made.pdf()))


def words(made):
    return " ".join(" ".join(page.extract_text() for page in opened(made).pages).split())


def pictures_in_words(reader):
    """The text of every picture, in the order of reading."""
    found = []

    def look(node):
        node = node.get_object()
        for each in node if isinstance(node, list) else [node]:
            if isinstance(each.get_object(), dict):
                if "/Alt" in each.get_object():
                    found.append(str(each.get_object()["/Alt"]))
                if "/K" in each.get_object():
                    look(each.get_object()["/K"])

    look(reader.trailer["/Root"]["/StructTreeRoot"])
    return found


@pytest.mark.parametrize("title", ["Lisbon workshop", LONGEST, "W" * 120])
def test_the_pdf_is_one_page_of_a4(title):
    (page,) = opened(summary(title)).pages
    assert (round(page.mediabox.width), round(page.mediabox.height)) == (595, 842)


@pytest.mark.parametrize("answer", [0, 5, 10])
@pytest.mark.parametrize("people", [5, 200, 200_000])
def test_the_pdf_stays_one_page_for_any_number_of_people(people, answer):
    frame = pd.DataFrame(dict.fromkeys(INSTRUMENT.item_ids, [answer] * people))
    assert len(opened(summary(frame=frame, cuts=(0, 150), waiting=people)).pages) == 1


def test_the_pdf_is_tagged_and_says_its_title_and_language():
    reader = opened(summary())
    catalog = reader.trailer["/Root"]
    assert catalog["/MarkInfo"]["/Marked"]
    assert catalog["/Lang"].startswith("en")
    assert "pdfuaid" in catalog["/Metadata"].get_data().decode()
    assert reader.metadata.title == "Lisbon workshop"


def test_every_picture_has_a_text_with_its_counts():
    made = summary()
    found = pictures_in_words(opened(made))
    counts = made.tally.counts(INSTRUMENT.cut_scores)
    said = ", ".join(f"{count} {band}" for band, count in counts.items() if band != "unscored")
    assert found[0] == f"The room's totals, cut scores 50 and 100: {said}"
    assert len(found) == 1 + len(INSTRUMENT.facets) + len(INSTRUMENT.items)
    for each in found[1:]:
        facet = each.partition(", from management")[0] in {one.title for one in INSTRUMENT.facets}
        told = list(map(int, each.rpartition(": ")[2].split(", ")))
        assert len(told) == 11
        assert sum(told) == (3 if facet else 1) * 41


@pytest.mark.parametrize("form", ["pdf", "html"])
def test_it_says_what_the_room_saw(form):
    made = summary(cuts=(60, 95))
    text = words(made) if form == "pdf" else re.sub(r"<[^>]+>", " ", made.html())
    text = " ".join(text.replace("\u2019", "'").replace("\xa0", " ").replace("- ", "").split())
    for band, count in made.tally.counts(made.room.cut_scores).items():
        if band != "unscored":
            assert re.search(rf"{count} ?toward {band}|toward {band} ?{count}", text), band
    said = ["41 people shared their answers", "Cut scores 60 and 95, moved from the published"]
    said += ["Close calls: 25 of 41 are within 10 points of a line, the assumed error of a total."]
    said += [facet.title for facet in INSTRUMENT.facets]
    said += [item.stem.replace("\xa0", " ") for item in INSTRUMENT.items]
    said += [DISCLAIMER, "Nobody's own answers are in it", "24 November 2026", "version 1.0.0"]
    for each in said:
        assert each in text, each


@pytest.mark.parametrize("waiting", [0, 1, 1200])
def test_it_says_how_many_answers_wait_and_are_not_in_it(waiting):
    made = summary(waiting=waiting, frozen=True)
    said = {
        0: "",
        1: "1 newer answer waits behind the frozen picture and is not in this summary.",
        1200: "1,200 newer answers wait behind the frozen picture and are not in this summary.",
    }[waiting]
    for text in (words(made), made.html()):
        assert said in text
        assert ("behind the frozen picture" in text) == bool(waiting)
    live = "3 newer answers wait until there are 5, or until the room is closed, and are not in"
    assert live in words(summary(waiting=3))


def test_published_cut_scores_are_not_called_moved():
    assert "moved from" not in words(summary())
    assert "moved from" not in summary().html()


def test_the_bars_of_the_histogram_hold_everybody_once():
    made = summary(cuts=(60, 95))
    drawn = made.values()["histogram"]
    people = sum(part["height"] * drawn["most"] for bar in drawn["bars"] for part in bar["parts"])
    assert people == pytest.approx(41)
    for line, cut in zip(drawn["lines"], (60, 96), strict=True):
        assert line["at"] == pytest.approx(cut / 151)
    assert sum(bar["width"] for bar in drawn["bars"]) == pytest.approx(1)


@pytest.mark.parametrize("title", [HOSTILE, '#sys("x")', "$x$ *b* `c`", "Zoë's Ελένη"])
def test_a_title_is_shown_as_it_is(title):
    made = summary(title)
    assert title in words(made)
    page = made.html()
    assert f"<h1>{escape(title)}</h1>" in page
    assert HOSTILE not in page


def test_the_page_needs_no_other_file():
    page = summary().html()
    assert page.lstrip().startswith("<!doctype html>")
    assert not re.search(r"<script|<link|<img|@import|url\(|https?://", page)
    assert page.count('role="img"') == 1 + len(INSTRUMENT.facets) + len(INSTRUMENT.items)


def test_an_instrument_without_texts_facets_and_norms_has_a_summary_too():
    plain = Instrument.plain(
        [f"item{n:02}" for n in range(20)], maximum=4, management_below=25, mastery_above=55
    )
    frame = simulate_cohort(plain, count=30, seed=1).frame
    made = summary(instrument=plain, frame=frame)
    assert "Close calls" not in words(made)
    assert all(name in words(made) for name in plain.item_ids)
    assert made.html().count('role="img"') == 21
    assert len(pictures_in_words(opened(made))) == 21


def test_the_same_room_makes_the_same_pdf():
    assert summary().pdf() == summary().pdf()
