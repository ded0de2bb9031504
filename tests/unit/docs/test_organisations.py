"""The screens show what docs/organisations.md names."""

import html
import re
from pathlib import Path

import pytest

from careerpath.ladder.view import LadderScreen
from careerpath.serving.site import TEMPLATES
from careerpath.top_ten.view import TopTenScreen
from careerpath.ui.html_view import Action, HtmlView

DOCUMENT = (Path(__file__).parents[3] / "docs" / "organisations.md").read_text(encoding="utf-8")
NAMED = sorted(
    {
        " ".join(each.split()).strip(".")
        for each in re.findall(r"(?<!\*)\*([^*`]+)\*(?!\*)", DOCUMENT)
    }
)
#: Named in the document, but part of another program.
ELSEWHERE = {"CSV UTF-8"}


@pytest.fixture(scope="module")
def screens():
    """The words of the landing page, and of both pages up to something to fix."""
    ten, ladders = TopTenScreen(), LadderScreen()
    ten._act(Action("write", {"kind0": "master", "share": "20"}))
    pages = [(TEMPLATES / "site" / "landing.html").read_text(encoding="utf-8"), ten._page.html]
    for action in (
        Action(""),
        Action("example"),
        Action("open", {"level": "Staff", "side": "mastery"}),
        Action("remove rung", {"opened": "1", "side": "mastery"}),
    ):
        ladders._act(action)
        pages += [each.html for each in ladders.children if isinstance(each, HtmlView)]
    return html.unescape(" ".join(re.sub("<[^>]+>", " ", " ".join(pages)).split()))


def test_the_document_names_something():
    assert len(NAMED) > 15


@pytest.mark.parametrize("named", sorted(set(NAMED) - ELSEWHERE))
def test_the_screens_show_what_the_document_names(screens, named):
    assert re.search(rf"\b{re.escape(named)}\b", screens)
