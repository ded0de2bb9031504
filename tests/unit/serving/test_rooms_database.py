"""The rooms' database of a server."""

import pytest

from careerpath import CareerpathError
from careerpath.serving.rooms_database import prepare_rooms


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "sqlite+pysqlite://",
        "sqlite:///file:x?mode=memory&cache=shared&uri=true",
    ],
)
def test_rooms_in_memory_are_refused(tmp_path, monkeypatch, url):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CareerpathError, match="Name a file, like --database sqlite:///"):
        prepare_rooms(url)
    assert list(tmp_path.iterdir()) == []
