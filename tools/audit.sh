#!/bin/sh
# Look for known weaknesses in the releases that constraints.txt pins. Status 1 if there are some, 2 if
# nothing could be checked. The tool lives in build/audit.
set -eu
audit=build/audit

no_network() {
  echo "Nothing was checked: the list of known weaknesses cannot be reached. Try again with a network." >&2
  exit 2
}

[ -x "$audit/bin/pip-audit" ] || {
  "${PYTHON:-python3}" -m venv "$audit"
  "$audit/bin/python" -m pip install --quiet pip-audit || no_network
}

status=0
said=$("$audit/bin/pip-audit" --requirement constraints.txt --no-deps --disable-pip --progress-spinner off 2>&1) || status=$?
case "$status $said" in
  [!0]*"Could not connect"* | [!0]*"requests.exceptions."*) no_network ;;
esac
echo "$said"
exit "$status"
