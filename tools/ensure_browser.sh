#!/bin/sh
# Print the path of a Chromium, Chrome or Edge; install one if that is allowed.
#
#   tools/ensure_browser.sh          find one, or install it with the system's package manager
#   tools/ensure_browser.sh --find   only find one; exits with 1 if there is none
#
# CAREERPATH_BROWSER names the one to use. Without a browser and without the right to install one, the
# path is empty and the browser tests are skipped; with CI=true that is a failure.
set -u

. "$(dirname "$0")/system_packages.sh"

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

install_browser() {
  install_packages brew="--cask google-chrome" apt-get="chromium fonts-liberation" dnf=chromium \
    zypper=chromium pacman=chromium apk="chromium font-liberation" || install_packages apt-get=chromium-browser
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
