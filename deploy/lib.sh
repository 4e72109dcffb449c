# shellcheck shell=bash disable=SC2034  # the lists are for those who read this file in
# What deploy/demo and deploy/test share: the Debian packages that are needed, and the build.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# Everything that the programs are built from and run with.
packages=(
  gcc libc6-dev cmake ninja-build pkg-config protobuf-compiler protobuf-c-compiler
  libprotobuf-c-dev libzmq3-dev libczmq-dev libsqlite3-dev libsodium-dev libyaml-dev libjansson-dev libsystemd-dev
  python3 sqlite3
)
# What only the tests need beside: the test library, the client in another language, a count of instructions, which
# commit it is that a seed belongs to, and what checks manual pages.
test_packages=(libcmocka-dev python3-zmq python3-protobuf tzdata valgrind git mandoc)

say() { printf '%s\n' "$*"; }

is_installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# install PACKAGE...: those that are missing, by apt.
install_missing() {
  local missing=() package as_root=()
  if ! command -v apt-get >/dev/null; then
    say "This is no Debian: it is up to you that these (or what they are called here) are installed: $*"
    return
  fi
  for package in "$@"; do is_installed "$package" || missing+=("$package"); done
  [ ${#missing[@]} -gt 0 ] || return 0
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { say "Missing, and only root may install them: ${missing[*]}" >&2; exit 111; }
    as_root=(sudo)
  fi
  say "Installing by apt: ${missing[*]}"
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive DEBCONF_NOWARNINGS=yes \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# build FOLDER [OPTION...]: configures and builds there; says nothing but what goes wrong.
build() {
  local folder=$1
  shift
  say "Building in ${folder#"$root"/}"
  cmake -G Ninja -S "$root" -B "$folder" "$@" >/dev/null
  ninja -C "$folder" --quiet
}
