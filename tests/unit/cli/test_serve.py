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


@pytest.mark.parametrize("given", ["option", "variable"])
def test_the_size_of_a_room_is_no_longer_needed(monkeypatch, given):
    served = []
    monkeypatch.setattr("careerpath.serving.server.serve", served.append)
    if given == "variable":
        monkeypatch.setenv("CAREERPATH_ROOM_SIZE", "9")
    result = serve(*(("--room-size", "9") if given == "option" else ()))
    assert result.exit_code == 0
    (line,) = result.stderr.splitlines()
    assert "--room-size (CAREERPATH_ROOM_SIZE) has no effect any more" in line
    assert len(served) == 1
    assert "--room-size" not in CliRunner().invoke(app, ["serve", "--help"]).stdout


def test_without_it_nothing_is_said(monkeypatch):
    monkeypatch.setattr("careerpath.serving.server.serve", lambda _: None)
    assert serve().stderr == ""


@pytest.mark.parametrize(
    ("user", "host", "warned"),
    [
        *((0, "", True), (0, "::", True), (0, "192.168.1.20", True)),
        *((0, "office.lan", True), (0, "127.0.0.1", False), (0, "::1", False)),
        *((0, "localhost", False), (1000, "::", False)),
    ],
)
def test_root_is_warned_before_others_can_connect(monkeypatch, user, host, warned):
    monkeypatch.setattr("careerpath.serving.server.serve", lambda _: None)
    monkeypatch.setattr("os.geteuid", lambda: user, raising=False)
    said = serve("--host", host).stderr.splitlines()
    assert len(said) == warned
    assert all("You run this as root" in line for line in said)


def test_where_there_is_no_root_nobody_is_warned(monkeypatch):
    monkeypatch.setattr("careerpath.serving.server.serve", lambda _: None)
    monkeypatch.delattr("os.geteuid", raising=False)
    assert serve("--host", "192.168.1.20").stderr == ""


@pytest.mark.parametrize("made", [False, True])
def test_a_folder_without_notebooks(tmp_path, made):
    folder = tmp_path / "notebooks"
    if made:
        folder.mkdir()
    result = serve("--notebooks", str(folder))
    assert result.exit_code == 2
    assert str(folder) in result.stderr
    assert result.stdout == ""
