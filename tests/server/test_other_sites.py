"""What other websites can make a visitor's browser do to this server."""

from collections.abc import Iterator

import pytest
from kit.server_process import ServerProcess, write_notebook


@pytest.fixture(scope="module")
def framed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server whose pages another website may show in a frame."""
    folder = tmp_path_factory.mktemp("notebooks")
    write_notebook(folder / "counter.ipynb", "1")
    arguments = ("--frame-ancestors", "https://portal.example")
    with ServerProcess(folder, arguments=arguments) as started:
        yield started


@pytest.mark.parametrize("site", ["cross-site", "same-site", "same-origin"])
@pytest.mark.parametrize(
    "destination",
    ["image", "script", "empty", "style", "object", "embed", "frame", "audio", "", "document, x"],
)
def test_an_image_or_a_script_starts_no_process(odd, destination, site):
    before = odd.health()["visitors"], len(odd.kernel_processes())
    answer = odd.get("counter", Sec_Fetch_Dest=destination, Sec_Fetch_Site=site)
    assert answer.status == 403
    assert "Open this address in a window of its own" in answer.text
    assert (odd.health()["visitors"], len(odd.kernel_processes())) == before


def test_a_frame_that_its_site_may_not_show_starts_no_process(odd):
    visitors = odd.health()["visitors"]
    for site in ("cross-site", "same-site"):
        answer = odd.get("counter", Sec_Fetch_Dest="iframe", Sec_Fetch_Site=site)
        assert answer.status == 403
    assert odd.health()["visitors"] == visitors


@pytest.mark.parametrize("site", ["cross-site", "same-site", "same-origin", "none"])
def test_a_window_may_be_opened_from_anywhere(odd, site):
    page = odd.get("counter", Sec_Fetch_Dest="document", Sec_Fetch_Site=site)
    assert page.status == 200


def test_a_page_may_stand_in_a_frame_of_its_own_site_or_of_one_that_is_named(odd, framed):
    assert odd.get("counter", Sec_Fetch_Dest="iframe", Sec_Fetch_Site="same-origin").status == 200
    page = framed.get("counter", Sec_Fetch_Dest="iframe", Sec_Fetch_Site="cross-site")
    assert page.status == 200
    assert framed.get("counter", Sec_Fetch_Dest="image", Sec_Fetch_Site="same-origin").status == 403
