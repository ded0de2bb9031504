"""docs/security.md names a test for each promise, and `make audit` says if it checked nothing."""

import ast
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PROMISES = [
    line
    for line in (ROOT / "docs" / "security.md").read_text("utf-8").splitlines()
    if line.startswith("| ") and not line.startswith("| promise")
]


@pytest.mark.parametrize("row", PROMISES)
def test_each_promise_is_held_by_tests_that_exist(row):
    _, promise, tests, _ = row.split("|")
    assert promise.strip()
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", tests)
    assert len(named) == tests.count("`") / 2 > 0
    for file, test in named:
        tree = ast.parse((ROOT / file).read_text("utf-8"))
        assert test in {each.name for each in tree.body if isinstance(each, ast.FunctionDef)}


def test_there_are_promises():
    assert len(PROMISES) > 20


@pytest.mark.parametrize(
    ("said", "ends_with", "status"),
    [
        ("No known vulnerabilities found", 0, 0),
        ("Found 1 known vulnerability in 1 package", 1, 1),
        ("ERROR:pip_audit._cli:Could not connect to the feed", 1, 2),
        ("requests.exceptions.ProxyError: Max retries exceeded", 1, 2),
    ],
)
def test_an_audit_without_a_network_says_that_nothing_was_checked(
    tmp_path, said, ends_with, status
):
    tool = tmp_path / "build" / "audit" / "bin" / "pip-audit"
    tool.parent.mkdir(parents=True)
    tool.write_text(f"#!/bin/sh\necho '{said}' >&2\nexit {ends_with}\n")
    tool.chmod(0o755)
    shell = shutil.which("sh")
    assert shell
    audit = subprocess.run(
        [shell, str(ROOT / "tools" / "audit.sh")],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert audit.returncode == status
    assert (said in audit.stdout) == (status != 2)
    assert ("Nothing was checked" in audit.stderr) == (status == 2)
