"""Which pages may be opened, and what counts as one address."""

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careerpath.serving.admission import (
    UNREADABLE,
    Admission,
    Refusal,
    RefusedError,
    counted_networks,
)
from careerpath.serving.settings import Options


def test_a_place_is_free_again_when_somebody_leaves():
    admission = Admission(limit=lambda: 1, per_address=0)
    visit = admission.admit()
    with pytest.raises(RefusedError) as refused:
        admission.admit()
    assert refused.value.reason is Refusal.FULL
    admission.leave(visit)
    admission.leave(visit)
    assert len(admission) == 0
    assert admission.admit()


@pytest.mark.parametrize(
    ("limit", "held"), [(400, 300), (200, 150), (41, 30), (3, 2), (2, 1), (1, 1)]
)
def test_one_address_may_have_three_quarters_of_all_places(limit, held):
    admission = Admission(limit=lambda: limit, per_address=None)
    for _ in range(held):
        admission.admit("192.168.1.1")
    with pytest.raises(RefusedError):
        admission.admit("192.168.1.1")
    for _ in range(limit - held):
        admission.admit("192.168.1.2")
    with pytest.raises(RefusedError) as refused:
        admission.admit("192.168.1.3")
    assert refused.value.reason is Refusal.FULL


@pytest.mark.parametrize("per_address", [0, 5])
def test_the_limit_for_one_address_can_be_set_and_turned_off(per_address):
    admission = Admission(limit=lambda: 50, per_address=per_address)
    admitted = [admission.admit("203.0.113.7") for _ in range(per_address or 50)]
    with pytest.raises(RefusedError) as refused:
        admission.admit("203.0.113.7")
    assert refused.value.reason is (Refusal.ADDRESS if per_address else Refusal.FULL)
    admission.leave(admitted[0])
    assert admission.admit("203.0.113.7")


def test_what_counts_as_one_address():
    proxies = [ip_network("10.0.0.0/8"), ip_network("127.0.0.1/32")]
    household = ("2001:db8:1:200::/56", "2001:db8:1::/48")
    cases = {
        ("203.0.113.9", ()): ("203.0.113.9",),
        ("203.0.113.9", ("198.51.100.1",)): ("203.0.113.9",),
        ("10.1.2.3", ("198.51.100.1",)): ("198.51.100.1",),
        ("10.1.2.3", ("made-up", "198.51.100.1, 127.0.0.1")): ("198.51.100.1",),
        ("10.1.2.3", ()): ("10.1.2.3",),
        ("127.0.0.1", ()): (),
        ("::1", ()): (),
        ("::ffff:203.0.113.9", ()): ("203.0.113.9",),
        ("2001:db8:1:2ff:3::4", ()): household,
        ("127.0.0.1", ("[2001:db8:1:2ff:3::4]",)): household,
        ("127.0.0.1", ("[2001:db8:1:2ff:3::4]:443",)): household,
        ("127.0.0.1", ("203.0.113.9:5555",)): ("203.0.113.9",),
        ("127.0.0.1", ("127.9.9.9",)): ("127.9.9.9",),
        ("fe80::1%eth0", ()): ("fe80::/56", "fe80::/48"),
    }
    for (peer, forwarded), expected in cases.items():
        assert counted_networks(peer, forwarded, proxies) == expected, (peer, forwarded)


@pytest.mark.parametrize("claim", ["unknown", "", "  ", "_hidden", "1.2.3", "a:b:c", "1.2.3.4x"])
def test_every_claim_that_cannot_be_read_counts_as_the_same_address(claim):
    proxies = [ip_network("127.0.0.1/32")]
    assert counted_networks("127.0.0.1", [claim], proxies) == (UNREADABLE,)
    assert counted_networks("127.0.0.1", [f"203.0.113.9, {claim}"], proxies) == (UNREADABLE,)


@pytest.mark.parametrize("peer", ["", None, "nonsense"])
def test_a_peer_without_an_address_is_counted_too(peer):
    assert counted_networks(peer, ["198.51.100.1"], Options().proxies) == (UNREADABLE,)


@given(st.one_of(st.none(), st.text(), st.ip_addresses().map(str)), st.lists(st.text()))
def test_anything_counts_except_this_computer(peer, forwarded):
    for proxies in ([], [ip_network("0.0.0.0/0"), ip_network("::/0")]):
        networks = counted_networks(peer, forwarded, proxies)
        assert networks or ip_address(peer).is_loopback or ip_address(peer).ipv4_mapped.is_loopback


def networks_of(address: str) -> tuple[str, ...]:
    return counted_networks(address, [], [])


def test_an_ipv6_household_is_limited_and_so_is_its_site():
    admission = Admission(limit=lambda: 1000, per_address=2)
    # A household has 256 networks, and each of them 2^64 addresses.
    admission.admit(*networks_of("2001:db8:7:100::1"))
    admission.admit(*networks_of("2001:db8:7:1ff::2"))
    with pytest.raises(RefusedError):
        admission.admit(*networks_of("2001:db8:7:150::3"))
    for number in range(2, 8):
        admission.admit(*networks_of(f"2001:db8:7:{number:x}00::1"))
    with pytest.raises(RefusedError) as refused:
        admission.admit(*networks_of("2001:db8:7:900::1"))
    assert refused.value.reason is Refusal.ADDRESS
    assert admission.admit(*networks_of("2001:db8:8::1"))


@pytest.mark.parametrize(("per_address", "held"), [(None, 15), (2, 8), (10, 15), (18, 18), (0, 20)])
def test_an_ipv6_site_leaves_places_for_others(per_address, held):
    """A site has four times as many as an address, but by default no more than others."""
    admission = Admission(limit=lambda: 20, per_address=per_address)
    for number in range(held):
        admission.admit(*networks_of(f"2001:db8:7:{number:x}00::1"))
    with pytest.raises(RefusedError):
        admission.admit(*networks_of("2001:db8:7:ff00::1"))


def test_without_a_trusted_proxy_no_header_is_believed():
    proxies = Options().proxies
    assert counted_networks("127.0.0.1", ["203.0.113.7"], proxies) == ()
    assert counted_networks("203.0.113.9", ["203.0.113.7"], proxies) == ("203.0.113.9",)


def test_a_page_that_takes_more_memory_takes_more_places():
    places = {"assessment": 1.0, "room": 2.5}
    admission = Admission(limit=lambda: 4, per_address=0, places_of=places.__getitem__)
    room = admission.admit(page="room")
    admission.admit(page="assessment")
    with pytest.raises(RefusedError) as refused:
        admission.admit(page="assessment")
    assert refused.value.reason is Refusal.FULL
    admission.leave(room)
    for _ in range(3):
        admission.admit(page="assessment")
    with pytest.raises(RefusedError):
        admission.admit(page="assessment")


def test_a_single_visitor_always_has_a_place():
    admission = Admission(limit=lambda: 1, per_address=None, places_of=lambda _: 3.0)
    admission.admit(page="room")
    with pytest.raises(RefusedError):
        admission.admit(page="room")


def test_the_limit_follows_what_fits_into_memory():
    most = [3]
    admission = Admission(limit=lambda: most[0], per_address=None)
    for _ in range(2):
        admission.admit()
    most[0] = 2  # visitors turned out to be larger
    with pytest.raises(RefusedError):
        admission.admit()
    assert (len(admission), admission.limit, admission.per_address) == (2, 2, 1)
