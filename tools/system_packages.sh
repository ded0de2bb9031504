# The system's package manager, for the other scripts in this folder, which source it.

has() {
  command -v "$1" >/dev/null 2>&1
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi
}

may_install() {
  [ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null
}

# install_packages apt-get="names" dnf="names" ...: install packages with the first of these managers
# that is here, each with its own names. Fails if there is none, or no right to use it.
install_packages() {
  for each in "$@"; do
    manager=${each%%=*}
    has "$manager" || continue
    # Unquoted: the names are words.
    # shellcheck disable=SC2086
    set -- ${each#*=}
    # Homebrew needs no root: it belongs to its user.
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
