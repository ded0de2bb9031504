"""Who may import whom, and what a visitor's process must never load."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "careerpath"
NOTEBOOK = ROOT / "notebooks" / "assessment.ipynb"

# From the ground up. A module may import from its own layer and from those below it. A
# package stands for all that is in it.
LAYERS = [
    ["errors", "exact", "validation", "plain_json"],
    ["instrument_parts"],
    ["instrument"],
    ["instrument_file", "translation", "scoring"],
    ["certainty"],
    ["interpretation"],
    ["check", "markup", "reliable_change", "share_link"],
    ["translation_check", "result_file"],
    ["result_reading"],
    ["exercises", "cohort", "rooms"],
    ["store", "reports"],
    ["state"],
    ["widgets"],
    ["answers_file", "terminal", "serving"],
    ["cli"],
    ["__main__"],
]
HEIGHT = {name: height for height, layer in enumerate(LAYERS) for name in layer}
# The public names of the core: the top of a package gathers what lies below it.
FRONT = "careerpath"
FRONT_MAY = {"errors", "instrument", "instrument_file", "scoring", "interpretation"}
# Who knows nothing of a layer below it, or beside it: state meets the store as a Protocol.
STRANGERS = [
    ("state", "store"),
    ("errors", "validation"),
    ("scoring", "instrument_file"),
    ("scoring", "translation"),
]

HEAVY = ("pandas", "numpy", "scipy", "sqlalchemy", "bqplot")
CORE_NEVER = (*HEAVY, "ipywidgets", "anywidget", "traitlets", "IPython", "voila", "rich", "typer")

MODULES = sorted(PACKAGE.rglob("*.py"))


def part_of(module):
    """The row of the table that a dotted name belongs to."""
    _, _, rest = module.partition(".")
    return rest.split(".")[0] or FRONT


def dotted(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported_by(path):
    """Every careerpath module that a file names in an import, wherever the import stands."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: write imports in full"
            base = node.module or ""
            submodules = [f"{base}.{alias.name}" for alias in node.names]
            known = [name for name in submodules if _exists(name)]
            names = known or [base]
        else:
            continue
        yield from (name for name in names if name.split(".")[0] == "careerpath")


def _exists(module):
    path = ROOT.joinpath(*module.split("."))
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()


def test_the_package_is_where_the_test_looks():
    assert PACKAGE / "scoring.py" in MODULES


@pytest.mark.parametrize("path", MODULES, ids=dotted)
def test_imports_go_down_and_never_up(path):
    here = part_of(dotted(path))
    for module in imported_by(path):
        there = part_of(module)
        if there == here:
            continue
        if here == FRONT:
            assert there in FRONT_MAY, f"careerpath/__init__.py imports {module}"
            continue
        assert here in HEIGHT, f"{here} has no place in the table of this test: give it one"
        if there == FRONT:
            # Everything above the core may use the core's public names.
            assert HEIGHT[here] > HEIGHT["interpretation"], f"{here} imports careerpath itself"
            continue
        assert there in HEIGHT, f"{there} has no place in the table of this test: give it one"
        assert HEIGHT[there] <= HEIGHT[here], f"{dotted(path)} imports {module}, which is above it"
        assert (here, there) not in STRANGERS, f"{dotted(path)} imports {module}"


def test_every_module_has_a_place_in_the_table():
    parts = {part_of(dotted(path)) for path in MODULES} - {FRONT}
    assert parts <= set(HEIGHT), f"give a place to {sorted(parts - set(HEIGHT))}"


# What a process loads


def loaded_by(code):
    """The top-level modules that a fresh interpreter has loaded after running some code."""
    report = "import sys\nprint('\\n'.join({name.split('.')[0] for name in sys.modules}))"
    done = subprocess.run(
        [sys.executable, "-W", "error::ImportWarning", "-c", f"{code}\n{report}"],
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def notebook_imports():
    """The import statements of the cells that a visitor's process runs."""
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    statements = [
        ast.unparse(node)
        for cell in cells
        if cell["cell_type"] == "code" and "workbook" not in cell["metadata"].get("tags", [])
        for node in ast.walk(ast.parse("".join(cell["source"])))
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert statements, f"{NOTEBOOK} imports nothing: has the app moved into a workbook cell?"
    return "\n".join(statements)


def test_a_visitors_process_stays_light():
    assert loaded_by(notebook_imports()).isdisjoint(HEAVY)


def test_the_core_alone_loads_no_screens():
    assert loaded_by("import careerpath").isdisjoint(CORE_NEVER)


def test_the_command_line_loads_no_server():
    loaded = loaded_by(
        "from careerpath.cli import app\n"
        "import careerpath.answers_file, careerpath.terminal, careerpath.translation_check"
    )
    assert loaded.isdisjoint({*HEAVY, "voila", "jupyter_server", "tornado", "ipywidgets"})
