"""The systemd unit, its settings, and the page that explains them."""

import re
import shutil
import subprocess
from configparser import RawConfigParser
from pathlib import Path

import pytest
import typer.main

from careerpath.cli import app

ROOT = Path(__file__).parents[2]
UNIT = ROOT / "deploy" / "careerpath.service"
SETTINGS = ROOT / "deploy" / "careerpath.env"
GUIDE = ROOT / "docs" / "deploying.md"


def test_systemd_takes_the_unit(tmp_path):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd-analyze here")
    # It looks whether the program is there.
    unit = tmp_path / UNIT.name
    unit.write_text(UNIT.read_text("utf-8").replace("/opt/careerpath/bin/careerpath", "/bin/true"))
    checked = subprocess.run(
        ["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False
    )
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")


def test_the_unit_gives_little_away():
    # A unit may repeat a key; these stand once.
    unit = RawConfigParser(interpolation=None, strict=True)
    unit.optionxform = str
    unit.read_string(UNIT.read_text("utf-8"))
    service = unit["Service"]
    assert service["DynamicUser"] == service["NoNewPrivileges"] == service["PrivateTmp"] == "yes"
    assert service["ProtectSystem"] == "strict"
    assert service["CapabilityBoundingSet"] == ""
    # Visitors' processes are reached by sockets in files; without AF_NETLINK their ZeroMQ aborts.
    assert {"AF_UNIX", "AF_NETLINK"} <= set(service["RestrictAddressFamilies"].split())
    # The server stops its kernels itself, and one of them that wants too much is no reason to stop.
    assert service["KillMode"] == "mixed"
    assert service["OOMPolicy"] == "continue"
    assert service["MemorySwapMax"] == "0"
    assert service["MemoryMax"]


def test_every_setting_is_an_option_of_serve():
    named = re.findall(r"^#?(CAREERPATH_\w+)=", SETTINGS.read_text("utf-8"), re.MULTILINE)
    command = typer.main.get_command(app).commands["serve"]
    known = {
        each
        for option in command.params
        for each in ([option.envvar] if isinstance(option.envvar, str) else option.envvar or [])
    }
    assert len(named) == len(set(named)) >= 5
    assert set(named) <= known


def test_what_the_guide_names_is_there():
    guide = GUIDE.read_text("utf-8")
    for name in re.findall(r"\b(?:deploy|docs|tools)/[\w.]+\b", guide):
        assert (ROOT / name).is_file(), name
    for name in re.findall(r"CAREERPATH_\w+", guide):
        assert name in SETTINGS.read_text("utf-8"), name
    for placeholder in ("careerpath.example.org", "127.0.0.1:8866"):
        assert placeholder in guide


def test_the_unit_has_the_memory_that_the_guide_says_for_a_room_of_forty():
    row = re.search(r"^\| 40 \| 40 \| (\w+) \|", GUIDE.read_text("utf-8"), re.MULTILINE)
    assert f"\nMemoryMax={row[1]}\n" in UNIT.read_text("utf-8")
