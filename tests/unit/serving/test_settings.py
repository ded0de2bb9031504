"""The operator's options."""

import re
from ipaddress import ip_network

import pytest

from careerpath import CareerpathError
from careerpath.serving.settings import Options, host_pattern


@pytest.mark.parametrize(
    ("wrong", "fix"),
    [
        ({"trusted_proxy": "10.0.0.0/33"}, "10.0.0.0/33"),
        ({"allowed_host": "https://career.example"}, "career.example"),
        ({"allowed_host": "career.example:443"}, "career.example"),
        ({"allowed_host": ".*"}, "career.example"),
        ({"frame_ancestors": "javascript:alert(1)"}, "https://portal.example"),
        ({"frame_ancestors": "https://a.example;"}, "https://portal.example"),
    ],
)
def test_invalid_options(wrong, fix):
    with pytest.raises(CareerpathError) as error:
        Options(**wrong)
    assert fix in str(error.value)


def test_several_proxies():
    assert Options(trusted_proxy="127.0.0.1, 10.1.0.0/8").proxies == (
        ip_network("127.0.0.1/32"),
        ip_network("10.0.0.0/8"),
    )


def answered(options: Options) -> list[str]:
    asked = ("127.0.0.1", "[::1]", "localhost", "office.lan", "career.example", "x.career.example")
    return [each for each in asked if re.fullmatch(host_pattern(options), each)]


def test_which_hosts_are_answered():
    always = ["127.0.0.1", "[::1]", "localhost"]
    on_the_network = Options(host="192.168.1.20", allowed_host="career.example")
    behind_a_proxy = Options(trusted_proxy="127.0.0.1", allowed_host="career.example")
    assert answered(Options()) == always
    assert answered(Options(host="office.lan")) == [*always, "office.lan"]
    assert answered(on_the_network) == answered(behind_a_proxy) == [*always, "career.example"]


def test_a_proxy_checks_the_host_if_no_name_is_given():
    assert len(answered(Options(trusted_proxy="127.0.0.1"))) == 6
