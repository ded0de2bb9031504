"""The pages show what docs/coaches.md names."""

import html
import re

import pytest
from kit.documents import ROOT

DOCUMENT = (ROOT / "docs" / "coaches.md").read_text(encoding="utf-8")
NAMED = sorted(
    {" ".join(each.split()) for each in re.findall(r"(?<!\*)\*([^*`]+)\*(?!\*)", DOCUMENT)}
)
#: The page writes the cut scores of the room.
COMPUTED = {"Back to 50 and 100"}
SOURCES = [
    *(ROOT / "careerpath").rglob("*.html"),
    *(ROOT / "careerpath").rglob("*.py"),
    *(ROOT / "frontend" / "src").glob("*.ts"),
]


@pytest.fixture(scope="module")
def sources():
    text = " ".join(path.read_text(encoding="utf-8") for path in SOURCES)
    return html.unescape(" ".join(text.split())).lower()


@pytest.mark.parametrize("named", sorted({*NAMED} - COMPUTED))
def test_the_pages_show_what_the_document_names(sources, named):
    assert named.lower() in sources


def test_the_document_names_something():
    assert len(NAMED) > 15
    assert {*NAMED} >= COMPUTED
