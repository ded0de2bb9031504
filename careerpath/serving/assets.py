"""The static files, known by name before anybody asks: our front end and the widget modules.

They are few, so they are read and compressed once, and served from memory. A path is looked up in
a table and never on the disk, so there is nothing to list and nowhere to climb to.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from jupyter_core.paths import jupyter_path

STATIC = Path(__file__).parent / "templates" / "careerpath" / "static"
#: The old name of ipywidgets' own bundle. The front end has that one inside.
BUNDLED = {"jupyter-js-widgets"}


@dataclass(frozen=True)
class Asset:
    """A file that never changes under its address.

    Attributes
    ----------
    path : str
        Its address below the base URL. It tells its content, by version or by hash.
    content, compressed : bytes
        As it is, and as gzip.
    """

    path: str
    content: bytes
    compressed: bytes

    @staticmethod
    def of(path: str, content: bytes) -> Asset:
        """Compress a file's content, the same every time."""
        return Asset(path, content, gzip.compress(content, compresslevel=9, mtime=0))


@dataclass(frozen=True)
class Assets:
    """All static files of a server.

    Attributes
    ----------
    by_path : dict of str to Asset
        What can be asked for.
    entry : str
        The front end's script.
    preload : tuple of str
        The scripts it will ask for.
    modules : dict of str to str
        The path of each widget module's bundle, by the name that Python gives it.
    """

    by_path: dict[str, Asset]
    entry: str
    preload: tuple[str, ...]
    modules: dict[str, str]


def load_assets(static: Path = STATIC, nbextensions: list[str] | None = None) -> Assets:
    """Read the front end and the bundles of all installed widget packages.

    Parameters
    ----------
    static : Path
        The folder that ``npm run build`` wrote.
    nbextensions : list of str, optional
        Where packages put their bundles; by default where Jupyter says.

    Returns
    -------
    Assets
        Everything that is served under ``static/`` and ``nbextensions/``.
    """
    manifest = json.loads((static / "manifest.json").read_text("utf-8"))
    files = {f"static/{each.name}": each for each in sorted(static.glob("*.js"))}
    by_path = {path: Asset.of(path, file.read_bytes()) for path, file in files.items()}
    modules = {}
    for module, bundle in find_bundles(nbextensions or jupyter_path("nbextensions")).items():
        content = bundle.read_bytes()
        version = hashlib.sha256(content).hexdigest()[:16]
        modules[module] = path = f"nbextensions/{module}/{version}/index.js"
        by_path[path] = Asset.of(path, content)
    return Assets(
        by_path=by_path,
        entry=f"static/{manifest['entry']}",
        preload=tuple(f"static/{name}" for name in manifest["preload"]),
        modules=modules,
    )


def find_bundles(folders: list[str]) -> dict[str, Path]:
    """Find the AMD bundles that installed widget packages ship for the browser.

    Parameters
    ----------
    folders : list of str
        Jupyter's folders for them; an earlier one wins, as in Jupyter.

    Returns
    -------
    dict of str to Path
        Module names, like ``anywidget`` or ``@scope/name``, and their ``index.js``.
    """
    found: dict[str, Path] = {}
    for folder in map(Path, folders):
        for pattern in ("*/index.js", "@*/*/index.js"):
            for bundle in sorted(folder.glob(pattern)):
                name = bundle.parent.relative_to(folder).as_posix()
                if name not in BUNDLED:
                    found.setdefault(name, bundle)
    return found
