#!/usr/bin/python3
"""Cuts two files of deploy/examples into pieces, as tables of C: what `concordat setup` writes is the example with the
site's own values between the pieces, so that each rule and each comment stands in one place.

Usage: make_examples.py region.yaml nginx.conf OUT.c
"""

import re
import sys

RULE = "\n# ----"
# The parts that are taken out of the region, in their order: from behind the first text up to the second. A value stands in
# each gap.
REGION_GAPS = (
    ("", "# How to write things:"),
    ("\nregion: ", "\n"),
    ("\ndefault_area: ", "\n"),
    ("\ncoordinators:\n", RULE),
    ("\nteams:\n", RULE),
    ("\nladders:\n", RULE),
    ("\nareas:\n", "\n# Organisations that refer"),
    ("\norganisations:\n", None),
)
NGINX_GAPS = (
    ("", "upstream "),
    ("server unix:", ";"),
    ("server_name ", ";"),
    ("ssl_certificate ", ";"),
    ("ssl_certificate_key ", ";"),
)


def pieces(path, gaps):
    with open(path, encoding="ascii") as file:
        text = file.read()
    found, at = [], 0
    for begin, end in gaps:
        start = text.find(begin, at)
        stop = len(text) if end is None else text.find(end, start + len(begin))
        if start < 0 or stop < 0:
            sys.exit(f"{path}: behind line {text.count(chr(10), 0, at) + 1} there is no {begin!r} with {end!r} after it; "
                     f"{sys.argv[0]} names what `concordat setup` cuts")
        found.append(text[at:start + len(begin)])
        at = stop
    found.append(text[at:])
    return found


def quoted(text):
    lines = re.findall(r"[^\n]*\n|[^\n]+$", text) or [""]
    return "\n     ".join('"' + line.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"' for line in lines)


def main():
    region, nginx, out = sys.argv[1:]
    with open(out, "w", encoding="ascii") as file:
        file.write('#include "services/cli/setup_examples.h"\n#pragma GCC diagnostic ignored "-Woverlength-strings"\n')
        for name, path, gaps in (("REGION", region, REGION_GAPS), ("NGINX", nginx, NGINX_GAPS)):
            rows = ",\n    ".join(quoted(piece) for piece in pieces(path, gaps))
            file.write(f"\nconst char *const setup_{name.lower()}_pieces[{name}_GAPS + 1] = {{\n    {rows}}};\n")


main()
