"""The static files: our front end and the JavaScript of the installed widget packages.

They are few, so they are read and compressed once and served from memory. A requested path is
looked up in a table and never on the disk, so a request cannot list folders or reach other files.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from jupyter_core.paths import jupyter_path

STATIC = Path(__file__).parent / "templates" / "careerpath" / "static"
#: The old name of ipywidgets' own bundle, which our front end contains.
BUNDLED = {"jupyter-js-widgets"}


@dataclass(frozen=True)
class Asset:
    """A file whose content never changes at its address.

    Attributes
    ----------
    path : str
        Its address below the base URL. It contains a version or a hash of the content.
    content, compressed : bytes
        Its bytes, plain and as gzip.
    """

    path: str
    content: bytes
    compressed: bytes

    @staticmethod
    def of(path: str, content: bytes) -> Asset:
        """Compress a file. The same content gives the same bytes each time."""
        return Asset(path, content, gzip.compress(content, compresslevel=9, mtime=0))


@dataclass(frozen=True)
class Assets:
    """All static files of a server.

    Attributes
    ----------
    by_path : dict of str to Asset
        The files, by address.
    entry : str
        The front end's script.
    preload : tuple of str
        The scripts that the front end loads first.
    modules : dict of str to str
        The address of each widget module's bundle, by the module's name.
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
        The folders of bundles; by default Jupyter's.

    Returns
    -------
    Assets
        All files that are served under ``static/`` and ``nbextensions/``.
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
        The folders to search. If two hold the same module, the earlier one wins, as in Jupyter.

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
