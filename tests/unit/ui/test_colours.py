"""The colours are defined in one style sheet; where CSS cannot reach, copies must be equal."""

import re
from pathlib import Path

import pytest

import careerpath
from careerpath.thresholds.snapshot import COLOURS

PACKAGE = Path(careerpath.__file__).parent
PAIR = re.compile(r"--cp-([a-z-]+): var\(--cp-light, (#\w+)\) var\(--cp-dark, (#\w+)\);")
HEX = re.compile(r"#[0-9a-f]{3,8}\b", re.IGNORECASE)


def text(name: str) -> str:
    return (PACKAGE / name).read_text(encoding="utf-8")


TOKENS = {name: (light, dark) for name, light, dark in PAIR.findall(text("ui/tokens.css"))}


def test_every_colour_of_the_tokens_has_a_light_and_a_dark_value():
    assert len(TOKENS) == 15
    assert len(HEX.findall(text("ui/tokens.css"))) == 2 * len(TOKENS)


@pytest.mark.parametrize(
    "name",
    sorted(
        path.relative_to(PACKAGE).as_posix()
        for pattern in ("*.css", "report.html")
        for path in PACKAGE.rglob(pattern)
        if path.name != "tokens.css"
    ),
)
def test_no_other_style_defines_a_colour(name):
    white_around_a_qr_code = ["#fff"] if name == "room/coach/hall.css" else []
    assert HEX.findall(text(name)) == white_around_a_qr_code
    assert "prefers-color-scheme" not in text(name)


def test_the_pictures_without_a_style_sheet_have_the_light_colours():
    assert {str(band): (colour,) for band, colour in COLOURS.items()} == {
        str(band): TOKENS[band][:1] for band in COLOURS
    }
    light = {pair[0] for pair in TOKENS.values()}
    assert set(HEX.findall(text("thresholds/templates/snapshot.html"))) <= light


def test_the_files_as_pdf_have_the_light_colours():
    found = dict(re.findall(r'(\w+): rgb\("(#\w+)"\)', text("pdf/style.typ")))
    lines = {"line": "line-strong"}
    assert found == {name: TOKENS[lines.get(name, name)][0] for name in found}
    assert len(found) == 7


def test_the_browsers_own_bars_have_the_colour_of_the_ground():
    page = text("serving/templates/site/layout.html")
    bars = re.findall(r'name="theme-color" content="(#\w+)" media="[^"]*: (light|dark)\)"', page)
    light, dark = TOKENS["ground"]
    assert bars == [(light, "light"), (dark, "dark")]
