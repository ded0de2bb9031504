#!/bin/sh
# Print the path of a Chromium, Chrome or Edge; install one where that is allowed.
#
#   tools/ensure_browser.sh          find one, or install it with the system's package manager
#   tools/ensure_browser.sh --find   only find one; exits with 1 where there is none
#
# CAREERPATH_BROWSER names the one to use. Without a browser and without the right to install one, the
# path is empty and the browser tests are skipped; with CI=true that is a failure.
set -u

has() {
  command -v "$1" >/dev/null 2>&1
}

# A browser has to start: Ubuntu's chromium-browser, for one, may be a stub without its snap.
starts() {
  has "$1" && "$1" --version >/dev/null 2>&1 </dev/null
}

find_browser() {
  for candidate in \
    chromium chromium-browser google-chrome google-chrome-stable chrome microsoft-edge microsoft-edge-stable \
    "/Applications/Chromium.app/Contents/MacOS/Chromium" \
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" \
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge"
  do
    starts "$candidate" && command -v "$candidate" && return 0
  done
  return 1
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi
}

may_install() {
  [ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null
}

install_browser() {
  if has brew; then
    brew install --cask google-chrome
  elif ! may_install; then
    return 1
  elif has apt-get; then
    as_root apt-get update -q
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends chromium fonts-liberation \
      || as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y chromium-browser
  elif has dnf; then
    as_root dnf install -y chromium
  elif has zypper; then
    as_root zypper --non-interactive install chromium
  elif has pacman; then
    as_root pacman -S --noconfirm --needed chromium
  elif has apk; then
    as_root apk add chromium font-liberation
  else
    return 1
  fi
}

if [ -n "${CAREERPATH_BROWSER:-}" ]; then
  starts "$CAREERPATH_BROWSER" && command -v "$CAREERPATH_BROWSER" && exit 0
  echo "ensure_browser: '$CAREERPATH_BROWSER', named by CAREERPATH_BROWSER, does not start. Unset it, or name another." >&2
  exit 1
fi
find_browser && exit 0
[ "${1:-}" = --find ] && exit 1

echo "No Chromium, Chrome or Edge here: trying the system's package manager ..." >&2
install_browser >&2 </dev/null
find_browser && exit 0

if [ "${CI:-}" = true ]; then
  echo "ensure_browser: no browser, and none could be installed; the browser tests must run where CI=true." >&2
  exit 1
fi
echo "ensure_browser: no browser, and none could be installed; the browser tests are skipped. Install Chromium to run them." >&2
