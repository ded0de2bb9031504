"""Which pages may be opened, and what counts as one address."""

from ipaddress import ip_network

import pytest

from careerpath.serving.admission import Admission, Refusal, RefusedError, counted_address
from careerpath.serving.settings import Options


def test_a_place_is_free_again_when_somebody_leaves():
    admission = Admission(limit=lambda: 1, per_address=0)
    visit = admission.admit(None)
    with pytest.raises(RefusedError) as refused:
        admission.admit(None)
    assert refused.value.reason is Refusal.FULL
    admission.leave(visit)
    admission.leave(visit)
    assert len(admission) == 0
    assert admission.admit(None)


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
    cases = {
        ("203.0.113.9", ()): "203.0.113.9",
        ("203.0.113.9", ("198.51.100.1",)): "203.0.113.9",
        ("10.1.2.3", ("198.51.100.1",)): "198.51.100.1",
        ("10.1.2.3", ("made-up", "198.51.100.1, 127.0.0.1")): "198.51.100.1",
        ("10.1.2.3", ()): "10.1.2.3",
        ("127.0.0.1", ()): None,
        ("::1", ()): None,
        ("", ()): None,
        (None, ("198.51.100.1",)): None,
        ("10.1.2.3", ("nonsense",)): None,
        ("::ffff:203.0.113.9", ()): "203.0.113.9",
        ("2001:db8:1:2:3::4", ()): "2001:db8:1:2::/64",
        ("127.0.0.1", ("[2001:db8:1:2:3::4]",)): "2001:db8:1:2::/64",
    }
    for (peer, forwarded), expected in cases.items():
        assert counted_address(peer, forwarded, proxies) == expected, (peer, forwarded)


def test_without_a_trusted_proxy_no_header_is_believed():
    proxies = Options().proxies
    assert counted_address("127.0.0.1", ["203.0.113.7"], proxies) is None
    assert counted_address("203.0.113.9", ["203.0.113.7"], proxies) == "203.0.113.9"


def test_a_page_that_takes_more_memory_takes_more_places():
    places = {"assessment": 1.0, "room": 2.5}
    admission = Admission(limit=lambda: 4, per_address=0, places_of=places.__getitem__)
    room = admission.admit(None, page="room")
    admission.admit(None, page="assessment")
    with pytest.raises(RefusedError) as refused:
        admission.admit(None, page="assessment")
    assert refused.value.reason is Refusal.FULL
    admission.leave(room)
    for _ in range(3):
        admission.admit(None, page="assessment")
    with pytest.raises(RefusedError):
        admission.admit(None, page="assessment")


def test_a_single_visitor_always_has_a_place():
    admission = Admission(limit=lambda: 1, per_address=None, places_of=lambda _: 3.0)
    admission.admit(None, page="room")
    with pytest.raises(RefusedError):
        admission.admit(None, page="room")


def test_the_limit_follows_what_fits_into_memory():
    most = [3]
    admission = Admission(limit=lambda: most[0], per_address=None)
    for _ in range(2):
        admission.admit(None)
    most[0] = 2  # visitors turned out to be larger
    with pytest.raises(RefusedError):
        admission.admit(None)
    assert (len(admission), admission.limit, admission.per_address) == (2, 2, 1)
