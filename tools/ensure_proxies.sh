#!/bin/sh
# Check that nginx, HAProxy and openssl are here, for the tests in tests/deploy.
#
# With CI=true, missing programs are installed, and this fails if that is impossible. Otherwise nothing
# is installed, because Debian's packages start their own servers on port 80: the tests are skipped,
# and this says what to install.
set -u

. "$(dirname "$0")/system_packages.sh"
# Debian keeps them in /usr/sbin, which is not on everybody's PATH.
PATH="$PATH:/usr/sbin:/usr/local/sbin"

have_all() {
  has nginx && has haproxy && has openssl
}

install_all() {
  all="nginx haproxy openssl"
  install_packages apt-get="$all" dnf="$all" zypper="$all" pacman="$all" apk="$all"
}

have_all && exit 0
if [ "${CI:-}" != true ]; then
  echo "ensure_proxies: nginx, HAProxy or openssl is not here; the tests of deploy/ are skipped. Install all three to run them." >&2
  exit 0
fi
echo "No nginx, HAProxy or openssl here: trying the system's package manager ..." >&2
install_all >&2 </dev/null
have_all && exit 0
echo "ensure_proxies: no nginx, HAProxy or openssl, and they could not be installed; the tests of deploy/ must run where CI=true." >&2
exit 1
