"""``careerpath serve`` refuses options that make no sense before it listens."""

import pytest
from typer.testing import CliRunner

from careerpath.cli import app


def serve(*arguments: str):
    return CliRunner().invoke(app, ["serve", "--port", "0", *arguments])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--instrument", "nowhere.toml"), "nowhere.toml"),
        (("--instrument", "no-such-id"), "no-such-id"),
        (("--trusted-proxy", "everybody"), "172.16.0.0/12"),
        (("--frame-ancestors", "https://a.example; script-src *"), "https://portal.example"),
    ],
)
def test_an_invalid_option(arguments, said):
    result = serve(*arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stdout == ""


def test_a_room_larger_than_the_limit(monkeypatch):
    monkeypatch.setenv("CAREERPATH_MAX_VISITORS", "5")
    result = serve("--room-size", "9")
    assert result.exit_code == 2
    assert "--max-visitors 9" in result.stderr


@pytest.mark.parametrize("made", [False, True])
def test_a_folder_without_notebooks(tmp_path, made):
    folder = tmp_path / "notebooks"
    if made:
        folder.mkdir()
    result = serve("--notebooks", str(folder))
    assert result.exit_code == 2
    assert str(folder) in result.stderr
    assert result.stdout == ""
