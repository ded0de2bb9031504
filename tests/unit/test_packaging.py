"""The repository has one version, one dependency list, exact pins and a complete wheel."""

import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from email.message import Message
from email.parser import Parser
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

import careerpath

ROOT = Path(__file__).parents[2]
PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PROJECT: dict[str, Any] = PYPROJECT["project"]
LEFT_OUT = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")


def requirements(*extras: str) -> list[Requirement]:
    """What careerpath with these extras asks for directly, without itself."""
    lists = [
        PROJECT["dependencies"],
        *(PROJECT["optional-dependencies"][extra] for extra in extras),
    ]
    found = [Requirement(text) for texts in lists for text in texts]
    return [each for each in found if canonicalize_name(each.name) != "careerpath"]


def by_name(found: list[Requirement]) -> dict[str, SpecifierSet]:
    return {canonicalize_name(each.name): each.specifier for each in found}


# One version


def test_the_version_lives_in_one_place():
    assert PROJECT["dynamic"] == ["version"]
    assert importlib.metadata.version("careerpath") == careerpath.__version__, (
        "the installed metadata is older than careerpath/__init__.py: install again"
    )


def test_the_changelog_knows_the_version_or_what_comes():
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    version = re.escape(careerpath.__version__)
    assert re.search(rf"^## .*({version}|unreleased)", changelog, re.M | re.I)


# One list of dependencies


#: conda-forge has another program under this name, so pip installs this one.
PIP_ALONE = {"typst"}


def test_conda_gets_the_same_dependencies():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
    listed = environment["dependencies"]
    conda = [Requirement(each) for each in listed if isinstance(each, str)]

    expected = by_name(each for each in requirements("lab") if each.name not in PIP_ALONE)
    expected |= {"python": SpecifierSet(PROJECT["requires-python"]), "pip": SpecifierSet()}
    assert by_name(conda) == expected
    assert len(conda) == len(expected), "a dependency is listed twice"
    assert [each for each in listed if not isinstance(each, str)] == [{"pip": ["-e ."]}]
    assert environment["channels"] == ["conda-forge", "nodefaults"]


def test_every_direct_dependency_has_a_lower_bound():
    unbounded = [
        each.name
        for each in requirements(*PROJECT["optional-dependencies"])
        if not any(part.operator == ">=" for part in each.specifier)
    ]
    assert unbounded == []


def test_make_tests_with_the_oldest_kernel_that_is_allowed():
    (pins,) = re.findall(r"^OLDEST := (.+)$", (ROOT / "Makefile").read_text("utf-8"), re.M)
    allowed = by_name(requirements())
    for each in map(Requirement, pins.split()):
        (pin,) = each.specifier
        assert allowed[each.name] == SpecifierSet(f">={pin.version}")


def test_make_asks_for_the_same_python():
    (lowest,) = SpecifierSet(PROJECT["requires-python"])
    major, minor = lowest.version.split(".")
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert f"sys.version_info < ({major}, {minor})" in makefile
    assert f"needs Python {major}.{minor} or newer" in makefile


# Exact pins


def pins() -> list[tuple[str, str, Marker | None]]:
    """Name, version and marker of each line; a line that is anything else fails."""
    found = []
    for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            pin = Requirement(line)
            (exactly,) = pin.specifier
            assert exactly.operator == "==", line
            assert "*" not in exactly.version, line
            found.append((canonicalize_name(pin.name), exactly.version, pin.marker))
    return found


def test_constraints_are_exact_and_name_no_place():
    text = (ROOT / "constraints.txt").read_text("utf-8")
    assert not re.search(r"[/\\@]|^\s*-", text, re.M), "an option, a URL or a path"
    assert pins()


def test_constraints_pin_every_direct_dependency_at_or_above_its_bound():
    build = [Requirement(text) for text in PYPROJECT["build-system"]["requires"]]
    for wanted in [*requirements(*PROJECT["optional-dependencies"]), *build]:
        name = canonicalize_name(wanted.name)
        versions = [version for pinned, version, _ in pins() if pinned == name]
        assert versions, f"{name} has no pin: run `make lock`"
        assert all(map(wanted.specifier.contains, versions)), f"{wanted}, but {versions} pinned"


def installed_closure() -> Iterator[str]:
    """Name each distribution that careerpath requires, also indirectly, if it is installed here."""
    waiting = [("careerpath", extra) for extra in ("", *PROJECT["optional-dependencies"])]
    seen = set(waiting)
    while waiting:
        name, extra = waiting.pop()
        yield name
        try:
            texts = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:  # of an extra that is not installed
            continue
        for wanted in map(Requirement, texts):
            if wanted.marker is None or wanted.marker.evaluate({"extra": extra}):
                for each in ("", *wanted.extras):
                    step = (canonicalize_name(wanted.name), each)
                    if step not in seen:
                        seen.add(step)
                        waiting.append(step)


def test_constraints_pin_indirect_dependencies_too():
    pinned = {name for name, _, marker in pins() if marker is None or marker.evaluate()}
    closure = set(installed_closure()) - {"careerpath"}
    assert len(closure) > len(requirements())
    assert closure - pinned == set(), "run `make lock`"


def test_the_lock_of_the_front_end_names_no_host():
    text = (ROOT / "frontend/package-lock.json").read_text("utf-8")
    assert '"integrity"' in text
    assert re.findall(r'"resolved": *"\w+://[^"]*"', text) == []


# A whole wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel, built without a network from a copy of what a release is built from."""
    copy = tmp_path_factory.mktemp("wheel") / "source"
    copy.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE", ".gitignore"):
        shutil.copy(ROOT / name, copy)
    for name in ("careerpath", "notebooks"):
        shutil.copytree(ROOT / name, copy / name, ignore=LEFT_OUT)
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", copy.parent],
        cwd=copy,
        check=True,
        capture_output=True,
    )
    (built,) = copy.parent.glob("*.whl")
    return zipfile.ZipFile(built)


def files_below(folder: str) -> set[str]:
    below = {path for path in (ROOT / folder).rglob("*") if path.is_file()}
    return {
        path.relative_to(ROOT).as_posix()
        for path in below
        if not {"__pycache__", ".ipynb_checkpoints"} & set(path.parts)
    }


def test_the_wheel_holds_the_package_and_its_notebooks_and_nothing_more(wheel: zipfile.ZipFile):
    package = files_below("careerpath")
    notebooks = files_below("notebooks")
    assert {"careerpath/__init__.py", "careerpath/py.typed"} <= package
    assert "notebooks/assessment.ipynb" in notebooks

    held = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert held == package | {f"careerpath/{name}" for name in notebooks}


@pytest.fixture(scope="module")
def metadata(wheel: zipfile.ZipFile) -> Message:
    (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    return Parser().parsestr(wheel.read(name).decode("utf-8"))


def test_the_wheel_says_who_it_is(metadata: Message):
    assert metadata["Name"] == "careerpath"
    assert metadata["Version"] == careerpath.__version__
    assert metadata["License-Expression"] == "BSD-3-Clause"
    assert SpecifierSet(metadata["Requires-Python"]) == SpecifierSet(PROJECT["requires-python"])


def test_the_wheel_brings_the_command_and_the_license(wheel: zipfile.ZipFile):
    (entry_points,) = (n for n in wheel.namelist() if n.endswith(".dist-info/entry_points.txt"))
    assert "careerpath = careerpath.cli:main" in wheel.read(entry_points).decode("utf-8")
    assert any(n.endswith(".dist-info/licenses/LICENSE") for n in wheel.namelist())


# The commands that the documents name


def make(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run make as from a shell of its own, not as a part of the `make test` that may run this."""
    mine = {
        key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS"))
    }
    return subprocess.run(
        ["make", *arguments], cwd=ROOT, env=mine, check=False, capture_output=True, text=True
    )


def make_targets() -> list[str]:
    (phony,) = re.findall(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text("utf-8"), re.M)
    return phony.split()


def test_help_is_the_default_and_lists_every_target():
    listed = make("help").stdout
    assert re.findall(r"^make (\S+) +\S", listed, re.M) == make_targets()
    assert make().stdout == listed


@pytest.mark.parametrize("target", make_targets())
def test_every_target_has_what_it_runs(target: str):
    dry = make("--dry-run", target)
    assert dry.returncode == 0, dry.stderr
    for script in re.findall(r"(?:tools|benchmarks)/\w+\.(?:sh|py)", dry.stdout):
        assert (ROOT / script).is_file(), script
        assert script.endswith(".py") or os.access(ROOT / script, os.X_OK), script


@pytest.mark.parametrize("target", make_targets())
def test_every_target_installs_extras_that_exist(target: str):
    # As if nothing had been made yet.
    dry = make("--dry-run", "--always-make", target).stdout
    for extras in re.findall(r"--editable '\.(.*)'", dry):
        assert re.fullmatch(r"|\[[a-z]+(,[a-z]+)*\]", extras), extras
        assert set(re.findall(r"[a-z]+", extras)) <= set(PROJECT["optional-dependencies"])


def commands_in(document: str) -> set[str]:
    """Name the targets of each `make ...` in a document's shell blocks and inline code."""
    text = (ROOT / document).read_text("utf-8")
    blocks = re.findall(r"^```(?:sh|bash|shell|console)\n(.*?)^```", text, re.M | re.S)
    lines = [line.partition("#")[0] for block in blocks for line in block.splitlines()]
    lines += re.findall(r"`(make [^`]+)`", text)
    runs = (re.findall(r"(?:^|&&|;)[\s$]*make ((?:[a-z-]+(?: |$))+)", line) for line in lines)
    return {target for line in runs for targets in line for target in targets.split()}


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md"])
def test_documents_name_only_commands_that_exist(document: str):
    named = commands_in(document)
    assert {"app", "test"} <= named
    assert named <= set(make_targets())


def test_commit_hooks_run_the_tools_of_make_check():
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))
    entries = [hook["entry"] for repo in hooks["repos"] for hook in repo["hooks"]]
    checked = make("--dry-run", "check").stdout
    for entry in entries:
        tool = re.match(r"\.venv/bin/python -m (ruff \w+|nbstripout .+)", entry)
        assert tool, entry
        assert tool[0] in checked
    assert [repo["repo"] for repo in hooks["repos"]] == ["local"]
