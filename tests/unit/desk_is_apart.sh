#!/bin/sh
# desk_is_apart.sh: the desk knows no terminal, no argv, no file, no socket and no clock, and never ends the program:
# a web page and a hook can use it as the command does. Its archive needs nothing but memory, strings, words in
# buffers, messages and JSON values, and its files include nothing but each other, proto/wire, proto/words and the rules
# of a referral.
# Usage: desk_is_apart.sh NM ARCHIVE FILE...
set -eu
export LC_ALL=C
nm=$1 archive=$2
shift 2

# Sanitizers and fortified builds bring names of their own. A random id is made by words_new_uuid.
allowed='
bcmp mem(chr|cmp|cpy|move|set) __mem(cpy|move|set)_chk
str(casecmp|chr|cmp|cpy|cspn|dup|len|ncmp|rchr|spn|str|toul|toll?|ftime) __isoc23_str(tol|toul|toll) __strcpy_chk
calloc malloc realloc free qsort(_r)? bsearch gmtime_r __ctype_(b|tolower|toupper)_loc
(v?snprintf|vasprintf) __(v?snprintf|vasprintf)_chk
__assert_fail __stack_chk_fail _GLOBAL_OFFSET_TABLE_
__asan_[a-z0-9_]+ __ubsan_[a-z0-9_]+
concordat__v1__[a-z0-9_]+ protobuf_c_(empty_string|message_init|message_descriptor_get_field(_by_name)?)
protobuf_c_enum_descriptor_get_value
words_[a-z_]+ language_(is_code|shortest) london_[a-z_]+ near_[a-z_]+ spoken_[a-z_]+ postcode_(district|is_pseudo) utf8_(clean|is_text) person_id_is
check_(message|rules_of|shape_fits) merge_may_clear json_(to_message|find_field)
json_(array|array_(append_new|get|insert_new|remove|size)|integer|integer_value|null|string|string_(length|value)|stringn)
json_(sprintf|true|false|delete|copy|deep_copy|dumps|pack)
json_object(_get|_set_new|_size|_del|_update_recursive|_iter|_iter_(key|next|value)|_key_to_iter)?
'
headers='assert.h ctype.h inttypes.h stdarg.h stdbool.h stddef.h stdint.h stdio.h stdlib.h string.h strings.h time.h jansson.h'

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
faults=0

fault() {
    echo "$1" >&2
    faults=$((faults + 1))
}

"$nm" --format=posix --undefined-only "$archive" | awk 'NF >= 2 {print $1}' | sort -u >"$work/needed"
"$nm" --format=posix --defined-only --extern-only "$archive" | awk 'NF >= 2 {print $1}' | sort -u >"$work/own"
for list in needed own; do
    [ -s "$work/$list" ] || fault "no symbols were read from $archive"
done
pattern=$(echo "$allowed" | tr -s ' \n' '|' | sed 's/^|//; s/|$//')
for symbol in $(comm -23 "$work/needed" "$work/own"); do
    echo "$symbol" | grep -Eqx "$pattern" || fault "the desk needs $symbol"
done

grep -Hn '^[[:space:]]*#[[:space:]]*include' "$@" >"$work/includes" || fault "no includes were read from $*"
while IFS= read -r line; do
    included=$(echo "$line" | sed -E 's/.*include[[:space:]]*//; s/[[:space:]]*(\/\*.*)?$//')
    case $included in
    '"services/desk/'*'"' | '"proto/wire/'*'"' | '"proto/words/'*'"' | '"proto/referral/referral_rules.h"' | '"proto/referral/merge.h"') ;;
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
echo "$(wc -l <"$work/needed") symbols needed, $(wc -l <"$work/includes") includes: apart"
