"""The README and the pages of docs/, and what they show: commands, and Python examples."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
INDEX = ROOT / "docs" / "README.md"
DOCUMENTS = [README, *sorted({*(ROOT / "docs").glob("*.md")} - {INDEX})]


@dataclass(frozen=True)
class Example:
    """One command or one block of Python, and the output that the document shows for it.

    ``shown`` is None for a command in a block of ``sh``, which shows no output.
    """

    kind: str
    text: str
    shown: str | None = None


def examples(document: Path) -> list[Example]:
    """Read what a document shows, from top to bottom."""
    found = []
    text = document.read_text(encoding="utf-8")
    for kind, block in re.findall(r"^ *```(sh|console|python)\n(.*?)^ *```", text, re.M | re.S):
        if kind == "python":
            found.append(Example(kind, block))
        elif kind == "sh":
            lines = block.replace("\\\n", " ").splitlines()
            commands = (re.sub(r"\s+#.*", "", line).strip() for line in lines)
            found += [Example("command", command) for command in commands if command]
        else:
            for each in re.split(r"^\$ ", block, flags=re.M)[1:]:
                command, _, shown = each.partition("\n")
                found.append(Example("command", command, shown))
    return found


def commands(document: Path) -> list[str]:
    """Read the commands that a document tells people to type, without comments."""
    return [each.text for each in examples(document) if each.kind == "command"]
