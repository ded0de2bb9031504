"""The systemd unit, its settings, and the guide that explains them."""

import os
import re
import shutil
import subprocess
from configparser import RawConfigParser, SectionProxy
from pathlib import Path

import pytest
import typer.main

from careerpath.cli import app
from careerpath.room.store.database import database_url
from careerpath.serving.memory import MEGABYTE, MemoryBudget

ROOT = Path(__file__).parents[2]
UNIT = ROOT / "deploy" / "careerpath.service"
ADMIN = ROOT / "deploy" / "careerpath-admin"
SETTINGS = ROOT / "deploy" / "careerpath.env"
GUIDE = ROOT / "docs" / "deploying.md"


def test_systemd_accepts_the_unit(tmp_path):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd-analyze here")
    # systemd-analyze checks that the program exists.
    unit = tmp_path / UNIT.name
    unit.write_text(UNIT.read_text("utf-8").replace("/opt/careerpath/bin/careerpath", "/bin/true"))
    checked = subprocess.run(
        ["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False
    )
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")


def test_the_unit_grants_few_rights():
    service = read_service()
    assert service["DynamicUser"] == service["NoNewPrivileges"] == service["PrivateTmp"] == "yes"
    assert service["ProtectSystem"] == "strict"
    assert service["CapabilityBoundingSet"] == ""
    # Visitors' processes are reached by sockets in files; without AF_NETLINK their ZeroMQ aborts.
    assert {"AF_UNIX", "AF_NETLINK"} <= set(service["RestrictAddressFamilies"].split())
    # The server ends its kernels itself, and goes on if one of them runs out of memory.
    assert service["KillMode"] == "mixed"
    assert service["OOMPolicy"] == "continue"
    assert service["MemorySwapMax"] == "0"
    assert service["MemoryMax"]


def read_service() -> SectionProxy:
    # A unit may repeat a key; strict=True makes sure that none of these is repeated.
    unit = RawConfigParser(interpolation=None, strict=True)
    unit.optionxform = str
    unit.read_string(UNIT.read_text("utf-8"))
    return unit["Service"]


def test_the_rooms_remain_when_the_service_stops():
    service = read_service()
    (url,) = re.findall(
        r"^CAREERPATH_DATABASE_URL=(.*)$", SETTINGS.read_text("utf-8"), re.MULTILINE
    )
    database = Path(database_url(url).database)
    assert database.parent == Path("/var/lib") / service["StateDirectory"]
    assert service["StateDirectoryMode"] == "0700"
    # systemd removes this folder when the service stops.
    assert not database.is_relative_to(Path("/run") / service["RuntimeDirectory"])


def test_careerpath_admin_uses_the_services_user_settings_and_database():
    service = read_service()
    text = ADMIN.read_text("utf-8")
    assert os.access(ADMIN, os.X_OK)
    given = dict(each.split("=", 1) for each in re.findall(r"--property=(\S+)", text))
    shared = ("DynamicUser", "StateDirectory", "StateDirectoryMode", "EnvironmentFile", "UMask")
    assert {name: given[name] for name in shared} == {name: service[name] for name in shared}
    # The user of a unit without User= is named like the unit.
    assert "User" not in service
    assert given["User"] == UNIT.stem
    assert f'{service["ExecStart"].split(" ")[0]} "$@"' in text


def test_the_memory_in_the_guide_is_enough_for_the_server():
    guide = GUIDE.read_text("utf-8")
    visitor, coach, rest = (
        int(re.search(pattern, " ".join(guide.split()))[1]) * MEGABYTE
        for pattern in (
            r"visitor takes about (\d+) MB",
            r"window about (\d+) MB",
            r"take about (\d+) MB",
        )
    )
    rows = re.findall(r"^\| (\d+) \| (\d+)([MG]) \|", guide, re.MULTILINE)
    assert [int(visitors) for visitors, _, _ in rows] == [40, 100, 300]
    for visitors, size, unit in rows:
        limit = int(size) * MEGABYTE * {"M": 1, "G": 1024}[unit]
        memory = MemoryBudget(limit - 2 * coach, start_page="assessment")
        memory.templates["all, and the server"] = rest
        memory.measured("assessment", visitor)
        memory.check(int(visitors))


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


def test_files_and_settings_in_the_guide_exist():
    guide = GUIDE.read_text("utf-8")
    for name in re.findall(r"\b(?:deploy|docs|tools)/[\w.-]+\b", guide):
        assert (ROOT / name).is_file(), name
    for name in re.findall(r"CAREERPATH_\w+", guide):
        assert name in SETTINGS.read_text("utf-8"), name
    for placeholder in ("careerpath.example.org", "127.0.0.1:8866"):
        assert placeholder in guide


def test_the_unit_has_the_memory_that_the_guide_gives_for_a_hundred_visitors():
    row = re.search(r"^\| 100 \| (\w+) \|", GUIDE.read_text("utf-8"), re.MULTILINE)
    assert f"\nMemoryMax={row[1]}\n" in UNIT.read_text("utf-8")
