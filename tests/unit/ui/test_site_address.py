"""Where phones join: what a coach's browser and the server say of addresses."""

import pytest

from careerpath.ui.site_address import JoinAddress, WhoCanOpen, join_address

NOWHERE = JoinAddress("", "", WhoCanOpen.NOBODY)
LAN = ("http://192.168.1.20:8866/", "http://10.8.0.3:8866/")


@pytest.mark.parametrize(
    ("base", "whole", "short"),
    [
        ("http://192.168.1.20:8866/", "http://192.168.1.20:8866/join/BCDFGH", "192.168.1.20:8866/"),
        ("https://example.org/career/", "https://example.org/career/join/BCDFGH", None),
        ("https://[2001:db8::1]/", "https://[2001:db8::1]/join/BCDFGH", "[2001:db8::1]/"),
        ("http://coach-laptop.local:8866", "http://coach-laptop.local:8866/join/BCDFGH", None),
    ],
)
def test_phones_join_where_the_coach_is(base, whole, short):
    found = join_address(base, "BCDFGH")
    assert (found.url, found.who_can_open, found.assumed) == (whole, WhoCanOpen.NETWORK, False)
    assert found.typed == (
        f"{short}join/" if short else whole.removesuffix("BCDFGH").partition("//")[2]
    )


@pytest.mark.parametrize(
    "base",
    [
        "http://127.0.0.1:8866/",
        "http://localhost:8866/",
        "http://[::1]:8866/",
        "http://127.9.9.9/",
        "http://careers.localhost/",
    ],
)
def test_a_coach_at_the_server_is_told_that_phones_cannot_come_there(base):
    found = join_address(base, "BCDFGH")
    assert found.who_can_open is WhoCanOpen.THIS_COMPUTER
    assert found.url.endswith("/join/BCDFGH")


@pytest.mark.parametrize("base", ["http://127.0.0.1:8866/", "http://localhost:8866/"])
def test_a_coach_at_a_server_that_others_reach_shows_their_address(base):
    found = join_address(base, "BCDFGH", LAN)
    assert found.url == "http://192.168.1.20:8866/join/BCDFGH"
    assert (found.typed, found.who_can_open) == ("192.168.1.20:8866/join/", WhoCanOpen.NETWORK)
    assert found.assumed
    assert found.others == ("http://10.8.0.3:8866/room",)


def test_an_address_of_the_coachs_own_is_never_replaced():
    found = join_address("https://careers.example.org/", "BCDFGH", LAN)
    assert found.url == "https://careers.example.org/join/BCDFGH"
    assert (found.assumed, found.others) == (False, ())


@pytest.mark.parametrize(
    "base",
    [
        None,
        7,
        "",
        "example.org",
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "ftp://example.org/",
        "http://",
        "http://user:secret@example.org/",
        "http://[::1/",
        "http://example.org/\n<script>",
        "http://example.org/" + "x" * 300,
        ["http://example.org/"],
    ],
    ids=lambda each: str(each)[:30],
)
def test_anything_but_an_address_gives_none(base):
    assert join_address(base, "BCDFGH") == NOWHERE
    assert (
        join_address("http://localhost/", "BCDFGH", [base]).who_can_open is WhoCanOpen.THIS_COMPUTER
    )
