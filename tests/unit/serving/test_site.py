"""The HTML around the notebooks."""

import re

from careerpath import load_instrument
from careerpath.serving.assets import load_assets
from careerpath.serving.pages import find_pages, notebooks_folder
from careerpath.serving.rendering import failure_text
from careerpath.serving.site import Site


def test_in_a_folder_of_notebooks_the_landing_page_links_to_their_addresses():
    instrument = load_instrument()
    pages = find_pages(notebooks_folder(), instrument)
    site = Site(
        base_url="/", assets=load_assets(), start="assessment", instrument=instrument, pages=pages
    )
    text = site.landing()
    links = set(re.findall(r'href="/([a-z_-]+)"', text))
    assert {"top_ten", "dual_ladder", "thresholds"} <= links
    assert "It opens in JupyterLab" not in text


def test_a_page_that_cannot_be_made_says_what_is_kept():
    site = Site(
        base_url="/", assets=load_assets(), start="assessment", instrument=load_instrument()
    )
    assert "(id 1). Yours is. <a" in site.failure("1", kept="Yours is.")
    assert "(id 1). <a" in site.failure("1", kept="")
    assert failure_text("1", kept="Yours is.").endswith("(id 1). Yours is.")
