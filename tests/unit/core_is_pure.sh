#!/bin/sh
# core_is_pure.sh: the routing core has no clock, no randomness and no I/O. Its archive needs nothing but memory
# and strings, and its files include nothing but each other, London time, sets of flags and the C headers that bring
# none of these.
# Usage: core_is_pure.sh NM ARCHIVE FILE...
# Another pure library is looked at in the same way; ALSO_NEEDS (patterns of symbols) and ALSO_INCLUDES (patterns of
# what stands after #include) say what it may have beside.
set -eu
export LC_ALL=C
nm=$1 archive=$2
shift 2

# Sanitizers and fortified builds bring names of their own.
allowed='
memchr memcmp memcpy memmove memset __mem(cpy|move|set)_chk
strchr strcmp strcpy strlen strncmp strncpy strrchr __str(cpy|ncpy)_chk
malloc calloc realloc free qsort
__assert_fail __stack_chk_fail _GLOBAL_OFFSET_TABLE_
london_[a-z_]+
'"${ALSO_NEEDS:-}"'
__asan_[a-z0-9_]+ __ubsan_[a-z0-9_]+
'
# The standard headers that bring no clock, no file, no thread and no signal.
headers='assert.h inttypes.h limits.h stdalign.h stdarg.h stdbool.h stddef.h stdint.h stdlib.h string.h'

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
faults=0

fault() {
    echo "$1" >&2
    faults=$((faults + 1))
}

# --- what it needs ---------------------------------------------------------------------------------------
"$nm" --format=posix --undefined-only "$archive" | awk 'NF >= 2 {print $1}' | sort -u >"$work/needed"
"$nm" --format=posix --defined-only --extern-only "$archive" | awk 'NF >= 2 {print $1}' | sort -u >"$work/own"
[ -s "$work/needed" ] && [ -s "$work/own" ] || fault "no symbols were read from $archive"
pattern=$(echo $allowed | tr ' ' '|')
for symbol in $(comm -23 "$work/needed" "$work/own"); do
    echo "$symbol" | grep -Eqx "$pattern" || fault "$archive needs $symbol"
done

# --- what it includes ------------------------------------------------------------------------------------
grep -Hn '^[[:space:]]*#[[:space:]]*include' "$@" >"$work/includes" ||
    fault "no includes were read from $*"
while IFS= read -r line; do
    included=$(echo "$line" | sed -E 's/.*include[[:space:]]*//; s/[[:space:]]*(\/\*.*)?$//')
    case $included in
    '"broker/core/'*'"' | '"proto/words/london.h"' | '"proto/words/flag_bit.h"') continue ;;
    esac
    for pattern in ${ALSO_INCLUDES:-}; do
        # shellcheck disable=SC2254 # a pattern is meant
        case $included in
        $pattern) continue 2 ;;
        esac
    done
    case $included in
    '<'*'>')
        name=${included#<}
        case " $headers " in
        *" ${name%>} "*) ;;
        *) fault "$line" ;;
        esac ;;
    *) fault "$line" ;;
    esac
done <"$work/includes"

[ "$faults" -eq 0 ] || exit 1
echo "$(wc -l <"$work/needed") symbols needed, $(wc -l <"$work/includes") includes: pure"
