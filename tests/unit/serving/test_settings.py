"""The operator's options."""

from ipaddress import ip_network

import pytest

from careerpath import CareerpathError
from careerpath.serving.settings import Options


@pytest.mark.parametrize(
    ("wrong", "fix"),
    [
        ({"trusted_proxy": "10.0.0.0/33"}, "10.0.0.0/33"),
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
