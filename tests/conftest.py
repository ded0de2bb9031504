"""What more than one folder of tests needs."""

from collections.abc import Iterator

import pytest
from server_process import ServerProcess


@pytest.fixture(scope="session")
def server() -> Iterator[ServerProcess]:
    """``careerpath serve`` with the shipped pages."""
    with ServerProcess() as started:
        yield started
