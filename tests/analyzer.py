#!/usr/bin/python3
"""Compares the alarms of gcc -fanalyzer with those that are known to be false: analyzer.py SOURCE BUILD LOG."""

import os
import re
import sys

# (file, function, what gcc calls it, how often): why it is false.
KNOWN = {
    ("broker/policy/sections.c", "collect_districts", "malloc-leak", 1):
        "the districts belong to the policy, and policy_file_destroy frees them",
    ("broker/shell/sessions.c", "audience_check", "null-dereference", 1):
        "session_at finds no session only for link 0, at which the loop ends",
    ("broker/shell/sessions.c", "sessions_check", "null-dereference", 2):
        "session_at finds no session only for link 0, at which the loop ends",
    ("proto/referral/content.c", "content_digest", "null-dereference", 1):
        "a content has the place of its referral only if its request has a referral",
    ("proto/referral/content.c", "content_head", "null-dereference", 1):
        "content_digest calls it only for a content that has the place of its referral",
    ("services/cli/referral_input.c", "set_from_file", "file-leak", 1):
        "the one file that it does not close is standard input",
    ("services/cli/referral_input.c", "set_from_file", "malloc-leak", 1):
        "the same, by another name",
}
FUNCTION = re.compile(r"^(\S+): In function '(\w+)'")
WARNING = re.compile(r"^(\S+):(\d+):\d+: warning: (.*?) (?:\[CWE-\d+\] )?\[-Wanalyzer-([\w-]+)\]")


def main(source, build, log):
    function, seen, lines = {}, {}, {}
    with open(log, encoding="utf-8", errors="replace") as said:
        for line in said:
            if found := FUNCTION.match(line):
                function[found.group(1)] = found.group(2)
            elif found := WARNING.match(line):
                path, number, words, kind = found.groups()
                in_tree = os.path.relpath(os.path.join(build, path), source)  # a compiler cache makes paths relative
                alarm = (in_tree, function.get(path, "?"), kind)
                seen[alarm] = seen.get(alarm, 0) + 1
                lines.setdefault(alarm, []).append(f"{alarm[0]}:{number}: in {alarm[1]}(): {words} [{kind}]")
    found = {(*alarm, count) for alarm, count in seen.items()}
    for alarm in sorted(found - set(KNOWN)):
        print(*lines[alarm[:3]], sep="\n")
    for path, name, kind, count in sorted(set(KNOWN) - found):
        print(f"{path}: in {name}(): the analyzer does not say {kind} {count} times any more. Mend KNOWN in "
              "tests/analyzer.py.")
    wrong = found ^ set(KNOWN)
    print("Mend the code, or list the alarm in KNOWN of tests/analyzer.py with the reason why it is false." if wrong
          else f"{len(KNOWN)} alarms, each known to be false.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
