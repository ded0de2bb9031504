#!/bin/sh
# See that nginx, HAProxy and openssl are here, for the tests in tests/deploy.
#
# Where CI=true they are installed if they are missing, and it is a failure if they can't be. Anywhere
# else nothing is installed, because Debian's packages start servers of their own on port 80: the
# tests are then skipped, and this says what to install.
set -u

has() {
  # Debian keeps them in /usr/sbin, which is not on everybody's PATH.
  PATH="$PATH:/usr/sbin:/usr/local/sbin" command -v "$1" >/dev/null 2>&1
}

have_all() {
  has nginx && has haproxy && has openssl
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi
}

may_install() {
  [ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null
}

install_all() {
  if ! may_install; then
    return 1
  elif has apt-get; then
    as_root apt-get update -q
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends nginx haproxy openssl
  elif has dnf; then
    as_root dnf install -y nginx haproxy openssl
  elif has zypper; then
    as_root zypper --non-interactive install nginx haproxy openssl
  elif has pacman; then
    as_root pacman -S --noconfirm --needed nginx haproxy openssl
  elif has apk; then
    as_root apk add nginx haproxy openssl
  else
    return 1
  fi
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
