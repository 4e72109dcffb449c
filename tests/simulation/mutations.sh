#!/bin/bash
# Puts each bug of tests/simulation/mutations back into a copy of the sources, and shows which checker of the
# simulation catches it and after how many seeds. Fails if one is not caught, or not by the checker that its patch names.
#
#   mutations.sh [NAME...]     SEEDS: how many seeds each may take (1000)
set -euo pipefail

source=$(cd "$(dirname "$0")/../.." && pwd)
patches=$source/tests/simulation/mutations
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
cp -r "$source"/{CMakeLists.txt,proto,broker,services,tests,deploy} "$copy"
cmake -G Ninja -S "$copy" -B "$copy/build" >/dev/null

missed=0
[ $# -gt 0 ] || set -- $(cd "$patches" && ls ./*.patch | sed 's|./||;s|\.patch$||')
for name in "$@"; do
    wanted=$(sed -n 's/^caught by: //p' "$patches/$name.patch")
    git -C "$copy" apply "$patches/$name.patch"
    ninja -C "$copy/build" -j2 concordat-simulate >"$copy/log" || { cat "$copy/log"; exit 1; }
    if output=$("$copy/build/tests/concordat-simulate" --seeds "${SEEDS:-1000}" 2>/dev/null); then
        printf '%-34s NOT CAUGHT in %s seeds\n' "$name" "${SEEDS:-1000}"
        missed=1
    else
        checker=$(sed -n 's/^VIOLATION //p' <<<"$output" | head -1)
        seed=$(sed -n 's/^  seed \([0-9]*\),.*/\1/p' <<<"$output" | head -1)
        printf '%-34s %-26s after %s seeds\n' "$name" "$checker" "$seed"
        [[ $checker == $wanted* ]] || { echo "    expected: $wanted"; missed=1; }
    fi
    git -C "$copy" apply -R "$patches/$name.patch"
done
exit $missed
