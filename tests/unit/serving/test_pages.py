"""Which address shows which notebook, and what a page says about kept answers."""

import pytest
from kit.server_process import write_notebook

from careerpath import CareerpathError, load_instrument
from careerpath.serving.pages import find_pages


def test_two_notebooks_with_one_address_are_refused(tmp_path):
    for name in ("a b", "a-b"):
        write_notebook(tmp_path / f"{name}.ipynb")
    with pytest.raises(CareerpathError, match=r"'a b.ipynb' and 'a-b.ipynb' .* Rename one of them"):
        find_pages(tmp_path, load_instrument())


def test_a_notebook_without_a_letter_in_its_name_is_refused(tmp_path):
    write_notebook(tmp_path / "(!).ipynb")
    with pytest.raises(CareerpathError, match="neither a letter nor a digit"):
        find_pages(tmp_path, load_instrument())


def test_each_page_says_what_a_reload_finds(tmp_path):
    pages = find_pages(None, load_instrument())
    copy = "What you typed is still on the screen: copy it before you reload."
    assert pages["assessment"].kept == "Your answers are kept on this device."
    assert pages["room"].kept == "Rooms are kept on the server."
    assert (pages["top-ten"].kept, pages["top-ten"].unkept) == ("", copy)
    ladders = pages["dual-ladder"]
    assert (ladders.kept, ladders.unkept) == ("Your ladders are kept in this browser.", copy)
    lab = pages["thresholds"]
    not_kept = "Files that you opened are not kept: open them again after a reload."
    assert (lab.kept, lab.unkept) == ("", not_kept)
    write_notebook(tmp_path / "counter.ipynb")
    counter = find_pages(tmp_path, load_instrument())["counter"]
    assert (counter.kept, counter.unkept) == ("", "")
