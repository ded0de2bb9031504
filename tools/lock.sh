#!/bin/sh
# Remake constraints.txt: the newest release of everything that careerpath and its extras need, for
# each supported Python on Linux, macOS and Windows. The tool that resolves lives in build/lock.
set -eu
lock=build/lock

[ -x "$lock/bin/uv" ] || {
  "${PYTHON:-python3}" -m venv "$lock"
  "$lock/bin/python" -m pip install --quiet uv
}

# editables: what the build backend asks for when it installs in place.
printf 'editables\n' | "$lock/bin/uv" pip compile pyproject.toml - --all-extras --universal --python-version 3.11 \
  --quiet --no-header --no-annotate --no-emit-index-url --no-emit-find-links --output-file "$lock/pins.txt" --upgrade

{
  echo "# The exact releases that careerpath installs with, on Python 3.11 and newer on Linux, macOS and Windows."
  echo "# Made by \`make lock\`; do not edit. Use: pip install -c constraints.txt -e '.[dev]'"
  cat "$lock/pins.txt"
} > "$lock/constraints.txt"
mv "$lock/constraints.txt" constraints.txt
