# shellcheck shell=bash disable=SC2154  # common.sh, which is read in before, knows where everything is
# parts.sh: runs commands one after another for `tests/run ci` and `tests/run all`, prints how long each took, and counts
# what passed and what failed.

logs=$root/build/logs
passed=0 failed=0 parts=() faults=()

minutes() { printf '%d min %d s' $(($1 / 60)) $(($1 % 60)); }

# step NAME COMMAND...: a command whose last line is "N passed, M failed" counts as that, any other as one.
step() {
  local name=$1 began=$SECONDS status=0 last before=$failed
  shift
  mkdir -p "$logs"
  say "==== $name"
  "$@" 2>&1 | tee "$logs/$name.log" || status=$?
  last=$(tail -n 1 "$logs/$name.log")
  if [[ $last =~ ^([0-9]+)' passed, '([0-9]+)' failed'$ ]]; then
    passed=$((passed + BASH_REMATCH[1]))
    failed=$((failed + BASH_REMATCH[2]))
  elif [ "$status" = 0 ]; then
    passed=$((passed + 1))
  fi
  if [ "$status" != 0 ]; then
    [ "$failed" != "$before" ] || failed=$((failed + 1))
    faults+=("$name")
  fi
  say "---- $name: $(minutes $((SECONDS - began)))$([ "$status" = 0 ] || echo ", FAILED")"
}

# part NAME MINUTES STEP...: steps that share a budget of minutes. A part that took longer is told of and is no failure: how
# long it takes depends on the machine.
part() {
  local name=$1 budget=$2 began=$SECONDS spent
  for name_of_step in "${@:3}"; do step "$name_of_step" "$commands/$name_of_step"; done
  spent=$((SECONDS - began))
  parts+=("${name^^}: $(minutes $spent) of $budget min$([ $spent -le $((budget * 60)) ] || echo " - OVER ITS BUDGET")")
}

# The last words: the parts, what failed, and the line that counts.
finish() {
  say ""
  [ ${#parts[@]} = 0 ] || printf '%s\n' "${parts[@]}"
  [ ${#faults[@]} = 0 ] || say "Failed: ${faults[*]} (build/logs has what each said)"
  say "$passed passed, $failed failed"
  [ "$failed" = 0 ] && [ ${#faults[@]} = 0 ]
}
