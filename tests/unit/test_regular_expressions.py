"""No regular expression takes longer than its text is long, whatever a stranger writes.

Python tries the ways to match one after the other. These rules find the patterns for which a text
can have very many ways: a repeat inside a repeat, two repeats that can share letters, and a search
that can begin anew inside a repeat. They look at the pattern only, and may report a harmless one;
`REVIEWED` lists those, with the reason.
"""

import ast
import re
from itertools import product
from pathlib import Path
from re import _constants as op
from re import _parser as parser

import pytest

import careerpath
from careerpath.core.files import _TOML_TEXT

PACKAGE = Path(careerpath.__file__).parent
FUNCTIONS = {"compile", "search", "match", "fullmatch", "split", "findall", "finditer", "sub"}
ANCHORED = {"match", "fullmatch"}
#: A repeat of up to so many letters is only a constant factor.
FEW = 100
ALL = frozenset(map(chr, range(256))) | {"\u2028"}

REVIEWED = {
    r"0+(?=\d)": "the lookahead matches each zero but the last, so the search takes one step back",
    _TOML_TEXT.pattern: "what is not closed ends with the line or the file, so no search fails",
}
#: Patterns made of our own words, without a repeat.
COMPUTED = {"ladder/findings.py"}


def class_of(items):
    found, negated = set(), False
    for kind, value in items:
        match kind:
            case op.NEGATE:
                negated = True
            case op.LITERAL:
                found.add(chr(value))
            case op.RANGE:
                found |= {each for each in ALL if value[0] <= ord(each) <= value[1]}
            case op.CATEGORY:
                escape = {"DIGIT": r"\d", "SPACE": r"\s", "WORD": r"\w"}[str(value).split("_")[-1]]
                escape = escape.upper() if "NOT" in str(value) else escape
                found |= {each for each in ALL if re.match(escape, each)}
    return ALL - found if negated else frozenset(found)


class Element:
    """A part of a pattern: which letters it can be, and how often."""

    def __init__(self, letters, least=1, most=1, *, gives_back=True):
        self.letters, self.least, self.most, self.gives_back = letters, least, most, gives_back


def paths(tree, problems):
    """All ways through a pattern, each as a list of elements."""
    found = [[]]
    for kind, value in tree:
        match kind:
            case op.LITERAL:
                steps = [[Element(frozenset(chr(value)))]]
            case op.NOT_LITERAL:
                steps = [[Element(ALL - {chr(value)})]]
            case op.ANY:
                steps = [[Element(ALL)]]
            case op.IN:
                steps = [[Element(class_of(value))]]
            case op.BRANCH:
                steps = [each for branch in value[1] for each in paths(branch, problems)]
            case op.SUBPATTERN:
                steps = paths(value[-1], problems)
            case op.ATOMIC_GROUP:
                steps = paths(value, problems)
            case op.MAX_REPEAT | op.MIN_REPEAT | op.POSSESSIVE_REPEAT:
                steps = repeat(value, problems, gives_back=kind != op.POSSESSIVE_REPEAT)
            case op.AT:
                begins = value in (op.AT_BEGINNING, op.AT_BEGINNING_STRING)
                steps = [["anchor" if begins else "condition"]]
            case op.ASSERT | op.ASSERT_NOT:
                paths(value[1], problems)
                steps = [["condition"]]
            case _:
                raise AssertionError(f"add {kind} here")
        found = [before + step for before, step in product(found, steps)]
    return found


def repeat(value, problems, *, gives_back):
    least, most, body = value
    inner = paths(body, problems)
    if most <= FEW and (least, most) == (0, 1):
        return [[], *inner]
    elements = [each for path in inner for each in path if isinstance(each, Element)]
    letters = frozenset().union(*(each.letters for each in elements))
    if most > FEW and gives_back:
        if any(each.most > FEW for each in elements):
            problems.add("a repeat inside a repeat")
        firsts = [path[0].letters for path in inner if path and isinstance(path[0], Element)]
        if sum(map(len, firsts)) > len(frozenset().union(*firsts)):
            problems.add("a repeat of alternatives that can begin with the same letter")
    return [[Element(letters, least, most, gives_back=gives_back)]]


def problems_of(pattern, *, anchored):
    if isinstance(pattern, bytes):
        pattern = pattern.decode("latin-1")
    problems = set()
    flags = re.VERBOSE if "\n" in pattern else 0
    for path in paths(parser.parse(pattern, flags | re.DOTALL), problems):
        many = [
            place
            for place, each in enumerate(path)
            if isinstance(each, Element) and each.most > FEW
        ]
        for place in many:
            repeated, rest = path[place], path[place + 1 :]
            can_fail = any(each == "condition" or getattr(each, "least", 0) for each in rest)
            for later in (each for each in many if each > place and repeated.gives_back):
                shared = repeated.letters & path[later].letters
                between = [each for each in path[place + 1 : later] if isinstance(each, Element)]
                if shared and all(not each.least or each.letters & shared for each in between):
                    problems.add("two repeats that can share letters")
            before = path[:place]
            if anchored or "anchor" in before or not can_fail:
                continue
            if all(each.letters & repeated.letters for each in before if isinstance(each, Element)):
                problems.add("a search that can begin anew inside a repeat")
    return problems


def patterns():
    """All patterns in the package: the file, the pattern, and whether it is only matched."""
    trees = {path: ast.parse(path.read_text("utf-8")) for path in PACKAGE.rglob("*.py")}
    methods = {}
    for tree in trees.values():
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                methods.setdefault(node.value.id, set()).add(node.attr)
    for path, tree in trees.items():
        name = path.relative_to(PACKAGE).as_posix()
        assigned = {
            id(node.value): node.targets[0].id
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        }
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            called, module = node.func.attr, node.func.value
            if not isinstance(module, ast.Name) or module.id != "re" or called not in FUNCTIONS:
                continue
            used = (
                methods.get(assigned.get(id(node), ""), {called})
                if called == "compile"
                else {called}
            )
            anchored = bool(used) and used <= ANCHORED
            if isinstance(node.args[0], ast.Constant):
                yield name, node.args[0].value, anchored
            else:
                yield name, None, anchored


FOUND = sorted(set(patterns()), key=repr)


def test_all_patterns_are_found():
    assert len(FOUND) > 20
    assert not [
        each for each in PACKAGE.rglob("*.py") if "from re import" in each.read_text("utf-8")
    ]
    assert {name for name, pattern, _ in FOUND if pattern is None} == COMPUTED


@pytest.mark.parametrize(
    ("name", "pattern", "anchored"), [each for each in FOUND if each[1] is not None]
)
def test_no_pattern_can_take_long(name, pattern, anchored):
    if pattern in REVIEWED:
        return
    assert not problems_of(pattern, anchored=anchored), name


@pytest.mark.parametrize(
    ("pattern", "anchored"),
    [
        (r"(a+)+b", True),
        (r"(\w+\s?)*!", True),
        (r"(?:a|ab|a)*c", True),
        (r"a*a*b", True),
        (r".*,.*;", True),
        (r"\s+x?\s*$", True),
        (r"\s+$", False),
        (r"'.*?'", False),
        (r"\[[^\]]*\]", False),
        # Ours, and openpyxl's for print titles and number formats, in version 3.1.
        (rb'<(?:\w+:)?mergeCell\b[^>]*\bref="([^"]{1,40})"', False),
        (r"(('(?P<quoted>([^']|'')*)')|(?P<notquoted>[^'^ ^!]*))!", False),
        (r"\[(?!hh?\]|mm?\]|ss?\])[^\]]*\]", False),
    ],
)
def test_the_rules_find_patterns_that_can_take_long(pattern, anchored):
    assert problems_of(pattern, anchored=anchored)


@pytest.mark.parametrize(
    ("pattern", "anchored"),
    [
        (r"\s+", False),
        (r"a+b", True),
        (r"^a+b", False),
        (r"[a-z]+:\d+", True),
        (r"<\w+>", False),
        (r"(?:[^'\\]|\\.)*'", True),
        (r"(?:-[a-z]{2,8})*", False),
    ],
)
def test_the_rules_let_others_pass(pattern, anchored):
    assert not problems_of(pattern, anchored=anchored)
