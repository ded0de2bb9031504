"""docs/architecture.md describes the package as it is."""

import re
import tomllib

import pytest
from kit.documents import ROOT

PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
PACKAGE = ROOT / "careerpath"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CODE = "\n".join(
    path.read_text(encoding="utf-8")
    for path in sorted(PACKAGE.rglob("*"))
    if path.suffix in {".py", ".pyi", ".html"}
)


def section(heading):
    return re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", PAGE, re.M | re.S)[1]


def drawn_folders():
    """Read the tree: each folder with its path, by how far it is indented."""
    path, found = [], []
    for line in re.search(r"```\n(careerpath/.*?)```", PAGE, re.S)[1].splitlines():
        indent, name = re.match(r"( *)([\w-]+)/", line).groups()
        path[len(indent) // 2 :] = [name]
        found.append("/".join(path))
    return found


def test_the_tree_shows_each_folder_once():
    drawn = drawn_folders()
    assert len(drawn) == len(set(drawn))
    folders = [path.relative_to(ROOT) for path in [PACKAGE, *PACKAGE.rglob("*")] if path.is_dir()]
    there = {
        path.as_posix() for path in folders if not {"templates", "__pycache__"} & {*path.parts}
    }
    assert {path for path in drawn if path.startswith("careerpath")} == there
    for path in drawn:
        assert (ROOT / path).is_dir(), path


def test_the_layers_are_those_of_the_contracts():
    layers = PROJECT["tool"]["importlinter"]["contracts"][0]["layers"]
    shown = re.search(r"```\n( +__main__.*?)```", PAGE, re.S)[1].split("\n")
    assert [line.strip() for line in shown if line.strip()] == layers
    for contract in PROJECT["tool"]["importlinter"]["contracts"]:
        assert f"**{contract['name']}.**" in section("Who may import whom")


def test_each_dependency_has_its_reason_and_no_other():
    named = {
        name
        for row in re.findall(r"^\| ([\w, -]+) \|", section("What each dependency is for"), re.M)
        for name in row.split(", ")
    } - {"package"}
    needed = {re.match(r"[\w-]+", each)[0] for each in PROJECT["project"]["dependencies"]}
    assert named == needed


@pytest.mark.parametrize("word", re.findall(r"^\| ([a-z ]+) \| ", section("Glossary"), re.M))
def test_a_word_of_the_glossary_is_used(word):
    # In code a word is singular or plural, and "coach key" is also coach_key and CoachKey.
    spelled = re.escape(word).replace(r"\ ", r"[ _-]?").removesuffix("s")
    assert word == "word" or re.search(rf"\b{spelled}", CODE, re.I)


def test_the_glossary_has_each_word_once():
    words = re.findall(r"^\| ([a-z ]+) \| ", section("Glossary"), re.M)
    assert len(words) == len(set(words)) > 30


def test_no_class_name_is_used_twice():
    names = re.findall(r"^class (\w+)", CODE, re.M)
    assert len(names) == len(set(names)) > 100, sorted({n for n in names if names.count(n) > 1})
