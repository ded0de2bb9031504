#!/bin/sh
# Check that PostgreSQL's server programs are here, for the tests in tests/unit/room/store: they start a server
# of their own, in a folder of their own.
#
# With CI=true, missing programs are installed, and this fails if that is impossible. Otherwise nothing
# is installed: the tests are skipped, and this says what to install. Nothing is needed if
# CAREERPATH_TEST_DATABASE_URL names a database that the tests may use.
set -u
. "$(dirname "$0")/system_packages.sh"

has_server() {
  command -v initdb >/dev/null 2>&1 && return 0
  # Debian, RPM, Alpine and Homebrew keep them where several versions fit. Patterns that match
  # nothing stay as they are written, and are no file.
  for each in /usr/lib/postgresql*/bin/initdb /usr/lib/postgresql/*/bin/initdb \
    /usr/libexec/postgresql*/initdb /usr/pgsql-*/bin/initdb /opt/homebrew/opt/postgresql*/bin/initdb; do
    [ -x "$each" ] && return 0
  done
  return 1
}

install_server() {
  if has apt-get && may_install; then
    # Otherwise Debian makes a database of its own and starts a server for it.
    as_root mkdir -p /etc/postgresql-common/createcluster.d
    echo "create_main_cluster = false" |
      as_root tee /etc/postgresql-common/createcluster.d/careerpath.conf >/dev/null
  fi
  install_packages apt-get=postgresql dnf=postgresql-server zypper=postgresql-server pacman=postgresql apk=postgresql
}

[ -n "${CAREERPATH_TEST_DATABASE_URL:-}" ] && exit 0
has_server && exit 0
if [ "${CI:-}" != true ]; then
  echo "ensure_postgres: no PostgreSQL server is installed; the store is tested on SQLite only. Install one to test both." >&2
  exit 0
fi
echo "No PostgreSQL here: trying the system's package manager ..." >&2
install_server >&2 </dev/null
has_server && exit 0
echo "ensure_postgres: no PostgreSQL, and it could not be installed; the store must be tested on it where CI=true." >&2
exit 1
