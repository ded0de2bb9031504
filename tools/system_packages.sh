# The system's package manager, for the scripts beside this one. They source it; it does nothing by itself.

has() {
  command -v "$1" >/dev/null 2>&1
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi
}

may_install() {
  [ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null
}

# install_packages apt-get="names" dnf="names" ...: what the first of these managers that is here knows
# them by. Fails where there is none, or no right to use it.
install_packages() {
  for each in "$@"; do
    manager=${each%%=*}
    has "$manager" || continue
    # Unquoted: the names are words.
    # shellcheck disable=SC2086
    set -- ${each#*=}
    # Homebrew is its user's own.
    [ "$manager" = brew ] || may_install || return 1
    case $manager in
      brew) brew install "$@" ;;
      apt-get)
        as_root apt-get update -q
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@"
        ;;
      dnf) as_root dnf install -y "$@" ;;
      zypper) as_root zypper --non-interactive install "$@" ;;
      pacman) as_root pacman -S --noconfirm --needed "$@" ;;
      apk) as_root apk add "$@" ;;
    esac
    return
  done
  return 1
}
