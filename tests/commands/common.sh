# shellcheck shell=bash disable=SC2034  # the lists are for the scripts that read this file in
# common.sh: what deploy/demo and the commands of tests/run share: the Debian packages, and how to build.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
commands=$root/tests/commands

# The programs are built from these and run with them; the last two lines have what the demo needs to check its clocks, and
# to let people sign in: a certificate, and the one-time codes that an app would make.
packages=(
  gcc libc6-dev cmake ninja-build pkg-config protobuf-compiler protobuf-c-compiler
  libprotobuf-c-dev libzmq3-dev libsqlite3-dev libsodium-dev libyaml-dev libjansson-dev libsystemd-dev
  libmicrohttpd-dev libssl-dev libqrencode-dev libpq-dev lp-solve liblpsolve55-dev
  python3 sqlite3 iso-codes
  python3-protobuf python3-yaml
  openssl oathtool
)
# The styles of the pages are made from npm packages, which bring the Node that makes them (it needs libatomic1); Debian's
# starts npm. Another npm than Debian's will do.
packages+=(libatomic1)
command -v npm >/dev/null || packages+=(npm)
# Only the tests need these: the test library, a client in another language and what seals forms for it, time zones, a
# count of instructions, the commit that a seed belongs to, what checks manual pages and QR codes, and what reads the files of
# reports: R (r-base-core) reads them too, if it is there. SciPy tries to find what disclosure control hides. Tests start servers of
# their own of PostgreSQL's programs.
test_packages=(libcmocka-dev postgresql-15 python3-zmq python3-cryptography tzdata valgrind git mandoc zbar-tools python3-pandas
  python3-jsonschema python3-scipy)
# What the tests of pages need: a browser with a font like Arial, and a proxy of deploy/examples. Installing nginx starts
# it, so only those who ask for these tests get it; without, they are skipped.
browser_packages=(chromium-headless-shell fonts-liberation nginx-light curl)
# The other tools of `tests/run ci`: a second compiler, what checks the format, the other proxy, and Apache for single
# sign-on: apache2-bin has no service that would listen at port 80. systemd judges our units and is not started.
ci_packages=(clang-14 clang-tools-14 clang-format-14 caddy apache2-bin libapache2-mod-auth-openidc prometheus
  prometheus-node-exporter systemd)
# What the trials of several machines need: the database, its agents and the store of the agents' key, filters and clocks.
ha_packages=(postgresql-15 patroni etcd-server etcd-client python3-etcd python3-psycopg2 nftables iproute2 gcc libc6-dev)
# The other stores, which the trials can be run with to compare.
ha_store_packages=(zookeeper python3-kazoo python3-pysyncobj)

# How many tests run at a time: tests/CMakeLists.txt says how many places each takes. One place more than two for each core
# lets a test that mostly waits run beside those that keep the cores busy.
test_places=$((2 * $(nproc) + 1))

say() { printf '%s\n' "$*"; }

is_installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# install_missing PACKAGE...: installs by apt the packages that are missing, and says which. Services among them are not
# started: tests start what they need themselves.
install_missing() {
  local missing=() package as_root=()
  if ! command -v apt-get >/dev/null; then
    say "This is no Debian: please see to it that these (or what they are called here) are installed: $*"
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
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive DEBCONF_NOWARNINGS=yes sh -ec '
    policy=/usr/sbin/policy-rc.d # by which Debian is told so
    if [ ! -e $policy ]; then
      trap "rm -f $policy" EXIT
      printf "#!/bin/sh\nexit 101\n" >$policy
      chmod 755 $policy
    fi
    apt-get install -y -qq --no-install-recommends "$@" >/dev/null' sh "${missing[@]}"
}

# build PRESET [TARGET...]: configures and builds a preset of CMakePresets.json in build/PRESET; prints only what goes
# wrong.
build() {
  say "Building in build/$1"
  cmake -S "$root" --preset "$1" >/dev/null
  ninja -C "$root/build/$1" --quiet "${@:2}"
}
