"""The addresses at which others reach the server."""

import ipaddress
import socket
from collections import namedtuple

from careerpath.serving import addresses as module

Address = namedtuple("Address", ["address", "family"])


def test_the_most_likely_of_several_addresses_comes_first(monkeypatch):
    networks = {
        "lo": [Address("127.0.0.1", socket.AF_INET)],
        "bridge": [Address("172.17.0.1", socket.AF_INET), Address("fe80::1", socket.AF_INET6)],
        "none": [Address("169.254.7.7", socket.AF_INET)],
        "wifi": [Address("192.168.1.20", socket.AF_INET)],
    }
    monkeypatch.setattr(module.psutil, "net_if_addrs", lambda: networks)
    monkeypatch.setattr(module, "_outgoing", lambda: "192.168.1.20")
    assert module.addresses("::") == [
        "127.0.0.1",
        "192.168.1.20",
        "172.17.0.1",
        "169.254.7.7",
    ]
    monkeypatch.setattr(module, "_outgoing", lambda: "")
    assert module.addresses("::")[-1] == "169.254.7.7"


def test_the_outgoing_address_is_one_of_this_computers_or_none():
    found = module._outgoing()
    assert not found or ipaddress.ip_address(found)
