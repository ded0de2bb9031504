"""What more than one folder of tests needs."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from kit.server_process import ServerProcess

from careerpath import Store, open_store


@pytest.fixture(scope="session")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a database for rooms."""
    return f"sqlite:///{tmp_path_factory.mktemp('rooms') / 'rooms.db'}"


@pytest.fixture(scope="session")
def store(database_url: str) -> Iterator[Store]:
    """The rooms that the server's pages see."""
    with closing(open_store(database_url)) as opened:
        yield opened


@pytest.fixture(scope="session")
def server(database_url: str, store: Store) -> Iterator[ServerProcess]:
    """``careerpath serve`` with the shipped pages."""
    with ServerProcess(environment={"CAREERPATH_DATABASE_URL": database_url}) as started:
        yield started
