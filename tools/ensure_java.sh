#!/bin/sh
# Print the folder of a Java that Spark runs on (17 or newer), as for JAVA_HOME; install one if
# that is allowed.
#
#   tools/ensure_java.sh          find one, or install it with the system's package manager
#   tools/ensure_java.sh --find   only find one; exits with 1 if there is none
#
# JAVA_HOME names the one to use. Without a Java and without the right to install one this fails,
# because `make test-spark` must run Spark's tests.
set -u

. "$(dirname "$0")/system_packages.sh"

# On macOS, /usr/bin/java may be a placeholder: only a real Java runs and prints its folder.
home_of() {
  has "$1" || return 1
  settings=$("$1" -XshowSettings:properties -version 2>&1 </dev/null) || return 1
  release=$(printf '%s\n' "$settings" | sed -n 's/^ *java\.specification\.version = \([0-9]*\).*/\1/p')
  [ "${release:-0}" -ge 17 ] || return 1
  printf '%s\n' "$settings" | sed -n 's/^ *java\.home = //p'
}

find_java() {
  for candidate in java /usr/lib/jvm/*/bin/java /opt/homebrew/opt/openjdk*/bin/java /usr/local/opt/openjdk*/bin/java
  do
    home_of "$candidate" && return 0
  done
  return 1
}

install_java() {
  install_packages brew=openjdk@17 apt-get=default-jre-headless dnf=java-17-openjdk-headless \
    zypper=java-17-openjdk-headless pacman=jre17-openjdk-headless apk=openjdk17-jre-headless \
    || install_packages dnf=java-latest-openjdk-headless
}

if [ -n "${JAVA_HOME:-}" ]; then
  home_of "$JAVA_HOME/bin/java" && exit 0
  echo "ensure_java: '$JAVA_HOME', named by JAVA_HOME, contains no Java 17 or newer. Unset it, or name another folder." >&2
  exit 1
fi
find_java && exit 0
[ "${1:-}" = --find ] && exit 1

echo "No Java 17 or newer here: trying the system's package manager ..." >&2
install_java >&2 </dev/null
find_java && exit 0

echo "ensure_java: no Java 17 or newer, and none could be installed. Install one to run Spark's tests (on Debian and Ubuntu: apt-get install default-jre-headless)." >&2
exit 1
