#!/bin/bash
# Puts each bug of tests/simulation/mutations and tests/simulation/servers/mutations back into a copy of the sources, and
# shows which checker of the simulation catches it and after how many seeds. Fails if one is not caught, or not by the checker
# that its patch names.
#
#   mutations.sh [NAME...]     SEEDS: how many seeds each may take (1000)
set -euo pipefail

source=$(cd "$(dirname "$0")/../.." && pwd)
simulation=$source/tests/simulation
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
cp -r "$source"/{CMakeLists.txt,proto,broker,services,tests,deploy} "$copy"
cmake -G Ninja -S "$copy" -B "$copy/build" >/dev/null

missed=0
[ $# -gt 0 ] || set -- $(ls "$simulation"/{,servers/}mutations/*.patch | sed 's|.*/||;s|\.patch$||')
for name in "$@"; do
    patch=$simulation/mutations/$name.patch program=concordat-simulate
    [ -e "$patch" ] || patch=$simulation/servers/mutations/$name.patch program=concordat-simulate-servers
    wanted=$(sed -n 's/^caught by: //p' "$patch")
    git -C "$copy" apply "$patch"
    ninja -C "$copy/build" -j2 "$program" >"$copy/log" || { cat "$copy/log"; exit 1; }
    if output=$("$copy/build/tests/$program" --seeds "${SEEDS:-1000}" 2>/dev/null); then
        printf '%-34s NOT CAUGHT in %s seeds\n' "$name" "${SEEDS:-1000}"
        missed=1
    else
        checker=$(sed -n 's/^VIOLATION //p' <<<"$output" | head -1)
        seed=$(sed -n 's/^  seed \([0-9]*\),.*/\1/p' <<<"$output" | head -1)
        printf '%-34s %-26s after %s seeds\n' "$name" "$checker" "$seed"
        [[ $checker == $wanted* ]] || { echo "    expected: $wanted"; missed=1; }
    fi
    git -C "$copy" apply -R "$patch"
done
exit $missed
