"""What a visitor's process must never load. Who may import whom is in pyproject.toml."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

import careerpath

ROOT = Path(__file__).parents[2]
NOTEBOOKS = ROOT / "notebooks"

HEAVY = {"pandas", "numpy", "scipy", "sqlalchemy", "bqplot"}
SCREENS = {"ipywidgets", "anywidget", "traitlets", "IPython"}


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


def notebook_imports(name):
    """The import statements of the cells that a visitor's process runs."""
    cells = json.loads((NOTEBOOKS / name).read_text(encoding="utf-8"))["cells"]
    statements = [
        ast.unparse(node)
        for cell in cells
        if cell["cell_type"] == "code" and "workbook" not in cell["metadata"].get("tags", [])
        for node in ast.walk(ast.parse("".join(cell["source"])))
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert statements, f"{name} imports nothing: has the app moved into a workbook cell?"
    return "\n".join(statements)


@pytest.mark.parametrize("notebook", ["assessment.ipynb", "dual_ladder.ipynb", "top_ten.ipynb"])
def test_the_process_of_a_light_screen_stays_light(notebook):
    assert loaded_by(notebook_imports(notebook)).isdisjoint(HEAVY)


@pytest.mark.parametrize("screen", ["AssessmentScreen", "LadderScreen", "TopTenScreen"])
def test_a_light_screen_that_is_shown_loads_nothing_heavy(screen):
    assert loaded_by(f"import careerpath; careerpath.{screen}()").isdisjoint(HEAVY)


def test_the_package_alone_loads_no_screen_and_no_library():
    loaded = loaded_by("import careerpath")
    assert loaded.isdisjoint({*HEAVY, *SCREENS, "pydantic", "voila", "rich", "typer"})


def test_the_rule_needs_pydantic_only():
    loaded = loaded_by("from careerpath import interpret, load_instrument, score")
    assert loaded.isdisjoint({*HEAVY, *SCREENS, "voila", "rich", "typer"})


def test_the_command_line_loads_no_server():
    loaded = loaded_by(
        "from careerpath.cli import app\n"
        "import careerpath.core.answers_file, careerpath.cli.output\n"
        "import careerpath.core.instrument_lint"
    )
    assert loaded.isdisjoint({*HEAVY, "voila", "jupyter_server", "tornado", "ipywidgets"})


@pytest.mark.parametrize("name", careerpath.__all__)
def test_each_public_name_can_be_imported(name):
    assert getattr(careerpath, name) is not None


def test_a_name_that_is_not_public_is_no_attribute():
    with pytest.raises(AttributeError, match="Asessment"):
        _ = careerpath.Asessment
