#!/bin/sh
# Check the front end's types, and that the built files in the package are what its source builds.
#
#   tools/check_frontend.sh BUILT...
#
# BUILT are the files and folders that the build writes.
#
# Needs npm. Without it the check is skipped with one line; with CI=true that is a failure.
set -eu

if [ ! -f frontend/package.json ]; then
  echo "check_frontend: frontend/package.json is missing." >&2
  exit 1
fi
if ! command -v npm >/dev/null; then
  echo "check_frontend: npm was not found; the front end is not checked." >&2
  if [ "${CI:-}" = true ]; then exit 1; else exit 0; fi
fi

fingerprint() {
  find "$@" -type f -exec cksum {} + | sort
}

before=$(fingerprint "$@")
cd frontend
# npm ci starts from nothing: only when what it installs may have changed.
if [ ! -e node_modules/.installed ] || [ package.json -nt node_modules/.installed ] || [ package-lock.json -nt node_modules/.installed ]; then
  npm ci --no-audit --no-fund
  touch node_modules/.installed
fi
npm run check
npm run build
cd ..

after=$(fingerprint "$@")
if [ -z "$after" ]; then
  echo "check_frontend: npm run build left nothing in $*." >&2
  exit 1
fi
if [ "$before" != "$after" ]; then
  echo "check_frontend: $* was older than frontend/. It is rebuilt now: look at it and commit it." >&2
  exit 1
fi
